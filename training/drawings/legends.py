"""Creatures of myths, and people of tales and of the stage."""

from PIL import Image

from training.drawings.pen import (
    BROWN,
    EYE,
    GOLD,
    GREEN,
    INK,
    RED,
    SHINE,
    WOOD,
    Picture,
    arc,
    blob,
    both,
    box,
    cut,
    eye,
    join,
    limb,
    oval,
    polygon,
    stroke,
    turned,
)

SKIN, NOSE, SNOW = ("#ffd6b0", "#f2ac80"), ("#ffbd96", "#ea9268"), ("#ffffff", "#d8d0ea")
AMBER, MOUTH = ("#fff27a", "#ffc22e"), ("#6a1a2e", "#43101e")


def griffin() -> Image.Image:
    """A lion's body with a white eagle's head, a hooked beak, brown wings and talons, to the left."""
    picture = Picture()
    far, lion, talon = ("#d69a4e", "#b06c2c"), ("#f6bf6c", "#d98f3c"), ("#ffd23e", "#ee9a1c")
    picture.add(limb((128, 130, 16), (136, 70, 18), (170, 12, 8)), ("#7c4628", "#52301f"), 7)
    picture.add(limb((196, 168, 10), (230, 196, 8), (242, 174, 7)), lion, 5)
    picture.add(limb((242, 180, 9), (240, 162, 14), (230, 146, 4)), BROWN, 5)
    leg = limb((170, 176, 26), (168, 206, 15), (160, 232, 12), (148, 236, 11))
    picture.add(join(leg, limb((112, 168, 20), (84, 192, 12), (66, 196, 9))), far, 7)
    leg = limb((194, 170, 32), (204, 204, 17), (206, 232, 13), (190, 236, 12))
    picture.add(join(limb((108, 150, 36), (146, 158, 31), (190, 164, 33)), leg), lion, 12)
    picture.add(limb((106, 168, 22), (104, 202, 14), (102, 222, 10)), lion, 7, shadow=3)
    for x, y in ((62, 196), (100, 226)):
        claws = [limb((x + 2, y - 4, 9), (x + dx, y + 2, 7), (x + dx - 6, y + 12, 3)) for dx in (-22, -8, 8)]
        picture.add(join(*claws), talon, 4, shadow=1)
    neck = limb((104, 138, 33), (92, 104, 28), (82, 74, 34))
    ruff = [oval(x, y, 15) for x, y in ((74, 142), (92, 160), (114, 164), (132, 150), (134, 126))]
    crest = [polygon([(92, y - 8), (92, y + 20), (124, y + z)], 5) for y, z in ((48, -6), (68, 8), (88, 22))]
    picture.add(join(neck, *ruff, *crest), SNOW, 12, shadow=4)
    picture.add(blob([(70, 62), (44, 60), (22, 74), (18, 104), (34, 96), (68, 96)]), talon, 8, shadow=3)
    eye(picture, 82, 68, 10)
    picture.add(stroke([(60, 52), (96, 56)], 8), ("#6a5a78", "#54465f"), 0)
    for i, (x, y) in enumerate(((208, 142), (230, 112), (240, 76), (238, 36))):
        feather = limb((146 + 6 * i, 138 - 22 * i, 16), ((x + 160) / 2, y + 8 - 6 * i, 21), (x, y, 14))
        picture.add(feather, ("#a8663a", "#6a3a24"), 7, shadow=3)
    picture.add(limb((140, 146, 20), (152, 88, 16), (216, 16, 11)), ("#c98850", "#965428"), 8, shadow=3)
    return picture.image()


def centaur() -> Image.Image:
    """A bare-chested man from the waist up, a brown horse below, a bow in his hand."""
    picture = Picture()
    coat, far, hair = ("#b8703c", "#85482a"), ("#8e5430", "#653820"), ("#5a3428", "#3a201c")
    picture.add(limb((212, 146, 12), (236, 164, 15), (240, 200, 13), (230, 228, 5)), hair, 6)
    leg = limb((104, 170, 20), (70, 182, 13), (62, 212, 10))
    picture.add(join(leg, limb((180, 166, 24), (174, 204, 12), (168, 232, 11))), far, 6)
    legs = limb((104, 166, 24), (106, 202, 13), (108, 234, 12)), limb((206, 170, 28), (210, 234, 12))
    picture.add(join(limb((106, 150, 33), (150, 156, 32), (198, 156, 36)), *legs), coat, 12)
    for x, y in ((60, 216), (166, 236), (106, 240), (208, 240)):
        picture.add(oval(x, y, 15, 11), INK, 4)
    picture.add(limb((136, 94, 13), (164, 112, 12), (166, 138, 12)), ("#eeb088", "#d98e64"), 6)
    torso = [(68, 88), (106, 76), (146, 88), (142, 116), (134, 154), (104, 168), (78, 154), (74, 116)]
    picture.add(blob(torso, 2), SKIN, 9, shadow=3)
    picture.add(stroke([(54, 40), (54, 168)], 4), ("#b8b0c8", "#b8b0c8"), 0)
    picture.add(stroke(arc(54, 104, 40, 90, 270, 66), 11), GOLD, 4)
    picture.add(limb((78, 94, 14), (54, 112, 12), (26, 104, 13)), SKIN, 6, shadow=3)
    picture.add(box(62, 6, 152, 94, 36), hair, 8)
    picture.add(oval(102, 58, 37, 36), SKIN, 9)
    picture.add(blob([(62, 58), (66, 26), (104, 10), (140, 28), (144, 62), (128, 46), (92, 40)]), hair, 6)
    for x in (86, 114):
        eye(picture, x, 60, 6)
    beard = [(66, 66), (84, 76), (100, 72), (118, 76), (138, 66), (132, 96), (102, 110), (72, 94)]
    picture.add(blob(beard), hair, 6)
    picture.add(stroke(arc(101, 80, 10, 20, 160, 6), 5), ("#ff9a8a", "#e8655c"), 0)
    return picture.image()


def medusa() -> Image.Image:
    """The face of a woman with yellow eyes, live green snakes for hair."""
    picture = Picture()
    for i in (-4, 4, -2, 2, 0, -3, 3, -1, 1):
        bend, colours = (1, -1)[i > 0], (("#74e06c", "#35a850"), ("#2f9a6c", "#1b6650"))[i % 2]
        body = limb((128, 110, 12), (128 + 8 * bend, 88, 12), (128 - 18 * bend, 66, 11), (128, 44, 10))
        head = limb((128, 42, 18), (128, 28, 12))
        tongue, eyes = stroke([(128, 40), (128, 8)], 6), [both(oval(118, 36, r)) for r in (7, 3.6)]
        for part, colour in zip((tongue, join(body, head), *eyes), (RED, colours, AMBER, EYE), strict=True):
            picture.add(turned(part, 35 * i, 128, 138), colour, 5)
    face = [(128, 90), (162, 98), (172, 132), (160, 176), (128, 208), (96, 176), (84, 132), (94, 98)]
    picture.add(blob(face, 2), ("#f4d8b8", "#d8a888"), 12, shadow=4)
    for x in (-34, -12, 12, 34):
        picture.add(limb((128 + x, 96, 14), (128 + 1.2 * x, 106, 10), (128 + x, 114, 6)), GREEN, 6, shadow=2)
    picture.add(both(oval(107, 144, 16, 13)), AMBER, 3)
    picture.add(both(oval(108, 144, 5, 12)), EYE, 0)
    picture.add(both(stroke([(120, 136), (86, 124)], 9)), ("#4a9a70", "#2f7a5a"), 2)
    picture.add(blob([(128, 156), (136, 168), (120, 168)], 2), NOSE, 4)
    picture.add(blob([(108, 184), (122, 179), (128, 182), (134, 179), (148, 184), (128, 196)], 1), RED, 3)
    return picture.image()


def cyclops() -> Image.Image:
    """A bald giant with one huge eye in the middle, a thick brow, two teeth."""
    picture = Picture()
    skin = ("#ffc694", "#dc8e5c")
    picture.add(join(both(limb((70, 196, 30), (34, 216, 25), (28, 244, 22))), box(56, 174, 200, 250)), skin)
    picture.add(polygon([(66, 178), (108, 178), (196, 228), (196, 250), (60, 250)], 4), BROWN, 8, shadow=3)
    picture.add(both(blob([(62, 96), (30, 76), (24, 106), (40, 132), (66, 136)], 3)), skin, 8)
    head = [(128, 10), (180, 26), (206, 76), (204, 140), (178, 186), (128, 200), (78, 186), (52, 140)]
    picture.add(blob([*head, (50, 76), (76, 26)]), skin, 18, shadow=5)
    picture.add(oval(128, 88, 50, 46), SHINE, 6)
    picture.add(oval(128, 90, 31), ("#58c4f8", "#2876d4"), 4)
    eye(picture, 128, 90, 19)
    brow = [(64, 66), (82, 36), (128, 26), (174, 36), (192, 66), (172, 54), (128, 46), (84, 54)]
    picture.add(blob(brow, 4), ("#7a4a34", "#5c3426"), 6, shadow=3)
    picture.add(oval(128, 140, 19, 13), ("#eea070", "#c47648"), 7, shadow=3)
    picture.add(blob([(84, 158), (128, 166), (172, 158), (158, 182), (128, 188), (98, 182)]), MOUTH, 2)
    picture.add(both(box(98, 160, 114, 180, 4)), SHINE, 3)
    return picture.image()


def leprechaun() -> Image.Image:
    """A red beard, a tall green hat with a golden buckle, a green coat, a pot of gold."""
    picture = Picture()
    red, green = ("#ff8a3a", "#d8541e"), ("#3fc45c", "#1c8444")
    arms = both(limb((92, 186, 26), (58, 206, 22), (60, 232, 20)))
    picture.add(join(arms, box(66, 168, 190, 250, 36)), green, 10)
    picture.add(join(both(oval(62, 118, 16, 17)), oval(128, 120, 62, 54)), SKIN, 12)
    beard = [(56, 104), (78, 134), (104, 138), (152, 138), (178, 134), (200, 104), (204, 152)]
    picture.add(blob([*beard, (176, 194), (128, 212), (80, 194), (52, 152)], 2), red, 12, shadow=4)
    picture.add(stroke(arc(128, 150, 24, 20, 160, 15), 9), SHINE, 0)
    picture.add(oval(128, 134, 16, 13), ("#ffa684", "#e87e5c"), 6, shadow=3)
    for x in (102, 154):
        eye(picture, x, 114, 9, 10.4)
    picture.add(polygon([(78, 6), (178, 6), (186, 84), (70, 84)], 5), green, 12, shadow=3)
    picture.add(polygon([(72, 52), (184, 52), (190, 84), (66, 84)], 2), INK, 4)
    picture.add(join(box(30, 72, 226, 94, 11), oval(128, 86, 76, 12)), green, 8, shadow=5)
    picture.add(cut(box(104, 42, 152, 88, 7), box(116, 54, 140, 76, 3)), GOLD, 5, shadow=3)
    for x, y in ((96, 204), (116, 194), (138, 194), (160, 204), (128, 206)):
        picture.add(oval(x, y, 16, 14), ("#fff08a", "#f6b02a"), 5, shadow=2)
    picture.add(blob([(84, 212), (172, 212), (186, 232), (172, 254), (84, 254), (70, 232)]), INK, 10)
    picture.add(box(74, 204, 182, 220, 8), INK, 6, shadow=2)
    return picture.image()


def grim_reaper() -> Image.Image:
    """A skull in a black hood, a black robe, a bony hand on a large scythe."""
    picture = Picture()
    robe, dark = ("#625b70", "#25212e"), ("#1a1622", "#0e0b14")
    picture.add(stroke([(216, 26), (200, 246)], 12), WOOD, 5)
    cloak = [(110, 50), (152, 74), (172, 130), (184, 190), (200, 246), (20, 246), (36, 190), (48, 130)]
    picture.add(blob([*cloak, (68, 74)], 2), robe, 16)
    blade = [(230, 28), (206, 6), (158, 2), (106, 18), (62, 66), (112, 44), (160, 42), (216, 58)]
    hood = [(110, 46), (150, 58), (174, 98), (168, 144), (140, 172), (80, 172), (52, 144), (46, 98), (70, 58)]
    picture.add(blob(hood, 2), ("#716a82", "#332e3e"), 14, shadow=4)
    picture.add(blob(blade, 2), ("#f8f8ff", "#a8a6c0"), 7, shadow=4)
    picture.add(oval(110, 116, 46, 52), dark, 0)
    picture.add(join(oval(110, 110, 38, 36), box(90, 128, 130, 164, 10)), SNOW, 8)
    holes = [oval(94, 112, 12, 13), oval(126, 112, 12, 13), polygon([(110, 126), (115, 136), (105, 136)], 1)]
    picture.add(join(*holes, *(box(x - 1.5, 148, x + 1.5, 162) for x in (102, 110, 118))), EYE, 0)
    picture.add(limb((150, 180, 20), (176, 176, 17), (192, 162, 15)), ("#716a82", "#332e3e"), 8, shadow=3)
    picture.add(join(*(stroke([(198, y), (218, y + 2)], 9) for y in (146, 158, 170))), SNOW, 3)
    return picture.image()


def ballerina() -> Image.Image:
    """A dancer on the tip of one toe, a wide pink tutu, arms in a ring overhead, a bun."""
    picture = Picture()
    hair, shoe = ("#8a5030", "#5c3220"), ("#ff8fbc", "#e85a98")
    bent, leg = limb((136, 150, 14), (182, 172, 12), (150, 196, 9)), limb((122, 150, 15), (122, 222, 9))
    picture.add(join(bent, leg), SKIN, 6)
    picture.add(join(limb((152, 192, 10), (134, 206, 7)), limb((122, 220, 11), (122, 254, 4))), shoe, 4)
    picture.add(both(limb((108, 92, 10), (74, 62, 10), (84, 26, 9), (118, 11, 8))), SKIN, 5)
    for y, wide, colours in ((148, 104, ("#ffd0e4", "#f89cc4")), (136, 78, ("#ffb4d4", "#f47cb0"))):
        frill = [oval(*place, 13, 11) for place in arc(128, y, wide, 0, 360, wide / 6)[::2]]
        picture.add(join(oval(128, y, wide, wide / 6), *frill), colours, 7, shadow=4)
    picture.add(join(box(118, 66, 138, 100, 8), oval(128, 92, 24, 12)), SKIN, 4)
    bodice = [(102, 88), (116, 94), (128, 90), (140, 94), (154, 88), (148, 134), (128, 142), (108, 134)]
    picture.add(blob(bodice, 2), ("#f65c98", "#d6337c"), 7, shadow=2)
    picture.add(join(oval(128, 18, 17, 15), oval(128, 48, 31, 30)), hair, 7)
    picture.add(oval(128, 53, 27, 26), SKIN, 7)
    picture.add(cut(oval(128, 46, 31, 28), oval(128, 66, 34, 30)), hair, 5)
    for x in (117, 139):
        eye(picture, x, 54, 4.5, 5.4)
    picture.add(both(oval(111, 63, 5, 4)), ("#ff9a9a", "#ff8a90"), 0)
    picture.add(stroke(arc(128, 62, 7, 20, 160, 5), 4), RED, 0)
    return picture.image()


def nutcracker() -> Image.Image:
    """A wooden soldier: a tall black hat, a big mouth full of teeth, a white beard, a red coat."""
    picture = Picture()
    picture.add(box(66, 234, 190, 254, 8), GREEN, 6)
    picture.add(both(box(96, 184, 125, 240, 8)), ("#4a78d8", "#2a4aa0"), 6)
    picture.add(both(box(92, 214, 126, 240, 9)), INK, 6, shadow=2)
    picture.add(both(box(56, 132, 84, 200, 12)), RED, 7)
    picture.add(both(oval(70, 204, 14)), SKIN, 5)
    picture.add(box(84, 126, 172, 196, 14), RED, 8, shadow=2)
    picture.add(join(box(84, 176, 172, 190, 5), both(box(50, 126, 92, 144, 8))), GOLD, 5, shadow=2)
    picture.add(both(limb((76, 72, 14), (70, 100, 16), (78, 120, 11))), SNOW, 6)
    picture.add(box(80, 56, 176, 124, 18), SKIN, 10, shadow=2)
    picture.add(blob([(84, 118), (172, 118), (164, 150), (128, 172), (92, 150)], 3), SNOW, 8, shadow=3)
    picture.add(box(90, 92, 166, 136, 6), MOUTH, 3, shadow=2)
    for x in range(94, 160, 17):
        picture.add(join(box(x, 96, x + 15, 114, 3), box(x, 115, x + 15, 132, 3)), SHINE, 2)
    picture.add(both(limb((124, 90, 8), (100, 92, 8), (80, 80, 4))), INK, 4, shadow=2)
    picture.add(oval(128, 82, 10, 9), NOSE, 5, shadow=2)
    for x in (106, 150):
        picture.add(oval(x, 71, 11), SHINE, 0)
        eye(picture, x, 71, 7)
    picture.add(polygon([(82, 4), (174, 4), (168, 54), (88, 54)], 5), INK, 10, shadow=3)
    picture.add(join(box(80, 44, 176, 62, 7), oval(128, 24, 14)), GOLD, 5, shadow=3)
    return picture.image()


def caveman() -> Image.Image:
    """Shaggy hair and beard, a leopard skin over one shoulder, a big wooden club."""
    picture = Picture()
    hair, skin = ("#6a4030", "#432620"), ("#f6c094", "#d88c5e")
    picture.add(limb((220, 164, 9), (222, 120, 12), (222, 70, 25), (216, 34, 27)), WOOD, 9)
    picture.add(join(oval(208, 36, 6), oval(232, 58, 6), oval(214, 82, 6)), BROWN, 0)
    picture.add(both(join(box(87, 196, 121, 244), oval(97, 240, 27, 12))), skin, 7)
    picture.add(join(limb((84, 140, 20), (50, 166, 18), (44, 198, 17)), box(76, 124, 172, 206)), skin, 8)
    pelt = [(78, 130), (108, 126), (172, 160), (184, 216), (164, 206), (146, 222), (124, 208), (102, 222)]
    picture.add(polygon([*pelt, (84, 206), (66, 216)], 4), ("#ffc65a", "#ee9a34"), 8, shadow=3)
    for x, y in ((88, 150), (112, 166), (88, 182), (138, 170), (118, 194), (150, 194), (166, 178)):
        picture.add(oval(x, y, 8, 7), BROWN, 0)
    picture.add(limb((164, 142, 19), (198, 162, 17), (220, 144, 17)), skin, 7, shadow=3)
    tufts = [(124, 2), (152, 14), (184, 18), (182, 46), (200, 70), (186, 92), (190, 124), (160, 132)]
    picture.add(polygon([*tufts, *((248 - x, y) for x, y in reversed(tufts))], 5), hair, 10, shadow=3)
    picture.add(box(78, 46, 170, 120, 36), skin, 8)
    beard = [(74, 86), (98, 98), (124, 92), (150, 98), (174, 86), (170, 128), (146, 140), (124, 160)]
    picture.add(polygon([*beard, (102, 140), (78, 128)], 4), hair, 8, shadow=3)
    picture.add(stroke(arc(124, 108, 16, 15, 165, 10), 8), SHINE, 0)
    picture.add(oval(124, 90, 19, 13), ("#eea478", "#c8784c"), 6, shadow=3)
    for x in (102, 146):
        eye(picture, x, 74, 8)
    picture.add(stroke([(86, 60), (124, 64), (162, 60)], 11), hair, 2)
    return picture.image()

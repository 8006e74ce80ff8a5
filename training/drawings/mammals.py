"""Mammals."""

from PIL import Image

from training.drawings.pen import (
    EYE,
    GOLD,
    INK,
    SHINE,
    WHITE,
    Picture,
    arc,
    blob,
    both,
    eye,
    inside,
    join,
    limb,
    oval,
    polygon,
    smooth,
    stroke,
    turned,
)


def lamb() -> Image.Image:
    """A small white fleece on long legs, a big cream head, ears sideways, a golden bell."""
    picture = Picture()
    skin, pale, fleece = ("#ffe6d6", "#f2c0ae"), ("#f6cfc0", "#d99c90"), ("#ffffff", "#dcd6ee")
    for x, colours in ((116, pale), (200, pale), (92, skin), (176, skin)):
        picture.add(limb((x, 150, 15), (x, 200, 11), (x, 230, 12)), colours, 5)
        picture.add(limb((x - 3, 238, 11), (x + 2, 238, 11)), ("#7a6072", "#54404e"), 4)
    picture.add(limb((206, 122, 16), (224, 134, 14), (228, 156, 11)), fleece, 6)
    woolly = [oval(x, y, 26) for x, y in ((98, 146), (124, 158), (156, 158), (186, 150), (198, 128))]
    woolly += [oval(x, y, 26) for x, y in ((178, 112), (148, 112), (120, 124))]
    picture.add(join(*woolly, oval(150, 136, 46, 30)), fleece, 12)
    for side in (-1, 1):
        ear = limb((88 + side * 40, 74, 14), (88 + side * 60, 80, 17), (88 + side * 78, 94, 9))
        picture.add(ear, skin, 6, shadow=3)
        inner = limb((88 + side * 48, 78, 7), (88 + side * 60, 82, 9), (88 + side * 72, 90, 5))
        picture.add(inner, ("#ffa6b4", "#f08098"), 0)
    picture.add(limb((88, 78, 48), (88, 104, 40), (88, 122, 30)), skin, 14, shadow=4)
    for x, y, size in ((64, 46, 19), (112, 46, 19), (88, 36, 23), (88, 54, 18)):
        picture.add(oval(x, y, size), fleece, 6, shadow=1)
    for x in (64, 112):
        eye(picture, x, 90, 11, 13)
    picture.add(oval(88, 122, 13, 8), ("#ff8fa4", "#e86a86"), 3)
    picture.add(stroke(arc(88, 130, 12, 30, 150, 8), 5), ("#b06a72", "#b06a72"), 0)
    picture.add(oval(90, 162, 14), GOLD, 5, shadow=4)
    return picture.image()


def reindeer() -> Image.Image:
    """A brown head, big antlers, a shining red nose, a white ruff."""
    picture = Picture()
    fur, pale = ("#b9815a", "#7e4f3a"), ("#fff0dc", "#e2c6a4")
    branches = ([(112, 92), (88, 66), (52, 56), (34, 22)], [(62, 60), (34, 62), (14, 48)])
    branches += ([(84, 64), (80, 40), (66, 20)], [(102, 80), (108, 50), (100, 26)])
    antlers = both(join(*(stroke(smooth(branch), 14) for branch in branches)))
    picture.add(antlers, ("#e8c08a", "#b07c48"), 5)
    picture.add(both(limb((92, 112, 14), (56, 112, 17), (30, 120, 8))), fur, 6)
    picture.add(both(limb((78, 114, 6), (56, 114, 9), (40, 118, 4))), ("#f0b8a0", "#d8907c"), 0)
    picture.add(limb((128, 160, 46), (128, 186, 46)), fur, 14)
    ruff = [oval(x, y, 22) for x, y in ((88, 186), (104, 206), (128, 216), (152, 206), (168, 186))]
    picture.add(join(*ruff, oval(128, 186, 40, 26)), ("#ffffff", "#ddd0d8"), 8, shadow=3)
    picture.add(limb((128, 116, 50), (128, 144, 44), (128, 170, 40)), fur, 16, shadow=5)
    picture.add(oval(128, 172, 46, 36), pale, 10)
    for x in (104, 152):
        picture.add(oval(x, 122, 17, 20), pale, 4)
        eye(picture, x, 124, 11, 14)
    picture.add(stroke(arc(128, 178, 20, 30, 150, 18), 6), ("#7a4a38", "#7a4a38"), 0)
    picture.add(oval(128, 158, 26, 23), ("#ff5a54", "#d8142e"), 9, shadow=4)
    picture.add(turned(oval(119, 148, 8, 6), -20, 119, 148), SHINE, 0)
    return picture.image()


def antelope() -> Image.Image:
    """Slender and tan, to the left: long spiral horns, a white belly, a dark flank stripe, thin legs."""
    picture = Picture()
    fur, far, dark = ("#eeb06a", "#c47a3c"), ("#c98848", "#9c5e30"), ("#5a3428", "#3c221c")
    for dx, colours in ((26, ("#6e5246", "#4a3430")), (0, ("#8a6654", "#553c34"))):
        curve = smooth([(62 + dx, 92), (64 + dx, 70), (90 + dx, 58), (96 + dx, 36), (130 + dx, 14)])
        horn = join(*(oval(x, y, 10 - 7 * i / len(curve)) for i, (x, y) in enumerate(curve)))
        picture.add(horn, colours, 4)
        for x, y in curve[8:-8:8]:
            ring = stroke([(x - 12, y + 5), (x + 12, y - 5)], 4)
            picture.add(inside(ring, horn), ("#e0bc9c", "#c8a080"), 0)
    for x, knee in ((116, 108), (196, 206)):
        picture.add(limb((x, 170, 14), (knee, 198, 7), (knee - 2, 234, 6)), far, 5)
        picture.add(limb((knee - 5, 241, 7), (knee, 241, 7)), dark, 3)
    picture.add(limb((214, 144, 8), (230, 158, 7), (230, 178, 8)), dark, 4)
    neck = limb((104, 148, 24), (86, 122, 16), (76, 102, 16))
    body = join(limb((108, 154, 29), (152, 154, 26), (196, 154, 28)), neck)
    picture.add(body, fur, 14)
    picture.add(inside(limb((100, 184, 16), (152, 186, 18), (200, 184, 18)), body), ("#ffffff", "#ecdcc8"), 4)
    picture.add(inside(stroke(smooth([(104, 166), (150, 164), (200, 164)]), 9), body), dark, 3)
    for x, knee in ((100, 92), (208, 220)):
        picture.add(limb((x, 164, 16), (knee, 200, 8), (knee - 2, 234, 7)), fur, 5, shadow=2)
        picture.add(limb((knee - 5, 241, 8), (knee, 241, 8)), dark, 3)
    picture.add(limb((86, 96, 7), (106, 92, 10), (122, 92, 4)), fur, 5)
    picture.add(limb((70, 100, 20), (48, 118, 14), (32, 130, 11)), fur, 9, shadow=3)
    picture.add(oval(26, 131, 9, 8), dark, 3)
    eye(picture, 66, 100, 9)
    return picture.image()


def lemur() -> Image.Image:
    """Sits, grey and white, orange eyes in black rings, a long tail ringed black and white."""
    picture = Picture()
    fur, dark, pale = ("#b4a8ae", "#7c707c"), INK, ("#ffffff", "#e0d8e6")
    curve = smooth([(128, 222), (184, 228), (216, 186), (206, 128), (200, 76), (206, 32)])
    tail = stroke(curve, 40)
    picture.add(tail, pale, 8)
    for i in range(2, len(curve) - 1, 9):
        (x0, y0), (x1, y1) = curve[i], curve[i + 1]
        dx, dy = 7 * (y1 - y0), 7 * (x0 - x1)
        band = stroke([(x0 - dx, y0 - dy), (x0 + dx, y0 + dy)], 15)
        picture.add(inside(band, tail), dark, 0)
    body = limb((98, 122, 36), (98, 160, 46), (98, 190, 54))
    picture.add(body, fur, 14)
    picture.add(inside(limb((98, 130, 20), (98, 170, 28), (98, 210, 32)), body), pale, 6)
    for side in (-1, 1):
        picture.add(oval(98 + side * 44, 206, 26, 30), fur, 8, shadow=3)
        picture.add(oval(98 + side * 36, 234, 26, 12), dark, 5)
        arm = limb((98 + side * 34, 136, 15), (98 + side * 36, 168, 12), (98 + side * 16, 190, 11))
        picture.add(arm, fur, 6, shadow=3)
        ear = limb((98 + side * 34, 48, 18), (98 + side * 50, 28, 16), (98 + side * 54, 22, 12))
        picture.add(ear, fur, 6)
    head = join(oval(98, 72, 56, 50), oval(98, 94, 36, 30))
    picture.add(head, pale, 14, shadow=4)
    picture.add(inside(oval(98, 28, 40, 22), head), fur, 4)
    for x, turn in ((72, 20), (124, -20)):
        picture.add(turned(oval(x, 70, 21, 24), turn, x, 70), dark, 3)
        picture.add(oval(x, 69, 15), ("#ffb43c", "#f47a1e"), 0)
        eye(picture, x, 69, 7)
    picture.add(limb((98, 96, 13), (98, 108, 15)), dark, 5)
    return picture.image()


def porcupine() -> Image.Image:
    """Dark brown, to the left: a fan of long quills, banded black and white, over its back and tail."""
    picture = Picture()
    fur, dark, tan = ("#8a6a5c", "#4a3432"), ("#4a3634", "#2a1e20"), ("#c09a86", "#94705f")
    for x in (112, 190):
        picture.add(limb((x, 200, 20), (x - 2, 226, 14), (x - 12, 234, 11)), dark, 5)
    picture.add(limb((96, 182, 36), (140, 188, 40), (190, 192, 32)), fur, 12)
    for far, start, step in ((124, -152, 14), (82, -145, 20)):
        for angle in range(start, 20, step):
            ways = [arc(128, 182, share * far, angle, angle)[0] for share in (0.2, 0.5, 0.72, 1)]
            root, low, high, tip = ((*way, r) for way, r in zip(ways, (8, 10, 8, 3), strict=True))
            picture.add(limb(root, low, high, tip), ("#4c4450", "#2a232e"), 3, shadow=3)
            picture.add(limb(low, high), ("#ffffff", "#efe6da"), 3)
    for x in (92, 166):
        picture.add(limb((x, 204, 22), (x - 2, 230, 15), (x - 14, 236, 12)), dark, 6, shadow=3)
    picture.add(limb((80, 164, 40), (52, 178, 29), (32, 186, 21)), fur, 12, shadow=4)
    picture.add(limb((36, 190, 18), (28, 192, 17)), tan, 6)
    picture.add(oval(18, 180, 12, 11), INK, 3)
    picture.add(oval(96, 148, 13, 15), tan, 4)
    picture.add(oval(60, 160, 13), WHITE, 2)
    eye(picture, 59, 161, 10)
    return picture.image()


def panther() -> Image.Image:
    """A big black cat that prowls to the left: yellow eyes, round ears, white fangs, a long raised tail."""
    picture = Picture()
    coat, far = ("#55506a", "#1f1b2a"), ("#353044", "#17131f")
    picture.add(limb((196, 130, 16), (226, 138, 12), (238, 100, 11), (224, 64, 11), (238, 40, 11)), coat, 6)
    for hip, paw in ((116, 136), (184, 160)):
        picture.add(limb((hip, 150, 26), (paw, 226, 14), (paw - 12, 230, 12)), far, 6)
    picture.add(limb((92, 120, 44), (140, 132, 36), (184, 132, 38)), coat, 16)
    for hip, paw in ((90, 54), (188, 204)):
        leg = limb((hip, 138, 34), ((hip + paw) / 2 + 4, 186, 20), (paw, 226, 16), (paw - 14, 232, 13))
        picture.add(leg, coat, 8, shadow=4)
    for x in (34, 114):
        picture.add(oval(x, 62, 18), coat, 5)
        picture.add(oval(x, 65, 9), ("#8a6a80", "#6a4c64"), 0)
    picture.add(join(oval(74, 102, 56, 48), oval(74, 126, 44, 32)), coat, 16, shadow=5)
    for x, turn in ((47, 16), (101, -16)):
        picture.add(turned(oval(x, 94, 19, 12), turn, x, 94), ("#fff06a", "#b8d83a"), 2)
        picture.add(oval(0.9 * x + 7, 94, 6, 11), EYE, 0)
    picture.add(oval(74, 144, 27, 24), ("#c8384e", "#8a1c38"), 3)
    for x in (58, 90):
        picture.add(polygon([(x - 6, 138), (x + 6, 138), (x, 160)], 2), SHINE, 0)
    picture.add(join(oval(56, 128, 22, 16), oval(92, 128, 22, 16)), ("#736d8a", "#48425c"), 6, shadow=2)
    picture.add(limb((64, 114, 7), (84, 114, 7), (74, 121, 6)), ("#f08aa0", "#c45a78"), 3)
    return picture.image()


def hyena() -> Image.Image:
    """Sandy with dark spots, to the left: a sloping back, a dark mane, round ears, a wide grin."""
    picture = Picture()
    fur, far, dark = ("#e2bd88", "#ab7f50"), ("#b08a5c", "#80603e"), ("#5c4238", "#382622")
    picture.add(limb((220, 168, 9), (238, 182, 11), (240, 208, 9)), dark, 5)
    for x, low in ((116, 116), (196, 190)):
        picture.add(limb((x, 156, 22), (low, 194, 12), (low, 228, 11), (low - 8, 234, 10)), far, 5)
    for i in range(8):
        x, y = 90 + 15 * i, 66 + 9 * i
        picture.add(polygon([(x - 8, y + 24), (x + 14, y + 28), (x + 18 - i, y - 28 + 3 * i)], 5), dark, 3)
    body = join(limb((108, 118, 48), (158, 144, 38), (204, 166, 28)), limb((108, 112, 42), (76, 92, 38)))
    picture.add(body, fur, 16)
    for x, y, r in ((116, 96, 9), (138, 118, 10), (118, 130, 8), (164, 130, 9), (150, 150, 9), (184, 152, 8)):
        picture.add(oval(x, y, r, r * 0.85), dark, 0)
    for x, low in ((94, 88), (208, 214)):
        picture.add(limb((x, 150, 26), (low, 194, 14), (low, 228, 12), (low - 10, 234, 11)), fur, 6, shadow=4)
        for dx, y in ((6, 158), (-3, 180)):
            picture.add(oval((x + low) / 2 + dx, y, 7), dark, 0)
    picture.add(oval(44, 44, 18, 21), far, 5)
    picture.add(join(oval(74, 88, 44, 40), limb((60, 96, 32), (34, 108, 22))), fur, 14, shadow=4)
    picture.add(oval(96, 46, 21, 24), fur, 6, shadow=2)
    picture.add(oval(96, 50, 12, 15), dark, 0)
    picture.add(blob([(18, 116), (46, 118), (76, 108), (66, 132), (40, 142)]), ("#b02c40", "#7a1830"), 2)
    for x, y in ((30, 118), (44, 119), (58, 116)):
        picture.add(polygon([(x - 5, y - 2), (x + 5, y - 2), (x, y + 8)], 1), SHINE, 0)
    picture.add(limb((38, 98, 19), (24, 102, 17)), dark, 6)
    picture.add(oval(14, 92, 10, 9), INK, 3)
    picture.add(oval(66, 78, 13), WHITE, 2)
    eye(picture, 64, 79, 10)
    return picture.image()


def chimpanzee() -> Image.Image:
    """Sits, black and hairy: a bare pink-brown face, big ears sideways, a wide muzzle, long arms, no tail."""
    picture = Picture()
    hair, skin, ridge = ("#5a525c", "#221c26"), ("#f0c0a0", "#c48a6c"), ("#c8906e", "#a87052")
    picture.add(limb((128, 150, 50), (128, 190, 58)), hair, 14)
    for side in (-1, 1):
        leg = limb((128 + side * 40, 214, 22), (128 + side * 62, 196, 22), (128 + side * 54, 226, 16))
        picture.add(leg, hair, 7, shadow=3)
        picture.add(limb((128 + side * 40, 236, 12), (128 + side * 66, 236, 12)), skin, 5)
        arm = limb((128 + side * 50, 138, 22), (128 + side * 88, 176, 17), (128 + side * 96, 222, 15))
        picture.add(arm, hair, 7, shadow=3)
        picture.add(oval(128 + side * 97, 232, 17, 14), skin, 5)
        picture.add(oval(128 + side * 70, 76, 27, 32), skin, 8)
        picture.add(oval(128 + side * 70, 78, 15, 20), ridge, 3)
    picture.add(oval(128, 78, 64, 66), hair, 14, shadow=4)
    picture.add(join(both(oval(108, 70, 27, 28)), oval(128, 112, 48, 36)), skin, 10)
    picture.add(both(stroke(arc(108, 72, 24, 200, 340, 22), 8)), ridge, 3)
    for x in (108, 148):
        eye(picture, x, 76, 9)
    for x in (120, 136):
        picture.add(oval(x, 98, 5, 4), ("#6e3e34", "#6e3e34"), 0)
    picture.add(stroke(arc(128, 106, 36, 25, 155, 22), 6), ("#7a4438", "#7a4438"), 0)
    return picture.image()

"""Dinosaurs, reptiles and amphibians."""

from PIL import Image

from training.drawings.pen import (
    EYE,
    SHINE,
    Picture,
    arc,
    blob,
    both,
    eye,
    inside,
    join,
    limb,
    mirrored,
    oval,
    polygon,
    smooth,
    stroke,
    turned,
)


def triceratops() -> Image.Image:
    """Orange-brown, a frill behind its head, three horns, a beak, on four thick legs, to the left."""
    picture = Picture()
    skin, dark = ("#e8a15c", "#b0623a"), ("#c47c46", "#8a4a30")
    horn, nail = ("#fffaf0", "#e4d2b0"), ("#fff0d4", "#e0c8a0")
    picture.add(limb((184, 138, 40), (220, 168, 20), (248, 204, 6)), skin, 8)
    for x in (98, 176):
        picture.add(limb((x, 166, 22), (x, 214, 16)), dark, 7)
    picture.add(limb((110, 134, 52), (150, 130, 60), (184, 142, 46)), skin, 18)
    for x in (132, 204):
        picture.add(limb((x, 160, 27), (x, 220, 20)), skin, 8, shadow=4)
        for toe in (-14, 0, 14):
            picture.add(oval(x + toe, 236, 8), nail, 3)
    frill = (104, 88)
    knobs = [oval(x, y, 14) for x, y in arc(*frill, 62, -150, 105, 68)[::5]]
    picture.add(join(*knobs), nail, 5, shadow=4)
    picture.add(oval(*frill, 62, 68), ("#f06a4a", "#b8383c"), 12)
    picture.add(oval(98, 92, 46, 52), ("#ffb45e", "#ea7c3c"), 6)
    picture.add(limb((112, 76, 14), (142, 40, 9), (170, 14, 4)), horn, 5, shadow=3)
    head = limb((92, 108, 46), (58, 134, 32), (36, 150, 22))
    picture.add(head, skin, 14, shadow=5)
    beak = blob([(44, 128), (20, 130), (8, 154), (14, 182), (30, 172), (48, 172)])
    picture.add(beak, ("#a88a72", "#6e5448"), 7)
    picture.add(stroke(smooth([(28, 166), (58, 162), (86, 146)]), 6), dark, 0)
    picture.add(limb((74, 86, 15), (64, 46, 10), (40, 10, 4)), horn, 5, shadow=3)
    picture.add(limb((34, 126, 14), (24, 110, 9), (14, 94, 4)), horn, 5, shadow=2)
    eye(picture, 78, 112, 13)
    return picture.image()


def stegosaurus() -> Image.Image:
    """Green, big orange plates along its arched back, spikes on its tail, a small low head to the left."""
    picture = Picture()
    skin, dark = ("#7ccf5c", "#2f9150"), ("#4fa64c", "#1f703e")
    plate, spike = ("#ffb03e", "#f0562e"), ("#fffaf0", "#e4d2b0")
    for x, y, tip in ((206, 182, (208, 122)), (220, 190, (229, 130)), (233, 198, (250, 144))):
        picture.add(polygon([(x - 9, y), tip, (x + 9, y + 6)], 4), spike, 5)
    for x, y, size, lean in (
        (40, 150, 0.6, -38), (60, 116, 0.8, -32), (96, 90, 1, -12), (138, 92, 1, 14), (172, 124, 0.8, 38),
    ):  # fmt: skip
        outline = [(0, -74), (24, -36), (22, 14), (-22, 14), (-24, -36)]
        shape = polygon([(x + size * dx, y + size * dy) for dx, dy in outline], 5)
        picture.add(turned(shape, lean, x, y), plate, 9, shadow=2)
    for x in (60, 128):
        picture.add(limb((x + 6, 164, 20), (x, 220, 14)), dark, 7)
    body = join(
        limb((76, 148, 34), (114, 138, 52), (148, 150, 44), (188, 184, 22), (222, 200, 14), (248, 204, 6)),
        limb((80, 152, 36), (50, 172, 22), (30, 184, 20), (16, 190, 14)),
    )
    picture.add(body, skin, 16)
    belly = limb((72, 192, 10), (110, 198, 16), (150, 194, 10))
    picture.add(inside(belly, body), ("#e4f4a0", "#b4dc78"), 5)
    for x, wide in ((90, 20), (158, 25)):
        picture.add(limb((x, 166, wide + 4), (x, 222, wide - 5)), skin, 8, shadow=4)
        for toe in (-12, 0, 12):
            picture.add(oval(x + toe, 236, 7), spike, 3)
    picture.add(stroke(smooth([(4, 196), (18, 200), (36, 194)]), 5), dark, 0)
    eye(picture, 30, 178, 9)
    return picture.image()


def pterodactyl() -> Image.Image:
    """Flies with wide skin wings, a long pointed beak to the left, a long crest at the back of its head."""
    picture = Picture()
    skin, web, bone = ("#a070d8", "#5c3898"), ("#e2b4f4", "#ac74dc"), ("#8e5cc0", "#8e5cc0")
    for side in (1, -1):
        outline = [
            (8, 112),
            (58, 92),
            (122, 66),
            (120, 104),
            (96, 140),
            (78, 134),
            (60, 170),
            (38, 162),
            (4, 206),
        ]
        picture.add(polygon([(128 + side * x, y) for x, y in outline], 4), web, 9)
        for x, y in ((94, 134), (60, 162)):
            picture.add(stroke([(128 + side * 60, 96), (128 + side * x, y)], 6), bone, 0)
        for dx in (-9, 3, 14):
            picture.add(limb((128 + side * 60, 92, 8), (128 + side * (62 + dx), 68, 4)), skin, 3)
        arm = limb((128 + side * 12, 122, 15), (128 + side * 58, 92, 12), (128 + side * 124, 64, 5))
        picture.add(arm, skin, 5)
        picture.add(limb((128 + side * 10, 178, 13), (128 + side * 24, 214, 8)), skin, 5)
        for dx in (-10, 0, 10):
            picture.add(limb((128 + side * 24, 212, 7), (128 + side * 26 + dx, 230, 4)), skin, 3)
    picture.add(limb((128, 100, 20), (128, 142, 28), (128, 180, 16), (128, 206, 5)), skin, 11, shadow=4)
    picture.add(limb((128, 132, 12), (128, 154, 17), (128, 172, 9)), ("#e8d0f8", "#c4a0e4"), 5)
    picture.add(limb((128, 76, 24), (166, 48, 18), (216, 14, 6)), ("#ff6a5a", "#d8344e"), 6, shadow=4)
    picture.add(
        polygon([(124, 58), (124, 102), (14, 118), (10, 112)], 3), ("#ffd45a", "#f28a24"), 6, shadow=4
    )
    picture.add(stroke([(34, 112), (118, 92)], 5), ("#a8542a", "#a8542a"), 0)
    picture.add(limb((132, 78, 28), (116, 80, 26)), skin, 8)
    picture.add(oval(120, 72, 15), SHINE, 2)
    eye(picture, 117, 72, 11)
    return picture.image()


def cobra() -> Image.Image:
    """Reared up out of its coils, the hood spread wide, a banded pale belly, a forked tongue."""
    picture = Picture()
    skin, hood = ("#d8a04a", "#8e5a24"), ("#a8682e", "#6a3a1e")
    belly, line = ("#fff2c0", "#f0cc74"), ("#d09a48", "#b87c34")
    picture.add(limb((188, 216, 16), (228, 214, 13), (240, 190, 9), (232, 170, 4)), skin, 6)
    picture.add(oval(128, 214, 88, 30), skin, 12)
    picture.add(oval(128, 192, 66, 26), skin, 11, shadow=4)
    cape = [(128, 22), (170, 40), (206, 78), (210, 118), (178, 156), (150, 190)]
    picture.add(blob(cape + mirrored(cape[1:])), hood, 12, shadow=5)
    for side in (-1, 1):
        picture.add(oval(128 + side * 54, 100, 17, 24), ("#ffd76a", "#f0a038"), 4)
        picture.add(oval(128 + side * 54, 102, 8, 13), EYE, 0)
    front = limb((128, 76, 30), (128, 124, 29), (128, 166, 28), (128, 196, 30))
    picture.add(front, belly, 9)
    for y in range(112, 214, 20):
        picture.add(inside(stroke(smooth([(90, y - 4), (128, y + 4), (166, y - 4)]), 7), front), line, 0)
    tongue = [stroke([(128, 84), (128, 116), (128 + dx, 136)], 6) for dx in (-12, 12)]
    picture.add(join(*tongue), ("#ff3a56", "#d8204a"), 0)
    picture.add(join(oval(128, 54, 42, 36), oval(128, 74, 33, 24)), skin, 12, shadow=5)
    for x in (104, 152):
        picture.add(turned(oval(x, 54, 13, 11), 18 if x < 128 else -18, x, 54), ("#fff27a", "#ffc22e"), 3)
        picture.add(oval(x, 54, 5, 10), EYE, 0)
    picture.add(both(oval(119, 74, 4)), EYE, 0)
    picture.add(stroke(smooth([(102, 80), (128, 90), (154, 80)]), 5), hood, 0)
    return picture.image()


def toad() -> Image.Image:
    """Brown, fat and covered with warts, sits facing us: bulging amber eyes, a wide sulky mouth."""
    picture = Picture()
    skin, dark = ("#b48a54", "#6c4a30"), ("#94693e", "#563826")
    wart, pale, line = ("#d8b478", "#9c7444"), ("#f2dcae", "#cfae7c"), ("#43281c", "#43281c")
    picture.add(both(limb((46, 182, 36), (30, 204, 28), (26, 216, 22))), dark, 9)
    picture.add(both(limb((50, 224, 15), (16, 228, 12))), dark, 5)
    body = join(oval(128, 152, 106, 84), both(oval(72, 72, 36)))
    picture.add(body, skin, 18)
    picture.add(inside(oval(128, 196, 68, 58), body), pale, 8)
    for side in (-1, 1):
        picture.add(limb((128 + side * 68, 176, 22), (128 + side * 58, 222, 17)), skin, 7, shadow=4)
        for dx in (-22, 0, 22):
            toe = limb((128 + side * 58, 224, 14), (128 + side * 58 + dx, 236, 9))
            picture.add(toe, skin, 4)
        picture.add(oval(128 + side * 56, 70, 27), ("#ffd452", "#ea8e24"), 5)
        picture.add(oval(128 + side * 56, 71, 19, 10), EYE, 0)
        picture.add(oval(128 + side * 56 - 8, 66, 6), SHINE, 0)
        lid = inside(oval(128 + side * 56, 68, 32, 33), polygon(arc(128 + side * 56, 60, 40, 180, 360, 40)))
        picture.add(lid, skin, 5, shadow=3)
        for x, y, size in (
            (92, 124, 10), (68, 112, 7), (80, 164, 11), (98, 156, 7), (20, 86, 7), (46, 118, 8),
            (52, 44, 7), (74, 46, 5), (96, 186, 8), (100, 200, 6),
        ):  # fmt: skip
            picture.add(oval(128 + side * x, y, size), wart, 4, shadow=2)
    picture.add(oval(128, 82, 8), wart, 4, shadow=2)
    picture.add(stroke(smooth([(50, 152), (84, 140), (128, 136), (172, 140), (206, 152)]), 8), line, 0)
    picture.add(both(oval(118, 112, 4)), line, 0)
    return picture.image()


def axolotl() -> Image.Image:
    """Pink, three feathery red gills on either side of its broad smiling head, a finned tail."""
    picture = Picture()
    skin, gill, frond = ("#ffc4d4", "#f48aac"), ("#f0447a", "#b81e5c"), ("#ff7aa0", "#e0447e")
    tail = [(146, 196), (186, 206), (214, 178), (236, 146), (246, 176), (236, 220), (196, 240), (150, 238)]
    picture.add(blob(tail), ("#ff9cba", "#e86a98"), 8)
    picture.add(limb((150, 214, 22), (196, 216, 13), (230, 178, 5)), skin, 6)
    for angle, reach in ((54, 80), (8, 86), (-36, 70)):
        stem, tip = (78, 96), (78 - reach, 96)
        tufts = [(stem[0] + (tip[0] - stem[0]) * t, t) for t in (0.4, 0.58, 0.76, 0.94)]
        barbs = [stroke([(x + 8, 96), (x - 7, 96 + d * (23 - 9 * t))], 9) for x, t in tufts for d in (-1, 1)]
        picture.add(both(turned(join(*barbs), angle, *stem)), frond, 4)
        picture.add(both(turned(stroke([stem, tip], 12), angle, *stem)), gill, 4)
    picture.add(limb((128, 150, 40), (128, 200, 42)), skin, 12)
    for low in (182, 232):
        for dx in (-14, -2, 10):
            picture.add(both(limb((78, low, 10), (66 + dx * 0.6, low + 10 + dx * 0.4, 6))), skin, 3)
        picture.add(both(limb((104, low - 14, 16), (78, low, 12))), skin, 6)
    picture.add(limb((128, 176, 20), (128, 210, 24)), ("#ffe4ec", "#ffc0d4"), 6)
    head = join(oval(128, 98, 76, 54), oval(128, 118, 80, 40))
    picture.add(head, skin, 16, shadow=5)
    for x in (80, 176):
        eye(picture, x, 98, 12)
        picture.add(oval(x - (128 - x) * 0.18, 126, 13, 8), ("#ff7aa2", "#f66a98"), 0)
    picture.add(stroke(arc(128, 112, 30, 15, 165, 20), 7), ("#b03a68", "#b03a68"), 0)
    return picture.image()


def gecko() -> Image.Image:
    """Yellow with brown spots, splayed toes with round pads, a curved tail, seen from above."""
    picture = Picture(24)
    skin, spot, pad = ("#ffe25a", "#f2a02a"), ("#8a4a2a", "#6a3420"), ("#fff0a0", "#ffb84a")
    for hip, knee, foot, ahead in (
        ((104, 102), (70, 112), (54, 82), 240), ((152, 98), (186, 104), (204, 76), 300),
        ((110, 160), (76, 150), (58, 180), 130), ((146, 160), (182, 152), (200, 182), 60),
    ):  # fmt: skip
        for angle in (-75, -25, 25, 75):
            tip = arc(*foot, 27, ahead + angle, 360)[0]
            picture.add(stroke([foot, tip], 9), skin, 3)
            picture.add(oval(*tip, 10), pad, 4)
        picture.add(limb((*hip, 18), (*knee, 12), (*foot, 12)), skin, 6)
    tail = limb((128, 160, 24), (134, 198, 18), (126, 226, 13), (100, 236, 9), (78, 226, 5))
    picture.add(join(limb((128, 78, 24), (128, 118, 34), (128, 166, 27)), tail), skin, 12)
    picture.add(join(oval(128, 52, 37, 31), limb((128, 40, 27), (128, 22, 18))), skin, 11, shadow=3)
    for x, y, size in (
        (112, 104, 9), (142, 100, 8), (128, 122, 9), (108, 134, 8), (148, 130, 9), (130, 148, 8),
        (114, 162, 7), (144, 166, 8), (132, 184, 8), (132, 208, 7), (114, 230, 6), (128, 68, 6),
    ):  # fmt: skip
        picture.add(oval(x, y, size), spot, 0)
    for x in (98, 158):
        picture.add(oval(x, 44, 15, 17), ("#fff6d0", "#ffcf70"), 4, shadow=2)
        eye(picture, x, 44, 9, 12)
    picture.add(both(oval(121, 14, 3)), spot, 0)
    return picture.image()

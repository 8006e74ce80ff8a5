"""Plants."""

from PIL import Image

from training.drawings.pen import (
    BROWN,
    GREEN,
    PINK,
    YELLOW,
    Picture,
    arc,
    blob,
    box,
    inside,
    join,
    limb,
    oval,
    polygon,
    smooth,
    stroke,
    turned,
)

LEAF = ("#5cc468", "#23864e")


def bush() -> Image.Image:
    """A round green shrub, a few pink flowers in it."""
    picture = Picture()
    floor = box(0, 0, 256, 220)
    for x, y, r in ((128, 98, 66), (72, 126, 54), (186, 126, 54), (56, 178, 44), (200, 178, 44)):
        picture.add(inside(oval(x, y, r), floor), ("#5cc84c", "#217a3a"), 20, shadow=3)
    for x, y, r in ((128, 176, 62), (84, 190, 42), (174, 190, 42)):
        picture.add(inside(oval(x, y, r), floor), ("#74d858", "#2c9440"), 20, shadow=3)
    for x, y in ((92, 74), (140, 60), (56, 122), (196, 112), (150, 130), (44, 178), (212, 172), (166, 184)):
        for lean in (-30, 30):
            picture.add(turned(oval(x, y - 8, 5, 11), lean, x, y), ("#b0f07c", "#86dc60"), 2)
    for x, y in ((74, 154), (128, 102), (182, 148), (124, 194)):
        for angle in range(-90, 270, 72):
            px, py = arc(x, y, 8, angle, angle)[0]
            picture.add(oval(px, py, 7), PINK, 3)
        picture.add(oval(x, y, 5), YELLOW, 2)
    return picture.image()


def pine_cone() -> Image.Image:
    """Brown scales with light tips, smaller downwards; green needles above."""
    picture = Picture(10)
    for angle in (-172, -152, -128, -52, -28, -8):
        picture.add(stroke([(128, 50), arc(128, 50, 84, angle, angle, 40)[0]], 9), GREEN, 4)
    picture.add(stroke([(128, 60), (126, 18)], 16), BROWN, 5)
    picture.add(blob([(128, 60), (190, 96), (176, 170), (128, 226), (80, 170), (66, 96)], 0), BROWN, 8)
    rows = ((0, 1), (24, 2), (48, 3), (60, 4), (66, 3), (66, 4), (54, 3), (34, 2))
    for row, (half, count) in enumerate(rows):
        for i in range(count):
            x, y = 128 + (half * (2 * i / (count - 1) - 1) if half else 0), 216 - 22 * row
            lean, w = (128 - x) * 0.55, 20 + row if row < 6 else 24
            scale = blob([(x - w, y - 8), (x, y - 30), (x + w, y - 8), (x, y + 24)], 2)
            lip = blob([(x - w * 0.6, y + 4), (x, y - 2), (x + w * 0.6, y + 4), (x, y + 21)], 2)
            picture.add(turned(scale, lean, x, y), ("#5e3522", "#8e5630"), 5, shadow=4)
            picture.add(turned(lip, lean, x, y), ("#d89a5c", "#f0c088"), 3)
    return picture.image()


def poppy() -> Image.Image:
    """A red flower of four wide petals, black in its middle, on a green stem."""
    picture = Picture()
    picture.add(stroke(smooth([(128, 120), (132, 180), (124, 240)]), 12), LEAF, 4)
    picture.add(blob([(126, 220), (150, 184), (196, 172), (186, 204), (152, 226)]), LEAF, 6)
    picture.add(blob([(126, 230), (104, 196), (62, 188), (72, 216), (100, 234)]), LEAF, 6)
    for petal in (
        [(128, 96), (70, 76), (74, 24), (128, 14), (182, 24), (186, 76)],
        [(128, 96), (84, 50), (34, 58), (26, 108), (56, 140), (104, 134)],
        [(128, 96), (172, 50), (222, 58), (230, 108), (200, 140), (152, 134)],
        [(128, 90), (78, 106), (72, 152), (128, 172), (184, 152), (178, 106)],
    ):
        picture.add(blob(petal), ("#ff5a4a", "#d81a34"), 14, shadow=4)
    picture.add(oval(128, 98, 36, 33), ("#4a1424", "#2a0c18"), 6)
    for x, y in arc(128, 98, 27, 0, 360, 25)[:39:4]:
        picture.add(oval(x, y, 5), ("#ffdc6a", "#f0b03c"), 0)
    picture.add(oval(128, 98, 15), ("#b8dc7a", "#6fae4a"), 5, shadow=2)
    return picture.image()


def orchid() -> Image.Image:
    """Three pink blossoms and buds on a bent stem, wide leaves below."""
    picture = Picture()
    picture.add(blob([(118, 238), (60, 190), (14, 206), (50, 236)]), LEAF, 8)
    picture.add(blob([(120, 238), (170, 188), (226, 196), (190, 234)]), LEAF, 8)
    picture.add(stroke(smooth([(118, 236), (104, 170), (116, 90), (166, 32), (222, 28)]), 9), LEAF, 3)
    for x, y, wide in ((204, 28, 13), (228, 36, 10)):
        picture.add(oval(x, y, wide, wide + 3), ("#ffa8d4", "#e0609f"), 5)
    for x, y, size in ((164, 66, 0.8), (84, 92, 0.95), (140, 150, 1.05)):
        for angle in (-90, 30, 150, -15, 195):
            wide, high, far = (30, 32, 32) if angle in (-15, 195) else (20, 34, 28)
            px, py = arc(x, y, far * size, angle, angle)[0]
            petal = turned(oval(px, py, wide * size, high * size), angle + 90, px, py)
            picture.add(petal, ("#ffb4dc", "#e860a8"), 7, shadow=2)
        picture.add(oval(x, y + 10 * size, 15 * size, 18 * size), ("#c4287e", "#8e1a64"), 5, shadow=2)
        picture.add(oval(x, y + 2 * size, 8 * size), YELLOW, 3)
    return picture.image()


def dandelion() -> Image.Image:
    """A ball of white seeds on a green stem with jagged leaves; two seeds fly off."""
    picture = Picture()
    picture.add(stroke(smooth([(104, 110), (110, 180), (104, 236)]), 11), LEAF, 4)
    leaf = [(0, 236), (18, 214), (30, 220), (42, 202), (54, 210), (74, 198), (66, 218), (50, 228), (36, 228)]
    for side in (-1, 1):
        picture.add(polygon([(106 + side * x, y) for x, y in leaf], 4), LEAF, 5)
    picture.add(oval(104, 102, 76), ("#b4c4ee", "#8093cc"), 24)
    seeds = [(*arc(104, 102, 74, 360 / 14 * i, 360 / 14 * i)[0], 104, 102, 19) for i in range(14)]
    seeds += [(*arc(104, 102, 40, 45 * i, 45 * i)[0], 104, 102, 17) for i in range(8)]
    for x, y, x0, y0, size in (*seeds, (218, 36, 200, 74, 20), (222, 112, 196, 138, 18)):
        picture.add(stroke([(x0, y0), (x, y)], 4), ("#6f80b8", "#6f80b8"), 0)
        star = [stroke([(x, y), arc(x, y, size, a, a)[0]], 6) for a in range(0, 360, 60)]
        picture.add(join(*star, oval(x, y, 0.6 * size)), ("#ffffff", "#e8eefc"), 4)
    for x, y, size in ((104, 102, 15), (200, 76, 7), (196, 140, 7)):
        picture.add(oval(x, y, size), ("#b8905a", "#7a5a34"), 4)
    return picture.image()


def bonsai() -> Image.Image:
    """A small tree with a bent trunk and flat green crowns in a blue bowl."""
    picture = Picture()
    trunk = limb((128, 200, 24), (112, 172, 16), (138, 138, 14), (120, 100, 11), (128, 70, 9))
    right = limb((130, 142, 10), (166, 124, 8), (194, 118, 7))
    left = limb((122, 120, 9), (92, 108, 8), (66, 104, 7))
    picture.add(join(trunk, right, left), ("#a8683c", "#6a3f24"), 8)
    tufts = ((-0.62, 0.1, 0.36), (0.62, 0.1, 0.36), (-0.25, -0.2, 0.42), (0.28, -0.18, 0.42), (0, 0.12, 0.4))
    for x, y, wide in ((60, 92, 46), (196, 108, 46), (128, 48, 60)):
        crown = join(*(oval(x + wide * dx, y + wide * dy, wide * r) for dx, dy, r in tufts))
        picture.add(crown, ("#6fd35f", "#1f8a48"), 12, shadow=5)
    picture.add(oval(128, 206, 70, 10), ("#6a4630", "#4a2e20"), 3)
    picture.add(polygon([(46, 206), (210, 206), (192, 232), (64, 232)], 5), ("#4f8fe8", "#2a55b0"), 8)
    picture.add(box(36, 200, 220, 216, 7), ("#6aa8f4", "#3a6cc8"), 5, shadow=3)
    for x in (72, 160):
        picture.add(box(x, 232, x + 24, 243, 4), ("#2a55b0", "#1f3f8a"), 3)
    return picture.image()

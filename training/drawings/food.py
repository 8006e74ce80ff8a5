"""Fruit, vegetables and what else is eaten."""

from PIL import Image

from training.drawings.pen import (
    GREEN,
    RED,
    Picture,
    arc,
    blob,
    box,
    inside,
    join,
    oval,
    polygon,
    smooth,
    stroke,
    turned,
)


def cauliflower() -> Image.Image:
    """A white head of many bumps among green leaves."""
    picture = Picture()
    leaf = [(128, 240), (44, 226), (12, 150), (30, 70), (58, 110), (90, 190)]
    for outline in (leaf, [(256 - x, y) for x, y in leaf]):
        picture.add(blob(outline, 2), ("#7ed257", "#2f9648"), 12)
    bumps = [(74, 74, 34), (128, 52, 38), (182, 74, 34), (54, 118, 30), (202, 118, 30), (102, 98, 34)]
    bumps += [(156, 98, 34), (78, 146, 32), (178, 146, 32), (128, 140, 36), (104, 176, 30), (152, 176, 30)]
    for x, y, size in bumps:
        picture.add(oval(x, y, size), ("#fffdf2", "#e6d9b4"), 12, shadow=3)
    front = [(132, 242), (70, 236), (30, 190), (26, 134), (62, 168), (104, 200)]
    for outline in (front, [(256 - x, y) for x, y in front]):
        picture.add(blob(outline, 2), ("#a4e36a", "#4fb452"), 12, shadow=4)
        rib = [(120, 232), (70, 208), (40, 164)] if outline is front else [(136, 232), (186, 208), (216, 164)]
        picture.add(stroke(smooth(rib), 7), ("#d8f4b0", "#c4ea94"), 2)
    return picture.image()


def radish() -> Image.Image:
    """Round and pink-red, a white tip with a root, green leaves above."""
    picture = Picture()
    for angle, long in ((-58, 92), (58, 92), (0, 104)):
        wide = 128 - 0.7 * long
        leaf = [(128, 116), (116, 90), (98, wide), (128, 116 - long), (158, wide), (140, 90)]
        picture.add(turned(blob(leaf, 2), angle, 128, 112), ("#74d45c", "#2f9a4a"), 8, shadow=3)
        rib = turned(stroke([(128, 108), (128, 136 - long)], 7), angle, 128, 112)
        picture.add(rib, ("#c8f2a0", "#b8ec8c"), 1)
    root = blob([(84, 200), (172, 200), (142, 222), (130, 246), (118, 222)], 2)
    picture.add(root, ("#fff2f6", "#e8cfdc"), 5)
    body = oval(128, 158, 88, 70)
    picture.add(body, ("#ff4f86", "#d31d5c"), 24)
    picture.add(inside(oval(128, 240, 70, 34), body), ("#ffd9e6", "#fff2f6"), 2)
    picture.add(turned(oval(78, 136, 12, 20), 28, 78, 136), ("#ffb3cc", "#ff8fb2"), 6)
    return picture.image()


def asparagus() -> Image.Image:
    """Five green spears in a bunch, a red band about them."""
    picture = Picture()
    for x, top, low in ((56, 52, 228), (200, 52, 228), (92, 30, 238), (164, 30, 238), (128, 10, 246)):
        picture.add(box(x - 21, top + 50, x + 21, low, 9), ("#7ccc54", "#d4edb0"), 12, shadow=3)
        tip = [(x - 22, top + 84), (x - 24, top + 48), (x, top), (x + 24, top + 48), (x + 22, top + 84)]
        picture.add(polygon(smooth(tip), 1), ("#4f8a4c", "#46a048"), 9, shadow=2)
        for dx, y in ((0, top + 24), (-11, top + 46), (11, top + 46), (0, top + 70)):
            scale = [(x + dx - 11, y + 13), (x + dx, y - 16), (x + dx + 11, y + 13)]
            picture.add(blob(scale, 2), ("#8a6cb0", "#62b85c"), 4, shadow=2)
    picture.add(box(26, 160, 230, 204, 12), RED, 9, shadow=4)
    return picture.image()


def blackberry() -> Image.Image:
    """Black-purple and made of shiny balls, a green crown above."""
    picture = Picture()
    outline = [(50, 100), (90, 66), (166, 66), (206, 100), (196, 176), (128, 240), (60, 176)]
    picture.add(blob(outline, 2), ("#2c1440", "#1c0c2c"), 8)
    for row in range(7):
        y, half = 86 + 23 * row, (66, 78, 72, 76, 58, 44, 14)[row]
        count = (4, 5, 4, 5, 4, 3, 2)[row]
        for i in range(count):
            x = 128 + half * (2 * i / (count - 1) - 1)
            picture.add(oval(x, y, 21), ("#6a4494", "#2a1444"), 8, shadow=2)
            picture.add(oval(x - 6, y - 7, 5), ("#cdb4ec", "#b090dc"), 2)
    for angle in (-160, -125, -90, -55, -20):
        tip = arc(128, 72, 66, angle, angle + 1, 52)[0]
        picture.add(blob([(112, 76), tip, (144, 76)], 4), GREEN, 5, shadow=1)
    picture.add(stroke([(128, 60), (132, 16)], 11), GREEN, 3)
    return picture.image()


def pomegranate() -> Image.Image:
    """Red and round with a crown, cut open: red seeds in pale chambers."""
    picture = Picture()
    crown = [(96, 62), (80, 16), (112, 36), (128, 14), (144, 36), (176, 16), (160, 62)]
    picture.add(polygon(crown, 4), ("#e8485a", "#b3203e"), 6)
    picture.add(oval(128, 146, 114, 98), ("#f0485c", "#a5163c"), 24)
    picture.add(oval(128, 150, 92, 78), ("#fff0c8", "#f6d898"), 4, shadow=2)
    face = oval(128, 150, 80, 66)
    picture.add(face, ("#8c0a30", "#6c0826"), 2)
    for ring, count in ((66, 15), (40, 9), (14, 4)):
        for i in range(count):
            x, y = arc(128, 150, ring, 360 * i / count, 360 * i / count + 1, 0.83 * ring)[0]
            picture.add(inside(oval(x, y, 14), face), ("#f5446c", "#b00c40"), 7, shadow=2)
            picture.add(oval(x - 4, y - 5, 4), ("#ffc4d0", "#ffa4b8"), 1)
    for a in (-78, 50, 166):
        bend, end = arc(128, 150, 44, a + 24, a + 25, 36)[0], arc(128, 150, 84, a, a + 1, 70)[0]
        picture.add(stroke(smooth([(128, 150), bend, end]), 11), ("#fff0c8", "#f6d898"), 3)
    return picture.image()


def dragon_fruit() -> Image.Image:
    """Half of one: white flesh with black seeds, a pink skin with green-tipped scales."""
    picture = Picture()
    for angle in (-155, 155, -115, 115, -75, 75, -36, 36, 0):
        x, y = arc(128, 142, 74, angle - 90, angle - 89, 84)[0]
        outline = [(x - 30, y + 10), (x - 12, y - 30), (x, y - 52), (x + 12, y - 30), (x + 30, y + 10)]
        scale = turned(blob(outline, 2), 0.72 * angle, x, y)
        picture.add(scale, ("#ff5ca0", "#e0287c"), 7, shadow=2)
        tip = turned(box(x - 40, y - 70, x + 40, y - 24), 0.72 * angle, x, y)
        picture.add(inside(scale, tip), ("#a6dc4c", "#6cb83c"), 5)
    picture.add(oval(128, 142, 88, 100), ("#ff5ca4", "#d8207a"), 8, shadow=2)
    picture.add(oval(128, 142, 74, 86), ("#ffffff", "#ece2f0"), 5)
    for ring, count in ((0.1, 2), (0.42, 7), (0.8, 13)):
        for i in range(count):
            a = 360 * i / count + 40 * ring
            x, y = arc(128, 142, 74 * ring, a, a + 1, 86 * ring)[0]
            picture.add(turned(oval(x, y, 5, 7), a, x, y), ("#3a3444", "#1c1824"), 1)
    return picture.image()


def fig() -> Image.Image:
    """A purple fig, and half of one before it: pink within."""
    picture = Picture()
    outline = [(0, -100), (22, -56), (70, 4), (64, 64), (0, 92), (-64, 64), (-70, 4), (-22, -56)]

    def drop(x: float, y: float, size: float) -> Image.Image:
        return blob([(x + dx * size, y + dy * size) for dx, dy in outline])

    picture.add(turned(drop(164, 124, 1.06), 14, 164, 124), ("#8a58c0", "#3c1c66"), 24)
    picture.add(turned(drop(100, 142, 1.06), -8, 100, 142), ("#7a4ab0", "#40206c"), 8, shadow=5)
    picture.add(turned(drop(100, 144, 0.93), -8, 100, 142), ("#e4f0b4", "#f8ecc8"), 3)
    picture.add(turned(drop(99, 152, 0.72), -8, 100, 142), ("#f0809a", "#c42c56"), 10)
    picture.add(turned(drop(99, 158, 0.3), -8, 100, 142), ("#ffc0b8", "#ff9a9c"), 8)
    for ring, count in ((24, 7), (42, 11)):
        for i in range(count):
            x, y = arc(100, 164, ring, 360 * i / count, 360 * i / count + 1)[0]
            picture.add(oval(x, y, 4.5), ("#ffe6a0", "#ffd27a"), 1)
    return picture.image()


def celery() -> Image.Image:
    """Pale green ribbed stalks in a bunch, with leaves above."""
    picture = Picture()
    for lean in (-2, 2, -1, 1, 0):
        x, y = 128 + 33 * lean, 76 + 9 * abs(lean)
        for angle in (-52, 52, 0):
            leaf = [(x, y), (x - 16, y - 12), (x - 25, y - 36), (x - 11, y - 34), (x, y - 60)]
            leaf += [(2 * x - px, py) for px, py in leaf[3:0:-1]]
            picture.add(turned(polygon(leaf, 3), angle + 7 * lean, x, y), ("#7ad650", "#2f9444"), 7, shadow=2)
        line = smooth([(x, y), (128 + 26 * lean, 130), (128 + 26 * lean, 190), (128 + 17 * lean, 228)])
        picture.add(stroke(line, 36), ("#a2dc62", "#eaf6cc"), 12, shadow=3)
        for dx in (-8, 8):
            picture.add(stroke([(px + dx, py) for px, py in line[8:-4]], 5), ("#74bc46", "#bfe298"), 0)
    return picture.image()


def artichoke() -> Image.Image:
    """A green bud of wide scales with purple tips, on a stem."""
    picture = Picture()
    picture.add(box(104, 190, 152, 248, 12), ("#7cbc5c", "#b4dc8c"), 9)
    picture.add(oval(128, 150, 102, 72), ("#3f8e4c", "#1f6a3c"), 12)
    rows = ((88, (-20, 20)), (98, (-52, 52)), (106, (0,)), (134, (-76, 76)), (140, (-40, 40)), (164, (0,)))
    for y, places in (*rows, (178, (-66, 66)), (192, (-28, 28))):
        for dx in places:
            x = 128 + dx
            scale = [(x - 40, y + 4), (x - 34, y - 34), (x, y - 72)]
            scale += [(x + 34, y - 34), (x + 40, y + 4), (x, y + 32), (x - 26, y + 24)]
            shape = turned(blob(scale, 1), dx / 7, x, y)
            picture.add(shape, ("#c8f096", "#237a42"), 11, shadow=6)
            tip = turned(oval(x, y - 76, 22, 26), dx / 7, x, y)
            picture.add(inside(shape, tip), ("#9a64b4", "#b48cb8"), 5)
    return picture.image()


def papaya() -> Image.Image:
    """Half of one: orange flesh, black seeds in a hollow."""
    picture = Picture(28)
    outline = [(0, -118), (36, -84), (66, -10), (82, 54), (50, 108), (0, 120)]
    outline += [(-x, y) for x, y in outline[4:0:-1]]

    def drop(y: float, wide: float, high: float) -> Image.Image:
        return blob([(128 + dx * wide, y + dy * high) for dx, dy in outline], 2)

    picture.add(drop(128, 1, 1), ("#8cc63f", "#f2a52c"), 8)
    picture.add(drop(128, 0.9, 0.92), ("#ffb552", "#ff7a36"), 14)
    picture.add(drop(136, 0.58, 0.7), ("#d04814", "#f6944a"), 3)
    seeds = drop(140, 0.42, 0.54)
    for row in range(9):
        for column in range(-2, 3):
            x, y = 128 + 19 * column + (9 if row % 2 else 0), 86 + 16 * row
            if seeds.getpixel((3 * x, 3 * y)):
                picture.add(oval(x, y, 9, 10), ("#6a5a6c", "#1c1420"), 5, shadow=2)
    return picture.image()


def marshmallow() -> Image.Image:
    """Two on a stick, white, toasted brown at one side."""
    picture = Picture(42)
    picture.add(box(119, 0, 137, 256, 6), ("#b87c44", "#8a5830"), 4)
    for y in (106, 14):
        body = join(box(66, y + 4, 190, y + 94, 34), oval(128, y + 22, 62, 22))
        picture.add(body, ("#fffdf8", "#f2e4d4"), 20, shadow=6)
        for size, colours in (
            (1, ("#f8dcae", "#eebf80")),
            (0.7, ("#e0a862", "#c8843e")),
            (0.38, ("#b06a30", "#96542a")),
        ):
            patch = oval(176, y + 66, 60 * size, 40 * size)
            picture.add(inside(patch, body), colours, 8)
        picture.add(oval(128, y + 20, 52, 17), ("#fffdf8", "#fbeedd"), 6)
    picture.add(box(119, 0, 137, 36, 6), ("#b87c44", "#8a5830"), 4)
    return picture.image()

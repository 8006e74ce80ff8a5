"""More of what a home and a garden have."""

from PIL import Image

from training.drawings.pen import (
    BARK,
    BLACK,
    BLUE,
    BROWN,
    GREEN,
    GREY,
    ORANGE,
    RED,
    SLATE,
    STEEL,
    TAN,
    WHITE,
    WOOD,
    YELLOW,
    Picture,
    arc,
    blob,
    box,
    cut,
    inside,
    join,
    oval,
    polygon,
    smooth,
    stroke,
)


def crate() -> Image.Image:
    """A wooden box of boards, in a frame, with a cross of two slats."""
    picture = Picture()
    picture.add(box(18, 18, 238, 238, 6), BROWN, 0)
    for i in range(5):
        y = 20 + 43.6 * i
        picture.add(box(20, y, 236, y + 41, 4), WOOD, 5)
    slats = ((44, 44, 212, 212), (212, 44, 44, 212))
    for x0, y0, x1, y1 in slats:
        picture.add(inside(stroke([(x0, y0), (x1, y1)], 30), box(20, 20, 236, 236)), TAN, 6, shadow=4)
    for place in ((14, 14, 48, 242), (208, 14, 242, 242), (14, 14, 242, 48), (14, 208, 242, 242)):
        picture.add(box(*place, 6), TAN, 6, shadow=4)
    for x in (31, 225):
        for y in (31, 225):
            picture.add(oval(x, y, 7), SLATE, 3)
    return picture.image()


def fishbowl() -> Image.Image:
    """A round glass bowl of water with a goldfish, stones and a plant."""
    picture = Picture()
    bowl = cut(oval(128, 138, 114, 106), box(0, 0, 256, 46))
    picture.add(bowl, ("#d8f6ff", "#a4dcf8"), 10)
    water = inside(oval(128, 138, 104, 96), box(0, 82, 256, 256))
    picture.add(water, ("#7fd4fb", "#3a98e8"), 8)
    picture.add(oval(128, 84, 86, 10), ("#b8ecff", "#8fdcfc"), 2)
    for x, top in ((186, 118), (204, 136)):
        leaf = smooth([(x - 6, 214), (x - 12, 184), (x + 2, 160), (x - 6, 138), (x, top)])
        picture.add(inside(stroke(leaf, 13), water), GREEN, 4)
    picture.add(inside(water, oval(128, 238, 100, 36)), ("#ffe0a8", "#e0a860"), 8)
    tail, fin = [(84, 152), (34, 118), (48, 152), (34, 188)], [(96, 122), (124, 100), (150, 124)]
    for points in (tail, fin, [(112, 178), (120, 200), (138, 178)]):
        picture.add(blob(points, 2), ("#ff8a2a", "#f05a1a"), 6)
    picture.add(oval(122, 152, 50, 35), ORANGE, 14, shadow=3)
    picture.add(oval(152, 144, 11), WHITE, 2)
    picture.add(oval(154, 145, 7), BLACK, 0)
    picture.add(oval(157, 142, 2.5), WHITE, 0)
    picture.add(blob([(116, 152), (98, 146), (92, 158), (104, 168)], 2), ("#ff7a24", "#e8541a"), 4)
    for x, y, radius in ((186, 104, 6), (174, 122, 5)):
        picture.add(oval(x, y, radius), ("#e4f8ff", "#b4e8ff"), 2)
    picture.add(stroke(arc(128, 138, 99, 190, 222, 92), 9), ("#ffffff", "#e8fbff"), 0)
    picture.add(cut(oval(128, 42, 76, 17), oval(128, 42, 62, 8)), ("#e8faff", "#8ccff4"), 4, shadow=2)
    return picture.image()


def shelf() -> Image.Image:
    """A wooden shelf on two brackets, with four books and a plant."""
    picture = Picture()
    books = ((22, 60, 22, RED), (46, 74, 20, BLUE), (68, 52, 24, YELLOW), (94, 68, 20, GREEN))
    for x, y, wide, colours in books:
        picture.add(box(x, y, x + wide, 170, 4), colours, 5)
        for band in (y + 14, 146):
            picture.add(box(x, band, x + wide, band + 7), WHITE, 0)
    for x, y in ((170, 66), (234, 66), (186, 40), (218, 40), (202, 28)):
        mx, my = (202 + x) / 2, (128 + y) / 2
        leaf = blob([(202, 128), (mx - 9, my - 4), (x, y), (mx + 9, my)], 5)
        picture.add(leaf, GREEN, 6, shadow=2)
    picture.add(polygon([(174, 126), (230, 126), (222, 170), (182, 170)], 3), ORANGE, 7)
    picture.add(box(168, 116, 236, 134, 6), ORANGE, 5, shadow=3)
    for x in (52, 188):
        picture.add(box(x, 180, x + 18, 228, 5), BROWN, 5)
    picture.add(box(12, 168, 244, 194, 7), WOOD, 7, shadow=6)
    return picture.image()


def garden_hose() -> Image.Image:
    """A green hose in a coil, its end with a yellow nozzle hangs out."""
    picture = Picture()
    for radius in (94, 70, 46):
        ring = stroke(arc(116, 116, radius, 0, 360), 25)
        picture.add(ring, ("#6fe07a", "#1f8f4c"), 9, shadow=3)
    tail = smooth([(22, 116), (30, 172), (70, 206), (130, 214), (168, 214)])
    picture.add(stroke(tail, 25), ("#5fd36a", "#1f8f4c"), 9, shadow=4)
    picture.add(box(158, 196, 180, 232, 5), YELLOW, 5, shadow=3)
    nozzle = [(180, 202), (214, 206), (232, 196), (240, 196), (240, 232), (232, 232), (214, 222), (180, 226)]
    picture.add(polygon(nozzle, 3), ORANGE, 7)
    return picture.image()


def picnic_table() -> Image.Image:
    """A wooden table with two benches joined to it, on crossed legs."""
    picture = Picture()
    picture.add(box(22, 142, 234, 156, 4), BROWN, 5)
    for top, low in ((92, 40), (164, 216)):
        picture.add(stroke([(top, 80), (low, 218)], 20), BARK, 6, shadow=2)
    for x in (12, 172):
        picture.add(box(x, 126, x + 72, 150, 7), WOOD, 6, shadow=5)
    picture.add(box(36, 48, 220, 68, 6), TAN, 5)
    picture.add(box(36, 66, 220, 90, 7), WOOD, 6, shadow=5)
    return picture.image()


def rocking_horse() -> Image.Image:
    """A wooden toy horse on curved runners, with a red saddle."""
    picture = Picture()
    horse = ("#f6c07a", "#c8803c")
    for x, low in ((80, 62), (186, 200)):
        picture.add(stroke([(x, 140), (low, 210)], 20), BARK, 6)
    picture.add(stroke(smooth([(204, 116), (226, 122), (232, 150), (222, 176)]), 20), BROWN, 6)
    body = join(
        stroke([(92, 132), (184, 128)], 62),
        blob([(66, 140), (76, 60), (110, 40), (128, 62), (134, 124)], 4),
        blob([(84, 34), (110, 46), (104, 84), (54, 106), (28, 96), (34, 76)], 4),
        polygon([(88, 44), (98, 14), (112, 46)], 4),
    )
    picture.add(body, horse, 14)
    for x, y in ((104, 34), (120, 52), (128, 74), (132, 96)):
        picture.add(oval(x, y, 15), BROWN, 6)
    for x, low in ((104, 86), (168, 178)):
        picture.add(stroke([(x, 148), (low, 212)], 22), horse, 7, shadow=3)
    saddle = blob([(128, 98), (156, 106), (184, 96), (188, 140), (156, 152), (126, 138)])
    picture.add(saddle, RED, 7, shadow=3)
    picture.add(stroke([(48, 68), (62, 104)], 8), RED, 3)
    picture.add(oval(80, 64, 8), BLACK, 0)
    picture.add(oval(77, 61, 3), WHITE, 0)
    runner = smooth([(20, 198), (68, 222), (128, 230), (188, 222), (236, 198)])
    picture.add(stroke(runner, 18), BLUE, 6, shadow=3)
    return picture.image()


def radiator() -> Image.Image:
    """White ribs of a heating, a red valve, warm air that rises."""
    picture = Picture()
    for x in (62, 110, 158, 206):
        rise = smooth([(x, 72), (x - 12, 56), (x + 8, 38), (x - 4, 18)])
        picture.add(stroke(rise, 12), ("#ffb066", "#ff6a3c"), 4)
    for y in (108, 196):
        picture.add(box(12, y, 246, y + 16, 6), GREY, 5)
    for x in range(28, 220, 34):
        picture.add(box(x, 84, x + 30, 228, 14), ("#ffffff", "#c2b6da"), 9, shadow=3)
    for x in (34, 204):
        picture.add(box(x, 224, x + 18, 240, 4), STEEL, 4)
    picture.add(box(226, 186, 246, 216, 7), RED, 6, shadow=3)
    return picture.image()


def solar_panel() -> Image.Image:
    """A tilted dark blue panel of twelve cells, on a stand."""
    picture = Picture()
    picture.add(box(116, 166, 140, 226, 4), STEEL, 6)
    picture.add(box(76, 216, 180, 236, 8), SLATE, 6, shadow=2)
    picture.add(polygon([(58, 28), (198, 28), (236, 174), (20, 174)], 6), ("#f4f1fa", "#b4aec0"), 5, shadow=4)
    for row in range(3):
        top, low = 32 + 47 * row, 74 + 47 * row
        for column in range(4):
            left, right = column / 2 - 0.97, column / 2 - 0.53
            corners = ((left, top), (right, top), (right, low), (left, low))
            cell = [(128 + side * (62 + 0.26 * y), y) for side, y in corners]
            picture.add(polygon(cell, 1), ("#4f86e8", "#1f3f9c"), 4)
    return picture.image()

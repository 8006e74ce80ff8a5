"""Furniture, and what fills a room."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    BROWN,
    CYAN,
    GREEN,
    MINT,
    NIGHT,
    ORANGE,
    PINK,
    PURPLE,
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
    turned,
)


def fireplace() -> Image.Image:
    """Built of bricks, under a wooden shelf; logs burn in it."""
    picture = Picture()
    wall = box(28, 40, 228, 226, 4)
    bricks = (("#c8604a", "#b04c3c"), ("#b5513f", "#9c4033"))
    picture.add(wall, ("#e8c4b0", "#d8ac98"), 4)
    for row in range(8):
        for column in range(-(row % 2), 5 - row % 2):
            x, y = 30 + 44 * column + 22 * (row % 2), 50 + 22 * row
            picture.add(inside(box(x, y, x + 39, y + 17, 3), wall), bricks[(row + column) % 2], 3)
    picture.add(join(box(66, 130, 190, 226), oval(128, 132, 62, 46)), ("#f0d8c4", "#d4b09a"), 5, shadow=2)
    picture.add(join(box(78, 132, 178, 226), oval(128, 134, 50, 36)), ("#3a2430", "#5a2c28"), 0)
    flame = [(128, 106), (150, 142), (166, 150), (170, 190), (150, 218), (106, 218)]
    flame += [(86, 190), (94, 152), (108, 158)]
    fire = ("#ff8a3c", "#f04a2a"), ("#ffc83c", "#ff9a2a"), ("#fff6c8", "#ffe066")
    for size, colours in zip((1, 0.72, 0.42), fire, strict=True):
        points = [(128 + (x - 128) * size, 218 + (y - 218) * size) for x, y in flame]
        picture.add(blob(points, 1), colours, 4)
    for turn in (-12, 12):
        picture.add(turned(box(84, 200, 172, 218, 9), turn, 128, 210), BROWN, 5, shadow=2)
    picture.add(box(14, 220, 242, 240, 6), SLATE, 5)
    picture.add(box(12, 18, 244, 44, 8), WOOD, 6, shadow=5)
    return picture.image()


def chest_of_drawers() -> Image.Image:
    """Wooden, two small drawers over three wide ones, round knobs."""
    picture = Picture()
    for x in (32, 204):
        picture.add(polygon([(x, 214), (x + 20, 214), (x + 16, 240), (x + 4, 240)], 3), BROWN, 4)
    picture.add(box(22, 24, 234, 226, 8), WOOD, 8)
    picture.add(box(14, 16, 242, 38, 8), BROWN, 5, shadow=4)
    drawers = [(34, 125, 48, 80), (131, 222, 48, 80), (34, 222, 90, 126), (34, 222, 136, 172)]
    for left, right, top, bottom in (*drawers, (34, 222, 182, 218)):
        picture.add(box(left, top, right, bottom, 6), TAN, 6, shadow=3)
        for knob in (76, 180) if right - left > 100 else ((left + right) / 2,):
            picture.add(oval(knob, (top + bottom) / 2, 8), BROWN, 4, shadow=3)
    return picture.image()


def armchair() -> Image.Image:
    """Soft and teal, a high back, rolled arms and a thick cushion."""
    picture = Picture()
    cloth = ("#4cc4b8", "#1f8a8c")
    for x in (44, 192):
        picture.add(polygon([(x, 216), (x + 20, 216), (x + 16, 240), (x + 4, 240)], 3), BROWN, 4)
    picture.add(join(box(50, 20, 206, 190, 46), box(44, 90, 212, 190, 20)), cloth, 18)
    for x, y in ((98, 66), (128, 66), (158, 66), (113, 98), (143, 98)):
        picture.add(oval(x, y, 5), ("#156a70", "#156a70"), 3)
    picture.add(box(40, 168, 216, 222, 12), ("#2f9c9a", "#176a74"), 8, shadow=3)
    picture.add(box(60, 134, 196, 182, 20), ("#6adccc", "#34a8a4"), 12, shadow=4)
    for x in (14, 190):
        picture.add(join(box(x + 5, 120, x + 47, 224, 12), box(x, 104, x + 52, 154, 25)), cloth, 14, shadow=5)
    return picture.image()


def chandelier() -> Image.Image:
    """Golden, on a chain, five lit candles on curved arms, crystals under them."""
    picture = Picture()
    gold = ("#ffd968", "#d8922a")
    for y in (20, 42, 64):
        picture.add(cut(oval(128, y, 9, 13), oval(128, y, 3, 7)), gold, 3)
    picture.add(box(120, 76, 136, 200, 6), gold, 5)
    picture.add(oval(128, 80, 18, 14), gold, 7)
    for x, low in ((28, 168), (78, 178)):
        for side in (x, 256 - x):
            curve = smooth([(128, 192), ((128 + side) / 2, 212), (side, low), (side, low - 14)])
            picture.add(stroke(curve, 11), gold, 4)
            chain = smooth([(128, 92), ((128 + side) / 2 + (side - 128) * 0.1, 142), (side, low - 10)])
            for cx, cy in chain[4::5]:
                picture.add(oval(cx, cy, 5), ("#e4f8ff", "#8fd0f4"), 2)
    picture.add(oval(128, 204, 26, 18), gold, 8, shadow=3)
    for x, low in ((28, 158), (78, 166), (128, 188), (178, 166), (228, 158)):
        picture.add(box(x - 9, low - 46, x + 9, low, 4), ("#fffdf2", "#f0e0c4"), 4)
        flame = smooth([(x, low - 86), (x + 11, low - 60), (x, low - 46), (x - 11, low - 60)], True)
        picture.add(polygon(flame, 1), ("#ffe26a", "#ff8a2a"), 4)
        picture.add(box(x - 18, low - 6, x + 18, low + 6, 6), gold, 4, shadow=2)
        drop = [(x, low + 18), (x + 9, low + 36), (x, low + 50), (x - 9, low + 36)]
        picture.add(polygon([(a, b + 4) for a, b in drop], 2), ("#d4f4ff", "#6cc0f0"), 4)
    return picture.image()


def rocking_chair() -> Image.Image:
    """Wooden, seen from the side, on curved runners; a red cushion."""
    picture = Picture()
    for x, low in ((92, 70), (178, 196)):
        picture.add(stroke([(x, 148), (low, 222)], 13), WOOD, 5)
    picture.add(stroke([(84, 190), (188, 190)], 11), BROWN, 4)
    picture.add(stroke(arc(126, 20, 214, 60, 118), 17), BROWN, 6, shadow=3)
    picture.add(stroke([(92, 150), (50, 24)], 19), WOOD, 6)
    picture.add(stroke([(76, 60), (104, 140)], 26), RED, 8, shadow=3)
    picture.add(stroke([(182, 148), (182, 98)], 13), WOOD, 5)
    picture.add(stroke([(74, 98), (196, 98)], 17), WOOD, 6, shadow=4)
    picture.add(box(96, 126, 200, 150, 12), RED, 8, shadow=3)
    picture.add(box(82, 144, 208, 164, 8), WOOD, 5, shadow=3)
    picture.add(oval(50, 26, 15), BROWN, 5)
    return picture.image()


def cradle() -> Image.Image:
    """Wooden, on a curved runner; a baby sleeps in it under a blanket."""
    picture = Picture()
    for x in (62, 194):
        picture.add(stroke([(x, 180), (x, 222)], 15), BROWN, 4)
    picture.add(stroke(arc(128, 6, 226, 61, 119), 17), BROWN, 6)
    picture.add(oval(68, 96, 36, 26), WHITE, 10)
    skin = ("#ffd2a6", "#f4ac78")
    picture.add(oval(86, 86, 32), skin, 9)
    picture.add(blob([(74, 58), (84, 44), (98, 54), (88, 60)], 1), BROWN, 2)
    for x in (76, 100):
        picture.add(stroke(arc(x, 86, 6, 20, 160), 4), ("#6a3a30", "#6a3a30"), 0)
    picture.add(stroke(arc(88, 96, 6, 20, 160), 4), ("#c8484c", "#c8484c"), 0)
    blanket = smooth([(96, 124), (110, 92), (150, 78), (200, 92), (216, 124)])
    picture.add(polygon([*blanket, (216, 140), (96, 140)], 3), CYAN, 12, shadow=3)
    side = polygon([(22, 112), (234, 112), (214, 200), (42, 200)], 6)
    picture.add(side, TAN, 8)
    for x in (58, 93, 128, 163, 198):
        middle = 128 + (x - 128) * 0.94
        picture.add(stroke([(x, 124), (middle, 190)], 11), WOOD, 4, shadow=2)
    picture.add(box(34, 186, 222, 208, 9), WOOD, 5, shadow=3)
    picture.add(stroke([(30, 116), (18, 42)], 19), WOOD, 6)
    picture.add(stroke([(226, 116), (238, 80)], 19), WOOD, 6)
    picture.add(box(16, 104, 240, 126, 10), WOOD, 6, shadow=4)
    return picture.image()


def vending_machine() -> Image.Image:
    """Red, cans and snacks behind glass, a keypad, a flap below."""
    picture = Picture()
    for x in (52, 184):
        picture.add(box(x, 226, x + 22, 244, 4), BLACK, 3)
    picture.add(box(34, 12, 222, 236, 14), RED, 9)
    picture.add(box(46, 26, 166, 186, 8), WHITE, 4, shadow=2)
    picture.add(box(52, 32, 160, 180, 5), NIGHT, 3)
    rows = ((CYAN, ORANGE, GREEN), (YELLOW, PINK, BLUE), (PURPLE, MINT, ORANGE))
    for y, row in zip((38, 86, 134), rows, strict=True):
        for x, colours in zip((59, 93, 127), row, strict=True):
            picture.add(box(x, y, x + 26, y + 36, 6), colours, 5)
            picture.add(box(x, y + 13, x + 26, y + 22), WHITE, 0)
        picture.add(box(52, y + 36, 160, y + 42), STEEL, 2)
    picture.add(box(176, 32, 212, 62, 5), ("#c8f5d0", "#86dca0"), 3)
    for i in range(6):
        x, y = 176 + 20 * (i % 2), 72 + 20 * (i // 2)
        picture.add(box(x, y, x + 16, y + 15, 4), WHITE, 3, shadow=1)
    picture.add(box(186, 142, 202, 176, 5), STEEL, 3)
    picture.add(box(191, 148, 197, 170, 2), BLACK, 0)
    picture.add(box(54, 196, 158, 224, 7), BLACK, 4)
    picture.add(box(62, 196, 150, 214, 5), SLATE, 4)
    return picture.image()


def ceiling_fan() -> Image.Image:
    """Four wooden blades about a motor that hangs from a rod, a lamp under it."""
    picture = Picture()
    picture.add(polygon([(100, 22), (156, 22), (142, 44), (114, 44)], 5), STEEL, 6)
    picture.add(box(120, 40, 136, 96, 4), STEEL, 5)
    for side in (-1, 1):
        for blade in (
            [(14, 102), (72, 56), (100, 54), (110, 72), (24, 122)],
            [(18, 110), (96, 112), (117, 130), (112, 154), (22, 138)],
        ):
            picture.add(polygon([(128 + side * x, y) for x, y in blade], 4), WOOD, 7, shadow=3)
    for x, y in ((86, 94), (170, 94), (80, 126), (176, 126)):
        picture.add(stroke([(128, 118), (x, y)], 13), SLATE, 4)
    picture.add(oval(128, 176, 40, 42), ("#fff8d4", "#ffd060"), 14)
    picture.add(box(94, 88, 162, 150, 16), STEEL, 9, shadow=4)
    picture.add(box(86, 138, 170, 158, 8), SLATE, 5, shadow=3)
    return picture.image()


def bunk_bed() -> Image.Image:
    """Two beds, one above the other, of wood, with a ladder."""
    picture = Picture()
    for y, colours in ((66, BLUE), (168, RED)):
        picture.add(box(28, y - 14, 228, y + 10, 6), WHITE, 5)
        picture.add(box(34, y - 30, 82, y - 2, 13), ("#ffffff", "#cfe0f4"), 8, shadow=2)
        picture.add(box(76, y - 22, 226, y + 14, 10), colours, 8, shadow=2)
        picture.add(box(76, y - 22, 98, y + 14, 8), ("#fff4d8", "#f2d8a4"), 5)
        picture.add(box(20, y + 10, 236, y + 34, 5), WOOD, 6, shadow=3)
    for x in (170, 206):
        picture.add(box(x, 34, x + 12, 226, 5), ("#c07c34", "#96591f"), 4, shadow=3)
    for y in (56, 90, 124, 158, 192):
        picture.add(box(170, y, 218, y + 11, 4), TAN, 4, shadow=2)
    for x in (12, 222):
        picture.add(box(x, 22, x + 22, 238, 7), WOOD, 7, shadow=2)
    return picture.image()


def billiard_table() -> Image.Image:
    """A green table with wooden edges, six pockets, a cue and coloured balls."""
    picture = Picture()
    for x in (34, 190):
        picture.add(polygon([(x, 180), (x + 32, 180), (x + 26, 228), (x + 6, 228)], 3), BROWN, 6)
    picture.add(polygon([(14, 168), (242, 168), (236, 198), (20, 198)], 4), BROWN, 6)
    picture.add(polygon([(54, 40), (202, 40), (240, 170), (16, 170)], 6), WOOD, 6)
    cloth = polygon([(64, 52), (192, 52), (220, 154), (36, 154)], 2)
    picture.add(cloth, ("#4fd08a", "#189a5c"), 5)
    for left, y, size in ((60, 48, 9), (46, 100, 10), (30, 160, 12)):
        for x in (left, 256 - left):
            picture.add(oval(x, y, size, 0.8 * size), ("#2c2834", "#17131c"), 0)
    balls = [(108, 74), (128, 74), (148, 74), (118, 89), (138, 89), (128, 105), (146, 136)]
    for (x, y), colours in zip(balls, (RED, YELLOW, BLUE, PURPLE, ORANGE, BLACK, WHITE), strict=True):
        picture.add(oval(x, y, 11), colours, 5, shadow=2)
    picture.add(stroke([(160, 146), (240, 214)], 8), TAN, 3, shadow=3)
    return picture.image()

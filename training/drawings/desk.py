"""What lies on a desk, in a drawer or in a bathroom."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    BROWN,
    CYAN,
    GOLD,
    GREEN,
    MINT,
    NIGHT,
    ORANGE,
    PINK,
    PURPLE,
    RED,
    SILVER,
    SLATE,
    STEEL,
    TAN,
    WHITE,
    WOOD,
    Picture,
    arc,
    blob,
    box,
    cut,
    inside,
    join,
    mirrored,
    oval,
    polygon,
    smooth,
    stroke,
    turned,
)


def eraser() -> Image.Image:
    """A block of rubber, pink and blue; turned."""
    picture = Picture(-32)
    top, front = polygon([(44, 76), (236, 76), (208, 128), (16, 128)], 9), box(7, 126, 217, 182, 12)
    side = polygon([(208, 128), (236, 76), (236, 118), (208, 172)], 9)
    for x0, x1, colours, light in (
        (0, 260, PINK, ("#ffb0cc", "#ff8cb4")),
        (150, 260, BLUE, ("#9accff", "#6cb2fa")),
        (134, 154, WHITE, ("#ffffff", "#f4f0fc")),
    ):
        slant = polygon([(x0, 127), (x0 + 40, 54), (x1 + 40, 54), (x1, 127), (x1, 220), (x0, 220)])
        picture.add(inside(join(front, side), slant), colours, 8)
        picture.add(inside(top, slant), light, 5)
    return picture.image()


def stapler() -> Image.Image:
    """Red, its arm raised over the base."""
    picture = Picture()
    picture.add(box(12, 182, 244, 206, 10), SLATE, 6)
    picture.add(box(28, 172, 70, 188, 4), STEEL, 3)
    rail = polygon([(30, 142), (220, 142), (220, 166), (30, 166)], 3)
    edge = smooth([(22, 152), (24, 116), (70, 96), (150, 86), (220, 96), (232, 140), (228, 152)])
    for shape, colours in ((rail, SILVER), (polygon(edge, 4), RED)):
        picture.add(turned(shape, 14, 212, 160), colours, 10, shadow=3)
    picture.add(polygon([(190, 190), (240, 190), (236, 124), (200, 132)], 5), BLACK, 7, shadow=3)
    picture.add(oval(216, 154, 11), SILVER, 4)
    return picture.image()


def adhesive_tape() -> Image.Image:
    """A roll of clear yellow tape in a blue dispenser with teeth."""
    picture = Picture()
    tape = ("#ffe08a", "#e8b04a")
    picture.add(oval(96, 118, 84), tape, 8)
    picture.add(oval(96, 118, 62), ("#d89a3a", "#c08028"), 4)
    picture.add(oval(96, 118, 52), WHITE, 6)
    picture.add(polygon([(140, 46), (236, 132), (228, 142), (130, 60)], 2), tape, 3)
    body = [(12, 140), (60, 150), (132, 150), (190, 168), (214, 140), (238, 140), (240, 224), (18, 224)]
    picture.add(polygon(body, 4), BLUE, 10, shadow=4)
    picture.add(oval(96, 118, 24), BLUE, 8, shadow=3)
    for x in range(208, 244, 12):
        picture.add(polygon([(x - 6, 142), (x, 124), (x + 6, 142)], 1), STEEL, 2)
    picture.add(box(12, 212, 244, 232, 8), NIGHT, 5)
    return picture.image()


def glue() -> Image.Image:
    """A white bottle of glue with an orange tip and a blue label with a drop."""
    picture = Picture()
    picture.add(polygon([(120, 16), (136, 16), (152, 74), (104, 74)], 4), ORANGE, 7)
    picture.add(box(90, 68, 166, 94, 7), ORANGE, 6, shadow=3)
    picture.add(box(66, 90, 190, 242, 30), WHITE, 16)
    picture.add(box(66, 130, 190, 214, 2), BLUE, 5)
    drop = join(oval(128, 180, 21), polygon([(128, 140), (146, 170), (110, 170)], 1))
    picture.add(drop, ("#ffffff", "#dfe9fa"), 6, shadow=2)
    return picture.image()


def passport() -> Image.Image:
    """A dark red booklet with a golden globe and two golden lines."""
    picture = Picture()
    gold = ("#ffe08a", "#e8ac3a")
    picture.add(box(50, 14, 222, 238, 14), WHITE, 4)
    picture.add(box(42, 12, 214, 244, 14), ("#b02444", "#74102e"), 9, shadow=3)
    picture.add(box(42, 12, 58, 244, 7), ("#8c1838", "#5a0a22"), 3)
    globe = oval(136, 112, 56)
    lines = [cut(oval(136, 112, x), oval(136, 112, x - 8, y)) for x, y in ((56, 50), (28, 54))]
    lines += [inside(box(70, y, 210, y + 8), globe) for y in (80, 108, 136)]
    picture.add(join(*lines, box(132, 58, 140, 166)), gold, 0)
    for x, y in ((82, 36), (98, 196), (114, 214)):
        picture.add(box(x, y, 272 - x, y + 10, 5), gold, 2)
    return picture.image()


def whiteboard() -> Image.Image:
    """On a stand with wheels; a house, a tree and a sun are drawn on it."""
    picture = Picture()
    for x in (44, 212):
        picture.add(box(x - 7, 30, x + 7, 228, 5), STEEL, 4)
        picture.add(stroke([(x - 22, 222), (x + 22, 222)], 12), STEEL, 4)
        for side in (-20, 20):
            picture.add(oval(x + side, 232, 9), BLACK, 4)
    picture.add(box(44, 196, 212, 206, 4), STEEL, 3)
    picture.add(box(12, 20, 244, 178, 10), SLATE, 6, shadow=4)
    picture.add(box(23, 31, 233, 167, 4), ("#ffffff", "#ebe8f4"), 0)
    house = [(66, 150), (66, 98), (104, 62), (142, 98), (142, 150), (66, 150)]
    picture.add(stroke(house, 8), BLUE, 0)
    picture.add(stroke([(66, 98), (142, 98)], 8), BLUE, 0)
    picture.add(stroke([(96, 150), (96, 122), (114, 122), (114, 150)], 7), RED, 0)
    picture.add(stroke([(192, 150), (192, 118)], 8), BROWN, 0)
    picture.add(stroke(arc(192, 100, 20, 0, 360), 8), GREEN, 0)
    picture.add(stroke(arc(48, 56, 10, 0, 360), 8), ORANGE, 0)
    picture.add(box(62, 172, 194, 186, 5), STEEL, 4, shadow=3)
    for x, colours in ((78, RED), (112, BLUE), (146, GREEN)):
        picture.add(box(x, 166, x + 26, 175, 4), colours, 3)
    return picture.image()


def button() -> Image.Image:
    """A round blue button with four holes."""
    picture = Picture()
    picture.add(oval(128, 128, 115), BLUE, 14)
    picture.add(oval(128, 128, 84), ("#2a5cc4", "#6ab8ff"), 5)
    picture.add(oval(128, 128, 77), BLUE, 4)
    for x in (100, 156):
        for y in (100, 156):
            picture.add(oval(x, y, 17), ("#162a60", "#24408a"), 4)
    return picture.image()


def sewing_machine() -> Image.Image:
    """Mint green, a spool of red thread on top, a needle over cloth."""
    picture = Picture()
    picture.add(box(152, 28, 178, 62, 3), RED, 5)
    for y in (18, 56):
        picture.add(box(144, y, 186, y + 12, 5), TAN, 4)
    picture.add(stroke([(156, 42), (64, 74)], 6), RED, 0)
    picture.add(box(222, 76, 246, 138, 9), SLATE, 7)
    picture.add(box(50, 160, 62, 202, 3), SILVER, 3)
    picture.add(box(158, 74, 228, 216, 16), MINT, 10)
    picture.add(join(box(24, 66, 228, 128, 24), box(24, 66, 90, 166, 16)), MINT, 10, shadow=4)
    picture.add(box(38, 92, 76, 140, 8), WHITE, 4)
    picture.add(box(110, 84, 172, 106, 10), ORANGE, 4)
    picture.add(oval(200, 96, 14), WHITE, 5, shadow=3)
    picture.add(box(10, 204, 246, 240, 12), WOOD, 8, shadow=3)
    picture.add(polygon([(22, 202), (128, 202), (144, 222), (18, 222)], 5), PINK, 4)
    picture.add(box(34, 190, 78, 202, 5), STEEL, 4, shadow=2)
    return picture.image()


def piggy_bank() -> Image.Image:
    """A pink pig that looks right, a gold coin in the slot on its back."""
    picture = Picture()
    picture.add(oval(112, 48, 34), GOLD, 7)
    picture.add(oval(112, 48, 21), ("#f0a830", "#ffd65c"), 4)
    picture.add(stroke(smooth([(40, 136), (20, 138), (18, 118), (30, 116)]), 10), PINK, 4)
    for x in (74, 160):
        picture.add(box(x - 20, 186, x + 20, 238, 10), ("#e04a88", "#b82a68"), 7)
    picture.add(polygon([(146, 96), (156, 54), (192, 92)], 9), ("#e8528e", "#c83878"), 6)
    picture.add(join(oval(122, 146, 94, 74), oval(170, 140, 56, 52)), ("#ff94b8", "#e04a88"), 22)
    picture.add(stroke(arc(112, 134, 60, 250, 290, 50), 14), ("#7a1f4c", "#7a1f4c"), 2)
    picture.add(polygon([(160, 106), (176, 70), (204, 108)], 9), PINK, 6, shadow=3)
    picture.add(oval(224, 148, 21, 30), ("#ffb4cc", "#f06a9c"), 7, shadow=3)
    for y in (137, 158):
        picture.add(oval(228, y, 5.5, 7), ("#a02a60", "#a02a60"), 0)
    picture.add(oval(184, 130, 11), BLACK, 3)
    picture.add(oval(187, 126, 4), WHITE, 0)
    return picture.image()


def toothpaste() -> Image.Image:
    """A white and red tube, paste coming out of it; turned."""
    picture = Picture(38)
    picture.add(stroke(smooth([(116, 206), (116, 226), (126, 240), (148, 238)]), 28), CYAN, 8)
    picture.add(box(94, 186, 138, 216, 5), BLUE, 5)
    tube = polygon([(70, 38), (162, 38), (152, 160), (134, 186), (98, 186), (80, 160)], 6)
    picture.add(tube, WHITE, 14)
    picture.add(inside(polygon([(28, 54), (208, 104), (208, 156), (28, 106)]), tube), RED, 6)
    picture.add(inside(polygon([(28, 118), (208, 168), (208, 188), (28, 138)]), tube), BLUE, 4)
    picture.add(box(60, 24, 172, 52, 5), STEEL, 5, shadow=3)
    return picture.image()


def hairbrush() -> Image.Image:
    """A purple brush with white bristles on a pink cushion; turned."""
    picture = Picture(38)
    handle = smooth([(110, 130), (115, 180), (109, 222), (118, 252)])
    picture.add(polygon([*handle, *mirrored(handle)], 3), PURPLE, 9)
    picture.add(oval(128, 84, 72, 80), PURPLE, 10, shadow=3)
    picture.add(oval(128, 84, 57, 65), PINK, 8)
    for row in range(-2, 3):
        for column in range(-2, 3):
            x, y = 22 * column + (11 if row % 2 else 0), 23 * row
            if (x / 48) ** 2 + (y / 58) ** 2 < 1:
                picture.add(oval(128 + x, 84 + y, 7), WHITE, 3, shadow=3)
    return picture.image()


def perfume() -> Image.Image:
    """A pink glass bottle with a gold neck and a purple bulb to spray with."""
    picture = Picture()
    picture.add(stroke(smooth([(104, 40), (150, 34), (184, 48), (206, 64)]), 14), GOLD, 4)
    picture.add(oval(204, 72, 40, 34), PURPLE, 12, shadow=3)
    picture.add(box(84, 60, 132, 106, 5), GOLD, 7)
    picture.add(box(76, 22, 138, 68, 12), GOLD, 8, shadow=3)
    picture.add(box(52, 32, 82, 52, 5), GOLD, 4)
    bottle = polygon([(62, 104), (154, 104), (190, 140), (174, 222), (42, 222), (26, 140)], 14)
    picture.add(bottle, ("#ffe0ee", "#f4a8cc"), 9, shadow=3)
    picture.add(polygon([(40, 142), (176, 142), (164, 210), (52, 210)], 8), ("#ff8ab8", "#d83c86"), 8)
    picture.add(polygon([(108, 144), (138, 176), (108, 208), (78, 176)], 4), ("#ffd0e4", "#ff9cc6"), 5)
    picture.add(stroke([(46, 132), (66, 114)], 10), WHITE, 2)
    return picture.image()


def lighter() -> Image.Image:
    """A red lighter with a metal top, a wheel and a flame."""
    picture = Picture()
    flame = smooth([(116, 10), (146, 46), (150, 80), (120, 104), (90, 80), (98, 50)], True)
    picture.add(polygon(flame, 2), ("#ffd23c", "#ff6a2a"), 8)
    picture.add(blob([(118, 46), (132, 74), (120, 98), (104, 76)], 1), ("#fff8d0", "#ffe066"), 4)
    picture.add(box(150, 92, 192, 130, 9), RED, 6)
    for i in range(12):
        picture.add(turned(box(138, 84, 146, 96, 2), 30 * i, 142, 110), SLATE, 2)
    picture.add(oval(142, 110, 22), STEEL, 6)
    picture.add(box(78, 104, 166, 146, 7), ("#efecf6", "#a49cb0"), 8, shadow=3)
    picture.add(box(70, 140, 186, 244, 16), RED, 12, shadow=2)
    picture.add(box(84, 152, 98, 228, 7), ("#ff9aa0", "#f0607c"), 3)
    return picture.image()

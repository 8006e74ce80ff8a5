"""Clothes."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    BROWN,
    GREY,
    PINK,
    PURPLE,
    RED,
    STEEL,
    TAN,
    WHITE,
    YELLOW,
    Picture,
    box,
    cut,
    inside,
    join,
    oval,
    polygon,
    smooth,
    stroke,
)


def sweater() -> Image.Image:
    """A knitted pullover with a zigzag over the chest, red collar and cuffs, a ribbed hem."""
    picture = Picture()
    sleeves = join(
        polygon([(84, 56), (30, 150), (62, 172), (98, 110)], 8),
        polygon([(172, 56), (226, 150), (194, 172), (158, 110)], 8),
    )
    body = polygon([(86, 48), (170, 48), (186, 76), (184, 212), (72, 212), (70, 76)], 10)
    picture.add(sleeves, BLUE, 10)
    picture.add(body, BLUE, 12, shadow=4)
    for y, colour in ((112, WHITE), (138, RED)):
        zigzag = [(58 + 14 * i, y + (14 if i % 2 else -2)) for i in range(11)]
        picture.add(inside(stroke(zigzag, 9), body), colour, 2)
    for ends in ([(26, 152), (62, 176)], [(230, 152), (194, 176)]):
        picture.add(stroke(ends, 22), RED, 5, shadow=2)
    picture.add(box(64, 204, 192, 228, 9), RED, 5, shadow=2)
    for x in range(76, 190, 13):
        picture.add(box(x, 208, x + 3, 224), PINK, 0)
    picture.add(oval(128, 44, 38, 18), RED, 5, shadow=2)
    picture.add(oval(128, 40, 24, 10), ("#1d4396", "#18387e"), 0)
    return picture.image()


def skirt() -> Image.Image:
    """A pleated skirt: a waistband, wide folds below."""
    picture = Picture()
    outline = polygon([(88, 58), (168, 58), (228, 206), (28, 206)], 8)
    picture.add(outline, PINK, 10)
    for i in range(6):
        top, low = 88 + 14.5 * i, 32 + 35 * i
        fold = polygon([(top, 60), (top + 5, 60), (low + 13, 212), (low, 212)])
        picture.add(inside(fold, outline), ("#c32d70", "#a01f5a"), 2)
    picture.add(inside(stroke([(20, 196), (236, 196)], 8), outline), WHITE, 2)
    picture.add(box(78, 36, 178, 66, 9), PURPLE, 6, shadow=4)
    picture.add(oval(162, 51, 7), YELLOW, 3, shadow=2)
    return picture.image()


def belt() -> Image.Image:
    """A leather belt laid in a ring, its end with holes beyond the golden buckle."""
    picture = Picture()
    picture.add(cut(oval(116, 92, 100, 62), oval(116, 84, 82, 44)), ("#6b4034", "#5e3832"), 6)
    front = cut(oval(116, 116, 102, 92), oval(116, 88, 106, 74), box(0, 0, 256, 88))
    strap = polygon([(108, 172), (176, 160), (228, 134), (242, 160), (184, 196), (112, 210)], 3)
    picture.add(front, BROWN, 8, shadow=3)
    picture.add(strap, ("#a86c56", "#7a4a3c"), 7, shadow=4)
    for x, y in ((164, 184), (186, 176), (207, 165), (226, 154)):
        picture.add(oval(x, y, 4.5), ("#3c221c", "#3c221c"), 0)
    picture.add(cut(box(72, 146, 142, 226, 12), box(86, 160, 128, 212, 6)), YELLOW, 6, shadow=3)
    picture.add(stroke([(80, 188), (140, 184)], 8), YELLOW, 4, shadow=3)
    return picture.image()


def bow_tie() -> Image.Image:
    """Two wings with dots, and a knot between them."""
    picture = Picture()
    left = polygon(smooth([(120, 128), (60, 74), (22, 66), (16, 128), (22, 190), (60, 182)], True), 4)
    right = left.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for wing, side in ((left, -1), (right, 1)):
        picture.add(wing, RED, 14)
        for x, y in ((40, 96), (46, 158), (72, 128), (96, 104), (96, 152), (20, 128)):
            at = 128 + side * (128 - x)
            picture.add(inside(oval(at, y, 9), wing), WHITE, 2)
    picture.add(box(102, 98, 154, 158, 18), RED, 12, shadow=5)
    picture.add(stroke([(120, 108), (120, 148)], 4), ("#a81438", "#a81438"), 0)
    picture.add(stroke([(137, 108), (137, 148)], 4), ("#a81438", "#a81438"), 0)
    return picture.image()


def towel() -> Image.Image:
    """A striped towel on a rail."""
    picture = Picture()
    picture.add(box(16, 40, 240, 56, 8), STEEL, 5)
    for x in (24, 232):
        picture.add(oval(x, 48, 14), GREY, 5, shadow=2)
    picture.add(box(60, 60, 204, 188, 6), ("#2f68d8", "#244fa8"), 3)
    cloth = box(52, 30, 196, 224, 12)
    picture.add(cloth, ("#8fe3ff", "#63c4f4"), 9, shadow=4)
    for y, high in ((150, 10), (168, 16), (188, 10)):
        picture.add(inside(box(40, y, 216, y + high), cloth), WHITE, 1)
    for x in range(58, 196, 10):
        picture.add(box(x, 220, x + 5, 234, 2), WHITE, 1)
    return picture.image()


def whistle() -> Image.Image:
    """A referee's whistle on a cord."""
    picture = Picture()
    cord = smooth([(60, 150), (30, 190), (60, 228), (120, 222), (170, 232), (226, 206)])
    picture.add(stroke(cord, 9), BLACK, 3)
    picture.add(join(oval(92, 122, 72), box(86, 50, 236, 104, 8)), RED, 12)
    picture.add(box(142, 50, 176, 76, 4), ("#7a1030", "#5c0c26"), 3)
    picture.add(box(200, 56, 236, 98, 6), ("#ff8f9a", "#e8506a"), 4)
    picture.add(oval(92, 122, 42), ("#a81438", "#7a1030"), 6)
    picture.add(oval(98, 130, 24), TAN, 8, shadow=2)
    return picture.image()

"""More things of the house: what is soft, and what stands about."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    BROWN,
    CYAN,
    GLASS,
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
    box,
    cut,
    inside,
    oval,
    polygon,
    smooth,
    stroke,
)


def pillow() -> Image.Image:
    """Soft and light blue, its corners drawn out, with white piping."""
    picture = Picture()
    outline = [(20, 58), (128, 70), (236, 58), (226, 128), (236, 198), (128, 190), (20, 198), (30, 128)]
    curve = smooth(outline, True)
    shape = polygon(curve, 4)
    picture.add(shape, ("#c4e4ff", "#7fb4f0"), 34)
    picture.add(inside(stroke([*curve, curve[0]], 9), shape), ("#f4f9ff", "#d4e6fb"), 3)
    for x, y, dx, dy in ((66, 92, 24, 14), (190, 92, -24, 14), (66, 164, 24, -14), (190, 164, -24, -14)):
        fold = smooth([(x - dx, y - dy), (x, y), (x + dx, y + dy / 3)])
        picture.add(stroke(fold, 5), ("#6f9fdc", "#6f9fdc"), 0)
    return picture.image()


def curtain() -> Image.Image:
    """Two red curtains drawn aside from a window, on a rail."""
    picture = Picture()
    picture.add(box(60, 44, 196, 232, 6), WHITE, 4)
    picture.add(box(70, 54, 186, 222, 3), GLASS, 0)
    picture.add(box(124, 50, 132, 226), WHITE, 2)
    picture.add(box(66, 132, 190, 140), WHITE, 2)
    side = polygon(smooth([(24, 34), (118, 34), (96, 120), (56, 160), (66, 238), (24, 238)]), 2)
    for flipped in (False, True):
        cloth = side.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flipped else side
        picture.add(cloth, RED, 10, shadow=3)
        for x, low in ((44, 36), (66, 48), (90, 58)):
            fold = stroke(smooth([(x, 40), (x - 6, 110), (low, 160), (low, 234)]), 4)
            fold = fold.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flipped else fold
            picture.add(inside(fold, cloth), ("#b01842", "#8f1236"), 0)
        x = 206 if flipped else 50
        picture.add(box(x - 30, 152, x + 30, 168, 7), YELLOW, 4, shadow=2)
    picture.add(box(10, 18, 246, 38, 9), WOOD, 6, shadow=4)
    return picture.image()


def rug() -> Image.Image:
    """A woven carpet with a pattern, fringes at both ends."""
    picture = Picture()
    for x in range(50, 212, 11):
        picture.add(stroke([(x, 20), (x, 236)], 5), TAN, 1)
    picture.add(box(40, 32, 216, 224, 4), RED, 4)
    picture.add(cut(box(50, 42, 206, 214, 3), box(60, 52, 196, 204, 2)), YELLOW, 0)
    for y in (82, 128, 174):
        picture.add(polygon([(128, y - 27), (176, y), (128, y + 27), (80, y)]), BLUE, 1)
        picture.add(polygon([(128, y - 15), (154, y), (128, y + 15), (102, y)]), YELLOW, 0)
        picture.add(polygon([(128, y - 7), (140, y), (128, y + 7), (116, y)]), RED, 0)
    for x in (72, 184):
        for y in (64, 105, 151, 192):
            picture.add(polygon([(x, y - 9), (x + 8, y), (x, y + 9), (x - 8, y)]), CYAN, 0)
    return picture.image()


def stool() -> Image.Image:
    """A round red seat on three wooden legs."""
    picture = Picture()
    picture.add(polygon([(122, 96), (136, 96), (138, 206), (124, 206)], 3), ("#9a5c24", "#7a4519"), 4)
    picture.add(stroke([(74, 168), (184, 168)], 10), BROWN, 4)
    for top, low in ((72, 42), (184, 214)):
        picture.add(polygon([(top - 9, 90), (top + 9, 90), (low + 8, 234), (low - 8, 234)], 3), WOOD, 6)
    picture.add(box(44, 60, 212, 98, 18), WOOD, 6, shadow=4)
    picture.add(oval(128, 62, 90, 38), RED, 12)
    return picture.image()


def wardrobe() -> Image.Image:
    """A tall cupboard with two doors, a mirror in one, a drawer below."""
    picture = Picture()
    for x in (52, 190):
        picture.add(box(x, 218, x + 16, 240, 4), BROWN, 3)
    picture.add(box(36, 14, 220, 228, 8), WOOD, 8)
    picture.add(box(28, 10, 228, 30, 7), BROWN, 5, shadow=3)
    for x in (48, 131):
        picture.add(box(x, 40, x + 77, 172, 5), TAN, 5, shadow=2)
    picture.add(box(60, 52, 113, 160, 4), ("#cdf2ff", "#7cc8f4"), 2)
    picture.add(inside(stroke([(60, 110), (113, 64)], 9), box(60, 52, 113, 160)), WHITE, 0)
    picture.add(box(143, 52, 196, 160, 4), WOOD, 3)
    picture.add(box(48, 182, 208, 218, 5), TAN, 5, shadow=2)
    for x, y in ((119, 112), (137, 112), (90, 200), (166, 200)):
        picture.add(oval(x, y, 6), YELLOW, 3, shadow=2)
    return picture.image()


def stairs() -> Image.Image:
    """Five steps that lead up to the right."""
    picture = Picture()
    for i in range(5):
        left, top = 16 + 44 * i, 196 - 40 * i
        picture.add(box(left, top, 238, 236, 3), ("#cbbfe0", "#a594c4") if i % 2 else GREY, 4)
        picture.add(box(left - 4, top - 6, 240, top + 10, 4), WHITE, 4, shadow=4)
    return picture.image()


def calculator() -> Image.Image:
    """Dark, with a green display and sixteen keys."""
    picture = Picture()
    picture.add(box(46, 12, 210, 244, 20), SLATE, 9)
    picture.add(box(62, 28, 194, 78, 8), ("#d8f5c8", "#a8dc96"), 4)
    for x, y, w, h in ((166, 40, 18, 26), (138, 40, 18, 26)):
        picture.add(cut(box(x, y, x + w, y + h, 3), box(x + 5, y + 5, x + w - 5, y + 10)), BLACK, 0)
    for row in range(4):
        for column in range(4):
            x, y = 62 + 35 * column, 94 + 36 * row
            last = column == 3
            picture.add(box(x, y, x + 27, y + 28, 7), ORANGE if last else WHITE, 4, shadow=3)
    for row, shape in enumerate(([(0, -6), (0, 6)], None, [(-5, -5), (5, 5)])):
        y = 108 + 36 * row
        picture.add(stroke([(174.5, y), (186.5, y)], 4), WHITE, 0)
        if shape:
            picture.add(stroke([(180.5 + a, y + b) for a, b in shape], 4), WHITE, 0)
    return picture.image()


def treasure_chest() -> Image.Image:
    """Open, bound with iron, full of gold."""
    picture = Picture()
    picture.add(box(22, 26, 234, 128, 30), BROWN, 8)
    picture.add(box(36, 46, 220, 140, 10), ("#3c221c", "#2c1814"), 2)
    for x, y in (
        (60, 124),
        (92, 112),
        (128, 104),
        (164, 112),
        (196, 124),
        (76, 134),
        (112, 126),
        (146, 126),
        (182, 134),
    ):
        picture.add(oval(x, y, 21), YELLOW, 6, shadow=2)
    picture.add(polygon([(128, 74), (146, 92), (128, 110), (110, 92)]), CYAN, 5, shadow=2)
    picture.add(oval(174, 98, 11), RED, 5, shadow=2)
    picture.add(box(20, 132, 236, 230, 10), WOOD, 7, shadow=4)
    for y in (164, 196):
        picture.add(box(22, y, 234, y + 4), BROWN, 0)
    for x in (40, 190):
        picture.add(box(x, 132, x + 24, 230, 3), STEEL, 5, shadow=2)
    picture.add(box(16, 128, 240, 148, 6), STEEL, 5)
    picture.add(box(106, 134, 150, 184, 10), YELLOW, 6, shadow=3)
    picture.add(oval(128, 154, 7), BLACK, 0)
    picture.add(polygon([(124, 154), (132, 154), (135, 174), (121, 174)]), BLACK, 0)
    return picture.image()


def igloo() -> Image.Image:
    """A dome of snow blocks with a round entrance."""
    picture = Picture()
    dome = inside(oval(120, 206, 106, 156), box(0, 0, 256, 214))
    picture.add(dome, ("#ffffff", "#b8d8f6"), 16)
    line = ("#9cc0e6", "#86aede")
    for y in (96, 136, 176):
        picture.add(inside(stroke(smooth([(8, y + 12), (120, y - 4), (232, y + 12)]), 4), dome), line, 0)
    for row, places in enumerate(((120,), (84, 156), (60, 120, 180), (42, 92, 150, 200))):
        for x in places:
            top = 56 + 40 * row
            lean = (x - 120) * 0.12
            picture.add(inside(stroke([(x - lean, top), (x + lean, top + 36)], 4), dome), line, 0)
    picture.add(inside(oval(182, 206, 58, 66), box(0, 0, 256, 214)), ("#eef7ff", "#a4cbf0"), 9, shadow=5)
    picture.add(inside(oval(186, 208, 38, 48), box(0, 0, 256, 214)), ("#31508e", "#1f3566"), 3)
    picture.add(box(8, 208, 246, 226, 9), ("#ffffff", "#cfe4fa"), 4)
    return picture.image()


def barn() -> Image.Image:
    """Red, with a white-framed door, crossed boards and a window under the roof."""
    picture = Picture()
    picture.add(
        polygon([(128, 28), (206, 68), (222, 128), (222, 232), (34, 232), (34, 128), (50, 68)]), RED, 8
    )
    for x in range(58, 222, 22):
        picture.add(inside(box(x, 70, x + 3, 232), box(36, 90, 220, 230)), ("#c41c46", "#b01842"), 0)
    roof = [(22, 134), (46, 64), (128, 20), (210, 64), (234, 134)]
    picture.add(stroke(roof, 20), SLATE, 6, shadow=5)
    picture.add(box(106, 74, 150, 112, 4), WHITE, 4, shadow=2)
    picture.add(box(113, 81, 143, 105), ("#4a2a3a", "#35202c"), 0)
    picture.add(box(76, 138, 180, 232, 3), WHITE, 4)
    picture.add(box(84, 146, 172, 232), ("#a81438", "#8f1236"), 0)
    for a, b in (
        ((84, 148), (126, 230)),
        ((126, 148), (84, 230)),
        ((130, 148), (172, 230)),
        ((172, 148), (130, 230)),
    ):
        picture.add(inside(stroke([a, b], 8), box(84, 146, 172, 232)), WHITE, 2)
    picture.add(box(124, 146, 132, 232), WHITE, 2)
    return picture.image()


def pyramid() -> Image.Image:
    """Two sides of yellow stone, one in the shade, a door."""
    picture = Picture()
    picture.add(polygon([(150, 36), (240, 214), (172, 232)], 3), ("#d39a4a", "#b5782e"), 3)
    left = polygon([(150, 36), (172, 232), (16, 206)], 3)
    picture.add(left, ("#ffe39a", "#f0b75a"), 3)
    for i in range(1, 7):
        share = i / 7
        a, b = (150 - 134 * share, 36 + 170 * share), (150 + 22 * share, 36 + 196 * share)
        c = (150 + 90 * share, 36 + 178 * share)
        picture.add(stroke([a, b], 3), ("#cf9440", "#cf9440"), 0)
        picture.add(stroke([b, c], 3), ("#96601f", "#96601f"), 0)
    picture.add(polygon([(92, 178), (116, 182), (118, 222), (90, 217)]), ("#7a4a1c", "#5a3412"), 2)
    return picture.image()

"""Toys, and what hangs on a tree at Christmas."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    CYAN,
    GILT,
    GREEN,
    PURPLE,
    RED,
    WHITE,
    WOOD,
    YELLOW,
    Picture,
    Points,
    arc,
    blob,
    box,
    cut,
    inside,
    mirrored,
    oval,
    polygon,
    smooth,
    stroke,
    turned,
)


def bowling_pin() -> Image.Image:
    """White with two red stripes about the neck."""
    picture = Picture()
    half = [(154, 22), (162, 48), (154, 76), (160, 106), (182, 146), (188, 182), (178, 222), (166, 246)]
    outline = [(128, 10), *half, *mirrored(half)]
    pin = blob(outline, 1)
    picture.add(pin, ("#fffdff", "#c6b8e0"), 26)
    for y in (72, 98):
        picture.add(inside(stroke(smooth([(80, y - 4), (128, y + 5), (176, y - 4)]), 16), pin), RED, 4)
    return picture.image()


def rubiks_cube() -> Image.Image:
    """A cube of three faces, each of nine coloured squares."""
    picture = Picture()
    picture.add(polygon([(128, 14), (226, 66), (226, 184), (128, 242), (30, 184), (30, 66)], 8), BLACK, 4)
    faces = (
        ((128, 12), (33, 18), (-33, 18), "wyrbwgoyw"),
        ((28, 68), (33, 18), (0, 39.5), "rgyorbgrw"),
        ((129, 122), (33, -18), (0, 39.5), "bowgbyrgb"),
    )
    colours = {"w": WHITE, "y": YELLOW, "r": RED, "b": BLUE, "g": GREEN, "o": ("#ff9a3c", "#f2701e")}
    for (x0, y0), (ax, ay), (bx, by), tiles in faces:
        for i, tile in enumerate(tiles):
            ends = [
                (i % 3 + s, i // 3 + t) for s, t in ((0.16, 0.16), (0.84, 0.16), (0.84, 0.84), (0.16, 0.84))
            ]
            corners = [(x0 + s * ax + t * bx, y0 + s * ay + t * by) for s, t in ends]
            picture.add(polygon(corners, 3), colours[tile], 4)
    return picture.image()


def domino() -> Image.Image:
    """A white tile, black dots: five above the line, three below."""
    picture = Picture(15)
    picture.add(box(72, 27, 198, 239, 18), ("#b0a4cc", "#7d7299"), 6)
    picture.add(box(64, 15, 188, 227, 18), ("#ffffff", "#e4dcf0"), 8)
    picture.add(box(78, 117, 174, 125, 4), BLACK, 1)
    for x, y in ((-1, -1), (1, -1), (0, 0), (-1, 1), (1, 1)):
        picture.add(oval(126 + 34 * x, 66 + 30 * y, 14), BLACK, 4)
    for i in (-1, 0, 1):
        picture.add(oval(126 + 34 * i, 176 + 30 * i, 14), BLACK, 4)
    return picture.image()


def arrow() -> Image.Image:
    """A steel head, a wooden shaft, red feathers; it points to the upper right."""
    picture = Picture()

    def slanted(points: Points) -> Points:
        return [(32 + 0.7 * (along - side), 224 - 0.7 * (along + side)) for along, side in points]

    picture.add(stroke(slanted([(-18, 0), (250, 0)]), 16), WOOD, 6)
    for side in (-1, 1):
        for i, colours in enumerate((RED, WHITE, RED)):
            at = 30 * i + 8
            vane = [(at + 26, 9 * side), (at, 42 * side), (at + 24, 42 * side), (at + 50, 9 * side)]
            picture.add(polygon(slanted(vane), 2), colours, 5, shadow=1)
    for side, colours in ((1, ("#f2eff8", "#c4bdd2")), (-1, ("#9a92aa", "#6c6580"))):
        picture.add(polygon(slanted([(294, 0), (196, 46 * side), (224, 0)]), 3), colours, 4, shadow=2)
    return picture.image()


def wreath() -> Image.Image:
    """A ring of green twigs with red berries, a red bow below."""
    picture = Picture()
    for ring, count, long in ((98, 26, 24), (66, 18, 22), (82, 22, 24)):
        for i in range(count):
            a = 360 * i / count
            x, y = arc(128, 122, ring, a, a + 1)[0]
            leaf = turned(oval(x, y, long, 11), a + 55, x, y)
            picture.add(leaf, ("#4fc25e", "#1d7a44"), 6, shadow=2)
    for i in range(9):
        a = 128 + 35.5 * i
        x, y = arc(128, 122, 70 if i % 2 else 94, a, a + 1)[0]
        picture.add(oval(x, y, 13), RED, 6, shadow=2)
    for x in (-1, 1):
        end = [(128, 200), (128 + 14 * x, 246), (128 + 32 * x, 234), (128 + 52 * x, 240)]
        picture.add(polygon(end, 3), ("#e02a4c", "#b01642"), 5, shadow=3)
        near, far = 128 + 36 * x, 128 + 70 * x
        loop = [(128, 196), (near, 164), (far, 172), (far, 216), (near, 224)]
        picture.add(blob(loop), RED, 10, shadow=3)
    picture.add(box(110, 176, 146, 216, 12), ("#ff6a70", "#d9204e"), 7, shadow=3)
    return picture.image()


def christmas_bauble() -> Image.Image:
    """A red glass ball with a golden cap and a ring."""
    picture = Picture()
    picture.add(cut(oval(128, 30, 20), oval(128, 30, 10)), GILT, 4)
    ball = oval(128, 150, 96)
    picture.add(ball, ("#ff4f58", "#b80f3c"), 34)
    band = [(20, 136), (128, 164), (236, 136), (236, 172), (128, 200), (20, 172)]
    picture.add(inside(polygon([*smooth(band[:3]), *smooth(band[3:])]), ball), GILT, 5)
    for x, y in ((58, 164), (92, 174), (128, 179), (164, 174), (198, 164)):
        picture.add(polygon([(x, y - 14), (x + 10, y), (x, y + 14), (x - 10, y)], 1), RED, 3)
    picture.add(turned(oval(80, 98, 14, 26), 40, 80, 98), ("#ffd0d4", "#ff9aa4"), 8)
    picture.add(box(100, 42, 156, 72, 8), GILT, 7, shadow=3)
    return picture.image()


def easter_egg() -> Image.Image:
    """Painted with bands of pink, yellow and blue, a zigzag and dots."""
    picture = Picture(10)
    half = [(180, 44), (212, 116), (206, 184), (168, 232)]
    outline = [(128, 12), *half, (128, 242), *mirrored(half)]
    egg = blob(outline, 1)
    picture.add(egg, ("#ffb0d0", "#f2609c"), 30)
    picture.add(inside(box(0, 82, 256, 136), egg), ("#fff3a0", "#ffd23c"), 5)
    zigzag = [(x, 98 if i % 2 else 120) for i, x in enumerate(range(8, 256, 24))]
    picture.add(inside(stroke(zigzag, 11), egg), PURPLE, 3)
    picture.add(inside(box(0, 136, 256, 190), egg), CYAN, 5)
    for x in range(56, 220, 36):
        picture.add(inside(oval(x, 163, 12), egg), WHITE, 3)
    picture.add(inside(stroke([(0, 136), (256, 136)], 8), egg), WHITE, 1)
    for x, y in ((100, 58), (128, 38), (156, 58), (96, 212), (128, 222), (160, 212)):
        picture.add(oval(x, y, 9), ("#ffffff", "#fff0f6"), 2)
    return picture.image()

"""What one cooks with, and takes food along in."""

import math

from PIL import Image

from training.drawings.pen import (
    BLACK,
    GREEN,
    ORANGE,
    RED,
    SILVER,
    STEEL,
    WOOD,
    YELLOW,
    Picture,
    blob,
    both,
    box,
    cut,
    inside,
    join,
    limb,
    oval,
    polygon,
    smooth,
    stroke,
)

HOLE = ("#4e4860", "#363044")


def colander() -> Image.Image:
    """A metal bowl full of holes with two handles, water dripping out below."""
    picture = Picture()
    for x, y in ((76, 220), (128, 236), (180, 220)):
        drop = join(oval(x, y, 9, 10), polygon([(x - 7, y - 5), (x, y - 24), (x + 7, y - 5)], 1))
        picture.add(drop, ("#8fe0ff", "#3aa4f0"), 4)
    loop = cut(box(4, 66, 60, 108, 18), box(18, 79, 60, 95, 8))
    picture.add(both(loop), STEEL, 5)
    picture.add(box(84, 184, 172, 206, 6), STEEL, 5)
    bowl = inside(oval(128, 84, 102, 112), box(0, 84, 256, 256))
    picture.add(bowl, ("#f0edf6", "#a09ab0"), 20)
    picture.add(oval(128, 84, 106, 34), SILVER, 5, shadow=2)
    hollow = oval(128, 85, 94, 26)
    picture.add(hollow, ("#8a84a0", "#c2bccc"), 0)
    for x in range(52, 220, 25):
        picture.add(inside(oval(x, 82 + 0.001 * (x - 128) ** 2, 6, 5), hollow), HOLE, 0)
    for y, half, count in ((132, 74, 6), (152, 62, 5), (172, 40, 4)):
        for i in range(count):
            picture.add(oval(128 + half * (2 * i / (count - 1) - 1), y, 8, 8), HOLE, 0)
    return picture.image()


def grater() -> Image.Image:
    """A metal box grater with rows of teeth and a handle, cheese and its shreds beside."""
    picture = Picture()
    picture.add(cut(box(58, 8, 138, 80, 26), box(76, 26, 120, 80, 12)), BLACK, 6)
    picture.add(polygon([(142, 54), (156, 60), (196, 214), (176, 232)], 4), ("#a49eb2", "#6c667c"), 4)
    picture.add(polygon([(54, 54), (142, 54), (178, 234), (18, 234)], 6), ("#f2f0f8", "#b2acc0"), 9)
    picture.add(box(46, 46, 150, 66, 8), STEEL, 5, shadow=2)
    for row in range(6):
        y, half = 86 + 25 * row, 30 + 6 * row
        count = (4, 3)[row % 2]
        for i in range(count):
            x = 98 + half * (1, 0.68)[row % 2] * (2 * i / (count - 1) - 1)
            picture.add(oval(x, y, 9, 8), ("#ffffff", "#d6d0e0"), 3)
            picture.add(oval(x, y + 2, 8, 5), HOLE, 0)
    for x, y, lean in ((170, 236, 10), (196, 240, -8), (220, 238, 8), (236, 242, -6), (150, 243, 6)):
        picture.add(stroke(smooth([(x - 18, y), (x, y - lean), (x + 14, y + 2)]), 8), YELLOW, 2, shadow=1)
    picture.add(polygon([(166, 158), (232, 118), (244, 140), (244, 186), (180, 206)], 5), YELLOW, 8, shadow=5)
    for x, y, size in ((196, 168, 10), (226, 150, 8), (222, 178, 7)):
        picture.add(oval(x, y, size), ("#e0931e", "#eea832"), 0)
    return picture.image()


def ladle() -> Image.Image:
    """A deep round bowl of red soup on a long handle with a hook."""
    picture = Picture()
    handle = smooth(
        [(140, 190), (158, 168), (172, 116), (186, 50), (194, 20), (214, 10), (230, 24), (226, 44)]
    )
    bowl = inside(oval(86, 172, 66, 72), box(0, 172, 256, 256))
    picture.add(bowl, ("#d8d2e2", "#807a92"), 18)
    picture.add(oval(86, 172, 68, 27), ("#f4f2fa", "#b4aec2"), 5)
    picture.add(oval(86, 174, 57, 19), ("#ff7a3c", "#e0441e"), 4)
    picture.add(oval(70, 170, 13, 5), ("#ffb27a", "#ff9a5c"), 0)
    picture.add(
        join(stroke(handle, 18), limb((128, 208, 12), (142, 186, 15), (156, 166, 10))), STEEL, 7, shadow=4
    )
    return picture.image()


def corkscrew() -> Image.Image:
    """A wooden handle across, below it a steel spiral that goes into a cork."""
    picture = Picture()
    picture.add(box(120, 50, 136, 88, 6), STEEL, 5)
    for near, width, colours in ((0, 12, ("#857f96", "#6a647c")), (1, 16, SILVER)):
        for i in range(3):
            turn = [math.pi * (k / 12 + near) for k in range(13)]
            wire = [
                (128 - 27 * math.cos(a), 72 + 38 * i + 19 * a / math.pi - 12 * near * math.sin(a))
                for a in turn
            ]
            picture.add(stroke(wire, width), colours, 5)
    picture.add(box(90, 182, 166, 250, 10), ("#e2b07a", "#b57a44"), 10)
    picture.add(oval(128, 184, 38, 12), ("#f0c896", "#dca670"), 3)
    for x, y in ((106, 208), (132, 218), (150, 206), (112, 234), (146, 236)):
        picture.add(oval(x, y, 5, 4), ("#94602f", "#94602f"), 0)
    picture.add(stroke([(128, 168), (128, 186)], 14), SILVER, 4)
    picture.add(limb((34, 36, 21), (80, 32, 26), (128, 36, 22), (176, 32, 26), (222, 36, 21)), WOOD, 12)
    picture.add(box(112, 10, 144, 62, 8), STEEL, 6, shadow=3)
    return picture.image()


def thermos() -> Image.Image:
    """A tall red flask with a steel neck, beside it its cup lid with steaming coffee."""
    picture = Picture()
    picture.add(stroke(smooth([(44, 108), (16, 116), (14, 152), (18, 186), (44, 192)]), 15), BLACK, 5)
    picture.add(box(60, 10, 118, 50, 10), BLACK, 8)
    picture.add(polygon([(62, 44), (116, 44), (142, 84), (36, 84)], 4), SILVER, 8)
    picture.add(box(34, 74, 144, 246, 14), RED, 16)
    for top in (80, 222):
        picture.add(box(32, top, 146, top + 16, 5), SILVER, 5, shadow=2)
    picture.add(box(52, 108, 64, 210, 6), ("#ff9aa0", "#f46a7c"), 2)
    picture.add(cut(oval(220, 204, 24), oval(220, 204, 12)), STEEL, 5)
    picture.add(polygon([(154, 172), (222, 172), (214, 238), (162, 238)], 7), SILVER, 10, shadow=3)
    picture.add(oval(188, 172, 40, 13), ("#f4f2fa", "#c2bccc"), 3)
    picture.add(oval(188, 173, 32, 8), ("#7a4628", "#54301c"), 0)
    for x in (174, 202):
        steam = smooth([(x, 152), (x - 9, 134), (x + 8, 114), (x, 92)])
        picture.add(stroke(steam, 10), ("#dcd6ea", "#c6bede"), 3)
    return picture.image()


def lunch_box() -> Image.Image:
    """An open blue box with a sandwich, an apple and carrots, its lid up with a handle."""
    picture = Picture()
    picture.add(cut(box(86, 4, 170, 50, 18), box(102, 20, 154, 50, 8)), YELLOW, 6)
    picture.add(box(20, 32, 236, 150, 20), ("#5ab4fa", "#2f74dc"), 8)
    picture.add(box(34, 46, 222, 150, 12), ("#3a78cc", "#2c60b4"), 5)
    for x in (196, 176, 212):
        stick = polygon(
            [(x - 10, 170), (x - 8 + (x - 196) / 3, 96), (x + 8 + (x - 196) / 3, 96), (x + 10, 170)], 3
        )
        picture.add(stick, ORANGE, 5, shadow=3)
    picture.add(join(oval(132, 130, 26, 32), oval(156, 130, 26, 32)), RED, 12, shadow=4)
    picture.add(stroke(smooth([(144, 104), (146, 92), (154, 84)]), 6), ("#7a4a2c", "#5c3420"), 0)
    picture.add(blob([(148, 98), (160, 82), (178, 84), (166, 98)], 1), GREEN, 4)
    bread = polygon([(30, 170), (72, 80), (116, 170)], 7)
    picture.add(polygon([(44, 166), (86, 72), (126, 166)], 7), ("#d89a52", "#b8743a"), 6)
    picture.add(polygon([(38, 170), (78, 78), (122, 170)], 5), GREEN, 3)
    picture.add(polygon([(35, 170), (75, 82), (119, 170)], 5), ("#ff8a94", "#ea5a6c"), 3)
    picture.add(bread, ("#c98643", "#b0702f"), 5, shadow=2)
    picture.add(polygon([(37, 170), (72, 94), (109, 170)], 5), ("#fff0cc", "#f4d8a0"), 4)
    picture.add(box(12, 154, 244, 242, 22), ("#5ab4fa", "#2a68d4"), 12, shadow=4)
    picture.add(box(8, 148, 248, 170, 10), ("#86ccff", "#4a94ee"), 5, shadow=3)
    picture.add(box(106, 158, 150, 200, 8), YELLOW, 6, shadow=3)
    return picture.image()

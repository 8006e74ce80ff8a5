"""Things of the house and the garden."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    BROWN,
    CYAN,
    GREEN,
    GREY,
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
    box,
    inside,
    join,
    oval,
    polygon,
    smooth,
    stroke,
)


def remote() -> Image.Image:
    """Long and dark, turned a little, a red power button, a ring and rows of buttons."""
    picture = Picture(28)
    picture.add(box(88, 10, 168, 246, 26), BLACK, 9)
    picture.add(box(96, 18, 160, 238, 20), SLATE, 4)
    picture.add(oval(112, 38, 9), RED, 4, shadow=2)
    picture.add(box(134, 33, 152, 43, 5), GREY, 3)
    picture.add(oval(128, 82, 27), BLACK, 5, shadow=2)
    picture.add(oval(128, 82, 12), GREY, 4)
    for x, y in ((128, 62), (128, 102), (108, 82), (148, 82)):
        picture.add(oval(x, y, 3), WHITE, 0)
    for y in (126, 148, 170):
        for x in (108, 128, 148):
            picture.add(oval(x, y, 7.5), WHITE, 3, shadow=2)
    for x, colour in ((107, RED), (121, GREEN), (135, YELLOW), (149, BLUE)):
        picture.add(box(x - 5, 192, x + 5, 201, 3), colour, 2)
    picture.add(box(106, 212, 150, 222, 5), BLACK, 3)
    return picture.image()


def baseball_bat() -> Image.Image:
    """Wooden, thick above, a wrapped grip and a knob below; a baseball beside it."""
    picture = Picture(36)
    outline = [
        (110, 16),
        (128, 3),
        (146, 16),
        (150, 70),
        (144, 120),
        (134, 176),
        (134, 232),
        (122, 232),
        (122, 176),
        (112, 120),
        (106, 70),
    ]
    picture.add(polygon(smooth(outline, True), 3), TAN, 10, sideways=True)
    picture.add(box(119, 178, 137, 236, 4), BROWN, 4)
    picture.add(box(112, 232, 144, 246, 7), TAN, 4, shadow=2)
    picture.add(box(108, 84, 148, 92), RED, 0)
    picture.add(oval(216, 150, 38), WHITE, 9)
    for x, start in ((174, -48), (258, 132)):
        picture.add(inside(stroke(arc(x, 150, 27, start, start + 96), 5), oval(216, 150, 37)), RED, 0)
    return picture.image()


def hair_dryer() -> Image.Image:
    """A pistol: a barrel with a round back, a dark nozzle at the left, a handle below, a cable."""
    picture = Picture()
    picture.add(
        stroke(smooth([(168, 214), (170, 232), (190, 236), (204, 222), (222, 218), (232, 232)]), 9), BLACK, 3
    )
    picture.add(polygon([(134, 120), (176, 116), (184, 206), (150, 212)], 8), PINK, 9)
    picture.add(box(150, 146, 166, 178, 7), WHITE, 4, shadow=2)
    picture.add(polygon([(24, 54), (60, 62), (60, 108), (24, 118)], 6), BLACK, 6)
    barrel = join(polygon([(58, 56), (160, 34), (160, 140), (58, 116)], 6), oval(172, 86, 62, 60))
    picture.add(barrel, PINK, 16, shadow=4)
    picture.add(oval(184, 86, 36), PURPLE, 8, shadow=2)
    for turn in range(0, 360, 60):
        x, y = arc(184, 86, 22, turn, turn)[0]
        picture.add(oval(x, y, 5), BLACK, 0)
    picture.add(oval(184, 86, 7), BLACK, 0)
    return picture.image()


def desk() -> Image.Image:
    """A writing desk: a top, three drawers at the right, legs at the left."""
    picture = Picture()
    picture.add(box(30, 100, 46, 226, 5), WOOD, 6)
    picture.add(box(50, 108, 150, 150, 4), ("#9a5c24", "#7a4519"), 3)
    picture.add(box(146, 96, 230, 226, 6), WOOD, 6)
    for y in (108, 146, 184):
        picture.add(box(154, y, 222, y + 34, 5), TAN, 5)
        picture.add(box(176, y + 13, 200, y + 21, 4), BROWN, 3, shadow=2)
    picture.add(polygon([(40, 66), (216, 66), (236, 92), (20, 92)], 4), ("#e8b069", "#d9994f"), 2)
    picture.add(box(16, 88, 240, 104, 6), WOOD, 4, shadow=4)
    return picture.image()


def table_lamp() -> Image.Image:
    """A lampshade on a turned foot, lit."""
    picture = Picture()
    picture.add(stroke([(128, 110), (128, 220)], 13), YELLOW, 5)
    picture.add(oval(128, 184, 30, 34), BLUE, 12)
    picture.add(box(82, 222, 174, 240, 8), BLUE, 5)
    picture.add(box(112, 212, 144, 226, 5), YELLOW, 4)
    picture.add(stroke([(162, 132), (162, 168)], 3), STEEL, 0)
    picture.add(oval(162, 172, 6), YELLOW, 3)
    picture.add(
        polygon([(92, 22), (164, 22), (208, 128), (48, 128)], 6), ("#fff3c4", "#ffcf5c"), 10, shadow=4
    )
    picture.add(
        inside(polygon([(92, 22), (164, 22), (208, 128), (48, 128)], 6), box(0, 120, 256, 140)), ORANGE, 3
    )
    picture.add(
        inside(polygon([(92, 22), (164, 22), (208, 128), (48, 128)], 6), box(0, 10, 256, 26)), ORANGE, 3
    )
    return picture.image()


def bookshelf() -> Image.Image:
    """Three shelves of books in a wooden frame."""
    picture = Picture()
    picture.add(box(30, 16, 226, 240, 10), WOOD, 7)
    books = (RED, BLUE, YELLOW, GREEN, PURPLE, PINK, CYAN)
    for row, top in enumerate((28, 98, 168)):
        picture.add(box(42, top, 214, top + 60, 4), ("#7d4a20", "#9a5f2c"), 0)
        left = 46
        for i in range(7 if row != 1 else 5):
            wide, low = (
                (20, 26, 22, 24, 18, 28, 20)[(i + row) % 7],
                (4, 10, 2, 14, 6, 12, 8)[(i + 3 * row) % 7],
            )
            picture.add(box(left, top + low, left + wide, top + 60, 3), books[(i + 2 * row) % 7], 4)
            picture.add(box(left + 4, top + low + 10, left + wide - 4, top + low + 15, 1), WHITE, 0)
            left += wide + 1
    picture.add(oval(188, 146, 19), YELLOW, 6)
    picture.add(box(180, 126, 196, 134, 2), YELLOW, 2)
    return picture.image()


def vacuum_cleaner() -> Image.Image:
    """A rounded body on wheels, a hose, a tube and a wide floor nozzle."""
    picture = Picture()
    picture.add(stroke(smooth([(176, 148), (196, 96), (168, 44), (116, 30), (92, 50)]), 14), SLATE, 5)
    picture.add(stroke([(92, 48), (46, 216)], 12), STEEL, 5)
    picture.add(stroke([(94, 42), (86, 72)], 18), BLACK, 5)
    picture.add(polygon([(26, 218), (74, 218), (84, 234), (22, 234)], 5), RED, 5)
    body = polygon(
        smooth(
            [(108, 214), (106, 176), (132, 140), (178, 128), (220, 148), (234, 192), (230, 216), (170, 220)],
            True,
        ),
        3,
    )
    picture.add(body, RED, 16)
    picture.add(stroke(smooth([(150, 140), (170, 118), (196, 120), (210, 140)]), 11), BLACK, 4)
    picture.add(inside(body, box(0, 196, 256, 230)), SLATE, 5)
    picture.add(oval(142, 176, 12), WHITE, 4, shadow=2)
    picture.add(oval(204, 210, 30), BLACK, 6, shadow=2)
    picture.add(oval(204, 210, 14), STEEL, 4)
    picture.add(oval(128, 226, 14), BLACK, 4)
    return picture.image()


def iron() -> Image.Image:
    """A clothes iron seen from the side: a pointed sole, a handle, a dial."""
    picture = Picture()
    picture.add(stroke(smooth([(224, 118), (234, 96), (222, 70), (228, 48)]), 8), BLACK, 3)
    picture.add(
        stroke(smooth([(96, 146), (104, 100), (140, 82), (196, 82), (216, 96), (218, 150)]), 28), BLUE, 9
    )
    body = polygon(
        smooth([(22, 196), (50, 168), (92, 144), (150, 134), (212, 138), (230, 156), (232, 196)]), 5
    )
    picture.add(body, BLUE, 12, shadow=3)
    picture.add(oval(150, 166, 20), WHITE, 5, shadow=2)
    picture.add(stroke([(150, 166), (158, 154)], 5), RED, 0)
    picture.add(polygon([(22, 200), (234, 200), (234, 210), (28, 210)], 6), STEEL, 5, shadow=2)
    picture.add(box(196, 148, 224, 158, 5), CYAN, 3)
    return picture.image()


def hanger() -> Image.Image:
    """A clothes hanger of wood with a metal hook."""
    picture = Picture()
    hook = smooth([(128, 106), (128, 92), (146, 78), (154, 58), (142, 40), (120, 38), (106, 54)])
    picture.add(stroke(hook, 10), STEEL, 4)
    picture.add(stroke([(32, 196), (224, 196)], 14), WOOD, 5)
    picture.add(
        stroke(
            smooth([(28, 192), (60, 164), (108, 118), (128, 110), (148, 118), (196, 164), (228, 192)]), 23
        ),
        WOOD,
        7,
        shadow=2,
    )
    return picture.image()


def watering_can() -> Image.Image:
    """A can with a long spout and a rose at the left, a handle at the right."""
    picture = Picture()
    picture.add(stroke(smooth([(184, 110), (220, 104), (232, 136), (220, 178), (188, 200)]), 14), GREEN, 5)
    picture.add(stroke(arc(146, 112, 44, 180, 360, 56), 12), GREEN, 5)
    picture.add(polygon([(44, 92), (58, 82), (120, 170), (108, 204)], 5), GREEN, 7)
    picture.add(polygon([(18, 106), (54, 66), (66, 78), (30, 116)], 3), YELLOW, 5, shadow=2)
    picture.add(box(96, 110, 196, 228, 14), GREEN, 14, shadow=2)
    picture.add(oval(146, 112, 50, 13), GREEN, 4)
    picture.add(oval(146, 113, 40, 8), ("#1d6a44", "#2a8a58"), 0)
    picture.add(box(92, 214, 200, 232, 8), GREEN, 5, shadow=2)
    return picture.image()


def wheelbarrow() -> Image.Image:
    """A tray on one wheel at the left, two handles and a leg at the right."""
    picture = Picture()
    picture.add(stroke([(64, 196), (160, 160), (230, 114)], 13), BROWN, 5)
    picture.add(stroke([(160, 158), (176, 222)], 12), STEEL, 5)
    picture.add(stroke([(158, 224), (190, 224)], 10), STEEL, 4)
    picture.add(polygon([(22, 82), (206, 82), (168, 158), (80, 158)], 8), GREEN, 12, shadow=2)
    picture.add(box(16, 74, 214, 92, 8), GREEN, 5, shadow=2)
    picture.add(stroke([(208, 128), (230, 114)], 18), RED, 5)
    picture.add(oval(62, 198, 40), BLACK, 6, shadow=2)
    picture.add(oval(62, 198, 24), GREY, 5)
    picture.add(oval(62, 198, 8), RED, 3)
    return picture.image()

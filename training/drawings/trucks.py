"""Trucks with one task each, a school bus, a limousine and a go-kart."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    GLASS,
    GREY,
    NIGHT,
    ORANGE,
    RED,
    SILVER,
    SLATE,
    STEEL,
    TAN,
    WHITE,
    YELLOW,
    Colours,
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


def _wheel(picture: Picture, x: float, y: float, radius: float, hub: Colours = STEEL) -> None:
    """A black tyre with a hub."""
    picture.add(oval(x, y, radius), BLACK, 6, shadow=3)
    picture.add(oval(x, y, 0.56 * radius), hub, 4)
    picture.add(oval(x, y, 0.22 * radius), SLATE, 2)


def _cab(picture: Picture, left: float, top: float, colours: Colours) -> None:
    """A truck's cab, 72 pixels wide and down to 190, its windscreen to the right."""
    right, low = left + 72, 190
    outline = [(left, low), (left, top), (left + 42, top), (right - 6, top + 50), (right, low)]
    picture.add(polygon(outline, 6), colours, 9, shadow=3)
    window = [(left + 13, top + 48), (left + 13, top + 14), (left + 36, top + 14), (left + 53, top + 48)]
    picture.add(polygon(window, 4), GLASS, 4)
    picture.add(box(left + 14, top + 66, left + 32, top + 73, 3), SLATE, 2)
    picture.add(box(right - 8, 148, right + 8, 166, 6), ("#fffbe0", "#ffe27a"), 4)
    picture.add(box(right - 14, 176, right + 12, 194, 6), STEEL, 4)


def school_bus() -> Image.Image:
    """Yellow, with a hood to the right, a row of windows and a red stop paddle out at its side."""
    picture = Picture()
    yellow = ("#ffd23c", "#f8a41c")
    picture.add(polygon([(170, 186), (170, 122), (226, 126), (240, 144), (242, 186)], 8), yellow, 10)
    picture.add(box(12, 54, 188, 196, 18), yellow, 10)
    picture.add(box(26, 46, 174, 60, 6), ("#ffe680", "#ffd23c"), 4)
    for x in (24, 58, 92, 126):
        picture.add(box(x, 76, x + 27, 114, 6), BLACK, 3)
        picture.add(box(x + 3, 79, x + 24, 111, 4), GLASS, 3)
    picture.add(box(159, 72, 189, 116, 6), BLACK, 3)
    picture.add(box(163, 76, 189, 112, 4), GLASS, 3)
    for low in (126, 164):
        picture.add(box(12, low, 188, low + 9, 2), BLACK, 2)
    picture.add(box(8, 184, 250, 200, 6), BLACK, 4)
    picture.add(oval(238, 154, 11), ("#fffbe0", "#ffe27a"), 4)
    for x, y in ((22, 48), (178, 48)):
        picture.add(oval(x, y, 10), RED, 4)
    for x in (56, 208):
        picture.add(inside(oval(x, 196, 40), box(0, 120, 256, 196)), ("#e8920f", "#c87408"), 3)
        _wheel(picture, x, 200, 30, GREY)
    picture.add(stroke([(108, 148), (130, 148)], 10), SLATE, 3)
    picture.add(polygon(_octagon(140, 148, 31), 2), WHITE, 3, shadow=5)
    picture.add(polygon(_octagon(140, 148, 25), 2), RED, 4)
    picture.add(box(124, 143, 156, 153, 3), WHITE, 0)
    return picture.image()


def _octagon(x: float, y: float, radius: float) -> list[tuple[float, ...]]:
    """The corners of an octagon that stands on a side."""
    return [arc(x, y, radius, a, a + 1)[0] for a in range(22, 382, 45)]


def garbage_truck() -> Image.Image:
    """Green, a bin tipped up at its rear to the left, rubbish falling into the hopper."""
    picture = Picture()
    lime, dark = ("#5fd36a", "#2a9a58"), ("#2f9a5a", "#1d7444")
    picture.add(box(34, 176, 236, 200, 6), SLATE, 5)
    _cab(picture, 172, 84, WHITE)
    picture.add(polygon([(64, 186), (40, 150), (64, 82), (92, 62), (92, 186)], 6), dark, 8)
    hold = [(82, 188), (82, 62), (92, 52), (152, 52), (166, 66), (166, 188)]
    picture.add(polygon(hold, 6), lime, 10, shadow=3)
    for x in (92, 150):
        picture.add(box(x, 62, x + 9, 182, 4), dark, 3)
    _recycling(picture, 126, 118)
    picture.add(polygon([(22, 186), (14, 150), (72, 150), (72, 186)], 5), dark, 7, shadow=3)
    for x, y, colours in ((28, 140, ORANGE), (50, 138, WHITE), (40, 122, BLUE)):
        picture.add(oval(x, y, 13, 11), colours, 5)
    bin_ = turned(polygon([(18, 58), (66, 58), (61, 112), (23, 112)], 5), 136, 42, 86)
    picture.add(bin_, SLATE, 8, shadow=3)
    picture.add(turned(box(12, 48, 72, 61, 5), 136, 42, 86), BLACK, 4)
    for x in (82, 132, 210):
        _wheel(picture, x, 202, 25)
    return picture.image()


def _recycling(picture: Picture, x: float, y: float) -> None:
    """Three white arrows that chase each other."""
    for turn in (0, 120, 240):
        bar = stroke([(x - 16, y + 22), (x + 4, y + 22)], 10)
        head = polygon([(x + 4, y + 11), (x + 18, y + 22), (x + 4, y + 33)], 1)
        picture.add(turned(join(bar, head), turn, x, y + 6), WHITE, 0)


def cement_mixer() -> Image.Image:
    """A truck with a big tilted drum, striped, open at the upper left."""
    picture = Picture()
    picture.add(box(18, 176, 236, 200, 6), SLATE, 5)
    picture.add(polygon([(34, 186), (46, 112), (62, 112), (72, 186)], 4), STEEL, 5)
    _cab(picture, 172, 88, BLUE)
    outline = [
        (4, 98),
        (4, 142),
        (60, 168),
        (118, 172),
        (154, 150),
        (160, 120),
        (154, 90),
        (118, 68),
        (60, 72),
    ]
    drum = turned(inside(polygon(smooth(outline, True), 4), box(20, 0, 256, 256)), 22, 96, 120)
    picture.add(drum, WHITE, 18, shadow=3)
    for x in (34, 76, 118):
        left = smooth([(x + 12, 40), (x + 20, 120), (x - 8, 200)])
        right = smooth([(x + 12, 200), (x + 40, 120), (x + 32, 40)])
        stripe = polygon([*left, *right])
        picture.add(inside(drum, turned(stripe, 22, 96, 120)), ORANGE, 3)
    picture.add(turned(box(12, 86, 28, 154, 8), 22, 96, 120), SLATE, 5, shadow=3)
    picture.add(polygon([(22, 116), (42, 124), (30, 188), (10, 184)], 4), STEEL, 5, shadow=3)
    picture.add(polygon([(130, 186), (142, 158), (164, 150), (166, 186)], 4), STEEL, 5)
    for x in (64, 118, 210):
        _wheel(picture, x, 204, 27)
    return picture.image()


def tow_truck() -> Image.Image:
    """A red truck, a crane boom to the rear with a big hook on a cable, a lamp on its cab."""
    picture = Picture()
    picture.add(stroke([(110, 178), (98, 120)], 13), SLATE, 4)
    picture.add(stroke([(150, 164), (36, 76)], 20), YELLOW, 6)
    for i in range(4):
        x, y = 134 - 24 * i, 151.6 - 18.5 * i
        picture.add(stroke([(x - 4, y + 5), (x + 4, y - 5)], 9), SLATE, 0)
    picture.add(stroke([(32, 76), (32, 126)], 7), SLATE, 2)
    picture.add(oval(36, 76, 16), SLATE, 5, shadow=3)
    picture.add(oval(36, 76, 6), YELLOW, 2)
    picture.add(stroke([(32, 122), (32, 142), *arc(32, 164, 21, -90, 155)], 13), STEEL, 4)
    picture.add(oval(32, 128, 12), RED, 4)
    picture.add(box(52, 168, 176, 200, 7), RED, 7)
    picture.add(box(52, 168, 176, 179, 5), WHITE, 3)
    picture.add(box(176, 64, 206, 86, 9), ("#ffc04a", "#ff8a1e"), 5)
    _cab(picture, 162, 84, RED)
    picture.add(box(44, 186, 236, 202, 6), SLATE, 4)
    for x in (92, 202):
        _wheel(picture, x, 204, 28)
    return picture.image()


def limousine() -> Image.Image:
    """Black, low and very long, with a row of many windows."""
    picture = Picture()
    paint = ("#5c566c", "#25212f")
    picture.add(polygon([(34, 122), (48, 97), (60, 94), (186, 94), (198, 98), (214, 122)], 4), paint, 5)
    picture.add(polygon([(42, 122), (53, 102), (60, 102), (60, 122)], 2), GLASS, 2)
    for x in range(67, 170, 24):
        picture.add(box(x, 100, x + 19, 124, 3), GLASS, 2)
    picture.add(polygon([(189, 122), (189, 102), (195, 102), (206, 122)], 2), GLASS, 2)
    body = [(10, 153), (10, 132), (22, 122), (210, 122), (238, 128), (247, 140), (246, 153)]
    picture.add(polygon(body, 4), paint, 8, shadow=2)
    picture.add(box(6, 142, 250, 148, 3), SILVER, 2)
    picture.add(oval(242, 135, 7, 6), ("#fffbe0", "#ffe27a"), 3)
    picture.add(box(6, 128, 15, 140, 4), RED, 3)
    for x in (70, 182):
        picture.add(box(x, 130, x + 10, 135, 2), SILVER, 0)
    for x in (44, 210):
        _wheel(picture, x, 156, 18, WHITE)
    return picture.image()


def go_kart() -> Image.Image:
    """Low and red on small fat wheels, a driver in a helmet sits in the open at a steering wheel."""
    picture = Picture()
    picture.add(box(24, 150, 236, 196, 10), SLATE, 5)
    picture.add(polygon([(36, 178), (52, 104), (72, 104), (98, 180)], 7), BLACK, 7)
    picture.add(box(14, 132, 52, 172, 8), STEEL, 6)
    picture.add(
        blob([(66, 180), (66, 116), (88, 100), (112, 110), (116, 150), (160, 150), (166, 176)], 4), BLUE, 8
    )
    picture.add(stroke([(148, 176), (170, 112)], 8), SLATE, 3)
    picture.add(stroke([(156, 92), (182, 130)], 12), BLACK, 4)
    picture.add(stroke(smooth([(96, 120), (126, 132), (164, 112)]), 19), BLUE, 5, shadow=3)
    picture.add(oval(164, 112, 11), TAN, 4)
    helmet = oval(96, 70, 36)
    picture.add(helmet, YELLOW, 12, shadow=3)
    picture.add(inside(helmet, box(98, 58, 140, 82, 8)), NIGHT, 4)
    picture.add(
        polygon([(84, 176), (172, 176), (182, 148), (214, 150), (244, 182), (242, 206), (84, 206)], 5), RED, 9
    )
    picture.add(polygon([(196, 148), (206, 149), (238, 182), (222, 182)], 2), WHITE, 2)
    for x in (54, 198):
        _wheel(picture, x, 194, 34, YELLOW)
    return picture.image()

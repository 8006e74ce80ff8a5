"""Vehicles that work, and a tank."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    GLASS,
    GREY,
    MINT,
    ORANGE,
    RED,
    SLATE,
    STEEL,
    TAN,
    WHITE,
    WOOD,
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


def _tracks(picture: Picture, left: float, top: float, right: float, bottom: float, wheels: int) -> None:
    """A belt of dark plates about some wheels."""
    half = (bottom - top) / 2
    picture.add(box(left, top, right, bottom, half), SLATE, 6)
    picture.add(box(left + 9, top + 9, right - 9, bottom - 9, half - 9), BLACK, 0)
    step = (right - left - 2 * half) / (wheels - 1)
    for i in range(wheels):
        x = left + half + step * i
        picture.add(oval(x, top + half, min(half - 11, step / 2 - 2)), STEEL, 4)
        picture.add(oval(x, top + half, 5), SLATE, 2)


def _wheel(picture: Picture, x: float, y: float, radius: float, hub: Colours = STEEL) -> None:
    """A black tyre with a hub."""
    picture.add(oval(x, y, radius), BLACK, 6, shadow=3)
    picture.add(oval(x, y, 0.56 * radius), hub, 4)
    picture.add(oval(x, y, 0.22 * radius), SLATE, 2)


def tank() -> Image.Image:
    """Green, with tracks, a turret and a long gun to the right."""
    picture = Picture()
    olive, dark = ("#93b04c", "#587632"), ("#7c993e", "#4c682a")
    picture.add(box(150, 82, 236, 100, 4), olive, 6)
    picture.add(box(218, 76, 244, 106, 6), dark, 5)
    picture.add(box(78, 50, 124, 74, 8), dark, 5)
    picture.add(polygon([(58, 112), (74, 72), (148, 72), (176, 112)], 10), olive, 10)
    picture.add(polygon([(22, 156), (44, 124), (206, 124), (234, 156)], 7), olive, 8, shadow=4)
    _tracks(picture, 12, 146, 244, 214, 5)
    guard = polygon([(16, 156), (34, 138), (222, 138), (240, 156)], 5)
    picture.add(guard, ("#a4c05a", "#6c8a3a"), 5, shadow=4)
    star = [arc(112, 94, r, a, a + 1)[0] for i in range(5) for r, a in ((19, 72 * i - 90), (8, 72 * i - 54))]
    picture.add(polygon(star, 1), WHITE, 0)
    return picture.image()


def bulldozer() -> Image.Image:
    """Yellow, on tracks, a steel blade before it to the right."""
    picture = Picture()
    picture.add(box(146, 64, 160, 116, 5), SLATE, 4)
    picture.add(box(28, 40, 122, 170, 10), YELLOW, 7)
    picture.add(box(44, 62, 106, 118, 7), GLASS, 4)
    picture.add(box(18, 28, 132, 48, 8), ORANGE, 5, shadow=4)
    picture.add(box(104, 104, 186, 172, 12), YELLOW, 8, shadow=3)
    for y in (120, 136, 152):
        picture.add(box(140, y, 176, y + 8, 3), ("#b8651a", "#96501a"), 0)
    _tracks(picture, 14, 158, 186, 230, 3)
    picture.add(stroke([(98, 192), (210, 192)], 16), ORANGE, 5, shadow=4)
    face = smooth([(240, 118), (222, 148), (222, 196), (246, 234)])
    picture.add(polygon([*face, (206, 234), (198, 196), (198, 148), (208, 118)], 3), STEEL, 8, shadow=4)
    picture.add(polygon([(204, 222), (240, 222), (248, 236), (206, 236)], 2), SLATE, 3)
    return picture.image()


def excavator() -> Image.Image:
    """Yellow, on tracks, its arm with a toothed bucket to the right."""
    picture = Picture()
    picture.add(stroke([(118, 156), (158, 44)], 26), YELLOW, 6)
    picture.add(stroke([(158, 44), (206, 40)], 24), YELLOW, 6)
    picture.add(stroke([(204, 44), (226, 142)], 19), ORANGE, 6, shadow=3)
    for x, y in ((158, 44), (206, 44)):
        picture.add(oval(x, y, 8), SLATE, 3)
    bucket = [(238, 138), (240, 176), (214, 198), (176, 190), (182, 170), (200, 158), (212, 136)]
    picture.add(polygon(bucket, 4), SLATE, 7, shadow=3)
    for x in (168, 180, 192):
        picture.add(polygon([(x, 186), (x + 10, 190), (x - 2, 206)], 2), GREY, 2)
    picture.add(box(12, 112, 142, 184, 14), YELLOW, 8)
    picture.add(box(12, 152, 142, 168, 2), SLATE, 0)
    picture.add(box(62, 58, 138, 182, 12), ORANGE, 7, shadow=4)
    picture.add(box(76, 72, 126, 132, 6), GLASS, 4)
    picture.add(box(50, 176, 112, 196, 4), BLACK, 4)
    _tracks(picture, 14, 188, 152, 242, 3)
    return picture.image()


def dump_truck() -> Image.Image:
    """A yellow truck, its open bed tipped up and full of soil."""
    picture = Picture()
    picture.add(stroke([(104, 178), (134, 112)], 13), STEEL, 4)
    heap = smooth([(44, 84), (64, 52), (78, 56), (102, 36), (132, 58), (164, 88)])
    bed = [(34, 80), (48, 80), (160, 80), (178, 62), (178, 96), (162, 150), (54, 150)]
    picture.add(turned(polygon(heap, 4), -15, 40, 160), ("#a8703e", "#744824"), 10)
    picture.add(turned(polygon(bed, 5), -15, 40, 160), YELLOW, 8)
    for x in (68, 100, 132):
        picture.add(turned(box(x, 84, x + 13, 146, 4), -15, 40, 160), ORANGE, 4)
    picture.add(box(18, 172, 238, 194, 6), SLATE, 5)
    picture.add(polygon([(176, 186), (176, 92), (214, 92), (238, 138), (238, 186)], 6), ORANGE, 8, shadow=3)
    picture.add(polygon([(190, 136), (190, 106), (208, 106), (224, 136)], 4), GLASS, 4)
    picture.add(box(228, 152, 244, 168, 5), WHITE, 3)
    for x in (52, 110, 204):
        _wheel(picture, x, 200, 29)
    return picture.image()


def forklift() -> Image.Image:
    """Yellow, with a roof over the seat, a mast and a box on its fork to the right."""
    picture = Picture()
    picture.add(box(64, 104, 80, 156, 7), BLACK, 5)
    picture.add(box(64, 140, 112, 158, 7), BLACK, 5)
    for x, low in ((30, 38), (124, 140)):
        picture.add(stroke([(x + 8, 40), (low, 160)], 11), SLATE, 4)
    picture.add(stroke([(132, 150), (114, 116)], 8), SLATE, 3)
    picture.add(oval(112, 114, 7, 17), BLACK, 3)
    body = [(16, 196), (16, 132), (48, 132), (66, 156), (112, 160), (132, 144), (142, 200)]
    picture.add(polygon(body, 6), YELLOW, 9)
    picture.add(box(10, 160, 60, 204, 10), SLATE, 6, shadow=2)
    picture.add(box(22, 28, 142, 46, 8), YELLOW, 5, shadow=3)
    picture.add(box(150, 16, 170, 222, 5), SLATE, 6)
    picture.add(box(182, 128, 242, 200, 5), TAN, 6)
    picture.add(box(204, 128, 220, 156, 2), WOOD, 2)
    fork = [(164, 140), (178, 140), (178, 202), (244, 202), (244, 214), (164, 214)]
    picture.add(polygon(fork, 2), RED, 4, shadow=3)
    for x, radius in ((48, 26), (120, 32)):
        _wheel(picture, x, 234 - radius, radius, YELLOW)
    return picture.image()


def caravan() -> Image.Image:
    """A camper trailer, white above and mint below, its hitch to the right."""
    picture = Picture()
    picture.add(stroke([(190, 196), (238, 196)], 11), SLATE, 4)
    picture.add(box(216, 192, 228, 216, 4), STEEL, 4)
    picture.add(oval(222, 218, 10), BLACK, 4)
    picture.add(oval(238, 190, 8), STEEL, 4)
    picture.add(box(66, 44, 112, 64, 6), STEEL, 4)
    outline = [(14, 196), (12, 90), (44, 56), (150, 54), (194, 66), (216, 120), (212, 196)]
    body = join(polygon(smooth(outline), 3), box(14, 150, 212, 206, 10))
    picture.add(body, ("#fffaf0", "#e8dcd0"), 12)
    picture.add(inside(body, box(0, 142, 256, 212)), MINT, 8)
    picture.add(inside(body, box(0, 134, 256, 145)), RED, 2)
    picture.add(box(106, 82, 150, 200, 10), ("#fffaf0", "#e8dcd0"), 5, shadow=3)
    for left, right in ((30, 92), (115, 141), (162, 196)):
        picture.add(box(left, 80 if left != 115 else 92, right, 126, 8), MINT, 4, shadow=2)
        picture.add(box(left + 6, 86 if left != 115 else 98, right - 6, 120, 4), ("#8fd8ff", "#3f9fe8"), 3)
    picture.add(oval(140, 154, 5), YELLOW, 2)
    _wheel(picture, 68, 204, 29)
    return picture.image()


def snowmobile() -> Image.Image:
    """Red, a black seat, a belt behind and a ski before it to the right."""
    picture = Picture()
    picture.add(polygon([(150, 108), (166, 56), (180, 56), (194, 116)], 4), ("#bdeaff", "#6cc0f4"), 4)
    picture.add(stroke([(152, 104), (128, 76), (112, 78)], 11), BLACK, 4)
    for x, low in ((176, 196), (200, 210)):
        picture.add(stroke([(x, 160), (low, 204)], 11), STEEL, 4)
    _tracks(picture, 14, 162, 152, 214, 4)
    picture.add(blob([(22, 132), (60, 110), (110, 116), (134, 132), (130, 150), (30, 152)], 5), BLACK, 8)
    hood = [(20, 152), (110, 146), (142, 102), (190, 104), (240, 154), (228, 178)]
    hood += [(150, 182), (120, 174), (30, 170)]
    picture.add(blob(hood), RED, 12, shadow=3)
    picture.add(polygon([(150, 138), (182, 138), (160, 166), (120, 166)], 3), WHITE, 3)
    picture.add(oval(222, 146, 13, 9), YELLOW, 3)
    picture.add(stroke(smooth([(150, 214), (216, 214), (236, 206), (244, 188)]), 13), BLUE, 4, shadow=2)
    return picture.image()

"""Musical instruments, and what plays music."""

import math

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    BROWN,
    CYAN,
    GOLD,
    GREEN,
    ORANGE,
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
    inside,
    join,
    oval,
    polygon,
    smooth,
    stroke,
    turned,
)

BRASS = ("#ffe07a", "#e09a26")
NICKEL = ("#f8f5fc", "#b4aec0")
BORE = ("#a8641a", "#7a4414")


def harp() -> Image.Image:
    """Golden: a straight column, a curved neck, strings down to a slanted box."""
    picture = Picture()
    amber = ("#e8a03c", "#b5662a")
    for i in range(5):
        x = 82 + 26 * i
        picture.add(stroke([(x, 40 + 10 * i), (x, 212 - 25 * i)], 7), ("#5a4a80", "#5a4a80"), 0)
    picture.add(polygon([(222, 74), (204, 66), (68, 214), (106, 228)], 6), amber, 9, shadow=3)
    neck = smooth([(50, 36), (84, 26), (116, 44), (146, 74), (184, 86), (224, 66)])
    picture.add(stroke(neck, 30), GOLD, 9, shadow=3)
    picture.add(box(36, 36, 64, 226, 8), GOLD, 9, shadow=2)
    picture.add(oval(50, 40, 27), GOLD, 8, shadow=2)
    picture.add(oval(50, 40, 12), ORANGE, 4)
    picture.add(box(20, 212, 128, 242, 9), amber, 7, shadow=3)
    return picture.image()


def xylophone() -> Image.Image:
    """Bars of all colours, each shorter than the last, and two mallets."""
    picture = Picture()
    for y, end in ((78, 100), (174, 152)):
        picture.add(stroke([(20, y), (236, end)], 18), WOOD, 5)
    for i, colours in enumerate((RED, ORANGE, YELLOW, GREEN, CYAN, BLUE, PURPLE)):
        x, half = 12 + 33.5 * i, 102 - 9 * i
        picture.add(box(x, 126 - half, x + 30, 126 + half, 8), colours, 6, shadow=2)
        for y in (1, -1):
            picture.add(oval(x + 15, 126 + y * (45 - 3.2 * i), 5), WHITE, 2)
    for x0, y0, x1, y1 in ((62, 128, 196, 226), (136, 96, 238, 206)):
        picture.add(stroke([(x0, y0), (x1, y1)], 10), TAN, 4, shadow=4)
        picture.add(oval(x0, y0, 21), SLATE, 8, shadow=4)
    return picture.image()


def trombone() -> Image.Image:
    """Of brass, a wide bell and a long double slide that point to the lower left."""
    picture = Picture(-34)
    slide = [(222, 132), (12, 132), (2, 136), (-2, 148), (-2, 158), (2, 170), (12, 174), (190, 174)]
    picture.add(stroke(slide, 14), NICKEL, 4)
    picture.add(stroke([(136, 174), (196, 174)], 14), BRASS, 4)
    mouthpiece = [(194, 164), (202, 164), (210, 158), (210, 190), (202, 184), (194, 184)]
    picture.add(polygon(mouthpiece, 3), STEEL, 4)
    for x in (124, 158):
        picture.add(stroke([(x, 130), (x, 176)], 11), BRASS, 4, shadow=2)
    bow = smooth([(226, 132), (250, 124), (258, 104), (250, 84), (226, 75)])
    picture.add(stroke([(136, 132), *bow, (190, 75)], 18), BRASS, 6)
    bell = [(206, 69), (158, 64), (118, 50), (86, 10), (86, 140), (118, 100), (158, 86), (206, 81)]
    picture.add(polygon(smooth(bell[:4]) + smooth(bell[4:]), 2), BRASS, 9, shadow=5)
    picture.add(oval(86, 75, 24, 66), BRASS, 6)
    picture.add(oval(82, 75, 15, 54), BORE, 4)
    return picture.image()


def tuba() -> Image.Image:
    """Of brass, a wide bell above, a thick bent tube, three valves."""
    picture = Picture()
    picture.add(stroke(smooth([(204, 126), (210, 96), (226, 84), (238, 82)]), 12), BRASS, 4)
    picture.add(polygon([(232, 76), (244, 70), (244, 96), (232, 90)], 2), STEEL, 4)
    bell = [(16, 40), (50, 74), (64, 116), (68, 170), (104, 170), (110, 116), (134, 74), (176, 40)]
    picture.add(polygon(smooth(bell[:4]) + smooth(bell[4:]), 2), BRASS, 14)
    loop = [(86, 156), (94, 204), (142, 224), (188, 204), (200, 160), (192, 122), (160, 108)]
    picture.add(stroke(smooth(loop), 36), BRASS, 10)
    for x in (124, 151, 178):
        picture.add(box(x - 5, 92, x + 5, 122, 3), STEEL, 3)
        picture.add(oval(x, 90, 11, 8), WHITE, 4)
        picture.add(box(x - 12, 112, x + 12, 196, 6), ("#fff0b0", "#d98c20"), 6, shadow=3)
        for y in (122, 178):
            picture.add(box(x - 12, y, x + 12, y + 9, 3), NICKEL, 3)
    picture.add(oval(96, 40, 84, 26), BRASS, 6)
    picture.add(oval(96, 42, 70, 18), BORE, 4)
    return picture.image()


def tambourine() -> Image.Image:
    """A cream skin on a red hoop, golden pairs of jingles in its slots; tilted."""
    picture = Picture(-14)
    picture.add(join(oval(128, 106, 106, 78), box(22, 106, 234, 162), oval(128, 162, 106, 78)), RED, 9)
    for angle in (14, 53, 90, 127, 166):
        x, y = arc(128, 137, 106, angle, angle, 78)[0]
        wide = 8 + 13 * math.sin(math.radians(angle))
        picture.add(box(x - wide, y - 22, x + wide, y + 22, 6), ("#5a1428", "#3a0c1a"), 2)
        picture.add(box(x - 4, y - 22, x + 4, y + 22), STEEL, 2)
        for dy in (11, -8):
            picture.add(oval(x, y + dy, wide + 5, 7), ("#fff4b8", "#d98c20"), 3, shadow=3)
    picture.add(oval(128, 102, 108, 80), ("#ff6a70", "#c41c46"), 4, shadow=2)
    picture.add(oval(128, 102, 97, 70), ("#fffaf0", "#ecd6b4"), 10)
    return picture.image()


def harmonica() -> Image.Image:
    """Silver covers over a dark comb with a row of holes; turned a little."""
    picture = Picture(-16)
    picture.add(box(18, 82, 238, 182, 14), SLATE, 7)
    upper = polygon([(32, 70), (224, 70), (232, 112), (24, 112)], 8)
    picture.add(upper, ("#fbf9ff", "#a8a0b6"), 12, shadow=4)
    lower = polygon([(24, 160), (232, 160), (224, 192), (32, 192)], 8)
    picture.add(lower, ("#e8e4f0", "#8f879e"), 10, shadow=3)
    picture.add(box(16, 114, 240, 158, 6), ("#e8a04a", "#a8642a"), 6, shadow=2)
    for i in range(10):
        picture.add(box(24 + 21.2 * i, 123, 38 + 21.2 * i, 149, 3), ("#2c1c1c", "#3c2420"), 0)
    for x in (46, 210):
        picture.add(oval(x, 90, 7), STEEL, 3, shadow=1)
    picture.add(box(76, 82, 180, 98, 8), ("#8f87a0", "#b8b0c6"), 2)
    return picture.image()


def bagpipes() -> Image.Image:
    """A checked red bag, three long pipes up, one with holes down, one to blow."""
    picture = Picture()
    ivory = ("#fffdf4", "#dccfb8")
    pipes = [((150, 130), (94, 18)), ((160, 130), (148, 14)), ((176, 130), (202, 22))]
    for (x0, y0), (x1, y1) in pipes:
        picture.add(stroke([(x0, y0), (x1, y1)], 15), BLACK, 5)
        for share in (0.3, 0.62, 0.96):
            x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
            picture.add(oval(x, y, 14, 10), ivory, 5, shadow=2)
    picture.add(stroke([(74, 130), (24, 84)], 15), BLACK, 5)
    picture.add(oval(22, 82, 12), ivory, 4)
    picture.add(stroke([(70, 172), (36, 234)], 18), BLACK, 5)
    for share in (0.35, 0.55, 0.75):
        picture.add(oval(70 - 34 * share, 172 + 62 * share, 5), WHITE, 0)
    picture.add(oval(36, 234, 15, 9), ivory, 4)
    outline = [(54, 140), (96, 112), (164, 106), (222, 128), (240, 176), (206, 222), (146, 226), (92, 198)]
    bag = blob(outline, 2)
    picture.add(bag, RED, 20, shadow=4)
    bands = [stroke([(x, 80), (x + 40, 250)], 14) for x in (60, 116, 172)]
    bands += [stroke([(30, y), (250, y - 26)], 14) for y in (158, 208)]
    for band in bands:
        picture.add(inside(band, bag), ("#2f9a5c", "#176a40"), 0)
    for band in (stroke([(x, 80), (x + 40, 250)], 5) for x in (88, 144, 200)):
        picture.add(inside(band, bag), YELLOW, 0)
    picture.add(inside(stroke([(30, 183), (250, 157)], 5), bag), YELLOW, 0)
    return picture.image()


def gramophone() -> Image.Image:
    """A great golden horn over a record on a wooden box with a crank."""
    picture = Picture()
    picture.add(stroke([(208, 202), (236, 202), (236, 222)], 9), STEEL, 4)
    picture.add(box(48, 176, 208, 228, 6), WOOD, 8)
    picture.add(box(64, 190, 192, 216, 5), TAN, 4)
    picture.add(box(36, 222, 220, 242, 7), BROWN, 5, shadow=3)
    picture.add(box(38, 166, 218, 184, 7), BROWN, 5, shadow=3)
    picture.add(oval(116, 160, 74, 15), BLACK, 4)
    picture.add(oval(116, 158, 24, 6), RED, 2)
    neck = smooth([(196, 172), (212, 140), (196, 112), (150, 84)])
    picture.add(stroke(neck, 17), GOLD, 6)
    picture.add(stroke([(178, 126), (148, 152)], 9), STEEL, 3)
    horn = [(196, 104), (170, 106), (130, 122), (104, 146), (40, 24), (110, 40), (170, 62), (204, 98)]
    picture.add(polygon(smooth(horn[:4]) + smooth(horn[4:]), 4), GOLD, 12)
    picture.add(turned(oval(72, 84, 42, 74), -28, 72, 84), ("#ffe48a", "#e8a83a"), 8, shadow=3)
    picture.add(turned(oval(76, 84, 30, 58), -28, 76, 84), ("#b86a1c", "#e09a34"), 6)
    picture.add(turned(oval(86, 84, 12, 26), -28, 86, 84), ("#6a3412", "#8a4a18"), 4)
    return picture.image()

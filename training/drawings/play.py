"""What is played with, from a slingshot to an oar."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    BROWN,
    CYAN,
    GREY,
    ORANGE,
    PINK,
    RED,
    SILVER,
    SLATE,
    STEEL,
    TAN,
    WHITE,
    WOOD,
    YELLOW,
    Picture,
    Points,
    arc,
    blob,
    both,
    box,
    cut,
    eye,
    inside,
    join,
    limb,
    mirrored,
    oval,
    polygon,
    smooth,
    stroke,
    turned,
)

FLAT = 0.3  # how far a hoop about a body is flattened


def slingshot() -> Image.Image:
    """A Y of wood; a red rubber band with a leather pouch and a stone between its tips."""
    picture = Picture()
    band = smooth([(40, 42), (74, 78), (128, 98), (182, 78), (216, 42)])
    fork = limb((38, 28, 16), (42, 76, 16), (66, 124, 18), (110, 156, 21), (128, 172, 20))
    picture.add(join(both(fork), limb((128, 164, 22), (128, 204, 19), (128, 232, 22))), WOOD, 12)
    for y in (196, 210, 224):
        picture.add(stroke([(109, y + 3), (147, y - 3)], 9), BROWN, 3)
    picture.add(stroke(band, 13), RED, 4, shadow=3)
    for x in (39, 217):
        for y in (36, 50):
            picture.add(stroke([(x - 16, y), (x + 16, y)], 11), RED, 4)
    picture.add(oval(128, 78, 23), STEEL, 8)
    pouch = blob([(88, 78), (128, 92), (168, 78), (162, 106), (128, 118), (94, 106)])
    picture.add(pouch, BROWN, 6, shadow=3)
    return picture.image()


def spinning_top() -> Image.Image:
    """A striped toy top that leans on its tip, a knob above, arcs of its spin."""
    picture = Picture(14)
    for side in (-1, 1):
        for y, far in ((116, 0), (150, -10)):
            x = 128 + side * (110 + far)
            picture.add(stroke(smooth([(x, y - 18), (x + 6 * side, y), (x, y + 18)]), 9), CYAN, 2)
    picture.add(polygon([(120, 206), (136, 206), (128, 240)], 3), SILVER, 4)
    picture.add(box(118, 24, 138, 84, 7), WOOD, 5)
    picture.add(oval(128, 28, 22, 16), RED, 6, shadow=3)
    half = [(128, 64), (160, 70), (204, 90), (222, 114), (206, 146), (172, 180), (146, 210), (128, 214)]
    body = blob([*half, *mirrored(half[1:-1])])
    picture.add(body, RED, 16, shadow=3)
    for y, high, wide, colours in ((80, 24, 20, YELLOW), (124, 30, 22, BLUE), (162, 24, 18, YELLOW)):
        bow = smooth([(10, y - high / 2), (128, y + high / 2), (246, y - high / 2)])
        picture.add(inside(stroke(bow, wide), body), colours, 4)
    picture.add(turned(oval(74, 108, 10, 20), 50, 74, 108), ("#ffc4cc", "#ff8a98"), 0)
    return picture.image()


def hula_hoop() -> Image.Image:
    """A girl with her arms up, a great striped hoop about her waist."""
    picture = Picture()
    skin, hair = ("#ffcf9e", "#f0aa74"), ("#7a4630", "#54301f")
    far, near = arc(128, 158, 112, 180, 360, 112 * FLAT), arc(128, 158, 112, 0, 180, 112 * FLAT)
    _stripes(picture, far)
    picture.add(both(limb((54, 62, 15), (84, 40, 11), (92, 40, 10))), hair, 6)
    picture.add(both(limb((106, 184, 13), (108, 212, 11), (108, 230, 10))), skin, 6)
    picture.add(both(limb((110, 236, 11), (98, 240, 11))), RED, 4)
    picture.add(both(limb((104, 122, 12), (72, 114, 11), (42, 84, 10))), skin, 6)
    picture.add(
        polygon([(110, 114), (146, 114), (152, 158), (172, 204), (84, 204), (104, 158)], 7), YELLOW, 8
    )
    picture.add(oval(128, 64, 50, 46), hair, 9)
    picture.add(oval(128, 74, 42, 40), skin, 9, shadow=2)
    picture.add(
        inside(blob([(80, 74), (92, 34), (128, 16), (164, 34), (176, 74), (128, 46)]), oval(128, 64, 50, 46)),
        hair,
        6,
    )
    for x in (110, 146):
        eye(picture, x, 76, 6, 8)
    picture.add(inside(oval(128, 94, 14, 12), box(100, 94, 160, 120)), ("#c23a48", "#a02838"), 0)
    _stripes(picture, near)
    return picture.image()


def _stripes(picture: Picture, points: Points) -> None:
    """A thick part of a hoop in pieces of two colours."""
    for i in range(0, 39, 5):
        picture.add(stroke(points[i : i + 6], 20), CYAN if i // 5 % 2 else PINK, 5)


def basketball_hoop() -> Image.Image:
    """A white board with a red square, an orange ring before it, a white net below."""
    picture = Picture()
    picture.add(box(16, 10, 240, 158, 14), BLUE, 7)
    picture.add(box(28, 22, 228, 146, 6), WHITE, 3)
    picture.add(cut(box(82, 52, 174, 132, 5), box(94, 64, 162, 132, 2)), RED, 3)
    top, low = [62 + 22 * i for i in range(7)], [88 + 13.3 * i for i in range(7)]
    picture.add(polygon([(66, 148), (190, 148), (166, 228), (90, 228)], 3), ("#a9a2c4", "#8c84aa"), 0)
    picture.add(oval(128, 148, 72, 18), ("#8a3a10", "#6a2a0a"), 2)
    for i in range(7):
        for j in (i - 2, i + 2):
            if 0 <= j < 7:
                middle = ((top[i] + top[j]) / 2 * 0.6 + 0.4 * (low[i] + low[j]) / 2, 190)
                picture.add(stroke([(top[i], 156), middle, (low[j], 230)], 7), WHITE, 2)
    for ends in (((62, 150), (72, 188), (90, 232)), ((194, 150), (184, 188), (166, 232))):
        picture.add(stroke(ends, 8), WHITE, 2)
    ring = cut(oval(128, 148, 80, 25), oval(128, 147, 65, 13))
    picture.add(ring, ORANGE, 5, shadow=3)
    return picture.image()


def golf_club() -> Image.Image:
    """An iron with a grooved head and a black grip, beside a white ball on a tee."""
    picture = Picture()
    picture.add(stroke([(222, 20), (112, 200)], 14), SILVER, 5)
    picture.add(limb((228, 10, 14), (206, 46, 13), (182, 86, 11)), BLACK, 6)
    for x, y in ((219, 26), (208, 43), (198, 60), (187, 77)):
        picture.add(stroke([(x - 8, y - 5), (x + 8, y + 5)], 5), SLATE, 0)
    picture.add(stroke([(124, 180), (114, 197)], 19), RED, 5)
    head = blob([(116, 196), (124, 222), (106, 242), (58, 242), (18, 226), (6, 190), (22, 164), (64, 186)], 4)
    picture.add(head, ("#dcd6e6", "#8f86a4"), 10, shadow=3)
    for x, end, y in ((24, 74, 192), (26, 88, 207), (38, 92, 222)):
        picture.add(stroke([(x, y - 2), (end, y + 3)], 6), SLATE, 0)
    picture.add(polygon([(174, 222), (202, 222), (192, 230), (188, 252), (184, 230)], 2), ORANGE, 3)
    picture.add(oval(188, 196, 30), WHITE, 12, shadow=2)
    for x, y in ((176, 186), (192, 180), (206, 192), (186, 200), (200, 208), (174, 210)):
        picture.add(oval(x, y, 4), GREY, 0)
    return picture.image()


def marionette() -> Image.Image:
    """A wooden puppet in red trousers on strings from a cross of wood."""
    picture = Picture()
    thread = ("#8d86a0", "#8d86a0")
    for x0, y0, x1, y1 in ((44, 34, 40, 132), (212, 34, 216, 132), (108, 40, 108, 84), (148, 40, 148, 84)):
        picture.add(stroke([(x0, y0), (x1, y1)], 5), thread, 0)
    for x0, x1 in ((72, 84), (184, 172)):
        picture.add(stroke([(x0, 34), (x1, 204)], 5), thread, 0)
    picture.add(stroke([(36, 30), (220, 30)], 20), WOOD, 6, shadow=4)
    picture.add(stroke([(80, 52), (176, 10)], 19), ("#f0b468", "#c07c38"), 6, shadow=4)
    picture.add(both(stroke([(106, 152), (70, 162)], 18)), YELLOW, 5)
    picture.add(both(stroke([(66, 160), (42, 138)], 15)), TAN, 5)
    picture.add(both(oval(38, 132, 14)), TAN, 5)
    picture.add(both(stroke([(112, 196), (88, 208)], 22)), RED, 5)
    picture.add(both(stroke([(84, 210), (86, 234)], 16)), TAN, 5)
    picture.add(both(limb((86, 240, 12), (70, 242, 11))), BROWN, 5)
    picture.add(box(98, 138, 158, 198, 12), YELLOW, 7)
    picture.add(box(98, 172, 158, 206, 12), RED, 6)
    for x in (108, 148):
        picture.add(box(x - 5, 140, x + 5, 180, 3), RED, 2)
    picture.add(both(oval(68, 162, 10)), WOOD, 4)
    picture.add(both(oval(84, 209, 11)), WOOD, 4)
    picture.add(oval(128, 108, 36, 34), TAN, 9, shadow=3)
    picture.add(polygon([(92, 92), (164, 92), (140, 62), (122, 62)], 5), BLUE, 7, shadow=2)
    for x in (114, 142):
        eye(picture, x, 108, 6, 7)
        picture.add(oval(x + (x - 128) * 0.6, 122, 6, 5), ("#ff9d86", "#f4806c"), 0)
    picture.add(oval(128, 118, 7), ORANGE, 3)
    picture.add(stroke(arc(128, 120, 14, 30, 150), 5), BROWN, 0)
    return picture.image()


def oar() -> Image.Image:
    """A long wooden oar, its flat blade with a ridge and a red band dips into blue water."""
    picture = Picture()
    half = [(128, 132), (138, 146), (152, 172), (157, 200), (157, 250)]
    blade = turned(polygon([*smooth(half), *mirrored(smooth(half))], 4), 38)
    picture.add(blade, TAN, 7)
    picture.add(inside(turned(box(60, 182, 200, 202), 38), blade), RED, 4)
    picture.add(
        turned(polygon([(118, 20), (138, 20), (136, 150), (129, 236), (127, 236), (120, 150)], 1), 38),
        WOOD,
        6,
    )
    picture.add(turned(box(115, 0, 141, 46, 11), 38), BROWN, 6)
    picture.add(turned(box(114, 86, 142, 108, 5), 38), BLACK, 4)
    for x, y, colours in ((104, 222, CYAN), (108, 238, BLUE)):
        wave = [(x + 21 * step, y + 8 * (step % 2)) for step in range(-4, 5)]
        picture.add(stroke(smooth(wave), 17), colours, 5)
    return picture.image()

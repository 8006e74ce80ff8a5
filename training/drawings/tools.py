"""Tools, and what is kept beside them."""

from PIL import Image, ImageOps

from training.drawings.pen import (
    BLACK,
    BLUE,
    BROWN,
    GLASS,
    IRON,
    RED,
    SILVER,
    SLATE,
    STEEL,
    TAN,
    WHITE,
    WIRE,
    WOOD,
    YELLOW,
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


def cannon() -> Image.Image:
    """An old black barrel that points up to the right, on a wooden carriage with a spoked wheel."""
    picture = Picture()
    picture.add(stroke([(150, 138), (30, 202)], 30), BROWN, 7)
    barrel = [
        (join(oval(22, 94, 14), box(22, 86, 50, 102)), STEEL),
        (polygon([(50, 58), (216, 74), (216, 114), (50, 130)], 6), IRON),
        *((box(x, y, x + w, 188 - y, 7), STEEL) for x, y, w in ((40, 46, 22), (122, 54, 16), (210, 58, 30))),
    ]
    for shape, colours in barrel:
        picture.add(turned(shape, -20, 128, 94), colours, 9, shadow=2)
    for angle in range(0, 180, 45):
        picture.add(turned(box(66, 148, 190, 162, 3), angle, 128, 155), WOOD, 4)
    picture.add(cut(oval(128, 155, 76), oval(128, 155, 57)), WOOD, 7, shadow=3)
    picture.add(oval(128, 155, 21), BROWN, 6, shadow=3)
    picture.add(oval(128, 155, 9), YELLOW, 3)
    return picture.image()


def drill() -> Image.Image:
    """A yellow electric drill that points to the right, its battery below the grip."""
    picture = Picture()
    yellow = ("#ffd54f", "#f09a20")
    picture.add(polygon([(186, 68), (232, 68), (244, 77), (232, 86), (186, 86)], 2), SILVER, 4)
    for x in (198, 213, 228):
        picture.add(stroke([(x, 84), (x + 7, 70)], 5), STEEL, 0)
    picture.add(polygon([(156, 50), (190, 62), (190, 92), (156, 104)], 5), SLATE, 7)
    picture.add(polygon([(46, 88), (102, 88), (92, 200), (48, 200)], 8), IRON, 9)
    picture.add(box(94, 112, 116, 150, 8), RED, 4)
    picture.add(join(box(12, 30, 124, 124, 30), box(60, 36, 166, 118, 14)), yellow, 12, shadow=4)
    picture.add(box(136, 36, 150, 118, 3), IRON, 3)
    for x in (36, 54, 72):
        picture.add(box(x, 56, x + 9, 98, 4), IRON, 2)
    picture.add(box(20, 182, 126, 228, 10), yellow, 7, shadow=4)
    picture.add(box(20, 208, 126, 228, 9), SLATE, 5)
    return picture.image()


def dumbbell() -> Image.Image:
    """Black plates on both ends of a steel bar; turned."""
    picture = Picture(-32)
    picture.add(box(4, 118, 252, 138, 8), SILVER, 6)
    for x in (84, 172):
        picture.add(box(x - 7, 108, x + 7, 148, 5), STEEL, 4)
    for flipped in (False, True):
        for left, half in ((22, 48), (46, 74)):
            plate = box(left, 128 - half, left + 28, 128 + half, 11)
            plate = ImageOps.mirror(plate) if flipped else plate
            picture.add(plate, STEEL if half < 60 else IRON, 10, shadow=3)
    return picture.image()


def pliers() -> Image.Image:
    """Steel jaws with teeth, open a little, and red handles."""
    picture = Picture()
    jaw = blob([(124, 16), (125, 58), (128, 112), (94, 110), (78, 82), (90, 40), (108, 16)])
    jaw = turned(cut(jaw, *(oval(127, y, 6) for y in (36, 52, 68))), -7, 128, 102)
    handle = smooth([(140, 102), (104, 122), (72, 152), (62, 190), (76, 228)])
    parts = ((jaw, SILVER), (stroke(handle[:22], 32), SILVER), (stroke(handle[20:], 34), RED))
    for flipped in (True, False):
        for shape, colours in parts:
            picture.add(ImageOps.mirror(shape) if flipped else shape, colours, 7, shadow=2)
    picture.add(oval(128, 102, 28), SILVER, 6, shadow=3)
    picture.add(oval(128, 102, 12), SLATE, 4)
    return picture.image()


def anvil() -> Image.Image:
    """Dark iron, its horn to the left, on a broad foot."""
    picture = Picture()
    horn = smooth([(12, 62), (60, 104), (104, 122), (112, 146), (94, 172), (66, 190)])
    body = [*horn, (66, 214), (206, 214), (206, 190)]
    body += smooth([(184, 176), (162, 150), (168, 122), (186, 112)])
    picture.add(polygon([*body, (238, 108), (238, 56), (88, 56)], 5), SLATE, 12)
    picture.add(box(52, 184, 220, 218, 8), IRON, 7, shadow=3)
    picture.add(polygon([(88, 50), (238, 50), (238, 70), (88, 70)], 5), SILVER, 5, shadow=3)
    picture.add(box(204, 51, 220, 61, 3), SLATE, 2)
    return picture.image()


def binoculars() -> Image.Image:
    """Two black tubes with blue lenses, seen from the front."""
    picture = Picture()
    picture.add(box(96, 78, 160, 150, 8), SLATE, 6)
    picture.add(box(116, 58, 140, 116, 8), STEEL, 5)
    for flipped in (False, True):
        for shape, colours, puff in (
            (polygon([(64, 50), (98, 50), (112, 110), (112, 176), (22, 176), (40, 110)], 8), IRON, 12),
            (box(52, 24, 108, 60, 10), SLATE, 6),
            (box(40, 100, 118, 116, 6), RED, 4),
            (oval(67, 180, 56), SLATE, 8),
            (oval(67, 180, 42), GLASS, 5),
            (inside(stroke([(40, 200), (86, 146)], 14), oval(67, 180, 38)), WHITE, 0),
        ):
            shape = ImageOps.mirror(shape) if flipped else shape
            picture.add(shape, colours, puff, shadow=3 if puff > 5 else 0)
    return picture.image()


def paint_can() -> Image.Image:
    """A steel can of blue paint that runs over, a brush in it."""
    picture = Picture()
    picture.add(join(oval(128, 208, 98, 32), box(30, 124, 226, 208)), SILVER, 16, True)
    picture.add(oval(128, 124, 106, 36), SILVER, 6, shadow=4)
    picture.add(oval(128, 124, 92, 27), ("#2f68d8", "#4fa4f8"), 4)
    for shape, colours in (
        (box(123, 2, 149, 46, 12), RED),
        (polygon([(127, 42), (145, 42), (164, 60), (108, 60)], 4), RED),
        (box(102, 60, 170, 84, 4), STEEL),
        (box(106, 84, 166, 118, 4), TAN),
        (box(106, 102, 166, 134, 8), BLUE),
    ):
        picture.add(turned(shape, 34, 136, 120), colours, 6)
    runs = [stroke(arc(128, 124, 99, 20, 160, 31), 16)]
    runs += [stroke([(x, 146), (x, y)], 28) for x, y in ((64, 176), (96, 208), (130, 170), (168, 192))]
    picture.add(join(*runs), BLUE, 6, shadow=3)
    return picture.image()


def safe() -> Image.Image:
    """A steel box on feet, a dial and a handle on its door."""
    picture = Picture()
    for x in (38, 178):
        picture.add(box(x, 214, x + 40, 242, 6), BLACK, 4)
    picture.add(box(14, 14, 242, 230, 20), SLATE, 10)
    picture.add(box(36, 36, 220, 208, 12), SILVER, 7, shadow=3)
    for y in (56, 152):
        picture.add(box(26, y, 48, y + 36, 6), STEEL, 5, shadow=2)
    picture.add(oval(112, 122, 52), BLACK, 8, shadow=4)
    for angle in range(0, 360, 36):
        picture.add(turned(box(109, 76, 115, 90), angle, 112, 122), WHITE, 0)
    picture.add(oval(112, 122, 24), SILVER, 7, shadow=3)
    picture.add(box(109, 102, 115, 122, 2), RED, 0)
    picture.add(box(180, 84, 204, 160, 10), YELLOW, 7, shadow=4)
    return picture.image()


def power_socket() -> Image.Image:
    """A white wall plate with two outlets, each of two slots and a hole."""
    picture = Picture()
    picture.add(box(46, 12, 210, 244, 22), ("#f4f0fb", "#c4b8da"), 12)
    for y in (74, 182):
        picture.add(inside(oval(128, y, 60), box(60, y - 46, 196, y + 46, 14)), ("#c4b8da", "#a99cc4"), 6)
        picture.add(inside(oval(128, y, 52), box(70, y - 38, 186, y + 38, 10)), WHITE, 5)
        for x in (104, 152):
            picture.add(box(x - 6, y - 26, x + 6, y + 6, 4), BLACK, 0)
        picture.add(join(oval(128, y + 20, 10), box(118, y + 20, 138, y + 30, 2)), BLACK, 0)
    picture.add(oval(128, 128, 8), STEEL, 3)
    return picture.image()


def handcuffs() -> Image.Image:
    """Two steel rings, joined by a chain."""
    picture = Picture()
    links = ((86, 82, -58), (103, 60, -36), (128, 48, 0), (153, 60, 36), (170, 82, 58))
    for i, (x, y, turn) in enumerate(links):
        link = box(x - 16, y - 5, x + 16, y + 5, 5) if i % 2 else cut(oval(x, y, 19, 13), oval(x, y, 10, 5))
        picture.add(turned(link, turn, x, y), STEEL, 4, shadow=2)
    for flipped in (False, True):
        for shape, colours in (
            (cut(oval(70, 166, 60), oval(70, 166, 37)), WIRE),
            (turned(box(40, 92, 100, 134, 10), 8, 70, 166), SLATE),
            (oval(78, 112, 9), YELLOW),
        ):
            picture.add(ImageOps.mirror(shape) if flipped else shape, colours, 7, shadow=3)
    return picture.image()


def gold_bar() -> Image.Image:
    """A stack of three bars of gold."""
    picture = Picture()
    for x, y in ((14, 156), (116, 156), (65, 68)):
        for corners, colours in (
            ([(84, 0), (106, -30), (120, 34), (98, 62)], ("#f0a02c", "#b8641a")),
            ([(14, 0), (84, 0), (106, -30), (40, -30)], ("#fff6c0", "#ffe27a")),
            ([(14, 2), (84, 2), (98, 62), (0, 62)], ("#ffd54f", "#f0a02c")),
            ([(28, 19), (70, 19), (77, 46), (21, 46)], ("#e08a20", "#ffc84a")),
        ):
            picture.add(polygon([(x + dx, y + dy) for dx, dy in corners], 4), colours, 4)
    return picture.image()


def tire() -> Image.Image:
    """A black car tyre with a tread, a silver rim with five spokes."""
    picture = Picture()
    for i in range(30):
        picture.add(turned(box(119, 11, 137, 40, 3), 12 * i), BLACK, 4)
    picture.add(oval(128, 128, 110), BLACK, 16)
    picture.add(cut(oval(128, 128, 93), oval(128, 128, 86)), ("#767080", "#4c4656"), 2)
    picture.add(oval(128, 128, 72), ("#f2eff8", "#a49cb0"), 6, shadow=3)
    picture.add(oval(128, 128, 62), SLATE, 4)
    for i in range(5):
        spoke = polygon([(118, 128), (138, 128), (146, 66), (110, 66)], 2)
        picture.add(turned(spoke, 72 * i), ("#f4f1fa", "#c0b9cc"), 5, shadow=2)
    picture.add(oval(128, 128, 24), ("#f4f1fa", "#a49cb0"), 7, shadow=3)
    for x, y in arc(128, 128, 14, 0, 360)[:39:8]:
        picture.add(oval(x, y, 4), SLATE, 0)
    return picture.image()


def horseshoe() -> Image.Image:
    """Of iron, open below, with six nails."""
    picture = Picture()
    left = [(70, 222), (50, 176), (40, 118), (62, 62), (128, 36)]
    bend = smooth([*left, *mirrored(left[:4])])
    picture.add(stroke(bend, 46), ("#c2bccf", "#6a6379"), 14)
    picture.add(join(box(48, 210, 98, 242, 8), box(158, 210, 208, 242, 8)), ("#a49cb4", "#6a6379"), 8)
    picture.add(stroke(bend[2:-2], 16), ("#6f687e", "#4a4458"), 4)
    for i in (12, 28, 42, 54, 68, 84):
        x, y = bend[i]
        picture.add(oval(x, y, 6), ("#25202e", "#25202e"), 0)
    return picture.image()

"""What else carries people: in the air, at sea, by horse and on one wheel."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    BROWN,
    GLASS,
    GREY,
    NIGHT,
    ORANGE,
    PINK,
    PURPLE,
    RED,
    SLATE,
    STEEL,
    WHITE,
    WOOD,
    YELLOW,
    Picture,
    arc,
    blob,
    box,
    cut,
    inside,
    join,
    oval,
    polygon,
    smooth,
    stroke,
    turned,
)


def drone() -> Image.Image:
    """A quadcopter: four rotors on arms, a camera under the body."""
    picture = Picture()
    for x, y, hub in ((66, 82, 108), (190, 82, 148)):
        picture.add(stroke([(hub, 118), (x, y + 14)], 15), SLATE, 5)
    for x, y in ((66, 82), (190, 82)):
        picture.add(box(x - 10, y - 10, x + 10, y + 20, 5), BLACK, 4)
        picture.add(oval(x, y - 12, 50, 10), ("#8fd0ff", "#5aa6ee"), 3)
    for side in (-1, 1):
        leg = [(128 + 26 * side, 160), (128 + 48 * side, 212), (128 + 70 * side, 212)]
        picture.add(stroke(leg, 11), BLACK, 4)
        picture.add(stroke([(128 + 30 * side, 136), (128 + 84 * side, 154)], 18), SLATE, 6)
    picture.add(join(box(80, 104, 176, 166, 28), oval(128, 110, 42, 20)), WHITE, 12)
    picture.add(box(96, 140, 160, 156, 8), RED, 4)
    for x in (44, 212):
        picture.add(box(x - 13, 134, x + 13, 176, 7), BLACK, 5, shadow=2)
        picture.add(oval(x - 1, 132, 12, 8), RED, 3)
        picture.add(oval(x, 130, 34, 11), ("#8fd0ff", "#5aa6ee"), 3)
    picture.add(oval(128, 180, 25), BLACK, 7, shadow=3)
    picture.add(oval(128, 182, 15), BLUE, 4)
    picture.add(oval(123, 177, 5), WHITE, 0)
    return picture.image()


def airship() -> Image.Image:
    """A blimp: long and grey with a blue band, fins at its tail, a cabin under it."""
    picture = Picture()
    for y in (52, 160):
        picture.add(polygon([(50, 106), (14, y), (62, y), (90, 106)], 6), RED, 6)
    picture.add(box(94, 160, 174, 204, 16), NIGHT, 7)
    for x in (106, 127, 148):
        picture.add(box(x, 176, x + 15, 192, 4), ("#fff0b0", "#ffd060"), 2)
    picture.add(box(82, 174, 98, 184, 4), STEEL, 3)
    picture.add(oval(80, 179, 7, 22), YELLOW, 3)
    hull = oval(132, 106, 112, 64)
    picture.add(hull, ("#e6e0f2", "#a99fc4"), 26)
    for low, high in ((20, 23), (42, 45)):
        ring = cut(oval(132, 106, 116, high), oval(132, 106, 116, low))
        picture.add(inside(hull, ring), ("#b9afd2", "#8f85ac"), 0)
    band = polygon([*arc(132, 106, 116, 180, 360, 19), *arc(132, 106, 116, 0, 180, 19)])
    picture.add(inside(hull, band), BLUE, 6)
    fin = [(22, 106), (40, 98), (84, 100), (96, 106), (84, 112), (40, 114)]
    picture.add(polygon(fin, 5), RED, 5, shadow=4)
    return picture.image()


def unicycle() -> Image.Image:
    """One wheel with pedals, a red fork and a saddle."""
    picture = Picture()
    picture.add(cut(oval(128, 168, 76), oval(128, 168, 60)), BLACK, 6)
    picture.add(cut(oval(128, 168, 61), oval(128, 168, 53)), GREY, 3)
    for turn in range(0, 180, 30):
        picture.add(turned(box(72, 166, 184, 170), turn, 128, 168), STEEL, 0)
    picture.add(stroke([(128, 168), (166, 204)], 12), SLATE, 4)
    picture.add(box(146, 198, 194, 214, 6), YELLOW, 4, shadow=2)
    picture.add(stroke([(128, 168), (128, 84)], 18), RED, 6, shadow=3)
    picture.add(box(121, 30, 135, 84, 4), STEEL, 5)
    picture.add(box(112, 72, 144, 96, 8), RED, 5, shadow=2)
    picture.add(oval(128, 168, 18), RED, 6, shadow=2)
    picture.add(stroke([(128, 168), (90, 132)], 12), SLATE, 4, shadow=2)
    picture.add(box(62, 124, 110, 140, 6), YELLOW, 4, shadow=2)
    seat = smooth(
        [(74, 18), (104, 26), (150, 26), (184, 12), (190, 30), (160, 48), (100, 48), (72, 36)], True
    )
    picture.add(polygon(seat, 4), PURPLE, 8, shadow=3)
    return picture.image()


def carriage() -> Image.Image:
    """A fairytale carriage: round and pink, with golden wheels and a crown."""
    picture = Picture()
    picture.add(stroke(smooth([(36, 186), (80, 208), (160, 208), (206, 176), (240, 168)]), 11), YELLOW, 4)
    picture.add(stroke(smooth([(34, 190), (20, 150), (36, 122), (52, 140)]), 10), YELLOW, 4)
    picture.add(stroke(smooth([(196, 180), (214, 150), (234, 132)]), 11), YELLOW, 4)
    picture.add(box(192, 130, 238, 150, 9), PURPLE, 6)
    bottom = smooth([(50, 140), (76, 186), (122, 200), (168, 186), (194, 140)])
    body = join(oval(122, 116, 80, 72), polygon(bottom, 3))
    picture.add(body, PINK, 18)
    crown = [(96, 44), (86, 14), (108, 28), (122, 8), (136, 28), (158, 14), (148, 44)]
    picture.add(polygon(crown, 3), YELLOW, 5)
    picture.add(box(88, 42, 156, 56, 7), YELLOW, 4, shadow=3)
    picture.add(inside(stroke(smooth([(40, 136), (122, 150), (204, 136)]), 10), body), YELLOW, 4)
    for x in (64, 180):
        picture.add(oval(x, 106, 15, 20), YELLOW, 4)
        picture.add(oval(x, 106, 9, 14), GLASS, 3)
    picture.add(join(box(92, 100, 152, 192, 6), oval(122, 100, 30, 32)), YELLOW, 5, shadow=3)
    picture.add(join(box(100, 140, 144, 184, 4), box(100, 140, 144, 150)), PURPLE, 4)
    picture.add(join(box(100, 100, 144, 132, 3), oval(122, 100, 22, 24)), GLASS, 4)
    for x, radius in ((58, 46), (196, 38)):
        y = 242 - radius
        for turn in range(0, 180, 45):
            picture.add(turned(box(x - radius + 6, y - 4, x + radius - 6, y + 4), turn, x, y), YELLOW, 2)
        picture.add(cut(oval(x, y, radius), oval(x, y, radius - 12)), YELLOW, 5)
        picture.add(oval(x, y, 12), PINK, 4, shadow=2)
    return picture.image()


def stroller() -> Image.Image:
    """A pram: a blue basket under a folding hood, on two large wheels."""
    picture = Picture()
    picture.add(stroke(smooth([(206, 128), (226, 92), (242, 84)]), 11), SLATE, 4)
    for x, foot in ((76, 178), (164, 64)):
        picture.add(stroke([(x, 170), (foot, 206)], 10), STEEL, 4)
    hood = polygon([(124, 120), *arc(124, 120, 106, 180, 298)], 2)
    picture.add(hood, BLUE, 12)
    for start in (219, 258):
        rib = stroke([(124, 120), *arc(124, 120, 106, start, start + 1)[:1]], 6)
        picture.add(inside(rib, hood), ("#2b5fc4", "#2450ac"), 0)
    picture.add(inside(stroke(arc(124, 120, 104, 180, 298), 12), hood), WHITE, 3)
    picture.add(polygon([*arc(116, 118, 98, 0, 180, 74)], 3), BLUE, 14, shadow=4)
    picture.add(box(12, 110, 220, 130, 10), WHITE, 5, shadow=4)
    for x in (66, 172):
        picture.add(cut(oval(x, 206, 36), oval(x, 206, 23)), BLACK, 5)
        for turn in (0, 45, 90, 135):
            picture.add(turned(box(x - 25, 203, x + 25, 209), turn, x, 206), STEEL, 1)
        picture.add(oval(x, 206, 9), YELLOW, 4)
    return picture.image()


def hang_glider() -> Image.Image:
    """A striped wing, a person who hangs under it and holds a bar."""
    picture = Picture()
    for x, y in ((84, 206), (180, 206), (112, 170)):
        picture.add(stroke([(140, 90), (x, y)], 8), SLATE, 2)
    nose, keel = (242, 96), (96, 84)
    for tip, cloth in (((84, 12), RED), ((10, 142), ("#e03050", "#a81848"))):
        picture.add(polygon([nose, tip, keel], 4), cloth, 7)
        for start, end, colours in ((0.2, 0.48, YELLOW), (0.48, 0.76, BLUE)):
            ends = [(tip[0] + (keel[0] - tip[0]) * t, tip[1] + (keel[1] - tip[1]) * t) for t in (start, end)]
            picture.add(polygon([nose, *ends]), colours, 3)
    picture.add(stroke([nose, keel], 7), SLATE, 2)
    picture.add(blob([(28, 178), (80, 164), (140, 160), (146, 186), (90, 192), (30, 192)], 4), PURPLE, 8)
    picture.add(stroke([(138, 176), (158, 204)], 14), PURPLE, 5, shadow=2)
    picture.add(stroke([(86, 208), (174, 208)], 9), SLATE, 3)
    skin = ("#ffcf9e", "#f0a870")
    picture.add(oval(160, 206, 9), skin, 3)
    picture.add(oval(164, 164, 22), skin, 6, shadow=2)
    hair = polygon([(130, 130), (190, 130), (190, 152), (156, 168), (150, 190), (130, 190)])
    picture.add(inside(oval(163, 162, 25), hair), YELLOW, 6)
    picture.add(oval(174, 166, 4, 5), BLACK, 0)
    return picture.image()


def pirate_ship() -> Image.Image:
    """A wooden ship with black sails, a skull on the great one."""
    picture = Picture()
    for x, top in ((62, 48), (146, 14)):
        picture.add(box(x - 5, top, x + 5, 186, 4), BROWN, 4)
    picture.add(stroke([(206, 168), (246, 132)], 9), BROWN, 4)
    picture.add(polygon([(148, 12), (186, 20), (148, 34)], 3), RED, 4)
    for left, right, top, bottom in ((28, 96, 66, 150), (92, 216, 46, 158)):
        y = (top + bottom) / 2
        side = smooth([(right - 8, top), (right + 4, y), (right - 2, bottom)])
        sail = [(left + 8, top), *side, ((left + right) / 2, bottom - 12), (left, bottom), (left + 10, y)]
        picture.add(polygon(sail, 4), BLACK, 9, shadow=3)
        picture.add(box(left - 2, top - 8, right + 2, top + 4, 5), BROWN, 4)
    for turn in (-28, 28):
        picture.add(turned(box(122, 118, 190, 128, 5), turn, 156, 122), WHITE, 2)
    picture.add(join(oval(156, 88, 26, 25), box(142, 96, 170, 124, 6)), WHITE, 5)
    for x in (146, 167):
        picture.add(oval(x, 92, 7, 8), BLACK, 0)
    outline = [(12, 150), (62, 150), (70, 176), (190, 176), (198, 160), (238, 160)]
    hull = polygon([*outline, (222, 214), (196, 240), (50, 240), (22, 200)], 4)
    picture.add(hull, WOOD, 10, shadow=4)
    picture.add(inside(hull, box(0, 214, 256, 256)), BROWN, 5)
    picture.add(inside(hull, box(0, 180, 256, 189)), YELLOW, 2)
    for x in (58, 104, 150, 196):
        picture.add(oval(x, 202, 9), BLACK, 2)
    return picture.image()


def space_shuttle() -> Image.Image:
    """A white orbiter before its orange tank, a booster on either side."""
    picture = Picture()
    for x in (74, 182):
        picture.add(polygon([(x - 12, 214), (x + 12, 214), (x + 20, 238), (x - 20, 238)], 3), SLATE, 5)
        picture.add(box(x - 17, 74, x + 17, 220, 4), ("#f2eef8", "#b9aed0"), 9)
        picture.add(polygon([(x - 14, 76), (x - 2, 42), (x + 2, 42), (x + 14, 76)], 3), RED, 6)
    tank_side = smooth([(90, 84), (100, 42), (128, 14), (156, 42), (166, 84)])
    picture.add(polygon([*tank_side, (166, 206), (90, 206)], 4), ORANGE, 16)
    for x in (112, 144):
        picture.add(polygon([(x - 8, 220), (x + 8, 220), (x + 15, 242), (x - 15, 242)], 2), SLATE, 5)
    wings = [(128, 122), (154, 136), (206, 196), (206, 222), (50, 222), (50, 196), (102, 136)]
    picture.add(polygon(wings, 3), BLACK, 5, shadow=5)
    upper = [(128, 132), (150, 146), (192, 198), (192, 212), (64, 212), (64, 198), (106, 146)]
    picture.add(polygon(upper, 3), WHITE, 5)
    nose = smooth([(106, 120), (112, 88), (128, 70), (144, 88), (150, 120)])
    body = polygon([*nose, (152, 226), (104, 226)], 4)
    picture.add(body, WHITE, 12, shadow=4)
    picture.add(inside(body, box(0, 0, 256, 86)), BLACK, 5)
    picture.add(polygon([(112, 112), (116, 98), (140, 98), (144, 112)], 3), NIGHT, 2)
    picture.add(polygon([(124, 168), (132, 168), (136, 236), (120, 236)], 3), WHITE, 5, shadow=5)
    return picture.image()

"""Fowl of yard, wood, marsh and tale."""

from PIL import Image

from training.drawings.pen import (
    BARK,
    INK,
    ORANGE,
    RED,
    WHITE,
    Picture,
    arc,
    blob,
    both,
    eye,
    inside,
    join,
    limb,
    oval,
    stroke,
    turned,
)


def duckling() -> Image.Image:
    """Small, yellow and downy, a big head, a flat orange bill to the left, a stub of a wing, webbed feet."""
    picture = Picture()
    down = ("#ffec78", "#f6bc32")
    for x in (118, 164):
        picture.add(stroke([(x, 200), (x - 2, 226)], 13), ORANGE, 4)
        toes = [(x - 2, 214), (x + 14, 244), (x - 10, 239), (x - 24, 247), (x - 30, 237), (x - 46, 238)]
        picture.add(blob(toes, 2), ORANGE, 4, shadow=2)
    fluff = [arc(144, 166, 64, a, a, 56)[0] for a in range(-60, 200, 20)]
    tufts = [limb((144, 162, 30), (0.9 * x + 14.4, 0.9 * y + 16.6, 12), (x + 3, y, 4)) for x, y in fluff]
    picture.add(join(oval(144, 164, 60, 50), *tufts), down, 14)
    for x, y in ((96, 12), (114, 6), (132, 16)):
        picture.add(limb((112, 40, 12), (x, y, 4)), down, 3)
    picture.add(oval(112, 84, 66, 62), down, 18, shadow=4)
    lower = blob([(72, 114), (40, 118), (18, 120), (20, 132), (46, 136), (78, 128)])
    picture.add(lower, ("#f0702a", "#c84818"), 5)
    upper = blob([(82, 84), (60, 92), (34, 106), (6, 106), (8, 122), (40, 124), (86, 116)])
    picture.add(upper, ("#ffb04a", "#f4762a"), 8, shadow=3)
    picture.add(oval(54, 104, 5, 4), ("#b84a1a", "#b84a1a"), 0)
    eye(picture, 100, 74, 14)
    wing = [(136, 152), (164, 146), (196, 156), (188, 166), (192, 174), (176, 178), (172, 188), (142, 178)]
    picture.add(blob(wing), ("#ffdc58", "#eda928"), 7, shadow=4)
    return picture.image()


def woodpecker() -> Image.Image:
    """Clings to a trunk and pecks a hole: black and white, a red crest, a long bill, chips that fly."""
    picture = Picture()
    trunk = limb((222, 8, 34), (214, 128, 34), (222, 248, 34))
    picture.add(trunk, BARK, 14)
    for x, y in ((206, 30), (236, 80), (212, 128), (236, 168), (212, 208)):
        picture.add(stroke([(x, y), (x + 2, y + 30)], 6), ("#7a441c", "#6a3a18"), 0)
    picture.add(oval(194, 66, 15, 19), ("#4a2814", "#2e180c"), 0)
    picture.add(limb((96, 186, 24), (118, 226, 15), (160, 246, 8)), INK, 5)
    body = limb((98, 84, 34), (96, 126, 46), (92, 170, 44), (98, 196, 30))
    picture.add(body, INK, 14)
    picture.add(inside(limb((138, 110, 20), (142, 150, 22), (136, 200, 20)), body), WHITE, 6)
    wing = blob([(62, 106), (94, 108), (108, 148), (104, 200), (86, 222), (60, 186), (50, 140)])
    picture.add(wing, ("#5a5466", "#211d29"), 8, shadow=4)
    for y in (136, 162, 188):
        picture.add(inside(stroke([(44, y + 8), (110, y - 6)], 9), wing), WHITE, 0)
    for y in (150, 184):
        foot = join(*(stroke([(132, y), (166, y), (188, y + d)], 9) for d in (-12, 8)))
        picture.add(foot, ("#8a8296", "#5c5468"), 3)
    for x, y, r in ((20, 40, 9), (34, 18, 10), (52, 8, 10)):
        picture.add(limb((96, 50, 24), ((96 + x) / 2, (40 + y) / 2, 18), (x, y, r)), RED, 6, shadow=1)
    picture.add(limb((132, 60, 15), (160, 64, 9), (196, 66, 4)), ("#a8a0b4", "#5c566a"), 4)
    picture.add(oval(104, 66, 42, 38), RED, 12, shadow=2)
    picture.add(blob([(76, 84), (104, 72), (140, 76), (132, 96), (96, 106)]), WHITE, 5)
    eye(picture, 112, 58, 11)
    for x, y, turn in ((172, 28, 30), (150, 18, -20), (168, 98, 50)):
        picture.add(turned(oval(x, y, 9, 5), turn, x, y), ("#f3c68c", "#dca060"), 2)
    return picture.image()


def stork() -> Image.Image:
    """White with black wing tips, a long red bill to the left, very long red legs, one of them raised."""
    picture = Picture()
    red = ("#ff5a46", "#d42a2e")
    picture.add(stroke([(160, 124), (126, 176), (176, 196)], 11), red, 3)
    picture.add(stroke([(166, 124), (168, 240), (138, 246)], 12), red, 3)
    picture.add(limb((190, 112, 22), (226, 130, 15), (244, 142, 8)), INK, 6)
    body = join(
        limb((136, 104, 36), (170, 108, 34), (206, 120, 18)),
        limb((124, 100, 26), (106, 76, 18), (114, 52, 17), (106, 34, 24)),
    )
    picture.add(body, ("#ffffff", "#d6d0ea"), 14)
    picture.add(limb((92, 36, 14), (50, 60, 9), (10, 84, 4)), red, 5)
    picture.add(oval(94, 32, 12, 10), INK, 0)
    eye(picture, 96, 32, 9)
    wing = blob([(126, 88), (160, 74), (200, 94), (246, 136), (206, 142), (156, 134), (130, 114)])
    picture.add(wing, ("#f4f0fe", "#c4bcdc"), 9, shadow=4)
    tip = blob([(150, 120), (190, 118), (214, 94), (256, 134), (220, 160), (150, 152)])
    picture.add(inside(tip, wing), INK, 4)
    return picture.image()


def phoenix() -> Image.Image:
    """A bird of flames that rises: wide wings and a long tail of fire, red, orange and yellow."""
    picture = Picture()
    red, orange, yellow = ("#ff5a3c", "#d0142e"), ("#ffae36", "#f45a20"), ("#fff48e", "#ffc23a")
    for side, low, colours in ((60, 226, red), (34, 246, orange), (0, 252, red), (14, 226, yellow)):
        way = (128, 150, 16), (126 - 0.3 * side, 196, 17), (128 - side, low, 3)
        picture.add(both(limb(*way)), colours, 6, shadow=2)
    tips = ((8, 18), (4, 62), (14, 100), (36, 132), (68, 152))
    for share, colours in ((1, red), (0.78, orange), (0.55, yellow)):
        ends = [(110 + (x - 110) * share, 118 + (y - 118) * share) for x, y in tips]
        bends = [((110 + x) / 2 - 6, (118 + y) / 2 + 18, 20 * share) for x, y in ends]
        flames = [limb((110, 118, 18), bend, (*end, 3)) for bend, end in zip(bends, ends, strict=True)]
        picture.add(both(join(*flames)), colours, 7, shadow=2)
    for x, y in ((98, 20), (124, 4), (152, 12)):
        picture.add(limb((130, 56, 13), ((130 + x) / 2 + 5, 34, 9), (x, y, 3)), orange, 4)
    picture.add(limb((128, 66, 25), (128, 96, 20), (128, 130, 32), (128, 164, 16)), red, 12, shadow=3)
    picture.add(limb((128, 108, 12), (128, 134, 21), (128, 160, 9)), yellow, 6)
    picture.add(blob([(112, 56), (92, 60), (74, 76), (92, 78), (112, 76)]), yellow, 5, shadow=2)
    eye(picture, 122, 58, 8)
    return picture.image()

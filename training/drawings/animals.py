"""Animals of the sea, and insects."""

import math

from PIL import Image

from training.drawings.pen import (
    INK,
    SHINE,
    WHITE,
    Picture,
    arc,
    blob,
    both,
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


def seahorse() -> Image.Image:
    """Orange, a long snout to the left, a fin on its back, a curled tail."""
    picture = Picture()
    fin = blob([(172, 112), (212, 98), (228, 136), (214, 172), (172, 168)])
    picture.add(fin, ("#ff7f8e", "#e0486e"), 6)
    for y in (112, 136, 160):
        ray = stroke([(170, 140), (232, y + (y - 136) * 0.7)], 6)
        picture.add(inside(ray, fin), ("#ffb0b4", "#f08098"), 0)
    for x, y in ((98, 24), (124, 14), (150, 26)):
        picture.add(limb((124, 60, 20), (x, y, 7)), ("#ff7f8e", "#e0486e"), 5)
    back = [(122, 68, 38), (158, 108, 27), (144, 148, 40), (156, 190, 24)]
    back += [(162, 214, 16), (142, 234, 12), (114, 230, 10), (106, 208, 8), (122, 198, 7)]
    body = join(limb(*back), limb((110, 74, 24), (66, 84, 11), (42, 86, 11), (34, 87, 14)))
    picture.add(body, ("#ffc94a", "#f2762e"), 14)
    for x, y, wide in ((116, 122, 50), (100, 142, 50), (100, 162, 46), (112, 182, 36), (128, 202, 26)):
        picture.add(inside(stroke(arc(x, y - 6, wide, 20, 90, 14), 7), body), ("#fff0b0", "#ffdc84"), 0)
    eye(picture, 116, 62, 15)
    return picture.image()


def walrus() -> Image.Image:
    """Brown and fat, two long white tusks, a bristly muzzle, flippers."""
    picture = Picture()
    brown, dark = ("#b97a56", "#7d4634"), ("#9a5f44", "#66382c")
    picture.add(join(limb((206, 212, 22), (232, 186, 14)), limb((206, 212, 22), (230, 226, 14))), dark, 6)
    picture.add(limb((94, 78, 60), (104, 140, 72), (144, 172, 68), (196, 208, 28)), brown, 20)
    for x, tip in ((150, 182), (52, 24)):
        picture.add(limb((x, 192, 22), (0.6 * x + 0.4 * tip, 218, 19), (tip, 230, 14)), dark, 7, shadow=4)
    for x in (68, 116):
        tusk = polygon([(x - 12, 110), (x + 12, 110), (x + 7, 176), (x, 198), (x - 7, 176)], 3)
        picture.add(tusk, ("#ffffff", "#e2d6c4"), 6, shadow=4)
    picture.add(join(oval(66, 108, 37, 31), oval(118, 108, 37, 31)), ("#ecc29c", "#c98f68"), 10, shadow=4)
    for x in (66, 118):
        for dx, dy in ((-16, -2), (0, 8), (16, -2), (0, -10)):
            picture.add(oval(x + dx, 108 + dy, 4), dark, 0)
        eye(picture, x + (x - 92) * 0.3, 58, 11)
    picture.add(oval(92, 84, 19, 13), INK, 5)
    return picture.image()


def goldfish() -> Image.Image:
    """Orange, a big eye, a wide flowing tail to the right."""
    picture = Picture()
    fins = ("#ffb14a", "#ff7a3c")
    tail = [(150, 128), (186, 72), (232, 36), (246, 66), (226, 104), (216, 130)]
    tail += [(232, 158), (244, 200), (226, 222), (184, 186)]
    picture.add(blob(tail), fins, 9)
    for x, y in ((236, 60), (226, 92), (228, 168), (230, 200)):
        ray = smooth([(168, 128), (198, 0.5 * y + 62), (x - 6, y)])
        picture.add(stroke(ray, 6), ("#ffd79a", "#ffae6e"), 0)
    picture.add(blob([(58, 90), (80, 44), (124, 30), (160, 56), (158, 100)]), fins, 8)
    picture.add(blob([(96, 176), (128, 190), (122, 220), (98, 230)]), fins, 6)
    body = join(oval(96, 132, 82, 64), limb((110, 132, 52), (170, 130, 18)))
    picture.add(body, ("#ff9a2e", "#f4561f"), 18)
    for row, y in enumerate((104, 132, 160)):
        for x in range(104 + 10 * (row % 2), 152, 24):
            picture.add(inside(stroke(arc(x, y, 12, -80, 80), 6), body), ("#ffc062", "#ff9648"), 0)
    picture.add(blob([(92, 146), (124, 152), (132, 178), (104, 180)]), fins, 6, shadow=3)
    picture.add(stroke(arc(18, 148, 16, -10, 80), 6), ("#b8341a", "#b8341a"), 0)
    picture.add(oval(58, 116, 24), WHITE, 5)
    eye(picture, 56, 117, 16)
    return picture.image()


def stingray() -> Image.Image:
    """A blue-grey diamond with wide wings and a long tail, seen from above."""
    picture = Picture()
    picture.add(limb((128, 150, 15), (130, 192, 9), (142, 220, 6), (134, 246, 4)), ("#5f7ea8", "#34507e"), 5)
    for x in (106, 150):
        picture.add(oval(x, 176, 18, 22), ("#6d8cb6", "#44628e"), 6)
    outline = [(128, 12), (160, 32), (206, 62), (248, 92), (214, 128), (168, 168), (128, 182)]
    whole = outline + mirrored(outline[1:-1])
    picture.add(blob(whole, 0), ("#c3d8ee", "#93b2d6"), 6)
    inner = [(128 + (x - 128) * 0.9, 96 + (y - 96) * 0.88) for x, y in whole]
    picture.add(blob(inner, 0), ("#86a8d2", "#426296"), 26)
    for x, y, size in ((60, 96, 8), (84, 116, 9), (84, 86, 6), (104, 144, 7), (110, 112, 6)):
        for place in (x, 256 - x):
            picture.add(oval(place, y, size), ("#c8e0f6", "#a6c6e8"), 0)
    for x in (106, 150):
        picture.add(oval(x, 52, 17), ("#9abade", "#5f80b2"), 6, shadow=3)
        eye(picture, x, 50, 10)
    return picture.image()


def orca() -> Image.Image:
    """Leaping to the left: black above, white below and behind the eye, a tall fin."""
    picture = Picture()
    picture.add(limb((172, 110, 24), (194, 60, 15), (202, 22, 7)), INK, 7)
    for x, y in ((242, 222), (176, 236)):
        picture.add(limb((220, 198, 13), ((220 + x) / 2, (198 + y) / 2, 17), (x, y, 7)), INK, 6)
    body = limb((34, 98, 17), (76, 84, 42), (126, 100, 54), (174, 134, 42), (208, 172, 21), (222, 198, 13))
    picture.add(body, ("#5a5870", "#201e2c"), 16)
    belly = [(12, 108), (52, 110), (92, 122), (132, 138), (186, 168), (206, 192)]
    belly += [(160, 196), (90, 176), (30, 140)]
    picture.add(inside(blob(belly), body), ("#ffffff", "#d8d6ea"), 6)
    picture.add(turned(oval(98, 78, 25, 13), 16, 98, 78), SHINE, 2)
    eye(picture, 66, 88, 9)
    picture.add(limb((116, 132, 20), (126, 170, 20), (116, 200, 10)), ("#5a5870", "#201e2c"), 8, shadow=4)
    return picture.image()


def narwhal() -> Image.Image:
    """Blue-grey with a pale belly and spots, a long twisted tusk to the upper left."""
    picture = Picture()
    back, fin = ("#8fb2e0", "#4a6cab"), ("#7396cc", "#3e5c9a")
    tusk = polygon([(14, 12), (88, 106), (72, 122)], 3)
    picture.add(tusk, ("#ffeec4", "#d8b06a"), 4)
    for share in (0.36, 0.52, 0.68, 0.84):
        x, y = 14 + 66 * share, 12 + 102 * share
        picture.add(inside(stroke([(x - 14, y + 2), (x + 14, y - 2)], 5), tusk), ("#b88a48", "#a87838"), 0)
    for x, y in ((186, 76), (240, 96)):
        picture.add(limb((222, 122, 12), ((222 + x) / 2, (122 + y) / 2 - 6, 17), (x, y - 10, 8)), fin, 6)
    body = limb((96, 154, 66), (130, 164, 64), (172, 170, 44), (206, 146, 22), (222, 118, 12))
    body = join(body, oval(82, 150, 56, 58))
    picture.add(body, back, 20)
    belly = [(20, 176), (60, 186), (110, 192), (160, 196), (204, 180), (200, 226), (110, 246), (30, 226)]
    picture.add(inside(blob(belly), body), ("#ffffff", "#cfdcf0"), 8)
    for x, y, size in ((112, 108, 9), (138, 124, 7), (146, 104, 6), (160, 138, 8), (184, 146, 6)):
        picture.add(oval(x, y, size), fin, 0)
    picture.add(limb((128, 190, 20), (146, 216, 18), (164, 230, 9)), fin, 7, shadow=4)
    eye(picture, 64, 152, 13)
    picture.add(stroke(arc(60, 172, 18, 40, 150, 12), 6), ("#38528c", "#38528c"), 0)
    picture.add(oval(86, 172, 11, 8), ("#ffa6b8", "#f48aa2"), 0)
    return picture.image()


def swordfish() -> Image.Image:
    """Blue above, silver below, a long sword to the left, a tall fin, a crescent tail."""
    picture = Picture(-14)
    blue, fin = ("#4f8fe0", "#244f9e"), ("#3a74c8", "#1f4488")
    picture.add(polygon([(100, 127), (100, 146), (6, 142), (6, 140)], 3), ("#5a84c4", "#33589c"), 4)
    for side in (-1, 1):
        picture.add(limb((206, 140, 12), (220, 140 + side * 32, 12), (228, 140 + side * 64, 5)), fin, 5)
    picture.add(blob([(108, 114), (116, 62), (124, 34), (134, 70), (158, 104), (160, 124)]), fin, 6)
    picture.add(blob([(112, 160), (126, 212), (144, 216), (138, 160)]), fin, 5)
    body = limb((90, 137, 15), (112, 138, 33), (142, 140, 36), (176, 140, 24), (212, 140, 9))
    picture.add(body, blue, 14)
    belly = blob([(60, 144), (110, 152), (164, 152), (220, 144), (184, 190), (94, 190)])
    picture.add(inside(belly, body), ("#ffffff", "#c4d2ea"), 6)
    picture.add(stroke(arc(116, 140, 24, -60, 60), 6), ("#244f9e", "#244f9e"), 0)
    picture.add(oval(102, 126, 13), WHITE, 3)
    eye(picture, 101, 126, 9)
    return picture.image()


def dragonfly() -> Image.Image:
    """Blue-green and long, four clear wings, seen from above."""
    picture = Picture(14)
    for side in (-1, 1):
        for y, slope, long in ((78, -14, 48), (114, 14, 44)):
            wing = turned(oval(128 + side * (16 + long), y, long, 19), side * slope, 128, y)
            picture.add(wing, ("#c8f2ff", "#74cdf4"), 7)
            vein = stroke([(128 + side * 20, y - 4), (128 + side * (2 * long - 8), y - 6)], 6)
            picture.add(turned(vein, side * slope, 128, y), ("#4fb2e6", "#3a96d4"), 0)
    picture.add(limb((128, 104, 14), (128, 170, 10), (128, 238, 9)), ("#34c8c0", "#1c74b8"), 6)
    for y in range(132, 236, 22):
        picture.add(stroke([(121, y), (135, y)], 7), ("#14508c", "#14508c"), 0)
    picture.add(oval(128, 90, 24, 34), ("#3fdcb8", "#1c8fb0"), 10, shadow=3)
    picture.add(oval(128, 46, 22, 18), ("#3fdcb8", "#1c8fb0"), 6, shadow=3)
    for x in (108, 148):
        picture.add(oval(x, 40, 19, 21), ("#ff6a5a", "#b8203e"), 8)
        picture.add(oval(x - 5, 33, 5), SHINE, 0)
    return picture.image()


def moth() -> Image.Image:
    """Brown wings with eye spots, a thick furry body, feathered antennae, seen from above."""
    picture = Picture()
    lower = [(114, 140), (70, 138), (36, 166), (44, 206), (78, 226), (108, 196)]
    upper = [(116, 96), (72, 66), (16, 48), (12, 74), (28, 126), (62, 160), (112, 146)]
    for outline, x, y, colours in (
        (lower, 76, 182, ("#e0b482", "#b07a4c")),
        (upper, 58, 106, ("#c99a6c", "#8c5a3a")),
    ):
        wing, inner = blob(outline), [(20 + 0.84 * x, 17 + 0.86 * y) for x, y in outline]
        picture.add(both(wing), colours, 9, shadow=3)
        picture.add(both(cut(wing, blob(inner, 4))), ("#7a4a32", "#5c3426"), 3)
        for size, tone in ((22, ("#fff0cc", "#f2d49c")), (14, ("#5a3a6a", "#33204a")), (5, SHINE)):
            picture.add(both(oval(x, y, size)), tone, 0)
    feeler = smooth([(118, 74), (98, 46), (70, 24)])
    barbs = [stroke([(x + 4, y - 14), (x, y), (x - 14, y + 4)], 6) for x, y in feeler[4::5]]
    picture.add(both(join(stroke(feeler, 6), *barbs)), ("#9a6a48", "#7a4c34"), 0)
    picture.add(limb((128, 130, 24), (128, 176, 20), (128, 214, 9)), ("#f0d8b0", "#b88a5c"), 9, shadow=3)
    for y in (160, 178, 196):
        picture.add(stroke(arc(128, y - 6, 35 - 0.12 * y, 20, 160, 8), 6), ("#96643f", "#96643f"), 0)
    picture.add(oval(128, 112, 31, 34), ("#fff2d8", "#d8b488"), 12, shadow=3)
    picture.add(oval(128, 80, 22, 19), ("#f0d8b0", "#c29466"), 7, shadow=2)
    for x in (112, 144):
        eye(picture, x, 76, 9)
    return picture.image()


def centipede() -> Image.Image:
    """Red-brown, many rings with a pair of yellow legs each, in a wave, seen from above."""
    picture = Picture(38)
    legs = ("#ffb83e", "#f08a26")
    path = [(128 + 18 * math.sin(0.6 * i), 52 + 16 * i, 6 * math.cos(0.6 * i)) for i in range(12)]
    for x, y, slope in path[1:]:
        left = [(x, y), (x - 34, y + slope), (x - 46, y + slope + 13)]
        right = [(x, y), (x + 34, y - slope), (x + 46, y - slope + 13)]
        picture.add(join(stroke(left, 9), stroke(right, 9)), legs, 3)
    for x, y, _ in path[:0:-1]:
        picture.add(oval(x, y, 25, 18), ("#f4684c", "#a82a2c"), 8, shadow=2)
    picture.add(both(stroke(smooth([(128, 44), (110, 16), (88, 8)]), 8)), legs, 3)
    picture.add(oval(128, 48, 32, 29), ("#ff7a54", "#c0342e"), 10, shadow=4)
    for x in (113, 143):
        eye(picture, x, 38, 9)
    return picture.image()

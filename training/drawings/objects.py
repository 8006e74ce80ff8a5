"""A sleeping bag, a spear, a hexagon, and small things that are met on the ground."""

import math

from PIL import Image

from training.drawings.pen import (
    GOLD,
    RED,
    SHINE,
    TAN,
    WHITE,
    WOOD,
    Picture,
    arc,
    blob,
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


def sleeping_bag() -> Image.Image:
    """Blue, quilted in bands, narrower to the foot, a pillow in its hood, a zip half open on orange."""
    picture = Picture(24)
    shell, lining = ("#5aaefa", "#2c64d4"), ("#ffb24a", "#f0842c")
    body = [(128, 6), (186, 18), (216, 64), (218, 116), (198, 190), (176, 238), (128, 246)]
    whole = blob(body + mirrored(body[1:-1]), 1)
    picture.add(whole, ("#3f86e4", "#2450b8"), 8)
    for y in range(232, 80, -26):
        band = inside(whole, box(0, y - 16, 256, y + 16, 12))
        picture.add(band, shell, 9)
    hood = cut(whole, box(0, 100, 256, 256))
    picture.add(hood, shell, 12)
    picture.add(oval(128, 72, 66, 54), ("#2450b8", "#1c3f9c"), 0)
    gap = blob(
        [(128, 22), (172, 38), (188, 76), (172, 112), (140, 190), (124, 190), (84, 112), (68, 76), (84, 38)],
        1,
    )
    picture.add(gap, lining, 8)
    picture.add(box(80, 40, 176, 96, 26), WHITE, 14, shadow=4)
    flap = polygon([(174, 104), (214, 128), (204, 164), (142, 186)], 6)
    picture.add(inside(flap, whole), ("#ffca78", "#f59a3c"), 6, shadow=4)
    picture.add(stroke([(132, 190), (132, 246)], 9), GOLD, 2)
    picture.add(box(123, 184, 141, 204, 5), ("#ffe27a", "#e59a22"), 4, shadow=3)
    return picture.image()


def spear() -> Image.Image:
    """A long wooden shaft with a steel point, bound with cord, a red tassel below it."""
    picture = Picture(42)
    picture.add(box(121, 70, 135, 254, 7), WOOD, 5)
    for dx in (-1, 1, 0):
        picture.add(
            limb((128 + 4 * dx, 84, 8), (128 + 12 * dx, 104, 10), (128 + 15 * dx, 124, 4)), RED, 5, shadow=2
        )
    tip = [(128, 6), (150, 50), (138, 74), (118, 74), (106, 50)]
    picture.add(polygon(tip, 2), ("#f2f0f8", "#b8b2c6"), 4)
    picture.add(polygon([(128, 7), (149, 50), (137, 74), (128, 74)], 1), ("#aaa4ba", "#807a92"), 0)
    picture.add(box(116, 70, 140, 92, 5), TAN, 4, shadow=2)
    for y in (77, 85):
        picture.add(stroke([(118, y), (138, y)], 3), ("#a86a34", "#a86a34"), 0)
    return picture.image()


def hexagon() -> Image.Image:
    """A plain violet hexagon."""
    picture = Picture()
    corners = [
        (128 + 104 * math.cos(a), 128 + 104 * math.sin(a)) for a in (math.pi / 3 * i for i in range(6))
    ]
    picture.add(polygon(corners, 6), ("#a684f0", "#6c44cc"), 12)
    return picture.image()


def slug() -> Image.Image:
    """Grey-brown and long without a shell, two eye stalks at the left, on a trail of slime."""
    picture = Picture()
    trail = [(30, 200), (130, 196), (220, 194), (244, 202), (236, 216), (150, 222), (40, 218)]
    picture.add(blob(trail, 4), ("#d4f6e4", "#98dcc4"), 5)
    skin, dark = ("#b8a288", "#77614c"), ("#7c6650", "#64503c")
    for x, y in ((24, 76), (86, 70)):
        picture.add(limb((54, 136, 13), ((56 + x) / 2, 104, 10), (x, y, 9)), skin, 4)
    body = limb((54, 148, 29), (70, 172, 34), (110, 172, 40), (170, 178, 33), (222, 194, 16), (240, 203, 6))
    picture.add(body, skin, 20)
    picture.add(inside(box(0, 196, 256, 240), body), ("#ecd8b4", "#d4bc92"), 4)
    for x, y in (
        (98, 148),
        (124, 158),
        (150, 154),
        (174, 168),
        (104, 174),
        (200, 178),
        (144, 178),
        (84, 176),
    ):
        picture.add(oval(x, y, 7, 6), dark, 0)
    for x, y in ((24, 70), (86, 64)):
        picture.add(oval(x, y, 18), WHITE, 4)
        eye(picture, x - 3, y, 11)
    picture.add(stroke(arc(42, 154, 14, 20, 140, 9), 6), ("#4c3a2c", "#4c3a2c"), 0)
    picture.add(stroke(smooth([(176, 212), (206, 209), (234, 208)]), 5), SHINE, 0)
    return picture.image()


def praying_mantis() -> Image.Image:
    """Green, upright, a triangular head with big eyes, two spiked arms folded before it."""
    picture = Picture()
    skin, dark, pale = ("#8ede4c", "#3c9a34"), ("#5cb43c", "#2f7e34"), ("#b4f070", "#5cc046")
    for points in (
        [(140, 152), (106, 180), (96, 240)],
        [(160, 166), (180, 130), (206, 242)],
        [(134, 156), (150, 186), (142, 242)],
        [(176, 172), (216, 140), (244, 240)],
    ):
        picture.add(stroke(points, 9), dark, 3)
    picture.add(limb((144, 150, 17), (186, 178, 24), (224, 196, 18), (248, 206, 6)), skin, 9)
    wing = blob([(138, 134), (176, 146), (222, 176), (250, 202), (206, 192), (160, 174)], 2)
    picture.add(wing, ("#c2f27c", "#62b844"), 7, shadow=3)
    picture.add(limb((146, 154, 17), (126, 116, 13), (112, 76, 12)), skin, 7)
    for dx, tones in ((18, dark), (-6, pale)):
        upper = limb((116 + dx, 104, 10), (88 + dx, 138, 11), (72 + dx, 158, 9))
        picture.add(upper, tones, 5, shadow=2)
        fore = limb((70 + dx, 160, 10), (46 + dx, 122, 15), (32 + dx, 88, 8))
        spikes = [
            polygon(
                [
                    (52 + dx + 4 * i, 96 + 16 * i),
                    (70 + dx + 4 * i, 100 + 16 * i),
                    (56 + dx + 4 * i, 112 + 16 * i),
                ]
            )
            for i in range(3)
        ]
        picture.add(join(fore, *spikes), tones, 6, shadow=3)
        picture.add(limb((32 + dx, 88, 8), (58 + dx, 100, 6), (74 + dx, 128, 3)), tones, 3, shadow=2)
    for x, y in ((58, 12), (152, 10)):
        picture.add(stroke(smooth([(104, 44), (0.5 * x + 52, 22), (x, y)]), 6), dark, 0)
    picture.add(polygon([(66, 38), (146, 38), (112, 88), (98, 88)], 9), pale, 9, shadow=4)
    for x in (68, 144):
        picture.add(turned(oval(x, 42, 17, 22), (x - 106) * 0.6, x, 42), ("#fff6b0", "#f0cc4c"), 5)
        eye(picture, x, 43, 8)
    return picture.image()


def puddle() -> Image.Image:
    """Blue water lying flat in bays, rings where drops of rain fall in."""
    picture = Picture()
    edge = [(10, 168), (40, 142), (66, 128), (104, 132), (136, 112), (182, 118), (200, 138), (242, 144)]
    edge += [(248, 174), (216, 188), (206, 214), (160, 216), (128, 232), (84, 218), (44, 220), (34, 194)]
    picture.add(blob(edge, 3), ("#63b8f4", "#2c74cc"), 8)
    water = blob([(128 + (x - 128) * 0.92, 168 + (y - 168) * 0.86) for x, y in edge], 2)
    picture.add(water, ("#a4e4ff", "#4aa6f0"), 6)
    picture.add(join(oval(34, 238, 20, 9), oval(228, 222, 18, 9)), ("#8fdcff", "#3f9cec"), 4)
    for x, y, far in ((96, 170, 50), (182, 164, 34)):
        for wide in range(far, 10, -18):
            ring = cut(oval(x, y, wide, 0.42 * wide), oval(x, y, wide - 7, 0.42 * wide - 5))
            picture.add(inside(ring, water), ("#f0fcff", "#d4f2ff"), 0)
    for x, y, size in ((96, 130, 15), (182, 96, 15)):
        drop = join(oval(x, y, size), polygon([(x - size + 2, y - 4), (x, y - 38), (x + size - 2, y - 4)], 2))
        picture.add(drop, ("#8fdcff", "#2f8ce4"), 5)
    return picture.image()

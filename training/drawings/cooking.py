"""More of the kitchen: what is cooked and poured with."""

from PIL import Image

from training.drawings.pen import (
    BLUE,
    GREEN,
    IRON,
    NIGHT,
    ORANGE,
    PURPLE,
    RED,
    SLATE,
    STEEL,
    WHITE,
    WIRE,
    Picture,
    arc,
    blob,
    both,
    box,
    cut,
    inside,
    join,
    mirrored,
    oval,
    polygon,
    smooth,
    stroke,
)


def wine_bottle() -> Image.Image:
    """Dark green glass with a long neck, a red cap, a label with grapes."""
    picture = Picture()
    left = smooth([(114, 88), (112, 98), (96, 116), (88, 146)])
    outline = [(114, 20), *left, (88, 234), (168, 234), *mirrored(left), (142, 20)]
    picture.add(polygon(outline, 8), ("#3f8a4c", "#123f2c"), 16)
    picture.add(box(104, 8, 152, 82, 8), RED, 8)
    picture.add(box(100, 14, 156, 30, 6), RED, 4, shadow=2)
    picture.add(box(79, 144, 177, 220, 2), ("#fff6e0", "#f0dcb4"), 6)
    for x, y in ((108, 172), (128, 172), (148, 172), (118, 188), (138, 188), (128, 204)):
        picture.add(oval(x, y, 11), PURPLE, 4)
    picture.add(stroke(smooth([(128, 164), (134, 154), (146, 156)]), 8), GREEN, 2)
    picture.add(stroke([(96, 128), (106, 112)], 8), ("#a8dcae", "#7cc088"), 2)
    return picture.image()


def jug() -> Image.Image:
    """A blue pitcher of clay with a white band, its spout to the left."""
    picture = Picture()
    picture.add(cut(oval(188, 118, 56, 66), oval(184, 118, 32, 42)), BLUE, 8)
    left = smooth([(22, 20), (62, 58), (62, 96), (34, 150), (42, 206), (66, 238)])
    right = smooth([(168, 238), (194, 206), (200, 150), (172, 96), (174, 22)])
    body = polygon([*left, *right], 3)
    picture.add(body, BLUE, 16)
    picture.add(inside(box(0, 146, 256, 190), body), WHITE, 6)
    for x in range(56, 220, 34):
        picture.add(inside(polygon([(x - 12, 168), (x, 154), (x + 12, 168), (x, 182)], 2), body), ORANGE, 2)
    picture.add(blob([(20, 20), (70, 34), (120, 38), (174, 20), (120, 14), (60, 14)], 4), NIGHT, 5)
    return picture.image()


def spatula() -> Image.Image:
    """A kitchen turner: a steel blade with slots, a red handle; turned."""
    picture = Picture(40)
    slots = [box(x - 8, 50, x + 8, 98, 8) for x in (98, 128, 158)]
    blade = polygon([(80, 34), (176, 34), (172, 110), (148, 126), (108, 126), (84, 110)], 8)
    picture.add(box(119, 112, 137, 164), STEEL, 4)
    picture.add(cut(blade, *slots), WIRE, 8)
    picture.add(cut(box(110, 152, 146, 255, 16), oval(128, 237, 6)), RED, 8, shadow=3)
    return picture.image()


def whisk() -> Image.Image:
    """A kitchen whisk of steel wires, a blue handle; turned."""
    picture = Picture(38)
    for wide in (70, 40, 8):
        wire = stroke(smooth([(124, 150), (128 - wide, 84), (128 - 0.75 * wide, 30), (128, 12)]), 10)
        picture.add(both(wire), WIRE, 4, shadow=2)
    picture.add(box(110, 138, 146, 160, 6), STEEL, 5, shadow=2)
    picture.add(box(111, 152, 145, 255, 15), BLUE, 8, shadow=2)
    return picture.image()


def cauldron() -> Image.Image:
    """A black pot on short legs, green brew bubbling over its rim."""
    picture = Picture()
    brew = ("#8cf04e", "#46b82e")
    for x in (66, 190):
        picture.add(stroke([(x, 200), (x - 8 if x < 128 else x + 8, 228)], 24), IRON, 6)
    picture.add(cut(oval(128, 148, 106, 86), box(0, 0, 256, 92)), IRON, 20)
    for x in (26, 230):
        picture.add(cut(oval(x, 150, 16, 24), oval(x, 150, 6, 12)), SLATE, 5, shadow=2)
    picture.add(oval(128, 98, 108, 32), SLATE, 7, shadow=4)
    picture.add(oval(128, 96, 92, 23), brew, 3)
    run = join(*(stroke([(x, 108), (x, y)], 26) for x, y in ((80, 146), (106, 172), (132, 138))))
    picture.add(run, brew, 6, shadow=3)
    bubbles = [(92, 84, 24), (160, 82, 26), (126, 64, 28), (192, 92, 15), (60, 94, 15), (172, 36, 14)]
    for x, y, r in (*bubbles, (84, 38, 10)):
        picture.add(oval(x, y, r), ("#b4fa6a", "#4ec032"), 8, shadow=1)
        picture.add(oval(x - r / 3, y - r / 3, r / 4), ("#f0ffd8", "#f0ffd8"), 0)
    return picture.image()


def ketchup() -> Image.Image:
    """A red bottle with a white cap and a label that shows a tomato."""
    picture = Picture()
    picture.add(polygon([(120, 14), (136, 14), (146, 52), (110, 52)], 3), WHITE, 5)
    body = [(98, 72), (158, 72), (166, 96), (186, 124), (188, 236), (68, 236), (70, 124), (90, 96)]
    picture.add(polygon(body, 8), ("#ff4a4a", "#c81432"), 18)
    picture.add(box(88, 46, 168, 78, 9), WHITE, 7, shadow=3)
    picture.add(box(60, 136, 196, 220, 6), ("#fffaf0", "#f0dfd0"), 6)
    picture.add(oval(128, 184, 32, 27), RED, 10)
    for angle in (-165, -128, -90, -52, -15):
        picture.add(stroke([(128, 160), arc(128, 160, 20, angle, angle + 1, 14)[0]], 9), GREEN, 2)
    picture.add(stroke([(80, 112), (92, 98)], 10), ("#ff9a94", "#ff8a8a"), 3)
    return picture.image()

"""Creatures of tales."""

from PIL import Image

from training.drawings.pen import (
    EYE,
    SHINE,
    STEEL,
    WHITE,
    Picture,
    arc,
    blob,
    both,
    eye,
    join,
    limb,
    mirrored,
    oval,
    polygon,
)


def yeti() -> Image.Image:
    """A big white furry one, blue face, hands and feet, two small horns."""
    picture = Picture()
    fur, blue = ("#ffffff", "#c4d4f0"), ("#8fc4f4", "#5088d0")
    picture.add(both(oval(84, 228, 40, 17)), blue, 8)
    picture.add(both(limb((90, 38, 14), (76, 22, 9), (74, 16, 5))), STEEL, 5)
    edge = [*arc(128, 156, 80, 0, 359, 66)[::3], *arc(128, 88, 66, 180, 360, 62)[::4]]
    tufts = [oval(x, y, 13) for x, y in edge]
    picture.add(join(oval(128, 154, 82, 68), oval(128, 90, 68, 66), *tufts), fur, 14)
    picture.add(both(oval(32, 196, 22, 24)), blue, 8)
    tufts = [oval(x, y, 9) for x, y in ((49, 190), (34, 196), (19, 190))]
    picture.add(both(join(limb((62, 124, 26), (40, 150, 25), (33, 172, 24)), *tufts)), fur, 10, shadow=4)
    picture.add(join(both(oval(108, 82, 32)), oval(128, 104, 46, 32)), blue, 8)
    for x, y in ((104, 50), (128, 56), (152, 50)):
        picture.add(limb((x, y - 16, 18), (x, y, 11), (x, y + 6, 7)), fur, 6)
    for x in (106, 150):
        picture.add(oval(x, 86, 14), WHITE, 0)
        eye(picture, x, 87, 10, 11.5)
    picture.add(oval(128, 102, 11, 8), ("#3f5f9c", "#2c4478"), 4)
    picture.add(polygon(arc(128, 114, 26, 0, 180, 15), 2), ("#3a3060", "#7a3058"), 0)
    picture.add(both(polygon([(110, 113), (118, 113), (114, 122)], 2)), SHINE, 0)
    return picture.image()


def pegasus() -> Image.Image:
    """A white winged horse that rears up to the left, its mane light blue."""
    picture = Picture()
    coat, mane, hoof = ("#ffffff", "#d4cdf0"), ("#8fc8ff", "#5a86e8"), ("#b49ae0", "#7a5cb8")
    picture.add(limb((196, 160, 12), (226, 176, 16), (236, 208, 12), (228, 232, 6)), mane, 6)
    front, back = ((94, 150, 18), (58, 162, 12)), ((182, 170, 24), (200, 200, 12))
    for leg, x, y, size in ((front, 44, 186, 9), (back, 192, 232, 10)):
        picture.add(limb(*leg, (x, y, size)), ("#dcd6f2", "#b4a8dc"), 6)
        picture.add(oval(x, y, 11), hoof, 4)
    neck = limb((112, 148, 36), (98, 104, 26), (96, 72, 25))
    head = join(limb((92, 60, 30), (58, 82, 19), (40, 92, 17)), polygon([(92, 38), (104, 10), (114, 44)], 4))
    picture.add(join(neck, head, limb((112, 150, 38), (150, 152, 36), (186, 162, 36))), coat, 14)
    for x, y, size in ((108, 30, 14), (124, 52, 17), (132, 78, 18), (134, 104, 17), (90, 34, 12)):
        picture.add(oval(x, y, size), mane, 6, shadow=1)
    front, back = ((104, 166, 20), (86, 196, 12)), ((174, 180, 24), (170, 204, 13))
    for leg, x, y in ((front, 92, 230), (back, 158, 232)):
        picture.add(limb(*leg, (x, y, 10)), coat, 6, shadow=3)
        picture.add(oval(x, y, 12), hoof, 4)
    for x, y in ((196, 132), (222, 112), (240, 82), (240, 44)):
        feather = limb((140, 140, 16), ((140 + x) / 2, y * 0.5 + 58, 20), (x - 8, y, 13))
        picture.add(feather, ("#ffffff", "#bcd4fa"), 7, shadow=3)
    eye(picture, 78, 62, 10)
    picture.add(oval(36, 88, 4), hoof, 0)
    return picture.image()


def werewolf() -> Image.Image:
    """The angry head of a grey wolf man: pointed ears, yellow eyes, fangs, a blue shirt."""
    picture = Picture()
    fur, dark, pale = ("#8a8298", "#4e465e"), ("#5a5268", "#342c42"), ("#cfc8d8", "#9c94aa")
    shirt = blob([(28, 236), (40, 186), (90, 168), (166, 168), (216, 186), (228, 236)])
    chest = [(84, 166), (172, 166), (150, 214), (138, 200), (128, 236), (116, 204), (104, 216)]
    picture.add(shirt, ("#4f86d8", "#2c4f9c"), 10)
    picture.add(polygon(chest, 2), fur, 6)
    for side in (-1, 1):
        ear, pink = ((30, 62), (80, 20), (92, 92)), ((52, 60), (76, 34), (80, 76))
        picture.add(polygon([(128 + side * x, y) for x, y in ear], 7), dark, 8)
        picture.add(polygon([(128 + side * x, y) for x, y in pink], 3), ("#f08a9c", "#c05a78"), 4)
    tufts = [(128, 26), (172, 44), (204, 84), (232, 118), (206, 122), (226, 156)]
    tufts += [(192, 154), (196, 184), (162, 176), (128, 196)]
    picture.add(polygon(tufts + mirrored(tufts[1:-1]), 5), fur, 18, shadow=4)
    for side in (-1, 1):
        patch, brow = ((12, 70), (70, 66), (72, 104), (40, 116), (14, 100)), ((10, 88), (68, 62), (66, 78))
        picture.add(blob([(128 + side * x, y) for x, y in patch]), dark, 5)
        picture.add(oval(128 + side * 40, 92, 19, 17), ("#fff27a", "#ffc22e"), 4)
        picture.add(oval(128 + side * 36, 93, 8, 10), EYE, 0)
        picture.add(polygon([(128 + side * x, y) for x, y in brow], 5), ("#3a3248", "#241c30"), 3)
    muzzle = blob([(128, 96), (164, 120), (172, 152), (150, 176), (106, 176), (84, 152), (92, 120)])
    mouth = blob([(92, 142), (128, 148), (164, 142), (156, 172), (128, 180), (100, 172)])
    nose = blob([(104, 112), (128, 104), (152, 112), (140, 130), (128, 134), (116, 130)])
    picture.add(muzzle, pale, 12, shadow=4)
    picture.add(mouth, ("#6a1a2e", "#43101e"), 3)
    for x, wide, low in ((102, 8, 168), (116, 5, 157), (128, 5, 157), (140, 5, 157), (154, 8, 168)):
        picture.add(polygon([(x - wide, 148), (x + wide, 148), (x, low)], 2), SHINE, 2)
    picture.add(nose, EYE, 6, shadow=2)
    return picture.image()

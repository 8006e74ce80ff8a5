"""People of history and tales, and a gingerbread man."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    BROWN,
    EYE,
    GREEN,
    INK,
    RED,
    SLATE,
    STEEL,
    WHITE,
    Picture,
    arc,
    blob,
    both,
    box,
    cut,
    eye,
    inside,
    join,
    limb,
    oval,
    polygon,
    smooth,
    stroke,
    turned,
)

TRIM = ("#ffdc62", "#e8981f")
NOSE = ("#ffbd96", "#ea9268")
SKIN = ("#ffd6b0", "#f2ac80")
SNOW = ("#ffffff", "#d8d0ea")


def knight() -> Image.Image:
    """In steel armour, a red plume on the helmet, a sword and a shield."""
    picture = Picture()
    steel = ("#e6e4ee", "#9a96ac")
    blade = polygon([(214, 52), (224, 32), (234, 52), (234, 166), (214, 166)], 2)
    picture.add(blade, ("#f6f6fc", "#b4b0c6"), 5)
    picture.add(limb((120, 46, 14), (140, 22, 15), (176, 24, 17), (198, 52, 13), (196, 80, 7)), RED, 9)
    for x in (102, 154):
        picture.add(box(x - 19, 190, x + 19, 236, 8), steel, 8)
        picture.add(box(x - 24, 224, x + 24, 244, 10), STEEL, 6, shadow=2)
    picture.add(join(box(84, 140, 172, 214, 18), stroke([(94, 158), (60, 184)], 34)), steel, 10)
    picture.add(stroke([(164, 158), (216, 180)], 34), steel, 9, shadow=3)
    picture.add(box(92, 140, 164, 214, 10), BLUE, 8, shadow=3)
    picture.add(box(84, 190, 172, 204, 5), BROWN, 4, shadow=2)
    picture.add(box(118, 186, 140, 208, 4), TRIM, 4)
    picture.add(box(202, 160, 246, 172, 6), TRIM, 4, shadow=2)
    picture.add(box(217, 168, 231, 208, 5), BROWN, 4)
    picture.add(oval(224, 186, 17), STEEL, 7, shadow=3)
    picture.add(join(oval(128, 90, 66, 58), box(66, 88, 190, 150, 26)), ("#f2f0f8", "#a29eb4"), 16, shadow=5)
    picture.add(box(74, 76, 182, 100, 10), ("#2a2436", "#15101e"), 0)
    picture.add(box(119, 34, 137, 148, 7), TRIM, 5, shadow=2)
    for x in (84, 99, 150, 165):
        picture.add(box(x, 112, x + 8, 138, 4), ("#4a4660", "#322e44"), 0)
    shield = [(18, 148), (56, 138), (94, 148), (94, 190), (80, 218), (56, 236), (32, 218), (18, 190)]
    picture.add(polygon(shield, 4), TRIM, 6, shadow=4)
    inner = polygon([(56 + (x - 56) * 0.84, 186 + (y - 186) * 0.86) for x, y in shield], 2)
    picture.add(inner, RED, 6)
    picture.add(inside(join(box(48, 130, 64, 240), box(10, 170, 100, 186)), inner), WHITE, 0)
    return picture.image()


def pirate() -> Image.Image:
    """A black hat with a skull, an eye patch, a black beard, a red coat."""
    picture = Picture()
    coat = join(limb((40, 224, 22), (128, 206, 30), (216, 224, 22)), box(14, 220, 242, 246, 12))
    picture.add(coat, RED, 12)
    for y in (190, 210, 230):
        picture.add(inside(box(96, y, 160, y + 20), coat), (BLUE, WHITE)[y == 210], 0)
    lapel = polygon([(66, 176), (104, 196), (108, 244), (74, 244), (48, 200)], 3)
    picture.add(both(inside(lapel, coat)), TRIM, 4, shadow=2)
    picture.add(both(oval(64, 128, 13, 17)), SKIN, 5)
    picture.add(cut(oval(194, 156, 12), oval(194, 156, 6)), TRIM, 2)
    picture.add(oval(128, 122, 64, 68), SKIN, 14)
    beard = [(62, 118), (78, 140), (108, 142), (128, 136), (148, 142), (178, 140), (194, 118)]
    beard += [(190, 172), (162, 208), (128, 220), (94, 208), (66, 172)]
    picture.add(blob(beard, 2), ("#5c4038", "#33211f"), 10, shadow=3)
    picture.add(stroke(arc(128, 158, 22, 15, 165, 14), 8), ("#ff9a8a", "#e8655c"), 0)
    picture.add(oval(128, 134, 15, 12), NOSE, 6, shadow=3)
    picture.add(stroke([(66, 84), (190, 130)], 7), BLACK, 0)
    picture.add(oval(102, 110, 23, 21), INK, 5)
    eye(picture, 156, 108, 11, 12.65)
    hat = [(14, 92), (30, 56), (72, 44), (96, 18), (128, 10), (160, 18), (184, 44)]
    hat += [(226, 56), (242, 92), (188, 86), (128, 80), (68, 86)]
    picture.add(blob(hat), TRIM, 6, shadow=6)
    picture.add(blob([(11 + 0.92 * x, 10 + 0.8 * y) for x, y in hat], 2), INK, 10)
    bone = join(stroke([(98, 38), (158, 70)], 8), oval(98, 38, 7), oval(158, 70, 7))
    picture.add(both(bone), SNOW, 2)
    picture.add(join(oval(128, 44, 23, 20), box(115, 52, 141, 74, 7)), SNOW, 4, shadow=2)
    picture.add(both(oval(119, 47, 6.5, 7.5)), EYE, 0)
    return picture.image()


def mummy() -> Image.Image:
    """Wrapped in bandages, two eyes in a dark gap, arms held out, a loose end."""
    picture = Picture()
    cloth, fold = ("#fff6dc", "#d9c49a"), ("#b89a68", "#9c7f52")
    end = smooth([(196, 130), (204, 164), (196, 186), (206, 210)])
    picture.add(stroke(end, 15), ("#e8d8b0", "#c2aa7c"), 4)
    legs = both(limb((100, 184, 28), (100, 222, 24), (92, 226, 20)))
    body = join(legs, limb((128, 138, 50), (128, 182, 52)))
    picture.add(body, cloth, 12)
    for i, y in enumerate((140, 162, 184, 206, 228)):
        slant = (14, -12)[i % 2]
        picture.add(inside(stroke([(60, y - slant), (196, y + slant)], 6), body), fold, 0)
    picture.add(both(limb((84, 132, 21), (52, 124, 21), (34, 106, 21))), cloth, 9, shadow=3)
    for x in (44, 66):
        picture.add(both(stroke([(x + 8, 108), (x - 8, 138)], 6)), fold, 0)
    head = oval(128, 76, 64, 62)
    picture.add(head, cloth, 14, shadow=5)
    for left, right in ((44, 22), (36, 58), (122, 104), (110, 140)):
        picture.add(inside(stroke([(58, left), (198, right)], 6), head), fold, 0)
    gap = blob([(60, 66), (128, 58), (196, 70), (192, 98), (128, 100), (64, 94)])
    picture.add(inside(gap, head), ("#4a3a44", "#2a2028"), 0)
    for x in (102, 154):
        picture.add(oval(x, 80, 17), ("#fffbd0", "#ffe066"), 3)
        eye(picture, x, 81, 9, 10.35)
    return picture.image()


def gnome() -> Image.Image:
    """A garden gnome: a red pointed hat, a white beard, a blue coat, brown boots."""
    picture = Picture()
    picture.add(both(join(box(76, 206, 122, 244, 12), oval(86, 230, 24, 14))), BROWN, 7)
    picture.add(both(limb((84, 160, 20), (56, 190, 19))), BLUE, 7)
    picture.add(both(oval(50, 204, 18)), SKIN, 6, shadow=2)
    picture.add(box(68, 130, 188, 226, 40), BLUE, 10)
    picture.add(box(67, 198, 189, 214, 6), BROWN, 4, shadow=2)
    picture.add(both(oval(70, 116, 13, 15)), SKIN, 5)
    picture.add(oval(128, 112, 58, 46), SKIN, 12)
    beard = [(66, 106), (92, 124), (128, 120), (164, 124), (190, 106), (194, 146)]
    beard += [(168, 184), (128, 214), (88, 184), (62, 146)]
    picture.add(blob(beard), SNOW, 12, shadow=4)
    picture.add(oval(128, 146, 13, 9), ("#e0605c", "#b83a48"), 0)
    picture.add(both(limb((120, 130, 12), (98, 134, 10), (80, 126, 5))), SNOW, 6, shadow=3)
    picture.add(both(oval(90, 116, 9, 7)), ("#ff9a8a", "#ff8a80"), 0)
    for x in (102, 154):
        eye(picture, x, 101, 8, 9.2)
    picture.add(oval(128, 116, 17, 15), ("#ffb08c", "#ee8868"), 7, shadow=3)
    hat = [(60, 92), (94, 48), (112, 18), (132, 8), (148, 20), (166, 50)]
    hat += [(196, 92), (160, 82), (128, 79), (96, 82)]
    picture.add(blob(hat, 4), RED, 14, shadow=5)
    return picture.image()


def viking() -> Image.Image:
    """A steel helmet with two horns, a big orange beard in two braids."""
    picture = Picture()
    orange = ("#ff9a45", "#d95a22")
    fur = join(limb((38, 222, 25), (128, 200, 40), (218, 222, 25)), box(13, 220, 243, 246, 12))
    picture.add(fur, ("#a8805f", "#63432f"), 10)
    horn = [(78, 62), (42, 62), (34, 40), (36, 12), (16, 34), (16, 72), (36, 96), (72, 96)]
    picture.add(both(blob(horn)), ("#fffaf0", "#d9bd92"), 9)
    picture.add(both(turned(box(62, 56, 86, 102, 8), -6, 74, 80)), TRIM, 5, shadow=2)
    picture.add(oval(128, 118, 64, 62), SKIN, 12)
    beard = [(62, 104), (82, 140), (112, 142), (128, 136), (144, 142), (174, 140), (194, 104)]
    beard += [(196, 160), (172, 204), (128, 222), (84, 204), (60, 160)]
    picture.add(blob(beard, 2), orange, 12, shadow=4)
    for y, size in ((192, 17), (210, 15), (234, 8)):
        picture.add(both(oval(104, y, size)), orange, 7, shadow=2)
    picture.add(both(box(91, 217, 117, 229, 5)), TRIM, 4)
    picture.add(oval(128, 166, 20, 11), ("#8a2430", "#c84a50"), 0)
    picture.add(both(limb((120, 148, 14), (92, 154, 12), (72, 166, 6))), orange, 7, shadow=3)
    picture.add(both(stroke([(114, 101), (86, 97)], 9)), ("#d9672a", "#c4501c"), 2)
    for x in (100, 156):
        eye(picture, x, 116, 10, 11.5)
    picture.add(oval(128, 134, 16, 13), NOSE, 6, shadow=3)
    picture.add(cut(oval(128, 92, 74, 78), box(0, 88, 256, 256)), ("#e8e8f2", "#8f8ca6"), 14, shadow=3)
    picture.add(box(118, 14, 138, 92, 6), TRIM, 5, shadow=3)
    picture.add(box(48, 74, 208, 96, 10), TRIM, 6, shadow=4)
    for x in range(64, 200, 32):
        picture.add(oval(x, 85, 6), ("#fff2b0", "#ffd75a"), 2)
    return picture.image()


def samurai() -> Image.Image:
    """A dark helmet with golden horns, a moustache, red armour in bands."""
    picture = Picture()
    picture.add(box(76, 170, 180, 244, 18), SLATE, 10)
    for y in (190, 208, 226):
        picture.add(box(80, y, 176, y + 14, 6), RED, 4, shadow=1)
    for i in range(4):
        plate = box(24 - 4 * i, 172 + 18 * i, 94 - 4 * i, 192 + 18 * i, 8)
        picture.add(both(plate), (RED, TRIM)[i == 0], 5, shadow=2)
    for i in range(3):
        flap = [(82, 84), (44 - 7 * i, 92 + 22 * i), (46 - 7 * i, 110 + 22 * i), (82, 110 + 20 * i)]
        picture.add(both(polygon(flap, 4)), (SLATE, RED)[i % 2], 5)
    picture.add(oval(128, 124, 56, 58), SKIN, 12, shadow=4)
    for x in (104, 152):
        eye(picture, x, 128, 9, 10.35)
    picture.add(both(stroke([(116, 114), (88, 104)], 9)), INK, 0)
    picture.add(both(limb((123, 153, 6), (106, 157, 5), (100, 166, 3))), INK, 0)
    picture.add(oval(128, 141, 10, 8), NOSE, 5)
    picture.add(blob([(116, 170), (140, 170), (128, 184)], 1), INK, 0)
    picture.add(cut(oval(128, 96, 76, 66), box(0, 98, 256, 256)), ("#6a6488", "#332d4a"), 12, shadow=4)
    picture.add(both(limb((56, 102, 9), (90, 90, 10), (128, 86, 11))), RED, 6, shadow=4)
    horn = [(128, 76), (94, 56), (70, 14), (60, 16), (68, 58), (94, 84), (128, 94)]
    picture.add(both(blob(horn)), TRIM, 6, shadow=3)
    picture.add(oval(128, 82, 17), TRIM, 6, shadow=3)
    picture.add(oval(128, 82, 9), RED, 4)
    return picture.image()


def gingerbread_man() -> Image.Image:
    """A brown biscuit with white icing, a smile and coloured buttons."""
    picture = Picture()
    limbs = join(limb((128, 138, 30), (40, 138, 27)), limb((110, 180, 30), (82, 216, 28)))
    dough = join(both(limbs), limb((128, 140, 40), (128, 180, 42)), oval(128, 72, 60))
    picture.add(dough, ("#d8894a", "#a8582a"), 12)
    for x, y, turn in ((40, 138, 0), (82, 212, -45)):
        upper, lower = [(x + 4, y - 32), (x - 6, y - 18), (x + 6, y - 6)], [(x - 6, y + 6), (x + 6, y + 18)]
        zigzag = [*upper, *lower, (x - 4, y + 32)]
        cuff = turned(stroke(smooth(zigzag), 8), turn, x, y)
        picture.add(both(inside(cuff, dough)), SNOW, 2)
    for x in (104, 152):
        eye(picture, x, 64, 10, 11.5)
    picture.add(both(oval(90, 84, 10, 8)), ("#ff8f9a", "#f4707e"), 0)
    picture.add(stroke(arc(128, 80, 26, 20, 160, 20), 8), SNOW, 2)
    for y, colours in ((136, RED), (164, GREEN), (192, BLUE)):
        picture.add(oval(128, y, 11), colours, 5, shadow=2)
    return picture.image()

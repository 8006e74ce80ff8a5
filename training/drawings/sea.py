"""Fish of the sea and of the river, most with teeth."""

from PIL import Image

from training.drawings.pen import (
    EYE,
    SHINE,
    WHITE,
    Picture,
    blob,
    both,
    eye,
    inside,
    join,
    limb,
    oval,
    polygon,
    smooth,
    stroke,
)


def clownfish() -> Image.Image:
    """Orange with three white bands edged in black, rounded fins with black rims, to the left."""
    picture = Picture()
    orange, black = ("#ff9a30", "#f2541c"), ("#3a3040", "#1c1622")
    for outer, inner in (
        ((218, 128, 34, 42), (212, 128, 32, 36)),
        ((104, 66, 44, 30), (104, 72, 42, 28)),
        ((158, 70, 32, 26), (158, 77, 30, 25)),
        ((130, 196, 30, 28), (130, 190, 28, 26)),
    ):
        picture.add(oval(*outer), black, 4)
        picture.add(oval(*inner), orange, 6)
    body = join(oval(108, 130, 98, 66), limb((140, 130, 56), (196, 128, 22)))
    picture.add(body, orange, 16)
    for x, wide, bend in ((76, 30, -16), (136, 34, 14), (194, 18, 4)):
        band = smooth([(x, 50), (x + bend, 130), (x, 210)])
        picture.add(inside(stroke(band, wide + 14), body), black, 0)
        picture.add(inside(stroke(band, wide), body), WHITE, 6)
    picture.add(oval(122, 152, 27, 21), black, 4, shadow=4)
    picture.add(oval(118, 150, 25, 18), orange, 5)
    picture.add(oval(38, 112, 16), ("#fff0d8", "#ffd8a0"), 3)
    eye(picture, 38, 112, 12)
    picture.add(stroke(smooth([(14, 146), (28, 152), (42, 146)]), 6), ("#9c2c14", "#9c2c14"), 0)
    return picture.image()


def hammerhead_shark() -> Image.Image:
    """Grey-blue, a broad head like a hammer with an eye at either end, seen from above."""
    picture = Picture(30)
    skin, fin, dark = ("#9cbcdc", "#5478a8"), ("#6c90bc", "#3c5c8c"), ("#34527e", "#34527e")
    picture.add(both(blob([(108, 108), (72, 128), (38, 172), (72, 168), (116, 148)])), fin, 7)
    picture.add(both(blob([(120, 172), (100, 184), (88, 204), (120, 194)])), fin, 4)
    tail = [(128, 206), (150, 214), (176, 236), (148, 232), (128, 222), (104, 234), (80, 236), (106, 214)]
    picture.add(blob(tail), fin, 5)
    body = limb((128, 58, 28), (128, 104, 36), (128, 150, 28), (128, 196, 14), (128, 218, 9))
    hammer = limb((42, 70, 18), (82, 50, 19), (128, 42, 23), (174, 50, 19), (214, 70, 18))
    picture.add(join(body, hammer), skin, 13)
    picture.add(blob([(128, 96), (140, 128), (136, 158), (120, 158), (116, 128)]), fin, 7, shadow=5)
    for x in (40, 216):
        picture.add(oval(x, 72, 16), WHITE, 3)
        eye(picture, x, 72, 11)
    for y in (82, 94):
        picture.add(both(stroke([(98, y), (108, y + 4)], 6)), dark, 0)
    return picture.image()


def piranha() -> Image.Image:
    """Steel-blue and round with a red belly, an angry eye, a jutting jaw full of sharp teeth, to the left."""
    picture = Picture()
    skin, fin = ("#7f9cbc", "#3f5878"), ("#56708e", "#2c4058")
    red = ("#ff6a3e", "#d8262e")
    tail = [(186, 130), (214, 96), (244, 60), (240, 104), (228, 130), (242, 162), (244, 202), (212, 166)]
    picture.add(blob(tail), fin, 8)
    picture.add(blob([(94, 60), (124, 14), (164, 28), (174, 56), (190, 96)]), fin, 8)
    picture.add(blob([(124, 204), (146, 244), (172, 232), (196, 176)]), ("#d83a34", "#a01c30"), 7)
    body = join(oval(112, 136, 88, 92), limb((150, 134, 58), (202, 130, 18)))
    picture.add(body, skin, 18)
    belly = blob([(6, 150), (60, 150), (110, 146), (160, 150), (214, 132), (190, 230), (80, 240), (0, 220)])
    picture.add(inside(belly, body), red, 12)
    mouth = blob([(12, 116), (40, 124), (86, 142), (92, 156), (70, 174), (36, 180), (10, 172), (6, 140)])
    picture.add(mouth, ("#5a1428", "#380c1c"), 3)
    jaw = limb((98, 164, 14), (70, 184, 17), (38, 190, 17), (12, 176, 11))
    for x, y in ((12, 168), (30, 174), (50, 174), (70, 166)):
        picture.add(polygon([(x - 7, y + 8), (x + 1, y - 26), (x + 10, y + 8)], 2), SHINE, 3)
    picture.add(jaw, red, 8, shadow=2)
    for x, y in ((24, 118), (42, 124), (60, 130), (78, 138)):
        picture.add(polygon([(x - 8, y - 6), (x + 9, y), (x - 1, y + 26)], 2), SHINE, 3)
    picture.add(limb((14, 108, 10), (44, 112, 14), (86, 130, 12)), skin, 7)
    picture.add(oval(72, 88, 21), ("#fff27a", "#ffb82e"), 4)
    eye(picture, 70, 90, 12)
    picture.add(polygon([(46, 88), (50, 74), (98, 58), (104, 72)], 4), fin, 5, shadow=2)
    picture.add(blob([(118, 128), (156, 118), (170, 140), (152, 158), (122, 150)]), fin, 6, shadow=4)
    return picture.image()


def anglerfish() -> Image.Image:
    """Dark violet and round, a glowing lamp on a rod over its huge mouth of long teeth, to the left."""
    picture = Picture()
    skin, fin = ("#6a5aa0", "#2e2458"), ("#8a6cc0", "#4a3486")
    picture.add(blob([(196, 140), (228, 100), (248, 98), (244, 140), (248, 184), (226, 184)]), fin, 7)
    picture.add(blob([(136, 76), (168, 50), (196, 62), (200, 100)]), fin, 6)
    picture.add(blob([(140, 206), (164, 240), (194, 228), (196, 180)]), fin, 6)
    body = join(oval(126, 148, 86, 84), limb((160, 146, 54), (210, 142, 20)))
    picture.add(body, skin, 18)
    mouth = blob([(34, 126), (84, 140), (126, 156), (130, 186), (104, 216), (58, 220), (30, 186)])
    picture.add(mouth, ("#7a1a40", "#40102c"), 4)
    for x, y, long in ((50, 128, 42), (72, 134, 34), (94, 142, 42), (114, 150, 28)):
        picture.add(polygon([(x - 8, y - 6), (x + 8, y - 2), (x - 2, y + long)], 2), SHINE, 3)
    for x, y, long in ((40, 208, 36), (62, 222, 44), (86, 222, 36), (110, 206, 40)):
        picture.add(polygon([(x - 8, y + 6), (x + 8, y + 6), (x, y - long)], 2), SHINE, 3)
    picture.add(limb((130, 186, 12), (104, 218, 15), (62, 228, 17), (26, 202, 12)), skin, 7, shadow=3)
    picture.add(limb((34, 122, 9), (84, 130, 13), (130, 150, 10)), skin, 6)
    rod = smooth([(120, 76), (114, 34), (76, 14), (40, 24), (34, 48)])
    picture.add(stroke(rod, 10), fin, 3)
    for size, tone in ((32, ("#fff3a8", "#ffe27a")), (21, ("#ffffff", "#fff6a0"))):
        picture.add(oval(34, 62, size), tone, 5)
    picture.add(oval(104, 108, 22), ("#e8fff4", "#9ce8d4"), 4)
    picture.add(oval(100, 110, 11), EYE, 0)
    picture.add(oval(96, 105, 4), SHINE, 0)
    picture.add(blob([(146, 158), (186, 148), (192, 180), (166, 194), (144, 182)]), fin, 6, shadow=4)
    for x, y in ((160, 92), (184, 122), (150, 120)):
        picture.add(oval(x, y, 7), fin, 2)
    return picture.image()

"""Wild animals."""

from PIL import Image

from training.drawings.pen import (
    BROWN,
    EYE,
    INK,
    SHINE,
    WHITE,
    YELLOW,
    Picture,
    arc,
    blob,
    box,
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


def armadillo() -> Image.Image:
    """A banded domed shell, a pointed snout to the left, long ears, a tail."""
    picture = Picture()
    skin, plate = ("#f2bfae", "#cf8d80"), ("#c8b8a8", "#87725f")
    picture.add(limb((206, 186, 24), (232, 206, 12), (246, 222, 5)), plate, 6)
    for x in (98, 128, 178, 208):
        picture.add(limb((x, 184, 21), (x - 2, 212, 14), (x - 6, 216, 13)), skin, 6)
    shell = join(polygon(arc(152, 184, 88, 180, 360, 124), 3), box(64, 176, 242, 198, 10))
    picture.add(shell, plate, 20)
    for x in range(112, 208, 24):
        band = stroke(smooth([(x + 0.3 * (152 - x), 50), (x - 4, 120), (x - 2, 208)]), 7)
        picture.add(inside(band, shell), ("#7c6656", "#5f4c40"), 0)
    picture.add(inside(stroke([(60, 190), (246, 190)], 14), shell), ("#dccdbc", "#a8937e"), 4)
    picture.add(turned(oval(84, 108, 13, 30), -8, 84, 130), skin, 6)
    head = limb((84, 158, 36), (56, 178, 24), (24, 198, 12), (18, 202, 10))
    picture.add(head, skin, 10, shadow=5)
    cap = blob([(52, 140), (80, 118), (114, 130), (112, 168), (84, 158), (58, 164)])
    picture.add(inside(cap, head), plate, 6)
    picture.add(turned(oval(100, 108, 14, 32), 10, 100, 130), skin, 6, shadow=3)
    picture.add(turned(oval(100, 110, 7, 22), 10, 100, 130), ("#d98d90", "#b8686c"), 0)
    eye(picture, 66, 172, 10)
    picture.add(oval(15, 200, 10, 8), INK, 3)
    return picture.image()


def chameleon() -> Image.Image:
    """Green with yellow bands, a crest, a cone-shaped eye, a curled tail, on a branch."""
    picture = Picture()
    skin, dark = ("#8fe04a", "#2f9e4a"), ("#5cb83e", "#1f7e3e")
    picture.add(stroke([(20, 208), (90, 200), (234, 210)], 18), BROWN, 6)
    spiral = [arc(208, 152, 34 - 0.047 * a, a - 60, a - 60)[0] for a in range(0, 560, 12)]
    picture.add(stroke(spiral, 15), skin, 5)
    picture.add(limb((160, 112, 34), (200, 100, 20), (226, 122, 9)), skin, 7)
    for x, low in ((84, 76), (134, 136)):
        picture.add(limb((x, 140, 20), (x + 8, 172, 12), (low, 194, 10), (low - 12, 200, 9)), dark, 6)
    body = join(
        limb((90, 112, 34), (124, 104, 50), (164, 106, 36)),
        limb((66, 98, 40), (42, 112, 24), (32, 116, 17)),
        blob([(50, 76), (86, 34), (112, 40), (116, 90)]),
    )
    picture.add(body, skin, 16)
    for x in (120, 146, 172):
        picture.add(inside(stroke(arc(x - 50, 106, 52, -60, 60, 80), 10), body), YELLOW, 0)
    picture.add(inside(stroke(smooth([(18, 124), (42, 130), (66, 126)]), 6), body), ("#1f6e34", "#1f6e34"), 0)
    for x, low in ((100, 102), (152, 158)):
        leg = limb((x, 142, 20), (x + 12, 168, 12), (low, 196, 10), (low - 14, 204, 9))
        picture.add(leg, skin, 6, shadow=4)
    picture.add(oval(64, 88, 27), ("#c8f06a", "#5cb83e"), 8, shadow=3)
    picture.add(oval(60, 88, 16), YELLOW, 4)
    eye(picture, 58, 88, 11)
    return picture.image()


def meerkat() -> Image.Image:
    """Stands upright on its hind legs: slim, sandy, dark rings about the eyes."""
    picture = Picture()
    fur, pale, dark = ("#e8b878", "#b98248"), ("#fff0d4", "#ecd0a0"), ("#6a4630", "#44291c")
    picture.add(limb((136, 204, 14), (180, 214, 11), (208, 196, 9), (216, 160, 8)), fur, 6)
    picture.add(oval(216, 154, 10, 16), dark, 4)
    body = limb((114, 100, 30), (114, 140, 40), (114, 190, 50), (114, 190, 50))
    picture.add(body, fur, 16)
    picture.add(inside(limb((114, 120, 18), (114, 160, 27), (114, 206, 32)), body), pale, 8)
    for side in (-1, 1):
        picture.add(limb((114 + side * 38, 204, 24), (114 + side * 36, 226, 17)), fur, 7, shadow=3)
        picture.add(oval(114 + side * 40, 233, 27, 11), ("#d69c5c", "#a06a38"), 5, shadow=2)
        arm = limb((114 + side * 32, 120, 15), (114 + side * 36, 150, 12), (114 + side * 14, 170, 10))
        picture.add(arm, fur, 6, shadow=4)
        picture.add(oval(114 + side * 13, 172, 12), dark, 5)
        picture.add(oval(114 + side * 52, 64, 17, 20), dark, 5)
    head = join(oval(114, 66, 54, 52), oval(114, 90, 40, 32))
    picture.add(head, fur, 16, shadow=4)
    picture.add(oval(114, 94, 29, 25), pale, 7)
    for x in (90, 138):
        picture.add(turned(oval(x, 66, 20, 22), 20 if x < 114 else -20, x, 66), dark, 4)
        eye(picture, x, 66, 12)
        picture.add(oval(x - 4, 61, 5), SHINE, 0)
    picture.add(oval(114, 84, 13, 10), EYE, 4)
    picture.add(stroke(arc(114, 98, 10, 20, 160, 8), 5), dark, 0)
    return picture.image()


def platypus() -> Image.Image:
    """Brown and flat, a wide grey duck's bill to the left, a beaver's tail, webbed feet."""
    picture = Picture()
    fur, bill, web = ("#a8704c", "#6a3f2e"), ("#98a4be", "#4c566e"), ("#ffb04a", "#e8802e")
    tail = blob([(164, 140), (196, 100), (230, 92), (244, 122), (232, 162), (196, 182), (170, 176)])
    picture.add(tail, ("#7a4a34", "#4a2a20"), 10)
    for d in (-40, -16, 8, 32):
        for line in ([(180, 100 + d), (250, 170 + d)], [(180, 186 + d), (250, 116 + d)]):
            picture.add(inside(stroke(line, 5), tail), ("#a8704c", "#8a5638"), 0)
    body = limb((92, 118, 46), (134, 142, 52), (170, 158, 38))
    picture.add(body, fur, 18)
    picture.add(inside(limb((70, 172, 22), (130, 192, 24), (180, 192, 18)), body), ("#f0cfa4", "#d2a678"), 7)
    for x in (104, 168):
        picture.add(limb((x, 176, 20), (x - 4, 194, 14)), fur, 6, shadow=3)
        toes = ((8, 196), (-34, 204), (-40, 214), (-22, 214), (-16, 220), (-6, 215), (6, 218), (14, 206))
        picture.add(polygon([(x + dx, y) for dx, y in toes], 4), web, 5, shadow=2)
    lower = [(80, 134), (46, 138), (18, 140), (22, 158), (56, 164), (86, 154)]
    picture.add(blob(lower), ("#6a748c", "#3f485e"), 6)
    upper = [(88, 112), (60, 108), (34, 110), (12, 118), (12, 138), (34, 146), (66, 146), (90, 146)]
    picture.add(blob(upper), bill, 10, shadow=5)
    picture.add(oval(34, 122, 6), ("#3a4258", "#3a4258"), 0)
    eye(picture, 84, 94, 12)
    return picture.image()


def anteater() -> Image.Image:
    """Grey-brown, a very long snout down to the left, a black band, a bushy tail."""
    picture = Picture()
    fur, dark = ("#b09a90", "#6e5a58"), ("#4a3e46", "#2a2029")
    tail = blob([(176, 128), (206, 92), (238, 96), (246, 140), (240, 196), (214, 212), (196, 176)])
    picture.add(tail, ("#7d6a66", "#453840"), 12)
    for x, y in ((226, 186), (212, 180), (234, 164)):
        picture.add(inside(stroke([(206, 130), (x, y)], 6), tail), ("#a48f88", "#8a7672"), 0)
    for x in (108, 176):
        picture.add(limb((x, 146, 24), (x, 188, 15), (x - 4, 200, 14)), dark, 6)
    body = join(
        limb((94, 112, 40), (134, 116, 48), (176, 132, 40)),
        limb((88, 108, 36), (62, 122, 24), (38, 152, 13), (20, 184, 9)),
    )
    picture.add(body, fur, 16)
    picture.add(inside(limb((74, 150, 20), (112, 122, 18), (156, 94, 8)), body), WHITE, 0)
    picture.add(inside(limb((72, 154, 17), (110, 128, 14), (152, 98, 4)), body), dark, 0)
    for x in (86, 152):
        picture.add(limb((x, 148, 25), (x, 190, 17), (x - 2, 204, 16)), fur, 7, shadow=4)
        picture.add(oval(x - 5, 210, 21, 11), dark, 4)
    picture.add(oval(86, 82, 12, 14), dark, 4)
    picture.add(oval(19, 186, 9), EYE, 0)
    eye(picture, 62, 114, 9)
    return picture.image()

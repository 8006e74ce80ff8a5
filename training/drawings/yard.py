"""What stands in gardens, on playgrounds and beaches."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    BROWN,
    GREEN,
    GREY,
    ORANGE,
    RED,
    SLATE,
    STEEL,
    STRAW,
    TAN,
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


def swing() -> Image.Image:
    """A red frame on four legs, a seat on two ropes."""
    picture = Picture()
    for x, out in ((40, -16), (216, 16)):
        picture.add(stroke([(x, 42), (x - out * 1.6, 214)], 13), ("#c42a48", "#96183a"), 5)
    for x, low in ((92, 96), (164, 160)):
        picture.add(stroke([(x, 40), (low, 184)], 9), ("#c8a070", "#a87c4c"), 3)
    picture.add(box(68, 174, 188, 200, 9), YELLOW, 6, shadow=4)
    for x, out in ((40, -18), (216, 18)):
        picture.add(stroke([(x, 42), (x + out, 230)], 17), RED, 6, shadow=3)
    picture.add(box(18, 26, 238, 50, 12), RED, 7, shadow=4)
    for x in (92, 164):
        picture.add(box(x - 9, 22, x + 9, 54, 6), SLATE, 4)
        picture.add(oval(x + (4 if x < 128 else -4), 182, 8), SLATE, 3)
    return picture.image()


def seesaw() -> Image.Image:
    """A tilted plank on a stand, a seat and a handle at each end."""
    picture = Picture()
    picture.add(polygon([(128, 128), (178, 220), (78, 220)], 8), BLUE, 9)
    picture.add(polygon([(128, 170), (146, 206), (110, 206)], 4), ("#2b5cc4", "#204a9e"), 3)
    for side in (-1, 1):
        x = 128 + side * 62
        handle = join(stroke([(x, 140), (x, 74)], 12), stroke([(x - 18, 76), (x + 18, 76)], 14))
        picture.add(turned(handle, -17, 128, 136), YELLOW, 4)
    picture.add(turned(box(10, 124, 246, 148, 10), -17, 128, 136), RED, 7, shadow=5)
    for side in (-1, 1):
        x = 128 + side * 98
        picture.add(turned(box(x - 22, 102, x + 22, 128, 10), -17, 128, 136), GREEN, 6, shadow=3)
    picture.add(oval(128, 137, 15), YELLOW, 5, shadow=3)
    return picture.image()


def trampoline() -> Image.Image:
    """A round black mat with a blue rim on bent legs."""
    picture = Picture()
    for x, low in ((56, 186), (106, 214), (200, 186), (150, 214)):
        out = -8 if x < 128 else 8
        picture.add(stroke([(x, 110), (x + out, low)], 11), STEEL, 5)
    picture.add(stroke([(48, 202), (100, 214)], 11), STEEL, 4)
    picture.add(stroke([(156, 214), (208, 202)], 11), STEEL, 4)
    picture.add(oval(128, 112, 116, 62), ("#2f68d8", "#1f4aa8"), 6, shadow=4)
    picture.add(oval(128, 104, 116, 62), ("#6ab8ff", "#2f74e4"), 8)
    picture.add(oval(128, 104, 90, 44), WHITE, 2)
    picture.add(oval(128, 104, 82, 38), ("#3a3644", "#5a5468"), 4)
    for i in range(24):
        a, b = arc(128, 104, 83, 15 * i, 15 * i, 39)[0], arc(128, 104, 91, 15 * i, 15 * i, 45)[0]
        picture.add(stroke([a, b], 4), STEEL, 0)
    return picture.image()


def hammock() -> Image.Image:
    """A striped cloth that hangs between two palm trees."""
    picture = Picture()
    for side in (-1, 1):
        x = 128 + side * 78
        trunk = smooth([(128 + side * 102, 232), (128 + side * 98, 140), (x, 56)])
        picture.add(stroke(trunk, 19), ("#c48a50", "#8a5630"), 6)
        for at in trunk[5:-3:4]:
            picture.add(stroke([(at[0] - 6, at[1]), (at[0] + 6, at[1])], 5), BROWN, 0)
        for out, dy in ((36, 28), (-38, 30), (36, -8), (-40, -6), (-8, -34)):
            dx = side * out
            leaf = [(x, 58), (x + dx * 0.5, 44 + dy * 0.4), (x + dx, 58 + dy), (x + dx * 0.45, 66 + dy * 0.5)]
            picture.add(blob(leaf, 4), GREEN, 6, shadow=2)
        for y in (140, 172):
            picture.add(stroke([(128 + side * 98, 130), (128 + side * 76, y)], 6), TAN, 2)
    top, low = [(46, 134), (128, 166), (210, 134)], [(210, 164), (128, 232), (46, 164)]
    cloth = polygon([*smooth(top), *smooth(low)], 4)
    picture.add(cloth, ORANGE, 10, shadow=4)
    stripes = join(*(box(x - 9, 110, x + 9, 240) for x in (56, 92, 128, 164, 200)))
    picture.add(inside(stripes, cloth), ("#fffaf0", "#f0d8bc"), 0)
    hem = stroke(smooth([(40, 134), (128, 168), (216, 134)]), 10)
    picture.add(inside(hem, cloth), ("#ffe2b8", "#f4c890"), 3)
    return picture.image()


def swimming_pool() -> Image.Image:
    """Blue water in a white rim, a ladder and a swim ring."""
    picture = Picture()
    picture.add(polygon([(58, 76), (198, 76), (236, 206), (20, 206)], 10), ("#fff4e0", "#e6cfae"), 8)
    picture.add(polygon([(66, 92), (190, 92), (220, 192), (36, 192)], 6), ("#2a86d8", "#2a86d8"), 3)
    water = polygon([(64, 104), (192, 104), (220, 192), (36, 192)], 6)
    picture.add(water, ("#6fdcff", "#2ba0f0"), 4)
    for x, y, r in ((94, 122, 18), (156, 118, 16), (76, 152, 22), (190, 172, 20), (96, 182, 20)):
        wave = smooth([(x - r, y), (x - r / 2, y - 5), (x, y), (x + r / 2, y + 5), (x + r, y)])
        picture.add(inside(stroke(wave, 6), water), ("#d8f8ff", "#c8f2ff"), 0)
    ring = cut(oval(140, 154, 32, 22), oval(140, 152, 14, 8))
    picture.add(ring, RED, 6, shadow=4)
    for angle in (20, 110, 200, 290):
        sector = polygon([(140, 154), *arc(140, 154, 60, angle, angle + 40)])
        picture.add(inside(ring, sector), WHITE, 3)
    for x in (150, 184):
        rail = smooth([(x, 130), (x - 1, 74), (x + 10, 48), (x + 22, 58), (x + 24, 84)])
        picture.add(stroke(rail, 8), ("#f4f2fa", "#8f88a0"), 4, shadow=2)
    for y in (100, 120):
        picture.add(stroke([(150, y), (184, y)], 7), STEEL, 3)
    return picture.image()


def sandcastle() -> Image.Image:
    """Three towers of sand with battlements, a gate and a flag."""
    picture = Picture()
    sand, dark = ("#ffdc94", "#e8ae58"), ("#9a5f24", "#6e3f18")
    picture.add(stroke([(128, 14), (128, 70)], 7), BROWN, 3)
    picture.add(polygon([(131, 16), (184, 32), (131, 50)], 2), RED, 4)
    for left, right, top in ((84, 172, 66), (64, 192, 136), (22, 88, 112), (168, 234, 112)):
        picture.add(box(left, top + 14, right, 230, 4), sand, 9, shadow=4)
        wide = (right - left + 12) / 5
        picture.add(box(left - 6, top + 14, right + 6, top + 32, 4), sand, 5, shadow=4)
        for i in range(3):
            x = left - 6 + 2 * wide * i
            picture.add(box(x, top - 2, x + wide, top + 24, 3), sand, 4)
    picture.add(join(oval(128, 182, 26), box(102, 182, 154, 230)), dark, 3)
    for x, y in ((55, 168), (201, 168), (128, 122)):
        picture.add(join(oval(x, y, 10), box(x - 10, y, x + 10, y + 20, 2)), dark, 2)
    mound = [(12, 238), (16, 222), (50, 214), (90, 226), (166, 224), (206, 214), (240, 222), (244, 238)]
    picture.add(polygon(smooth(mound), 2), ("#ffe2a4", "#e4a850"), 6, shadow=3)
    return picture.image()


def barbecue() -> Image.Image:
    """A red kettle grill on three legs, sausages on the grate over the embers."""
    picture = Picture()
    picture.add(stroke([(128, 170), (128, 224)], 10), STEEL, 4)
    for side in (-1, 1):
        picture.add(stroke([(128 + side * 44, 160), (128 + side * 70, 232)], 11), STEEL, 5)
    picture.add(stroke([(72, 204), (184, 204)], 8), SLATE, 3)
    picture.add(oval(200, 222, 20), BLACK, 6, shadow=3)
    picture.add(oval(200, 222, 9), WHITE, 3)
    bowl = inside(oval(128, 104, 104, 84), box(0, 104, 256, 256))
    picture.add(bowl, RED, 14)
    picture.add(oval(128, 104, 112, 36), ("#ff7a80", "#c41c46"), 5, shadow=3)
    picture.add(oval(128, 102, 100, 28), ("#4a1418", "#ff7a2c"), 2)
    grate = oval(128, 102, 98, 27)
    for x in range(40, 220, 18):
        picture.add(inside(box(x, 60, x + 6, 140), grate), BLACK, 0)
    for x, y in ((74, 98), (104, 112), (146, 92), (178, 110)):
        sausage = turned(box(x - 32, y - 11, x + 32, y + 11, 11), -14, x, y)
        picture.add(sausage, ("#f08a50", "#a8401f"), 6, shadow=4)
    for x in (80, 128, 176):
        puff = smooth([(x, 72), (x - 10, 56), (x + 8, 36), (x - 2, 18)])
        picture.add(stroke(puff, 11), ("#dcd6e6", "#b8b0c6"), 4)
    return picture.image()


def lawn_mower() -> Image.Image:
    """Red, with an engine, wheels and a long handle; blades of grass before it."""
    picture = Picture()
    picture.add(stroke([(118, 176), (50, 42), (26, 34)], 13), STEEL, 5)
    picture.add(stroke([(62, 66), (118, 176)], 13), STEEL, 5)
    picture.add(stroke([(22, 32), (52, 42)], 22), BLACK, 6, shadow=2)
    picture.add(box(128, 96, 202, 150, 10), SLATE, 8)
    for y in (108, 122, 136):
        picture.add(box(136, y, 194, y + 6, 3), GREY, 0)
    picture.add(box(142, 74, 188, 102, 9), BLACK, 6, shadow=3)
    body = [(84, 172), (106, 148), (208, 148), (228, 174), (228, 206), (76, 206)]
    picture.add(polygon(body, 6), RED, 9, shadow=4)
    for x, y, r in ((86, 200, 38), (204, 206, 32)):
        picture.add(oval(x, y, r), BLACK, 7, shadow=3)
        picture.add(oval(x, y, r * 0.55), YELLOW, 5)
        picture.add(oval(x, y, r * 0.2), SLATE, 2)
    for x, lean in ((120, -4), (134, 3), (148, -3), (162, 4), (226, -6), (238, 2)):
        picture.add(polygon([(x - 6, 236), (x + 6, 236), (x + lean, 204)], 2), GREEN, 3, shadow=1)
    return picture.image()


def pitchfork() -> Image.Image:
    """Three long pointed tines on a wooden shaft; turned."""
    picture = Picture(36)
    picture.add(box(109, 124, 129, 254, 8), WOOD, 6)
    iron = ("#c9c3d6", "#6f687f")
    curve = smooth([(66, 60), (68, 94), (84, 122), (119, 130), (154, 122), (170, 94), (172, 60)])
    picture.add(stroke(curve, 15), iron, 5)
    picture.add(stroke([(119, 60), (119, 130)], 15), iron, 5)
    for x in (66, 119, 172):
        picture.add(polygon([(x - 6, 62), (x + 6, 62), (x, 28)], 1.5), ("#e4e0ec", "#c4bed0"), 4)
    picture.add(box(103, 126, 135, 168, 8), SLATE, 6, shadow=3)
    return picture.image()


def scarecrow() -> Image.Image:
    """A sack for a head, a straw hat, a checked shirt on crossed poles, straw for hands."""
    picture = Picture()
    picture.add(box(119, 180, 137, 246, 5), WOOD, 5)
    for side in (-1, 1):
        for lean in (-16, -6, 4, 14):
            picture.add(stroke([(128 + side * 88, 138), (128 + side * 116, 138 + lean * 1.5)], 7), STRAW, 3)
        for x in (12, 26, 40):
            picture.add(stroke([(128 + side * x, 204), (128 + side * x * 1.2, 228)], 8), STRAW, 3)
    shirt = join(box(30, 118, 226, 158, 10), box(82, 118, 174, 212, 10))
    picture.add(shirt, RED, 8)
    for x in range(48, 220, 22):
        picture.add(inside(box(x, 110, x + 7, 220), shirt), ("#a81840", "#8f1236"), 0)
    for y in (134, 162, 190):
        picture.add(inside(box(20, y, 236, y + 6), shirt), ("#ffb44a", "#ff9c3c"), 0)
    for x in range(96, 168, 12):
        picture.add(stroke([(x + 2, 114), (x - 4 + (x - 90) / 8, 136)], 8), STRAW, 3)
    picture.add(oval(128, 82, 46, 42), ("#f4d8a8", "#d4a468"), 12, shadow=4)
    for x in (110, 146):
        picture.add(oval(x, 80, 8), BLACK, 3)
        picture.add(oval(x - 2, 77, 3), WHITE, 0)
    picture.add(polygon([(128, 86), (136, 98), (120, 98)], 2), ORANGE, 3)
    picture.add(stroke(arc(128, 92, 24, 30, 150, 18), 5), BROWN, 0)
    picture.add(join(*(box(x - 2, 103, x + 2, 115, 2) for x in (114, 128, 142))), BROWN, 0)
    picture.add(polygon(smooth([(92, 54), (104, 16), (128, 10), (152, 16), (164, 54)]), 3), STRAW, 9)
    picture.add(box(92, 40, 164, 54, 3), BLUE, 3)
    picture.add(oval(128, 56, 72, 13), STRAW, 6, shadow=4)
    return picture.image()


def birdhouse() -> Image.Image:
    """A wooden box on a post: a red roof, a round hole, a perch."""
    picture = Picture()
    picture.add(box(116, 190, 140, 246, 5), BROWN, 6)
    front = polygon([(128, 40), (196, 100), (196, 208), (60, 208), (60, 100)], 6)
    picture.add(front, ("#f6c878", "#d8954a"), 9)
    for y in (96, 132, 168):
        picture.add(box(56, y, 200, y + 4), ("#c8843c", "#c8843c"), 0)
    picture.add(box(46, 202, 210, 220, 7), BROWN, 5, shadow=3)
    picture.add(oval(128, 124, 38), WOOD, 5, shadow=3)
    picture.add(oval(128, 124, 29), ("#3c2218", "#2a1610"), 3)
    picture.add(box(120, 170, 136, 190, 8), RED, 4, shadow=4)
    picture.add(stroke([(26, 116), (128, 26), (230, 116)], 24), RED, 8, shadow=6)
    return picture.image()


def doghouse() -> Image.Image:
    """A wooden house with a red roof, an arched door and a bone over it."""
    picture = Picture()
    front = polygon([(128, 40), (206, 112), (206, 226), (50, 226), (50, 112)], 6)
    picture.add(front, ("#f2bc6c", "#cf8a40"), 9)
    for y in (124, 160, 196):
        picture.add(box(46, y, 210, y + 4), ("#bf7c36", "#bf7c36"), 0)
    picture.add(join(oval(128, 172, 50), box(78, 172, 178, 232)), WHITE, 5, shadow=3)
    picture.add(join(oval(128, 174, 40), box(88, 174, 168, 232)), ("#4a2a1c", "#2a1610"), 4)
    bone = join(box(106, 86, 150, 100, 3), *(oval(x, y, 10) for x in (104, 152) for y in (86, 100)))
    picture.add(bone, ("#ffffff", "#e4daf2"), 4, shadow=3)
    picture.add(stroke([(22, 128), (128, 30), (234, 128)], 28), RED, 9, shadow=6)
    picture.add(box(38, 222, 218, 238, 7), BROWN, 5, shadow=3)
    return picture.image()


def birdcage() -> Image.Image:
    """A golden cage with a dome and a ring; a blue bird inside."""
    picture = Picture()
    picture.add(cut(oval(128, 26, 17), oval(128, 26, 9)), YELLOW, 4)
    picture.add(stroke([(60, 184), (196, 184)], 8), BROWN, 3)
    picture.add(polygon([(164, 150), (204, 196), (186, 206), (146, 176)], 4), ("#2f86dc", "#1f56b4"), 5)
    picture.add(oval(134, 152, 40, 36), ("#6ac4ff", "#2f86e8"), 10)
    picture.add(oval(106, 120, 33), ("#7cd0ff", "#3f9cf0"), 10)
    picture.add(oval(148, 154, 26, 18), ("#3f86e0", "#2860c0"), 6)
    picture.add(polygon([(78, 114), (56, 126), (80, 132)], 3), ORANGE, 4)
    picture.add(oval(98, 114, 7), BLACK, 0)
    picture.add(oval(96, 111, 2.5), WHITE, 0)
    for half in (92, 56, 0):
        for side in (-1, 1):
            bar = [(128, 44), *arc(128, 124, half * side, -70, 0, 76)] if half else [(128, 44)]
            picture.add(stroke([*bar, (128 + side * half, 222)], 7), ("#ffd54f", "#e09a24"), 3)
    picture.add(stroke([(38, 128), (218, 128)], 7), ("#ffd54f", "#e09a24"), 3)
    picture.add(box(24, 212, 232, 242, 11), ("#ffd54f", "#d88a20"), 7, shadow=4)
    return picture.image()

"""Dishes, breakfasts and sweets."""

from PIL import Image

from training.drawings.pen import (
    CYAN,
    GREEN,
    ORANGE,
    PINK,
    PURPLE,
    RED,
    SHINE,
    STEEL,
    WHITE,
    YELLOW,
    Picture,
    arc,
    blob,
    box,
    cut,
    inside,
    join,
    limb,
    oval,
    polygon,
    smooth,
    stroke,
    turned,
)

CREAM = ("#fffdf6", "#eadfd0")
BERRY = ("#ff4a55", "#c8183c")


def _strawberry(picture: Picture, x: float, y: float, size: float) -> None:
    """Add a strawberry about (x, y), `size` from its middle to its side."""
    outline = [(-0.9, -0.5), (0, -0.85), (0.9, -0.5), (0.75, 0.35), (0, 1.15), (-0.75, 0.35)]
    picture.add(blob([(x + dx * size, y + dy * size) for dx, dy in outline], 3), BERRY, size / 3, shadow=4)
    for dx, dy in ((-0.5, -0.1), (0.5, -0.1), (0, 0.1), (-0.3, 0.45), (0.3, 0.45), (0, 0.8)):
        picture.add(oval(x + dx * size, y + dy * size, 0.07 * size, 0.1 * size), ("#ffe38a", "#ffd060"), 0)
    leaves = [
        turned(oval(x, y - 1.1 * size, 0.2 * size, 0.45 * size), a, x, y - 0.75 * size) for a in (-80, 80)
    ]
    leaves += [
        turned(oval(x, y - 1.1 * size, 0.2 * size, 0.4 * size), a, x, y - 0.75 * size) for a in (-35, 0, 35)
    ]
    picture.add(join(*leaves), GREEN, 4, shadow=2)


def toast() -> Image.Image:
    """A browned slice of bread, a pat of butter melting on it."""
    picture = Picture()
    crust = join(box(42, 70, 214, 240, 22), oval(76, 74, 60, 54), oval(180, 74, 60, 54), box(76, 20, 180, 90))
    picture.add(crust, ("#a8622c", "#6e3818"), 9)
    crumb = join(box(56, 80, 200, 226, 16), oval(80, 76, 47, 41), oval(176, 76, 47, 41), box(80, 35, 176, 90))
    picture.add(crumb, ("#e8a352", "#c47a30"), 12)
    for x, y in ((62, 74), (104, 54), (150, 50), (196, 76), (78, 214), (182, 216), (146, 214)):
        picture.add(oval(x, y, 8, 6), ("#b86f2c", "#a86024"), 0)
    pool = [(66, 112), (104, 92), (160, 88), (192, 116), (188, 156), (180, 196), (166, 204), (156, 180)]
    pool += [(132, 180), (124, 210), (106, 218), (96, 186), (66, 160)]
    picture.add(blob(pool, 2), ("#ffe45c", "#ffcb2e"), 6, shadow=3)
    picture.add(
        polygon([(84, 118), (172, 118), (172, 136), (128, 164), (84, 136)], 5), ("#ffd23e", "#f0ae24"), 3
    )
    picture.add(polygon([(84, 118), (128, 92), (172, 118), (128, 144)], 5), ("#fffbc8", "#fff08a"), 4)
    return picture.image()


def ham() -> Image.Image:
    """A whole ham on a plate: a pink cut face with a bone, scored brown rind, its bone behind."""
    picture = Picture()
    picture.add(oval(128, 212, 120, 26), WHITE, 8)
    for x, y in ((34, 206), (78, 222), (126, 226), (174, 222), (212, 206)):
        picture.add(join(*(oval(x + dx, y + dy, 16) for dx, dy in ((-14, 0), (0, -8), (14, 0)))), GREEN, 7)
    picture.add(join(stroke([(206, 116), (234, 98)], 22), oval(230, 88, 13), oval(239, 106, 13)), CREAM, 7)
    body = limb((98, 126, 84), (140, 130, 80), (184, 126, 50), (214, 112, 22))
    picture.add(body, ("#e88a4a", "#9c3f24"), 18)
    for x in range(110, 220, 30):
        for lean in (-60, 60):
            score = stroke(smooth([(x - lean, 30), (x, 128), (x + lean, 226)]), 6)
            picture.add(inside(score, body), ("#8c3a20", "#74291a"), 0)
    face = turned(oval(86, 128, 66, 86), 6, 86, 128)
    picture.add(face, ("#fff4ea", "#f6d2c2"), 6, shadow=4)
    picture.add(turned(oval(86, 130, 53, 72), 6, 86, 130), ("#ff9fb0", "#ea6484"), 12)
    for points in (
        [(52, 100), (66, 78), (92, 72)],
        [(58, 164), (84, 184), (110, 176)],
        [(116, 92), (124, 124)],
    ):
        picture.add(stroke(smooth(points), 8), ("#ffd3d8", "#ffc2cc"), 0)
    picture.add(oval(86, 128, 24), ("#fffaf0", "#e6d6c0"), 6, shadow=3)
    picture.add(oval(86, 128, 12), ("#e08a78", "#c46458"), 3)
    return picture.image()


def jam() -> Image.Image:
    """A jar of red jam with a checked cloth over its lid, a strawberry on its label."""
    picture = Picture()
    picture.add(box(46, 74, 210, 244, 34), ("#f4dfe6", "#d8b4c4"), 8)
    picture.add(box(54, 88, 202, 237, 28), ("#f02846", "#a80c32"), 16)
    for x, y in ((70, 120), (186, 128), (68, 214), (190, 208)):
        picture.add(oval(x, y, 7), ("#ff7a88", "#f4566c"), 0)
    picture.add(oval(128, 170, 58, 56), ("#fffdf4", "#f4e6cc"), 5, shadow=3)
    _strawberry(picture, 128, 174, 34)
    hem = [(22, 92), (46, 64), (52, 30), (128, 18), (204, 30), (210, 64), (234, 92), (208, 104), (182, 94)]
    hem += [(154, 106), (128, 96), (102, 106), (74, 94), (48, 104)]
    cloth = blob(hem, 2)
    picture.add(cloth, ("#ffffff", "#eee2ee"), 9, shadow=5)
    for x in range(30, 240, 36):
        stripe = polygon(
            [(128 + 0.78 * (x - 128), 10), (146 + 0.78 * (x - 128), 10), (x + 22, 110), (x, 110)]
        )
        picture.add(inside(stripe, cloth), ("#f4697c", "#e04460"), 0)
    for y in (26, 78):
        picture.add(inside(stroke(arc(128, y - 12, 130, 10, 170, 18), 14), cloth), ("#f4697c", "#e04460"), 0)
    picture.add(stroke(arc(128, 54, 80, 10, 170, 12), 11), YELLOW, 4, shadow=2)
    return picture.image()


def milkshake() -> Image.Image:
    """A tall glass of pink milk, whipped cream with a cherry, a striped straw."""
    picture = Picture()
    straw = polygon([(150, 96), (184, 8), (202, 14), (170, 100)], 1)
    picture.add(straw, ("#ffffff", "#eee6f4"), 4)
    for y in range(10, 90, 24):
        picture.add(inside(stroke([(130, y + 8), (220, y)], 10), straw), RED, 0)
    picture.add(join(oval(128, 236, 52, 11), box(112, 206, 144, 236, 6)), ("#dff2fc", "#a8cce4"), 5)
    picture.add(polygon([(70, 92), (186, 92), (160, 216), (96, 216)], 6), ("#e4f5fd", "#b4d6ea"), 6)
    drink = polygon([(76, 98), (180, 98), (156, 210), (100, 210)], 4)
    picture.add(drink, ("#ffb0cc", "#f2709c"), 14)
    for x in (98, 128, 158):
        groove = stroke([(x, 120), (128 + 0.7 * (x - 128), 206)], 6)
        picture.add(groove, ("#ffc8dc", "#ff94b8"), 2)
    for y, half, high in ((96, 66, 24), (74, 52, 22), (54, 34, 18)):
        picture.add(oval(128, y, half, high), CREAM, 12, shadow=4)
        swirl = stroke([(128 - 0.6 * half, y + 2), (128 + 0.55 * half, y - 0.35 * high)], 5)
        picture.add(swirl, ("#e2d4d0", "#e2d4d0"), 0)
    picture.add(stroke(smooth([(122, 28), (116, 12), (98, 6)]), 5), ("#6a8a34", "#4a6a24"), 0)
    picture.add(oval(124, 36, 19), BERRY, 8, shadow=3)
    picture.add(oval(117, 29, 5), SHINE, 0)
    return picture.image()


def cheesecake() -> Image.Image:
    """A slice: pale yellow on a brown crumb base, red sauce running down, a strawberry on top."""
    picture = Picture()
    picture.add(oval(128, 216, 122, 26), WHITE, 7)
    picture.add(polygon([(22, 136), (236, 118), (236, 206), (30, 222)], 5), ("#fff3c4", "#f4d890"), 6)
    base = [(22, 196), (238, 178), (238, 208), (30, 224)]
    picture.add(polygon(base, 5), ("#c07a3c", "#8a4a22"), 5, shadow=2)
    for x, y in ((44, 206), (76, 212), (104, 198), (136, 206), (166, 192), (198, 200), (222, 188)):
        picture.add(oval(x, y, 5), ("#e0a45e", "#d49450"), 0)
    picture.add(polygon([(22, 134), (176, 66), (238, 116)], 5), ("#fffae0", "#fff0b8"), 4)
    back = [(170, 58), (186, 56), (242, 106), (242, 204), (228, 206), (228, 116)]
    picture.add(polygon(back, 4), ("#cf8a48", "#955428"), 5)
    sauce = [(26, 134), (96, 102), (174, 70), (222, 112), (218, 146), (206, 150), (198, 126), (176, 128)]
    sauce += [(172, 162), (158, 172), (150, 134), (124, 136), (116, 156), (104, 156), (98, 136)]
    sauce += [(76, 140), (68, 172), (54, 174), (48, 142)]
    picture.add(blob(sauce, 1), ("#ff4058", "#cc1638"), 7, shadow=3)
    _strawberry(picture, 146, 76, 40)
    return picture.image()


def cereal() -> Image.Image:
    """A blue bowl of milk with coloured rings, a spoon in it."""
    picture = Picture()
    picture.add(box(80, 206, 176, 240, 10), ("#3f80e4", "#2450b8"), 6)
    bowl = inside(oval(128, 112, 118, 120), box(0, 112, 256, 256))
    picture.add(bowl, ("#5ab0ff", "#2a5cd0"), 20)
    picture.add(oval(128, 112, 118, 54), ("#8cccff", "#4a90ee"), 5)
    picture.add(oval(128, 116, 106, 46), ("#ffffff", "#ece6f6"), 4)
    picture.add(limb((160, 112, 8), (196, 66, 8), (224, 28, 15), (230, 20, 15)), STEEL, 6, shadow=3)
    colours = (RED, YELLOW, GREEN, PURPLE, ORANGE, CYAN, PINK)
    places = [
        (84, 96),
        (128, 88),
        (54, 122),
        (106, 118),
        (152, 122),
        (202, 118),
        (84, 144),
        (130, 148),
        (176, 144),
    ]
    for i, (x, y) in enumerate(places):
        ring = cut(oval(x, y, 22, 17), oval(x, y - 1, 8, 5))
        picture.add(ring, colours[i * 3 % 7], 6, shadow=3)
    picture.add(inside(stroke(arc(128, 112, 104, 125, 160, 94), 9), bowl), ("#a6d8ff", "#7ab8fa"), 3)
    return picture.image()

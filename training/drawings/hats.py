"""Hats, and what else is worn."""

from PIL import Image, ImageOps

from training.drawings.pen import (
    CYAN,
    GILT,
    GREEN,
    ORANGE,
    PINK,
    RED,
    WHITE,
    YELLOW,
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
    turned,
)


def cowboy_hat() -> Image.Image:
    """Brown leather, a dented crown, a dark band, the brim bent up at both sides."""
    picture = Picture()
    under = [(14, 104), (60, 120), (128, 128), (196, 120), (242, 104), (220, 176), (128, 200), (36, 176)]
    picture.add(blob(under, 2), ("#7c4522", "#5c3018"), 6)
    left = [(62, 190), (72, 110), (88, 52), (108, 36)]
    crown = polygon(smooth([*left, (128, 52), *mirrored(left)]), 2)
    picture.add(crown, ("#d28a4c", "#a8622e"), 18)
    picture.add(stroke(smooth([(128, 56), (122, 84), (128, 108)]), 8), ("#8e4e24", "#a8622e"), 2)
    band = stroke(smooth([(50, 148), (128, 174), (206, 148)]), 26)
    picture.add(inside(band, crown), ("#5a2c1c", "#3e1c14"), 4)
    brim = [(14, 100), (42, 152), (128, 180), (214, 152), (242, 100)]
    brim += [(238, 170), (190, 210), (128, 220), (66, 210), (18, 170)]
    picture.add(blob(brim, 2), ("#d9924e", "#a8622e"), 12, shadow=4)
    return picture.image()


def witch_hat() -> Image.Image:
    """Purple and pointed, its tip bent, an orange band with a buckle."""
    picture = Picture()
    picture.add(oval(128, 200, 118, 38), ("#6d4bb0", "#3a2378"), 10)
    cone = [(56, 198), (84, 130), (98, 60), (130, 24), (176, 14), (208, 44)]
    cone += [(204, 62), (174, 52), (166, 76), (178, 130), (200, 198)]
    hat = polygon(smooth(cone) + smooth([(200, 198), (128, 220), (56, 198)]), 2)
    picture.add(hat, ("#8560cc", "#4a2f8e"), 16, shadow=4)
    picture.add(inside(stroke(smooth([(40, 168), (128, 192), (216, 168)]), 32), hat), ORANGE, 4)
    buckle = cut(box(102, 162, 154, 214, 7), box(115, 175, 141, 201, 3))
    picture.add(buckle, ("#ffe071", "#f3b72e"), 4, shadow=3)
    picture.add(stroke(smooth([(124, 62), (150, 72), (164, 66)]), 6), ("#4a2f8e", "#4a2f8e"), 0)
    return picture.image()


def santa_hat() -> Image.Image:
    """Red with a white rim, its tip hangs down at the right with a white ball."""
    picture = Picture()
    fur = ("#ffffff", "#d6cbe8")
    cloth = [(40, 190), (50, 120), (88, 56), (144, 30), (196, 52), (226, 104)]
    cloth += [(228, 140), (196, 140), (182, 112), (188, 150), (196, 190)]
    picture.add(polygon(smooth(cloth), 2), RED, 20)
    picture.add(stroke(smooth([(182, 112), (166, 96), (136, 92)]), 7), ("#b81542", "#b81542"), 1)
    picture.add(oval(212, 150, 32), fur, 14, shadow=4)
    rim = join(box(24, 178, 200, 230, 26), *(oval(x, 204, 27, 31) for x in range(45, 190, 33)))
    picture.add(rim, fur, 16, shadow=4)
    return picture.image()


def chef_hat() -> Image.Image:
    """White, a puffed top over a high band with folds."""
    picture = Picture()
    cloth, fold = ("#fffdff", "#d3c8e8"), ("#a595c8", "#b9abd6")
    for x, y, size in ((64, 96, 50), (192, 96, 50), (128, 74, 60)):
        picture.add(oval(x, y, size), cloth, 20, shadow=4)
    picture.add(polygon([(60, 116), (196, 116), (184, 226), (72, 226)], 8), ("#f4effb", "#d8ceea"), 10)
    for x in (96, 128, 160):
        picture.add(stroke([(128 + (x - 128) * 1.15, 104), (x, 170)], 9), fold, 2)
    picture.add(box(58, 178, 198, 240, 10), ("#fffdff", "#c4b6e0"), 10, shadow=5)
    return picture.image()


def sombrero() -> Image.Image:
    """Straw with a tall crown, a very wide brim bent up, bands of red and green."""
    picture = Picture()
    straw = ("#ffd976", "#e5a03a")
    picture.add(oval(128, 160, 118, 54), ("#c47a28", "#a8601e"), 8)
    dome = [(62, 176), (78, 128), (94, 66), (128, 40), (162, 66), (178, 128), (194, 176)]
    crown = polygon(smooth(dome), 3)
    picture.add(crown, straw, 20)
    for low, width, colours in ((148, 34, RED), (148, 10, WHITE), (108, 12, GREEN)):
        band = stroke(smooth([(50, low - 12), (128, low + 10), (206, low - 12)]), width)
        picture.add(inside(band, crown), colours, 3)
    brim = [(10, 150), (46, 176), (128, 190), (210, 176), (246, 150), (232, 196), (128, 224), (24, 196)]
    picture.add(blob(brim, 2), straw, 10, shadow=4)
    edge = arc(128, 166, 108, 155, 25, 46)
    for i, (x, y) in enumerate(edge[::5]):
        picture.add(oval(x, y, 11), (RED, GREEN, WHITE)[i % 3], 5, shadow=1)
    return picture.image()


def hard_hat() -> Image.Image:
    """A yellow safety helmet: a dome with three ridges, a brim."""
    picture = Picture()
    ridge = ("#fff08a", "#ffbe34")
    dome = polygon([*arc(128, 160, 96, 180, 360, 112), (224, 190), (32, 190)], 2)
    picture.add(dome, ("#ffd23c", "#ec9414"), 24)
    for x in (76, 180):
        side = smooth([(x, 194), (x + (128 - x) * 0.1, 120), (x + (128 - x) * 0.5, 68)])
        picture.add(inside(stroke(side, 20), dome), ridge, 7, shadow=4)
    picture.add(box(104, 32, 152, 190, 22), ridge, 9, shadow=5)
    brim = [(14, 194), (60, 174), (128, 168), (196, 174), (242, 194), (232, 218), (128, 208), (24, 218)]
    picture.add(blob(brim, 4), ("#ffe878", "#f09c1c"), 9, shadow=6)
    return picture.image()


def party_hat() -> Image.Image:
    """A paper cone with stripes of many colours, a tuft on top, balls below."""
    picture = Picture(14)
    cone = polygon([(146, 40), (234, 208), *smooth([(234, 208), (146, 232), (58, 208)])], 3)
    picture.add(cone, ("#b06cf0", "#7c3cd0"), 16)
    for i, colours in enumerate((YELLOW, CYAN, PINK, YELLOW)):
        y = 84 + 44 * i
        picture.add(inside(stroke([(38, y + 26), (254, y - 26)], 18), cone), colours, 4)
    for i in range(8):
        x = 58 + 25 * i
        picture.add(oval(x, 210 + 16 * (1 - ((x - 146) / 88) ** 2), 15), (WHITE, PINK)[i % 2], 6, shadow=2)
    for i in range(14):
        tip = arc(142, 40, 28, 360 * i / 14, 360 * i / 14 + 1)[0]
        picture.add(stroke([(142, 40), tip], 11), (YELLOW, ORANGE)[i % 2], 4)
    picture.add(oval(142, 40, 10), YELLOW, 5)
    return picture.image()


def mittens() -> Image.Image:
    """A pair, red with white stripes and cuffs."""
    picture = Picture()
    palm = polygon([*arc(66, 88, 40, 180, 360, 56), (100, 196), (32, 196)], 3)
    hand = join(palm, stroke([(88, 164), (106, 126)], 30))
    stripe = inside(box(0, 106, 103, 122), palm)
    diamonds = [polygon([(x, 66), (x + 11, 82), (x, 98), (x - 11, 82)]) for x in (40, 66, 92)]
    for flipped in (False, True):
        for shape, colours, puff, shadow in (
            (hand, RED, 16, 3),
            (join(stripe, *diamonds), WHITE, 2, 0),
            (box(20, 188, 112, 234, 15), ("#ffffff", "#d0c4e6"), 9, 4),
        ):
            shape = turned(shape, -7, 66, 196)
            if flipped:
                shape = ImageOps.mirror(shape)
            picture.add(shape, colours, puff, shadow=shadow)
    return picture.image()


def earrings() -> Image.Image:
    """A pair: golden hooks, each with a round and a drop-shaped blue gem."""
    picture = Picture()
    gem = ("#5fd4ff", "#1f6fd8")
    for x in (72, 184):
        picture.add(stroke([*arc(x + 16, 34, 18, 70, -180), (x - 2, 68)][:-1] + [(x, 78)], 9), GILT, 3)
        picture.add(oval(x, 92, 24), GILT, 6, shadow=2)
        picture.add(oval(x, 92, 15), ("#ff8ab8", "#d8246c"), 7)
        for size, colours in ((1, GILT), (0.8, gem)):
            outline = [(0, -68), (18, -34), (46, 12), (42, 46), (0, 64), (-42, 46), (-46, 12), (-18, -34)]
            drop = blob([(x + size * dx, 180 + size * dy) for dx, dy in outline], 2)
            picture.add(drop, colours, 9, shadow=2)
        picture.add(polygon([(x, 146), (x - 20, 190), (x, 216), (x + 20, 190)], 2), ("#c4f2ff", "#58b4f8"), 4)
    return picture.image()


def apron() -> Image.Image:
    """Blue with a neck loop, a white pocket and ties at the waist."""
    picture = Picture()
    picture.add(stroke(arc(128, 62, 40, 170, 370, 46), 12), WHITE, 4)
    for x in (-1, 1):
        tie = smooth([(128 + 60 * x, 124), (128 + 92 * x, 130), (128 + 104 * x, 168), (128 + 112 * x, 196)])
        picture.add(stroke(tie, 13), WHITE, 4)
    outline = [(84, 62), (172, 62), *smooth([(172, 62), (180, 100), (212, 126)]), (206, 236), (50, 236)]
    body = polygon([*outline, *smooth([(44, 126), (76, 100), (84, 62)])], 5)
    picture.add(body, ("#5cb0fa", "#2f68d8"), 12, shadow=3)
    picture.add(inside(box(70, 56, 186, 76), body), WHITE, 3)
    picture.add(box(80, 146, 176, 204, 14), WHITE, 7, shadow=3)
    picture.add(box(80, 146, 176, 162, 7), RED, 4)
    return picture.image()


def moustache() -> Image.Image:
    """Dark brown, its ends curled up."""
    picture = Picture()
    half = [(128, 112), (104, 96), (72, 108), (52, 134), (36, 136), (30, 118), (42, 104), (34, 92), (14, 108)]
    half += [(14, 144), (44, 170), (88, 168), (118, 150), (128, 136)]
    picture.add(both(polygon(smooth(half), 3)), ("#7a4a34", "#3c2018"), 14)
    for points in ([(108, 116), (76, 130), (52, 150)], [(112, 136), (88, 150), (66, 154)]):
        for hair in (points, [(256 - x, y) for x, y in points]):
            picture.add(stroke(smooth(hair), 6), ("#a06a4a", "#8a5638"), 1)
    return picture.image()


def hoodie() -> Image.Image:
    """Green with a hood, two strings and a pocket."""
    picture = Picture()
    cloth, edge = ("#5fd08a", "#2a9a66"), ("#2f9e68", "#1f7c54")
    sleeve, cuff = [(76, 74), (44, 104), (24, 190), (56, 200), (78, 140)], [(20, 202), (56, 212)]
    for arm, end in ((sleeve, cuff), (mirrored(sleeve), mirrored(cuff))):
        picture.add(polygon(arm, 8), cloth, 12)
        picture.add(stroke(end, 22), edge, 6)
    body = [(84, 66), (172, 66), (190, 90), (184, 222), (72, 222), (66, 90)]
    picture.add(polygon(body, 8), cloth, 14, shadow=3)
    picture.add(box(62, 216, 194, 242, 10), edge, 6)
    hood = [(128, 10), (172, 24), (190, 66), (166, 98), (128, 112), (90, 98), (66, 66), (84, 24)]
    picture.add(blob(hood), cloth, 12, shadow=4)
    picture.add(oval(128, 62, 40, 36), ("#185a40", "#124430"), 5)
    for x in (108, 148):
        picture.add(stroke([(x, 102), (x, 142)], 8), WHITE, 2, shadow=2)
        picture.add(oval(x, 146, 7), WHITE, 2)
    pocket = [(98, 160), (158, 160), (176, 190), (176, 210), (80, 210), (80, 190)]
    picture.add(polygon(pocket, 4), ("#74dc9a", "#3aac74"), 6, shadow=4)
    return picture.image()


def suit() -> Image.Image:
    """A dark blue jacket over a white shirt with a red tie."""
    picture = Picture()
    cloth, dark = ("#4a66b0", "#28387a"), ("#34488c", "#1e2a60")
    sleeve = [(68, 54), (36, 78), (22, 208), (52, 212), (72, 120)]
    for x, arm in ((37, sleeve), (219, mirrored(sleeve))):
        picture.add(polygon(arm, 6), dark, 10)
        picture.add(box(x - 17, 208, x + 17, 226, 5), WHITE, 4)
    body = [(94, 36), (162, 36), (196, 56), (190, 236), (66, 236), (60, 56)]
    picture.add(polygon(body, 6), cloth, 12, shadow=3)
    picture.add(polygon([(94, 34), (162, 34), (162, 80), (128, 164), (94, 80)], 2), WHITE, 3)
    picture.add(polygon([(118, 68), (138, 68), (148, 128), (128, 156), (108, 128)], 2), RED, 5, shadow=2)
    picture.add(polygon([(112, 48), (144, 48), (138, 72), (118, 72)], 3), ("#ff5a62", "#c81848"), 4)
    collar = [(98, 20), (124, 48), (104, 72), (88, 40)]
    lapel = [(88, 34), (66, 76), (80, 92), (72, 106), (126, 172), (102, 84)]
    for x, top, side in ((86, collar, lapel), (170, mirrored(collar), mirrored(lapel))):
        picture.add(polygon(top, 2), WHITE, 4, shadow=3)
        picture.add(polygon(side, 2), dark, 5, shadow=4)
        picture.add(box(x - 16, 194, x + 16, 202, 3), dark, 2)
    picture.add(stroke([(128, 176), (128, 236)], 6), dark, 0)
    for y in (188, 214):
        picture.add(oval(140, y, 7), YELLOW, 3)
    return picture.image()

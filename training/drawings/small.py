"""Tools, fruit, balls and other small things."""

from PIL import Image

from training.drawings.pen import (
    BLUE,
    BROWN,
    GREEN,
    RED,
    STEEL,
    TAN,
    WHITE,
    WOOD,
    Picture,
    arc,
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


def shovel() -> Image.Image:
    """A steel blade, a wooden shaft, a red handle; turned."""
    picture = Picture(38)
    picture.add(cut(box(96, 2, 160, 44, 14), box(110, 14, 146, 34, 6)), RED, 6)
    picture.add(box(119, 38, 137, 172, 6), WOOD, 6)
    blade = [(84, 152), (172, 152), (176, 200), (160, 236), (128, 258), (96, 236), (80, 200)]
    picture.add(polygon(smooth(blade, True), 2), ("#dcd6e6", "#8f879e"), 10, shadow=3)
    picture.add(box(114, 140, 142, 190, 8), STEEL, 5, shadow=2)
    return picture.image()


def rake() -> Image.Image:
    """A wooden shaft, a green head with teeth; turned."""
    picture = Picture(30)
    picture.add(box(124, 6, 140, 196, 6), WOOD, 6)
    for x in range(72, 202, 20):
        picture.add(box(x - 5, 186, x + 5, 228, 5), GREEN, 4)
    picture.add(box(62, 176, 202, 198, 9), GREEN, 6, shadow=3)
    picture.add(box(116, 156, 148, 194, 8), GREEN, 5, shadow=2)
    return picture.image()


def mop() -> Image.Image:
    """A blue shaft, a head of white strings; turned a little."""
    picture = Picture(22)
    picture.add(box(124, 12, 140, 156, 7), BLUE, 6)
    for i in range(9):
        x = 70 + 15.5 * i
        strand = smooth([(132, 148), (118 + 3.5 * i, 180), (x, 202 + (7 if i % 2 else 0)), (x, 219)])
        picture.add(stroke(strand, 18), ("#ffffff", "#cfc4e6"), 6, shadow=1)
    picture.add(box(100, 132, 164, 162, 12), RED, 7, shadow=4)
    return picture.image()


def matchstick() -> Image.Image:
    """A match that burns."""
    picture = Picture(36)
    picture.add(box(119, 88, 137, 252, 4), TAN, 5)
    flame = [(128, 2), (160, 44), (168, 82), (128, 118), (88, 82), (98, 48), (114, 42)]
    picture.add(polygon(smooth(flame, True), 2), ("#ffc93c", "#ff7a2a"), 8)
    core = [(130, 46), (148, 76), (128, 106), (108, 78)]
    picture.add(polygon(smooth(core, True), 1), ("#fff6c8", "#ffe066"), 5)
    picture.add(oval(128, 96, 15, 20), ("#7a2430", "#4a1620"), 6)
    return picture.image()


def nail() -> Image.Image:
    """A steel nail, its head at the upper right."""
    picture = Picture(38)
    picture.add(
        polygon([(112, 20), (144, 20), (140, 206), (128, 252), (116, 206)], 1),
        ("#e4e0ec", "#958da2"),
        9,
        True,
    )
    for y in (48, 62, 76):
        picture.add(box(114, y, 142, y + 4), STEEL, 0)
    picture.add(oval(128, 20, 46, 18), ("#f0ecf6", "#a49cb0"), 7, shadow=4)
    return picture.image()


def tennis_ball() -> Image.Image:
    """Yellow-green felt with two white seams."""
    picture = Picture()
    ball = oval(128, 128, 112)
    picture.add(ball, ("#e6f765", "#9fd12e"), 26)
    for x, start in ((18, -62), (238, 118)):
        picture.add(inside(stroke(arc(x, 128, 84, start, start + 124), 11), ball), WHITE, 2)
    return picture.image()


def golf_ball() -> Image.Image:
    """White with dimples, on a red tee."""
    picture = Picture()
    picture.add(polygon([(92, 188), (164, 188), (138, 212), (134, 244), (122, 244), (118, 212)], 3), RED, 6)
    ball = oval(128, 106, 94)
    picture.add(ball, ("#ffffff", "#c4cede"), 22)
    for row in range(-4, 5):
        for column in range(-4, 5):
            x, y = 128 + 21 * column + (10 if row % 2 else 0), 106 + 19 * row
            if (x - 128) ** 2 + (y - 106) ** 2 < 80**2:
                picture.add(oval(x, y, 5.5), ("#a9b4c8", "#dbe2ee"), 0)
    return picture.image()


def starfish() -> Image.Image:
    """Orange, five round arms with dots."""
    picture = Picture(8)
    dots = ("#ffe0b0", "#ffc98a")
    arms = [arc(128, 134, 104, -90 + 72 * i, -89 + 72 * i)[0] for i in range(5)]
    valleys = [arc(128, 134, 50, -54 + 72 * i, -53 + 72 * i)[0] for i in range(5)]
    outline = [point for pair in zip(arms, valleys, strict=True) for point in pair]
    picture.add(polygon(outline, 12), ("#ffab5e", "#f2703a"), 20)
    for x, y in arms:
        for share, size in ((0.24, 7), (0.46, 6.5), (0.66, 5.5), (0.84, 4.5)):
            picture.add(oval(128 + (x - 128) * share, 134 + (y - 134) * share, size), dots, 3)
    picture.add(oval(128, 134, 8), dots, 3)
    return picture.image()


def plum() -> Image.Image:
    """Purple and round with a crease, a stem and a leaf."""
    picture = Picture()
    picture.add(stroke(smooth([(126, 66), (130, 40), (144, 18)]), 9), BROWN, 3)
    fruit = join(oval(104, 148, 82, 90), oval(152, 148, 82, 90))
    picture.add(fruit, ("#a05ad0", "#4f2488"), 26)
    crease = smooth([(126, 64), (112, 110), (108, 160), (122, 232)])
    picture.add(inside(stroke(crease, 6), fruit), ("#5c2a94", "#3f1a70"), 0)
    picture.add(oval(74, 106, 15, 24), ("#cfa4ee", "#b27ae0"), 10)
    picture.add(polygon(smooth([(132, 56), (170, 22), (216, 34), (184, 66)], True), 2), GREEN, 7, shadow=3)
    return picture.image()


def lime() -> Image.Image:
    """Half a green lime, cut, before a whole one."""
    picture = Picture()
    picture.add(
        turned(join(oval(150, 96, 92, 68), oval(240, 96, 14, 12)), -24, 150, 96), ("#7fd648", "#3c9a2e"), 18
    )
    picture.add(oval(104, 158, 88), ("#6cc840", "#3c9a2e"), 8, shadow=5)
    picture.add(oval(104, 158, 76), ("#f4fbd8", "#e2f4b8"), 2)
    for i in range(8):
        a = 45 * i + 3
        wedge = [arc(104, 158, 12, a + 20, a + 21)[0], *arc(104, 158, 66, a, a + 39)]
        picture.add(polygon(wedge), ("#c8ee7a", "#9ad84e"), 4)
    return picture.image()


def raspberry() -> Image.Image:
    """Red and made of small balls, a green crown above."""
    picture = Picture()
    body = polygon(
        smooth([(52, 100), (90, 66), (166, 66), (204, 100), (188, 176), (128, 240), (68, 176)], True), 2
    )
    picture.add(body, ("#c41c50", "#96123c"), 8)
    for row in range(7):
        y, half = 84 + 24 * row, (70, 76, 72, 62, 48, 30, 10)[row]
        count = max(1, round(half / 14))
        for i in range(count):
            x = 128 + (half * (2 * i / (count - 1) - 1) if count > 1 else 0)
            picture.add(oval(x, y, 17), ("#ff5c86", "#d81e56"), 7, shadow=1)
    for angle in (-150, -120, -90, -60, -30):
        tip = arc(128, 74, 62, angle, angle + 1, 58)[0]
        picture.add(polygon(smooth([(114, 76), tip, (142, 76)], True), 3), GREEN, 5, shadow=1)
    picture.add(stroke([(128, 60), (132, 18)], 10), GREEN, 3)
    return picture.image()


def popsicle() -> Image.Image:
    """Ice of three colours on a wooden stick, turned a little; bitten."""
    picture = Picture(20)
    picture.add(box(114, 170, 142, 250, 12), TAN, 5)
    ice = cut(join(oval(128, 66, 56, 56), box(72, 64, 184, 194, 16)), oval(182, 22, 30))
    picture.add(ice, RED, 14)
    picture.add(inside(box(0, 92, 256, 142), ice), ("#ffd54f", "#ffb83c"), 0)
    picture.add(inside(box(0, 142, 256, 200), ice), ("#58b8f4", "#2f86dc"), 0)
    for x in (100, 144):
        picture.add(inside(stroke([(x + 6, 62), (x + 6, 170)], 9), ice), ("#e8405a", "#2568c0"), 3)
    return picture.image()


def acorn() -> Image.Image:
    """A brown nut under a scaly cap with a stem."""
    picture = Picture(18)
    picture.add(
        polygon(smooth([(68, 112), (188, 112), (180, 170), (128, 244), (76, 170)], True), 2),
        ("#e0a052", "#a8642a"),
        18,
    )
    picture.add(stroke(smooth([(128, 46), (126, 26), (140, 8)]), 13), BROWN, 4)
    cap = polygon(smooth([(42, 112), (64, 62), (128, 38), (192, 62), (214, 112), (128, 126)], True), 3)
    picture.add(cap, ("#8a5a3c", "#5e3824"), 12, shadow=5)
    lines = [stroke([(x, 20), (x + lean * 110, 140)], 3) for x in range(-60, 320, 26) for lean in (-1, 1)]
    picture.add(inside(join(*lines), cap), ("#4a2a1a", "#4a2a1a"), 0)
    return picture.image()


def sausage() -> Image.Image:
    """A grilled sausage, bent, with marks of the grill."""
    picture = Picture()
    bend = smooth([(48, 92), (80, 152), (130, 180), (204, 164)])
    body = stroke(bend, 66)
    picture.add(oval(27, 56, 12), ("#b5502c", "#8a3a1e"), 4)
    picture.add(stroke([(27, 56), (42, 80)], 16), ("#b5502c", "#8a3a1e"), 4)
    picture.add(oval(234, 146, 10), ("#b5502c", "#8a3a1e"), 4)
    picture.add(body, ("#e8804a", "#b0482a"), 18)
    for x, y in ((62, 112), (90, 146), (126, 168), (166, 172), (200, 162)):
        picture.add(
            inside(turned(box(x - 5, y - 26, x + 5, y + 26, 5), 38, x, y), body), ("#8a3218", "#6e2410"), 2
        )
    return picture.image()

"""What one dresses up in."""

from PIL import Image

from training.drawings.pen import (
    CYAN,
    INK,
    WOOD,
    Picture,
    blob,
    both,
    box,
    inside,
    join,
    limb,
    mirrored,
    oval,
    polygon,
    smooth,
    stroke,
)


def beard() -> Image.Image:
    """A full brown beard alone, its moustache above a gap with lips."""
    picture = Picture()
    hair, light, dark = ("#b06c40", "#6a3a22"), ("#cf8a54", "#96582f"), ("#8a5030", "#532e1c")
    half = [(128, 252), (144, 226), (162, 232), (172, 202), (194, 200), (200, 170), (218, 158), (218, 124)]
    half += [(222, 88), (228, 48), (214, 42), (204, 76), (166, 86), (128, 88)]
    picture.add(blob([*half, *mirrored(half[1:-1])], 3), hair, 16)
    for points in (((204, 124), (196, 148), (184, 168)), ((178, 130), (172, 164), (156, 196))):
        picture.add(both(stroke(smooth(points), 6)), dark, 0)
    picture.add(stroke(smooth([(128, 160), (124, 188), (128, 220)]), 6), dark, 0)
    picture.add(oval(128, 122, 34, 18), ("#c4505a", "#e87a7e"), 0)
    picture.add(both(limb((108, 88, 20), (84, 98, 23), (52, 112, 14), (26, 92, 5))), light, 10, shadow=4)
    return picture.image()


def wig() -> Image.Image:
    """A white powdered wig from the side on a wooden stand, rolls of curls, a black bow at its tail."""
    picture = Picture()
    white, grey = ("#ffffff", "#c8c0dc"), ("#b8b0cc", "#9a90b4")
    picture.add(join(box(84, 130, 116, 240, 6), box(48, 228, 152, 250, 10)), WOOD, 8)
    picture.add(oval(98, 132, 54, 58), WOOD, 12)
    picture.add(limb((196, 156, 16), (214, 190, 22), (212, 222, 16), (200, 244, 5)), white, 9)
    cap = [(34, 96), (40, 44), (92, 8), (160, 14), (208, 58), (216, 116), (206, 160), (170, 168), (110, 150)]
    picture.add(blob([*cap, (92, 104)], 3), white, 18, shadow=4)
    for points in (((58, 82), (92, 44), (150, 36)), ((92, 90), (122, 66), (176, 64))):
        picture.add(stroke(smooth(points), 6), grey, 0)
    for y in (98, 132, 166):
        picture.add(limb((112, y, 19), (182, y, 19)), white, 9, shadow=4)
        picture.add(oval(112, y, 10), grey, 3)
    bow = [(206, 154), (176, 132), (178, 184), (206, 166), (242, 184), (242, 132)]
    picture.add(polygon(bow, 4), INK, 6, shadow=3)
    picture.add(oval(208, 159, 11, 13), INK, 5, shadow=2)
    return picture.image()


def raincoat() -> Image.Image:
    """A yellow raincoat with a hood, big buttons, two pockets, raindrops on it."""
    picture = Picture()
    coat, edge, dark = ("#ffe04a", "#fbb41e"), ("#ffd02e", "#ee9c14"), ("#b8741a", "#8a5010")
    picture.add(both(limb((86, 108, 24), (48, 152, 23), (34, 196, 22))), coat, 10)
    picture.add(both(box(10, 192, 58, 214, 9)), edge, 5, shadow=2)
    body = polygon([(90, 88), (166, 88), (190, 130), (204, 244), (52, 244), (66, 130)], 6)
    picture.add(body, coat, 12, shadow=4)
    picture.add(inside(box(46, 230, 210, 250), body), edge, 3)
    picture.add(box(116, 100, 140, 250, 4), edge, 4, shadow=2)
    hood = [(128, 4), (170, 18), (190, 62), (176, 104), (128, 116), (80, 104), (66, 62), (86, 18)]
    picture.add(blob(hood), coat, 14, shadow=4)
    picture.add(oval(128, 68, 42, 40), edge, 5)
    picture.add(oval(128, 70, 34, 34), dark, 0)
    for y in (130, 166, 202):
        picture.add(oval(128, y, 10), ("#4a5a86", "#262f52"), 4, shadow=2)
    picture.add(both(box(70, 176, 108, 222, 8)), edge, 5, shadow=2)
    picture.add(both(box(66, 170, 110, 190, 7)), coat, 5, shadow=3)
    for x, y in ((22, 40), (46, 92), (232, 36), (214, 90), (14, 128), (242, 136)):
        picture.add(blob([(x, y - 16), (x + 8, y + 2), (x, y + 10), (x - 8, y + 2)]), CYAN, 4)
    return picture.image()

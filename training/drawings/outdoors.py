"""What is met outdoors: on the water, in the wood and in Paris."""

from PIL import Image

from training.drawings.pen import (
    BARK,
    BLACK,
    BLUE,
    BROWN,
    CYAN,
    GREEN,
    PINK,
    RED,
    SLATE,
    STEEL,
    TAN,
    WHITE,
    WOOD,
    YELLOW,
    Picture,
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


def tricycle() -> Image.Image:
    """A child's, red: a big wheel with a pedal to the right, two small ones behind, ribbons on its grip."""
    picture = Picture()
    _tyre(picture, 88, 196, 30)
    picture.add(stroke([(54, 188), (92, 178)], 12), STEEL, 4)
    picture.add(stroke(smooth([(52, 196), (66, 158), (110, 150), (150, 128), (164, 92)]), 18), RED, 6)
    picture.add(stroke([(76, 154), (76, 124)], 14), STEEL, 4)
    picture.add(
        blob([(40, 112), (60, 104), (110, 112), (116, 122), (96, 130), (52, 132), (40, 124)], 4), BLUE, 7
    )
    _tyre(picture, 186, 176, 56)
    picture.add(stroke([(160, 80), (186, 176)], 18), RED, 6, shadow=3)
    picture.add(stroke([(186, 176), (206, 210)], 12), STEEL, 4)
    picture.add(oval(186, 176, 13), YELLOW, 4)
    picture.add(box(186, 206, 232, 222, 6), YELLOW, 4, shadow=2)
    picture.add(stroke(smooth([(160, 82), (154, 56), (132, 46), (112, 52)]), 13), STEEL, 4)
    for colours, low in ((YELLOW, (100, 92)), (PINK, (84, 84)), (CYAN, (76, 66))):
        picture.add(stroke(smooth([(110, 54), (96, 62), low]), 8), colours, 2)
    picture.add(stroke([(110, 53), (136, 46)], 20), BLACK, 5)
    _tyre(picture, 46, 204, 34)
    return picture.image()


def _tyre(picture: Picture, x: float, y: float, radius: float) -> None:
    """A wheel with a white disc and a red hub."""
    picture.add(oval(x, y, radius), BLACK, 6, shadow=2)
    picture.add(oval(x, y, 0.68 * radius), WHITE, 4)
    picture.add(oval(x, y, 0.26 * radius), RED, 3)


def raft() -> Image.Image:
    """Logs tied side by side, their ends to the front, a small sail, on water."""
    picture = Picture()
    picture.add(blob([(14, 206), (60, 178), (196, 178), (242, 206), (196, 236), (60, 236)], 4), CYAN, 8)
    for i in range(6):
        x = 36 + 37 * i
        back = 128 + 0.68 * (x - 128)
        log = polygon([(back - 11, 150), (back + 11, 150), (x + 18, 206), (x - 18, 206)], 4)
        picture.add(log, WOOD if i % 2 else ("#c98a42", "#a5642a"), 7)
    for y, half in ((162, 82), (186, 100)):
        picture.add(stroke([(128 - half, y), (128 + half, y)], 9), ("#fff0c8", "#e8cf94"), 3, shadow=3)
    for i in range(6):
        x = 36 + 37 * i
        picture.add(oval(x, 207, 19), BARK, 4, shadow=3)
        picture.add(oval(x, 207, 14), ("#ffe0a8", "#f0bf78"), 2)
        picture.add(cut(oval(x, 207, 9), oval(x, 207, 6)), WOOD, 0)
    picture.add(box(121, 14, 135, 176, 6), BROWN, 5, shadow=3)
    sail = smooth([(66, 38), (128, 44), (190, 38)]) + smooth([(190, 38), (198, 84), (194, 132)])
    sail += smooth([(194, 132), (128, 122), (62, 132)]) + smooth([(62, 132), (70, 84), (66, 38)])
    picture.add(polygon(sail, 3), ("#fffaf0", "#ecdcc0"), 12, shadow=4)
    picture.add(box(54, 30, 202, 44, 7), BROWN, 4, shadow=2)
    picture.add(box(150, 88, 180, 116, 3), RED, 2)
    return picture.image()


def jet_ski() -> Image.Image:
    """Red and white, leaping to the right over the water, which splashes up behind it."""
    picture = Picture()
    spray = [(14, 200), (12, 140), (24, 152), (16, 84), (40, 120), (50, 66), (70, 116), (92, 92), (100, 190)]
    picture.add(blob(spray, 4), ("#d8f4ff", "#6cc8f8"), 8)
    for x, y, r in ((26, 60, 8), (72, 72, 9), (52, 40, 7), (94, 64, 6)):
        picture.add(oval(x, y, r), ("#d8f4ff", "#8fdcff"), 3)
    hull = [(24, 164), (110, 150), (140, 106), (172, 98), (204, 126), (246, 160), (210, 176), (40, 180)]
    tilt = (-10, 130, 170)
    parts = (
        (stroke([(150, 112), (128, 66)], 14), SLATE, 5),
        (stroke([(112, 70), (142, 58)], 15), BLACK, 4),
        (blob([(34, 142), (46, 118), (100, 122), (124, 132), (120, 156), (40, 158)], 4), BLACK, 8),
        (blob(hull, 3), RED, 10),
        (polygon([(22, 166), (120, 162), (246, 162), (216, 196), (52, 200), (28, 190)], 4), WHITE, 9),
        (polygon([(150, 112), (170, 108), (196, 132), (130, 146)], 3), YELLOW, 4),
        (polygon([(40, 176), (216, 172), (206, 184), (44, 188)], 2), BLUE, 2),
    )
    for shape, colours, puff in parts:
        picture.add(turned(shape, *tilt), colours, puff, shadow=2)
    wave = [(12, 204), (40, 184), (76, 204), (112, 190), (150, 206), (190, 188), (226, 206), (244, 200)]
    picture.add(polygon([*smooth(wave), (240, 236), (16, 236)], 4), CYAN, 8)
    low = smooth([(12, 224), (60, 212), (110, 226), (160, 212), (210, 226), (244, 218)])
    picture.add(polygon([*low, (240, 240), (16, 240)], 3), ("#4bb4f2", "#2f84dc"), 5)
    return picture.image()


def treehouse() -> Image.Image:
    """A wooden house with a red roof on a platform in a tree, a ladder down from it."""
    picture = Picture()
    trunk = [(104, 244), (112, 190), (106, 120), (150, 120), (146, 190), (154, 244)]
    for x, y, r in ((60, 96, 48), (196, 96, 48), (92, 54, 44), (164, 54, 44), (128, 100, 60)):
        picture.add(oval(x, y, r), GREEN, 16)
    picture.add(polygon(trunk, 4), BARK, 10)
    for x in (60, 196):
        picture.add(stroke([(x, 166), (128, 214)], 13), BARK, 5)
    picture.add(box(72, 84, 184, 164, 4), TAN, 6, shadow=4)
    for y in (98, 114, 130, 146):
        picture.add(box(72, y, 184, y + 3), WOOD, 0)
    picture.add(box(86, 102, 122, 164, 6), BROWN, 5)
    picture.add(box(138, 104, 170, 136, 4), WOOD, 4)
    picture.add(box(142, 108, 166, 132, 3), ("#fff0b0", "#ffd060"), 2)
    picture.add(polygon([(128, 34), (198, 86), (58, 86)], 6), RED, 8, shadow=4)
    picture.add(box(40, 158, 216, 176, 6), WOOD, 5, shadow=5)
    for x in (58, 98):
        picture.add(stroke([(x, 160), (x - 12, 244)], 9), TAN, 3, shadow=2)
    for i in range(4):
        picture.add(stroke([(56 - 2.6 * i, 184 + 18 * i), (94 - 2.6 * i, 184 + 18 * i)], 8), TAN, 3)
    for x, y, r in ((30, 128, 24), (226, 128, 24), (214, 146, 18)):
        picture.add(oval(x, y, r), GREEN, 10)
    return picture.image()


def log_cabin() -> Image.Image:
    """Of round logs whose ends stand out at the corners, a roof, a chimney of stones with smoke."""
    picture = Picture()
    for x, y, r in ((196, 20, 12), (214, 12, 9)):
        picture.add(oval(x, y, r), WHITE, 5)
    picture.add(box(174, 40, 206, 110, 4), STEEL, 5)
    picture.add(box(168, 34, 212, 48, 5), SLATE, 4)
    picture.add(polygon([(128, 44), (214, 128), (42, 128)], 3), BARK, 4)
    for i in range(3):
        y, half = 118 - 20 * i, 84 - 19 * i
        picture.add(box(128 - half, y - 10, 128 + half, y + 10, 9), WOOD, 7)
    for i in range(5):
        y = 140 + 21 * i
        picture.add(box(22, y - 11, 234, y + 11, 11), WOOD, 8)
        for x in (40, 216):
            picture.add(oval(x, y, 11), BARK, 3)
            picture.add(oval(x, y, 8), ("#ffe0a8", "#f0bf78"), 2)
    picture.add(box(102, 150, 154, 236, 4), BROWN, 6, shadow=3)
    picture.add(oval(144, 194, 5), YELLOW, 2)
    for x in (60, 166):
        picture.add(box(x, 154, x + 32, 190, 4), BROWN, 4)
        picture.add(box(x + 5, 159, x + 27, 185, 2), ("#fff0b0", "#ffd060"), 2)
    roof = stroke([(16, 134), (128, 36), (240, 134)], 24)
    picture.add(roof, ("#4f9a5c", "#2c6a44"), 7, shadow=5)
    return picture.image()


def eiffel_tower() -> Image.Image:
    """An iron tower, its four legs curved together into a spire, with an arch and two platforms."""
    picture = Picture()
    iron, dark = ("#c4946a", "#8e6238"), ("#7c5432", "#5e3c20")
    side = smooth([(123, 36), (117, 92), (100, 142), (72, 196), (40, 246)])
    outline = polygon([*side, *mirrored(side)], 1)
    arch = join(oval(128, 250, 46, 50), box(82, 246, 174, 256))
    tower = cut(outline, arch, polygon([(128, 112), (146, 178), (110, 178)], 2))
    picture.add(stroke([(128, 12), (128, 44)], 6), dark, 2)
    picture.add(tower, iron, 6)
    bars = [[(48, 246), (88, 196)], [(52, 212), (84, 246)], [(80, 188), (122, 134)], [(92, 142), (118, 186)]]
    crosses = both(join(*(stroke(bar, 5) for bar in bars)))
    spire = [stroke([(108, y), (148, y - 30)], 4) for y in (66, 88, 112)]
    picture.add(inside(tower, join(crosses, both(join(*spire)))), dark, 0)
    picture.add(cut(inside(tower, oval(128, 250, 54, 58)), arch), iron, 4)
    for y, half in ((44, 12), (128, 30), (186, 58)):
        picture.add(box(128 - half, y - 7, 128 + half, y + 7, 4), iron, 4, shadow=4)
    return picture.image()

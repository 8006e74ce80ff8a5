"""What is found outdoors: water, rock and wood, and what people built there."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BROWN,
    GREEN,
    GREY,
    RED,
    SLATE,
    STEEL,
    STRAW,
    TAN,
    WHITE,
    WOOD,
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

DEEP = ("#3a3350", "#1c182c")


def campfire() -> Image.Image:
    """Flames over crossed logs."""
    picture = Picture()
    flame = [(128, 8), (164, 58), (178, 90), (192, 72), (206, 136)]
    flame += [(176, 196), (80, 196), (50, 136), (66, 80), (88, 98)]
    picture.add(blob(flame, 2), ("#ff8a2c", "#f04a2a"), 12)
    middle = [(130, 66), (156, 110), (174, 128), (160, 196), (96, 196), (80, 138), (104, 118)]
    picture.add(blob(middle, 2), ("#ffd54f", "#ffa42c"), 8)
    core = [(128, 118), (148, 156), (142, 192), (114, 192), (108, 156)]
    picture.add(blob(core, 2), ("#fffbe0", "#ffe470"), 6)
    for left, right in (((34, 174), (214, 222)), ((42, 222), (222, 174))):
        picture.add(stroke([left, right], 38), ("#a8683c", "#6a3c28"), 10, shadow=5)
        for x, y in (left, right):
            picture.add(oval(x, y, 17, 19), ("#f8d49c", "#e4ac6a"), 4)
            picture.add(cut(oval(x, y, 11, 12), oval(x, y, 6, 7)), WOOD, 0)
    return picture.image()


def waterfall() -> Image.Image:
    """Water falls over a cliff into a pool."""
    picture = Picture()
    cliff = [(20, 36), (80, 26), (176, 26), (236, 36), (240, 120), (230, 214), (26, 214), (16, 120)]
    picture.add(polygon(cliff, 8), ("#9a7f78", "#5f4a50"), 10)
    stones = [(44, 84, 30, 24), (206, 96, 32, 26), (38, 138, 26, 24), (216, 150, 26, 24), (54, 178, 30, 22)]
    for x, y, w, h in (*stones, (200, 186, 30, 20)):
        picture.add(box(x - w, y - h, x + w, y + h, 14), ("#b0968c", "#77605f"), 10, shadow=3)
    for x in (50, 206):
        for dx, dy in ((-16, 8), (18, 6), (0, -4)):
            picture.add(oval(x + dx, 36 + dy, 25, 22), GREEN, 10)
    fall = blob([(82, 34), (128, 24), (174, 34), (182, 60), (182, 210), (74, 210), (74, 60)])
    picture.add(fall, ("#8fe0ff", "#3fa4f0"), 8, shadow=4)
    for x, top, low in ((94, 54, 190), (114, 40, 120), (130, 96, 200), (146, 44, 150), (164, 60, 196)):
        picture.add(stroke([(x, top), (x, low)], 8), ("#ffffff", "#d4f2ff"), 2)
    picture.add(oval(128, 214, 118, 30), ("#5cc0f8", "#2478d8"), 6, shadow=3)
    for x, y, r in ((74, 200, 17), (102, 206, 19), (128, 200, 20), (154, 206, 19), (182, 200, 17)):
        picture.add(oval(x, y, r, r * 0.8), ("#ffffff", "#cfeeff"), 7)
    for x, y in ((54, 222), (166, 230), (206, 216)):
        picture.add(stroke([(x - 16, y), (x + 16, y)], 6), ("#bfeaff", "#a0dcff"), 0)
    return picture.image()


def iceberg() -> Image.Image:
    """White peaks above the sea, the larger part of the ice below."""
    picture = Picture()
    wave = smooth([(x, 138 + (5 if x // 24 % 2 else -5)) for x in range(16, 250, 24)])
    sea = join(polygon([*wave, (232, 180), (16, 180)], 4), box(12, 150, 236, 240, 20))
    picture.add(sea, ("#3a98f0", "#1a4cae"), 8)
    below = [(44, 128), (206, 128), (216, 160), (182, 196), (140, 226), (96, 212), (40, 168)]
    picture.add(polygon(below, 3), ("#a4dcfc", "#4c96e4"), 4)
    shade = [(120, 130), (206, 130), (214, 160), (182, 196), (140, 226), (130, 170)]
    picture.add(polygon(shade, 2), ("#78c0f6", "#3a7cd4"), 3)
    peaks = [(36, 136), (54, 92), (84, 70), (118, 16), (152, 54), (172, 50), (216, 136)]
    picture.add(polygon(peaks, 4), WHITE, 4)
    for facet, colours in (
        ([(36, 136), (54, 92), (84, 70), (100, 98), (92, 136)], ("#ffffff", "#d4ecff")),
        ([(84, 70), (100, 98), (92, 136), (144, 136), (132, 86), (118, 16)], ("#f8fdff", "#bce0fa")),
        ([(118, 16), (152, 54), (158, 92), (144, 136), (132, 86)], ("#b8dcf8", "#7cb6ec")),
        ([(152, 54), (172, 50), (184, 92), (176, 136), (144, 136), (158, 92)], ("#ecf8ff", "#a8d4f6")),
        ([(172, 50), (216, 136), (176, 136), (184, 92)], ("#a8d0f4", "#6ca6e2")),
    ):
        picture.add(polygon(facet, 2), colours, 3)
    picture.add(stroke(wave, 11), ("#9adcff", "#5cb4f6"), 3, shadow=3)
    return picture.image()


def cave() -> Image.Image:
    """A dark mouth in a grey rock, a few stones hang in it."""
    picture = Picture()
    rock = ("#a7a2b4", "#6d6780")
    hill = [(18, 222), (24, 150), (74, 58), (124, 30), (178, 46), (206, 98), (232, 144), (238, 222)]
    picture.add(polygon(hill, 6), rock, 14)
    stones = [(104, 54, 34, 18), (174, 70, 26, 20), (58, 108, 24, 22), (210, 132, 22, 24), (40, 170, 22, 26)]
    for x, y, w, h in (*stones, (218, 196, 22, 24)):
        picture.add(box(x - w, y - h, x + w, y + h, 15), ("#c8c2d4", "#8a839c"), 10, shadow=3)
    outline = [(44, 246), (52, 170), (84, 112), (130, 92), (174, 112), (204, 170), (212, 246)]
    floor = box(0, 0, 256, 228)
    picture.add(inside(polygon(smooth(outline), 6), floor), ("#7c7490", "#544c68"), 6, shadow=3)
    mouth = inside(polygon(smooth([(128 + (x - 128) * 0.86, 16 + y * 0.94) for x, y in outline])), floor)
    picture.add(mouth, DEEP, 6)
    picture.add(inside(oval(140, 236, 54, 34), mouth), ("#5a4c6c", "#8c7a90"), 4)
    for x, top, low in ((92, 118, 168), (112, 106, 132), (172, 120, 142)):
        picture.add(inside(polygon([(x - 10, top), (x + 10, top), (x, low)], 3), mouth), rock, 4)
    for x, y, w in ((30, 222, 22), (228, 224, 20), (60, 230, 18), (204, 230, 18)):
        picture.add(inside(oval(x, y, w, 20), box(0, 0, 256, 234)), GREEN, 7, shadow=2)
    return picture.image()


def tree_stump() -> Image.Image:
    """A sawn trunk with rings on top, roots below and a green shoot."""
    picture = Picture()
    trunk = [(46, 74), (210, 74), (212, 160), (226, 196), (244, 222), (206, 228), (172, 214)]
    trunk += [(140, 238), (104, 218), (66, 236), (12, 226), (34, 196), (44, 160)]
    picture.add(blob(trunk, 2), ("#94603e", "#5e3628"), 14)
    for x, top, low in ((70, 130, 190), (100, 150, 204), (136, 140, 212), (166, 156, 194), (190, 126, 170)):
        groove = smooth([(x, top), (x + 4, (top + low) / 2), (x, low)])
        picture.add(stroke(groove, 7), ("#4e2c20", "#40241a"), 2)
    picture.add(oval(128, 76, 88, 52), ("#b07848", "#7c4c30"), 6, shadow=5)
    picture.add(oval(128, 74, 78, 44), ("#ffe2b0", "#ecbc7c"), 4)
    for r in (60, 40, 20):
        ring = cut(oval(126, 74, r, r * 0.57), oval(126, 74, r - 7, r * 0.57 - 6))
        picture.add(ring, ("#cf9450", "#c48440"), 0)
    picture.add(stroke([(188, 144), (206, 122)], 14), ("#94603e", "#5e3628"), 4, shadow=3)
    for lean in (-5, 75):
        picture.add(turned(oval(204, 102, 12, 22), lean, 204, 124), GREEN, 6)
    return picture.image()


def haystack() -> Image.Image:
    """A round bale of hay, its rolled end to the left, loose straw below."""
    picture = Picture()
    straws = STRAW, ("#fff3b0", "#ffe890"), ("#c98a2c", "#b0741f")
    side = join(oval(176, 122, 66, 100), box(96, 22, 176, 222))
    picture.add(side, ("#ffd66a", "#c8862c"), 16)
    for i in range(22):
        left, top = 150 + 37 * i % 60, 30 + 8.6 * i
        picture.add(inside(stroke([(left, top), (left + 30, top + 5)], 6), side), straws[i % 3], 0)
    picture.add(oval(92, 122, 78, 100), ("#ffe894", "#e8ac44"), 10, shadow=4)
    for i in range(34):
        x, y = arc(92, 122, 66 if i % 2 else 44, 0, 21.2 * i, 88 if i % 2 else 60)[-1]
        straw = turned(box(x - 3, y - 11, x + 3, y + 11, 3), 21.2 * i + 17 * (i % 3) - 17, x, y)
        picture.add(straw, straws[i % 2], 0)
    spiral = [arc(92, 122, 8 + 0.062 * a, a, a, 10 + 0.078 * a)[0] for a in range(0, 930, 12)]
    picture.add(stroke(spiral, 8), ("#c8882c", "#a86a1c"), 2)
    for i in range(26):
        x, lean = 36 + 7.4 * i, 10 * (i * 7 % 5 - 2)
        straw = stroke([(x, 212 + i * 5 % 9), (x + lean, 236)], 7)
        picture.add(straw, straws[i * 2 % 3 if i % 4 else 0], 2, shadow=1)
    return picture.image()


def well() -> Image.Image:
    """A round wall of stone, a red roof on two posts, a bucket on a rope."""
    picture = Picture()
    picture.add(oval(128, 166, 84, 20), DEEP, 0)
    for x in (54, 186):
        picture.add(box(x, 70, x + 16, 176, 4), WOOD, 5)
    picture.add(box(46, 88, 210, 102, 7), BROWN, 4, shadow=3)
    picture.add(stroke([(128, 96), (128, 128)], 7), TAN, 2)
    picture.add(box(112, 84, 144, 106, 6), TAN, 5)
    picture.add(stroke(arc(128, 134, 18, 180, 360, 16), 5), STEEL, 2)
    picture.add(polygon([(106, 132), (150, 132), (144, 174), (112, 174)], 3), WOOD, 7, shadow=3)
    picture.add(polygon([(107, 142), (149, 142), (148, 150), (108, 150)]), SLATE, 2)
    picture.add(box(40, 164, 216, 240, 12), ("#8f889c", "#5f586e"), 8)
    for row in range(3):
        x, y = 22 + (18 if row % 2 else 0), 174 + 22 * row
        stones = join(*(box(x + 36 * i, y, x + 36 * i + 31, y + 19, 7) for i in range(6)))
        picture.add(inside(stones, box(42, 160, 214, 238, 10)), ("#d8d2e2", "#a59db4"), 5)
    picture.add(box(32, 162, 224, 180, 9), GREY, 5, shadow=3)
    picture.add(polygon([(128, 14), (232, 74), (226, 84), (30, 84), (24, 74)], 4), RED, 8, shadow=4)
    for y in (42, 62):
        half = (y - 14) * 1.73 - 4
        picture.add(stroke([(128 - half, y), (128 + half, y)], 5), ("#a81840", "#a81840"), 0)
    return picture.image()


def wind_turbine() -> Image.Image:
    """Three long white blades on a tall tower."""
    picture = Picture()
    picture.add(polygon([(135, 96), (151, 96), (160, 242), (126, 242)], 2), ("#f4f6fc", "#9aa8c6"), 7, True)
    for angle in (20, 140, 260):
        blade = [(143, 98), (125, 76), (127, 50), (143, -8), (152, 50), (155, 76)]
        picture.add(turned(blob(blade, 2), angle, 143, 98), ("#ffffff", "#a9badb"), 8, shadow=4)
    picture.add(oval(143, 98, 19), ("#f4f6fc", "#a4b0ca"), 6, shadow=3)
    picture.add(oval(143, 98, 9), RED, 3)
    return picture.image()


def beehive() -> Image.Image:
    """A skep of coiled straw with a dark door, a bee before it."""
    picture = Picture()
    for i, half in enumerate((92, 98, 98, 92, 80, 60, 34)):
        y = 216 - 31 * i
        picture.add(box(114 - half, y - 20, 114 + half, y + 20, 19), ("#ffcf5c", "#e0902c"), 9, shadow=1)
    picture.add(join(oval(108, 196, 27), box(81, 196, 135, 236, 3)), ("#5a3212", "#3c200c"), 4)
    for x, lean in ((190, -15), (210, 30)):
        picture.add(turned(oval(x, 70, 15, 26), lean, x, 110), ("#eefaff", "#a8dcf8"), 4, shadow=2)
    body = oval(194, 110, 42, 29)
    picture.add(body, ("#ffe066", "#f8b02a"), 6, shadow=3)
    for x in (184, 209):
        picture.add(inside(box(x, 70, x + 13, 150), body), BLACK, 2)
    picture.add(oval(168, 106, 6), BLACK, 0)
    picture.add(oval(166, 103, 2.5), WHITE, 0)
    return picture.image()

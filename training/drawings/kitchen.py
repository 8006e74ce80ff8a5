"""Things of kitchens and laundries."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    BROWN,
    CYAN,
    GLASS,
    GREEN,
    GREY,
    MINT,
    NIGHT,
    PINK,
    RED,
    STEEL,
    WHITE,
    WOOD,
    YELLOW,
    Picture,
    arc,
    box,
    inside,
    join,
    oval,
    polygon,
    smooth,
    stroke,
)


def table() -> Image.Image:
    """A wooden table from a little above, its four legs showing."""
    picture = Picture()
    for x in (66, 190):
        picture.add(polygon([(x - 6, 110), (x + 6, 110), (x + 4, 188), (x - 4, 188)], 4), BROWN, 5)
    for x in (32, 224):
        picture.add(polygon([(x - 9, 120), (x + 9, 120), (x + 5, 216), (x - 5, 216)], 5), WOOD, 6)
    picture.add(box(30, 118, 226, 142, 4), ("#b87434", "#8f5426"), 3)
    picture.add(polygon([(58, 66), (198, 66), (234, 116), (22, 116)], 6), ("#e8b069", "#d3934a"), 3)
    picture.add(box(16, 110, 240, 126, 7), ("#d08c42", "#a86528"), 4, shadow=3)
    return picture.image()


def microwave() -> Image.Image:
    """A box with a wide dark window, a handle, and a panel of buttons at its right."""
    picture = Picture()
    for x in (38, 196):
        picture.add(box(x, 196, x + 24, 214, 5), BLACK)
    picture.add(box(16, 50, 240, 206, 16), WHITE, 8)
    picture.add(box(28, 64, 174, 192, 12), GREY, 4)
    picture.add(box(38, 76, 154, 180, 8), NIGHT, 4)
    picture.add(
        inside(box(44, 82, 148, 174, 5), polygon([(70, 82), (110, 82), (70, 174), (44, 174), (44, 150)])),
        ("#7f92c8", "#55659c"),
        0,
    )
    picture.add(oval(96, 170, 44, 7), GLASS, 2)
    picture.add(box(160, 84, 169, 172, 4), STEEL, 3, shadow=3)
    picture.add(box(184, 66, 230, 92, 5), BLACK, 3)
    picture.add(box(190, 72, 212, 86, 3), GREEN, 0)
    picture.add(box(215, 72, 224, 86, 3), GREEN, 0)
    for y in (104, 124, 144):
        for x in (186, 202, 218):
            picture.add(box(x, y, x + 11, y + 12, 3), STEEL, 3)
    picture.add(box(185, 168, 229, 188, 6), RED, 4)
    return picture.image()


def oven() -> Image.Image:
    """A cooker: burners with a pot's flame on top, knobs, a window with a glow, a handle."""
    picture = Picture()
    for x in (40, 190):
        picture.add(box(x, 224, x + 26, 240, 5), BLACK)
    picture.add(box(28, 16, 228, 40, 8), WHITE, 4)
    picture.add(box(24, 34, 232, 232, 12), WHITE, 8)
    for x in (76, 180):
        picture.add(box(x - 34, 30, x + 34, 42, 6), BLACK, 3)
    picture.add(box(24, 42, 232, 82, 10), GREY, 4)
    for x in (48, 84, 172, 208):
        picture.add(oval(x, 62, 12), BLACK, 4, shadow=2)
        picture.add(stroke([(x, 62), (x, 54)], 4), WHITE, 0)
    picture.add(box(106, 51, 150, 73, 4), NIGHT, 2)
    picture.add(box(36, 92, 220, 220, 12), GREY, 5)
    picture.add(box(50, 98, 206, 110, 6), STEEL, 4, shadow=4)
    picture.add(box(54, 122, 202, 206, 10), BLACK, 4)
    picture.add(box(62, 130, 194, 198, 6), ("#ff9a3c", "#b8401e"), 0)
    picture.add(stroke([(66, 176), (190, 176)], 4), BLACK, 0)
    picture.add(
        join(box(96, 158, 160, 174, 6), polygon(arc(128, 160, 28, 180, 360, 22))), ("#ffd98c", "#d98a3a"), 5
    )
    return picture.image()


def toaster() -> Image.Image:
    """Two slices of bread stand out of a rounded metal body with a lever."""
    picture = Picture()
    for x in (44, 132):
        bread = join(
            box(x + 5, 58, x + 75, 140, 6),
            oval(x + 22, 60, 24, 20),
            oval(x + 58, 60, 24, 20),
            box(x + 20, 40, x + 60, 70, 4),
        )
        picture.add(bread, ("#c98343", "#a3602c"), 5)
        crumb = join(
            box(x + 13, 64, x + 67, 140, 4),
            oval(x + 24, 62, 17, 14),
            oval(x + 56, 62, 17, 14),
            box(x + 22, 48, x + 58, 70, 4),
        )
        picture.add(crumb, ("#ffe2ad", "#f6c987"), 4)
    for x in (48, 178):
        picture.add(box(x, 212, x + 30, 232, 6), BLACK)
    body = polygon(
        smooth(
            [
                (36, 216),
                (31, 170),
                (36, 124),
                (56, 108),
                (128, 106),
                (200, 108),
                (220, 124),
                (225, 170),
                (220, 216),
            ],
            True,
        ),
        4,
    )
    picture.add(body, RED, 14)
    picture.add(box(42, 104, 214, 120, 8), STEEL, 4, shadow=2)
    picture.add(box(20, 200, 236, 222, 10), STEEL, 5, shadow=3)
    picture.add(box(190, 132, 200, 190, 5), BLACK, 2)
    picture.add(box(178, 138, 212, 154, 7), WHITE, 4, shadow=3)
    picture.add(oval(60, 168, 14), WHITE, 4, shadow=2)
    picture.add(stroke([(60, 168), (60, 158)], 4), BLACK, 0)
    return picture.image()


def sink() -> Image.Image:
    """A white basin on a foot, under a tap from which water runs."""
    picture = Picture()
    picture.add(box(100, 160, 156, 240, 8), WHITE, 10)
    picture.add(box(84, 226, 172, 240, 7), WHITE, 4)
    bowl = polygon(
        smooth([(28, 118), (228, 118), (216, 156), (182, 186), (128, 194), (74, 186), (40, 156)], True), 1
    )
    picture.add(inside(bowl, box(0, 118, 256, 240)), WHITE, 14, shadow=4)
    picture.add(oval(128, 120, 112, 26), WHITE, 4)
    picture.add(oval(128, 122, 94, 18), ("#a79cc4", "#d6cdea"), 0)
    picture.add(inside(oval(128, 130, 72, 12), oval(128, 122, 94, 18)), GLASS, 0)
    picture.add(box(88, 92, 168, 108, 8), STEEL, 4, shadow=2)
    picture.add(
        stroke(smooth([(128, 100), (128, 50), (132, 34), (148, 26), (166, 32), (172, 48), (172, 58)]), 17),
        STEEL,
        6,
    )
    picture.add(stroke([(172, 66), (172, 124)], 10), CYAN, 3)
    picture.add(box(160, 52, 184, 66, 5), STEEL, 4)
    for x, colour in ((98, BLUE), (158, RED)):
        picture.add(box(x - 5, 78, x + 5, 98, 3), STEEL, 3)
        picture.add(join(stroke([(x - 13, 76), (x + 13, 76)], 8), oval(x, 76, 8)), GREY, 3)
        picture.add(oval(x, 75, 5), colour, 0)
    return picture.image()


def refrigerator() -> Image.Image:
    """Tall, two doors one above the other, long handles."""
    picture = Picture()
    for x in (70, 162):
        picture.add(box(x, 228, x + 24, 240, 4), BLACK)
    picture.add(box(58, 16, 198, 234, 16), MINT, 10)
    picture.add(box(58, 86, 198, 92), ("#3f8f86", "#3f8f86"), 0)
    picture.add(box(64, 22, 192, 86, 10), MINT, 6)
    picture.add(box(64, 92, 192, 226, 10), MINT, 6)
    for top, bottom in ((42, 76), (102, 160)):
        picture.add(box(74, top, 86, bottom, 6), WHITE, 4, shadow=4)
    picture.add(box(146, 40, 178, 50, 4), WHITE, 2)
    return picture.image()


def kettle() -> Image.Image:
    """A kettle for a stove: a spout at the left, an arched handle above, steam."""
    picture = Picture()
    picture.add(stroke(arc(134, 100, 70, 190, 350, 74), 17), BLACK, 5)
    picture.add(polygon([(84, 168), (24, 104), (44, 96), (110, 128)], 7), CYAN, 8)
    picture.add(stroke([(18, 106), (44, 94)], 10), STEEL, 3)
    body = polygon(
        smooth(
            [
                (60, 222),
                (50, 190),
                (62, 148),
                (94, 116),
                (134, 108),
                (174, 116),
                (206, 148),
                (218, 190),
                (208, 222),
                (134, 228),
            ],
            True,
        ),
        4,
    )
    picture.add(body, CYAN, 22)
    picture.add(box(52, 216, 216, 238, 10), STEEL, 5, shadow=2)
    picture.add(oval(134, 114, 48, 12), BLUE, 5, shadow=2)
    picture.add(oval(134, 96, 14), BLACK, 5, shadow=2)
    return picture.image()


def blender() -> Image.Image:
    """A glass jug of a pink drink with a lid and a handle, on a base with a knob."""
    picture = Picture()
    picture.add(stroke(smooth([(172, 64), (206, 66), (212, 88), (200, 130), (166, 142)]), 14), STEEL, 5)
    jug = polygon([(78, 52), (178, 52), (162, 156), (94, 156)], 6)
    picture.add(jug, ("#d9f4ff", "#a4dcf6"), 8)
    picture.add(
        inside(polygon([(80, 52), (176, 52), (160, 154), (96, 154)], 1), box(0, 86, 256, 160)), PINK, 5
    )
    for x, y in ((108, 102), (138, 112), (118, 130), (152, 98)):
        picture.add(oval(x, y, 5), ("#ffb4d0", "#ff9ac0"), 0)
    picture.add(stroke([(94, 68), (104, 140)], 6), WHITE, 0)
    picture.add(box(70, 38, 186, 56, 8), BLACK, 4, shadow=3)
    picture.add(box(110, 20, 146, 42, 8), BLACK, 5)
    picture.add(box(88, 154, 168, 172, 6), STEEL, 4)
    picture.add(polygon([(92, 174), (164, 174), (180, 232), (76, 232)], 8), RED, 9, shadow=2)
    picture.add(oval(128, 204, 18), WHITE, 5, shadow=2)
    picture.add(stroke([(128, 204), (136, 192)], 5), BLACK, 0)
    return picture.image()


def washing_machine() -> Image.Image:
    """A white box with a round window full of water and clothes."""
    picture = Picture()
    for x in (44, 184):
        picture.add(box(x, 226, x + 28, 240, 5), BLACK)
    picture.add(box(26, 16, 230, 234, 16), WHITE, 9)
    picture.add(box(34, 24, 222, 64, 10), GREY, 4)
    picture.add(box(44, 32, 106, 56, 6), WHITE, 4)
    picture.add(oval(150, 44, 14), BLUE, 5, shadow=2)
    picture.add(stroke([(150, 44), (150, 35)], 4), WHITE, 0)
    for x, colour in ((182, GREEN), (204, RED)):
        picture.add(oval(x, 44, 7), colour, 3)
    picture.add(oval(128, 148, 78), STEEL, 8, shadow=3)
    picture.add(oval(128, 148, 60), NIGHT, 5)
    glass = oval(128, 148, 54)
    water = polygon(
        smooth([(66, 150), (98, 140), (128, 150), (158, 160), (190, 146)]) + [(190, 220), (66, 220)]
    )
    picture.add(inside(glass, water), GLASS, 0)
    picture.add(
        inside(polygon(smooth([(84, 170), (104, 156), (126, 166), (120, 192), (96, 190)], True), 2), glass),
        RED,
        5,
    )
    picture.add(
        inside(polygon(smooth([(126, 178), (150, 164), (170, 172), (160, 192), (136, 196)], True), 2), glass),
        YELLOW,
        5,
    )
    picture.add(stroke(arc(128, 148, 44, 190, 240), 7), WHITE, 0)
    return picture.image()

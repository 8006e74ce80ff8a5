"""Things of streets and parks."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BLUE,
    BROWN,
    CYAN,
    GLASS,
    GREY,
    NIGHT,
    ORANGE,
    PURPLE,
    RED,
    SLATE,
    STEEL,
    WHITE,
    WOOD,
    YELLOW,
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


def fire_hydrant() -> Image.Image:
    """Red, a domed cap, three outlets, on a plate with bolts."""
    picture = Picture()
    for x in (48, 182):
        picture.add(box(x, 108, x + 26, 150, 6), YELLOW)
    picture.add(box(64, 114, 192, 144, 4), RED)
    picture.add(box(82, 84, 174, 220, 8), RED, 14)
    picture.add(polygon(arc(128, 82, 50, 180, 360, 46), 4), RED, 12, shadow=4)
    picture.add(box(114, 16, 142, 42, 6), YELLOW)
    picture.add(box(68, 76, 188, 94, 9), YELLOW, shadow=4)
    picture.add(oval(128, 136, 33), RED, shadow=5)
    picture.add(oval(128, 136, 24), YELLOW, 6)
    picture.add(polygon(arc(128, 136, 10, 0, 300)[::8] + [(136, 128)], 1), ("#e08a1c", "#b8651a"), 3)
    picture.add(box(74, 192, 182, 208, 8), RED, shadow=4)
    picture.add(box(56, 214, 200, 240, 9), RED, shadow=4)
    for x in (74, 110, 146, 182):
        picture.add(oval(x, 227, 6), YELLOW, 3)
    return picture.image()


def parking_meter() -> Image.Image:
    """A rounded head with a dial and a slot, on a pole."""
    picture = Picture()
    picture.add(box(114, 150, 142, 236, 4), STEEL, 8)
    picture.add(box(88, 226, 168, 240, 7), STEEL, shadow=2)
    picture.add(box(106, 146, 150, 172, 7), SLATE, shadow=4)
    head = join(polygon(arc(128, 80, 58, 180, 360), 6), box(64, 76, 192, 156, 22))
    picture.add(head, BLUE, 12, shadow=4)
    face = join(polygon(arc(128, 80, 42, 180, 360), 2), box(84, 78, 172, 92))
    picture.add(face, WHITE, 4)
    picture.add(polygon(arc(128, 84, 34, 300, 350) + [(128, 84)]), RED, 0)
    picture.add(stroke([(128, 84), (108, 58)], 6), BLACK, 2)
    picture.add(oval(128, 84, 7), BLACK, 2)
    picture.add(box(82, 102, 128, 148, 7), WHITE, 3)
    letter = cut(join(box(96, 108, 103, 142, 2), oval(105, 118, 12, 10)), oval(105, 118, 5, 4))
    picture.add(cut(letter, box(80, 100, 96, 150)), BLUE, 0)
    picture.add(box(144, 104, 172, 146, 6), STEEL, 4)
    picture.add(box(154, 110, 161, 140, 3), BLACK, 0)
    picture.add(oval(170, 124, 17), YELLOW, 4, shadow=3)
    picture.add(oval(170, 124, 10), ORANGE, 2)
    return picture.image()


def bench() -> Image.Image:
    """A park bench, seen from the front: slats of wood on iron legs."""
    picture = Picture()
    for x in (44, 212):
        side = 1 if x < 128 else -1
        picture.add(stroke([(x, 74), (x, 156)], 11), SLATE, 4)
        picture.add(stroke([(x, 156), (x - 12 * side, 212)], 12), SLATE, 4)
        picture.add(stroke([(x + 14 * side, 152), (x + 14 * side, 196)], 10), BLACK, 4)
    for y in (58, 84, 110):
        picture.add(box(18, y, 238, y + 20, 7), WOOD, 5, shadow=3)
    for x in (44, 212):
        side = 1 if x < 128 else -1
        picture.add(
            stroke(smooth([(x, 128), (x - 8 * side, 130), (x - 14 * side, 140), (x - 14 * side, 156)]), 9),
            SLATE,
            3,
        )
    for y, wide in ((144, 4), (160, 0)):
        picture.add(box(16 + wide, y, 240 - wide, y + 16, 7), WOOD, 5, shadow=4)
    return picture.image()


def street_lamp() -> Image.Image:
    """An old lantern on a green iron post."""
    picture = Picture()
    picture.add(box(119, 120, 137, 226, 5), NIGHT, 7)
    picture.add(polygon([(112, 200), (144, 200), (158, 232), (98, 232)], 5), NIGHT, 6, shadow=2)
    picture.add(box(86, 226, 170, 240, 6), NIGHT, 4)
    picture.add(stroke([(88, 136), (168, 136)], 9), NIGHT, 4)
    for x in (88, 168):
        picture.add(oval(x, 136, 8), YELLOW, 4)
    picture.add(polygon([(86, 58), (170, 58), (152, 118), (104, 118)], 4), ("#fff3b0", "#ffc23c"), 6)
    picture.add(oval(128, 90, 14, 20), ("#fffdf0", "#fff0a8"), 4)
    for x, low in ((86, 104), (128, 128), (170, 152)):
        picture.add(stroke([(x, 58), (low, 118)], 6), NIGHT, 2)
    picture.add(polygon([(84, 56), (112, 32), (144, 32), (172, 56)], 6), NIGHT, 6, shadow=4)
    picture.add(box(116, 18, 140, 34, 6), NIGHT, 4)
    picture.add(box(100, 114, 156, 128, 6), NIGHT, 4, shadow=2)
    return picture.image()


def fence() -> Image.Image:
    """White pickets with pointed ends on two rails."""
    picture = Picture()
    for y in (104, 176):
        picture.add(box(16, y, 240, y + 20, 6), GREY, 5)
    for x in (42, 85, 128, 171, 214):
        picture.add(
            polygon([(x - 12, 212), (x - 12, 70), (x, 52), (x + 12, 70), (x + 12, 212)], 4),
            WHITE,
            7,
            shadow=4,
        )
        for y in (114, 186):
            picture.add(oval(x, y, 3.5), STEEL, 0)
    return picture.image()


def traffic_cone() -> Image.Image:
    """Orange with white bands on a square foot."""
    picture = Picture()
    picture.add(polygon([(44, 206), (212, 206), (232, 232), (24, 232)], 8), ORANGE, 6)
    cone = polygon([(120, 24), (136, 24), (186, 208), (70, 208)], 8)
    picture.add(
        join(inside(cone, box(0, 0, 256, 206)), inside(oval(128, 204, 66, 16), cone)), ORANGE, 14, shadow=3
    )
    for top, bottom in ((74, 108), (146, 182)):
        band = cut(join(box(0, top, 256, bottom), oval(128, bottom, 90, 12)), oval(128, top, 90, 12))
        picture.add(inside(band, cone), WHITE, 0)
    return picture.image()


def lighthouse() -> Image.Image:
    """A tower with red and white bands, its lamp and its beams lit, on a rock in the sea."""
    picture = Picture()
    for side in (-1, 1):
        beam = [(128 + 18 * side, 60), (128 + 104 * side, 30), (128 + 104 * side, 92)]
        picture.add(polygon(beam, 4), ("#fff2a0", "#ffdc6a"), 0)
    picture.add(
        polygon(
            smooth([(44, 236), (60, 212), (92, 204), (128, 200), (168, 204), (200, 214), (214, 236)], True), 2
        ),
        SLATE,
        8,
    )
    tower = polygon([(106, 86), (150, 86), (168, 212), (88, 212)], 4)
    picture.add(tower, WHITE, 12)
    for top in (112, 162):
        picture.add(inside(tower, box(0, top, 256, top + 26)), RED, 6)
    picture.add(join(box(118, 188, 138, 216, 2), oval(128, 190, 10)), BROWN, 3)
    picture.add(box(108, 44, 148, 82, 4), ("#fff8d0", "#ffd34a"), 5)
    for x in (110, 128, 146):
        picture.add(box(x - 2, 46, x + 2, 82), NIGHT, 0)
    picture.add(box(92, 78, 164, 92, 6), RED, 4, shadow=3)
    picture.add(polygon([(104, 44), (128, 24), (152, 44)], 6), RED, 6, shadow=2)
    picture.add(oval(128, 20, 5), YELLOW, 2)
    picture.add(box(24, 224, 232, 240, 8), CYAN, 5)
    return picture.image()


def windmill() -> Image.Image:
    """A mill with four lattice sails."""
    picture = Picture()
    picture.add(polygon([(92, 112), (164, 112), (184, 232), (72, 232)], 8), WHITE, 14)
    picture.add(join(box(112, 192, 144, 240, 2), oval(128, 194, 16)), BROWN, 4)
    picture.add(box(116, 146, 140, 172, 5), GLASS, 3)
    picture.add(polygon(arc(128, 112, 44, 180, 360, 50), 4), RED, 10, shadow=4)
    for turn in range(45, 405, 90):
        arm, cloth = box(124, 6, 132, 94, 3), box(132, 10, 160, 72, 3)
        lines = join(*(box(130, y, 162, y + 3) for y in (25, 41, 57)), box(144, 8, 147, 74))
        picture.add(turned(arm, turn, 128, 94), BROWN, 3)
        picture.add(turned(cloth, turn, 128, 94), ("#fff1d8", "#f0d4a4"), 3, shadow=2)
        picture.add(turned(inside(lines, cloth), turn, 128, 94), WOOD, 0)
    picture.add(oval(128, 94, 11), BROWN, 4, shadow=2)
    return picture.image()


def hot_air_balloon() -> Image.Image:
    """A striped balloon with a basket."""
    picture = Picture()
    for x in (104, 128, 152):
        picture.add(stroke([(128 + (x - 128) * 1.1, 168), (x, 210)], 3), BROWN, 0)
    skin = join(
        oval(128, 98, 84, 82),
        polygon(smooth([(50, 128), (72, 158), (104, 186), (152, 186), (184, 158), (206, 128)]), 1),
    )
    picture.add(skin, RED, 22)
    for inner, outer in ((16, 44), (64, 76)):
        ring = cut(oval(128, 100, outer, 96), oval(128, 100, inner, 96))
        picture.add(inside(ring, skin), YELLOW, 0)
    picture.add(box(100, 178, 156, 190, 5), PURPLE, 4)
    picture.add(polygon([(106, 212), (150, 212), (146, 236), (110, 236)], 4), WOOD, 5)
    picture.add(box(100, 206, 156, 216, 5), BROWN, 3, shadow=2)
    return picture.image()


def submarine() -> Image.Image:
    """Yellow, round windows, a tower with a periscope, a screw at the back."""
    picture = Picture()
    picture.add(stroke(smooth([(120, 100), (120, 52), (124, 44), (146, 44)]), 12), STEEL, 5)
    picture.add(polygon([(92, 78), (148, 78), (164, 118), (80, 118)], 8), YELLOW, 8)
    for y in (126, 186):
        picture.add(oval(226, y, 10, 26), STEEL, 4)
    picture.add(box(206, 146, 228, 166, 5), STEEL, 4)
    picture.add(polygon([(184, 112), (214, 100), (214, 212), (184, 200)], 5), ORANGE, 5)
    hull = join(oval(100, 156, 84, 52), polygon([(110, 110), (204, 128), (204, 184), (110, 202)], 3))
    picture.add(hull, YELLOW, 20)
    picture.add(inside(hull, box(0, 178, 256, 188)), ORANGE, 0)
    for x in (62, 114, 166):
        picture.add(oval(x, 146, 21), ORANGE, 4, shadow=2)
        picture.add(oval(x, 146, 14), GLASS, 4)
    return picture.image()

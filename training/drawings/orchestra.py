"""Instruments of an orchestra."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    BROWN,
    PURPLE,
    SILVER,
    SLATE,
    STEEL,
    TAN,
    WHITE,
    WOOD,
    Picture,
    blob,
    box,
    mirrored,
    oval,
    polygon,
    smooth,
    stroke,
)

CHERRY = ("#d9743a", "#9a3f1e")


def cello() -> Image.Image:
    """Tall on its long spike beside a stool on which the bow leans."""
    picture = Picture()
    _stool(picture)
    picture.add(stroke([(88, 200), (88, 250)], 7), SLATE, 3)
    picture.add(oval(88, 216, 9, 7), BLACK, 3)
    half = [(88, 70), (118, 74), (138, 92), (134, 110), (122, 124), (126, 138), (148, 154), (156, 180)]
    half += [(138, 204), (88, 210)]
    body = [*half, *((176 - x, y) for x, y in half[-2:0:-1])]
    picture.add(blob(body, 4), ("#8a3f20", "#6a2a14"), 6)
    picture.add(blob([(88 + (x - 88) * 0.93, 141 + (y - 141) * 0.93) for x, y in body], 2), CHERRY, 12)
    for side in (-1, 1):
        curve = ((23, 128), (29, 135), (28, 148), (34, 160), (40, 154))
        picture.add(stroke(smooth([(88 + side * x, y) for x, y in curve]), 6), BLACK, 0)
    picture.add(polygon([(81, 34), (95, 34), (98, 124), (78, 124)], 1), BLACK, 4, shadow=3)
    picture.add(polygon([(77, 164), (99, 164), (94, 202), (82, 202)], 3), BLACK, 4, shadow=2)
    for x in (83, 88, 93):
        picture.add(stroke([(x, 38), (x, 168)], 2), WHITE, 0)
    picture.add(box(70, 146, 106, 153, 3), TAN, 3, shadow=2)
    for y in (22, 34):
        picture.add(stroke([(68, y), (108, y)], 7), BLACK, 3)
    picture.add(box(80, 10, 96, 46, 5), CHERRY, 4)
    picture.add(oval(88, 12, 12), CHERRY, 5)
    picture.add(oval(88, 12, 5), BROWN, 2)
    return picture.image()


def _stool(picture: Picture) -> None:
    """A stool with a purple cushion, a bow leaning on it."""
    for x0, x1 in ((182, 174), (232, 240)):
        picture.add(stroke([(x0, 176), (x1, 246)], 12), WOOD, 5)
    picture.add(stroke([(180, 218), (234, 218)], 9), WOOD, 4)
    picture.add(box(166, 164, 248, 186, 10), PURPLE, 7, shadow=3)
    picture.add(stroke([(186, 50), (204, 240)], 4), STEEL, 0)
    picture.add(stroke(smooth([(180, 40), (198, 50), (212, 140), (220, 246)]), 9), BROWN, 3, shadow=2)
    picture.add(polygon([(200, 220), (216, 218), (220, 246), (204, 248)], 2), BLACK, 3)


def clarinet() -> Image.Image:
    """Black, with silver rings and keys, a beak to blow above and a bell below; slanted."""
    picture = Picture(45)
    ebony = ("#5c5666", "#26222e")
    bell = [(114, 186), (112, 204), (104, 222), (86, 240)]
    picture.add(polygon(smooth(bell) + mirrored(smooth(bell)), 2), ebony, 8, True)
    picture.add(oval(128, 240, 44, 12), SILVER, 4)
    picture.add(oval(128, 241, 35, 7), BLACK, 2)
    picture.add(polygon([(122, 4), (132, 4), (141, 40), (115, 40)], 3), ("#3c3646", "#1c1824"), 5)
    picture.add(box(112, 22, 144, 31, 2), SILVER, 3)
    picture.add(box(111, 40, 145, 194, 5), ebony, 9, True)
    for y in (38, 60, 118, 184):
        picture.add(box(108, y, 148, y + 9, 4), SILVER, 4)
    for y in (78, 94, 110, 136, 153, 170):
        picture.add(oval(126, y, 9, 7), SILVER, 4, shadow=2)
        picture.add(oval(126, y, 4, 3), SLATE, 0)
    for top, bottom in ((70, 112), (134, 180)):
        picture.add(stroke([(149, top), (149, bottom)], 6), SILVER, 3)
        for y in (top + 4, bottom - 4):
            picture.add(oval(153, y, 9, 7), SILVER, 3, shadow=2)
    for y in (142, 160):
        picture.add(stroke([(112, y), (99, y + 8)], 10), SILVER, 3, shadow=2)
    return picture.image()

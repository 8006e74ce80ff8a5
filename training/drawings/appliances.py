"""Machines and fittings of a house, and a red phone booth."""

from PIL import Image

from training.drawings.pen import (
    BLACK,
    CYAN,
    GLASS,
    GOLD,
    GREY,
    IRON,
    MINT,
    ORANGE,
    PINK,
    RED,
    SILVER,
    SLATE,
    STEEL,
    WHITE,
    Picture,
    blob,
    box,
    cut,
    limb,
    oval,
    polygon,
    smooth,
    stroke,
)


def typewriter() -> Image.Image:
    """Mint green, round keys in rows, a black roller with knobs, a sheet of paper that stands out of it."""
    picture = Picture()
    teal = ("#4fc4b4", "#23877f")
    picture.add(box(66, 8, 190, 110, 5), WHITE, 4)
    for y, end in ((30, 172), (50, 172), (70, 140)):
        picture.add(box(84, y, end, y + 7, 3), STEEL, 0)
    picture.add(box(10, 84, 246, 104, 8), STEEL, 5)
    picture.add(box(28, 76, 228, 114, 12), BLACK, 8)
    picture.add(stroke([(40, 94), (26, 66)], 8), SILVER, 4)
    picture.add(oval(26, 64, 9), RED, 4)
    picture.add(polygon([(54, 112), (202, 112), (222, 152), (34, 152)], 8), MINT, 7, shadow=3)
    picture.add(polygon([(92, 122), (164, 122), (176, 142), (80, 142)], 3), BLACK, 2)
    picture.add(polygon([(30, 152), (226, 152), (244, 232), (12, 232)], 10), teal, 8, shadow=3)
    for row, (y, count) in enumerate(((162, 8), (182, 8), (202, 7))):
        step = 23 + row
        for i in range(count):
            x = 128 + step * (i - (count - 1) / 2)
            picture.add(oval(x, y + 2, 9.5), WHITE, 4, shadow=2)
    picture.add(box(72, 216, 184, 232, 7), WHITE, 4, shadow=2)
    return picture.image()


def dishwasher() -> Image.Image:
    """A white box, its door folded down; a rack of cups above, one of plates below."""
    picture = Picture()
    picture.add(box(30, 8, 226, 206, 12), WHITE, 7)
    picture.add(box(42, 18, 214, 40, 6), GREY, 3)
    for x, colours in ((58, CYAN), (76, ORANGE)):
        picture.add(oval(x, 29, 6), colours, 2)
    picture.add(box(44, 48, 212, 204, 6), IRON, 3)
    for i, colours in enumerate((CYAN, PINK, CYAN, ORANGE)):
        x = 70 + 39 * i
        picture.add(polygon([(x - 11, 64), (x + 11, 64), (x + 14, 94), (x - 14, 94)], 3), colours, 5)
    picture.add(polygon([(34, 202), (222, 202), (248, 242), (8, 242)], 6), ("#fffdff", "#b9acd6"), 7)
    picture.add(polygon([(58, 208), (198, 208), (212, 226), (44, 226)], 4), GREY, 3)
    for i in range(5):
        x = 70 + 29 * i
        picture.add(oval(x, 160, 20, 38), WHITE, 5, shadow=3)
        picture.add(oval(x + 1, 160, 11, 25), CYAN, 3)
    for top, bottom in ((88, 104), (180, 206)):
        for y in (top, bottom):
            picture.add(stroke([(48, y), (208, y)], 6), SILVER, 2)
        for x in range(48, 209, 20):
            picture.add(stroke([(x, top), (x, bottom)], 5), SILVER, 2)
    return picture.image()


def faucet() -> Image.Image:
    """A shining tap with a bent spout and a handle, a blue drop under it."""
    picture = Picture()
    chrome = ("#eef0f8", "#8d8aa6")
    spout = limb((70, 108, 30), (130, 106, 30), (186, 112, 29), (204, 146, 24), (204, 160, 24))
    picture.add(spout, chrome, 14)
    picture.add(box(176, 152, 232, 174, 8), chrome, 6, shadow=2)
    picture.add(box(12, 64, 40, 152, 10), chrome, 8, shadow=3)
    picture.add(box(102, 54, 138, 92, 7), chrome, 7, shadow=2)
    picture.add(box(112, 34, 128, 60, 4), STEEL, 4)
    picture.add(
        limb((66, 32, 14), (92, 30, 10), (120, 30, 14), (148, 30, 10), (174, 32, 14)), RED, 7, shadow=3
    )
    picture.add(blob([(204, 188), (222, 218), (222, 238), (204, 248), (186, 238), (186, 218)], 2), GLASS, 8)
    picture.add(oval(197, 228, 5, 8), WHITE, 0)
    return picture.image()


def phone_booth() -> Image.Image:
    """A tall red British booth with a low dome, a white sign and many small panes."""
    picture = Picture()
    dark = ("#c2203c", "#9c1434")
    picture.add(blob([(70, 34), (84, 16), (128, 6), (172, 16), (186, 34), (128, 36)], 4), RED, 8)
    picture.add(box(60, 28, 196, 250, 8), RED, 8)
    picture.add(box(72, 36, 184, 58, 5), WHITE, 3)
    picture.add(box(86, 44, 170, 50, 3), BLACK, 0)
    picture.add(box(54, 60, 202, 72, 5), RED, 4, shadow=3)
    picture.add(box(73, 78, 183, 226, 5), dark, 3)
    for row in range(6):
        for left, right in ((79, 95), (101, 155), (161, 177)):
            y = 83 + 23.5 * row
            picture.add(box(left, y, right, y + 18, 2), GLASS, 2)
    picture.add(box(170, 146, 180, 178, 5), GOLD, 4)
    picture.add(oval(128, 19, 9, 8), GOLD, 4)
    picture.add(box(52, 234, 204, 250, 5), dark, 5)
    return picture.image()


def record_player() -> Image.Image:
    """A wooden box, a black disc with a red middle on it, a silver arm that reaches over the disc."""
    picture = Picture()
    picture.add(polygon([(46, 20), (210, 20), (216, 92), (40, 92)], 8), ("#d6f2ff", "#9fd4f0"), 6)
    for x in (44, 212):
        picture.add(box(x - 16, 216, x + 16, 238, 8), BLACK, 4)
    picture.add(polygon([(42, 90), (214, 90), (246, 188), (10, 188)], 6), ("#eab468", "#d0904a"), 5)
    picture.add(box(4, 182, 252, 226, 10), ("#b5702c", "#8a4e20"), 7)
    picture.add(oval(108, 142, 88, 46), SLATE, 4, shadow=3)
    picture.add(oval(108, 139, 86, 44), BLACK, 4)
    for far in (68, 52):
        ring = cut(oval(108, 139, far, far * 0.51), oval(108, 139, far - 4, (far - 4) * 0.51))
        picture.add(ring, ("#7c758c", "#4a4456"), 0)
    picture.add(oval(108, 139, 32, 16), RED, 3)
    picture.add(oval(108, 138, 6, 4), WHITE, 0)
    picture.add(oval(212, 112, 18, 12), STEEL, 4, shadow=3)
    picture.add(stroke(smooth([(212, 104), (218, 150), (196, 164), (162, 158)]), 9), SILVER, 4, shadow=4)
    picture.add(stroke([(168, 160), (150, 152)], 16), SILVER, 4, shadow=3)
    picture.add(oval(212, 102, 13, 10), WHITE, 4)
    for x, colours in ((198, SILVER), (226, ORANGE)):
        picture.add(oval(x, 204, 11), colours, 4, shadow=2)
    return picture.image()

"""Birds."""

from PIL import Image

from training.drawings.pen import (
    BARK,
    BROWN,
    EYE,
    INK,
    ORANGE,
    RED,
    SHINE,
    SLATE,
    WHITE,
    YELLOW,
    Colours,
    Picture,
    Points,
    arc,
    blob,
    eye,
    inside,
    join,
    limb,
    oval,
    smooth,
    stroke,
)


def _feet(picture: Picture, colours: Colours, places: Points) -> None:
    """Legs of a bird from (x, y) down to the lower edge, with toes that point to the left."""
    for x, y in places:
        leg = stroke([(x, y), (x, 236), (x - 22, 240)], 9)
        picture.add(join(leg, stroke([(x, 236), (x + 12, 240)], 9)), colours, 3)


def ostrich() -> Image.Image:
    """A black body with white plumes on long legs, a long bare neck to the right."""
    picture = Picture()
    skin = ("#ffc2ac", "#e58e7c")
    for hip, x in ((96, 88), (134, 142)):
        picture.add(limb((hip, 158, 26), (x - 2, 188, 11), (x, 214, 7), (x, 236, 7)), skin, 6)
        picture.add(stroke([(x, 237), (x + 22, 239)], 11), skin, 3)
    for i, (x, y) in enumerate(((22, 92), (16, 122), (28, 148))):
        picture.add(limb((70, 130, 22), (x + 12, y, 16), (x, y + 4 * i, 12)), WHITE, 7, shadow=2)
    picture.add(limb((156, 132, 26), (182, 104, 14), (180, 70, 12), (188, 40, 13)), skin, 8)
    body = [(60, 118), (96, 84), (150, 88), (182, 118), (168, 160), (120, 180), (74, 166)]
    picture.add(blob(body), INK, 14)
    picture.add(limb((178, 108, 13), (184, 118, 13)), WHITE, 6)
    for i, y in enumerate((156, 138, 120)):
        picture.add(limb((128, y - 12, 18), (92, y + 2, 16), (66 - 4 * i, y + 8, 11)), WHITE, 6, shadow=3)
    picture.add(blob([(92, 108), (136, 94), (164, 118), (150, 152), (112, 148)]), INK, 8, shadow=3)
    picture.add(blob([(204, 30), (238, 38), (240, 46), (204, 54)]), ("#ffb63c", "#f07a22"), 5)
    picture.add(oval(190, 38, 27, 24), skin, 9)
    eye(picture, 196, 34, 10)
    return picture.image()


def toucan() -> Image.Image:
    """Black, a white throat, a huge orange bill with a black tip to the right."""
    picture = Picture()
    sky = ("#8fd0ff", "#4a9cf0")
    picture.add(limb((74, 170, 24), (48, 214, 20), (36, 232, 14)), INK, 8)
    for x in (98, 128):
        picture.add(join(*(stroke([(x, 212), (x + dx, 238)], 10) for dx in (-8, 4, 16))), sky, 3)
    body = limb((108, 72, 56), (104, 120, 58), (98, 164, 54))
    picture.add(body, INK, 16)
    throat = blob([(120, 40), (160, 60), (168, 112), (150, 146), (112, 140), (96, 100)])
    picture.add(inside(throat, body), ("#ffffff", "#ffe27a"), 6)
    bill = blob([(138, 52), (186, 34), (232, 54), (242, 96), (228, 130), (214, 108), (182, 96), (140, 100)])
    picture.add(bill, ("#ffc53a", "#ff7a22"), 12, shadow=4)
    picture.add(inside(oval(244, 126, 30, 44), bill), INK, 6)
    edge = stroke(smooth([(136, 82), (184, 74), (226, 94), (236, 120)]), 6)
    picture.add(inside(edge, bill), ("#d9541e", "#b83a1a"), 0)
    picture.add(oval(118, 66, 25), sky, 5)
    eye(picture, 118, 66, 15)
    wing = blob([(60, 126), (104, 132), (112, 168), (80, 206), (46, 214), (48, 160)])
    picture.add(wing, ("#6a6480", "#332d42"), 9, shadow=4)
    return picture.image()


def pelican() -> Image.Image:
    """White, a huge orange bill with a pouch to the left."""
    picture = Picture()
    _feet(picture, ORANGE, [(158, 200), (188, 200)])
    picture.add(limb((150, 172, 44), (186, 180, 42), (230, 204, 12)), WHITE, 14)
    picture.add(limb((134, 170, 34), (126, 132, 24), (158, 96, 22), (148, 56, 32)), WHITE, 12)
    pouch = blob([(132, 62), (20, 98), (36, 128), (74, 154), (112, 148), (136, 104)])
    picture.add(pouch, ("#ffc24a", "#ff8a2a"), 14, shadow=4)
    bill = limb((138, 54, 14), (70, 76, 10), (20, 96, 8), (16, 102, 7))
    picture.add(bill, ("#ff9a32", "#e8642a"), 6, shadow=3)
    eye(picture, 146, 44, 11)
    wing = blob([(140, 158), (182, 142), (216, 168), (244, 200), (206, 206), (164, 200)])
    picture.add(wing, ("#dcd8ea", "#a8a2c0"), 9, shadow=4)
    picture.add(inside(blob([(206, 170), (250, 190), (248, 212), (204, 210)]), wing), INK, 4)
    return picture.image()


def hummingbird() -> Image.Image:
    """Green with a red throat, a long bill to the left, wings raised."""
    picture = Picture()
    far = blob([(128, 116), (112, 60), (122, 14), (148, 36), (166, 76), (164, 120)])
    picture.add(far, ("#3fb89a", "#1f7a7c"), 8)
    for x, y in ((190, 240), (208, 230), (222, 214)):
        picture.add(limb((168, 180, 16), (x, y, 9)), ("#2a9a8a", "#155a6c"), 5, shadow=1)
    picture.add(limb((66, 108, 8), (36, 106, 5), (14, 102, 3.5)), INK, 2)
    body = limb((90, 104, 35), (122, 140, 40), (156, 168, 30), (180, 194, 15))
    picture.add(body, ("#5fe08a", "#1f9a68"), 14)
    picture.add(inside(limb((96, 156, 26), (128, 182, 24), (160, 204, 16)), body), ("#ffffff", "#d4ded8"), 5)
    throat = blob([(54, 116), (80, 118), (110, 132), (100, 158), (70, 150)])
    picture.add(inside(throat, body), ("#ff4a6a", "#d2204e"), 5)
    wing = blob([(120, 134), (140, 88), (184, 40), (232, 14), (240, 40), (222, 84), (190, 126), (150, 152)])
    picture.add(wing, ("#7fe8c0", "#2a9a94"), 10, shadow=5)
    for x, y in ((226, 34), (220, 66), (204, 96)):
        picture.add(stroke([(158, 122 + (y - 66) * 0.2), (x, y)], 6), ("#d4fbe4", "#8fe0c8"), 0)
    eye(picture, 84, 96, 12)
    return picture.image()


def puffin() -> Image.Image:
    """Black above, white below, a white face, a striped orange bill to the left."""
    picture = Picture()
    for x in (98, 150):
        picture.add(blob([(x + 12, 214), (x + 22, 242), (x - 32, 242), (x - 6, 214)], 2), ORANGE, 5)
    picture.add(limb((186, 190, 24), (224, 220, 14)), INK, 6)
    body = limb((124, 70, 56), (132, 120, 62), (138, 162, 66))
    picture.add(body, INK, 18)
    picture.add(inside(oval(104, 172, 64, 62), body), ("#ffffff", "#dcd4ea"), 8)
    picture.add(inside(oval(96, 72, 46, 42), body), ("#ffffff", "#dcd4ea"), 7)
    bill = blob([(86, 42), (58, 42), (22, 70), (14, 100), (52, 108), (84, 102)])
    picture.add(bill, ("#ff7f3a", "#e8402e"), 8, shadow=4)
    for x, colours in ((80, SLATE), (58, YELLOW)):
        picture.add(inside(stroke(arc(x + 40, 74, 40, 130, 230, 46), 11), bill), colours, 0)
    picture.add(oval(110, 62, 18), RED, 3)
    eye(picture, 110, 62, 12)
    wing = blob([(160, 116), (192, 132), (204, 180), (186, 216), (156, 176)])
    picture.add(wing, ("#6a6480", "#2c2738"), 8, shadow=4)
    return picture.image()


def pigeon() -> Image.Image:
    """Grey, a green and purple neck, two dark bars on the wing, pink feet."""
    picture = Picture()
    _feet(picture, ("#ff8f94", "#e0566c"), [(112, 196), (146, 196)])
    picture.add(limb((178, 176, 26), (216, 206, 17), (236, 220, 12)), ("#74768e", "#484a62"), 6)
    picture.add(limb((106, 142, 54), (138, 160, 52), (186, 180, 28)), ("#b4b8ca", "#7c8098"), 16)
    neck = limb((86, 62, 34), (88, 96, 32), (96, 134, 46))
    picture.add(neck, ("#44c88c", "#2c8f86"), 10)
    breast = blob([(38, 124), (90, 116), (146, 128), (150, 190), (60, 190)])
    picture.add(inside(breast, neck), ("#a868c8", "#8a8ab4"), 5)
    picture.add(oval(84, 52, 40, 38), ("#a4a8bc", "#767a94"), 12, shadow=3)
    picture.add(blob([(52, 48), (20, 62), (16, 72), (50, 70)]), ("#5c5868", "#35313f"), 4)
    picture.add(oval(52, 49, 10, 8), WHITE, 3)
    picture.add(oval(82, 46, 15), ("#ff8a3c", "#f05a24"), 2)
    picture.add(oval(82, 46, 9), EYE, 0)
    picture.add(oval(79, 43, 4), SHINE, 0)
    wing = blob([(112, 132), (146, 118), (186, 148), (232, 200), (196, 204), (140, 190), (114, 164)])
    picture.add(wing, ("#d0d4e2", "#989cb4"), 9, shadow=4)
    for x in (166, 196):
        bar = stroke(smooth([(x + 10, 120), (x - 2, 170), (x - 14, 214)]), 13)
        picture.add(inside(bar, wing), ("#4c4e66", "#34364a"), 0)
    return picture.image()


def seagull() -> Image.Image:
    """White, a grey wing with a black tip, a yellow bill with a red spot, yellow legs."""
    picture = Picture()
    _feet(picture, ("#ffd04a", "#f2981f"), [(116, 194), (148, 194)])
    picture.add(limb((180, 166, 22), (224, 186, 12)), WHITE, 6)
    body = limb((86, 58, 44), (88, 104, 36), (112, 146, 50), (146, 156, 46), (190, 170, 20))
    picture.add(body, ("#f6f3fe", "#c6c0de"), 16)
    bill = blob([(58, 50), (28, 56), (10, 66), (10, 82), (26, 78), (56, 78)])
    picture.add(bill, ("#ffd84a", "#f6a020"), 6, shadow=2)
    picture.add(inside(oval(24, 78, 9), bill), RED, 0)
    eye(picture, 84, 48, 11)
    wing = blob([(104, 136), (140, 114), (184, 138), (246, 186), (200, 190), (144, 186), (110, 168)])
    picture.add(wing, ("#b4bccc", "#7e879e"), 9, shadow=4)
    picture.add(inside(blob([(198, 140), (256, 170), (256, 200), (190, 200)]), wing), INK, 4)
    return picture.image()


def robin() -> Image.Image:
    """Small and round, brown above, an orange-red face and breast, a white belly."""
    picture = Picture()
    brown = ("#a87a58", "#6e4a38")
    _feet(picture, BROWN, [(112, 206), (144, 206)])
    picture.add(limb((184, 160, 24), (216, 180, 16), (240, 194, 12)), brown, 6)
    body = join(oval(118, 88, 74), limb((118, 132, 80), (150, 144, 62)))
    picture.add(body, brown, 20)
    picture.add(inside(oval(100, 188, 78, 44), body), ("#ffffff", "#dcd2dc"), 7)
    breast = [(44, 70), (76, 52), (110, 62), (128, 96), (142, 136), (124, 172)]
    breast += [(84, 182), (30, 168), (24, 110)]
    picture.add(inside(blob(breast), body), ("#ff7f36", "#ea4420"), 10)
    picture.add(blob([(52, 72), (16, 84), (14, 90), (50, 98)]), ("#6a5648", "#3c2c28"), 4, shadow=2)
    eye(picture, 90, 72, 14)
    wing = [(142, 112), (178, 108), (204, 140), (224, 184), (186, 192), (150, 172)]
    picture.add(blob(wing), ("#8e6248", "#573629"), 9, shadow=4)
    return picture.image()


def rubber_duck() -> Image.Image:
    """A yellow bath duck with an orange bill to the left."""
    picture = Picture()
    yellow = ("#ffe75a", "#f8b420")
    body = [(36, 150), (90, 134), (160, 150), (204, 144), (236, 112), (246, 150)]
    body += [(234, 206), (190, 238), (96, 240), (40, 212)]
    picture.add(blob(body), yellow, 18)
    picture.add(oval(104, 82, 68), yellow, 20, shadow=5)
    lower = blob([(70, 96), (38, 92), (14, 104), (22, 122), (52, 126), (76, 116)])
    picture.add(lower, ("#ff8a2e", "#e8541c"), 7, shadow=4)
    upper = blob([(72, 82), (40, 80), (12, 98), (40, 106), (76, 104)])
    picture.add(upper, ("#ffa63c", "#f4742a"), 7, shadow=2)
    eye(picture, 88, 62, 15)
    wing = [(116, 168), (156, 160), (212, 164), (224, 180), (204, 206), (156, 216), (118, 198)]
    picture.add(blob(wing), ("#ffdc4a", "#f2a41c"), 10, shadow=5)
    return picture.image()


def vulture() -> Image.Image:
    """Dark brown and hunched, a bald pink head, a white ruff, a hooked bill, on a branch."""
    picture = Picture()
    skin, plumes, dark = ("#ffb4a4", "#e07a78"), ("#6a5650", "#342830"), ("#4f3f40", "#241c24")
    picture.add(stroke([(30, 222), (120, 216), (238, 224)], 18), BARK, 6)
    for x, y in ((196, 236), (216, 226), (230, 208)):
        picture.add(limb((186, 170, 20), (x, y, 10)), dark, 5, shadow=2)
    body = limb((128, 120, 44), (142, 152, 60), (156, 180, 44))
    picture.add(body, plumes, 18)
    for x in (110, 146):
        for dx in (-12, 0, 12):
            picture.add(stroke([(x, 200), (x + dx, 222)], 9), YELLOW, 3)
    wing = blob([(140, 84), (196, 90), (226, 134), (238, 196), (204, 206), (160, 190), (134, 140)])
    picture.add(wing, dark, 10, shadow=5)
    for x, y in ((226, 178), (198, 186), (170, 178)):
        picture.add(inside(stroke([(176, 120), (x, y)], 7), wing), ("#7d6860", "#5a484a"), 0)
    picture.add(limb((112, 108, 20), (84, 92, 18), (76, 62, 20)), skin, 8)
    for x, y in ((92, 120), (110, 128), (132, 120), (148, 102), (94, 102), (116, 100), (132, 92)):
        picture.add(oval(x, y, 20), ("#ffffff", "#dcd2e4"), 7, shadow=2)
    picture.add(oval(80, 48, 37, 34), skin, 12, shadow=3)
    bill = blob([(56, 40), (30, 44), (14, 64), (16, 92), (32, 80), (58, 74)])
    picture.add(bill, ("#ffd05a", "#e89a30"), 7, shadow=3)
    picture.add(inside(oval(16, 92, 16, 24), bill), SLATE, 3)
    eye(picture, 76, 42, 11)
    picture.add(stroke([(58, 26), (90, 32)], 8), ("#c85a60", "#c85a60"), 0)
    return picture.image()

"""Draw `docs/thumbnail.jpg`, the picture of a Space in lists and links, from the examples.

python -m tools.thumbnail
"""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from t2v import Video
from t2v.space import strings
from t2v.space.examples import FOLDER, read

SIZE, TILE, EDGE, GAPS, TOP = (1200, 630), 172, 40, (65, 24), 225  # pixels
GROUND, INK, QUIET = "#fbf7ef", "#2a2622", "#6f675e"
PATH = Path(__file__).parents[1] / "docs" / "thumbnail.jpg"


def main() -> None:
    picture = Image.new("RGB", SIZE, GROUND)
    draw = ImageDraw.Draw(picture)
    draw.text((EDGE, 30), strings.TITLE, INK, ImageFont.load_default(96))
    draw.text((EDGE + 4, 145), strings.TAGLINE, QUIET, ImageFont.load_default(36))
    for number, record in enumerate(list(read().values())[:10]):
        frames = Video.open(FOLDER / record.name).frames
        tile = Image.fromarray(frames[len(frames) // 2]).resize((TILE, TILE), Image.Resampling.LANCZOS)
        shape = Image.new("L", tile.size)
        ImageDraw.Draw(shape).rounded_rectangle((0, 0, TILE - 1, TILE - 1), 24, fill=255)
        row, column = divmod(number, 5)
        place = (EDGE + column * (TILE + GAPS[0]), TOP + row * (TILE + GAPS[1]))
        picture.paste(tile, place, shape)
    picture.save(PATH, quality=88)


if __name__ == "__main__":
    main()

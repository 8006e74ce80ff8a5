"""Draw two pictures from the examples: `docs/thumbnail.jpg`, which a Space has in lists and links, and
`docs/examples.webp`, in which all of them move.

python -m tools.thumbnail
"""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from t2v import Video
from t2v.space import strings
from t2v.space.examples import FOLDER, read

SIZE, TILE, EDGE, GAPS, TOP = (1200, 630), 172, 40, (65, 24), 225  # pixels
GROUND, INK, QUIET = "#fbf7ef", "#2a2622", "#6f675e"
COLUMNS, SMALL = 6, 160  # of the moving picture
DOCS = Path(__file__).parents[1] / "docs"


def main() -> None:
    thumbnail()
    moving()


def moving() -> None:
    """All examples side by side, frame by frame."""
    records = list(read().values())
    videos = [Video.open(FOLDER / record.name) for record in records]
    sheets = [
        Image.new("RGB", (COLUMNS * SMALL, -(-len(videos) // COLUMNS) * SMALL)) for _ in videos[0].frames
    ]
    for number, video in enumerate(videos):
        row, column = divmod(number, COLUMNS)
        for sheet, frame in zip(sheets, video.frames, strict=True):
            tile = ImageOps.pad(Image.fromarray(frame), (SMALL, SMALL), Image.Resampling.LANCZOS, GROUND)
            sheet.paste(tile, (column * SMALL, row * SMALL))
    each = 1000 // videos[0].fps
    path = DOCS / "examples.webp"
    sheets[0].save(path, save_all=True, append_images=sheets[1:], duration=each, loop=0, quality=70, method=6)


def thumbnail() -> None:
    """The title above ten examples."""
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
    picture.save(DOCS / "thumbnail.jpg", quality=88)


if __name__ == "__main__":
    main()

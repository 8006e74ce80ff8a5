"""Write a sheet of all drawings, to look at:  python -m training.drawings --out drawings.png"""

import argparse
from pathlib import Path

from PIL import Image, ImageDraw

from training.drawings import DRAWINGS
from training.drawings.pen import SIDE

COLUMNS, SMALL, GAP = 6, 96, 8


def sheet() -> Image.Image:
    """All drawings on white, each large, and small below beside its number."""
    wide, high = SIDE + 2 * GAP, SIDE + SMALL + 3 * GAP
    whole = Image.new("RGB", (COLUMNS * wide, -(-len(DRAWINGS) // COLUMNS) * high), "white")
    for i, draw in enumerate(DRAWINGS.values()):
        large, x, y = draw(), i % COLUMNS * wide + GAP, i // COLUMNS * high + GAP
        small = large.resize((SMALL, SMALL), Image.Resampling.BOX)
        whole.paste(large, (x, y), large)
        whole.paste(small, (x + (SIDE - SMALL) // 2, y + SIDE + GAP), small)
        ImageDraw.Draw(whole).text((x, y + SIDE + GAP), str(i + 1), "black", font_size=24)
    return whole


def main() -> None:
    """Write the sheet and list the names."""
    parser = argparse.ArgumentParser(description="Write a sheet of all drawings.")
    parser.add_argument("--out", type=Path, default=Path("drawings.png"))
    options = parser.parse_args()
    sheet().save(options.out)
    print(*(f"{i + 1:2} {name}" for i, name in enumerate(DRAWINGS)), sep="\n")


if __name__ == "__main__":
    main()

"""The pictures of prompts and of what a video may start from: `python -m tools.mode_pictures [NAME …]`.

Each is a sheet: a row of frames of the source where there is one, and a row of the result.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from t2v import TextToVideo, Video

DOCS = Path(__file__).parents[1] / "docs"
COLUMNS, SIDE, GAP = 8, 120, 4  # frames of a row, pixels of one, pixels between
PANDA = "a panda on a green background"
Rows = list[np.ndarray]  # frames (f h w 3) each


def change(pipe: TextToVideo) -> Rows:
    """A moving video as another subject."""
    source = pipe("a panda moving right on a green background", seed=7)
    made = pipe("a cat on a green background", source=source, strength=0.7, steps=20, seed=1)
    return [source.frames, made.frames]


def animate(pipe: TextToVideo) -> Rows:
    """A picture that begins to move: its subject stands where the motion begins."""
    prompt = "a fox moving right on a yellow background"
    still = pipe(prompt, seed=3).frames[:1]
    made = pipe(prompt, source=still, keep=1, seed=1)
    return [still, made.frames]


def carry_on(pipe: TextToVideo) -> Rows:
    """A video and what follows it."""
    source = pipe("a whale moving left on a blue background", seed=5)
    made = pipe("a whale moving left on a blue background", source=source, keep=8, seed=1)
    return [source.frames, made.joined.frames]


def mask(pipe: TextToVideo) -> Rows:
    """The middle of a video made anew."""
    source = pipe(PANDA, seed=7)
    white = Image.new("L", (256, 256))
    ImageDraw.Draw(white).rectangle((40, 40, 216, 216), fill=255)
    made = pipe("a frog on a green background", source=source, mask=white, steps=10, seed=2)
    return [source.frames, np.asarray(white.convert("RGB"))[None], made.frames]


def story(pipe: TextToVideo) -> Rows:
    """One subject that becomes another."""
    return [pipe(f"{PANDA} [2s: a frog on a green background]", frames=32, seed=7).frames]


def loop(pipe: TextToVideo) -> Rows:
    """A clip that ends elsewhere than it begins, and the loop of the same seed."""
    prompt = "a robot moving right on a pink background"
    return [pipe(prompt, seed=4, loop=closed).frames for closed in (False, True)]


def sentences(pipe: TextToVideo) -> Rows:
    """Free sentences, which are told in the model's own words."""
    prompts = ("a lion wearing a crown", "an astronaut riding a horse in space", "a robot with two balloons",
               "a penguin walking towards the camera")  # fmt: skip
    return [pipe(prompt, seed=504 + i).frames for i, prompt in enumerate(prompts)]


SHEETS: dict[str, Callable[[TextToVideo], Rows]] = {
    "change": change,
    "animate": animate,
    "continue": carry_on,
    "mask": mask,
    "story": story,
    "loop": loop,
    "sentences": sentences,
}


def sheet(rows: Rows) -> Image.Image:
    """Rows of frames as one picture; a single frame stands alone."""
    step = SIDE + GAP
    whole = Image.new("RGB", (COLUMNS * step - GAP, len(rows) * step - GAP), "white")
    for top, frames in enumerate(rows):
        picked = np.linspace(0, len(frames) - 1, COLUMNS).round().astype(int) if len(frames) > 1 else [0]
        for left, index in enumerate(picked):
            small = Image.fromarray(frames[index]).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
            whole.paste(small, (left * step, top * step))
    return whole


def main(names: list[str]) -> None:
    """Make the sheets of these names, or all."""
    pipe = TextToVideo.from_pretrained("emoji")
    for name in names or SHEETS:
        rows = SHEETS[name](pipe)
        sheet(rows).save(DOCS / f"mode-{name}.webp", quality=82, method=6)
        print(name, [Video(row).frames.shape for row in rows], flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

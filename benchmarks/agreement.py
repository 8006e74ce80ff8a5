"""What agreement with the prompt tells apart: each video beside three prompts.

python -m benchmarks.agreement [--videos 12]

own      the prompt that it was made of
subject  the same with another subject
motion   the same with another motion

The embedded model makes the videos and judges them. A line a video, then medians, the ends, and how often the
own prompt agrees best. For each video the network runs 18 times.
"""

import argparse
from collections.abc import Iterator, Sequence

import numpy as np

from t2v import TextToVideo
from t2v.agreement import agreements

SUBJECTS = ("panda", "rocket", "whale", "fox", "frog", "cat", "apple", "car", "ghost", "bee", "star", "dog")
COLOURS = ("green", "black", "blue", "yellow", "white")
MOTIONS = (
    "still",
    "moving left",
    "growing",
    "moving down",
    "spinning",
    "moving right",
    "shrinking",
    "moving up",
)
KINDS = ("own", "subject", "motion")


def prompts(number: int) -> tuple[str, ...]:
    """Return the prompt of a video, one with another subject, one with another motion."""
    subject, other = (SUBJECTS[(number + step) % len(SUBJECTS)] for step in (0, 5))
    motion, another = (MOTIONS[(number + step) % len(MOTIONS)] for step in (0, 3))
    pairs = ((subject, motion), (other, motion), (subject, another))
    return tuple(f"a {who} {how} on a {COLOURS[number % len(COLOURS)]} background" for who, how in pairs)


def measured(pipe: TextToVideo, count: int) -> Iterator[tuple[str, list[float]]]:
    """Yield the prompt of each video, and its agreement with the prompts of KINDS."""
    for number in range(count):
        own, *others = prompts(number)
        yield own, agreements(pipe, pipe(own, seed=number), [own, *others])


def summary(found: Sequence[Sequence[float]]) -> list[str]:
    """Return lines on the agreements (videos kinds): medians, the ends that are nearest, who agrees best."""
    values = np.asarray(found)
    lines = [
        f"{kind:<8} median {np.median(column):6.2f}, {column.min():.2f} to {column.max():.2f}"
        for kind, column in zip(KINDS, values.T, strict=True)
    ]
    best = [int((values[:, 0] > values[:, place]).sum()) for place in (1, 2)]
    return [*lines, f"own above subject in {best[0]}, above motion in {best[1]} of {len(values)} videos"]


def main(arguments: list[str] | None = None) -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--videos", type=int, default=12)
    parser.add_argument("--dtype", default=None)
    options = parser.parse_args(arguments)
    pipe, found = TextToVideo.from_pretrained("emoji", dtype=options.dtype), []
    for prompt, values in measured(pipe, options.videos):
        found.append(values)
        print(
            *(f"{kind} {value:6.2f}" for kind, value in zip(KINDS, values, strict=True)), prompt, flush=True
        )
    print("\n".join(summary(found)))


if __name__ == "__main__":
    main()

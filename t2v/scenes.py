"""Scenes of a prompt over time, such as "a panda [2s: a wolf] [4s: a fox]"."""

import re
from typing import NamedTuple

MARK = re.compile(r"\[\s*(\d{1,4}(?:\.\d{1,3})?)\s*s\s*:((?:[^\[\]]|\[[^\[\]]*\])*)\]")


class Scene(NamedTuple):
    """A prompt, and the time in seconds at which the video shows it."""

    time: float
    prompt: str


def scenes(prompt: str) -> list[Scene]:
    """Split a prompt at its times, the first scene at 0; a prompt without times is one scene, as it stands.

    What stands before the first time is the scene at 0; if that is nothing, the first scene lasts from the
    beginning.
    """
    found = list(MARK.finditer(prompt))
    if not found:
        return [Scene(0.0, prompt)]
    around = prompt[: found[0].start()].strip(), prompt[found[-1].end() :].strip()
    first = " ".join(filter(None, around))
    later = sorted(Scene(float(mark[1]), mark[2].strip()) for mark in found)
    return [Scene(0.0, first or later[0].prompt), *later]


def late(prompt: str, seconds: float) -> str | None:
    """Say which of a prompt's scenes a video of this length doesn't reach; None: it shows all."""
    times = [scene.time for scene in scenes(prompt) if scene.time >= seconds]
    if not times:
        return None
    first, *others = times
    more = f"; of those at {' and '.join(f'{time:g}' for time in others)} s nothing is seen" if others else ""
    return f"The video ends at {seconds:.3g} s: it doesn't get to the scene at {first:g} s{more}."

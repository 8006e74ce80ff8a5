"""Stories: prompts over time, such as "a panda [2s: a wolf] [4s: a fox]", as text states of every frame."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

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


def over_time(prompts: Sequence[str], frames: int, fps: int, encode: Callable[[list[str]], Tensor]) -> Tensor:
    """b prompts -> text states (b l d) of `encode`, or, if any is a story, of each frame (b f l d).

    Between two scenes the states are interpolated linearly.
    """
    stories = [scenes(prompt) for prompt in prompts]
    states = encode([scene.prompt for story in stories for scene in story])
    if len(states) == len(prompts):
        return states
    own = states.split([len(story) for story in stories])
    return torch.stack([_spread(*each, frames, fps) for each in zip(stories, own, strict=True)])


def _spread(story: Sequence[Scene], states: Tensor, frames: int, fps: int) -> Tensor:
    """states (s l d) of the scenes -> of the frames (f l d)"""
    return torch.stack([_at(frame / fps, story, states) for frame in range(frames)])


def _at(time: float, story: Sequence[Scene], states: Tensor) -> Tensor:
    """The states (l d) at a time."""
    after = next((i for i, scene in enumerate(story) if scene.time > time), len(story))
    if after == len(story):
        return states[-1]
    before = max(after - 1, 0)
    share = (time - story[before].time) / (story[after].time - story[before].time)
    return torch.lerp(states[before].float(), states[after].float(), share).to(states.dtype)

"""Stories: the scenes of a prompt over time as text states of every frame."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from t2v.scenes import Scene, scenes


def prompt_at(prompt: str, seconds: float) -> str:
    """The prompt of the scene at a time, for videos that are made in parts."""
    return [scene for scene in scenes(prompt) if scene.time <= seconds][-1].prompt


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

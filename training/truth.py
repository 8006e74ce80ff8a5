"""The true clips of trials: what each asks for, and by its seed what that leaves open."""

import torch
from torch import Tensor

from training.captions import Captions
from training.chance import OPEN
from training.compose import Spec, compose
from training.dataset import EmojiClips
from training.trials import Trial


def true_clips(clips: EmojiClips, captions: Captions, trials: list[Trial]) -> Tensor:
    """Render the trials' contents; the trial's seed decides what they leave open -> (b f 3 h w)"""
    trial = trials[0]
    shape = (trial.height, trial.width)
    return compose(clips, true_spec(captions, trials), trial.frames, shape=shape, loop=trial.loop)


def true_spec(captions: Captions, trials: list[Trial]) -> Spec:
    """The spec of `true_clips`."""
    chances = [
        torch.randn(1, len(OPEN), generator=torch.Generator().manual_seed(trial.seed)) for trial in trials
    ]
    aspect = trials[0].width / trials[0].height
    return captions.spec([trial.content for trial in trials], torch.cat(chances), aspect)

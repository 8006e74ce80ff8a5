"""The codes of clips (training/chance.py), found while a network learns to draw them."""

import torch
from torch import Tensor, nn

from t2v import TextToVideo
from training.chance import CHANNELS, OPEN, write_code

LR, BETAS = 0.15, (0.6, 0.95)  # a clip is seen a few dozen times: its numbers have to move fast


class ClipCodes:
    """Numbers (b OPEN), one row a clip, that the clip's noise is to carry.

    The embedded model reads from its noise what a caption leaves open: place, size, the start of the loop.
    For a user's clip nobody knows these numbers. With random ones the network would have to draw the mean of
    all places. So they are parameters, which the loss leads to those by which the network draws the clip.
    """

    def __init__(self, clips: int, device: torch.device):
        self.codes = nn.Parameter(torch.zeros(clips, len(OPEN), device=device))
        self.optimizer = torch.optim.Adam([self.codes], lr=LR, betas=BETAS)

    def noise(self, noise: Tensor, rows: Tensor) -> Tensor:
        """Shift the noise (b c f h w) for the clips `rows` (b) so that it carries their codes."""
        return write_code(noise, self.codes[rows])

    def step(self) -> None:
        """Follow the gradient of the loss."""
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)


def reads_codes(pipe: TextToVideo) -> bool:
    """Return whether the model was trained on noise that carries codes: the embedded one and its kin."""
    return bool(pipe.checkpoint.vocabulary) and pipe.unet.config.in_channels > max(CHANNELS)

"""Loops of a network that draws little where no frame is the first: each begins as a clip that is closed."""

import math

import torch
from torch import Tensor

from t2v.diffusion.hops import Hop
from t2v.diffusion.samplers import Denoise, raw_of, split

ALL_NOISE = 0.1  # the signal of a level below which x says nothing of a video yet
OPEN = 3.0  # a clip is no loop where its ends differ by so many times as much as neighbours


def closing(clip: Denoise, loop: Denoise, prediction: str) -> Denoise:
    """Predict what is all noise as a clip and close it; predict the rest as a loop.

    The noise says where in the loop the clip begins (`turn_of`), so turning the noise turns the loop.
    """

    def denoise(x: Tensor, hop: Hop) -> Tensor:
        """x (1 c f h w)"""
        if hop.now.signal > ALL_NOISE:
            return loop(x, hop)
        turn = turn_of(x)
        turned = x.roll(-turn, 2)
        x0, _ = split(clip(turned, hop), turned, hop.now, prediction)
        return raw_of(closed(x0).roll(turn, 2), x, hop.now, prediction)

    return denoise


def closed(x0: Tensor) -> Tensor:
    """x0 (1 c f h w) -> itself if its last frame leads to its first; else there and back, by a cosine"""
    frames = x0.shape[2]
    if frames < 3:
        return x0
    apart = (x0 - x0.roll(1, 2)).square().mean((0, 1, 3, 4))  # of each frame and the one before (f)
    if apart[0] <= OPEN * apart[1:].mean():
        return x0
    turn = 2 * math.pi * torch.arange(frames, device=x0.device) / frames
    return x0[:, :, ((1 - turn.cos()) / 2 * (frames - 1)).round().long()]


def turn_of(noise: Tensor) -> int:
    """The frame of noise (1 c f h w) at which its loop begins: the phase along time of one channel's means"""
    frames = noise.shape[2]
    if frames < 3:
        return 0
    wave = torch.fft.fft(noise[0, 0].float().mean((1, 2)))[1]
    return round(-float(wave.angle()) * frames / (2 * math.pi))

"""The noise schedule: the shares of data and noise in a latent at each training time.

Time t counts from 0 (nearly clean) to train_steps - 1 (nearly all noise):
x_t = √ᾱ_t · x0 + √(1 - ᾱ_t) · ε, with ᾱ = `alphas_cumprod` (Ho et al. 2020, eq. 4).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from t2v.diffusion.schedule_config import MODELSCOPE_SCHEDULE, ScheduleConfig


class Level(NamedTuple):
    """The shares in x = signal · x0 + noise · ε, with signal² + noise² = 1."""

    signal: float
    noise: float

    @property
    def log_snr(self) -> float:
        """λ = log(signal / noise), half the logarithm of the signal-to-noise ratio."""
        return math.log(self.signal / self.noise)


CLEAN = Level(1.0, 0.0)


class NoiseSchedule:
    """ᾱ at every training time, and the times at which a sampler calls the network.

    `alphas_cumprod` (train_steps) is float64 on the CPU, so that every coefficient drawn from it is a plain
    Python float and no sampler waits for a device.
    """

    def __init__(self, config: ScheduleConfig = MODELSCOPE_SCHEDULE) -> None:
        self.config = config
        first, last = math.sqrt(config.beta_start), math.sqrt(config.beta_end)
        roots = torch.linspace(first, last, config.train_steps, dtype=torch.float64, device="cpu")
        alphas_cumprod = torch.cumprod(1 - roots**2, dim=0)
        if config.zero_terminal_snr:
            alphas_cumprod = zero_terminal_snr(alphas_cumprod)
        self.alphas_cumprod = alphas_cumprod

    def timesteps(
        self, steps: int, *, spacing: str, drop_end: bool = False, fractional: bool = False
    ) -> list[float]:
        """List `steps` times, the noisiest first. The config's spacing is used; `spacing`, if it has none.

        leading: 0, k, 2k … plus the offset; trailing: the last time and every k-th before it; linspace: from
        first to last (Lin et al. 2023, table 2); k is train_steps divided by the number of times. `drop_end`
        computes one time more and drops the cleanest, except for trailing, as the multistep solvers do;
        `fractional` keeps linspace's fractions, as Euler does. All times are clamped to the last training
        time. Raises ValueError for steps outside 1 … train_steps.
        """
        last = self.config.train_steps - 1
        if not 1 <= steps <= last + 1:
            raise ValueError(f"steps: {steps} is outside 1 to {last + 1}")
        spacing = self.config.spacing or spacing
        points = steps + drop_end
        if spacing == "leading":
            times: np.ndarray = np.arange(points)[::-1] * max(1, (last + 1) // points) + self.config.offset
        elif spacing == "trailing":
            times = np.arange(last + 1, 0, -(last + 1) / steps).round() - 1
        else:
            times = np.linspace(0, last, points)[::-1]
        times = np.minimum(times[:steps], last)
        return (times.astype(np.float32) if fractional else times.round().astype(float)).tolist()

    def problem(self, sampler: str, steps: int) -> str | None:
        """Explain why `sampler` can't make `steps` steps of this schedule, and the way out; None if it can.

        ddim and lcm divide by the signal, which may be 0 at their first time. The other samplers start from
        a little signal.
        """
        most = self.config.consistency.most_steps(self.config.train_steps)
        if sampler == "lcm" and steps > most:
            return f"lcm makes at most {most} steps, of which 4 to 8 are usual, not {steps}"
        if sampler not in ("ddim", "lcm") or self.config.prediction != "epsilon":
            return None
        leading = self.timesteps(steps, spacing="leading")[0]
        if self.level(leading if sampler == "ddim" else self.config.train_steps - 1).signal > 0:
            return None
        return (
            f"{sampler} can't start from the noise alone of this model's schedule, as it predicts epsilon "
            "and its scheduler_config.json has rescale_betas_zero_snr: true; take dpmpp_2m, unipc or euler, "
            "or set it to false"
        )

    def level(self, t: float) -> Level:
        """The level at a training time; for t < 0, the level at which ddim's last step ends."""
        if t < 0 and self.config.final_alpha_one:
            return CLEAN
        alpha_bar = self.alphas_cumprod[max(int(t), 0)].item()
        return Level(math.sqrt(alpha_bar), math.sqrt(1 - alpha_bar))

    def solver_levels(self, times: Sequence[float]) -> list[Level]:
        """Return the levels at the times, then CLEAN, for solvers that divide by the signal.

        σ = noise / signal is interpolated between training times. If the noisiest training time has no
        signal, its ᾱ is taken as 2⁻²⁴, as in diffusers, so that σ is finite.
        """
        alpha_bars = self.alphas_cumprod.numpy().copy()
        if self.config.zero_terminal_snr:
            alpha_bars[-1] = 2.0**-24
        sigmas = np.interp(times, np.arange(len(alpha_bars)), np.sqrt((1 - alpha_bars) / alpha_bars)).tolist()
        return [Level(1 / math.hypot(1, sigma), sigma / math.hypot(1, sigma)) for sigma in sigmas] + [CLEAN]


def zero_terminal_snr(alphas_cumprod: Tensor) -> Tensor:
    """Shift and scale √ᾱ (train_steps): the last becomes 0, the first stays (Lin et al. 2023, alg. 1)."""
    roots = alphas_cumprod.sqrt()
    return ((roots - roots[-1]) * roots[0] / (roots[0] - roots[-1])) ** 2

"""How well a text fits a video: the model's own error when it predicts the noise that was added to it."""

from collections.abc import Sequence

import torch
from torch import Tensor

from t2v.diffusion import Predict, gaussian
from t2v.diffusion.schedule import NoiseSchedule


def misfit(predict: Predict, schedule: NoiseSchedule, clean: Tensor, shares: Sequence[float]) -> float:
    """The mean squared error of `predict` on clean latents (1 c f h w) with noise, summed over `shares`.

    A share, 0 … 1, is of the schedule's times. The noise is the same for all videos of a size.
    """
    generator, total = torch.Generator("cpu").manual_seed(0), 0.0
    v = schedule.config.prediction == "v_prediction"
    for share in shares:
        time = round(share * (schedule.config.train_steps - 1))
        signal, noise = schedule.level(time)
        added = gaussian(clean.shape, generator).to(clean)
        raw = predict(signal * clean + noise * added, torch.tensor([float(time)], device=clean.device))[-1]
        total += float((raw.to(clean) - (signal * added - noise * clean if v else added)).square().mean())
    return total

"""The loss of denoising: what the UNet, and the text tower with it, are trained to make small."""

import torch
from einops import rearrange
from torch import Tensor, nn

from t2v.diffusion import NoiseSchedule
from t2v.networks import TextEncoder, UNet3D
from training.metric import root_of
from training.precision import half_precision


class DenoisingLoss(nn.Module):
    """The squared error of the UNet's prediction, of v (Salimans & Ho 2022) or of the noise, by a metric.

    At first that is the plain mean; `measure_by` gives another, of what errors of the latents' channels cost
    (training/metric.py). Known frames are given as they are, at time 0, and count nothing. With `own` > 0 all
    clips are seen as pure noise, where sampling starts, and as many of them as there are times once more, at
    their time. In this second pass the first `own` clips are mixed from the network's prediction for pure
    noise instead of the truth, as in sampling: it learns to correct its first prediction. That needs v, a
    last time of pure noise, and a code in the noise (chance.py), without which a blur would be the best
    answer.
    """

    def __init__(self, text_encoder: TextEncoder, unet: UNet3D, schedule: NoiseSchedule, own: int = 0):
        super().__init__()
        self.text_encoder, self.unet, self.own = text_encoder, unet, own
        self.of_v = schedule.config.prediction == "v_prediction"
        alphas_cumprod = schedule.alphas_cumprod.float()
        self.register_buffer("signal", alphas_cumprod.sqrt(), persistent=False)
        self.register_buffer("sigma", (1 - alphas_cumprod).sqrt(), persistent=False)
        self.register_buffer("root", torch.eye(unet.config.in_channels), persistent=False)

    def measure_by(self, metric: Tensor) -> None:
        """Take another metric (c c), of trace c."""
        self.root.copy_(root_of(metric))

    def forward(
        self, z: Tensor, tokens: Tensor, t: Tensor, noise: Tensor, known: Tensor | None = None
    ) -> tuple[Tensor, ...]:
        """z noise (b c f h w), tokens (b l), t (b), known (b f) -> the loss; then its part from pure noise

        With `own`, t (n) has the times of the first n ≤ b clips, which are seen twice.
        """
        with half_precision(z.device):
            text = self.text_encoder(tokens)
            if not self.own:
                return (self._loss(z, z, text, t, noise, known)[0],)
            b, n = len(z), len(t)
            last = t.new_full((b,), len(self.signal) - 1)
            first, v = self._loss(z, z, text, last, noise, known)
            own = -v[: self.own].detach().float()  # at pure noise the clean latents expected are -v
            seen, known = torch.cat([own, z[self.own : n]]), None if known is None else known[:n]
            then, _ = self._loss(z[:n], seen, text[:n], t, noise[:n], known)
        return (b * first + n * then) / (b + n), first

    def _loss(
        self, z: Tensor, seen: Tensor, text: Tensor, t: Tensor, noise: Tensor, known: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Predict from `seen`, the truth z or a guess of it, mixed with noise -> the error, the prediction"""
        a, s = (rearrange(share[t], "b -> b 1 1 1 1") for share in (self.signal, self.sigma))
        x = a * seen + s * noise
        target = (a * x - z) / s if self.of_v else noise  # v, as it leads to the truth: z = a x - s v
        if known is None:
            predicted = self.unet(x, t, text)
            return self._squared(predicted, target).mean(), predicted
        given = rearrange(known, "b f -> b 1 f 1 1")
        predicted = self.unet(torch.where(given, z, x), torch.where(known, 0, t[:, None]), text)
        error = self._squared(predicted, target)
        return (error.mean((1, 3, 4)) * ~known).sum() / (~known).sum(), predicted

    def _squared(self, predicted: Tensor, target: Tensor) -> Tensor:
        """Squared errors (b c f h w) whose mean over c is the metric's; c: its directions, no channels"""
        with torch.autocast(target.device.type, enabled=False):
            error = torch.einsum("bcfhw,cd->bdfhw", predicted.float() - target.float(), self.root)
        return error.square()

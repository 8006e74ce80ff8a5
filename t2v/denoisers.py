"""The denoiser of a request: the UNet's predictions under its texts, guided, with what is known held."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import Tensor

from t2v.diffusion import Denoise, Predict, closing, embedded, guided
from t2v.diffusion.schedule import NoiseSchedule
from t2v.known import Known
from t2v.networks.options import Options
from t2v.prompt_reader import PromptReader
from t2v.request import Complete, ModelDefaults
from t2v.runtime import Runner
from t2v.story import over_time


@dataclass(frozen=True)
class Denoisers:
    """Builds a model's denoisers. `width`: of the guidance that the UNet reads itself, 0 if it reads none;
    `encode(list[str]) -> (b l d)`: the text encoder."""

    runner: Runner
    schedule: NoiseSchedule
    native: ModelDefaults
    width: int
    reader: PromptReader
    encode: Callable[[list[str]], Tensor]

    def of(self, request: Complete, known: Known | None) -> Denoise:
        """The denoiser that samplers call for a request and what is known of its frames."""
        prediction, denoise = self.schedule.config.prediction, self._guided(request, known)
        if request.loop and self.native.loops == "clip":
            denoise = closing(self._guided(replace(request, loop=False), known), denoise, prediction)
        return known.held(denoise, prediction) if known else denoise

    def predictions(self, request: Complete) -> tuple[Predict, dict[str, float]]:
        """The UNet's predictions under a request's texts, and how `guided` is to mix them."""
        scale, embedding = request.guidance, None
        if self.width:
            scale, embedding = 1.0, embedded(scale, self.width).to(self.runner.device)
        prompts = [request.prompt] if scale == 1 else [request.negative_prompt, request.prompt]
        text = over_time(prompts, request.frames, request.fps, self._read)
        options = Options(request.loop, request.window, request.freeu)
        predict = self.runner.predictor(text, options, embedding)
        return predict, {"scale": scale, "rescale": request.rescale}

    def _guided(self, request: Complete, known: Known | None) -> Denoise:
        """The UNet's predictions, guided; it is given what is known as it reads it."""
        predict, mix = self.predictions(request)
        return guided(known.seen(predict) if known else predict, **mix)

    def _read(self, prompts: list[str]) -> Tensor:
        """Prompts in any language that the model reads -> text states (b l d)"""
        return self.encode([self.reader.sentence(prompt) for prompt in prompts])

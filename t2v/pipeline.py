"""TextToVideo: a sentence becomes states, noise under their guidance latents, and latents frames."""

from collections.abc import Iterator, Mapping
from os import PathLike
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from t2v import checkpoints
from t2v.checkpoints import EMBEDDED, Checkpoint
from t2v.checkpoints.vocabulary import Vocabulary
from t2v.diffusion import SAMPLERS, NoiseSchedule, Step, gaussian
from t2v.networks.attention import set_attention_slicing
from t2v.preview import fit_colours, small_frames
from t2v.request import Request, RequestError
from t2v.runtime import Ladder, attention_slice, choose_devices, choose_dtype, in_float32, paced
from t2v.torch_state import OnStep, OwnState
from t2v.version import VERSION
from t2v.video import Video, check_saving


class NotFiniteError(RuntimeError):
    """The network gave NaN or infinity: broken weights, or a precision too small for them."""


class TextToVideo:
    """A loaded model, ready to make videos. `from_pretrained` makes one.

    `text_encoder(list[str]) -> (b 77 d)`; `unet(x (b 4 f h w), t (b), text (b 77 d)) -> (b 4 f h w)`;
    `vae.decode(z (n 4 h w)) -> (n 3 8h 8w)` and `vae.encode`, with unscaled latents.
    `native` holds the defaults and limits of a Request, `name` and `revision` say which model it is.
    """

    def __init__(self, checkpoint: Checkpoint, ladder: Ladder):
        self.checkpoint = checkpoint
        self.name, self.revision, self.native = checkpoint.name, checkpoint.revision, checkpoint.native
        self.unet, self.vae, self.tokenizer = checkpoint.unet, checkpoint.vae, checkpoint.tokenizer
        self.schedule = NoiseSchedule(checkpoint.schedule)
        self.vocabulary = Vocabulary(checkpoint.vocabulary) if checkpoint.vocabulary else None
        self.device, self.dtype, self.ladder = ladder.device, ladder.dtype, ladder
        with OwnState(self.device):
            self.ladder.place(checkpoint)
        self._colours: Tensor | None = None
        self.set_attention_slicing("auto")

    @classmethod
    def from_pretrained(
        cls,
        model: str | PathLike = EMBEDDED,
        device: str | torch.device | None = None,
        dtype: str | torch.dtype | None = None,
        memory: str = "auto",
    ) -> "TextToVideo":
        """Load `model`: "emoji" (embedded), a hub id, or a folder in ModelScope's or diffusers' layout.

        `device` is "cuda", "cuda:1", "mps" or "cpu", or "cuda:0,cuda:1": two GPUs share each guided step.
        `memory` says what to give up for less of it (`runtime.ladder`): "fast", "balanced", "low", "minimal";
        "auto" goes by what is free. RequestError names a device, precision or memory that can't be;
        CheckpointError says what is wrong with the weights.
        """
        where, *second = choose_devices(device)
        ladder = Ladder(where, choose_dtype(dtype, where), memory, *second)
        return cls(checkpoints.load(model, dtype=ladder.dtype, device=ladder.first_home()), ladder)

    def set_attention_slicing(self, slice_bytes: int | str | None = "auto") -> None:
        """Form at most so many bytes of attention scores at once; "auto": by the free memory; None: all.

        Slices change the memory, not the result. A device with a fused kernel needs none.
        """
        size = attention_slice(self.device) if slice_bytes == "auto" else slice_bytes
        for network in (*self.ladder.networks, self.vae):
            set_attention_slicing(network, size)

    def __call__(
        self,
        request: Request | Mapping[str, Any] | str | None = None,
        *,
        on_step: OnStep | None = None,
        latents: Tensor | None = None,
        output_video: str | PathLike | None = None,
        **settings: Any,
    ) -> Video | dict[str, Any]:
        """Make a video of a Request, a prompt, or keywords that build the Request.

        `on_step(step, steps, x0)` is called after each step with a copy of the video's latents as they now
        seem, and may raise to stop; it runs in the caller's own state of torch. `latents` (1 c f h/8 w/8)
        replaces the seed's noise. A mapping with "text" is ModelScope's convention: the answer is
        {"output_video": path, or the MP4's bytes without a path}.
        RequestError names a wrong setting before any work; NotFiniteError tells of broken numbers.
        """
        if output_video is not None:
            check_saving(output_video)
        conventional = isinstance(request, Mapping)
        request = from_modelscope(request, settings) if conventional else from_keywords(request, settings)
        with OwnState(self.device, inference=True) as state, self.ladder.here():
            on_step = on_step and state.outside(on_step)
            request = request.validate(self.native)
            if why := self.schedule.problem(request.sampler, request.steps):
                raise RequestError("sampler", why)
            video = self._make(request, on_step, latents)
        if output_video is not None:
            video.save(output_video)
        if conventional:
            return {"output_video": video.to_bytes() if output_video is None else str(output_video)}
        return video

    def _make(self, request: Request, on_step: OnStep | None, latents: Tensor | None) -> Video:
        """A valid request, and the noise (1 c f h w) to use instead of the seed's -> the video

        Once, where the memory is not enough, the same with less.
        """
        try:
            return self._attempt(request, on_step, latents)
        except torch.OutOfMemoryError:
            if not self.ladder.can_step_down:
                raise
        self.ladder.step_down()  # outside of the handler, whose traceback would keep every tensor alive
        return self._attempt(request, on_step, latents)

    def _attempt(self, request: Request, on_step: OnStep | None, latents: Tensor | None) -> Video:
        generator = torch.Generator("cpu").manual_seed(request.seed)
        x = self._initial(request, latents, generator)
        text = self._read(request)
        for k, step in enumerate(self._denoise(request, x, text, generator), start=1):
            if on_step:
                on_step(k, request.steps, step.x0)
        frames = self._decode(step.x)
        made = (self.name, self.revision, VERSION, self.notes(request))
        return Video(frames, request, *made, *self._made_on())

    def _made_on(self) -> tuple[str, str, str, int]:
        """-> device, precision, rung, and threads of the processor: the last bits depend on them"""
        devices = [self.device, self.ladder.second] if self.ladder.second else [self.device.type]
        threads = torch.get_num_threads() if self.device.type == "cpu" else 0
        precision = str(self.dtype).removeprefix("torch.")
        return ",".join(map(str, devices)), precision, self.ladder.rung.name, threads

    def text_encoder(self, prompts: list[str]) -> Tensor:
        """b prompts -> the states that the UNet reads (b 77 d)"""
        with OwnState(self.device, inference=True):
            states = self.ladder.encode(self.tokenizer(prompts).to(self.device))
        return states.clone()  # the next call may overwrite them

    def _read(self, request: Request) -> Tensor:
        """-> states (2 l d), the negative prompt's first; without guidance the prompt's alone (1 l d)"""
        prompts = [request.prompt] if request.guidance == 1 else [request.negative_prompt, request.prompt]
        return self.text_encoder(prompts)

    def _initial(self, request: Request, latents: Tensor | None, generator: torch.Generator) -> Tensor:
        """The noise that the video starts from (1 c f h w): the seed's, or the caller's own.

        The seed's is drawn in any case, so that what a sampler draws later is fresh, and the same either way.
        """
        h, w = (side // self.vae.config.factor for side in (request.height, request.width))
        shape = (1, self.unet.config.in_channels, request.frames, h, w)
        noise = gaussian(shape, generator)
        if latents is not None and latents.shape != noise.shape:
            raise RequestError("latents", f"must have the shape {shape}, not {tuple(latents.shape)}")
        if latents is not None and not latents.isfinite().all():
            raise RequestError("latents", "hold numbers that are not finite")
        return (noise if latents is None else latents).to(self.device, torch.float32)

    def _denoise(
        self, request: Request, x: Tensor, text: Tensor, generator: torch.Generator
    ) -> Iterator[Step]:
        """x (1 c f h w), text (1 or 2 l d) -> the steps of the sampler, the last one finite"""
        sampler, denoise = SAMPLERS[request.sampler], self.ladder.denoiser(text, request.guidance)
        steps = sampler(denoise, x, self.schedule, request.steps, eta=request.eta, generator=generator)
        for step in paced(steps, self.device):
            yield step
        if not step.x.isfinite().all():
            raise NotFiniteError(f"The UNet's numbers are not finite{_way_out(self.dtype)}")

    def _decode(self, x: Tensor) -> np.ndarray:
        """Latents x (1 c f h w) -> frames uint8 (f 8h 8w 3)"""
        z = rearrange(x, "1 c f h w -> f c h w") / self.checkpoint.vae_scale
        height, width = (side * self.vae.config.factor for side in z.shape[2:])
        self.ladder.make_room(height, width)
        decoders = self.ladder.decoders(len(z), height, width)
        parts = z.chunk(len(decoders))
        seen = [  # all launched before one is waited for; pixels at once, for images may be overwritten
            to_pixels(decode(part.to(self.dtype))) for decode, part in zip(decoders, parts, strict=False)
        ]
        groups = [
            pixels if finite else self._in_float32(part)
            for (pixels, finite), part in zip(seen, parts, strict=True)
        ]
        return np.concatenate([pixels.cpu().numpy() for pixels in groups])

    def _in_float32(self, z: Tensor) -> Tensor:
        """z (n c h w), whose images half precision can't hold -> uint8 (n 8h 8w 3)"""
        with in_float32(self.vae) as vae:
            pixels, finite = to_pixels(vae.decode(z.float()))
        if not finite:
            raise NotFiniteError("The VAE gave numbers that are not finite: its weights are broken.")
        return pixels

    def preview(self, x0: Tensor) -> np.ndarray:
        """Latents x0 (1 c f h w) -> small frames uint8 (f h w 3) at almost no cost, not by the decoder"""
        with OwnState(self.device):
            if self._colours is None:
                with self.ladder.here():
                    self._colours = fit_colours(self.vae)
            return small_frames(x0 / self.checkpoint.vae_scale, self._colours).numpy()

    def notes(self, request: Request) -> tuple[str, ...]:
        """What the caller should know of a request that runs all the same."""
        notes = list(request.notes())
        for field in ("prompt", "negative_prompt"):
            count, lost = self.tokenizer.cut(getattr(request, field))
            if lost:
                notes.append(f"The {field} has {count} of {self.tokenizer.length} tokens; cut off: {lost}")
        if self.vocabulary and (note := self.vocabulary.explain(request.prompt).note()):
            notes.append(note)
        return tuple(notes)


def from_keywords(request: Request | str | None, settings: Mapping[str, Any]) -> Request:
    """A whole Request, or a prompt and settings beside it."""
    if isinstance(request, Request):
        if settings:
            raise RequestError(next(iter(settings)), "is given beside a Request: put it into the Request")
        return request
    return Request.from_dict(joined({} if request is None else {"prompt": request}, settings))


def from_modelscope(inputs: Mapping[str, Any], settings: Mapping[str, Any]) -> Request:
    """ModelScope's {"text": …, "height": …, "width": …}, and every other field of Request beside them."""
    if "text" not in inputs:
        raise RequestError("text", "is missing: say what the video should show")
    others = {key: value for key, value in inputs.items() if key != "text"}
    return Request.from_dict(joined({"prompt": inputs["text"]}, others, settings))


def joined(*groups: Mapping[str, Any]) -> dict[str, Any]:
    """All settings of several groups; RequestError names one that is given twice."""
    whole: dict[str, Any] = {}
    for group in groups:
        for key in group:
            if key in whole:
                raise RequestError(str(key), "is given twice")
        whole |= group
    return whole


def _way_out(dtype: torch.dtype) -> str:
    """The end of a sentence on numbers that are not finite."""
    if dtype == torch.float32:
        return " in float32: its weights are broken, or they don't fit scheduler_config.json."
    return f" in {str(dtype).removeprefix('torch.')}; try dtype float32."


def to_pixels(images: Tensor) -> tuple[Tensor, Tensor]:
    """images (n 3 h w), −1…1 and beyond -> uint8 (n h w 3), clamped before it could wrap around, and whether
    all images are finite"""
    pixels = ((images.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return rearrange(pixels, "n c h w -> n h w c"), images.isfinite().all()

"""TextToVideo: encode the prompt, denoise latents under its guidance, decode them to frames."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from pickle import PicklingError
from typing import TYPE_CHECKING, Any, Literal, Never, overload

import numpy as np
import torch
from torch import Tensor

from t2v import checkpoints, motion, prompt_encoder
from t2v.checkpoints import EMBEDDED, Checkpoint
from t2v.checkpoints.adapters import Adapter, adapted, adapter_notes, open_adapters
from t2v.codec import FrameCodec
from t2v.denoisers import Denoisers
from t2v.diffusion import Predict
from t2v.elsewhere import LOADING, METHODS
from t2v.errors import NotFiniteError
from t2v.given import Given
from t2v.known import Known
from t2v.latents import Latents
from t2v.limits import refuse_for_several
from t2v.networks import VAE, UNet3D
from t2v.networks.attention import set_attention_slicing
from t2v.noise import noise_of
from t2v.preview import Previews
from t2v.progress import with_bar
from t2v.prompt_reader import PromptReader
from t2v.request import Complete, Request, RequestError
from t2v.runtime import Runner, attention_slice, choose_devices, choose_dtype, prepare
from t2v.second import Enlarger, as_part, second_complete, second_steps
from t2v.torch_state import OnStep, OwnState
from t2v.unfinished import Unfinished, identity
from t2v.version import VERSION
from t2v.video import Video, check_saving
from t2v.walk import Walk

OPTIONS = "the options are model, device, dtype, memory"


class TextToVideo:
    """A loaded model that makes videos; `from_pretrained` loads it.

    `text_encoder(list[str]) -> (b 77 d)`, weights in prompts included;
    `unet(x (b 4 f h w), t (b) or (b f), text (b 77 d)) -> (b 4 f h w)`;
    `vae.decode(z (n 4 h w)) -> (n 3 8h 8w)` and `vae.encode`, with unscaled latents.
    `native` holds the defaults and limits of a Request, `name` and `revision` say which model it is.
    Videos are made by a faster forward pass over the same weights (`runtime.fast_unet`); if `unet` is patched
    or hooked, by `unet` itself.
    """

    def __init__(self, checkpoint: Checkpoint, runner: Runner):
        self.checkpoint = checkpoint
        self.revision, self.tokenizer = checkpoint.revision, checkpoint.tokenizer
        self.device, self.dtype, self.runner = runner.device, runner.dtype, runner
        with OwnState(self.device):
            self.runner.place(checkpoint)
        self._adapt(checkpoint.adapters)
        self.codec = FrameCodec(checkpoint.vae, checkpoint.vae_scale, runner)
        self._previews = Previews(checkpoint.vae, checkpoint.vae_scale, runner, self.codec.decode)
        self._enlarge = Enlarger(type(self).from_pretrained)
        self.set_attention_slicing("auto")

    def __repr__(self) -> str:
        device, dtype, memory, _ = self._made_on()
        return f'TextToVideo("{self.name}", {device}, {dtype}, memory {memory})'

    def __reduce__(self) -> Never:
        raise PicklingError(
            "A loaded TextToVideo can't be pickled or copied:"
            " send the model's name, and call from_pretrained in the other process"
        )

    if not TYPE_CHECKING:  # a type checker is to find wrong names itself

        def __getattr__(self, name: str) -> Never:
            hint = f": {METHODS[name]}" if name in METHODS else ""
            raise AttributeError(f"TextToVideo has no {name}{hint}", name=name, obj=self)

    @property
    def unet(self) -> UNet3D:
        """The denoiser. It can be patched in place, but not replaced."""
        return self.checkpoint.unet

    @property
    def vae(self) -> VAE:
        """The autoencoder of single frames."""
        return self.checkpoint.vae

    @classmethod
    def from_pretrained(
        cls,
        model: str | PathLike[str] = EMBEDDED,
        device: str | torch.device | None = None,
        dtype: str | torch.dtype | None = None,
        memory: str = "auto",
        **elsewhere: Any,
    ) -> "TextToVideo":
        """Load `model`: "emoji" (embedded), a hub id, or a folder in ModelScope's or diffusers' layout.

        `device` is "cuda", "cuda:1", "mps" or "cpu", or "cuda:0,cuda:1": up to eight GPUs share each step.
        `memory` is a rung, from most memory to least (`runtime.memory`): "fast", "balanced", "low",
        "minimal"; "auto" chooses by the free memory. RequestError names a wrong device, precision or memory;
        CheckpointError says what is wrong with the weights.
        """
        for name in elsewhere:
            raise RequestError(name, f"is no option of loading; {LOADING.get(name, OPTIONS)}")
        where, *others = choose_devices(device)
        runner = Runner(where, choose_dtype(dtype, where), memory, others)
        path = fspath(model) if isinstance(model, PathLike) else model
        place = runner.loading_device()
        opened = partial(prepare, device=place, dtype=runner.dtype)
        return cls(checkpoints.load(path, dtype=runner.dtype, device=place, opened=opened), runner)

    def set_adapters(self, *names: str) -> None:
        """Replace the adapters by these; without any, the plain model is back bit for bit.

        A name is "turbo" or another word, a LoRA file, its folder, or "owner/name/file" on the hub, perhaps
        with a scale, ":0.8". CheckpointError says what doesn't fit; then nothing has changed."""
        self._adapt(open_adapters(names, self.unet, self.checkpoint.text_encoder))

    def _adapt(self, adapters: Sequence[Adapter]) -> None:
        """Merge adapters, and take over what else they bring."""
        with OwnState(self.device, inference=True):
            self.runner.merge(adapters)
        self.adapters = tuple(adapters)
        self.name, self.native, self.schedule, self.vocabulary = adapted(self.checkpoint, adapters)
        self._reader = PromptReader(self.tokenizer, self.vocabulary)
        width = self.unet.config.guidance_width
        self._denoisers = Denoisers(
            self.runner, self.schedule, self.native, width, self._reader, self.text_encoder
        )

    def set_attention_slicing(self, slice_bytes: int | Literal["auto"] | None = "auto") -> None:
        """Form at most `slice_bytes` of attention scores at once; "auto": by the free memory; None: all.

        Slices change the memory, not the result. A device with a fused kernel needs no slices.
        """
        size = attention_slice(self.device) if slice_bytes == "auto" else slice_bytes
        for network in (*self.runner.networks, self.vae):
            set_attention_slicing(network, size)

    @overload
    def __call__(
        self,
        request: Request | str | None = None,
        *,
        source: Any = None,
        end: Any = None,
        mask: Any = None,
        on_step: OnStep | None = None,
        progress: bool = False,
        latents: Tensor | None = None,
        output_video: str | PathLike | None = None,
        resume: str | PathLike[str] | None = None,
        **settings: Any,
    ) -> Video: ...

    @overload
    def __call__(
        self,
        request: Mapping[str, Any],
        *,
        source: Any = None,
        end: Any = None,
        mask: Any = None,
        on_step: OnStep | None = None,
        progress: bool = False,
        latents: Tensor | None = None,
        output_video: str | PathLike | None = None,
        **settings: Any,
    ) -> dict[str, Any]: ...

    @overload
    def __call__(
        self,
        request: list[str] | list[Request] | tuple[str | Request, ...],
        *,
        source: Any = None,
        end: Any = None,
        mask: Any = None,
        on_step: OnStep | None = None,
        progress: bool = False,
        **settings: Any,
    ) -> list[Video]: ...

    def __call__(
        self,
        request: Any = None,
        *,
        source: Any = None,
        end: Any = None,
        mask: Any = None,
        on_step: OnStep | None = None,
        progress: bool = False,
        latents: Tensor | None = None,
        output_video: str | PathLike | None = None,
        resume: str | PathLike[str] | None = None,
        **settings: Any,
    ) -> Video | dict[str, Any] | list[Video]:
        """Make a video of a Request, a prompt, or keywords that build the Request.

        `source` is what it starts from: a path, a Source, a Video, a picture, an array (h w 3) or (f h w 3).
        `strength` is the share of it that is made anew; the first `keep` frames stay the source's. At
        strength 1 these are the source's last frames, which the video continues: `.joined` is both. `end` is
        the picture to end at; `mask`, a picture or bool (h w) or (f h w), is white where the source is made
        anew. `on_step(step, steps, x0)` is called after each step with a copy of the clean latents predicted
        in it, and may raise to stop; it runs in the caller's state of torch. `progress` shows a bar,
        `latents` (1 c f h/8 w/8) replaces the seed's noise. `resume` is a file that the state is kept in
        while the video is made; where it holds that of this video, the video goes on from there.

        A list of prompts or Requests gives a list of videos, one after the other. A mapping with "text" is
        ModelScope's convention: the answer is {"output_video": path, or the MP4's bytes without a path}.
        RequestError names a wrong setting before any work; NotFiniteError reports NaN or infinity.
        """
        if output_video is not None:
            check_saving(output_video)
        given = Given.of(source, end, mask)
        if isinstance(request, list | tuple):
            refuse_for_several(latents=latents, output_video=output_video, resume=resume)
            requests = [self._complete(each, settings, given) for each in request]
            one = partial(self, **given.arguments)
            return [one(each, on_step=on_step, progress=progress) for each in requests]
        complete = self._complete(request, settings, given)
        steps, second = self.steps_of(complete), second_steps(complete, self.native)
        with with_bar(complete.prompt, steps, on_step) if progress else nullcontext(on_step) as on_step:
            with OwnState(self.device, inference=True) as state, self.runner.as_current_device():
                own = as_part(on_step and state.outside(on_step), after=second)
                video = self._make(partial(self._attempt, complete, given, own, latents, resume))
            if complete.larger:
                video = self._enlarge(self, video, complete, as_part(on_step, before=steps - second))
        if output_video is not None:
            video.save(output_video)
        if isinstance(request, Mapping):
            return {"output_video": video.to_bytes() if output_video is None else str(output_video)}
        return video

    def _complete(self, request: Any, settings: Mapping[str, Any], given: Given) -> Complete:
        """Check and complete the request of a call; or RequestError."""
        complete = Request.from_call(request, settings).validate(self.native, *given.there)
        if why := self.schedule.problem(complete.sampler, complete.steps):
            raise RequestError("sampler", why)
        second_complete(complete, self.native)  # refused before the work on the first
        return complete

    def steps_of(self, request: Complete) -> int:
        """Steps that `on_step` is called for, those of a second pass too."""
        return request.walked + second_steps(request, self.native)

    def _make(self, attempt: Callable[[], Video]) -> Video:
        """Make the video; if memory runs out, step down the memory ladder and try once more."""
        try:
            return attempt()
        except torch.OutOfMemoryError:
            if not self.runner.can_step_down:
                raise
        self.runner.step_down()  # outside of the handler, whose traceback would keep every tensor alive
        return attempt()

    def _attempt(
        self,
        request: Complete,
        given: Given,
        on_step: OnStep | None,
        latents: Tensor | None,
        resume: str | PathLike[str] | None,
    ) -> Video:
        generator = torch.Generator("cpu").manual_seed(request.seed)
        walk = Walk(request, self.schedule, generator, self.device)
        whole, model = self.native.known == "times", f"{self.name}@{self.revision}"
        known = Known.of(given, request, self.codec, whole, model) if given else None
        noise = self._noise(request, latents, generator)
        what = identity(request=request.to_json(), model=model, given=given.digest, on=self._made_on())
        unfinished = Unfinished(Path(resume), what) if resume is not None and latents is None else None
        moving = motion.with_motion_of(given.seen_in(request), request, self._reader.translator)
        x = walk.run(self._denoisers.of(moving, known), noise, known, on_step, unfinished)
        if not x.isfinite().all():
            raise NotFiniteError.of_unet(str(self.dtype).removeprefix("torch."))
        notes = () if moving is request else (motion.NOTE.format(sentence=moving.prompt),)
        video = self._decoded(x, request, given, notes)
        if unfinished:
            unfinished.remove()
        return video

    def _decoded(self, x: Tensor, request: Complete, given: Given, notes: tuple[str, ...]) -> Video:
        """Decode clean latents x (1 c f h w) to the video of a request; `notes`: more than its own."""
        frames, model = self.codec.decode(x), f"{self.name}@{self.revision}"
        device, dtype, memory, threads = self._made_on()
        return Video(
            frames,
            request,
            model=self.name,
            revision=self.revision,
            version=VERSION,
            notes=(*self.notes(request), *given.notes(request, model), *notes),
            device=device,
            dtype=dtype,
            memory=memory,
            threads=threads,
            source=given.digest,
            before=given.before(request),
            adapters=tuple(adapter.record for adapter in self.adapters),
            latents=Latents.of(x[0].cpu().numpy(), model, frames),
        )

    def _made_on(self) -> tuple[str, str, str, int]:
        """-> device, precision, rung, and number of CPU threads: the frames' last bits depend on them"""
        devices = self.runner.devices if self.runner.team else [self.device.type]
        threads = torch.get_num_threads() if self.device.type == "cpu" else 0
        precision = str(self.dtype).removeprefix("torch.")
        return ",".join(map(str, devices)), precision, self.runner.rung.name, threads

    def text_encoder(self, prompts: list[str]) -> Tensor:
        """Encode b prompts to the text states that the UNet reads (b 77 d); with BREAKs, (b 77·parts d)."""
        with OwnState(self.device, inference=True):
            return prompt_encoder.encode(prompts, self.tokenizer, self.runner.encode, self.device)

    def predictions(self, request: Complete) -> tuple[Predict, dict[str, float]]:
        """The UNet's predictions under a request's texts, and how `guided` is to mix them."""
        return self._denoisers.predictions(request)

    def _noise(self, request: Complete, latents: Tensor | None, generator: torch.Generator) -> Tensor:
        """Noise (1 c f h w): the caller's latents, or drawn from the seed."""
        h, w = (side // self.vae.config.factor for side in (request.height, request.width))
        shape = 1, self.unet.config.in_channels, request.frames, h, w
        return noise_of(request, shape, latents, generator).to(self.device, torch.float32)

    def preview(self, x0: Tensor) -> np.ndarray:
        """Preview latents x0 (1 c f h w) as small frames uint8 (f h w 3), at almost no cost."""
        return self._previews.small(x0)

    def still(self, x0: Tensor) -> np.ndarray | None:
        """Decode the middle frame of latents x0 (1 c f h w) -> uint8 (1 8h 8w 3); None on a GPU."""
        return self._previews.still(x0)

    def notes(self, request: Request) -> tuple[str, ...]:
        """Warnings about a request that runs all the same."""
        size = self.native.size_note(request.width, request.height)
        own = [*request.notes(), *([size] if size else []), *adapter_notes(self.adapters, request)]
        return *own, *self._reader.notes(request)

    def sentence(self, prompt: str) -> str:
        """The sentence that the model is given for a prompt in any language that it reads."""
        return self._reader.sentence(prompt)

"""Runner: where a model's networks lie and how they run, by the rungs of the memory ladder."""

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from t2v.checkpoints import Checkpoint
from t2v.diffusion import Predict
from t2v.networks import UNet3D
from t2v.request import Request, RequestError

from .device import current, has_own_memory, tune
from .fast_unet import FastUNet
from .fast_vae import use_fast_ops
from .graphs import GraphedFunction, Run
from .memory import GIB, RUNGS, Rung, frame_bytes, frames_at_once, free_bytes, rung_of
from .pair import SecondDevice
from .planning import Sizes, fitting
from .streaming import StreamedUNet, offload

AMPLE = 12 * GIB  # free: room for any model of this family at its own size
DECODER = GIB // 2  # room for its weights and libraries' workspaces


class Runner:
    """Places a checkpoint's networks on `device` as a rung says, runs them, and steps down where memory ends.

    `memory`: a rung's name, or "auto": the first rung that a video of the model's own size fits into, and one
    lower after an out-of-memory. RequestError if it is neither. With a second device, which takes half of
    each guided step, all weights are resident: `memory` is "fast" or "auto", which is the same then.
    """

    def __init__(
        self,
        device: torch.device,
        dtype: torch.dtype,
        memory: str = "auto",
        second: torch.device | None = None,
    ):
        if second is not None and rung_of(memory) not in (None, RUNGS["fast"]):
            raise RequestError("memory", "must be auto or fast with two devices, which hold all weights")
        self.memory = memory if second is None else "fast"
        self._asked = rung_of(self.memory)
        self.device, self.dtype, self.second = device, dtype, second
        for each in filter(None, (device, second)):
            tune(each)
        self._hooks: list[RemovableHandle] = []
        self.other: SecondDevice | None = None

    def here(self) -> AbstractContextManager:
        """Within it, what names no device runs on this one."""
        return current(self.device)

    @property
    def networks(self) -> Sequence[UNet3D]:
        """The UNet, and its copy on a second device."""
        return [self._checkpoint.unet, *([self.other.network] if self.other else [])]

    def first_home(self) -> torch.device:
        """Where weights are best loaded to: the device, unless some may have to stay on the host."""
        ample = self.memory == "fast" or (self.memory == "auto" and free_bytes(self.device) > AMPLE)
        return self.device if ample else torch.device("cpu")

    def place(self, checkpoint: Checkpoint, rung: Rung | None = None) -> None:
        """Bring the networks to where they run, on `rung` or the one that `memory` asks for."""
        self._checkpoint, self.rung = checkpoint, rung or self._choose(checkpoint)
        with self.here():
            self._place(checkpoint)

    def _place(self, checkpoint: Checkpoint) -> None:
        unet, vae, guest = checkpoint.unet, checkpoint.vae, has_own_memory(self.device)
        self._let_go()
        use_fast_ops(vae, self.device)
        for module in (checkpoint.text_encoder, vae.encoder, vae.decoder):
            if self.rung.offloaded and guest:
                self._hooks += offload(module, self.device)
            else:
                module.to(self.device)
        for small in (vae.to_moments, vae.from_latents):  # and the device's that inputs are made for
            small.to(self.device)
        if self.rung.streamed and guest:
            streamed = StreamedUNet(unet, self.device, self.rung.rows)
            self.unet: FastUNet = streamed
            self._hooks += streamed.stream.hooks
        else:
            self.unet = FastUNet(unet.to(self.device), self.device, self.rung.rows)
        self.step = self._recorded(self.unet)
        self.encode: Run = checkpoint.text_encoder
        self.decode: Run = vae.decode
        if not self.rung.offloaded:
            self.encode, self.decode = (self._recorded(run, self.step) for run in (self.encode, self.decode))
        if self.second is not None:
            self.other = SecondDevice(unet, vae, self.second, self._recorded)

    def _recorded(self, run: Run, beside: Run | None = None) -> Run:
        """On CUDA `run` as graphs, whose result the next call overwrites, also of what is `beside`."""
        if self.device.type != "cuda":
            return run
        return GraphedFunction(run, beside if isinstance(beside, GraphedFunction) else None)

    def _choose(self, checkpoint: Checkpoint) -> Rung:
        if self._asked is not None:
            return self._asked
        if self.first_home() == self.device:
            return RUNGS["fast"]
        sizes = Sizes(checkpoint.text_encoder.config, checkpoint.unet.config, checkpoint.vae.config)
        return fitting(sizes, Request("a video", seed=0).validate(checkpoint.native), self.device, self.dtype)

    @property
    def can_step_down(self) -> bool:
        """Whether there is a lower rung that may be taken."""
        return self.memory == "auto" and self.rung is not list(RUNGS.values())[-1]

    def step_down(self) -> None:
        """Take the next rung down."""
        rungs = list(RUNGS.values())
        self.place(self._checkpoint, rungs[rungs.index(self.rung) + 1])

    def _let_go(self) -> None:
        self.other = None
        for name in ("step", "encode", "decode", "unet"):  # and with them the recordings' memory
            vars(self).pop(name, None)
        while self._hooks:
            self._hooks.pop().remove()
        if self.device.type != "cpu":
            torch.get_device_module(self.device).empty_cache()

    def predictor(self, text: Tensor) -> Predict:
        """text (g l d), g at most 2 -> `predict(x (1 c f h w), t (1) or (1 f)) -> (g 1 c f h w)`

        A UNet that somebody has patched or hooked runs as it is, unrecorded; else its fast twin runs.
        """
        if is_patched(self._checkpoint.unet, {hook.id for hook in self._hooks}):
            return self._plain_predictor(text)
        words = self.unet.read(text)
        step = self.step if self.other is None or len(text) == 1 else self.other.beside(self.step, text[:1])

        def predict(x: Tensor, t: Tensor) -> Tensor:
            x = x.to(text.dtype)
            if not self.rung.in_turn:
                return step(x, t, words).unsqueeze(1)
            return torch.stack(
                [step(x, t, one).clone() for one in words.split(1)]
            )  # a graph's output is reused

        return predict

    def _plain_predictor(self, text: Tensor) -> Predict:
        """As `predictor`, by the UNet's own forward, one text after the other."""
        unet = self._checkpoint.unet

        def predict(x: Tensor, t: Tensor) -> Tensor:
            return torch.stack([unet(x.to(text.dtype), t, one) for one in text.split(1)])

        return predict

    def make_room(self, height: int, width: int) -> None:
        """Between the last step and decoding: a recorded step gives back its memory where it is needed."""
        needed = DECODER + 2 * frame_bytes(height, width, self.dtype)
        if self.rung.rows and free_bytes(self.device) < needed:
            self.step = self._recorded(self.unet)

    def decoders(self, frames: int, height: int, width: int) -> list[Callable[[Tensor], Tensor]]:
        """Who decodes z (n c h w) to images (n 3 8h 8w), for each group of frames: as few as fit, on every
        device as many. A group's images may be overwritten by the next group's of the same device."""
        together = 1 if self.rung.rows else frames_at_once(self.device, height, width, self.dtype)
        decoders: list[Callable[[Tensor], Tensor]] = [self.decode]
        if self.other is not None:
            decoders.append(self.other.decode)
        return decoders * math.ceil(frames / (together * len(decoders)))


def is_patched(network: nn.Module, own: set[int]) -> bool:
    """Whether a part of the network has a forward of its own or a hook that isn't among the ids `own`."""
    return any(
        "forward" in vars(module)
        or not own.issuperset(module._forward_hooks)
        or not own.issuperset(module._forward_pre_hooks)
        for module in network.modules()
    )

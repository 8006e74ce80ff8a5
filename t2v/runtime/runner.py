"""Runner: place a model's networks on their devices, as a rung of the memory ladder says, and run them."""

import gc
import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from t2v.checkpoints import Checkpoint
from t2v.checkpoints.adapters import Adapter
from t2v.diffusion import Predict
from t2v.networks import VAE, UNet3D
from t2v.networks.options import PLAIN, Options
from t2v.request import Request, RequestError

from .device import current, has_own_memory, tune
from .fast_unet import FastUNet
from .fast_vae import use_fast_ops
from .graphs import Graphed, GraphedFunction, GraphedWork, TensorFunction
from .memory import AMPLE, GIB, RUNGS, Rung, frame_bytes, frames_at_once, free_bytes, rung_of
from .merging import Merger
from .planning import Sizes, fitting
from .streaming import StreamedUNet, offload
from .team import Member, Team, copied

DECODER = GIB // 2  # bytes of its weights and of libraries' workspaces


class Runner:
    """Places a checkpoint's networks on `device` by a rung, runs them, and steps down if memory runs out.

    `memory`: a rung's name, or "auto": the first rung on which a video of the model's default size fits, and
    the next one down after an out-of-memory error. RequestError if it is neither. The devices `others` share
    each video with the first. All then hold all weights: `memory` must be "fast" or "auto", which means
    "fast".
    """

    def __init__(
        self,
        device: torch.device,
        dtype: torch.dtype,
        memory: str = "auto",
        others: Sequence[torch.device] = (),
    ):
        if others and rung_of(memory) not in (None, RUNGS["fast"]):
            raise RequestError("memory", "must be auto or fast with several devices, which hold all weights")
        self.memory = "fast" if others else memory
        self._asked = rung_of(self.memory)
        self.device, self.dtype, self.devices = device, dtype, (device, *others)
        for each in self.devices:
            tune(each)
        self._hooks: list[RemovableHandle] = []
        self.team: Team | None = None
        self.merger = Merger()

    def as_current_device(self) -> AbstractContextManager:
        """A context in which work that names no device runs on `device`."""
        return current(self.device)

    @property
    def networks(self) -> Sequence[UNet3D]:
        """The UNet, and its copies on the other devices."""
        return [member.unet.unet for member in self.team.members] if self.team else [self._checkpoint.unet]

    def loading_device(self) -> torch.device:
        """The device to load weights to: `device` if its memory is ample, else the host."""
        ample = self.memory == "fast" or (self.memory == "auto" and free_bytes(self.device) > AMPLE)
        return self.device if ample else torch.device("cpu")

    def place(self, checkpoint: Checkpoint, rung: Rung | None = None) -> None:
        """Place the networks by `rung`, or by the rung that `memory` asks for."""
        self._checkpoint, self.rung = checkpoint, rung or self._choose(checkpoint)
        with self.as_current_device():
            self._place(checkpoint)

    def _place(self, checkpoint: Checkpoint) -> None:
        unet, vae, own_memory = checkpoint.unet, checkpoint.vae, has_own_memory(self.device)
        self._release()
        use_fast_ops(vae, self.device)
        for module in (checkpoint.text_encoder, vae.encoder, vae.decoder):
            if self.rung.offloaded and own_memory:
                self._hooks += offload(module, self.device)
            else:
                module.to(self.device)
        for small in (vae.to_moments, vae.from_latents):  # their device is where callers put inputs
            small.to(self.device)
        if self.rung.streamed and own_memory:
            streamed = StreamedUNet(unet, self.device, self.rung.rows)
            self.unet: FastUNet = streamed
            self._hooks += streamed.stream.hooks
        else:
            self.unet = FastUNet(unet.to(self.device), self.device, self.rung.rows)
        self.encode: TensorFunction = checkpoint.text_encoder
        self.decode: TensorFunction = vae.decode
        if len(self.devices) > 1:
            self.team = Team([self._member(self.unet, vae, self.device), *map(self._copy, self.devices[1:])])
            first = self.team.members[0]
            self.encode, self.decode = self._recorded(self.encode, first.run), first.decode
            return
        self.step = self._recorded(self.unet)
        if not self.rung.offloaded:
            self.encode, self.decode = (self._recorded(run, self.step) for run in (self.encode, self.decode))

    def _copy(self, device: torch.device) -> Member:
        """A member of the team with copies of the networks on another device."""
        vae = copied(self._checkpoint.vae, device)
        use_fast_ops(vae, device)
        with current(device):
            unet = FastUNet(copied(self._checkpoint.unet, device), device)
        return self._member(unet, vae, device)

    def _member(self, unet: FastUNet, vae: VAE, device: torch.device) -> Member:
        run = self._recorded(unet.run, kind=GraphedWork)
        return Member(device, unet, run, self._recorded(vae.decode, run))

    def _recorded(
        self,
        run: Callable[..., Any],
        pool_of: Callable[..., Any] | None = None,
        kind: type[GraphedFunction] | type[GraphedWork] = GraphedFunction,
    ) -> Callable[..., Any]:
        """Wrap `run` in CUDA graphs, on CUDA. Its output is overwritten by its next call, and by a call of
        any function that shares a memory pool with it, as with `pool_of`."""
        if self.device.type != "cuda":
            return run
        return kind(run, pool_of if isinstance(pool_of, Graphed) else None)

    def _choose(self, checkpoint: Checkpoint) -> Rung:
        if self._asked is not None:
            return self._asked
        if self.loading_device() == self.device:
            return RUNGS["fast"]
        sizes = Sizes(checkpoint.text_encoder.config, checkpoint.unet.config, checkpoint.vae.config)
        return fitting(sizes, Request("a video", seed=0).validate(checkpoint.native), self.device, self.dtype)

    @property
    def can_step_down(self) -> bool:
        """Check whether `memory` is "auto" and a lower rung is left."""
        return self.memory == "auto" and self.rung is not list(RUNGS.values())[-1]

    def step_down(self) -> None:
        """Place the networks by the next rung down."""
        rungs = list(RUNGS.values())
        self.merger.park()
        self.place(self._checkpoint, rungs[rungs.index(self.rung) + 1])

    @property
    def place_name(self) -> str:
        """The name of the device, or of all."""
        return ",".join(map(str, self.devices))

    def leave(self) -> None:
        """Move all networks to the host, for those of another model; `come_back` undoes it."""
        if not has_own_memory(self.device):
            return
        self.merger.park()
        checkpoint = self._checkpoint
        for network in (checkpoint.text_encoder, checkpoint.unet, checkpoint.vae):
            network.to("cpu")
        self._release()

    def come_back(self) -> None:
        """Place the networks by their rung again, after `leave`."""
        if has_own_memory(self.device):
            self.place(self._checkpoint, self.rung)

    def merge(self, adapters: Sequence[Adapter]) -> None:
        """Merge adapters into the weights, instead of those merged before; without any, restore the weights.

        The weights stay where they are, and so do recorded graphs.
        """
        networks = {"unet": self.networks, "text_encoder": [self._checkpoint.text_encoder]}
        with self.as_current_device():
            self.merger.change(networks, adapters, self.device)
            for member in self.team.members if self.team else ():
                member.refresh()
            if self.team is None:
                self.unet.refresh()

    def _release(self) -> None:
        if self.team is not None:
            self.team = None
            gc.collect()  # the blocks of the VAE's copies refer to themselves (`fast_vae`)
        for name in ("step", "encode", "decode", "unet"):  # their graphs' memory goes with them
            vars(self).pop(name, None)
        while self._hooks:
            self._hooks.pop().remove()
        if self.device.type != "cpu":
            torch.get_device_module(self.device).empty_cache()

    def predictor(self, text: Tensor, options: Options = PLAIN, guidance: Tensor | None = None) -> Predict:
        """text (g l d) or (g f l d), g at most 2 -> `predict(x (1 c f h w), t (1) or (1 f)) -> (g 1 c f h w)`

        guidance (1 d): the embedding for a network that reads one, which then has one text.
        The FastUNet runs; where somebody has patched or hooked the UNet, that runs itself, without graphs.
        """
        if is_patched(self._checkpoint.unet, {hook.id for hook in self._hooks}):
            return self._plain_predictor(text, options, guidance)
        more = () if guidance is None else (guidance,)
        if self.team is not None:
            together = self.team.predictor(text, *more)
            return lambda x, t: together(x.to(text.dtype), t, options).unsqueeze(1)
        step, text_kv = self.step, self.unet.read(text)

        def predict(x: Tensor, t: Tensor) -> Tensor:
            x = x.to(text.dtype)
            if not self.rung.in_turn:
                return step(x, t, text_kv, *more, options=options).unsqueeze(1)
            # cloned, for the next call overwrites a graph's output
            steps = (step(x, t, one, *more, options=options).clone() for one in text_kv.split(1))
            return torch.stack(list(steps))

        return predict

    def _plain_predictor(self, text: Tensor, options: Options, guidance: Tensor | None) -> Predict:
        """As `predictor`, by the UNet's forward, one text after the other."""
        unet = self._checkpoint.unet
        more = () if guidance is None else (guidance,)  # a patched UNet may take three arguments

        def predict(x: Tensor, t: Tensor) -> Tensor:
            unet.use(options)
            try:
                return torch.stack([unet(x.to(text.dtype), t, one, *more) for one in text.split(1)])
            finally:
                unet.use(PLAIN)

        return predict

    def make_room(self, height: int, width: int) -> None:
        """Before decoding, drop the graph of the step if the decoder needs its memory."""
        needed = DECODER + 2 * frame_bytes(height, width, self.dtype)
        if self.rung.rows and free_bytes(self.device) < needed:
            self.step = self._recorded(self.unet)

    def decoders(self, frames: int, height: int, width: int) -> list[Callable[[Tensor], Tensor]]:
        """A decode function, z (n c h w) -> images (n 3 8h 8w), for each group of frames.

        The groups are the fewest that fit in any device's memory, spread evenly over the devices. The next
        group on the same device may overwrite a group's images.
        """
        at_once = (frames_at_once(device, height, width, self.dtype) for device in self.devices)
        together = 1 if self.rung.rows else min(at_once)
        others = self.team.members[1:] if self.team else ()
        decoders: list[Callable[[Tensor], Tensor]] = [self.decode, *(member.decoded for member in others)]
        return decoders * math.ceil(frames / (together * len(decoders)))


def is_patched(network: nn.Module, own: set[int]) -> bool:
    """Check whether any module of the network has a replaced forward, or a hook not among the ids `own`."""
    return any(
        "forward" in vars(module)
        or not own.issuperset(module._forward_hooks)
        or not own.issuperset(module._forward_pre_hooks)
        for module in network.modules()
    )

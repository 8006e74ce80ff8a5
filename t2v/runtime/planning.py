"""Plan a video before anything runs: the rung of the memory ladder, bytes, operations, seconds.

Dry runs of the networks (see `dry_run`) count bytes and operations, for any size of any model. Only the
seconds rest on measurements: how fast this device multiplies, and the share of that which a video reaches.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import torch
from torch import Tensor, nn

from t2v import machine
from t2v.checkpoints.adapter_catalogue import ADAPTERS
from t2v.checkpoints.adapter_names import split
from t2v.checkpoints.adapters import native_with, open_adapter
from t2v.checkpoints.catalogue import EMBEDDED, adapted
from t2v.checkpoints.loading import open_parts
from t2v.checkpoints.locate import locate
from t2v.checkpoints.model_names import listed
from t2v.checkpoints.model_settings import native
from t2v.networks import VAE, TextConfig, TextEncoder, UNet3D, UNetConfig, VAEConfig, blank
from t2v.request import Complete, ModelDefaults
from t2v.torch_state import OwnState

from .dry_run import Profile, profile
from .fast_unet import FastUNet
from .memory import RUNGS, Rung, free_bytes, rung_of
from .speed import rate
from .streaming import SLOTS, unit_bytes

META = torch.device("meta")
LEANEST = RUNGS["minimal"]
HEADROOM = 0.9  # of the free memory is planned for; libraries and fragmentation take the rest
PROCESS = 800_000_000  # bytes of Python, PyTorch and their libraries, measured on two cores
REACHED = {"cuda": 0.52}  # the share of `rate` that a whole video reaches, measured on an H100
REACHED_ELSEWHERE = 0.55  # measured on two cores, in bfloat16


@dataclass(frozen=True)
class Sizes:
    """The sizes of a model's three networks. The defaults are the published model's."""

    text: TextConfig = TextConfig()
    unet: UNetConfig = UNetConfig()
    vae: VAEConfig = VAEConfig()


def sizes_of(model: str) -> tuple[Sizes, ModelDefaults]:
    """A model's sizes, and its default settings and limits. CheckpointError if `model` is no model.

    Nothing is downloaded: every catalogued model of the hub has the published size.
    """
    base, names = split(model)
    entry = listed(base)
    if entry is not None and entry.id != EMBEDDED:
        known = [ADAPTERS[name] for name in (each.name.casefold() for each in names) if name in ADAPTERS]
        width = max((each.guidance_width for each in known), default=0)
        return Sizes(unet=UNetConfig(guidance_width=width)), adapted(entry, known).native
    located = locate(model)
    parts = open_parts(located)
    text, unet, vae = parts.text_encoder.network, parts.unet.network, parts.vae.network
    adapters = [open_adapter(each, unet, text) for each in located.adapters]
    width = max((each.guidance_width for each in adapters), default=unet.config.guidance_width)
    sizes = Sizes(text.config, replace(unet.config, guidance_width=width), vae.config)
    return sizes, native_with(adapters, native(located))


@dataclass(frozen=True)
class Plan:
    """Peak `bytes` of tensors on the device, `flops` of the whole video, seconds of its two parts.

    `process`: the peak of all that the process has there, its libraries included where the device is the
    processor. `fits`: the tensors fit into the memory that is free now.
    """

    rung: str
    bytes: int
    flops: int
    denoising: float
    decoding: float
    fits: bool
    process: int

    @property
    def seconds(self) -> float:
        """Seconds from the prompt to the frames."""
        return self.denoising + self.decoding

    def then(self, later: "Plan", device: torch.device) -> "Plan":
        """The plan of this video and of one after it, whose model takes the place of this one's.

        A processor has no other place: there both stay in memory."""
        parts = self.denoising + later.denoising, self.decoding + later.decoding
        stays = self.bytes if device.type == "cpu" else 0
        peak, process = max(self.bytes, later.bytes + stays), max(self.process, later.process + stays)
        fits = self.fits and later.fits and (not stays or peak <= HEADROOM * free_bytes(device))
        return Plan(later.rung, peak, self.flops + later.flops, *parts, fits, process)


@dataclass(frozen=True)
class Needs:
    """Peak bytes on the device, floating-point operations of all steps and of decoding."""

    peak: int
    denoising: int
    decoding: int


def plan(
    sizes: Sizes,
    request: Complete,
    device: torch.device,
    dtype: torch.dtype,
    memory: str = "auto",
) -> Plan:
    """Plan `request` on `device`; "auto" takes the first rung that fits into the free memory."""
    with OwnState(device):
        return _plan(sizes, request, device, dtype, memory)


def _plan(sizes: Sizes, request: Complete, device: torch.device, dtype: torch.dtype, memory: str) -> Plan:
    rung = rung_of(memory) or fitting(sizes, request, device, dtype)
    need = needs(sizes, request, rung, dtype, device)
    reached = REACHED.get(device.type, REACHED_ELSEWHERE) * rate(device, dtype) * _granted(device)
    fits = need.peak <= HEADROOM * free_bytes(device)
    seconds = need.denoising / reached, need.decoding / reached
    process = need.peak + (PROCESS if device.type == "cpu" else 0)
    return Plan(rung.name, need.peak, need.denoising + need.decoding, *seconds, fits, process)


def _granted(device: torch.device) -> float:
    """The share of its measured speed that a device can keep up. A quota of processor time doesn't slow down
    the measurement, which is short, but slows down a video."""
    return min(1, machine.processors() / torch.get_num_threads()) if device.type == "cpu" else 1


def fitting(sizes: Sizes, request: Complete, device: torch.device, dtype: torch.dtype) -> Rung:
    """The first rung on which `request` fits into the device's free memory; the last one if none does."""
    free, rungs = HEADROOM * free_bytes(device), RUNGS.values()
    return next((rung for rung in rungs if needs(sizes, request, rung, dtype, device).peak <= free), LEANEST)


def needs(
    sizes: Sizes,
    request: Complete,
    rung: Rung,
    dtype: torch.dtype,
    device: torch.device,
) -> Needs:
    """The memory and the operations of `request` on `rung`."""
    texts = 2 if request.guidance != 1 and not sizes.unet.guidance_width else 1
    at_once, in_turn = (1, texts) if rung.in_turn else (texts, 1)
    parts = _dry_run(sizes, (request.frames, request.height, request.width), at_once, rung, dtype)
    step, frame = parts.step, parts.frame
    frames = (1 if rung.rows else 4) * frame.peak
    if rung.offloaded:
        resident, decoding = parts.unet, max(parts.text_encoder, parts.vae + frames)
    else:
        resident, decoding = parts.unet + parts.text_encoder + parts.vae, frames
    # A recorded step keeps its memory (`Runner.make_room`); decoding runs once before it is recorded there.
    kept = device.type == "cuda" and not rung.rows
    peak = resident + (step.peak + decoding if kept else max(step.peak, decoding))
    return Needs(peak, round(request.walked * in_turn * step.flops), request.frames * frame.flops)


@dataclass(frozen=True)
class DryRun:
    """Bytes of weights that the device holds of each network; profiles of a step and of decoding a frame."""

    text_encoder: int
    unet: int
    vae: int
    step: Profile
    frame: Profile


@lru_cache(64)
def _dry_run(sizes: Sizes, shape: tuple[int, int, int], texts: int, rung: Rung, dtype: torch.dtype) -> DryRun:
    """Run the networks dry. `shape`: frames, height, width in pixels; `texts`: per call of the UNet."""
    with blank():
        text_encoder, unet, vae = TextEncoder(sizes.text), UNet3D(sizes.unet), VAE(sizes.vae)
    for network in (text_encoder, unet, vae):
        network.to(dtype).requires_grad_(False)
    h, w = (side // vae.config.factor for side in shape[1:])
    empty = partial(torch.empty, device=META, dtype=dtype)
    fast = FastUNet(unet, META, rung.rows)
    x, text = empty(1, unet.config.in_channels, shape[0], h, w), empty(texts, 77, unet.config.text_width)
    step = profile(fast, x, torch.empty(1, device=META, dtype=torch.float32), fast.read(text))
    frame = profile(vae.decode, empty(1, vae.config.latent_channels, h, w))
    held = SLOTS * unit_bytes(unet) if rung.streamed else weight_bytes(unet) + tensor_bytes(fast.added)
    return DryRun(weight_bytes(text_encoder), held, weight_bytes(vae), step, frame)


def weight_bytes(network: nn.Module) -> int:
    """Bytes of all weights of `network`."""
    return tensor_bytes(network.parameters())


def tensor_bytes(tensors: Iterable[Tensor]) -> int:
    """Bytes of all elements of `tensors`."""
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)

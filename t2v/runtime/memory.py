"""The memory ladder: four ways to run the same networks, each with less memory than the one above.

fast      all weights stay on the device; both halves of guidance run in one batch
balanced  the text encoder and the VAE are offloaded: on the host, except while they run
low       as balanced; the halves of guidance run in turn, feed-forwards and decoding in pieces
minimal   as balanced, in pieces; the UNet's weights are streamed from the host, once a step for both halves

On CUDA the step is recorded as a graph. On `low` and `minimal` that graph is dropped where the decoder needs
its memory, and recorded again for the next video. On `fast`, whose weights never move, encoding the prompt
and decoding are recorded too. The frames are the same within rounding. On a CPU, where the host is the
device, only the pieces are smaller.
"""

import sys
from dataclasses import dataclass

import torch

from t2v import machine
from t2v.request import RequestError

GIB = 2**30
AMPLE = 12 * GIB  # of free memory holds any model of this family at its default size
FEED_FORWARD_ROWS = 4096  # tokens at a time where memory is short
BUSY, BUSY_CPU = GIB // 2, GIB // 4  # bytes of work: a processor gains nothing from more
ACTIVATIONS = 700  # numbers a pixel while a frame is decoded, at the published widths
FUSED = ("cpu", "cuda", "xpu")  # devices whose scaled_dot_product_attention never forms the scores


@dataclass(frozen=True)
class Rung:
    """Ways to save memory, on or off. `rows`: tokens that a feed-forward takes at a time, None for all."""

    name: str
    offloaded: bool = False
    in_turn: bool = False
    streamed: bool = False
    rows: int | None = None


RUNGS = {
    rung.name: rung
    for rung in (
        Rung("fast"),
        Rung("balanced", offloaded=True),
        Rung("low", offloaded=True, in_turn=True, rows=FEED_FORWARD_ROWS),
        Rung("minimal", offloaded=True, streamed=True, rows=FEED_FORWARD_ROWS),
    )
}


def rung_of(memory: str) -> Rung | None:
    """The rung called `memory`, None for "auto"; RequestError if it is neither."""
    if memory != "auto" and memory not in RUNGS:
        raise RequestError("memory", f"must be one of auto, {', '.join(RUNGS)}")
    return RUNGS.get(memory)


def free_bytes(device: torch.device) -> int:
    """Memory that is free on `device` now; sys.maxsize where that is unknown."""
    if device.type in ("cuda", "xpu"):
        return torch.get_device_module(device).mem_get_info(device)[0]
    free = machine.memory().free
    return sys.maxsize if free is None else free


def attention_slice(device: torch.device) -> int | None:
    """Bytes of attention scores to form at once, a quarter of the free memory; None with a fused kernel."""
    return None if device.type in FUSED else max(2**26, free_bytes(device) // 4)


def frames_at_once(device: torch.device, height: int, width: int, dtype: torch.dtype) -> int:
    """Frames to decode together, at least 1: as many as fit both in half of the free memory and in the bytes
    that keep the device busy."""
    busy = BUSY_CPU if device.type == "cpu" else BUSY
    return max(1, min(busy, free_bytes(device) // 2) // frame_bytes(height, width, dtype))


def frame_bytes(height: int, width: int, dtype: torch.dtype) -> int:
    """Bytes of activations while one frame is decoded."""
    return height * width * ACTIVATIONS * dtype.itemsize

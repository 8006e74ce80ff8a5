"""Torch's global state during a computation, whatever the calling program has set.

`OwnState` sets the thread's default device, autocast and gradient mode, and the process's `SWITCHES`. It
leaves the default dtype, as every tensor here is made with an explicit dtype; random numbers, which come from
our own generators; and the number of threads.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from threading import Lock
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor

OnStep = Callable[[int, int, Tensor], None]


class Switch(NamedTuple):
    """A setting of the process: how to read and write it, and PyTorch's default."""

    read: Callable[[], Any]
    write: Callable[[Any], None]
    default: Any


def _attribute(owner: Any, name: str, default: Any) -> Switch:
    return Switch(partial(getattr, owner, name), partial(setattr, owner, name), default)


def _switches() -> tuple[Switch, ...]:
    """Switches that choose a kernel or its precision; a general one comes before those that it also sets."""
    b: Any = torch.backends  # its own types lack some of these
    return (
        Switch(torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode, 0),
        Switch(torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "highest"),
        Switch(b.mha.get_fastpath_enabled, b.mha.set_fastpath_enabled, True),
        Switch(b.cuda.flash_sdp_enabled, b.cuda.enable_flash_sdp, True),
        Switch(b.cuda.mem_efficient_sdp_enabled, b.cuda.enable_mem_efficient_sdp, True),
        Switch(b.cuda.math_sdp_enabled, b.cuda.enable_math_sdp, True),
        Switch(b.cuda.cudnn_sdp_enabled, b.cuda.enable_cudnn_sdp, True),
        _attribute(b.cudnn, "allow_tf32", True),
        _attribute(b, "fp32_precision", "none"),
        _attribute(b.cuda.matmul, "fp32_precision", "none"),
        _attribute(b.cudnn, "fp32_precision", "none"),
        _attribute(b.cudnn.conv, "fp32_precision", "tf32"),
        _attribute(b.cudnn.rnn, "fp32_precision", "tf32"),
        _attribute(b.mkldnn, "fp32_precision", "none"),
        _attribute(b.mkldnn.matmul, "fp32_precision", "none"),
        _attribute(b.mkldnn.conv, "fp32_precision", "none"),
        _attribute(b.cuda.matmul, "allow_fp16_reduced_precision_reduction", True),
        _attribute(b.cuda.matmul, "allow_bf16_reduced_precision_reduction", True),
        _attribute(b.cuda.matmul, "allow_fp16_accumulation", False),
        _attribute(b.cudnn, "enabled", True),
        _attribute(b.cudnn, "benchmark", False),
        _attribute(b.cudnn, "deterministic", False),
        _attribute(b.mkldnn, "enabled", True),
        _attribute(b.mkldnn, "deterministic", False),
    )


SWITCHES = _switches()


class _Process:
    """Holds the switches at their defaults while at least one computation runs, in any thread."""

    def __init__(self) -> None:
        self._lock, self._running = Lock(), 0
        self._before: list[Any] = []

    def enter(self) -> None:
        with self._lock:
            if self._running == 0:
                self._before = [_read(switch) for switch in SWITCHES]
                _set([switch.default for switch in SWITCHES])
            self._running += 1

    def leave(self) -> None:
        with self._lock:
            self._running -= 1
            if self._running == 0:
                _set(self._before)


def _read(switch: Switch) -> Any:
    """The switch's value; None if PyTorch raises, as after its old and new precision names were mixed."""
    try:
        return switch.read()
    except RuntimeError:
        return None


def _set(values: list[Any]) -> None:
    """Set each switch to its value. Skip None, and switches that have their value already."""
    for switch, value in zip(SWITCHES, values, strict=True):
        if value is not None and _read(switch) != value:
            switch.write(value)


_process = _Process()


class OwnState:
    """A context in which torch has its default settings, without gradients. On exit, also by an error, the
    caller's state is restored; the process's switches are restored when the last thread exits.

    `inference`: tensors made inside are inference tensors, which are faster and can't be trained.
    """

    def __init__(self, device: torch.device | str = "cpu", *, inference: bool = False):
        self._kinds, self._inference = {"cpu", torch.device(device).type}, inference

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        with self._stack:
            self._enter(self._stack.enter_context)
            self._stack = self._stack.pop_all()
        return self

    def _enter(self, enter: Callable[[Any], Any]) -> None:
        _process.enter()
        self._stack.callback(_process.leave)
        enter(torch.inference_mode(self._inference))
        enter(torch.no_grad())
        for kind in filter(torch.amp.is_autocast_available, self._kinds):
            enter(torch.autocast(kind, enabled=False))
        if torch.get_default_device().type != "cpu":
            enter(torch.device("cpu"))

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """A context, inside this one, in which the caller's state is restored."""
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()

    def outside(self, on_step: OnStep) -> OnStep:
        """Wrap `on_step` to run in the caller's state with a copy of the latents, which it may change."""

        def call(step: int, steps: int, x0: Tensor) -> None:
            with self.paused():
                on_step(step, steps, x0.clone())

        return call

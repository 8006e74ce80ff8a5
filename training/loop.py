"""The training loop's parts: clock, learning rate, update, averaged weights, checkpoints, log."""

import csv
import math
import time
from dataclasses import dataclass, field
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast
from torch import Tensor, nn

from training.fused import TrainingGraph

WARM_UP = 200  # iterations
EMA = 0.995
AGREE_EVERY = 8  # iterations between broadcasts of the time: each waits for the device


@dataclass
class Clock:
    """Measure the progress of a training: `seconds` over all runs or `iterations`, whichever ends first."""

    seconds: float
    iterations: int
    done: int = 0
    spent: float = 0.0  # by earlier runs
    elapsed: float = 0.0  # seconds of training at the last `tick`, all runs together
    started: float = field(default_factory=time.monotonic)

    def tick(self, accelerator: Accelerator) -> float:
        """Read the time before an iteration -> `progress`.

        All processes take the first one's, so that they agree on the learning rate and on the end.
        """
        now = self.spent + time.monotonic() - self.started
        if accelerator.num_processes == 1:
            self.elapsed = now
        elif self.done % AGREE_EVERY == 0:
            self.elapsed = float(broadcast(torch.tensor([now], device=accelerator.device)))
        return self.progress

    @property
    def progress(self) -> float:
        """The part of the whole training that is done, 0…1."""
        return min(1.0, max(self.elapsed / self.seconds, self.done / self.iterations))

    def rate(self) -> float:
        """The learning rate's factor: a short warm-up, then a cosine to zero."""
        return min(1.0, (self.done + 1) / WARM_UP) * 0.5 * (1 + math.cos(math.pi * self.progress))


class Average:
    """An exponential moving average of weights, over about the last 200 updates: evaluated and shipped."""

    def __init__(self, networks: dict[str, nn.Module]):
        self.live = {k: list(n.parameters()) for k, n in networks.items()}
        self.networks = networks
        self.mean = {k: [p.detach().clone() for p in ps] for k, ps in self.live.items()}

    @torch.no_grad()
    def update(self) -> None:
        """Move towards the live weights; a short span is enough, for the learning rate ends at zero."""
        for k, mean in self.mean.items():
            torch._foreach_lerp_(mean, self.live[k], 1 - EMA)

    @torch.no_grad()
    def swap(self) -> None:
        """Exchange live and averaged weights; a second call undoes it."""
        for k, mean in self.mean.items():
            for live, averaged in zip(self.live[k], mean, strict=True):
                kept = live.clone()
                live.copy_(averaged)
                averaged.copy_(kept)

    def state_dict(self) -> dict:
        """The averages, for a checkpoint."""
        return {"mean": self.mean}

    def load_state_dict(self, state: dict) -> None:
        """Restore what `state_dict` returned."""
        for k, mean in state["mean"].items():
            torch._foreach_copy_(self.mean[k], mean)


class Update:
    """Update the networks once: loss and gradients, then clipping, optimizers, averages.

    On a GPU each of the two halves is one CUDA graph. Between them all gradients are in one tensor, which is
    averaged over processes; their networks must start equal.
    """

    def __init__(
        self,
        accelerator: Accelerator,
        loss_of: nn.Module,
        opts: list[torch.optim.Optimizer],
        average: Average,
    ):
        self.accelerator, self.loss_of, self.opts, self.average = accelerator, loss_of, opts, average
        self.base = [float(opt.param_groups[0]["lr"]) for opt in opts]
        self.gradients, self.apply = TrainingGraph(self._gradients), TrainingGraph(self._apply)

    def __call__(self, rate: float, *tensors: Tensor, kind: object = None) -> tuple[Tensor, ...]:
        """Update at `rate` times the learning rates; returns what the loss function does, loss first.

        kind: whatever besides the tensors' shapes decides what the loss function does.
        """
        for opt, base in zip(self.opts, self.base, strict=True):
            opt.param_groups[0]["lr"].fill_(base * rate)
        gradients, *out = self.gradients(*tensors, kind=kind)
        if self.accelerator.num_processes > 1:
            gradients = self.accelerator.reduce(gradients, "mean")
        self.apply(gradients)
        return tuple(out)

    def _gradients(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """-> all gradients in one vector, each in its memory's order; then what the loss function returns"""
        for opt in self.opts:
            opt.zero_grad(set_to_none=True)
        out = self.loss_of(*tensors)
        out[0].backward()
        grads = [p.grad for p in self._learning()]
        flat = torch.cat([g.as_strided((g.numel(),), (1,)) for g in grads])
        return flat, *(value.detach() for value in out)

    def _learning(self) -> list[nn.Parameter]:
        """The parameters that have a gradient."""
        return [p for p in self.loss_of.parameters() if p.grad is not None]

    def _apply(self, gradients: Tensor) -> tuple[Tensor, ...]:
        """Give each parameter its gradient, clip them, step the optimizers and the average."""
        learning, start = self._learning(), 0
        for p in learning:
            p.grad = gradients.as_strided(p.grad.shape, p.grad.stride(), start)
            start += p.grad.numel()
        nn.utils.clip_grad_norm_(learning, 1.0)
        for opt in self.opts:
            opt.step()
        self.average.update()
        return ()


class Log:
    """Print losses and speed, and write them to a CSV that `training.plot` draws.

    `silent`: write nothing, for all processes but one.
    """

    def __init__(self, path: Path, clock: Clock, every: int = 50, silent: bool = False):
        self.path, self.clock, self.every, self.silent = path, clock, every, silent
        self.sums: dict[str, torch.Tensor] = {}
        self.since, self.began = 0, time.monotonic()

    def add(self, **values: torch.Tensor) -> None:
        """Count one iteration; print every `every`-th. Tensors stay on the device until then."""
        self.since += 1
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0) + value.detach()
        if self.since == self.every:
            if not self.silent:
                self._write()
            self.sums, self.since, self.began = {}, 0, time.monotonic()

    def _write(self) -> None:
        means = {name: float(total) / self.since for name, total in self.sums.items()}
        speed = self.since / (time.monotonic() - self.began)
        row = {
            "iteration": self.clock.done,
            "seconds": round(self.clock.elapsed, 1),
            "per_second": round(speed, 2),
        }
        row |= {name: round(mean, 5) for name, mean in means.items()}
        print("  ".join(f"{k} {v}" for k, v in row.items()), flush=True)
        new = not self.path.exists()
        with self.path.open("a", newline="") as file:
            writer = csv.DictWriter(file, row)
            if new:
                writer.writeheader()
            writer.writerow(row)


def save_state(
    path: Path, clock: Clock, average: Average, opts: list[torch.optim.Optimizer], **more: object
) -> None:
    """Write everything that a resumed run needs, to a temporary file that then replaces `path`."""
    state = {
        "networks": {k: n.state_dict() for k, n in average.networks.items()},
        "average": average.state_dict(),
        "optimizers": [opt.state_dict() for opt in opts],
        "clock": {"done": clock.done, "spent": clock.elapsed},
        "random": torch.get_rng_state(),
        **more,
    }
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    temporary.replace(path)


def load_state(path: Path, clock: Clock, average: Average, opts: list[torch.optim.Optimizer]) -> dict:
    """Restore what `save_state` wrote; returns the whole state."""
    device = next(iter(average.live.values()))[0].device
    state = torch.load(path, map_location=device, weights_only=True)
    for k, network in average.networks.items():
        network.load_state_dict(state["networks"][k])
    average.load_state_dict(state["average"])
    for opt, kept in zip(opts, state["optimizers"], strict=True):
        opt.load_state_dict(kept)
    clock.done = state["clock"]["done"]
    clock.spent = clock.elapsed = state["clock"]["spent"]
    torch.set_rng_state(state["random"].cpu())
    return state

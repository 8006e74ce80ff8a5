"""What is recorded, seen from outside: no GPU is needed to show that its results are read in time."""

from collections.abc import Callable

from torch import Tensor


class Overwriting:
    """`run`, each call of which overwrites what any call gave before, also of what is `beside`: recordings
    share their memory. What is then read there is finite, and wrong."""

    def __init__(self, run: Callable[..., Tensor], beside: "Overwriting | None" = None):
        self.run, self.calls = run, 0
        self.given: list[Tensor] = [] if beside is None else beside.given

    def __call__(self, *inputs: Tensor) -> Tensor:
        self.calls += 1
        inputs = [each.clone() for each in inputs]
        for former in self.given:
            former.fill_(0.5)
        self.given[:] = [self.run(*inputs).clone()]
        return self.given[0]

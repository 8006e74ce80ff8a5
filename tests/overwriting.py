"""What is recorded, seen from outside: no GPU is needed to show that its results are read in time."""

from collections.abc import Callable

from torch import Tensor

from t2v.runtime.exchange import Exchanging


class Overwriting:
    """`run`, each call of which overwrites the outputs of earlier calls, also of those that share its pool.
    They stay finite, and are wrong."""

    def __init__(self, run: Callable[..., Tensor], pool_of: "Overwriting | None" = None):
        self.run, self.calls = run, 0
        self.given: list[Tensor] = [] if pool_of is None else pool_of.given

    def __call__(self, *inputs: Tensor, **options: object) -> Tensor:
        self.calls += 1
        inputs = [each.clone() for each in inputs]
        for former in self.given:
            former.fill_(0.5)
        self.given[:] = [self.run(*inputs, **options).clone()]
        return self.given[0]


class OverwritingWork(Overwriting):
    """As Overwriting, for work that exchanges tensors with other devices."""

    def __call__(self, *inputs: Tensor, **options: object) -> Exchanging[Tensor]:
        self.calls += 1
        inputs = [each.clone() for each in inputs]
        for former in self.given:
            former.fill_(0.5)
        result = yield from self.run(*inputs, **options)
        self.given[:] = [result.clone()]
        return self.given[0]

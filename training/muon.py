"""Muon (Jordan et al. 2024): momentum whose matrices are made orthogonal before they are applied.

Muon updates matrices, and convolutions reshaped to matrices; AdamW updates embeddings, norms, biases and the
first and last layers, as the method asks. torch.optim.Muon takes no convolutions.
"""

from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor, nn

EDGES = ("token_embedding", "positional_embedding", "conv_in", "out.conv", "to_moments", "from_latents")


def orthogonal(g: Tensor, steps: int = 5) -> Tensor:
    """g (k rows columns) -> about the nearest semi-orthogonal matrix of each, by quintic Newton–Schulz"""
    x = g.bfloat16()
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        square = torch.baddbmm(gram, gram, gram, beta=-4.7750, alpha=2.0315)
        x = torch.baddbmm(x, square, x, beta=3.4445)
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Orthogonalised Nesterov momentum, its updates scaled to the size of Adam's (0.2·√max(rows, columns)).

    The learning rate is a tensor on the parameters' device, so that it can change in a captured step.
    """

    def __init__(
        self, params: Iterable[nn.Parameter], lr: float, momentum: float = 0.95, decay: float = 0.01
    ):
        super().__init__(params, {"lr": torch.tensor(lr), "momentum": momentum, "decay": decay})
        for p in (p for group in self.param_groups for p in group["params"]):
            self.state[p]["momentum"] = torch.zeros_like(p)
            self.param_groups[0]["lr"] = self.param_groups[0]["lr"].to(p.device)

    @torch.no_grad()
    def step(self) -> None:
        """Update every parameter that has a gradient; matrices of one shape in one batch."""
        for group in self.param_groups:
            by_shape: dict[tuple[int, int], list[nn.Parameter]] = defaultdict(list)
            for p in group["params"]:
                if p.grad is not None:
                    by_shape[p.shape[0], p[0].numel()].append(p)
            for params in by_shape.values():
                self._update(params, group)

    def _update(self, params: list[nn.Parameter], group: dict) -> None:
        grads = [p.grad for p in params]
        momenta = [self.state[p]["momentum"] for p in params]
        torch._foreach_lerp_(momenta, grads, 1 - group["momentum"])
        nesterov = torch._foreach_lerp(grads, momenta, group["momentum"])
        updates = orthogonal(torch.stack([g.flatten(1) for g in nesterov]))
        updates = updates * (group["lr"] * -0.2 * max(updates.shape[1:]) ** 0.5)
        torch._foreach_mul_(params, 1 - group["lr"] * group["decay"])
        torch._foreach_add_(params, [u.view(p.shape) for u, p in zip(updates, params, strict=True)])


def optimizers(networks: dict[str, nn.Module], lr: float) -> list[torch.optim.Optimizer]:
    """Muon for the inner matrices of the networks, AdamW at half the learning rate for all else."""
    named = [
        (name, p)
        for network in networks.values()
        for name, p in network.named_parameters()
        if p.requires_grad
    ]
    inner = [p for name, p in named if p.ndim > 1 and not any(edge in name for edge in EDGES)]
    chosen = {id(p) for p in inner}
    rest = [p for _, p in named if id(p) not in chosen]
    rate, cuda = torch.tensor(lr / 2, device=rest[0].device), rest[0].is_cuda
    adam = torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.99), weight_decay=0.0, fused=cuda, capturable=cuda)
    return [Muon(inner, lr=lr), adam]

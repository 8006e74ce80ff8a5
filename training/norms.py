"""Fit the norms of a network that was made from another: they give about what the other's gave.

The new network has the old one's weights, but its norms have another number of groups, or more channels. Then
the weights mean little until the norms are fitted.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Norm = nn.GroupNorm | nn.LayerNorm


class Pair(NamedTuple):
    """A norm of the new network, the old one's, and which of the new one's channels are the old (c)."""

    new: Norm
    old: Norm
    kept: Tensor


def group_norms(new: nn.Module, old: nn.Module) -> list[Pair]:
    """Pair the group norms of two networks of the same layers and widths."""
    ours, theirs = ([m for m in net.modules() if isinstance(m, nn.GroupNorm)] for net in (new, old))
    every = (torch.ones(norm.num_channels, dtype=torch.bool) for norm in theirs)
    return [Pair(*pair) for pair in zip(ours, theirs, every, strict=True)]


@torch.no_grad()
def fit_norms(pairs: list[Pair], run: Callable[[], object]) -> None:
    """Fit scale and shift of the kept channels by least squares, over what `run` feeds to the old norms.

    The new norms are given the same and zeros in their other channels.
    """
    sums = [torch.zeros(4, int(pair.kept.sum()), dtype=torch.float64) for pair in pairs]
    hooks = [pair.old.register_forward_hook(_collect(pair, s)) for pair, s in zip(pairs, sums, strict=True)]
    run()
    for hook in hooks:
        hook.remove()
    for (norm, _, kept), (x, y, xx, xy) in zip(pairs, sums, strict=True):
        scale = (xy - x * y) / (xx - x * x).clamp_min(1e-6)
        norm.weight[kept] = scale.to(norm.weight)
        norm.bias[kept] = (y - scale * x).to(norm.bias)


def _collect(pair: Pair, sums: Tensor) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
    """A hook of the old norm: means of x, y, x² and x·y of each kept channel go into `sums` (4 c).

    y is what the old norm gives, x what the new one gives without scale and shift.
    """
    norm, _, kept = pair
    seen, groups = 0, norm.num_groups if isinstance(norm, nn.GroupNorm) else 1

    def hook(module: nn.Module, inputs: tuple[Tensor, ...], out: Tensor) -> None:
        nonlocal seen
        x, y = (_channels_second(norm, v.float()) for v in (inputs[0], out))
        wide = x.new_zeros(len(x), len(kept), *x.shape[2:])
        wide[:, kept] = x
        x = F.group_norm(wide, groups, eps=norm.eps)[:, kept]
        means = [v.mean((0, *range(2, v.ndim))) for v in (x, y, x * x, x * y)]
        seen += 1
        sums.add_((torch.stack(means).double().cpu() - sums) / seen)

    return hook


def _channels_second(norm: Norm, x: Tensor) -> Tensor:
    """x, which goes through the norm -> (n c …): a layer norm is one of a single group, row by row"""
    return x if isinstance(norm, nn.GroupNorm) else x.flatten(0, -2)

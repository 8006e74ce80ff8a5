"""Give a network's group norms another number of groups, each channel as near as may be to what it was."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@torch.no_grad()
def fit_norms(new: nn.Module, old: nn.Module, run: Callable[[], object]) -> None:
    """Fit scales and shifts of `new`'s norms to what `old`'s give.

    Least squares over what `run` feeds to `old`. Both have the same layers. Without the fit the weights of
    `old` mean little in `new`.
    """
    ours = {name: m for name, m in new.named_modules() if isinstance(m, nn.GroupNorm)}
    theirs = {name: m for name, m in old.named_modules() if isinstance(m, nn.GroupNorm)}
    sums = {name: torch.zeros(4, m.num_channels, dtype=torch.float64) for name, m in ours.items()}
    hooks = [theirs[name].register_forward_hook(_collect(norm, sums[name])) for name, norm in ours.items()]
    run()
    for hook in hooks:
        hook.remove()
    for name, norm in ours.items():
        x, y, xx, xy = sums[name]
        scale = (xy - x * y) / (xx - x * x).clamp_min(1e-6)
        norm.weight.copy_(scale)
        norm.bias.copy_(y - scale * x)


def _collect(norm: nn.GroupNorm, sums: Tensor) -> Callable[[nn.Module, tuple, Tensor], None]:
    """A hook: the means of `norm`'s outputs x and the hooked layer's y, of x² and x·y go into `sums`."""
    seen = 0

    def hook(module: nn.Module, inputs: tuple, out: Tensor) -> None:
        nonlocal seen
        x = F.group_norm(inputs[0].float(), norm.num_groups, eps=norm.eps)
        y = out.float()
        means = [v.mean((0, *range(2, v.ndim))) for v in (x, y, x * x, x * y)]
        seen += 1
        sums.add_((torch.stack(means).double().cpu() - sums) / seen)

    return hook

"""Random tensors and layers for the kernels: the same numbers on every call, in any precision."""

import torch
from torch import Tensor, nn

from t2v.networks.norm import GroupNorm

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Given:
    """Makes what a case needs: numbers that `stored` can hold, computed with in `dtype`.

    A second one of the same `stored` makes the same numbers in the same order.
    """

    def __init__(self, stored: torch.dtype, dtype: torch.dtype):
        self.stored, self.dtype = stored, dtype
        torch.manual_seed(7)

    def tokens(self, *shape: int) -> Tensor:
        return torch.randn(shape).to(DEVICE, self.stored).to(self.dtype)

    def maps(self, n: int, c: int, h: int, w: int) -> Tensor:
        """(n c h w), channels-last in memory"""
        return self.tokens(n, c, h, w).contiguous(memory_format=torch.channels_last)

    def heads(self, n: int, heads: int, l: int, d: int) -> Tensor:
        """(n heads l d), as a product of tokens gives them"""
        return self.tokens(n, l, heads, d).transpose(1, 2)

    def group_norm(self, groups: int, c: int) -> GroupNorm:
        return self.made(GroupNorm(groups, c))

    def layer_norm(self, d: int) -> nn.LayerNorm:
        return self.made(nn.LayerNorm(d))

    def linear(self, d: int, out: int) -> nn.Linear:
        return self.made(nn.Linear(d, out))

    def conv(self, c: int, out: int, side: int) -> nn.Conv2d:
        return self.made(nn.Conv2d(c, out, side))

    def temporal_conv(self, c: int, out: int | None = None) -> nn.Conv2d:
        """(3, 1), along the frames"""
        layer = nn.Conv2d(c, out or c, (3, 1), padding=(1, 0))
        return self.made(layer).to(memory_format=torch.channels_last)

    def made(self, module: nn.Module) -> nn.Module:
        """The module with biases and norms that do something: one that begins at zero would hide that it
        is forgotten."""
        for weight in module.parameters():
            if weight.dim() == 1:
                nn.init.normal_(weight)
        return module.to(DEVICE, self.stored).to(self.dtype).requires_grad_(False)

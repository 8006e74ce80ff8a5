"""GroupNorm, accurate in channels-last memory."""

import torch
from einops import rearrange, reduce, repeat
from torch import Tensor, nn


class GroupNorm(nn.GroupNorm):
    """GroupNorm, accurate on the CPU: PyTorch's channels-last kernel there computes E[x²] − E[x]².

    Far from zero the two nearly cancel, which leaves errors of 1e-5 to 1e-3. Subtracting a constant from a
    group doesn't change its norm, so a number near its mean, the mean of the middle row, is subtracted first.
    """

    def forward(self, x: Tensor) -> Tensor:
        """x (n c h w) -> (n c h w)"""
        if x.device.type == "cpu" and x.dtype == torch.float32:
            near = reduce(x[:, :, x.shape[2] // 2], "n (g c) w -> n g", "mean", g=self.num_groups)
            near = repeat(near, "n g -> n (g c)", c=x.shape[1] // self.num_groups)
            x = x - rearrange(near, "n c -> n c 1 1")
        return super().forward(x)

"""Layers along time: convolution and attention over the frames, for each place separately."""

from einops import rearrange
from torch import Tensor, nn

from .attention import TransformerBlock
from .modules import Modules
from .norm import GroupNorm
from .resnet import NormConv


class TemporalConv(nn.Module):
    """Four convolutions, each over three neighbouring frames, with a residual; their norms span all frames.

    A (3, 1, 1) convolution over (f h w) is a (3, 1) convolution over (f, h·w), and in channels-last
    memory that shape is a view: no memory is permuted.
    """

    def __init__(self, width: int, groups: int):
        super().__init__()
        convs = (NormConv(width, width, groups, kernel=(3, 1)) for _ in range(4))
        self.convs: Modules[NormConv] = Modules(convs)

    def loop(self, loop: bool) -> None:
        """Let the last frame lead to the first, or not."""
        for conv in self.convs:
            conv.circular = loop

    def forward(self, x: Tensor, frames: int) -> Tensor:
        """x (n c h w) -> (n c h w), n = b·frames"""
        h = rearrange(x, "(b f) c h w -> b c f (h w)", f=frames)
        for conv in self.convs:
            h = conv(h)
        return x + rearrange(h, "b c f (h w) -> (b f) c h w", h=x.shape[2])


class TemporalTransformer(nn.Module):
    """Attention of each place to itself in all frames, twice, without positions in time."""

    def __init__(self, width: int, heads: int, head_width: int, groups: int):
        super().__init__()
        inner = heads * head_width
        self.norm = GroupNorm(groups, width, eps=1e-6)
        self.proj_in = nn.Linear(width, inner)
        self.block = TransformerBlock(inner, heads, head_width)
        self.proj_out = nn.Linear(inner, width)

    def forward(self, x: Tensor, frames: int) -> Tensor:
        """x (n c h w) -> (n c h w), n = b·frames"""
        size = {"f": frames, "h": x.shape[2], "w": x.shape[3]}
        h = self.norm(rearrange(x, "(b f) c h w -> b c f (h w)", f=frames))
        h = rearrange(h, "b c f (h w) -> (b h w) f c", **size)
        h = self.proj_out(self.block(self.proj_in(h)))
        return x + rearrange(h, "(b h w) f c -> (b f) c h w", **size)

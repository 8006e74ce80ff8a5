"""Attention, feed-forward, and the spatial transformer, by which a frame attends to itself and the prompt."""

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from .norm import GroupNorm
from .windows import Windows


def attend(q: Tensor, k: Tensor, v: Tensor, slice_bytes: int | None = None) -> Tensor:
    """q (n heads l d), k v (n heads m d) -> (n heads l d).

    With `slice_bytes`, the scores (l m) are formed for a few rows at a time, within that size: the result is
    the same, the memory bounded. Without it, PyTorch's fused kernel runs, which never forms the scores on
    devices that have one.
    """
    if slice_bytes is None:
        return F.scaled_dot_product_attention(q, k, v)
    score_bytes = k.shape[-2] * q.element_size()
    rows = max(1, slice_bytes // score_bytes)  # of the (n heads l) rows in all
    items = max(1, rows // q.shape[-2])
    out = torch.empty_like(q)
    flat_q, flat_k, flat_v, flat_out = (x.flatten(0, 1) for x in (q, k, v, out))  # (n·heads l d)
    for i in range(0, len(flat_q), items):
        some_k, some_v = flat_k[i : i + items].mT, flat_v[i : i + items]
        for j in range(0, q.shape[-2], rows):
            scores = flat_q[i : i + items, j : j + rows] @ some_k * q.shape[-1] ** -0.5
            flat_out[i : i + items, j : j + rows] = scores.softmax(-1) @ some_v
    return flat_out.view_as(out)


class Sliced(nn.Module):
    """An attention layer. `slice_bytes`: the most bytes of scores to form at once (see `attend`), or None."""

    slice_bytes: int | None


class Attention(Sliced):
    """Multi-head attention of x over `context`, or over x itself."""

    attend = staticmethod(attend)  # training replaces it, module by module
    windows: Windows | None = None  # of x, along l, in attention over time

    def __init__(self, width: int, heads: int, head_width: int, context_width: int | None = None):
        super().__init__()
        inner = heads * head_width
        self.heads = heads
        self.slice_bytes = None
        self.to_q = nn.Linear(width, inner, bias=False)
        self.to_k = nn.Linear(context_width or width, inner, bias=False)
        self.to_v = nn.Linear(context_width or width, inner, bias=False)
        self.to_out = nn.Linear(inner, width)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """x (n l d), context (b m d) -> (n l d); the n/b frames of a video share its text."""
        if self.windows is not None and context is None:
            return self.windows.average(lambda part: self._all(part, part), x)
        return self._all(x, x if context is None else context)

    def _all(self, x: Tensor, context: Tensor) -> Tensor:
        """As `forward`, without windows."""
        b = len(context)
        q = rearrange(self.to_q(x), "(b f) l (heads d) -> b heads (f l) d", b=b, heads=self.heads)
        k = rearrange(self.to_k(context), "b m (heads d) -> b heads m d", heads=self.heads)
        v = rearrange(self.to_v(context), "b m (heads d) -> b heads m d", heads=self.heads)
        out = self.attend(q, k, v, self.slice_bytes)
        return self.to_out(rearrange(out, "b heads (f l) d -> (b f) l (heads d)", l=x.shape[1]))


class FeedForward(nn.Module):
    """GEGLU: a linear layer gated by the exact GELU of another (Shazeer 2020)."""

    def __init__(self, width: int, multiple: int = 4):
        super().__init__()
        self.proj_in = nn.Linear(width, 2 * multiple * width)
        self.proj_out = nn.Linear(multiple * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """x (n l d) -> (n l d)"""
        value, gate = self.proj_in(x).chunk(2, dim=-1)
        return self.proj_out(value * F.gelu(gate))


class TransformerBlock(nn.Module):
    """Self-attention, a second attention (over the text, or over x again), feed-forward; residuals."""

    def __init__(self, width: int, heads: int, head_width: int, context_width: int | None = None):
        super().__init__()
        self.norm_1 = nn.LayerNorm(width)
        self.attention_1 = Attention(width, heads, head_width)
        self.norm_2 = nn.LayerNorm(width)
        self.attention_2 = Attention(width, heads, head_width, context_width)
        self.norm_3 = nn.LayerNorm(width)
        self.feed_forward = FeedForward(width)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """x (n l d), context (b m d) -> (n l d)"""
        x = x + self.attention_1(self.norm_1(x))
        x = x + self.attention_2(self.norm_2(x), context)
        return x + self.feed_forward(self.norm_3(x))


class SpatialTransformer(nn.Module):
    """Attention of the places of a frame to each other, then to the tokens of the prompt."""

    def __init__(self, width: int, head_width: int, text_width: int, groups: int):
        super().__init__()
        self.norm = GroupNorm(groups, width, eps=1e-6)
        self.proj_in = nn.Linear(width, width)
        self.block = TransformerBlock(width, width // head_width, head_width, text_width)
        self.proj_out = nn.Linear(width, width)

    def forward(self, x: Tensor, text: Tensor) -> Tensor:
        """x (n c h w), text (b l d) -> (n c h w)"""
        h = rearrange(self.norm(x), "n c h w -> n (h w) c")
        h = self.proj_out(self.block(self.proj_in(h), text))
        return x + rearrange(h, "n (h w) c -> n c h w", h=x.shape[2])


def set_attention_slicing(network: nn.Module, slice_bytes: int | None) -> None:
    """Bound the score matrix of every attention in `network` to `slice_bytes`; None: the fused kernel."""
    for module in network.modules():
        if isinstance(module, Sliced):
            module.slice_bytes = slice_bytes

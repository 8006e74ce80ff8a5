"""The interface of the fused operations; `plain_ops` documents each of them."""

from typing import Protocol

from torch import Tensor, nn

from t2v.networks.windows import Windows

from .plain_ops import Vectors


class Ops(Protocol):
    """A module of fused operations: `plain_ops` or `triton_ops`."""

    def conv(self, x: Tensor, layer: nn.Conv2d) -> tuple[Tensor, Vectors]: ...

    def group_norm(
        self,
        x: Tensor,
        norm: nn.GroupNorm,
        shifts: Vectors = (),
        silu: bool = False,
        skip: Tensor | None = None,
    ) -> Tensor: ...

    def temporal_conv(
        self, x: Tensor, norm: nn.GroupNorm, layer: nn.Conv2d, shifts: Vectors = (), loop: bool = False
    ) -> tuple[Tensor, Vectors]: ...

    def moments(self, x: Tensor, norm: nn.GroupNorm, shifts: Vectors = ()) -> Tensor: ...

    def group_norm_by(
        self, x: Tensor, norm: nn.GroupNorm, moments: Tensor, shifts: Vectors = (), silu: bool = False
    ) -> Tensor: ...

    def temporal_conv_beside(
        self,
        x: Tensor,
        norm: nn.GroupNorm,
        layer: nn.Conv2d,
        moments: Tensor,
        shifts: Vectors = (),
        before: Tensor | None = None,
        after: Tensor | None = None,
    ) -> tuple[Tensor, Vectors]: ...

    def add_shortcut(
        self, x: Tensor, y: Tensor, layer: nn.Conv2d, skip: Tensor | None = None
    ) -> tuple[Tensor, Vectors]: ...

    def enlarge(self, x: Tensor, size: tuple[int, ...]) -> Tensor: ...

    def add(self, x: Tensor, y: Tensor, biases: Vectors = ()) -> Tensor: ...

    def layer_norm(self, x: Tensor, norm: nn.LayerNorm, biases: Vectors = ()) -> Tensor: ...

    def geglu(self, x: Tensor, layer: nn.Linear) -> Tensor: ...

    def attend(self, q: Tensor, k: Tensor, v: Tensor, slice_bytes: int | None = None) -> Tensor: ...

    def temporal_attention(self, qkv: Tensor, heads: int, slice_bytes: int | None = None) -> Tensor: ...

    def windowed_attention(
        self, qkv: Tensor, heads: int, windows: Windows, slice_bytes: int | None = None
    ) -> Tensor: ...

"""UNet3D's fast forward pass: the same weights, the same numbers within rounding, less work.

- The keys and values of all cross-attentions depend on the prompt alone: they are computed once a video.
- Both halves of guidance are equal up to the first cross-attention: that prefix runs once.
- Layers that read the same input are one product: q, k, v; every resnet's time; all keys and values.
- Feature maps stay channels-last, (n c h w) over rows (n h w, c): no layer permutes memory.
- A product adds its residual itself. Biases inside a transformer are deferred: each norm adds those still
  missing, and their total effect, one vector, is added to the input beforehand (`ahead`).
- Upsampling and the convolution after it are one layer (`doubling`).
- A skip is never concatenated with its layer's input: kernels read the two where they are.
- Norms, activations and short attentions are fused operations (`plain_ops`, `triton_ops`).

A device may have only a part of the video (`parts`): then the pass yields what it exchanges with others.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from t2v.networks import UNet3D
from t2v.networks.attention import Attention, FeedForward, SpatialTransformer
from t2v.networks.freeu import freeu
from t2v.networks.options import PLAIN, Options
from t2v.networks.resnet import NormConv, ResnetBlock, Upsample
from t2v.networks.temporal import TemporalConv, TemporalTransformer
from t2v.networks.unet import Layer, layers_of

from .biases import Transformer, all_biases_ahead, inner_biases
from .exchange import Exchanging, alone
from .kernels import ops_for
from .kernels.doubling import double, doubling_weight
from .kernels.ops import Ops
from .kernels.plain_ops import Vectors
from .parts import ALONE, Alone, Pending

Attend = Callable[[Attention, Tensor], Tensor]


@dataclass
class Pass:
    """State that the layers of one pass share. `shifts`, the time's (c) or (f c), and `text_kv`, keys and
    values (g l 2·c), come in the layers' order. `part`: of the video, that this device has."""

    part: Alone
    frames: int  # of the part
    texts: int  # g: one prediction each
    options: Options
    shifts: Iterator[Tensor]
    text_kv: Iterator[Tensor]


class FastUNet:
    """Runs `unet` for one video under one or two texts.

    `rows`: tokens that a feed-forward takes at a time, None for all. `fetch(module)` is called before a
    module's weights are used, and may copy them to `device` (see `streaming`). Without `fetch`, all weights
    are on `device` already.
    """

    def __init__(
        self,
        unet: UNet3D,
        device: torch.device,
        rows: int | None = None,
        fetch: Callable[[nn.Module], None] | None = None,
    ):
        self.unet, self.rows, self.ops = unet.to(memory_format=torch.channels_last), rows, ops_for(device)
        self.fetch = fetch or (lambda module: None)
        layers = list(layers_of(unet))
        times, self._spatial = (
            [layer.resnet.time for layer in layers if layer.resnet.time is not None],
            [x.spatial for x in layers if x.spatial],
        )
        keys = [m.block.attention_2 for m in self._spatial]
        self._times, kv_layers = times, [linear for m in keys for linear in (m.to_k, m.to_v)]
        self._time_weight, self._time_bias = join(times, "weight", device), join(times, "bias", device)
        self._text_kv_weight = join(kv_layers, "weight", device)
        attentions = (
            [m for m in unet.modules() if isinstance(m, Attention) and m not in keys] if not fetch else []
        )
        self._qkv = {m: join([m.to_q, m.to_k, m.to_v], "weight", device) for m in attentions}
        upsamples = [level.upsample for level in unet.up if level.upsample is not None and not fetch]
        self._doubling = {m: doubling_weight(m.conv).to(device) for m in upsamples}
        self._ahead = all_biases_ahead(unet, device)
        self._minus_ahead = {m: -bias for m, bias in self._ahead.items()}

    def refresh(self) -> None:
        """Compute anew what was derived from the weights, in the same tensors, after a change of these in
        place."""
        for upsample, weight in self._doubling.items():
            weight.copy_(doubling_weight(upsample.conv))
        for m, bias in all_biases_ahead(self.unet, self._time_weight.device).items():
            self._ahead[m].copy_(bias)
            self._minus_ahead[m].copy_(-bias)

    @property
    def joined(self) -> tuple[Tensor, ...]:
        """Joined weights, used once for all layers; they stay on the device when the others are streamed."""
        return self._time_weight, self._time_bias, self._text_kv_weight

    @property
    def added(self) -> tuple[Tensor, ...]:
        """Tensors that the device holds besides the network's weights."""
        return tuple(self._doubling.values())

    def least_places(self, height: int, width: int) -> int:
        """Places of the smallest feature maps of a video of h·w latents."""
        scale = 2 ** (len(self.unet.down) - 1)
        return -(-height // scale) * -(-width // scale)

    def read(self, text: Tensor) -> Tensor:
        """text (g l d), or of each frame (g f l d) -> keys and values of all cross-attentions (g l Σ 2·c), or
        (g f l Σ 2·c)"""
        return F.linear(text, self._text_kv_weight)

    def __call__(
        self, x: Tensor, t: Tensor, text_kv: Tensor, guidance: Tensor | None = None, options: Options = PLAIN
    ) -> Tensor:
        """x (1 c f h w), t (1) or (1 f), text_kv of `read`, guidance (1 d) as the UNet's
        -> predictions (g c f h w)"""
        return alone(self.run(x, t, text_kv, guidance, options))

    def run(
        self,
        x: Tensor,
        t: Tensor,
        text_kv: Tensor,
        guidance: Tensor | None = None,
        options: Options = PLAIN,
        part: Alone = ALONE,
    ) -> Exchanging[Tensor]:
        """As a call, of inputs for a whole video, for the frames of a part of it. Yields what it exchanges
        with the devices of the other parts."""
        x = part.frames_of(x, 2)
        t = part.frames_of(t, 1) if t.dim() == 2 else t
        text_kv = part.frames_of(text_kv, 1) if text_kv.dim() == 4 else text_kv
        unet, run = self.unet, self._pass(x, t, text_kv, guidance, options, part)
        x = rearrange(x, "1 c f h w -> f c h w").contiguous(memory_format=torch.channels_last)
        bias = self._ahead[unet.temporal_in]
        if unet.conv_in.bias is not None:
            bias = unet.conv_in.bias + bias
        x = F.conv2d(x, unet.conv_in.weight, bias, padding=1)
        x = yield from self._temporal(unet.temporal_in, x, run)
        skips = [x]
        for level in unet.down:
            for layer in level.layers:
                x = yield from self._layer(layer, x, run)
                skips.append(x)
            if level.downsample is not None:
                self.fetch(level.downsample)
                x = level.downsample(x)
                skips.append(x)
        for layer in unet.middle:
            x = yield from self._layer(layer, x, run)
        for depth, upper in enumerate(unet.up):
            for layer in upper.layers:
                skip = _copies(skips.pop(), len(x))
                if options.freeu:
                    x, skip = freeu(depth, x, skip)
                x = yield from self._layer(layer, x, run, skip)
            if upper.upsample is not None:
                x = self._upsample(upper.upsample, x, skips[-1].shape[2:])
        return rearrange(self._norm_conv(unet.out, x), "(g f) c h w -> g c f h w", g=run.texts)

    def _pass(
        self,
        x: Tensor,
        t: Tensor,
        text_kv: Tensor,
        guidance: Tensor | None,
        options: Options,
        part: Alone,
    ) -> Pass:
        shifts = self._shifts(t, guidance).split([len(layer.weight) for layer in self._times], dim=-1)
        widths = [2 * m.block.attention_2.to_k.out_features for m in self._spatial]
        texts = iter(text_kv.split(widths, dim=-1))
        return Pass(part, x.shape[2], len(text_kv), options, iter(shifts), texts)

    def _shifts(self, t: Tensor, guidance: Tensor | None = None) -> Tensor:
        """t (1) -> the time's shift of every resnet (Σ c); t (1 f), one a frame -> (f Σ c), the same bits"""
        if t.dim() == 2:
            return torch.stack([self._shifts(frame, guidance) for frame in t.unbind(1)])
        return F.linear(F.silu(self.unet.time(t, guidance)), self._time_weight, self._time_bias)[0]

    def _layer(self, layer: Layer, x: Tensor, run: Pass, skip: Tensor | None = None) -> Exchanging[Tensor]:
        """x (n c h w), its channels followed by those of `skip` -> (n c' h w); at the first cross-attention
        n becomes g·n"""
        self.fetch(layer.resnet)
        shift = next(run.shifts)
        shift = shift if shift.dim() == 1 else _copies(shift, len(x))
        x, biases = resnet(self.ops, layer.resnet, x, (shift,), skip)
        del skip  # frees its memory
        ahead = () if layer.spatial is None else (self._ahead[layer.spatial],)
        x = yield from self._temporal_conv(layer.temporal_conv, x, biases, ahead, run)
        if layer.spatial is not None and layer.temporal is not None:
            x = self._spatial_transformer(layer.spatial, x, run)
            x = yield from self._temporal(layer.temporal, x, run)
        return x

    def _upsample(self, m: Upsample, x: Tensor, size: torch.Size) -> Tensor:
        """x (n c h w) -> (n c *size)"""
        self.fetch(m)
        if m in self._doubling and size == (2 * x.shape[2], 2 * x.shape[3]):
            return double(x, m.conv, self._doubling[m])
        return m.conv(self.ops.enlarge(x, size))

    def _norm_conv(self, m: NormConv, x: Tensor) -> Tensor:
        return m.conv(self.ops.group_norm(x, m.norm, silu=True))

    def _temporal_conv(
        self, m: TemporalConv, x: Tensor, biases: Vectors, ahead: Vectors, run: Pass
    ) -> Exchanging[Tensor]:
        """x (n c h w), `biases` (c) not yet added to it -> (n c h w), with `biases` and `ahead` (c) added"""
        self.fetch(m)
        h, pending = rearrange(x, "(b f) c h w -> b c f (h w)", f=run.frames), biases
        for each in m.convs:
            h, pending = yield from run.part.temporal_conv(self.ops, h, each, pending, run.options.loop)
        h = rearrange(h, "b c f (h w) -> (b f) c h w", h=x.shape[2])
        return self.ops.add(x, h, (*biases, *pending, *ahead))

    def _spatial_transformer(self, m: SpatialTransformer, x: Tensor, run: Pass) -> Tensor:
        """x (n c h w), overwritten -> (g·f c h w): from the first such layer on, a copy for each text"""
        self.fetch(m)
        text_kv, total = next(run.text_kv), run.texts * run.frames
        h = self.ops.group_norm(x, m.norm, (self._minus_ahead[m],))
        h = rearrange(h, "n c h w -> n (h w) c")
        h = self._transform(
            m, h, self._self_attention, lambda attention, h: self._cross(attention, h, text_kv), total
        )
        return _add_to_map(_copies(x, total), h, m.proj_out)

    def _temporal(self, m: TemporalTransformer, x: Tensor, run: Pass) -> Exchanging[Tensor]:
        """x (n c h w), overwritten -> (n c h w)"""
        self.fetch(m)
        size = x.shape
        x, h = yield from run.part.to_places(self.ops, x, m.norm, (self._minus_ahead[m],), run.frames)
        attend: Attend = lambda attention, h: self._temporal_attention(attention, h, run)  # noqa: E731
        h = self._transform(m, h, attend, attend, len(h))
        return (yield from run.part.to_frames(_add_to_map(x, h, m.proj_out), size))

    def _transform(self, m: Transformer, h: Tensor, first: Attend, second: Attend, total: int) -> Tensor:
        """h (n … d) -> the input of proj_out (total … d), without `inner_biases`. If total is more than n, h
        is copied between the two attentions."""
        ops, block, biases = self.ops, m.block, inner_biases(m)
        h = F.linear(h, m.proj_in.weight)
        normed = ops.layer_norm(h, block.norm_1, biases[:1])
        _add_product(h, first(block.attention_1, normed), block.attention_1.to_out)
        normed = _copies(ops.layer_norm(h, block.norm_2, biases[:2]), total)
        h = _copies(h, total)
        _add_product(h, second(block.attention_2, normed), block.attention_2.to_out)
        self._feed_forward(block.feed_forward, ops.layer_norm(h, block.norm_3, biases[:3]), h)
        return h

    def _self_attention(self, m: Attention, h: Tensor) -> Tensor:
        """h (n l d) -> self-attention of each frame, before to_out (n l d)"""
        q, k, v = rearrange(
            self._project(m, h), "n l (three heads d) -> three n heads l d", three=3, heads=m.heads
        )
        return rearrange(self.ops.attend(q, k, v, m.slice_bytes), "n heads l d -> n l (heads d)")

    def _cross(self, m: Attention, h: Tensor, text_kv: Tensor) -> Tensor:
        """h (g·f l d), text_kv (g m 2·c), keys, then values, or of each frame (g f m 2·c) -> attention to the
        text, before to_out (g·f l d)"""
        text_kv = text_kv.flatten(0, -3)
        g, l = len(text_kv), h.shape[1]  # noqa: E741
        q = rearrange(m.to_q(h), "(g f) l (heads d) -> g heads (f l) d", g=g, heads=m.heads)
        k, v = rearrange(text_kv, "g m (two heads d) -> two g heads m d", two=2, heads=m.heads)
        return rearrange(self.ops.attend(q, k, v, m.slice_bytes), "g heads (f l) d -> (g f) l (heads d)", l=l)

    def _temporal_attention(self, m: Attention, h: Tensor, run: Pass) -> Tensor:
        """h (b f p d) -> attention of each place over the f frames, before to_out (b f p d)"""
        qkv, windows = self._project(m, h), run.options.windows
        if windows is None:
            return self.ops.temporal_attention(qkv, m.heads, m.slice_bytes)
        return self.ops.windowed_attention(qkv, m.heads, windows, m.slice_bytes)

    def _project(self, m: Attention, h: Tensor) -> Tensor:
        """h (… d) -> q, k and v, concatenated (… 3·d)"""
        if m in self._qkv:
            return F.linear(h, self._qkv[m])
        return torch.cat([m.to_q(h), m.to_k(h), m.to_v(h)], dim=-1)

    def _feed_forward(self, m: FeedForward, h: Tensor, total: Tensor) -> None:
        """Add the feed-forward of h (n … d), without its last bias, to total (n … d)."""
        rows, sums = h.view(-1, h.shape[-1]), total.view(-1, total.shape[-1])
        size = self.rows or len(rows)
        for some, added in zip(rows.split(size), sums.split(size), strict=True):
            _add_product(added, self.ops.geglu(some, m.proj_in), m.proj_out)


def resnet(ops: Ops, m: ResnetBlock, x: Tensor, shifts: Vectors = (), skip: Tensor | None = None) -> Pending:
    """x (n c h w), its channels followed by those of `skip`; shifts (c') or (n c') -> (n c' h w), and the
    biases not yet added. The VAE's blocks run it too."""
    h, biases = ops.conv(ops.group_norm(x, m.conv_1.norm, silu=True, skip=skip), m.conv_1.conv)
    h = ops.group_norm(h, m.conv_2.norm, (*shifts, *biases), silu=True)
    h, biases = ops.conv(h, m.conv_2.conv)
    if isinstance(m.shortcut, nn.Identity):
        return ops.add(x, h, biases), ()
    h, pending = ops.add_shortcut(x, h, m.shortcut, skip)
    return h, (*biases, *pending)


def join(layers: list[nn.Linear], name: str, device: torch.device) -> Tensor:
    """Join the layers' weights (or biases) to one tensor (Σ out …) on `device`. The layers' tensors become
    views of it, so joining takes no more memory."""
    tensors = [getattr(layer, name) for layer in layers]
    whole = torch.cat([tensor.data for tensor in tensors]).to(device)
    for tensor, part in zip(tensors, whole.split([len(tensor) for tensor in tensors]), strict=True):
        tensor.data = part
    return whole


def _add_product(total: Tensor, h: Tensor, layer: nn.Linear) -> None:
    """Add layer(h), without the bias, to total (… d'); h (… d) has its rows in the same order."""
    rows = total.view(-1, total.shape[-1])
    torch.addmm(rows, h.reshape(len(rows), -1), layer.weight.T, out=rows)  # unlike addmm_, FLOPs are counted


def _add_to_map(x: Tensor, h: Tensor, layer: nn.Linear) -> Tensor:
    """x (n c h w), which holds the layer's bias already; h (… d), a row for each place of x, in its order
    -> x + layer(h) (n c h w), overwriting x"""
    rows = rearrange(x, "n c h w -> n h w c").contiguous()
    _add_product(rows, h, layer)
    return rearrange(rows, "n h w c -> n c h w")


def _copies(x: Tensor, total: int) -> Tensor:
    """x (n …) -> (total …): x if n is total, else copies of x one after the other, in its memory format."""
    return x if len(x) == total else torch.cat([x] * (total // len(x)))

"""Faster forms of memory-bound layers for training on a GPU.

Libraries compute convolutions and matrix products. Triton kernels compute norms, gates and attention over
sixteen frames (`triton_norm`, `triton_rows`, `short_attention`); the same functions in PyTorch are here.
`TrainingGraph` captures a function as one CUDA graph: its thousands of small kernels cost one launch.
"""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from t2v.networks.attention import Attention, FeedForward, attend
from t2v.networks.resnet import NormConv, ResnetBlock, Upsample, around
from t2v.networks.temporal import TemporalConv
from t2v.networks.unet import TimeEmbedding

SHORT = 32  # tokens: fused attention wastes most of its tiles on sequences shorter than that
WARM_UPS = 3  # runs before a capture, in which libraries choose their kernels


def normed(x: Tensor, weight: Tensor, bias: Tensor, groups: int, eps: float, active: bool) -> Tensor:
    """x (n p c) -> group norm over p and the channels of a group, then SiLU if `active`, in bfloat16

    Each channel is summed along p first, so that memory is read in order.
    """
    n, _, c = x.shape
    wide = x.float()
    first = wide.mean(1).view(n, groups, c // groups).mean(-1)  # (n g)
    second = wide.square().mean(1).view(n, groups, c // groups).mean(-1)
    rate = torch.rsqrt((second - first.square()).clamp_min(0) + eps)
    scale = rate[..., None].expand(n, groups, c // groups).reshape(n, c) * weight
    shift = bias - first[..., None].expand(n, groups, c // groups).reshape(n, c) * scale
    y = wide * scale[:, None] + shift[:, None]
    return (F.silu(y) if active else y).to(torch.bfloat16)


def gated(x: Tensor) -> Tensor:
    """x (n l 2d) -> value · GELU(gate) (n l d)"""
    value, gate = x.chunk(2, dim=-1)
    return value * F.gelu(gate)


def layer_normed(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """x (n l d) -> layer norm in bfloat16"""
    return F.layer_norm(x.float(), x.shape[-1:], weight, bias, eps).to(torch.bfloat16)


def short_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """q k v (n heads l d) -> attention (n heads l d), its products written as sums that a compiler fuses"""
    scores = (q.float()[..., :, None, :] * k.float()[..., None, :, :]).sum(-1) * q.shape[-1] ** -0.5
    weights = scores.softmax(-1)
    return (weights[..., None] * v.float()[..., None, :, :]).sum(-2).to(q.dtype)


def fuse(*networks: nn.Module) -> None:
    """Replace the layers' forward functions and attention. For bfloat16 autocast: outputs are bfloat16."""
    for module in (module for network in networks for module in network.modules()):
        if isinstance(module, NormConv):
            bias = module.conv.bias
            idle = not (bias.requires_grad or bias.any())
            module.forward = partial(_norm_conv, module, None if idle else bias)
        elif isinstance(module, TimeEmbedding):
            module.forward = partial(_time, module)
        elif isinstance(module, ResnetBlock):
            module.forward = partial(_resnet, module)
        elif isinstance(module, FeedForward):
            module.forward = partial(_feed_forward, module)
        elif isinstance(module, nn.LayerNorm):
            module.forward = partial(_layer_norm, module)
        elif isinstance(module, nn.GroupNorm):
            module.forward = partial(_group_norm, module, False)
        elif isinstance(module, Upsample):
            module.forward = partial(_upsample, module)
        elif isinstance(module, Attention):
            module.attend = _attend


def _group_norm(module: nn.GroupNorm, active: bool, x: Tensor) -> Tensor:
    """x (n c h w) in channels-last memory -> the same shape and memory"""
    settings = module.weight, module.bias, module.num_groups, module.eps, active
    if x.is_cuda:
        from training.triton_norm import GroupNorm

        return GroupNorm.apply(x, *settings)
    y = normed(rearrange(x, "n c h w -> n (h w) c"), *settings)
    return rearrange(y, "n (h w) c -> n c h w", h=x.shape[2])


def _norm_conv(module: NormConv, bias: Tensor | None, x: Tensor) -> Tensor:
    x = _group_norm(module.norm, True, x)
    if module.circular:
        return F.conv2d(around(x), module.conv.weight, bias)
    return F.conv2d(x, module.conv.weight, bias, padding=module.conv.padding)


def _time(module: TimeEmbedding, t: Tensor, guidance: Tensor | None = None) -> Tensor:
    """t (b) or (b f) -> its embedding; the frames' in one product, which may round otherwise"""
    if t.dim() == 1:
        return TimeEmbedding.forward(module, t, guidance)
    return TimeEmbedding.forward(module, t.flatten(), guidance).unflatten(0, t.shape)


def _resnet(module: ResnetBlock, x: Tensor, time: Tensor | None = None) -> Tensor:
    """Compute as ResnetBlock does, the shifts of all frames in one product."""
    h = module.conv_1(x)
    if module.time is not None:
        shift = module.time(F.silu(time.flatten(0, -2)))
        h = h + shift.repeat_interleave(len(x) // len(shift), dim=0)[:, :, None, None]
    return module.shortcut(x) + module.conv_2(h)


def _feed_forward(module: FeedForward, x: Tensor) -> Tensor:
    hidden = module.proj_in(x)
    if not x.is_cuda:
        return module.proj_out(gated(hidden))
    from training.triton_rows import Gate

    return module.proj_out(Gate.apply(hidden))


def _layer_norm(module: nn.LayerNorm, x: Tensor) -> Tensor:
    if not x.is_cuda:
        return layer_normed(x, module.weight, module.bias, module.eps)
    from training.triton_rows import LayerNorm

    return LayerNorm.apply(x, module.weight, module.bias, module.eps)


def _upsample(module: Upsample, x: Tensor, size: tuple[int, int] | None = None) -> Tensor:
    """Upsample in the input's precision; autocast would compute in float32."""
    with torch.autocast(x.device.type, enabled=False):
        x = F.interpolate(x, size=size or (2 * x.shape[2], 2 * x.shape[3]), mode="nearest")
    return module.conv(x)


def _attend(q: Tensor, k: Tensor, v: Tensor, slice_bytes: int | None = None) -> Tensor:
    """Compute as `attend` does, by the kernel for short sequences where q and k are short."""
    if not (k.shape == q.shape and q.shape[2] <= SHORT):
        return attend(q, k, v, slice_bytes)
    if not q.is_cuda:
        return short_attention(q, k, v)
    from training.short_attention import ShortAttention

    return ShortAttention.apply(q, k, v)


def freeze_biases(unet: nn.Module) -> None:
    """Freeze the biases of inner products and convolutions; zero those that precede norms or gates.

    The norms' biases do the same work, and the gradients of these, sums over all places, took a tenth of a
    step.
    """
    for name, module in unet.named_modules():
        idle = []
        inner = not name.startswith(("time.", "out."))
        if inner and isinstance(module, nn.Linear | nn.Conv2d) and module.bias is not None:
            module.bias.requires_grad_(False)
        if isinstance(module, FeedForward):
            idle = [module.proj_in]
        elif isinstance(module, TemporalConv):
            idle = [layer.conv for layer in module.convs[:-1]]
        elif isinstance(module, ResnetBlock):
            idle = [module.conv_1.conv]
        for layer in idle:
            nn.init.zeros_(layer.bias)


class TrainingGraph:
    """`step(*tensors) -> tensors` as CUDA graphs, one a `kind` and shape; on a CPU, plain calls.

    Unlike `runtime.graphs.GraphedFunction` it returns several tensors, takes gradients inside, and runs
    WARM_UPS times before a capture. All graphs share their memory: what one returns is valid until the next
    call.
    """

    def __init__(self, step: Callable[..., tuple[Tensor, ...]]):
        self.step, self.graphs = step, {}

    def __call__(self, *tensors: Tensor, kind: object = None) -> tuple[Tensor, ...]:
        """Run the step on new tensors. `kind`: whatever else decides what the step does."""
        if not tensors[0].is_cuda:
            return self.step(*tensors)
        key = kind, *(tensor.shape for tensor in tensors)
        if key not in self.graphs:
            self.graphs[key] = self._captured(tensors)
        graph, inputs, output = self.graphs[key]
        for kept, new in zip(inputs, tensors, strict=True):
            kept.copy_(new)
        graph.replay()
        return output

    def _captured(self, tensors: tuple[Tensor, ...]) -> tuple:
        """Capture the step -> the graph, its inputs, its output"""
        inputs = [tensor.clone() for tensor in tensors]
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UPS):
                self.step(*inputs)
        torch.cuda.current_stream().wait_stream(stream)
        torch.cuda.empty_cache()  # the graph can't use the warm-ups' memory
        graph, others = torch.cuda.CUDAGraph(), next(iter(self.graphs.values()), None)
        pool = others[0].pool() if others else None
        # Only this thread's calls are captured: NCCL has threads of its own.
        with torch.cuda.graph(graph, pool=pool, capture_error_mode="thread_local"):
            output = self.step(*inputs)
        return graph, inputs, output

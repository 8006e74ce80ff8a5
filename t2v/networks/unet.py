"""UNet3D: predict the noise in video latents, given the time and the text.

A Stable-Diffusion-like image UNet in which every block is followed by its twin along time (Wang et al.
2023, ModelScope Text-to-Video, fig. 2). Frames are folded into the batch, in channels-last memory.
"""

import math
from collections.abc import Iterator

import torch
from einops import rearrange
from torch import Tensor, nn

from .attention import SpatialTransformer
from .config import UNetConfig
from .freeu import freeu
from .modules import Modules
from .options import PLAIN, Options
from .resnet import Downsample, NormConv, ResnetBlock, Upsample
from .temporal import TemporalConv, TemporalTransformer


class TimeEmbedding(nn.Module):
    """Sinusoids of the time, cosines first, then a two-layer network.

    A distilled network adds a projection of the guidance's embedding to the sinusoids.
    """

    def __init__(self, width: int, guidance_width: int = 0):
        super().__init__()
        self.width = width
        self.guidance = nn.Linear(guidance_width, width, bias=False) if guidance_width else None
        self.linear_1 = nn.Linear(width, 4 * width)
        self.linear_2 = nn.Linear(4 * width, 4 * width)

    def forward(self, t: Tensor, guidance: Tensor | None = None) -> Tensor:
        """t (b) in training steps -> (b 4·width); one a frame, (b f) -> (b f 4·width), the same bits.

        guidance (1 d): its embedding, see `diffusion.guidance`."""
        if t.dim() == 2:
            return torch.stack([self(frame, guidance) for frame in t.unbind(1)], dim=1)
        waves = self.waves(t).to(self.linear_1.weight.dtype)
        if self.guidance is not None and guidance is not None:
            waves = waves + self.guidance(guidance.to(waves.dtype))
        return self.linear_2(nn.functional.silu(self.linear_1(waves)))

    def waves(self, t: Tensor) -> Tensor:
        """t (b) -> the sinusoids of it (b width), float32"""
        half = self.width // 2
        places = torch.arange(half, dtype=torch.float32, device=t.device)
        rates = torch.exp(places * (-math.log(10_000) / half))
        angles = t.float()[:, None] * rates
        return torch.cat([angles.cos(), angles.sin()], dim=-1)


class Layer(nn.Module):
    """A layer of the UNet: resnet in space, convolution in time, then both transformers if `attention`."""

    def __init__(self, inputs: int, width: int, attention: bool, config: UNetConfig):
        super().__init__()
        groups = config.groups
        self.resnet = ResnetBlock(inputs, width, groups, time_width=4 * config.widths[0])
        self.temporal_conv = TemporalConv(width, groups)
        self.spatial: SpatialTransformer | None = None
        self.temporal: TemporalTransformer | None = None
        if attention:
            heads = width // config.head_width
            self.spatial = SpatialTransformer(width, config.head_width, config.text_width, groups)
            self.temporal = TemporalTransformer(width, heads, config.head_width, groups)

    def forward(self, x: Tensor, time: Tensor, text: Tensor, frames: int) -> Tensor:
        """x (n c h w), time (b d) or (b f d), text (b l d) -> (n c' h w), n = b·frames"""
        x = self.resnet(x, time)
        x = self.temporal_conv(x, frames)
        if self.spatial is not None and self.temporal is not None:
            x = self.spatial(x, text)
            x = self.temporal(x, frames)
        return x


class DownLevel(nn.Module):
    """Layers of one resolution on the way down; all outputs become skips."""

    def __init__(self, inputs: int, width: int, attention: bool, last: bool, config: UNetConfig):
        super().__init__()
        sizes = [inputs] + [width] * (config.blocks - 1)
        self.layers: Modules[Layer] = Modules(Layer(size, width, attention, config) for size in sizes)
        self.downsample = None if last else Downsample(width)

    def forward(self, x: Tensor, time: Tensor, text: Tensor, frames: int, skips: list[Tensor]) -> Tensor:
        """x (n c h w) -> (n c' h/2 w/2); appends its outputs to `skips`"""
        for layer in self.layers:
            x = layer(x, time, text, frames)
            skips.append(x)
        if self.downsample is not None:
            x = self.downsample(x)
            skips.append(x)
        return x


class UpLevel(nn.Module):
    """Layers of one resolution on the way up; each input is x concatenated with a skip."""

    def __init__(
        self, inputs: int, width: int, skips: list[int], attention: bool, last: bool, config: UNetConfig
    ):
        super().__init__()
        sizes = [inputs] + [width] * (len(skips) - 1)
        self.layers: Modules[Layer] = Modules(
            Layer(size + skip, width, attention, config) for size, skip in zip(sizes, skips, strict=True)
        )
        self.upsample = None if last else Upsample(width)
        self.freeu: int | None = None  # the level's number on the way up, if FreeU is on

    def forward(self, x: Tensor, time: Tensor, text: Tensor, frames: int, skips: list[Tensor]) -> Tensor:
        """x (n c h w) -> (n c' 2h 2w), or the size of the next skip, if that was odd"""
        for layer in self.layers:
            skip = skips.pop()
            if self.freeu is not None:
                x, skip = freeu(self.freeu, x, skip)
            x = layer(torch.cat([x, skip], dim=1), time, text, frames)
        if self.upsample is not None:
            x = self.upsample(x, skips[-1].shape[2:])
        return x


class UNet3D(nn.Module):
    """The denoiser; `config` holds its sizes."""

    def __init__(self, config: UNetConfig):
        super().__init__()
        self.config = config
        widths, last = config.widths, len(config.widths) - 1
        self.time = TimeEmbedding(widths[0], config.guidance_width)
        self.conv_in = nn.Conv2d(config.in_channels, widths[0], 3, padding=1)
        self.temporal_in = TemporalTransformer(
            widths[0], config.entry_heads, config.head_width, config.groups
        )
        self.down: Modules[DownLevel] = Modules()
        self.up: Modules[UpLevel] = Modules()
        skips, width = [widths[0]], widths[0]
        for i, (out, attention) in enumerate(zip(widths, config.attention, strict=True)):
            self.down.append(DownLevel(width, out, attention, i == last, config))
            skips += [out] * (config.blocks + (i != last))
            width = out
        middle = [Layer(width, width, attention, config) for attention in (True, False)]
        self.middle: Modules[Layer] = Modules(middle)
        for i in reversed(range(len(widths))):
            taken = [skips.pop() for _ in range(config.blocks + 1)]
            self.up.append(UpLevel(width, widths[i], taken, config.attention[i], i == 0, config))
            width = widths[i]
        self.out = NormConv(width, config.out_channels, config.groups)

    def loop(self, loop: bool) -> None:
        """Let the last frame of every video lead to its first, or not."""
        for module in self.modules():
            if isinstance(module, TemporalConv):
                module.loop(loop)

    def use(self, options: Options = PLAIN) -> None:
        """Follow `options` in the forward passes from now on."""
        self.loop(options.loop)
        for module in self.modules():
            if isinstance(module, TemporalTransformer):
                module.block.attention_1.windows = module.block.attention_2.windows = options.windows
        for depth, level in enumerate(self.up):
            level.freeu = depth if options.freeu else None

    def forward(self, x: Tensor, t: Tensor, text: Tensor, guidance: Tensor | None = None) -> Tensor:
        """x (b c f h w), t (b) and text (b l d), or one a frame, (b f) and (b f l d) -> the network's
        prediction (b c f h w)

        guidance (1 d): its embedding, for a network that reads one.
        """
        text = text.flatten(0, -3)
        b, frames = x.shape[0], x.shape[2]
        time = self.time(t.expand(b, *t.shape[1:]), guidance)
        x = rearrange(x, "b c f h w -> (b f) c h w").contiguous(memory_format=torch.channels_last)
        x = self.temporal_in(self.conv_in(x), frames)
        skips = [x]
        for level in self.down:
            x = level(x, time, text, frames, skips)
        for layer in self.middle:
            x = layer(x, time, text, frames)
        for upper in self.up:
            x = upper(x, time, text, frames, skips)
        return rearrange(self.out(x), "(b f) c h w -> b c f h w", b=b)


def layers_of(unet: UNet3D) -> Iterator[Layer]:
    """Layers of the UNet in the order in which they run."""
    for level in unet.down:
        yield from level.layers
    yield from unet.middle
    for upper in unet.up:
        yield from upper.layers

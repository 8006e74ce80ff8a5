"""Give a trained UNet the widths of `sizes.UNET_SIZE`, which are larger:

    python -m training.widen --start runs/unet --data runs/data/emoji.zip --out runs/wide

`training.unet --start runs/wide` goes on from there. The wider UNet draws about what the old one drew: new
channels are zero, but read by random weights, so that they learn. The norms see the zeros too, so they are
fitted (norms.py), over noise and captions.
"""

import argparse
import shutil
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from t2v.networks import TextEncoder, Tokenizer, UNet3D, UNetConfig
from t2v.networks.attention import SpatialTransformer, TransformerBlock
from t2v.networks.resnet import NormConv, ResnetBlock
from t2v.networks.temporal import TemporalTransformer
from t2v.networks.tokenizer import read_merges
from t2v.networks.unet import Layer, TimeEmbedding
from training.captions import Captions
from training.chance import write_code
from training.compose import FRAMES
from training.dataset import EmojiClips
from training.norms import Norm, Pair, fit_norms
from training.sizes import SCHEDULE, UNET_SIZE, text_size
from training.unet import go_on, zero_residuals

Product = nn.Linear | nn.Conv2d
Transformer = SpatialTransformer | TemporalTransformer

CLIPS, SIDE, PART = 16, 16, 4  # to which the norms are fitted; latents a side; clips that run at once
FROM = 250  # least of their random times
FRESH = 0.1  # scale of a norm's new channels
RIDGE = 1e-3  # keeps the weights that read the sinusoids of time small


@torch.no_grad()
def widen(new: UNet3D, old: UNet3D) -> list[Pair]:
    """Write the weights of `old` into `new`, which is as it was made -> the norms that have to be fitted."""
    widening = Widening(new, old)
    widening.levels(new, old)
    return widening.norms


class Widening:
    """Writes the weights, layer by layer in the UNet's order, and collects the norms that got more channels.

    Bools (c) say which of the new network's channels are the old ones, in their order: `x` of those that a
    layer reads, `out` of those that it makes.
    """

    def __init__(self, new: UNet3D, old: UNet3D):
        self.norms: list[Pair] = []
        self.time = first(4 * old.time.width, 4 * new.time.width)

    def levels(self, new: UNet3D, old: UNet3D) -> None:
        """The whole UNet. The old channels are spread evenly, so that each group of a norm gets new ones."""
        sizes = zip(old.config.widths, new.config.widths, strict=True)
        widths = [evenly(size, wanted) for size, wanted in sizes]
        x = widths[0]
        skips = [x]
        self.embedding(new.time, old.time)
        self.product(new.conv_in, old.conv_in, every(old.config.in_channels), x)
        self.transformer(new.temporal_in, old.temporal_in, x)
        for out, down, before in zip(widths, new.down, old.down, strict=True):
            for a, b in zip(down.layers, before.layers, strict=True):
                self.layer(a, b, x, out)
                x = out
                skips.append(x)
            if down.downsample and before.downsample:
                self.product(down.downsample.conv, before.downsample.conv, x, x)
                skips.append(x)
        for a, b in zip(new.middle, old.middle, strict=True):
            self.layer(a, b, x, x)
        for out, up, earlier in zip(reversed(widths), new.up, old.up, strict=True):
            for a, b in zip(up.layers, earlier.layers, strict=True):
                self.layer(a, b, torch.cat([x, skips.pop()]), out)
                x = out
            if up.upsample and earlier.upsample:
                self.product(up.upsample.conv, earlier.upsample.conv, x, x)
        self.norm_conv(new.out, old.out, x, every(old.config.out_channels))

    def embedding(self, new: TimeEmbedding, old: TimeEmbedding) -> None:
        """The embedding of the time, whose first layer reads other sinusoids if there are more."""
        self.product(new.linear_1, old.linear_1, first(old.width, new.width), self.time)
        if new.width != old.width:
            new.linear_1.weight[self.time] = reading(new, old)
        self.product(new.linear_2, old.linear_2, self.time, self.time)

    def layer(self, new: Layer, old: Layer, x: Tensor, out: Tensor) -> None:
        """A resnet, convolutions along time, and transformers if there are any."""
        self.resnet(new.resnet, old.resnet, x, out)
        for conv, before in zip(new.temporal_conv.convs, old.temporal_conv.convs, strict=True):
            self.norm_conv(conv, before, out, out)
        for a, b in ((new.spatial, old.spatial), (new.temporal, old.temporal)):
            if a and b:
                self.transformer(a, b, out)

    def resnet(self, new: ResnetBlock, old: ResnetBlock, x: Tensor, out: Tensor) -> None:
        """Two convolutions, with the embedding of the time between them, and a shortcut."""
        self.norm_conv(new.conv_1, old.conv_1, x, out)
        if new.time and old.time:
            self.product(new.time, old.time, self.time, out)
        self.norm_conv(new.conv_2, old.conv_2, out, out)
        if isinstance(new.shortcut, nn.Conv2d) and isinstance(old.shortcut, nn.Conv2d):
            self.product(new.shortcut, old.shortcut, x, out)

    def transformer(self, new: Transformer, old: Transformer, x: Tensor) -> None:
        """A transformer. Within it the new channels, and so the new heads, come last."""
        inner = first(old.proj_in.out_features, new.proj_in.out_features)
        self.norm(new.norm, old.norm, x)
        self.product(new.proj_in, old.proj_in, x, inner)
        self.block(new.block, old.block, inner)
        self.product(new.proj_out, old.proj_out, inner, x)

    def block(self, new: TransformerBlock, old: TransformerBlock, x: Tensor) -> None:
        """Two attentions and a feed-forward network. Queries, keys and gates of zero would never learn."""
        for name in ("norm_1", "norm_2", "norm_3"):
            self.norm(getattr(new, name), getattr(old, name), x)
        for a, b in ((new.attention_1, old.attention_1), (new.attention_2, old.attention_2)):
            context = first(b.to_k.in_features, a.to_k.in_features)  # x, or the text
            self.product(a.to_q, b.to_q, x, x, zero=False)
            self.product(a.to_k, b.to_k, context, x, zero=False)
            self.product(a.to_v, b.to_v, context, x)
            self.product(a.to_out, b.to_out, x, x)
        ours, theirs = new.feed_forward, old.feed_forward
        hidden = first(theirs.proj_out.in_features, ours.proj_out.in_features)
        self.product(ours.proj_in, theirs.proj_in, x, torch.cat([hidden, hidden]), zero=False)
        ours.proj_in.weight[: len(hidden)][~hidden] = 0  # values; the gates follow
        self.product(ours.proj_out, theirs.proj_out, hidden, x)

    def norm_conv(self, new: NormConv, old: NormConv, x: Tensor, out: Tensor) -> None:
        """A norm and a convolution."""
        self.norm(new.norm, old.norm, x)
        self.product(new.conv, old.conv, x, out)

    def norm(self, new: Norm, old: Norm, x: Tensor) -> None:
        """A norm. It subtracts means of zeros too, so the scale of new channels is small."""
        new.weight.fill_(FRESH)
        new.weight[x], new.bias[x] = old.weight, old.bias
        if not x.all():
            self.norms.append(Pair(new, old, x))

    def product(self, new: Product, old: Product, x: Tensor, out: Tensor, zero: bool = True) -> None:
        """A convolution or linear layer. Random weights read new inputs; `zero`: new outputs are zero."""
        rows = new.weight[out]
        rows[:, x] = old.weight
        if zero:
            new.weight.zero_()
        new.weight[out] = rows
        if new.bias is not None and old.bias is not None:
            new.bias.zero_()
            new.bias[out] = old.bias


def every(size: int) -> Tensor:
    """All channels are old ones."""
    return torch.ones(size, dtype=torch.bool)


def first(size: int, wanted: int) -> Tensor:
    """The first `size` of `wanted` channels are the old ones."""
    return torch.arange(wanted) < size


def evenly(size: int, wanted: int) -> Tensor:
    """The old channels are spread over `wanted`. Those of one group of a norm stay in one group."""
    places = torch.arange(size) * wanted // size
    return torch.zeros(wanted, dtype=torch.bool).index_fill_(0, places, True)


def reading(new: TimeEmbedding, old: TimeEmbedding) -> Tensor:
    """Weights that make of the new sinusoids about what the first layer made of the old, by least squares.

    Known frames have the first time, pure noise the last: these two count as much as all others.
    """
    t = torch.arange(SCHEDULE.train_steps)
    t = torch.cat([t, t[[0, -1]].repeat(len(t) // 2)])
    waves, wanted = new.waves(t).double(), old.waves(t).double() @ old.linear_1.weight.mT.double()
    ridge = RIDGE * len(t) * torch.eye(new.width, dtype=torch.float64)
    return torch.linalg.solve(waves.mT @ waves + ridge, waves.mT @ wanted).mT.float()


def size_of(weights: dict[str, Tensor]) -> UNetConfig:
    """The size of a trained UNet. ValueError if UNET_SIZE is narrower anywhere."""
    layers = [f"down.{level}.layers.0.resnet.conv_2.conv.bias" for level in range(len(UNET_SIZE.widths))]
    widths = tuple(len(weights[layer]) for layer in layers)
    if any(size > wanted for size, wanted in zip(widths, UNET_SIZE.widths, strict=True)):
        raise ValueError(f"--start: the widths of its UNet, {widths}, are not all within {UNET_SIZE.widths}")
    return replace(UNET_SIZE, widths=widths)


def draw(data: Path, merges: Path, words: dict[str, Tensor], seed: int) -> tuple[Tensor, Tensor]:
    """Draw captions, encoded by a text tower of these weights (b l d), and noise that has their codes."""
    clips = EmojiClips(data, size=SIDE)  # of which the names are needed
    texts, spec = Captions(clips.subjects, seed, clips.scenery).batch(CLIPS)
    tower = TextEncoder(text_size(len(words["tower.token_embedding.weight"])))
    tower.load_state_dict(words)
    noise = torch.randn(CLIPS, UNET_SIZE.in_channels, FRAMES, SIDE, SIDE)
    with torch.no_grad():
        return tower(Tokenizer(read_merges(merges))(texts)), write_code(noise, spec.chance)


def wider(old: UNet3D, size: UNetConfig, text: Tensor, noise: Tensor) -> UNet3D:
    """Make a UNet of this size that draws about what `old` does for text (b l d) and noise (b c f h w).

    Its norms are fitted to the noise as it is, and as if it were seen at random times.
    """
    new = UNet3D(size)
    last = torch.full((len(noise),), SCHEDULE.train_steps - 1)
    times = last, torch.randint_like(last, FROM, SCHEDULE.train_steps)

    def run() -> None:
        for t in times:
            for part in torch.arange(len(noise)).split(PART):
                old(noise[part], t[part], text[part])

    fit_norms(widen(new, old), run)
    return new


def main() -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--start", type=Path, default=Path("runs/unet"), help="the folder of a training")
    add("--data", type=Path, default=Path("runs/data/emoji.zip"))
    add("--merges", type=Path, default=Path("t2v/checkpoints/emoji/tokenizer/merges.txt"))
    add("--out", type=Path, default=Path("runs/wide"))
    add("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    words, weights = (load_file(options.start / f"{name}.safetensors") for name in ("text_encoder", "unet"))
    old = UNet3D(size_of(weights))
    zero_residuals(old)
    go_on(old, weights)  # with as many transformers and latent channels
    new = wider(old, UNET_SIZE, *draw(options.data, options.merges, words, options.seed))
    options.out.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.half().contiguous() for name, tensor in new.state_dict().items()}
    save_file(tensors, options.out / "unet.safetensors")
    shutil.copy(options.start / "text_encoder.safetensors", options.out)


if __name__ == "__main__":
    main()

"""The order in which nameless LoRA files list the layers of a network: that of diffusers' `named_modules()`.

A file that is a bare list says nothing but the number and the shapes of its pairs, so each order that a
program has written is tried.
"""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

# Siblings in the order in which diffusers' and transformers' classes register them.
SIBLINGS = """conv_in time_embedding linear_1 cond_proj linear_2 transformer_in down_blocks up_blocks
    mid_block resnets temp_convs attentions temp_attentions downsamplers upsamplers
    conv1 time_emb_proj conv2 conv3 conv4 conv_shortcut
    proj_in transformer_blocks attn1 attn2 ff to_q to_k to_v to_out net proj proj_out conv conv_out
    text_model encoder layers self_attn k_proj v_proj q_proj out_proj mlp fc1 fc2""".split()
EARLY = [name for name in SIBLINGS if name != "attn2"]  # diffusers' sources before April 2023
EARLY.insert(EARLY.index("ff") + 1, "attn2")

CLASSES = {  # a class of diffusers or transformers -> the path of its modules, at the start of a name
    "UNet3DConditionModel": r"",
    "Transformer2DModel": r".*(?<!temp_)attentions\.\d+\.",
    "TransformerTemporalModel": r"(.*temp_attentions\.\d+|transformer_in)\.",
    "BasicTransformerBlock": r".*transformer_blocks\.\d+\.",
    "CrossAttention": r".*attn\d\.",
    "Attention": r".*attn\d\.",
    "FeedForward": r".*\.ff\.",
    "GEGLU": r".*\.ff\.net\.0\.",
    "ResnetBlock2D": r".*resnets\.\d+\.",
    "TemporalConvLayer": r".*temp_convs\.\d+\.",
    "Downsample2D": r".*downsamplers\.\d+\.",
    "Upsample2D": r".*upsamplers\.\d+\.",
    "TimestepEmbedding": r"time_embedding\.",
    "CLIPEncoderLayer": r".*layers\.\d+\.",
    "CLIPAttention": r".*self_attn\.",
    "CLIPSdpaAttention": r".*self_attn\.",
    "CLIPMLP": r".*mlp\.",
}
TARGETS = (  # classes whose layers a trainer's settings name together
    ("CrossAttention", "Attention", "GEGLU"),
    ("Transformer2DModel", "ResnetBlock2D"),
    ("Transformer2DModel", "TransformerTemporalModel"),
    ("Transformer2DModel",),
    ("TransformerTemporalModel",),
    ("TransformerTemporalModel", "TemporalConvLayer"),
)


class Order(NamedTuple):
    """A list that a program writes: its name, and the layers in their order."""

    title: str
    layers: list[str]


def ordered(layers: Collection[str], siblings: list[str] = SIBLINGS) -> list[str]:
    """Sort the dotted names of layers as `named_modules()` lists them."""
    places = {name: place for place, name in enumerate(siblings)}
    known = [name for name in layers if all(p.isdigit() or p in places for p in name.split("."))]
    return sorted(known, key=lambda name: [int(p) if p.isdigit() else places[p] for p in name.split(".")])


def below(layers: Collection[str], classes: Collection[str]) -> list[str]:
    """Return the layers that lie within modules of these classes, in order."""
    paths = [re.compile(CLASSES[name]) for name in classes if name in CLASSES]
    return [name for name in ordered(layers) if any(path.match(name) for path in paths)]


def unet_orders(layers: Collection[str]) -> Iterator[Order]:
    """The lists of a UNet's layers; `layers` are those with weights, by diffusers' names."""
    guided = [name for name in layers if name != "time_embedding.cond_proj"]
    if len(guided) < len(layers):
        yield Order("T2V-Turbo, all layers of the UNet", ordered(layers))
    yield Order("all layers of the UNet", ordered(guided))
    yield Order("all layers of the UNet in an early order", ordered(guided, EARLY))
    old = r"conv_in|conv_out|time_embedding\..*|temp_convs\..*|.*\.temp_convs\..*"
    old += r"|(.*temp_attentions\.\d+|transformer_in)\.proj_(in|out)"
    yield Order("the layers that old trainers reached", [x for x in ordered(guided) if re.fullmatch(old, x)])
    inner = re.compile(r".*\.(attn1|attn2|ff)\.")
    temporal = below(guided, ["TransformerTemporalModel"])
    yield Order("MotionDirector, temporal", [name for name in temporal if inner.match(name)])
    spatial = below(guided, ["Transformer2DModel"])
    outer = re.compile(r".*\.(attn1|ff)\.")
    yield Order("MotionDirector, spatial", [name for name in spatial if outer.match(name)])
    for classes in TARGETS:
        yield Order(f"within {', '.join(classes)}", below(guided, classes))


def text_orders(layers: Collection[str]) -> Iterator[Order]:
    """The lists of a text encoder's layers, by transformers' names."""
    yield Order("all layers of the text encoder", below(layers, ["CLIPEncoderLayer"]))
    yield Order("the text encoder's attention", below(layers, ["CLIPAttention"]))

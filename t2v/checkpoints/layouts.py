"""Map our tensors' names to those of two layouts: ModelScope's numbered files and diffusers' folders.

A table gives, for each tensor of our networks, its name or names in a file. Tables are composed from the
literals below: the parts of a layer, by the path of the layer.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from t2v.networks import TextConfig, UNetConfig, VAEConfig

Modules = dict[str, str]  # our module -> the file's
Table = dict[str, tuple[str, ...]]  # our tensor -> the file's; several are stacked along their rows

TRANSFORMER = {  # spatial and temporal, in both layouts
    "norm": "norm",
    "proj_in": "proj_in",
    "block.norm_1": "transformer_blocks.0.norm1",
    "block.attention_1.to_q": "transformer_blocks.0.attn1.to_q",
    "block.attention_1.to_k": "transformer_blocks.0.attn1.to_k",
    "block.attention_1.to_v": "transformer_blocks.0.attn1.to_v",
    "block.attention_1.to_out": "transformer_blocks.0.attn1.to_out.0",
    "block.norm_2": "transformer_blocks.0.norm2",
    "block.attention_2.to_q": "transformer_blocks.0.attn2.to_q",
    "block.attention_2.to_k": "transformer_blocks.0.attn2.to_k",
    "block.attention_2.to_v": "transformer_blocks.0.attn2.to_v",
    "block.attention_2.to_out": "transformer_blocks.0.attn2.to_out.0",
    "block.norm_3": "transformer_blocks.0.norm3",
    "block.feed_forward.proj_in": "transformer_blocks.0.ff.net.0.proj",
    "block.feed_forward.proj_out": "transformer_blocks.0.ff.net.2",
    "proj_out": "proj_out",
}
TEMPORAL_CONV = {  # in both layouts; a dropout shifts the later three by one
    "convs.0.norm": "conv1.0",
    "convs.0.conv": "conv1.2",
    "convs.1.norm": "conv2.0",
    "convs.1.conv": "conv2.3",
    "convs.2.norm": "conv3.0",
    "convs.2.conv": "conv3.3",
    "convs.3.norm": "conv4.0",
    "convs.3.conv": "conv4.3",
}
DIFFUSERS_RESNET = {
    "conv_1.norm": "norm1",
    "conv_1.conv": "conv1",
    "time": "time_emb_proj",
    "conv_2.norm": "norm2",
    "conv_2.conv": "conv2",
    "shortcut": "conv_shortcut",
}
DIFFUSERS_UNET = {
    "time.linear_1": "time_embedding.linear_1",
    "time.linear_2": "time_embedding.linear_2",
    "time.guidance": "time_embedding.cond_proj",
    "conv_in": "conv_in",
    "out.norm": "conv_norm_out",
    "out.conv": "conv_out",
}
MODELSCOPE_RESNET = {
    "conv_1.norm": "in_layers.0",
    "conv_1.conv": "in_layers.2",
    "time": "emb_layers.1",
    "conv_2.norm": "out_layers.0",
    "conv_2.conv": "out_layers.3",
    "shortcut": "skip_connection",
}
MODELSCOPE_TEMPORAL_CONV = "temopral_conv"  # the spelling of the released file
MODELSCOPE_UNET = {
    "time.linear_1": "time_embed.0",
    "time.linear_2": "time_embed.2",
    "conv_in": "input_blocks.0.0",
    "out.norm": "out.0",
    "out.conv": "out.2",
}
DIFFUSERS_VAE = {
    "to_moments": "quant_conv",
    "from_latents": "post_quant_conv",
    "{half}.conv_in": "{half}.conv_in",
    "{half}.out.norm": "{half}.conv_norm_out",
    "{half}.out.conv": "{half}.conv_out",
}
DIFFUSERS_VAE_MIDDLE = ("mid_block.resnets.0", "mid_block.attentions.0", "mid_block.resnets.1")
DIFFUSERS_VAE_ATTENTION = {
    "norm": "group_norm",
    "to_q": "to_q",
    "to_k": "to_k",
    "to_v": "to_v",
    "to_out": "to_out.0",
}
OLD_DIFFUSERS_VAE_ATTENTION = {  # before diffusers 0.18; many published files still have it
    "norm": "group_norm",
    "to_q": "query",
    "to_k": "key",
    "to_v": "value",
    "to_out": "proj_attn",
}
MODELSCOPE_VAE_RESNET = {
    "conv_1.norm": "norm1",
    "conv_1.conv": "conv1",
    "conv_2.norm": "norm2",
    "conv_2.conv": "conv2",
    "shortcut": "nin_shortcut",
}
MODELSCOPE_VAE = {
    "to_moments": "quant_conv",
    "from_latents": "post_quant_conv",
    "{half}.conv_in": "{half}.conv_in",
    "{half}.out.norm": "{half}.norm_out",
    "{half}.out.conv": "{half}.conv_out",
}
MODELSCOPE_VAE_MIDDLE = ("mid.block_1", "mid.attn_1", "mid.block_2")
MODELSCOPE_VAE_ATTENTION = {"norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out": "proj_out"}
TRANSFORMERS_BLOCK = {  # a block of transformers' CLIPTextModel
    "ln_1": "layer_norm1",
    "attn.out_proj": "self_attn.out_proj",
    "ln_2": "layer_norm2",
    "mlp.c_fc": "mlp.fc1",
    "mlp.c_proj": "mlp.fc2",
}

# Tensors to ignore. Any other that no table names is an error.
IGNORED = {
    "unet": (),
    "vae": ("loss.*", "model_ema.*", "logvar"),
    "text_encoder": (
        "*position_ids",
        "text_projection*",
        "logit_scale",
        "logit_bias",
        "attn_mask",
        "visual.*",
        "vision_model.*",
        "visual_projection.*",
    ),
}


def under(ours: str, theirs: str, modules: Modules) -> Modules:
    """Return the same modules one path further down, on both sides."""
    return {f"{ours}.{a}": f"{theirs}.{b}" for a, b in modules.items()}


def tensors(modules: Modules, names: Iterable[str]) -> Table:
    """Build the table for those of our tensors `names` whose modules are mapped."""
    split = [(name, *name.rpartition(".")[::2]) for name in names]
    return {name: (f"{modules[module]}.{kind}",) for name, module, kind in split if module in modules}


def diffusers_unet(config: UNetConfig, names: Collection[str], found: Collection[str]) -> Table:
    """Map our UNet3D's tensors `names` to those of a UNet3DConditionModel's file."""
    modules = DIFFUSERS_UNET | under("temporal_in", "transformer_in", TRANSFORMER)
    for ours, block, j in _diffusers_layers(config):
        modules |= under(f"{ours}.resnet", f"{block}.resnets.{j}", DIFFUSERS_RESNET)
        modules |= under(f"{ours}.temporal_conv", f"{block}.temp_convs.{j}", TEMPORAL_CONV)
        modules |= under(f"{ours}.spatial", f"{block}.attentions.{j}", TRANSFORMER)
        modules |= under(f"{ours}.temporal", f"{block}.temp_attentions.{j}", TRANSFORMER)
    for i in range(len(config.widths) - 1):
        modules[f"down.{i}.downsample.conv"] = f"down_blocks.{i}.downsamplers.0.conv"
        modules[f"up.{i}.upsample.conv"] = f"up_blocks.{i}.upsamplers.0.conv"
    return tensors(modules, names)


def _diffusers_layers(config: UNetConfig) -> Iterator[tuple[str, str, int]]:
    """Yield each of our layers, its block in the file, and its number in that block."""
    for i in range(len(config.widths)):
        yield from ((f"down.{i}.layers.{j}", f"down_blocks.{i}", j) for j in range(config.blocks))
        yield from ((f"up.{i}.layers.{j}", f"up_blocks.{i}", j) for j in range(config.blocks + 1))
    yield from ((f"middle.{j}", "mid_block", j) for j in range(2))


def modelscope_unet(config: UNetConfig, names: Collection[str], found: Collection[str]) -> Table:
    """Map our UNet3D's tensors `names` to those of ModelScope's text2video_pytorch_model.pth."""
    modules = MODELSCOPE_UNET | under("temporal_in", "input_blocks.0.1", TRANSFORMER)
    for ours, resnet, spatial, temporal in _modelscope_layers(config):
        modules |= under(f"{ours}.resnet", resnet, MODELSCOPE_RESNET)
        modules |= under(f"{ours}.temporal_conv", f"{resnet}.{MODELSCOPE_TEMPORAL_CONV}", TEMPORAL_CONV)
        modules |= under(f"{ours}.spatial", spatial, TRANSFORMER)
        modules |= under(f"{ours}.temporal", temporal, TRANSFORMER)
    return tensors(modules | _modelscope_resampling(config), names)


def _modelscope_layers(config: UNetConfig) -> Iterator[tuple[str, ...]]:
    """Yield each of our layers, and its resnet, spatial and temporal transformer in the file.

    The file numbers the blocks of a half through all levels. On the way down, a downsampling is a separate
    block; on the way up, an upsampling is the last part of the block before it.
    """
    levels = range(len(config.widths))
    for i in levels:
        first = 1 + i * (config.blocks + 1)  # block 0 is the first convolution
        for j in range(config.blocks):
            yield (f"down.{i}.layers.{j}", *(f"input_blocks.{first + j}.{part}" for part in range(3)))
    yield "middle.0", *(f"middle_block.{part}" for part in range(3))
    yield "middle.1", "middle_block.3", "", ""
    for i in levels:
        for j in range(config.blocks + 1):
            block = i * (config.blocks + 1) + j
            yield (f"up.{i}.layers.{j}", *(f"output_blocks.{block}.{part}" for part in range(3)))


def _modelscope_resampling(config: UNetConfig) -> Modules:
    modules: Modules = {}
    for i, attention in enumerate(config.attention[:0:-1]):  # coarsest level first, the finest left out
        block = (i + 1) * (config.blocks + 1)
        modules[f"down.{i}.downsample.conv"] = f"input_blocks.{block}.op"
        modules[f"up.{i}.upsample.conv"] = f"output_blocks.{block - 1}.{3 if attention else 1}.conv"
    return modules


def diffusers_vae(config: VAEConfig, names: Collection[str], found: Collection[str]) -> Table:
    """Map our VAE's tensors `names` to those of an AutoencoderKL's file, with old or new attention names."""
    old = any(name.endswith("attentions.0.query.weight") for name in found)
    attention = OLD_DIFFUSERS_VAE_ATTENTION if old else DIFFUSERS_VAE_ATTENTION
    modules = _vae_frame(DIFFUSERS_VAE, DIFFUSERS_VAE_MIDDLE, DIFFUSERS_RESNET, attention)
    halves = (("encoder", "down_blocks", "downsamplers"), ("decoder", "up_blocks", "upsamplers"))
    for half, blocks, resampling in halves:
        count = config.blocks + (half == "decoder")
        for i in range(len(config.widths)):
            ours, theirs = f"{half}.levels.{i}", f"{half}.{blocks}.{i}"
            for j in range(count):
                modules |= under(f"{ours}.{j}", f"{theirs}.resnets.{j}", DIFFUSERS_RESNET)
            modules[f"{ours}.{count}.conv"] = f"{theirs}.{resampling}.0.conv"
    return tensors(modules, names)


def modelscope_vae(config: VAEConfig, names: Collection[str], found: Collection[str]) -> Table:
    """Map our VAE's tensors `names` to VQGAN_autoencoder.pth, whose decoder counts levels from the finest."""
    modules = _vae_frame(
        MODELSCOPE_VAE, MODELSCOPE_VAE_MIDDLE, MODELSCOPE_VAE_RESNET, MODELSCOPE_VAE_ATTENTION
    )
    last = len(config.widths) - 1
    for i in range(last + 1):
        for half, theirs, count, resampling in (
            ("encoder", f"encoder.down.{i}", config.blocks, "downsample"),
            ("decoder", f"decoder.up.{last - i}", config.blocks + 1, "upsample"),
        ):
            for j in range(count):
                modules |= under(f"{half}.levels.{i}.{j}", f"{theirs}.block.{j}", MODELSCOPE_VAE_RESNET)
            modules[f"{half}.levels.{i}.{count}.conv"] = f"{theirs}.{resampling}.conv"
    return tensors(modules, names)


def _vae_frame(frame: Modules, middle: tuple[str, str, str], resnet: Modules, attention: Modules) -> Modules:
    """Map a VAE's modules outside its levels: its ends, and the middle of each half."""
    modules: Modules = {}
    for half in ("encoder", "decoder"):
        modules |= {ours.format(half=half): theirs.format(half=half) for ours, theirs in frame.items()}
        for i, (path, parts) in enumerate(zip(middle, (resnet, attention, resnet), strict=True)):
            modules |= under(f"{half}.middle.{i}", f"{half}.{path}", parts)
    return modules


def open_clip_text(config: TextConfig, names: Collection[str], found: Collection[str]) -> Table:
    """Map our text encoder, which is open_clip's own tower: the names are equal."""
    return {name: (name.removeprefix("tower."),) for name in names}


def transformers_text(config: TextConfig, names: Collection[str], found: Collection[str]) -> Table:
    """Map our text encoder's tensors `names` to a CLIPTextModel's file, which keeps q, k and v apart."""
    rooted = any(name.startswith("text_model.") for name in found)  # not since transformers 5
    root = "text_model." if rooted else ""
    modules = {"tower.ln_final": f"{root}final_layer_norm"}
    modules["tower.token_embedding"] = f"{root}embeddings.token_embedding"
    table: Table = {"tower.positional_embedding": (f"{root}embeddings.position_embedding.weight",)}
    for i in range(config.layers):
        ours, theirs = f"tower.transformer.resblocks.{i}", f"{root}encoder.layers.{i}"
        modules |= under(ours, theirs, TRANSFORMERS_BLOCK)
        for kind in ("weight", "bias"):
            table[f"{ours}.attn.in_proj_{kind}"] = tuple(f"{theirs}.self_attn.{x}_proj.{kind}" for x in "qkv")
    return table | tensors(modules, names)


TABLES: dict[tuple[str, str], Callable[[Any, Collection[str], Collection[str]], Table]] = {
    ("modelscope", "unet"): modelscope_unet,
    ("modelscope", "vae"): modelscope_vae,
    ("modelscope", "text_encoder"): open_clip_text,
    ("diffusers", "unet"): diffusers_unet,
    ("diffusers", "vae"): diffusers_vae,
    ("diffusers", "text_encoder"): transformers_text,
}


def ignored(part: str, name: str) -> bool:
    """Return whether a tensor of a file is known to be needless."""
    return any(fnmatchcase(name, pattern) for pattern in IGNORED[part])

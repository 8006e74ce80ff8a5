"""Read network sizes from a model's JSON configs, or from the shapes of tensors where no config has them.

Every number is bounded before a network is built on it, and a setting that our networks don't have is
refused by its key.
"""

from collections.abc import Callable, Mapping

from t2v.networks import TextConfig, UNetConfig, VAEConfig

from .configs import Config
from .errors import CheckpointError

MAX_WIDTH, MAX_BLOCKS, MAX_LAYERS, MAX_WORDS = 16_384, 32, 128, 1_000_000
CLIP_HEAD_WIDTH = 64  # of every published CLIP text tower
Shapes = Mapping[str, tuple[int, ...]]


def _divisible(config: Config, key: str, widths: tuple[int, ...], divisor: int) -> tuple[int, ...]:
    for width in widths:
        if width % divisor:
            raise config.fail(key, width, f"a multiple of {divisor}")
    return widths


def diffusers_unet(config: Config) -> UNetConfig:
    """Read unet/config.json. Here `attention_head_dim` is the width of a head (elsewhere it counts heads)."""
    if str(config.get("_class_name")).startswith("UNet2D"):
        raise CheckpointError(
            f"{config.where} describes a Stable Diffusion image model, which makes no videos."
        )
    config.only(_class_name="UNet3DConditionModel", act_fn="silu", norm_eps=1e-5, mid_block_scale_factor=1)
    config.only(downsample_padding=1)
    if config.get("num_attention_heads") is not None:
        raise config.fail("num_attention_heads", config.get("num_attention_heads"), "null")
    groups = config.whole("norm_num_groups", 1, MAX_WIDTH, 32)
    head_width = _head_width(config)
    widths = config.wholes("block_out_channels", 1, MAX_WIDTH, (320, 640, 1280, 1280))
    _divisible(
        config, "block_out_channels", _divisible(config, "block_out_channels", widths, groups), head_width
    )
    attention, distilled = _attention_by_level(config, len(widths)), config.get("time_cond_proj_dim")
    return UNetConfig(
        in_channels=config.whole("in_channels", 1, 64, 4),
        out_channels=config.whole("out_channels", 1, 64, 4),
        widths=widths,
        attention=attention,
        blocks=config.whole("layers_per_block", 1, MAX_BLOCKS, 2),
        text_width=config.whole("cross_attention_dim", 1, MAX_WIDTH, 1024),
        head_width=head_width,
        entry_heads=8,  # fixed in UNet3DConditionModel
        groups=groups,
        guidance_width=config.whole("time_cond_proj_dim", 4, MAX_WIDTH, 0) if distilled else 0,
    )


def _head_width(config: Config) -> int:
    """Read the head width, a number or a list of one for each level; CheckpointError if the levels differ."""
    if not isinstance(config.get("attention_head_dim"), list):
        return config.whole("attention_head_dim", 1, 1024, 64)
    widths = config.wholes("attention_head_dim", 1, 1024)
    if len(set(widths)) > 1:
        raise config.fail("attention_head_dim", widths, "the same width of a head on every level")
    return widths[0]


def _attention_by_level(config: Config, levels: int) -> tuple[bool, ...]:
    kinds = {
        "CrossAttnDownBlock3D": True,
        "DownBlock3D": False,
        "CrossAttnUpBlock3D": True,
        "UpBlock3D": False,
    }
    usual = ["CrossAttnDownBlock3D"] * 3 + ["DownBlock3D"]
    down = config.items("down_block_types", usual)
    up = config.items("up_block_types", [kind.replace("Down", "Up") for kind in reversed(usual)])
    for key, blocks in (("down_block_types", down), ("up_block_types", up)):
        if len(blocks) != levels or any(block not in kinds for block in blocks):
            raise config.fail(key, blocks, f"{levels} video blocks ({', '.join(kinds)})")
    attention = tuple(kinds[block] for block in down)
    if attention != tuple(kinds[block] for block in reversed(up)):
        raise config.fail("up_block_types", up, "down_block_types in reverse")
    return attention


def modelscope_unet(config: Config) -> UNetConfig:
    """Read `model.model_cfg` of configuration.json."""
    config.only(temporal_attention=("True", True), mean_type="eps", num_timesteps=1000)
    dim = config.whole("unet_dim", 1, MAX_WIDTH)
    multiples = config.wholes("unet_dim_mult", 1, 64)
    head_width = config.whole("unet_head_dim", 1, 1024)
    widths = tuple(dim * multiple for multiple in multiples)
    if max(widths) > MAX_WIDTH:
        raise config.fail(
            "unet_dim_mult", multiples, f"such that unet_dim · unet_dim_mult is at most {MAX_WIDTH}"
        )
    _divisible(config, "unet_dim · unet_dim_mult", _divisible(config, "unet_dim", widths, 32), head_width)
    scales = config.items("unet_attn_scales")
    return UNetConfig(
        in_channels=config.whole("unet_in_dim", 1, 64),
        out_channels=config.whole("unet_out_dim", 1, 64),
        widths=widths,
        attention=tuple(0.5**level in scales for level in range(len(widths))),
        blocks=config.whole("unet_res_blocks", 1, MAX_BLOCKS),
        text_width=config.whole("unet_context_dim", 1, MAX_WIDTH),
        head_width=head_width,
        entry_heads=config.whole("unet_num_heads", 1, 1024),
    )


def diffusers_vae(config: Config) -> VAEConfig:
    """Read vae/config.json."""
    config.only(_class_name="AutoencoderKL", act_fn="silu", use_quant_conv=True, use_post_quant_conv=True)
    config.only(mid_block_add_attention=True, shift_factor=0)
    groups = config.whole("norm_num_groups", 1, MAX_WIDTH, 32)
    widths = config.wholes("block_out_channels", 1, MAX_WIDTH, (64,))
    for key, block in (("down_block_types", "DownEncoderBlock2D"), ("up_block_types", "UpDecoderBlock2D")):
        if config.items(key, (block,)) != [block] * len(widths):
            raise config.fail(key, config.get(key), f"{len(widths)} × {block}")
    return VAEConfig(
        channels=config.whole("in_channels", 3, 3, 3),
        latent_channels=config.whole("latent_channels", 1, 64, 4),
        widths=_divisible(config, "block_out_channels", widths, groups),
        blocks=config.whole("layers_per_block", 1, MAX_BLOCKS, 1),
        groups=groups,
    )


def transformers_text(config: Config) -> TextConfig:
    """Read text_encoder/config.json; of a whole CLIP model, the section on its text tower."""
    if isinstance(config.get("text_config"), dict) and (
        config.get("model_type") == "clip" or config.get("hidden_size") is None
    ):
        config = config.section("text_config")
    config.only(hidden_act=("quick_gelu", "gelu"), layer_norm_eps=1e-5)
    config.only(model_type=("clip_text_model", "clip"), use_attention_mask=False)
    width = config.whole("hidden_size", 1, MAX_WIDTH, 512)
    return TextConfig(
        vocabulary=config.whole("vocab_size", 3, MAX_WORDS, 49408),
        length=config.whole("max_position_embeddings", 3, 4096, 77),
        width=width,
        heads=_heads(config, width, config.whole("num_attention_heads", 1, 1024, 8)),
        layers=config.whole("num_hidden_layers", 1, MAX_LAYERS, 12),
        mlp_ratio=config.whole("intermediate_size", 1, 8 * MAX_WIDTH, 2048) / width,
        activation=config.get("hidden_act", "quick_gelu"),
    )


def _heads(config: Config, width: int, heads: int) -> int:
    if width % heads:
        raise config.fail("num_attention_heads", heads, f"a divisor of hidden_size, {width}")
    return heads


def vae_from_shapes(shapes: Shapes) -> VAEConfig:
    """Derive the sizes of a ModelScope VAE; its norms always have 32 groups."""
    levels = _count(lambda i: f"encoder.down.{i}.block.0.conv1.weight" in shapes)
    return VAEConfig(
        channels=_shape(shapes, "encoder.conv_in.weight", axes=4)[1],
        latent_channels=_shape(shapes, "post_quant_conv.weight", axes=4)[0],
        widths=tuple(
            _shape(shapes, f"encoder.down.{i}.block.0.conv1.weight", axes=4)[0] for i in range(levels)
        ),
        blocks=_count(lambda j: f"encoder.down.0.block.{j}.conv1.weight" in shapes),
    )


def text_from_shapes(shapes: Shapes) -> TextConfig:
    """Derive the sizes of an open_clip text tower without its last block, which ModelScope doesn't run."""
    vocabulary, width = _shape(shapes, "token_embedding.weight", axes=2)
    return TextConfig(
        vocabulary=vocabulary,
        length=_shape(shapes, "positional_embedding", axes=2)[0],
        width=width,
        heads=max(1, width // CLIP_HEAD_WIDTH),
        layers=_count(lambda i: f"transformer.resblocks.{i}.ln_1.weight" in shapes) - 1,
        mlp_ratio=_shape(shapes, "transformer.resblocks.0.mlp.c_fc.weight", axes=2)[0] / width,
    )


def _shape(shapes: Shapes, name: str, axes: int) -> tuple[int, ...]:
    shape = shapes.get(name, ())
    if len(shape) != axes or 0 in shape:
        raise CheckpointError(f"{name} is missing or has no shape that fits")
    return shape


def _count(exists: Callable[[int], bool]) -> int:
    """Count how many of 0, 1, 2 … exist in a row."""
    number = 0
    while exists(number):
        number += 1
    return number

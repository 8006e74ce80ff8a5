"""The rename tables: complete, without doubles, and with ModelScope's numbers where the release has them."""

import pytest
import torch

from t2v.checkpoints import layouts
from t2v.checkpoints.layouts import TABLES, ignored
from t2v.networks import TINY_TEXT, TINY_UNET, TINY_VAE, UNetConfig

from .tiny_model import NETWORKS

CONFIGS = {"text_encoder": TINY_TEXT, "unet": TINY_UNET, "vae": TINY_VAE}


def names(part: str, config: object) -> set[str]:
    with torch.device("meta"):
        return set(NETWORKS[part](config).state_dict())


@pytest.mark.parametrize(("layout", "part"), TABLES)
def test_every_tensor_has_a_place_of_its_own(layout: str, part: str):
    table = TABLES[layout, part](CONFIGS[part], names(part, CONFIGS[part]), ())
    sources = [source for some in table.values() for source in some]
    assert table.keys() == names(part, CONFIGS[part])
    assert len(sources) == len(set(sources))


@pytest.mark.parametrize(("layout", "part"), TABLES)
def test_no_needed_tensor_is_ignored(layout: str, part: str):
    table = TABLES[layout, part](CONFIGS[part], names(part, CONFIGS[part]), ())
    assert not any(ignored(part, source) for some in table.values() for source in some)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [  # as the released text2video_pytorch_model.pth counts them
        ("down.0.layers.0.resnet.conv_1.conv", "input_blocks.1.0.in_layers.2"),
        ("down.0.downsample.conv", "input_blocks.3.op"),
        ("down.2.layers.1.temporal.proj_in", "input_blocks.8.2.proj_in"),
        ("down.3.layers.1.resnet.conv_2.conv", "input_blocks.11.0.out_layers.3"),
        ("middle.1.resnet.time", "middle_block.3.emb_layers.1"),
        ("up.0.upsample.conv", "output_blocks.2.1.conv"),
        ("up.1.upsample.conv", "output_blocks.5.3.conv"),
        ("up.3.layers.2.temporal_conv.convs.3.conv", "output_blocks.11.0.temopral_conv.conv4.3"),
    ],
)
def test_modelscope_numbers(ours: str, theirs: str):
    config = UNetConfig()
    table = layouts.modelscope_unet(config, names("unet", config), ())
    assert table[f"{ours}.weight"] == (f"{theirs}.weight",)


def test_old_attention_names_are_taken_where_the_file_has_them():
    ours = names("vae", TINY_VAE)
    new = layouts.diffusers_vae(TINY_VAE, ours, ())
    old = layouts.diffusers_vae(TINY_VAE, ours, {"encoder.mid_block.attentions.0.query.weight"})
    assert new["decoder.middle.1.to_out.weight"] == ("decoder.mid_block.attentions.0.to_out.0.weight",)
    assert old["decoder.middle.1.to_out.weight"] == ("decoder.mid_block.attentions.0.proj_attn.weight",)
    assert sum(new[name] != old[name] for name in ours) == 2 * 4 * 2  # halves · projections · weight and bias


def test_the_root_of_a_text_encoder_is_found():
    ours = names("text_encoder", TINY_TEXT)
    plain = layouts.transformers_text(TINY_TEXT, ours, ())
    rooted = layouts.transformers_text(TINY_TEXT, ours, {"text_model.final_layer_norm.weight"})
    assert all(rooted[name] == tuple(f"text_model.{source}" for source in plain[name]) for name in ours)

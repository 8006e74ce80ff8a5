"""What adapters change of a model's weights, and how they are taken away."""

import gc
from pathlib import Path

import psutil
import pytest
import torch

from t2v import TextToVideo
from t2v.checkpoints import load
from t2v.checkpoints.adapters import open_adapters
from t2v.checkpoints.lora_places import Places
from t2v.runtime.fast_unet import FastUNet
from t2v.runtime.merging import Merger
from t2v.runtime.streaming import StreamedUNet, offload

from ..common import CPU
from ..lora_files import write_named
from .given import SMALL, copies, derived, weights


def test_both_networks_change_and_nothing_else(pipe: TextToVideo, lora: Path):
    before = copies(pipe)
    pipe.set_adapters(str(lora))
    changed = {name for name, tensor in weights(pipe).items() if not torch.equal(tensor, before[name])}
    assert {name.partition(".")[0] for name in changed if "derived" not in name} == {"unet", "text"}
    assert all(name.endswith("weight") or "derived" in name for name in changed)
    assert "text.tower.transformer.resblocks.0.attn.in_proj_weight" in changed
    assert not any(name.startswith("vae") for name in changed)


def test_derived_tensors_are_those_of_a_model_loaded_anew(pipe: TextToVideo, lora: Path, folder: Path):
    pipe.set_adapters(str(lora))
    anew = FastUNet(pipe.unet.__class__(pipe.unet.config), CPU)
    anew.unet.load_state_dict(pipe.unet.state_dict())
    anew.refresh()
    for mine, fresh in zip(derived(pipe.runner.unet), derived(anew), strict=True):
        assert torch.equal(mine, fresh)


def test_many_changes_leave_the_bits_the_addresses_and_the_memory(
    pipe: TextToVideo, lora: Path, turbo: Path, tmp_path: Path, layers: Places
):
    other = write_named(tmp_path / "other.safetensors", layers, list(layers.unet[:60]))
    before = copies(pipe)
    places_before = {name: tensor.data_ptr() for name, tensor in weights(pipe).items()}
    choices = [(str(lora),), (f"{turbo}:0.5",), (), (f"{lora}:-1", f"{other}:0.3/2"), (str(other),)]
    resident = []
    for i in range(40):
        pipe.set_adapters(*choices[i % len(choices)])
        if not choices[i % len(choices)]:
            assert all(torch.equal(tensor, before[name]) for name, tensor in weights(pipe).items())
        if i % 8 == 7:
            gc.collect()
            resident.append(psutil.Process().memory_info().rss)
    pipe.set_adapters()
    after = weights(pipe)
    assert all(torch.equal(tensor, before[name]) for name, tensor in after.items())
    assert {name: tensor.data_ptr() for name, tensor in after.items()} == places_before
    assert pipe.runner.merger._plain == {}
    assert resident[-1] - resident[1] < 20 * 2**20


def test_the_same_adapters_in_any_order_of_changes_give_the_same_video(
    pipe: TextToVideo, lora: Path, turbo: Path
):
    def frames(*names: str):
        pipe.set_adapters(*names)
        return pipe("a panda", steps=2, **SMALL).frames

    first = frames(str(lora))
    frames(str(turbo), str(lora)), frames()
    assert (frames(str(lora)) == first).all() and (frames() != first).any()


def test_a_scale_of_zero_is_the_plain_model(pipe: TextToVideo, lora: Path):
    before = copies(pipe)
    pipe.set_adapters(f"{lora}:0")
    assert all(torch.equal(tensor, before[name]) for name, tensor in weights(pipe).items())


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_rounds_each_sum_once(folder: Path, lora: Path, dtype: str):
    full = TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")
    half = TextToVideo.from_pretrained(folder, device="cpu", dtype=dtype)
    before = copies(half)
    (adapter,) = open_adapters([str(lora)], full.unet, full.checkpoint.text_encoder)
    half.set_adapters(str(lora))
    change, scale = next(c for c in adapter.changes if c[0].place.part == "unet")
    name = change.place.tensor
    expected = before[f"unet.{name}"].float() + scale * change.delta(CPU)
    assert torch.equal(half.unet.state_dict()[name], expected.to(half.dtype))
    half.set_adapters()
    assert all(torch.equal(tensor, before[name]) for name, tensor in weights(half).items())


def test_streamed_and_offloaded_weights_are_merged_where_they_lie(folder: Path, lora: Path, turbo: Path):
    """What a GPU's rung `minimal` keeps on the host: packed buffers, which the stream copies from."""
    checkpoint = load(folder)
    expected = TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")
    streamed, text = StreamedUNet(checkpoint.unet, CPU), checkpoint.text_encoder
    offload(text, CPU)
    x, t, words = torch.randn(1, 4, 2, 4, 4), torch.tensor([500.0]), torch.randn(1, 77, 64)
    tokens = torch.zeros(1, 77, dtype=torch.long)
    merger, networks = Merger(), {"unet": [checkpoint.unet], "text_encoder": [text]}
    with torch.no_grad():
        plain = streamed(x, t, streamed.read(words)).clone(), text(tokens)
        for names in ((str(lora),), (str(turbo),), ()):
            adapters = open_adapters(names, checkpoint.unet, text)
            merger.merge(networks, adapters, CPU)
            streamed.refresh()
            for buffer in streamed.stream._buffers:
                buffer.fill_(255)
            given = torch.randn(1, 256) if "pt" in "".join(names)[-2:] else None
            expected.set_adapters(*names)
            other = expected.runner.unet
            mine = streamed(x, t, streamed.read(words), given)
            torch.testing.assert_close(mine, other(x, t, other.read(words), given), atol=1e-5, rtol=1e-5)
            assert torch.equal(text(tokens), expected.runner.encode(tokens))
        assert torch.equal(mine, plain[0]) and torch.equal(text(tokens), plain[1])


def test_both_devices_of_a_pair_are_changed(folder: Path, lora: Path, turbo: Path):
    one = TextToVideo.from_pretrained(folder, "cpu", "float32")
    two = TextToVideo.from_pretrained(folder, "cpu,cpu", "float32")
    for names in ((str(lora),), (str(turbo),), ()):
        one.set_adapters(*names), two.set_adapters(*names)
        a, b = (pipe("a panda", guidance=3.0, steps=2, **SMALL).frames for pipe in (one, two))
        assert (abs(a.astype(int) - b) <= 1).all()


def test_a_lower_rung_keeps_the_adapter_and_the_way_back(folder: Path, lora: Path):
    pipe = TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")
    before = {name: tensor.clone() for name, tensor in pipe.unet.state_dict().items()}
    pipe.set_adapters(str(lora))
    with_lora = pipe("a panda", steps=2, **SMALL).frames
    pipe.runner.step_down()
    assert (abs(pipe("a panda", steps=2, **SMALL).frames.astype(int) - with_lora) <= 1).all()
    pipe.set_adapters()
    assert all(torch.equal(tensor, before[name]) for name, tensor in pipe.unet.state_dict().items())

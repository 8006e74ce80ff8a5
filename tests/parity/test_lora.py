"""LoRA files of every format, merged into diffusers' networks by their own code or arithmetic, and by us."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest
import torch
from diffusers import TextToVideoSDPipeline, UNet3DConditionModel
from diffusers.utils import convert_state_dict_to_kohya
from peft import LoraConfig, get_peft_model
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save_file
from torch import Tensor, nn

from t2v import TextToVideo
from t2v.checkpoints.layouts import TABLES
from t2v.checkpoints.lora_order import unet_orders
from t2v.checkpoints.lora_places import Places, places
from t2v.networks import TextConfig, TextEncoder, UNet3D, UNetConfig, blank

from ..lora_files import (
    Deltas,
    apply,
    diffusers_old,
    kohya,
    layers_of,
    nameless,
    numbered,
    stable_lora,
)
from .peers import write_diffusers_folder

X = torch.randn(1, 4, 3, 8, 8, generator=torch.Generator().manual_seed(1))
TEXT = torch.randn(1, 77, 128, generator=torch.Generator().manual_seed(2))
TIME = torch.tensor([500.0])
TOKENS = torch.randint(0, 49408, (1, 77), generator=torch.Generator().manual_seed(3))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    write_diffusers_folder(folder)
    return folder


@pytest.fixture(scope="module")
def pipe(folder: Path) -> TextToVideo:
    return TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")


@pytest.fixture
def ours(pipe: TextToVideo) -> Iterator[TextToVideo]:
    yield pipe
    pipe.set_adapters()


@pytest.fixture(scope="module")
def read(folder: Path) -> UNet3DConditionModel:
    return UNet3DConditionModel.from_pretrained(folder / "unet").eval()


@pytest.fixture
def unet(read: UNet3DConditionModel) -> UNet3DConditionModel:
    """One that a test may change."""
    return deepcopy(read)


@torch.no_grad()
def predict(unet: nn.Module) -> Tensor:
    return unet(X, TIME, TEXT).sample


@torch.no_grad()
def assert_equal(ours: TextToVideo, unet: nn.Module, plain: Tensor) -> None:
    """Both paths of ours equal the peer's, whose result is far from the plain one."""
    expected = predict(unet)
    assert (expected - plain).abs().max() > 0.01  # a thousand times the tolerance
    torch.testing.assert_close(ours.unet(X, TIME, TEXT), expected, atol=1e-5, rtol=1e-5)
    fast = ours.runner.predictor(TEXT)(X, TIME)[0]
    torch.testing.assert_close(fast, expected, atol=1e-5, rtol=1e-5)


def some(layers: dict[str, nn.Module], *parts: str) -> list[str]:
    return [name for name in layers if any(part in name for part in parts)]


def motion(layers: dict[str, nn.Module], temporal: bool) -> list[str]:
    """MotionDirector's layers: attention and feed-forwards, but no cross-attention in space."""
    names = some(layers, ".attn1.", ".attn2.", ".ff.")
    along_time = set(some(layers, "temp_attentions", "transformer_in"))
    return [n for n in names if (n in along_time) == temporal and (temporal or ".attn2." not in n)]


def early(layers: dict[str, nn.Module]) -> list[str]:
    """The feed-forward of each block before its second attention, as in diffusers' sources of March 2023."""
    place = {name: i for i, name in enumerate(layers)}
    starts = {name.partition(".attn2.")[0]: i for name, i in place.items() if ".attn2." in name}
    firsts = {start: min(j for n, j in place.items() if n.startswith(f"{start}.attn2.")) for start in starts}

    def key(name: str) -> tuple[float, int]:
        start, _, rest = name.partition(".ff.")
        return (firsts[start] - 0.5, place[name]) if rest else (place[name], 0)

    return sorted(layers, key=key)


LISTS: dict[str, Callable[[dict[str, nn.Module]], list[str]]] = {
    "all layers of the UNet": list,
    "all layers of the UNet in an early order": early,
    "the layers that old trainers reached": lambda layers: [
        n
        for n in layers
        if n in ("conv_in", "conv_out")
        or "temp_convs" in n
        or "time_embedding" in n
        or (("temp_attentions" in n or "transformer_in" in n) and n.endswith(("proj_in", "proj_out")))
    ],
    "within Transformer2DModel, ResnetBlock2D": lambda layers: some(layers, ".attentions.", "resnets"),
    "within TransformerTemporalModel": lambda layers: some(layers, "temp_attentions", "transformer_in"),
    "MotionDirector, temporal": lambda layers: motion(layers, True),
    "MotionDirector, spatial": lambda layers: motion(layers, False),
}


@pytest.mark.parametrize("title", LISTS)
def test_a_nameless_list_is_told_by_number_and_shapes(ours, unet, tmp_path: Path, title: str):
    layers, plain, path = layers_of(unet), predict(unet), tmp_path / "unet.pt"
    apply(unet, nameless(path, layers, LISTS[title](layers)))
    ours.set_adapters(str(path))
    assert ours.adapters[0].format == f"a nameless list: {title}"
    assert_equal(ours, unet, plain)


@pytest.mark.parametrize(
    ("classes", "chosen"),
    [
        (["UNet3DConditionModel"], list),
        (["Transformer2DModel"], lambda layers: some(layers, ".attentions.")),
        (["TransformerTemporalModel"], lambda layers: some(layers, "temp_attentions", "transformer_in")),
        (["CrossAttention", "Attention", "GEGLU"], lambda layers: some(layers, ".attn", "ff.net.0.proj")),
        (["ResnetBlock2D", "TemporalConvLayer"], lambda layers: some(layers, "resnets", "temp_convs")),
        (["ResnetBlock2D"], lambda layers: some(layers, "time_emb_proj")),  # linear layers alone
    ],
)
def test_numbered_layers_are_those_within_the_classes(ours, unet, tmp_path: Path, classes, chosen):
    layers, plain, path = layers_of(unet), predict(unet), tmp_path / "lora.safetensors"
    apply(unet, numbered(path, {name: layers[name] for name in chosen(layers)}, classes))
    ours.set_adapters(str(path))
    assert_equal(ours, unet, plain)


def test_kohyas_file_with_alpha(ours, unet, tmp_path: Path):
    layers, plain, path = layers_of(unet), predict(unet), tmp_path / "lora.safetensors"
    apply(unet, kohya(path, layers, alpha=8.0), 0.8)
    ours.set_adapters(f"{path}:0.8")
    assert_equal(ours, unet, plain)


def test_diffusers_file_of_attention_processors(ours, unet, tmp_path: Path):
    layers, plain, path = layers_of(unet), predict(unet), tmp_path / "lora.safetensors"
    apply(unet, diffusers_old(path, layers))
    ours.set_adapters(str(path))
    assert_equal(ours, unet, plain)


def modelscopes(places: Places) -> Callable[[str], str]:
    """ModelScope's name of a layer with diffusers' name."""
    unet = TABLES["modelscope", "unet"]
    named = {}
    for name in places.unet:
        place = places.named[name]
        aliases = [n for n, p in places.named.items() if p == place and n != name]
        named[name] = aliases[0] if aliases else name
    assert unet
    return named.__getitem__


def test_stable_loras_kernels_under_diffusers_names(ours, unet, tmp_path: Path):
    layers, plain, path = layers_of(unet), predict(unet), tmp_path / "full_unet.safetensors"
    apply(unet, stable_lora(path, layers))
    ours.set_adapters(str(path))
    assert ours.adapters[0].format == "stable_lora"
    assert_equal(ours, unet, plain)


def test_stable_loras_webui_file_under_modelscopes_names(ours, unet, tmp_path: Path):
    layers, plain, path = layers_of(unet), predict(unet), tmp_path / "webui_10_x.safetensors"
    names = modelscopes(places(ours.unet, ours.checkpoint.text_encoder))
    apply(unet, stable_lora(path, layers, names, {"stable_lora_text_to_video": "v1"}))
    ours.set_adapters(str(path))
    assert ours.adapters[0].format == "stable_lora for A1111"
    assert_equal(ours, unet, plain)


def peft_model(network: nn.Module, **options) -> nn.Module:
    torch.manual_seed(0)
    config = LoraConfig(r=4, lora_alpha=6, init_lora_weights=False, bias="none", **options)
    return get_peft_model(deepcopy(network), config).eval()


@pytest.mark.parametrize(
    "options",
    [
        {"target_modules": ["to_q", "to_v"]},
        {"target_modules": None},
        {"target_modules": None, "use_rslora": True},
        {"target_modules": None, "rank_pattern": {"to_k": 2}, "alpha_pattern": {"attn1.to_q": 16, "to_k": 1}},
    ],
    ids=["attention", "all", "rslora", "patterns"],
)
@pytest.mark.parametrize("whole", [True, False], ids=["folder", "file"])
def test_pefts_own_files(ours, unet, tmp_path: Path, options: dict, whole: bool):
    every = {"target_modules": options["target_modules"] or list(layers_of(unet))}
    plain, model = predict(unet), peft_model(unet, **options | every)
    model.save_pretrained(tmp_path / "adapter")
    path = tmp_path / "adapter"
    ours.set_adapters(str(path if whole else path / "adapter_model.safetensors"))
    assert ours.adapters[0].format == "PEFT"
    assert_equal(ours, model, plain)


def test_pefts_file_for_the_text_encoder(ours, tmp_path: Path, folder: Path):
    from transformers import CLIPTextModel

    text = CLIPTextModel.from_pretrained(folder / "text_encoder").eval()
    model = peft_model(text, target_modules=["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"])
    model.save_pretrained(tmp_path / "adapter")
    with torch.no_grad():
        plain, expected = text(TOKENS).last_hidden_state, model(input_ids=TOKENS).last_hidden_state
        ours.set_adapters(str(tmp_path / "adapter"))
        torch.testing.assert_close(ours.runner.encode(TOKENS), expected, atol=1e-5, rtol=1e-5)
        assert (expected - plain).abs().max() > 0.05


@pytest.mark.parametrize("metadata", [True, False])
def test_diffusers_own_file_for_both_networks(ours, unet, folder: Path, tmp_path: Path, metadata: bool):
    from transformers import CLIPTextModel

    plain, text = predict(unet), CLIPTextModel.from_pretrained(folder / "text_encoder").eval()
    model = peft_model(unet, target_modules=list(layers_of(unet)))
    text = peft_model(text, target_modules=["q_proj", "fc1"])
    layers = [
        {name.removeprefix("base_model.model."): t for name, t in get_peft_model_state_dict(each).items()}
        for each in (model, text)
    ]
    scale = 1.0 if metadata else 4 / 6  # without metadata, alpha is taken as the rank
    more = {}
    if metadata:
        more = {
            "unet_lora_adapter_metadata": {"r": 4, "lora_alpha": 6},
            "text_encoder_lora_adapter_metadata": {"r": 4, "lora_alpha": 6},
        }
    TextToVideoSDPipeline.save_lora_weights(
        tmp_path,
        unet_lora_layers=layers[0],
        text_encoder_lora_layers=layers[1],
        **more,
    )
    for each in (model, text):
        for part in each.modules():
            if hasattr(part, "scaling"):
                part.scaling["default"] *= scale
    ours.set_adapters(str(tmp_path / "pytorch_lora_weights.safetensors"))
    assert_equal(ours, model, plain)
    with torch.no_grad():
        expected = text(input_ids=TOKENS).last_hidden_state
        torch.testing.assert_close(ours.runner.encode(TOKENS), expected, atol=1e-5, rtol=1e-5)


def test_kohyas_file_by_diffusers_converter(ours, unet, tmp_path: Path):
    """PEFT's layers, named as kohya's by diffusers' own function, as MCM's trainer can write them."""
    plain, model = predict(unet), peft_model(unet, target_modules=list(layers_of(unet)))
    state = {
        name.replace("base_model.model.", "unet."): t for name, t in get_peft_model_state_dict(model).items()
    }
    renamed = convert_state_dict_to_kohya(state)  # it writes the alphas, too, as large as the rank
    renamed = {n: torch.tensor(6.0) if n.endswith("alpha") else t.contiguous() for n, t in renamed.items()}
    save_file(renamed, tmp_path / "k.safetensors")
    ours.set_adapters(str(tmp_path / "k.safetensors"))
    assert_equal(ours, model, plain)


def guided_unet(unet: UNet3DConditionModel) -> UNet3DConditionModel:
    """The peer's network with a layer for the guidance whose base is 0, as ours takes it."""
    guided = UNet3DConditionModel.from_config(unet.config, time_cond_proj_dim=256).eval()
    state = unet.state_dict()
    state["time_embedding.cond_proj.weight"] = torch.zeros(unet.config.block_out_channels[0], 256)
    guided.load_state_dict(state)
    return guided


def test_t2v_turbos_list_and_its_guidance(ours, unet, tmp_path: Path):
    plain, guided, path = predict(unet), guided_unet(unet), tmp_path / "unet_lora.pt"
    layers = layers_of(guided)
    apply(guided, nameless(path, layers))
    ours.set_adapters(str(path))
    assert ours.adapters[0].format == "a nameless list: T2V-Turbo, all layers of the UNet"
    assert ours.adapters[0].guidance_width == ours.unet.config.guidance_width == 256
    results = []
    for scale in (2.0, 7.5):
        angles = 1000 * scale * torch.exp(-torch.arange(128) * torch.log(torch.tensor(10_000.0)) / 127)
        given = torch.cat([angles.sin(), angles.cos()])[None]  # the formula of the paper's pipeline, by hand
        with torch.no_grad():
            results.append(guided(X, TIME, TEXT, timestep_cond=given).sample)
            torch.testing.assert_close(ours.unet(X, TIME, TEXT, given), results[-1], atol=1e-5, rtol=1e-5)
        fast = ours.runner.predictor(TEXT, guidance=given)(X, TIME)[0]
        torch.testing.assert_close(fast, results[-1], atol=1e-5, rtol=1e-5)
    assert (results[0] - results[1]).abs().max() > 1e-3 and (results[0] - plain).abs().max() > 0.05
    ours.set_adapters()
    assert ours.unet.config.guidance_width == 0 and ours.unet.time.guidance is None
    torch.testing.assert_close(ours.unet(X, TIME, TEXT), plain, atol=1e-5, rtol=1e-5)


def test_a_folder_whose_network_reads_the_guidance(tmp_path: Path):
    """A merged T2V-Turbo saved by diffusers: time_cond_proj_dim in its config."""
    write_diffusers_folder(tmp_path)
    unet = guided_unet(UNet3DConditionModel.from_pretrained(tmp_path / "unet"))
    torch.nn.init.normal_(unet.time_embedding.cond_proj.weight)
    unet.save_pretrained(tmp_path / "unet")
    ours = TextToVideo.from_pretrained(tmp_path, device="cpu", dtype="float32")
    given = torch.randn(1, 256, generator=torch.Generator().manual_seed(4))
    with torch.no_grad():
        expected = unet(X, TIME, TEXT, timestep_cond=given).sample
        torch.testing.assert_close(ours.unet(X, TIME, TEXT, given), expected, atol=1e-5, rtol=1e-5)


@pytest.fixture(scope="module")
def full() -> tuple[dict[str, nn.Module], Places]:
    """The published network's layers, diffusers' own, and our places for them; neither has memory."""
    with torch.device("meta"):
        peer = UNet3DConditionModel(time_cond_proj_dim=256)
    with blank():
        unet, text = UNet3D(UNetConfig()), TextEncoder(TextConfig())
    return layers_of(peer), places(unet, text, 256)


def test_full_size_counts_and_bytes(full):
    layers, found = full
    counts = {order.title: len(order.layers) for order in unet_orders(found.unet)}
    first = next(unet_orders(found.unet)).layers
    assert first == list(layers)
    assert counts["T2V-Turbo, all layers of the UNet"] == 575
    assert counts["all layers of the UNet"] == 574 == 1148 // 2
    assert counts["the layers that old trainers reached"] == 252 // 2
    assert counts["MotionDirector, temporal"] == 340 // 2
    assert counts["MotionDirector, spatial"] == 192 // 2
    shapes = [found.named[name].shape for name in first]
    sizes = [(s[0] + torch.Size(s[1:]).numel()) * min(32, *s[:2]) for s in shapes]
    assert 4 * sum(sizes) == 233_990_784


def mcm_targets(names: list[str]) -> list[str]:
    """MCM's filter, by its trainer: these endings, except names with both "temp" and "conv"."""
    ends = """to_q to_k to_v to_out.0 proj_in proj_out ff.net.0.proj ff.net.2 conv1 conv2 conv_shortcut
        downsamplers.0.conv upsamplers.0.conv time_emb_proj""".split()
    return [n for n in names if n.endswith(tuple(ends)) and not ("temp" in n and "conv" in n)]


def test_mcms_modules_all_have_a_place(full):
    layers, found = full
    chosen = mcm_targets(list(layers))
    assert len(chosen) == 482 and all(name in found.named for name in chosen)
    tensors = {found.named[name].tensor for name in chosen}
    assert len(tensors) == 482  # each in a tensor of its own


def test_the_text_encoders_lists(folder: Path, ours: TextToVideo, tmp_path: Path):
    from transformers import CLIPTextModel

    text = CLIPTextModel.from_pretrained(folder / "text_encoder").eval()
    layers = layers_of(text)
    assert [name.rpartition(".")[2] for name in layers][:6] == "k_proj v_proj q_proj out_proj fc1 fc2".split()
    with torch.no_grad():
        plain = text(TOKENS).last_hidden_state
        apply(text, nameless(tmp_path / "text_encoder.pt", layers))
        expected = text(TOKENS).last_hidden_state
        ours.set_adapters(str(tmp_path / "text_encoder.pt"))
        torch.testing.assert_close(ours.runner.encode(TOKENS), expected, atol=1e-5, rtol=1e-5)
    assert (expected - plain).abs().max() > 0.05


def test_two_scales_are_for_space_and_time(ours, unet, tmp_path: Path):
    layers, plain, path = layers_of(unet), predict(unet), tmp_path / "lora.safetensors"
    deltas: Deltas = kohya(path, layers, alpha=8.0)
    temporal = {n for n in deltas if "temp" in n or "transformer_in" in n}
    apply(unet, {n: d for n, d in deltas.items() if n not in temporal}, 0.8)
    apply(unet, {n: d for n, d in deltas.items() if n in temporal}, 0.3)
    ours.set_adapters(f"{path}:0.8/0.3")
    assert ours.adapters[0].name == "lora.safetensors:0.8/0.3"
    assert_equal(ours, unet, plain)


def test_adapters_add_up(ours, unet, tmp_path: Path):
    layers, plain = layers_of(unet), predict(unet)
    apply(unet, kohya(tmp_path / "a.safetensors", layers, alpha=6.0), 0.5)
    apply(unet, nameless(tmp_path / "b.pt", layers, motion(layers, True)), -0.7)
    ours.set_adapters(f"{tmp_path}/a.safetensors:0.5", f"{tmp_path}/b.pt:-0.7")
    assert_equal(ours, unet, plain)

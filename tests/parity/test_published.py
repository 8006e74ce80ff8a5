"""Whole videos of folders in the forms in which they were published are those of TextToVideoSDPipeline.

One random model, its files rewritten by hand as older programs wrote them. Both sides load the same folder.
"""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree, rmtree

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, TextToVideoSDPipeline
from safetensors.torch import load_file, save_file
from torch import Tensor

from t2v import TextToVideo
from t2v.checkpoints import load

from . import test_videos
from .peers import Peers
from .published import NEW_CONFIG, OLD_CONFIG, OLD_MAP, OLD_UNET, SCHEDULERS, TOKENIZERS, vocabulary, write
from .test_tokenizers import open_clip_merges

SIZE = {"height": 32, "width": 40}
NOISE = torch.randn(1, 4, 3, 4, 5, generator=torch.Generator().manual_seed(0))
PROMPTS = {
    "plain": ("a panda on a green background", ""),
    "exclamation": ("Wow!! a panda!", "no cats!"),
    "signs": ("the panda’s “caf\u00e9” &amp; ﬁsh &lt;b&gt;", "ｂｌｕｒ"),
    "long": ("a panda eats bamboo, " * 30 + "wow!", "blurry! " * 60),
}


def edit(file: Path, drop: tuple[str, ...] = (), **values: object) -> None:
    kept = {key: value for key, value in json.loads(file.read_text()).items() if key not in drop}
    file.write_text(json.dumps(kept | values))


def rewrite(file: Path, change: Callable[[dict[str, Tensor]], dict[str, Tensor]], suffix: str) -> None:
    """A part's weights, changed, as safetensors or .bin under transformers' and diffusers' usual names."""
    tensors = change(load_file(file))
    file.unlink()
    if suffix == "safetensors":
        save_file(tensors, file)
    else:
        stem = "pytorch_model" if file.stem == "model" else file.stem
        torch.save(tensors, file.with_name(f"{stem}.bin"))


def use_tokenizer(folder: Path, **files: dict) -> None:
    rmtree(folder / "tokenizer")
    write(folder / "tokenizer", **vocabulary(open_clip_merges()) | files)


def use_scheduler(folder: Path, kind: str) -> None:
    (folder / "scheduler/scheduler_config.json").write_text(
        json.dumps({"_class_name": kind} | SCHEDULERS[kind])
    )
    edit(folder / "model_index.json", scheduler=["diffusers", kind])


def old_attention(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    renamed = {}
    for name, tensor in tensors.items():
        for new, former in old.items():
            name = name.replace(f".{new}.", f".{former}.")
        renamed[name] = tensor
    assert sum(".query." in name for name in renamed) == 4
    return renamed


def with_root(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """As CLIPTextModel's files were until transformers 5, with the buffer that they had until 4.31."""
    rooted = {name if "text_model." in name else f"text_model.{name}": t for name, t in tensors.items()}
    return rooted | {"text_model.embeddings.position_ids": torch.arange(77)[None]}


def of_early_2023(folder: Path) -> None:
    """text-to-video-ms-1.7b's own forms: diffusers 0.15, transformers 4.26."""
    use_tokenizer(folder, tokenizer_config=OLD_CONFIG, special_tokens_map=OLD_MAP)
    use_scheduler(folder, "DDIMScheduler")
    edit(folder / "model_index.json", _diffusers_version="0.15.0.dev0", safety_checker=[None, None])
    edit(folder / "unet/config.json", **OLD_UNET)
    edit(folder / "vae/config.json", drop=("scaling_factor", "force_upcast", "latents_mean", "latents_std"))
    rewrite(folder / "vae/diffusion_pytorch_model.safetensors", old_attention, "bin")
    rewrite(folder / "text_encoder/model.safetensors", with_root, "bin")
    rewrite(folder / "unet/diffusion_pytorch_model.safetensors", dict, "bin")


def of_late_2023(folder: Path) -> None:
    """Zeroscope's forms, with files beside the folders' own."""
    use_tokenizer(folder, tokenizer_config=NEW_CONFIG | CLIPS_DECODER, special_tokens_map=OLD_MAP)
    use_scheduler(folder, "DPMSolverMultistepScheduler")
    edit(folder / "model_index.json", _class_name="VideoToVideoSDPipeline", requires_safety_checker=False)
    edit(folder / "unet/config.json", **OLD_UNET, attention_head_dim=16, num_attention_heads=None)
    edit(
        folder / "vae/config.json",
        scaling_factor=0.2,
        force_upcast=True,
        latents_mean=None,
        shift_factor=None,
    )
    rewrite(folder / "text_encoder/model.safetensors", with_root, "safetensors")
    (folder / "zs2_576w").mkdir()
    (folder / "zs2_576w/text2video_pytorch_model.pth").write_bytes(b"not read")
    torch.save({"conv_in.weight": torch.zeros(1)}, folder / "unet/diffusion_pytorch_model.bin")


CLIPS_DECODER = {
    "added_tokens_decoder": {
        number: {"content": word, "lstrip": False, "normalized": word != "!", "rstrip": False}
        | {"single_word": False, "special": True}
        for number, word in (("0", "!"), ("49406", "<|startoftext|>"), ("49407", "<|endoftext|>"))
    }
}


def whole_clip(folder: Path) -> None:
    """The text encoder of a whole CLIP: its sizes in a section of the config."""
    file = folder / "text_encoder/config.json"
    text = json.loads(file.read_text())
    file.write_text(json.dumps({"model_type": "clip", "architectures": ["CLIPModel"], "text_config": text}))
    rewrite(folder / "text_encoder/model.safetensors", with_root, "safetensors")


def other_tokenizer(form: str) -> Callable[[Path], None]:
    return lambda folder: use_tokenizer(folder, **TOKENIZERS[form])


FORMS: dict[str, Callable[[Path], None]] = {
    "today's": lambda folder: None,
    "early 2023": of_early_2023,
    "late 2023": of_late_2023,
    "a whole CLIP": whole_clip,
    "Stable Diffusion 1's padding": other_tokenizer("Stable Diffusion 1"),
    "padding with a word": other_tokenizer("padding with a word"),
    "few places": other_tokenizer("few places"),
}


@pytest.fixture
def folder(request: pytest.FixtureRequest, diffusers_model: tuple[Path, object], tmp_path: Path) -> Path:
    folder = copytree(diffusers_model[0], tmp_path / "model")
    request.param(folder)
    return folder


def assert_same_videos(folder: Path, prompts: list[tuple[str, str]], **parts: object) -> None:
    """At most 1 of 255 apart at any pixel; `parts` are those of their pipeline that the folder leaves as
    they were."""
    ours = TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")
    theirs = TextToVideoSDPipeline.from_pretrained(folder, **parts)
    theirs.set_progress_bar_config(disable=True)
    # A class that never clips leaves clip_sample out, and DDIM would take its own default for it.
    theirs.scheduler = DDIMScheduler.from_config(theirs.scheduler.config, clip_sample=False)
    for prompt, negative in prompts:
        words = {"prompt": prompt, "negative_prompt": negative, "latents": NOISE}
        own = ours(**words, frames=3, steps=3, guidance=9.0, sampler="ddim", **SIZE).frames
        made = theirs(
            **words, num_frames=3, num_inference_steps=3, guidance_scale=9.0, output_type="np", **SIZE
        )
        assert np.abs(own - 255 * made.frames[0]).max() <= 1, prompt[:40]
        assert own.std() > 20


@pytest.mark.parametrize("folder", FORMS.values(), ids=FORMS, indirect=True)
def test_videos_of_every_form(folder: Path):
    assert_same_videos(folder, list(PROMPTS.values()))


@pytest.mark.parametrize("kind", SCHEDULERS)
def test_videos_whatever_the_scheduler(diffusers_model: tuple[Path, object], tmp_path: Path, kind: str):
    folder = copytree(diffusers_model[0], tmp_path / "model")
    use_scheduler(folder, kind)
    assert_same_videos(folder, [PROMPTS["plain"]], **test_videos.their_networks(diffusers_model[0]))


def test_a_scheduler_file_without_its_class(diffusers_model: tuple[Path, object], tmp_path: Path):
    folder = copytree(diffusers_model[0], tmp_path / "model")
    use_scheduler(folder, "PNDMScheduler")
    edit(folder / "scheduler/scheduler_config.json", drop=("_class_name",))
    assert_same_videos(folder, [PROMPTS["plain"]], **test_videos.their_networks(diffusers_model[0]))


@pytest.mark.parametrize(
    ("heads", "fits"), [([16, 16], True), (16, True), (None, False), ([8, 16], False), ("16", False)]
)
def test_forms_of_a_heads_width(
    diffusers_model: tuple[Path, object], tmp_path: Path, heads: object, fits: bool
):
    folder = copytree(diffusers_model[0], tmp_path / "model")
    edit(folder / "unet/config.json", attention_head_dim=heads)
    if fits:
        assert load(folder).unet.config.head_width == 16
        return
    with pytest.raises(ValueError, match="attention_head_dim|multiple of 64|another shape"):
        load(folder)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_modelscopes_reading_of_prompts(
    modelscope_model: tuple[Path, Peers], prompt: str, monkeypatch: pytest.MonkeyPatch
):
    """Its files are read by open_clip's rules, which ModelScope calls itself."""
    monkeypatch.setattr(test_videos, "PROMPT", PROMPTS[prompt][0])
    monkeypatch.setitem(test_videos.VIDEO, "height", 48)
    monkeypatch.setitem(test_videos.VIDEO, "width", 64)
    folder, peers = modelscope_model
    own = test_videos.ours(folder, steps=5, guidance=9.0)
    test_videos.assert_same(own, test_videos.modelscope_video(peers, 5))

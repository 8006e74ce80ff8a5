"""What a video is given: frames and parts that stay, by rounds or at time 0, and what is joined to it."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from t2v import Request, RequestError, TextToVideo, Video
from t2v.checkpoints.configs import Config
from t2v.checkpoints.errors import CheckpointError
from t2v.checkpoints.model_settings import _stated
from t2v.defaults import ModelDefaults
from t2v.diffusion import SAMPLERS, Hop, Level
from t2v.diffusion.rounds import noised_again
from t2v.given import Given

from .common import apart
from .pictures import numbered, quarters
from .tiny_model import write_diffusers

SIDE = 16
SMALL = {"frames": 5, "width": SIDE, "height": SIDE, "steps": 4, "guidance": 3.0, "seed": 3}
TAKES = ("ddim", "dpmpp_2m", "unipc", "euler", "lcm")


@pytest.fixture(scope="module")
def pipe(tmp_path_factory: pytest.TempPathFactory) -> TextToVideo:
    return TextToVideo.from_pretrained(write_diffusers(tmp_path_factory.mktemp("tiny")), "cpu", "float32")


@cache
def embedded() -> TextToVideo:
    return TextToVideo.from_pretrained(device="cpu", dtype="float32")


def scene(frames: int = 7, side: int = SIDE) -> np.ndarray:
    """Frames uint8 (f h w 3) that differ from one another."""
    return np.random.default_rng(0).integers(0, 256, (frames, side, side, 3), np.uint8)


def through_vae(pipe: TextToVideo, frames: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return pipe.codec.decode(pipe.codec.encode(frames))


@pytest.mark.parametrize("rounds", [1, 3])
@pytest.mark.parametrize("sampler", TAKES)
def test_kept_frames_are_the_sources_to_the_vaes_error(pipe: TextToVideo, sampler: str, rounds: int):
    made = pipe("a", source=scene(), keep=2, rounds=rounds, sampler=sampler, **SMALL)
    assert apart(made.frames[:2], through_vae(pipe, scene()[-2:])) <= 1
    assert apart(made.frames[2:], through_vae(pipe, scene()[-1:]).repeat(3, 0)) > 20
    assert set(TAKES) == set(SAMPLERS)


@pytest.mark.parametrize("keep", [1, 3])
def test_a_continued_video_is_joined_without_a_doubled_frame(pipe: TextToVideo, keep: int):
    made = pipe("a", source=scene(), keep=keep, rounds=1, **SMALL)
    assert len(made.joined) == 7 + 5 - keep and len(made) == 5
    assert np.array_equal(made.joined[: 7 - keep], scene()[: 7 - keep])
    assert np.array_equal(made.joined[7 - keep :], made.frames)
    assert made.joined.request == made.request and made.joined.source == made.source != ""
    assert made.joined.joined == made.joined


def test_a_video_that_continues_nothing_is_its_own_joined(pipe: TextToVideo, tmp_path: Path):
    for given in ({}, {"source": scene(), "strength": 0.5}, {"source": quarters(SIDE, SIDE), "keep": 1}):
        made = pipe("a", **given, **SMALL)
        assert made.joined is made
    assert Video.open(made.save(tmp_path / "a.mp4")).before is None


def test_first_and_last_pictures_are_both_reached(pipe: TextToVideo):
    first, last = scene()[:1], scene()[3:4]
    made = pipe("a", source=first, end=last[0], **SMALL)
    assert (made.request.keep, made.request.strength, made.request.rounds) == (1, 1.0, 4)
    assert apart(made.frames[[0, -1]], through_vae(pipe, np.concatenate([first, last]))) <= 1
    alone = pipe("a", end=Image.fromarray(last[0]), rounds=1, **SMALL)
    assert apart(alone.frames[-1:], through_vae(pipe, last)) <= 1
    assert alone.request.keep == 0 and alone.source not in ("", made.source)


def test_a_mask_keeps_what_it_keeps(pipe: TextToVideo):
    mask = np.zeros((SIDE, SIDE), bool)
    mask[:, SIDE // 2 :] = True
    with torch.inference_mode():
        clean = pipe.codec.encode(scene()[:5])
    ends: list[Tensor] = []
    pipe("a", source=scene(), mask=mask, on_step=lambda k, n, x0: ends.append(x0), **SMALL)
    half = clean.shape[-1] // 2
    assert (ends[-1] - clean)[..., :half].abs().max() < 1e-4
    assert (ends[-1] - clean)[..., half:].abs().max() > 0.1
    assert len(ends) == 4 * 4, "four rounds"
    grey = Image.fromarray(mask.astype(np.uint8) * 255)
    by_array, by_picture = (pipe("a", source=scene(), mask=m, rounds=1, **SMALL) for m in (mask, grey))
    assert by_array == by_picture and by_array.source == by_picture.source


@pytest.mark.parametrize("settings", [{"keep": 2}, {"keep": 2, "strength": 0.5}, {"mask": True}])
def test_what_is_known_is_pasted_exactly_at_the_end(pipe: TextToVideo, settings: dict):
    """Also where the last step of ddim leaves a little noise."""
    mask = np.tile(np.arange(SIDE) < SIDE // 2, (SIDE, 1)) if "mask" in settings else None
    made = pipe("a", source=scene(5), rounds=2, eta=1.0, **SMALL | settings | {"mask": mask})
    known = made.request
    given = Given.of(scene(5), None, mask)
    with torch.inference_mode():
        clean = pipe.codec.encode(given.frames_for(known))[0].numpy()
    kept = np.broadcast_to(given.known_for(known, pipe.vae.config.factor), clean.shape)
    assert 0 < kept.mean() < 1
    assert np.array_equal(made.latents.array[kept], clean[kept])
    assert (made.latents.array != clean)[~kept].all()


def test_a_place_is_kept_only_if_all_its_pixels_are(pipe: TextToVideo):
    mask = np.zeros((SIDE, SIDE), bool)
    mask[5, 7] = True
    seen: list[Tensor] = []
    pipe("a", source=scene(), mask=mask, rounds=1, on_step=lambda k, n, x0: seen.append(x0), **SMALL)
    with torch.inference_mode():
        changed = (seen[-1] - pipe.codec.encode(scene()[:5])).abs().amax((0, 1)) > 1e-3
    factor = pipe.vae.config.factor
    assert changed[:, 5 // factor, 7 // factor].all() and changed.sum() == 5


def test_strength_0_is_the_source_and_strength_1_is_text_to_video():
    source, size = scene(4, 64), {"frames": 4, "width": 64, "height": 64, "seed": 5}
    unchanged = embedded()("a panda", source=source, strength=0, **size)
    assert apart(unchanged.frames, through_vae(embedded(), source)) <= 1
    assert embedded()("a panda", source=source, strength=1, **size) == embedded()("a panda", **size)


@pytest.mark.parametrize("known", ["times", "rounds"])
def test_a_model_that_was_trained_so_is_given_known_frames_clean_at_time_0(
    pipe: TextToVideo, known: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pipe, "native", replace(pipe.native, known=known))
    seen: list[tuple[Tensor, Tensor]] = []
    hook = pipe.unet.register_forward_pre_hook(lambda unet, given: seen.append(given[:2]))
    try:
        made = pipe("a", source=scene(), keep=2, **SMALL)
    finally:
        hook.remove()
    with torch.inference_mode():
        clean = pipe.codec.encode(scene()[-2:])
    assert made.request.rounds == (1 if known == "times" else 4)
    assert len(seen) == 4 * made.request.rounds * 2, "steps, rounds and texts"
    for x, t in seen:
        given = torch.equal(x[:, :, :2], clean)
        if known == "times":
            assert given and t.shape == (1, 5) and (t[0, :2] == 0).all() and len(t[0, 2:].unique()) == 1
        else:
            assert not given and t.shape == (1,)
    assert apart(made.frames[:2], through_vae(pipe, scene()[-2:])) <= 1


def test_both_paths_of_the_network_agree_on_known_frames(pipe: TextToVideo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pipe, "native", replace(pipe.native, known="times"))
    fast = pipe("a", source=scene(), keep=2, **SMALL)
    hook = pipe.unet.register_forward_hook(lambda *_: None)
    try:
        assert apart(pipe("a", source=scene(), keep=2, **SMALL).frames, fast.frames) <= 1
    finally:
        hook.remove()


def test_noise_is_added_again_to_the_level_before_the_hop():
    now, after = Level(0.6, 0.8), Level(0.8, 0.6)
    generator = torch.Generator().manual_seed(0)
    epsilon = torch.randn(1, 4, 16, 32, 32, generator=generator)
    again = noised_again(0.8 * 5 + 0.6 * epsilon, Hop(500.0, now, after), generator)
    assert again.mean() == pytest.approx(0.6 * 5, abs=0.02) and again.std() == pytest.approx(0.8, abs=0.01)
    same = torch.ones(2, 3)
    assert torch.equal(noised_again(same, Hop(1.0, now, now), generator), same)


def test_rounds_are_counted_as_steps_and_one_changes_nothing(pipe: TextToVideo):
    steps: list[tuple[int, int]] = []
    made = pipe("a", source=scene(), keep=1, on_step=lambda k, n, x0: steps.append((k, n)), **SMALL)
    assert steps == [(k, 16) for k in range(1, 17)] and made.request.walked == 16
    assert Request("a", strength=0.5, steps=10, rounds=3).validate(source=True).walked == 15
    assert Request("a", strength=0).validate(source=True).walked == 1
    assert Request("a", steps=7).validate().walked == 7


DEFAULTS = {
    "changed": ({}, {"source": True}, (0.6, 0, 1)),
    "kept": ({"keep": 2}, {"source": True}, (1.0, 2, 4)),
    "both ends": ({}, {"source": True, "end": True}, (1.0, 1, 4)),
    "changed to an end": ({"strength": 0.5}, {"source": True, "end": True}, (0.5, 0, 4)),
    "an end": ({}, {"end": True}, (1.0, 0, 4)),
    "a part": ({}, {"source": True, "mask": True}, (1.0, 0, 4)),
    "nothing": ({}, {}, (1.0, 0, 1)),
}


@pytest.mark.parametrize(("given", "there", "right"), DEFAULTS.values(), ids=DEFAULTS)
def test_the_defaults_say_what_is_meant(given: dict, there: dict, right: tuple):
    for known in ("rounds", "times"):
        complete = Request("a", **given).validate(ModelDefaults(known=known), **there)
        rounds = 1 if known == "times" and "mask" not in there else right[2]
        assert (complete.strength, complete.keep, complete.rounds) == (*right[:2], rounds)


WRONG = {
    "a mask alone": ({"mask": np.ones((8, 8), bool)}, "^mask: .*source= or --from"),
    "a mask of numbers": ({"source": scene(), "mask": np.ones(8, bool)}, r"^mask: must be \(h w\)"),
    "a mask of text": ({"source": scene(), "mask": "no.png"}, "^mask: no.png isn't there"),
    "an end that isn't there": ({"end": "no.png"}, "^end: no.png isn't there"),
    "rounds without a source": ({"rounds": 2}, "^rounds: .*none is given"),
    "no rounds": ({"source": scene(), "rounds": 0}, "^rounds: must be a whole number from 1 to 32"),
    "a loop with an end": ({"end": quarters(SIDE, SIDE), "loop": True}, "^loop: .*first and last"),
    "more than there are": ({"source": scene(2), "keep": 3}, "^keep: must be at most 2"),
}


@pytest.mark.parametrize(("given", "words"), WRONG.values(), ids=WRONG)
def test_what_doesnt_fit_together_is_named(pipe: TextToVideo, given: dict, words: str):
    with pytest.raises(RequestError, match=words):
        pipe("a", **given, **SMALL)


def test_a_model_states_what_it_was_trained_for():
    assert _stated(Config({"known": "times"}, "t2v.json")).known == "times"
    with pytest.raises(CheckpointError, match="known"):
        _stated(Config({"known": "perhaps"}, "t2v.json"))


def test_of_a_source_that_was_cut_only_the_end_is_joined(pipe: TextToVideo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("t2v.given.ENDS", 3)
    made = pipe("a", source=numbered(6, SIDE, SIDE), keep=1, rounds=1, **SMALL)
    assert np.array_equal(made.joined[:2], numbered(6, SIDE, SIDE)[3:5])

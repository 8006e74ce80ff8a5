"""Videos that start from a source: what strength and keep mean, on a tiny model and the embedded one."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from t2v import Request, RequestError, Source, TextToVideo, Video
from t2v.diffusion import SAMPLERS

from .tiny_model import write_diffusers

SMALL = {"frames": 5, "width": 16, "height": 24, "steps": 4, "guidance": 2.0, "seed": 7}


@pytest.fixture(scope="module")
def pipe(tmp_path_factory: pytest.TempPathFactory) -> TextToVideo:
    folder = write_diffusers(tmp_path_factory.mktemp("models") / "tiny")
    return TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")


def clip(frames: int = 5, seed: int = 0) -> np.ndarray:
    """Smooth random frames, uint8 (f 24 16 3)."""
    coarse = np.random.default_rng(seed).integers(0, 256, (frames, 3, 2, 3), dtype=np.uint8)
    return np.stack([np.asarray(Image.fromarray(frame).resize((16, 24))) for frame in coarse])


@torch.inference_mode()
def through_the_vae(pipe: TextToVideo, frames: np.ndarray) -> np.ndarray:
    """The frames encoded and decoded again."""
    return pipe.codec.decode(pipe.codec.encode(frames))


def apart(a: np.ndarray, b: np.ndarray) -> int:
    return int(np.abs(a.astype(int) - b).max())


def test_strength_zero_is_the_source_itself_through_the_vae(pipe: TextToVideo):
    video = pipe("a panda", source=clip(), strength=0, **SMALL)
    assert apart(video.frames, through_the_vae(pipe, clip())) == 0


def test_a_little_strength_stays_nearer_to_the_source(pipe: TextToVideo):
    plain = through_the_vae(pipe, clip()).astype(int)
    distances = [
        np.abs(pipe("a panda", source=clip(), strength=strength, **SMALL).frames - plain).mean()
        for strength in (0.25, 0.5, 1)
    ]
    assert distances == sorted(set(distances))


def test_only_the_last_hops_are_walked(pipe: TextToVideo):
    told = []
    pipe("a panda", source=clip(), strength=0.6, on_step=lambda *step: told.append(step[:2]), **SMALL)
    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("given", [{"keep": 1}, {"keep": 2, "strength": 0.5}, {"keep": 5, "strength": 1}])
def test_kept_frames_are_the_sources_within_the_vaes_error(pipe: TextToVideo, sampler: str, given: dict):
    video = pipe("a panda", source=clip(), sampler=sampler, rounds=1, **SMALL, **given)
    keep = given["keep"]
    first = clip()[:keep] if given.get("strength", 1) < 1 else clip()[-keep:]
    assert apart(video.frames[:keep], through_the_vae(pipe, first)) <= 1
    if keep < 5:
        alone = pipe("a panda", sampler=sampler, **SMALL).frames
        assert apart(video.frames[keep:], alone[keep:]) > 0  # the others fit them


def test_a_picture_is_animated(pipe: TextToVideo):
    picture = Image.fromarray(clip(1)[0])
    video = pipe("a panda", source=picture, keep=1, **SMALL)
    assert video.request.strength == 1 and video.request.keep == 1
    assert apart(video.frames[:1], through_the_vae(pipe, clip(1))) <= 1


def test_frames_that_continue_a_source_start_from_noise_alone(pipe: TextToVideo):
    """Whatever else the source shows, only the kept frames count."""
    longer = np.concatenate([clip(4, seed=9), clip(2)])
    videos = [
        pipe("a panda", source=source, keep=2, rounds=1, **SMALL).frames for source in (longer, clip(2))
    ]
    assert np.array_equal(*videos)


def test_a_short_source_is_held_at_its_end_where_it_is_changed(pipe: TextToVideo):
    held = np.concatenate([clip(2), clip(2)[-1:].repeat(3, axis=0)])
    videos = [pipe("a panda", source=source, strength=0.5, **SMALL).frames for source in (clip(2), held)]
    assert np.array_equal(*videos)


def test_the_same_source_and_seed_give_the_same_bits_from_a_file_too(pipe: TextToVideo, tmp_path: Path):
    Image.fromarray(clip(1)[0]).save(tmp_path / "picture.png")
    ways = (clip(1), clip(1)[0], Source.of(clip(1)), tmp_path / "picture.png", torch.from_numpy(clip(1)))
    first, *others = [pipe("a panda", source=way, keep=1, rounds=1, **SMALL).frames for way in ways]
    assert all(np.array_equal(first, other) for other in others)


def test_latents_replace_the_noise_at_the_first_hop(pipe: TextToVideo):
    own = torch.randn(1, 4, 5, 12, 8, generator=torch.Generator().manual_seed(7))
    seeded, given = (
        pipe("a panda", source=clip(), strength=0.5, latents=latents, **SMALL).frames
        for latents in (None, own)
    )
    assert np.array_equal(seeded, given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"strength": 0.5}, "strength: says what to do with a source"),
        ({"keep": 2}, "keep: says what to do with a source"),
        ({"strength": 1.5, "source": clip()}, "strength: must be a number from 0 to 1"),
        ({"keep": 6, "source": clip(9)}, "keep: must be at most the 5 frames"),
        ({"keep": 3, "source": clip(2)}, "keep: must be at most 2"),
        ({"source": "there is no such file.mp4"}, "source: "),
        ({"image": clip()}, "image: is not a setting; it is called source here"),
    ],
)
def test_what_is_wrong_is_named_before_any_work(pipe: TextToVideo, given: dict, message: str, monkeypatch):
    monkeypatch.setattr(pipe.runner, "encode", None)
    with pytest.raises(RequestError, match=message):
        pipe("a panda", **SMALL, **given)


def test_a_record_without_a_source_is_made_again_as_it_is(pipe: TextToVideo):
    video = pipe("a panda", **SMALL)
    assert (video.request.strength, video.request.keep) == (1.0, 0)
    assert np.array_equal(pipe(Request.from_json(video.request.to_json())).frames, video.frames)


def test_the_embedded_model_keeps_the_first_frame_and_goes_on():
    pipe = TextToVideo.from_pretrained("emoji", device="cpu", dtype="float32")
    settings = {"frames": 4, "width": 128, "height": 128, "seed": 3}
    first = pipe("a panda on a green background", **settings)
    video = pipe("a panda on a green background", source=first, keep=1, steps=8, **settings)
    error = np.abs(video.frames[0].astype(int) - first.frames[-1]).mean()
    assert error < 6, error


def test_the_sources_digest_is_in_the_file(pipe: TextToVideo, tmp_path: Path):
    made = pipe("a panda", source=clip(), strength=0.5, **SMALL)
    assert made.source == Source.of(clip()).digest
    opened = Video.open(made.save(tmp_path / "panda.webp"))
    assert opened.settings == made.settings
    assert pipe("a panda", **SMALL).source == ""

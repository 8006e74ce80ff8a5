"""TextToVideo from end to end on a tiny random model; tests/parity shows that they are the peers'."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from t2v import Request, RequestError, TextToVideo, Video, VideoError
from t2v.codec import to_pixels
from t2v.errors import NotFiniteError
from t2v.runtime.fast_unet import FastUNet
from t2v.version import VERSION

from .common import apart, relative

SMALL = {"frames": 3, "width": 16, "height": 24, "steps": 4}
PANDA = Request("a panda", seed=7, **SMALL)


@pytest.fixture(scope="module")
def shared(folder: Path) -> TextToVideo:
    """For tests that leave it as it was."""
    return TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")


@pytest.fixture
def pipe(folder: Path) -> TextToVideo:
    """For tests that break it."""
    return TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")


def latents(seed: int = 3) -> Tensor:
    return torch.randn(1, 4, 3, 12, 8, generator=torch.Generator().manual_seed(seed))


def test_a_video_knows_how_it_was_made(shared: TextToVideo, tmp_path: Path):
    video = shared(PANDA)
    assert (video.frames.shape, video.frames.dtype) == ((3, 24, 16, 3), np.uint8)
    assert video.request == PANDA.validate(shared.native)
    assert (video.model, video.revision, video.version) == ("tiny", "", VERSION)
    again = Video.open(video.save(tmp_path / "panda.mp4"))
    assert again.settings == video.settings


def test_what_is_left_out_is_the_models_own(shared: TextToVideo):
    request = shared("a panda", steps=1, frames=1).request
    assert (request.width, request.height) == (shared.native.width, shared.native.height) == (16, 16)
    assert (request.sampler, request.guidance, request.fps) == ("ddim", 9.0, 8)


def test_the_same_request_gives_the_same_bits(shared: TextToVideo, folder: Path):
    other = TextToVideo.from_pretrained(str(folder), device=torch.device("cpu"), dtype=torch.float32)
    frames = shared(PANDA).frames
    assert np.array_equal(shared(PANDA).frames, frames)
    assert np.array_equal(other("a panda", seed=7, **SMALL).frames, frames)
    assert np.array_equal(shared(prompt="a panda", seed=7, **SMALL).frames, frames)


def test_seed_prompt_and_negative_prompt_matter(shared: TextToVideo):
    frames = shared(PANDA).frames
    for change in ({"seed": 8}, {"seed": 0}, {"prompt": "a cat"}, {"negative_prompt": "a cat"}):
        given = {"prompt": "a panda", "seed": 7, **SMALL, **change}
        assert not np.array_equal(shared(**given).frames, frames), change


def test_a_seed_that_nobody_chose_is_told(shared: TextToVideo):
    first, second = (shared("a panda", **SMALL) for _ in range(2))
    assert first.request.seed != second.request.seed
    assert np.array_equal(shared(first.request).frames, first.frames)


def test_seed_zero_is_a_seed(shared: TextToVideo):
    assert shared("a panda", seed=0, **SMALL).request.seed == 0


@pytest.mark.parametrize("sampler", ["ddim", "dpmpp_2m", "unipc", "euler"])
def test_every_step_is_told(shared: TextToVideo, sampler: str):
    told = []
    shared(
        Request("a panda", seed=1, sampler=sampler, **SMALL),
        on_step=lambda step, steps, x0: told.append((step, steps, tuple(x0.shape))),
    )
    assert told == [(step, 4, (1, 4, 3, 12, 8)) for step in (1, 2, 3, 4)]


def test_raising_in_on_step_stops(shared: TextToVideo, tmp_path: Path):
    steps = []

    def stop(step: int, steps_: int, x0: Tensor) -> None:
        steps.append(step)
        if step == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shared({"text": "a panda", **SMALL}, on_step=stop, output_video=tmp_path / "panda.mp4")
    assert steps == [1, 2]
    assert list(tmp_path.iterdir()) == []
    assert shared(PANDA).frames.shape == (3, 24, 16, 3)


def test_latents_replace_the_seeds_noise(shared: TextToVideo):
    one, other = (shared("a panda", seed=seed, latents=latents(), **SMALL) for seed in (1, 2))
    assert np.array_equal(one.frames, other.frames)
    own = torch.randn(1, 4, 3, 12, 8, generator=torch.Generator().manual_seed(7))
    assert np.array_equal(shared(PANDA, latents=own).frames, shared(PANDA).frames)


@pytest.mark.parametrize("shape", [(1, 4, 3, 8, 12), (2, 4, 3, 12, 8), (4, 3, 12, 8), (1, 4, 16, 12, 8)])
def test_latents_of_a_wrong_shape_are_refused(shared: TextToVideo, shape: tuple[int, ...]):
    with pytest.raises(RequestError, match=r"latents: must have the shape \(1, 4, 3, 12, 8\)"):
        shared(PANDA, latents=torch.zeros(shape))


def test_noise_that_ddim_adds_is_fresh(shared: TextToVideo):
    """It is drawn after the initial noise, and is the same whether the caller brings that noise or not."""
    request = Request("a panda", seed=7, eta=1.0, **SMALL)
    own = torch.randn(1, 4, 3, 12, 8, generator=torch.Generator().manual_seed(7))
    frames = shared(request).frames
    assert np.array_equal(shared(request, latents=own).frames, frames)
    assert np.array_equal(shared(request).frames, frames)
    assert not np.array_equal(shared(PANDA).frames, frames)


def test_added_noise_is_not_the_initial_noise_again(shared: TextToVideo, monkeypatch: pytest.MonkeyPatch):
    drawn = []
    for module in ("t2v.noise", "t2v.diffusion.samplers"):
        monkeypatch.setattr(
            f"{module}.gaussian", lambda shape, g: drawn.append(torch.randn(shape, generator=g)) or drawn[-1]
        )
    shared(Request("a panda", seed=7, eta=1.0, **SMALL))
    assert len(drawn) > 3
    assert not any(torch.equal(a, b) for a, b in pairwise(drawn))


@torch.inference_mode()
def test_predictions_are_the_networks_one_a_text(shared: TextToVideo):
    text, x, t = shared.text_encoder(["", "a panda"]), latents(), torch.tensor([500.0])
    predictions = shared.runner.predictor(text)(x, t)
    assert predictions.shape == (2, *x.shape)
    for prediction, one in zip(predictions, text.split(1), strict=True):
        assert relative(prediction, shared.unet(x, t, one)) < 1e-5


def test_without_guidance_one_text_is_read(shared: TextToVideo, monkeypatch: pytest.MonkeyPatch):
    texts, run = [], FastUNet.__call__

    def watched(fast: FastUNet, x: Tensor, t: Tensor, words: Tensor, **options: object) -> Tensor:
        texts.append(len(words))
        return run(fast, x, t, words, **options)

    monkeypatch.setattr(FastUNet, "__call__", watched)
    shared("a panda", guidance=1, seed=1, **SMALL)
    shared("a panda", guidance=2, seed=1, **SMALL)
    assert texts == [1] * 4 + [2] * 4


@pytest.mark.parametrize("memory", ["fast", "low"])
def test_a_patched_unet_is_what_runs(folder: Path, memory: str):
    pipe = TextToVideo.from_pretrained(folder, device="cpu", dtype="float32", memory=memory)
    frames, forward, calls = pipe(PANDA).frames, pipe.unet.forward, []

    def patched(x: Tensor, t: Tensor, text: Tensor) -> Tensor:  # three arguments, as it always had
        calls.append(tuple(x.shape))
        return forward(x, t, text)

    pipe.unet.forward = patched
    assert apart(pipe(PANDA).frames, frames) <= 1
    assert calls == [(1, 4, 3, 12, 8)] * 2 * PANDA.steps
    pipe.unet.forward = lambda x, t, text: torch.zeros_like(x)
    assert not np.array_equal(pipe(PANDA).frames, frames)
    del pipe.unet.forward
    assert np.array_equal(pipe(PANDA).frames, frames)


def test_a_hook_in_the_unet_is_called_and_its_answer_counts(pipe: TextToVideo):
    frames, middle = pipe(PANDA).frames, pipe.unet.middle[0]
    with middle.register_forward_hook(lambda module, given, out: out * 0):
        assert not np.array_equal(pipe(PANDA).frames, frames)
    assert np.array_equal(pipe(PANDA).frames, frames)


def test_another_unet_cannot_be_put_in_silently(pipe: TextToVideo):
    with pytest.raises(AttributeError):
        pipe.unet = pipe.unet


class Scores(TorchFunctionMode):
    """The bytes of all attention scores that are formed under it, and how often a fused kernel ran."""

    def __init__(self):
        super().__init__()
        self.formed, self.fused = [], 0

    def __torch_function__(self, func, types, args=(), kwargs=None):  # noqa: ANN001, ANN204
        if func is Tensor.softmax:
            self.formed.append(args[0].numel() * args[0].element_size())
        self.fused += func is torch.nn.functional.scaled_dot_product_attention
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("patched", [False, True], ids=["fast", "patched"])
def test_slices_change_the_memory_alone(pipe: TextToVideo, patched: bool):
    if patched:
        pipe.unet.forward = pipe.unet.forward
    request = replace(PANDA, steps=1)
    frames, largest, fused = pipe(request).frames, {}, {}
    for slice_bytes in (800, 2_000, "auto", None):
        pipe.set_attention_slicing(slice_bytes)
        with Scores() as scores:
            assert apart(pipe(request).frames, frames) <= 1
        largest[slice_bytes], fused[slice_bytes] = max(scores.formed, default=0), scores.fused
    assert 0 < largest[800] <= 800 < largest[2_000] <= 2_000
    assert fused[800] == fused[2_000] < fused[None], "the text encoder's alone"
    assert (largest["auto"], fused["auto"]) == (largest[None], fused[None]), "the CPU's kernel is fused"


def test_steps_are_given_out_at_the_devices_pace(shared: TextToVideo, monkeypatch: pytest.MonkeyPatch):
    log = []

    def slow(steps: Iterator, device: torch.device) -> Iterator:
        for step in steps:
            log.append(f"waited for {device}")
            yield step

    monkeypatch.setattr("t2v.walk.paced", slow)
    shared(PANDA, on_step=lambda step, steps, x0: log.append(step))
    assert log == ["waited for cpu", 1, "waited for cpu", 2, "waited for cpu", 3, "waited for cpu", 4]


def test_decoding_in_parts_changes_nothing(shared: TextToVideo, monkeypatch: pytest.MonkeyPatch):
    frames = shared(PANDA).frames
    parts = []
    watch = shared.vae.decoder.register_forward_pre_hook(lambda module, given: parts.append(len(given[0])))
    monkeypatch.setattr("t2v.runtime.runner.frames_at_once", lambda *sizes: 2)
    assert apart(shared(PANDA).frames, frames) <= 1
    assert parts == [2, 1]
    watch.remove()


class TestModelScope:
    """pipeline('text-to-video-synthesis', model)({'text': …}, output_video=…)"""

    def test_with_a_path(self, shared: TextToVideo, tmp_path: Path):
        path = str(tmp_path / "folder" / "panda.mp4")
        answer = shared({"text": "a panda", "seed": 7, **SMALL}, output_video=path)
        assert answer == {"output_video": path}
        assert Video.open(path).request == PANDA.validate(shared.native)

    def test_without_one(self, shared: TextToVideo, tmp_path: Path):
        answer = shared({"text": "a panda", "seed": 7, **SMALL})
        assert answer.keys() == {"output_video"}
        (tmp_path / "panda.mp4").write_bytes(answer["output_video"])
        assert Video.open(tmp_path / "panda.mp4").request.prompt == "a panda"

    def test_keywords_beside_the_mapping(self, shared: TextToVideo, tmp_path: Path):
        answer = shared({"text": "a panda", "height": 24}, steps=1, frames=2, output_video=tmp_path / "a.gif")
        video = Video.open(answer["output_video"])
        assert video.frames.shape == (2, 24, 16, 3)

    @pytest.mark.parametrize(
        ("inputs", "message"),
        [
            ({"text": "a panda", "hight": 8}, "hight: is not a setting; did you mean height?"),
            ({}, "text: is missing"),
            ({"prompt": "a panda"}, "text: is missing"),
            ({"text": "a panda", "prompt": "a cat"}, "prompt: is given twice"),
            ({"text": 5}, "prompt: must be text"),
            ({"text": "a panda", "height": 33}, "height: must be a multiple of 8"),
            ({"text": "a panda", 5: 5}, "is not a setting"),
        ],
    )
    def test_what_is_wrong_is_named(self, shared: TextToVideo, inputs: dict, message: str):
        with pytest.raises(RequestError) as error:
            shared(inputs)
        assert message in str(error.value)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda pipe: pipe(), "prompt"),
        (lambda pipe: pipe(""), "prompt"),
        (lambda pipe: pipe("a panda", stepps=5), "stepps"),
        (lambda pipe: pipe("a panda", prompt="a cat"), "prompt"),
        (lambda pipe: pipe(PANDA, steps=5), "steps"),
        (lambda pipe: pipe("a panda", steps=0), "steps"),
        (lambda pipe: pipe("a panda", guidance=float("nan")), "guidance"),
        (lambda pipe: pipe(5), "prompt"),
    ],
)
def test_a_wrong_call_is_refused_before_any_work(
    shared: TextToVideo, call: Callable, field: str, monkeypatch
):
    monkeypatch.setattr(shared.runner, "encode", None)
    with pytest.raises(RequestError) as error:
        call(shared)
    assert error.value.field == field


def test_a_name_that_is_no_videos_is_refused_before_any_work(
    shared: TextToVideo, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.runner, "encode", None)
    with pytest.raises(VideoError, match="must end in one of them"):
        shared(PANDA, output_video="panda.avi")


def test_saving_beside_the_video(shared: TextToVideo, tmp_path: Path):
    video = shared(PANDA, output_video=tmp_path / "panda.webp")
    assert Video.open(tmp_path / "panda.webp").settings == video.settings


def test_a_unet_with_nan_gives_an_error_and_no_file(pipe: TextToVideo, tmp_path: Path):
    pipe.unet.conv_in.weight[0, 0, 0, 0] = torch.nan
    with pytest.raises(NotFiniteError, match="UNet"):
        pipe(PANDA, output_video=tmp_path / "panda.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_vae_with_nan_gives_an_error_and_no_file(pipe: TextToVideo, tmp_path: Path):
    pipe.vae.from_latents.bias[0] = torch.nan
    with pytest.raises(NotFiniteError, match="VAE"):
        pipe({"text": "a panda", **SMALL}, output_video=tmp_path / "panda.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_vae_that_half_precision_cannot_hold_is_run_once_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    pipe = TextToVideo.from_pretrained(folder, device="cpu", dtype="bfloat16")
    frames = pipe(PANDA).frames
    decoder, ran = pipe.vae.decoder.forward, []
    weights = [(p.dtype, p.data_ptr()) for p in pipe.vae.parameters()]

    def overflowing(h: Tensor) -> Tensor:
        ran.append((h.dtype, pipe.vae.from_latents.weight.dtype, len(h)))
        fits = h.dtype == torch.float32 or len(h) == 2
        return decoder(h) if fits else decoder(h) * torch.inf

    monkeypatch.setattr(pipe.vae.decoder, "forward", overflowing)
    monkeypatch.setattr("t2v.runtime.runner.frames_at_once", lambda *sizes: 2)
    assert np.abs(pipe(PANDA).frames.astype(int) - frames).mean() < 3
    half, single = (torch.bfloat16,) * 2, (torch.float32,) * 2
    assert ran == [(*half, 2), (*half, 1), (*single, 1)], "that part alone, once"
    assert [(p.dtype, p.data_ptr()) for p in pipe.vae.parameters()] == weights, "where recordings read them"


def test_every_part_is_launched_before_one_is_waited_for(
    shared: TextToVideo, monkeypatch: pytest.MonkeyPatch
):
    """So that two devices work at the same time."""
    log = []

    class Finite:
        def __bool__(self) -> bool:
            log.append("waited")
            return True

    def watched(images: Tensor) -> tuple[Tensor, Finite]:
        log.append("launched")
        return to_pixels(images)[0], Finite()

    monkeypatch.setattr("t2v.codec.to_pixels", watched)
    monkeypatch.setattr("t2v.runtime.runner.frames_at_once", lambda *sizes: 1)
    shared(PANDA)
    assert log == ["launched"] * 3 + ["waited"] * 3


def test_notes_tell_which_words_are_cut(shared: TextToVideo):
    long = "panda " * 40 + "zebra"
    video = shared(long, negative_prompt=long, guidance=1, seed=1, **SMALL)
    assert sum("cut off: " in note and note.endswith("zebra") for note in video.notes) == 2
    assert any("no effect at guidance 1" in note for note in video.notes)
    assert shared(PANDA).notes == ()


def test_parts_by_their_public_names(shared: TextToVideo):
    text = shared.text_encoder(["a panda", ""])
    assert text.shape == (2, 77, 64)
    x = torch.cat([latents(), latents(4)])
    assert shared.unet(x, torch.tensor([5, 900]), text).shape == x.shape
    images = shared.vae.decode(x[:, :, 0])
    assert images.shape == (2, 3, 24, 16)
    assert shared.vae.encode(images).shape == (2, 4, 12, 8)


def test_pixels_are_clamped_never_wrapped():
    images = torch.tensor([-9.0, -1.0, 0.0, 0.999, 1.2, 9.0]).expand(1, 3, 1, 6)
    pixels, finite = to_pixels(images)
    assert pixels[0, 0, :, 0].tolist() == [0, 0, 128, 255, 255, 255] and finite
    assert to_pixels(images.half())[0].shape == (1, 1, 6, 3)
    assert not to_pixels(images / 0)[1]


def test_one_frame_and_odd_sizes(shared: TextToVideo):
    for frames, width, height in ((1, 8, 8), (1, 24, 40), (5, 40, 8)):
        video = shared("a panda", frames=frames, width=width, height=height, steps=2, seed=0)
        assert video.frames.shape == (frames, height, width, 3)


def test_preview_shows_small_frames_while_they_emerge(shared: TextToVideo):
    shown = []
    shared(PANDA, on_step=lambda step, steps, x0: shown.append(shared.preview(x0)))
    assert [(frames.shape, frames.dtype) for frames in shown] == [((3, 12, 8, 3), np.uint8)] * 4


def test_a_still_is_the_middle_frame_as_it_will_be_decoded(shared: TextToVideo):
    stills = []
    video = shared(PANDA, on_step=lambda step, steps, x0: stills.append(shared.still(x0)))
    assert [still.shape for still in stills] == [(1, *video.frames.shape[1:])] * 4
    middle = video.frames[len(video) // 2].astype(int)
    assert np.abs(stills[-1][0] - middle).max() <= 1, "sums of one frame are rounded otherwise"
    assert np.array_equal(shared(PANDA).frames, video.frames), "looking changes nothing"

"""Longer videos: windows of attention over time, FreeNoise's noise, and prompts over time."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from t2v import Request, RequestError, TextToVideo
from t2v.checkpoints import CATALOGUE
from t2v.diffusion.freenoise import shuffled
from t2v.networks.options import Options
from t2v.networks.windows import STRIDE, Windows
from t2v.runtime.fast_unet import FastUNet
from t2v.scenes import Scene, scenes
from t2v.story import over_time

from .common import CPU, apart, relative, seeded_unet, unet_inputs
from .tiny_model import write_diffusers

SMALL = {"width": 32, "height": 32, "steps": 2, "guidance": 3.0, "seed": 3}


@pytest.fixture(scope="module")
def pipe(tmp_path_factory: pytest.TempPathFactory) -> TextToVideo:
    return TextToVideo.from_pretrained(write_diffusers(tmp_path_factory.mktemp("tiny")), "cpu", "float32")


@pytest.mark.parametrize("loop", [False, True])
@pytest.mark.parametrize("frames", [4, 8, 9, 17, 64])
def test_windows_of_what_mixes_no_frames_change_nothing(frames: int, loop: bool):
    x = torch.randn(2, frames, 3, 5, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(Windows(8, loop).average(lambda part: 2 * part, x), 2 * x, atol=1e-6)


def test_all_windows_are_of_one_size_and_reach_every_frame():
    for frames in range(9, 40):
        starts = Windows(8).starts(frames)
        assert starts[0] == 0 and starts[-1] + 8 == frames
        assert all(0 < after - before <= STRIDE for before, after in zip(starts, starts[1:], strict=False))
    sizes: list[int] = []
    Windows(8).average(lambda part: (sizes.append(part.shape[1]), part)[1], torch.zeros(1, 21, 2))
    assert set(sizes) == {8}


def test_windows_are_weighted_as_freenoise_has_them():
    """Two windows of 4 over 5 frames, each result its window's number: frames between are weighted means."""
    numbers = iter([0.0, 1.0])
    found = Windows(4).average(lambda part: torch.full_like(part, next(numbers)), torch.zeros(1, 5, 1))
    assert found.flatten().tolist() == pytest.approx([0, 1 / 3, 2 / 4, 2 / 3, 1])


@pytest.mark.parametrize("options", [Options(window=4), Options(True, 4), Options(freeu=True)], ids=str)
@pytest.mark.parametrize("texts", [1, 2])
def test_the_fast_pass_equals_the_network(options: Options, texts: int):
    unet = seeded_unet()
    x, t, text = unet_inputs(11, 9, 12, texts)
    plain = unet(x.expand(texts, -1, -1, -1, -1), t, text)
    unet.use(options)
    expected = unet(x.expand(texts, -1, -1, -1, -1), t, text)
    unet.use()
    fast = FastUNet(unet, CPU)
    assert relative(fast(x, t, fast.read(text), options=options), expected) < 1e-5
    assert relative(expected, plain) > 1e-4, "they do something"
    assert relative(unet(x.expand(texts, -1, -1, -1, -1), t, text), plain) < 1e-5, "and end"


@pytest.mark.parametrize("texts", [1, 2])
def test_a_text_for_each_frame(texts: int):
    unet = seeded_unet()
    x, t, text = unet_inputs(5, 9, 12, texts)
    every = text[:, None].repeat(1, 5, 1, 1)
    fast = FastUNet(unet, CPU)
    whole = x.expand(texts, -1, -1, -1, -1)
    assert relative(unet(whole, t, every), unet(whole, t, text)) < 1e-6, "the same for all"
    every[:, 3:] = every[:, 3:].flip(-1)
    expected = unet(whole, t, every)
    assert relative(fast(x, t, fast.read(every)), expected) < 1e-5
    assert relative(expected, unet(whole, t, text)) > 1e-4


@pytest.mark.parametrize("frames", [8, 16, 17, 64])
def test_a_loop_in_windows_rolls_with_its_noise(pipe: TextToVideo, frames: int):
    noise = torch.randn(1, 4, frames, 8, 8, generator=torch.Generator().manual_seed(1))
    settings = {"width": 16, "height": 16, "steps": 2, "guidance": 1.0, "seed": 3}
    settings |= {"frames": frames, "loop": True, "window": min(8, frames // 2)}
    made, rolled = (pipe("a", latents=noise.roll(by, 2), **settings).frames for by in (0, 3))
    assert apart(rolled, np.roll(made, 3, axis=0)) <= 1
    assert apart(pipe("a", latents=noise, **settings | {"window": 0}).frames, made) > 1


def test_later_frames_start_from_the_first_ones_noise():
    noise = torch.arange(23.0).view(1, 1, 23, 1, 1)
    found = shuffled(noise, 8, torch.Generator().manual_seed(0)).flatten().tolist()
    assert found[:8] == list(range(8)) and found != list(range(23))
    assert sorted(found[8:12]) == found[0:4] and sorted(found[12:16]) == found[4:8]
    assert sorted(found[16:20]) == sorted(found[8:12]) and set(found[20:]) < set(found[12:16])


def test_a_window_is_the_models_own_and_0_is_all(pipe: TextToVideo):
    modelscope = CATALOGUE["ali-vilab/text-to-video-ms-1.7b"].native
    assert Request("a", frames=64).validate(modelscope).window == 16
    assert Request("a", frames=64, window=0).validate(modelscope).window == 0
    assert Request("a", frames=64).validate(pipe.native).window == pipe.native.window
    assert pipe("a", frames=6, window=6, **SMALL) == pipe("a", frames=6, window=0, **SMALL)
    assert pipe("a", frames=9, window=6, **SMALL) != pipe("a", frames=9, window=0, **SMALL)


STORIES = {
    "a panda": [(0.0, "a panda")],
    "a panda [2s: a wolf]": [(0.0, "a panda"), (2.0, "a wolf")],
    "a panda [2.5s:a (red:1.3) wolf][1s: a fox]": [(0, "a panda"), (1, "a fox"), (2.5, "a (red:1.3) wolf")],
    "[1s: a wolf] in the snow": [(0.0, "in the snow"), (1.0, "a wolf")],
    "[ 1 s : a wolf]": [(0.0, "a wolf"), (1.0, "a wolf")],
    "a panda [soft] [2: x] 3s: y": [(0.0, "a panda [soft] [2: x] 3s: y")],
    "a [1s: a [soft] wolf]": [(0.0, "a"), (1.0, "a [soft] wolf")],
}


@pytest.mark.parametrize("prompt", STORIES)
def test_a_prompt_is_split_at_its_times(prompt: str):
    assert scenes(prompt) == [Scene(*scene) for scene in STORIES[prompt]]


def test_states_lead_from_scene_to_scene():
    def encode(prompts: list[str]) -> Tensor:
        return torch.tensor([float(prompt) for prompt in prompts]).view(-1, 1, 1)

    assert over_time(["3", "5"], 9, 4, encode).flatten().tolist() == [3, 5]
    found = over_time(["7", "0 [1s: 8] [1.5s: 2]"], 9, 4, encode)
    assert found.shape == (2, 9, 1, 1) and (found[0] == 7).all()
    assert found[1].flatten().tolist() == [0, 2, 4, 6, 8, 5, 2, 2, 2]


def test_a_story_changes_the_frames_it_is_about(pipe: TextToVideo):
    story, alone = (pipe(prompt, frames=6, fps=2, **SMALL) for prompt in ("a cat [1s: a dog]", "a cat"))
    assert story != alone and story.request.prompt == "a cat [1s: a dog]"
    assert apart(pipe("a cat [1s: a cat]", frames=6, fps=2, **SMALL).frames, alone.frames) <= 1
    patched = pipe.unet.register_forward_hook(lambda *_: None)
    try:
        assert apart(pipe("a cat [1s: a dog]", frames=6, fps=2, **SMALL).frames, story.frames) <= 1
    finally:
        patched.remove()


def test_freeinit_makes_a_video_again_and_counts_its_steps(pipe: TextToVideo):
    steps: list[tuple[int, int]] = []
    settings = SMALL | {"frames": 5}
    made = pipe("a", freeinit=3, on_step=lambda k, n, x0: steps.append((k, n)), **settings)
    assert steps == [(k, 6) for k in range(1, 7)] and made.request.walked == 6
    assert made != pipe("a", **settings) and made == pipe("a", freeinit=3, **settings)
    assert pipe("a", freeinit=1, **settings) == pipe("a", **settings)
    with pytest.raises(RequestError, match="^freeinit: begins from noise alone"):
        pipe("a", freeinit=2, source=made, **settings)


def test_rescaled_guidance_is_calmer_and_changes_nothing_without_guidance(pipe: TextToVideo):
    settings = SMALL | {"frames": 4, "guidance": 25.0}
    strong, calm = (pipe("a", rescale=share, **settings) for share in (0.0, 1.0))
    assert calm.frames.std() < strong.frames.std()
    alone = settings | {"guidance": 1.0}
    assert pipe("a", rescale=1.0, **alone) == pipe("a", **alone)


def test_a_scene_after_the_end_is_noted():
    story = Request("a panda [1s: a fox] [2s: a wolf]", frames=16, fps=8)
    assert story.notes() == ("The video ends at 2 s: it doesn't get to the scene at 2 s.",)
    (note,) = replace(story, prompt=f"{story.prompt} [4s: a cat] [6s: a dog]").notes()
    assert note.endswith("the scene at 2 s; of those at 4 and 6 s nothing is seen.")
    assert replace(story, frames=17).notes() == Request(story.prompt).notes() == ()

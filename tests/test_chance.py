"""What a caption leaves open is what the noise says: in training, and to the shipped model."""

import numpy as np
import pytest
import torch

from t2v import TextToVideo
from training.captions import FAST, STARTS, Captions
from training.chance import CHANNELS, OPEN, number_of, one_of, read_code, write_code
from training.content import single
from training.dataset import FRAMES
from training.heard import compare
from training.phrases import BACKGROUNDS, COLOUR_SYNONYMS
from training.sizes import VAE_SIZE
from training.subjects import Subject

SUBJECTS = tuple(Subject(str(i), (f"a {name}",)) for i, name in enumerate(("panda", "cat", "rocket")))
SHAPE = VAE_SIZE.latent_channels, 16, 16, 16  # latents of the embedded model


def test_a_code_is_read_as_it_was_written_and_the_noise_stays_gaussian() -> None:
    torch.manual_seed(0)
    noise, chance = torch.randn(400, 8, 4, 6, 5), torch.randn(400, len(OPEN))
    changed = write_code(noise, chance)
    torch.testing.assert_close(read_code(changed), chance, atol=1e-5, rtol=0)
    others = [channel for channel in range(8) if channel not in CHANNELS]
    assert torch.equal(changed[:, others], noise[:, others])
    assert abs(changed.mean()) < 0.01 and abs(changed.std() - 1) < 0.01
    covariance = changed[:, CHANNELS[0]].flatten(1).T.cov()
    assert (covariance - torch.eye(len(covariance))).abs().mean() < 0.05  # one clip's values are independent
    torch.testing.assert_close(read_code(noise).var(0), torch.ones(len(OPEN)), atol=0.25, rtol=0)


def test_clips_follow_from_the_numbers_that_their_noise_will_say() -> None:
    captions, still = Captions(SUBJECTS, seed=1), single(0, "green", "still")
    spec = captions.spec([still] * 2000)
    assert torch.unique(spec.phase).tolist() == list(range(STARTS))
    assert (spec.phase[spec.chance[:, OPEN.index("size")].argsort()].diff() >= 0).all()
    for number, column in (("x", spec.x[:, 0]), ("y", spec.y[:, 0]), ("size", spec.size[:, 0])):
        order = spec.chance[:, OPEN.index(number)].argsort()
        assert (column[order].diff() >= 0).all() and column.std() > 0.01
    assert torch.unique(spec.speed).tolist() == [1, 2]
    assert (spec.speed == 2).float().mean() == pytest.approx(FAST, abs=0.04)
    assert spec.y[spec.speed == 2, 0].min() >= spec.y[spec.speed == 1, 0].max()
    one = Captions(SUBJECTS, seed=1, starts=1, fast=0).spec([still] * 100)
    assert (one.phase == 0).all() and (one.speed == 1).all() and one.x[:, 0].std() > 0.01


def test_given_numbers_decide_everything_that_is_open() -> None:
    content, chance = single(0, "green", "still"), torch.randn(1, len(OPEN))
    first, second = (Captions(SUBJECTS, seed).spec([content], chance) for seed in (1, 2))
    fields = zip(vars(first).values(), vars(second).values(), strict=True)
    assert all(torch.equal(a, b) for a, b in fields)


def test_an_animation_is_compared_with_the_true_one() -> None:
    torch.manual_seed(0)
    truth = torch.rand(FRAMES, 3, 8, 8) - 0.5
    late, still = compare(truth.roll(5, 0), truth), compare(truth.mean(0).expand_as(truth), truth)
    assert compare(truth, truth)["change along the true one"] == pytest.approx(1)
    assert late["each frame at the best moment of the true clip, dB"] > 90 > 30 > late["whole clips, dB"]
    assert late["mean over time alone, dB"] > 90 and late["energy of the change"] == pytest.approx(1)
    assert abs(late["change along the true one"]) < 0.2
    assert still["energy of the change"] < 1e-6 and still["mean over time alone, dB"] > 90
    assert still["energy of the change's error"] == pytest.approx(1)


def test_numbers_say_one_of_many_and_stay_normal() -> None:
    torch.manual_seed(0)
    choice = torch.randint(7, (20_000,))
    said = number_of(choice, 7, torch.rand(20_000))
    assert torch.equal(one_of(said, 7), choice)
    assert abs(said.mean()) < 0.03 and abs(said.std() - 1) < 0.03
    assert one_of(torch.tensor([-9.0, 9.0]), 7).tolist() == [0, 6]


def test_a_background_that_no_caption_names_is_what_the_noise_says() -> None:
    texts, spec = Captions(SUBJECTS, seed=1, kinds={"one": 1.0}).batch(1000)
    colours = list(BACKGROUNDS)
    says = one_of(spec.chance[:, OPEN.index("background")], len(colours))
    shown = torch.cdist(spec.background * 255, torch.tensor(list(BACKGROUNDS.values())).float()).argmin(1)
    agree = says == shown
    named = torch.tensor([any(word in text for word in (*colours, *COLOUR_SYNONYMS)) for text in texts])
    assert agree[~named].all() and 0.1 < (~named).float().mean() < 0.3
    assert agree[named].float().mean() < 0.2  # else by chance


@pytest.fixture(scope="module")
def pipe() -> TextToVideo:
    return TextToVideo.from_pretrained("emoji", device="cpu")


class Drawn(Exception):
    """Ends a call before its frames are decoded, which takes most of its time."""


def drawn(pipe: TextToVideo, prompt: str, noise: torch.Tensor, said: torch.Tensor) -> torch.Tensor:
    """The latents (1 c f h w) of the video whose noise says `said` (1 OPEN)."""
    found = []

    def watch(step: int, steps: int, x0: torch.Tensor) -> None:
        found.append(x0)
        if step == steps:
            raise Drawn

    with pytest.raises(Drawn):
        pipe(prompt, latents=write_code(noise, said), seed=0, on_step=watch)
    return found[-1]


@pytest.mark.parametrize(("number", "axis"), [("x", 2), ("y", 1)])
def test_the_shipped_model_puts_its_subject_where_the_noise_says(
    pipe: TextToVideo, number: str, axis: int
) -> None:
    torch.manual_seed(0)
    noise, said = torch.randn(1, *SHAPE), torch.zeros(1, len(OPEN))
    places = []
    for value in (-1.5, 1.5):
        said[0, OPEN.index(number)] = value
        latents = drawn(pipe, "a panda on a green background", noise, said)
        frames = pipe.codec.decode(latents[:, :, ::8]).astype(float)
        subject = np.abs(frames - frames[0, 0, 0]).sum(-1) > 90
        places.append(np.argwhere(subject)[:, axis].mean())
    assert places[1] - places[0] > 8  # of 256 pixels; 26 are meant


def loop_of(pipe: TextToVideo, noise: torch.Tensor, said: torch.Tensor) -> np.ndarray:
    """The brightness of a winking face's middle, frame by frame, where the noise says `said` (1 OPEN)"""
    latents = drawn(pipe, "a zany face on a green background", noise, said)
    return pipe.codec.decode(latents[..., 4:12, 4:12]).mean((1, 2, 3))


def test_the_shipped_model_starts_its_loop_where_the_noise_says(pipe: TextToVideo) -> None:
    """What is to be seen at a frame of the first video is to be seen so many frames sooner in the others."""
    torch.manual_seed(0)
    noise, said, seen = torch.randn(1, *SHAPE), torch.zeros(1, len(OPEN)), []
    for start in range(STARTS):
        said[0, OPEN.index("size")] = number_of(torch.tensor(start), STARTS, torch.tensor(0.5))
        seen.append(loop_of(pipe, noise, said))
    likeness = [[np.corrcoef(np.roll(seen[0], -late), other)[0, 1] for late in range(16)] for other in seen]
    assert np.argmax(likeness, axis=1).tolist() == [0, 1, 2, 3]


def test_the_shipped_model_goes_as_fast_as_the_noise_says(pipe: TextToVideo) -> None:
    """Of two videos the fast one's frames are every second one of the slow one's, twice."""
    torch.manual_seed(0)
    noise, said = torch.randn(1, *SHAPE), torch.zeros(1, len(OPEN))
    slow = loop_of(pipe, noise, said)
    said[0, OPEN.index("y")] = torch.special.ndtri(torch.tensor(1 - FAST / 2))
    fast = loop_of(pipe, noise, said)
    assert np.corrcoef(np.tile(slow[::2], 2), fast)[0, 1] > 0.7
    assert np.corrcoef(slow, fast)[0, 1] < 0.5
    assert np.corrcoef(fast[:8], fast[8:])[0, 1] > 0.7 > np.corrcoef(slow[:8], slow[8:])[0, 1]


def test_where_no_background_is_named_the_shipped_model_mostly_shows_the_one_that_the_noise_says(
    pipe: TextToVideo,
) -> None:
    torch.manual_seed(0)
    noise, said, colours = (
        torch.randn(1, *SHAPE),
        torch.zeros(1, len(OPEN)),
        np.array(list(BACKGROUNDS.values())),
    )
    shown, asked = [], np.arange(0, len(colours), 2)
    for background in asked:
        number = number_of(torch.tensor(int(background)), len(colours), torch.tensor(0.5))
        said[0, OPEN.index("background")] = number
        latents = drawn(pipe, "a panda", noise, said)
        corner = pipe.codec.decode(latents[:, :, 8:9])[0, 2, 2].astype(int)
        shown.append(np.abs(colours - corner).sum(1).argmin())
    assert (np.array(shown) == asked).sum() >= 4  # one in twelve would be chance

"""The training data: names, captions that say what the clip shows, clips that show what the spec says."""

import hashlib
import io
import json
import zipfile
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from training import dataset
from training.captions import Captions, Content, held_out
from training.compose import MOTIONS, Spec, compose, plain_spec
from training.dataset import EmojiClips, sheet
from training.phrases import BACKGROUNDS, MOTION_PHRASES, TINTS
from training.subjects import ARTICLES, Subject, bare, countable, load_subjects, plural
from training.vocabulary import vocabulary

SUBJECTS = load_subjects()
VOWELS, CONSONANTS = ("hourglass", "suv", "x", "x-ray", "xmas"), ("unicorn", "ufo", "ewe", "one", "euro")
GREY = torch.full((1, 3), 0.5)


class Disc:
    """A clip set of one opaque red disc of radius 0.8 on a frame of 32×32; frame i has i in its blue."""

    def __init__(self, size: int = 32):
        axis = torch.linspace(-1, 1, size)
        alpha = 255.0 * (axis[:, None] ** 2 + axis**2 < 0.64)
        time = torch.arange(16)[:, None, None] / 16
        opaque = alpha.expand(16, -1, -1)
        frames = torch.stack([opaque, opaque * 0, alpha * time, opaque], 1)
        self.frames = frames.round().to(torch.uint8)[None].expand(2, -1, -1, -1, -1).clone()


def centroids(videos: torch.Tensor) -> torch.Tensor:
    """Centre of what differs from the corner (b f 2), in −1…1, x then y; and its area in the last column."""
    mask = ((videos - videos[..., :1, :1]).abs().sum(2) > 0.2).float()
    axis = torch.linspace(-1, 1, videos.shape[-1])
    area = mask.sum((2, 3))
    x, y = (mask * axis).sum((2, 3)) / area, (mask * axis[:, None]).sum((2, 3)) / area
    return torch.stack([x, y, area], -1)


def test_no_name_stands_for_two_subjects():
    names = Counter(name for subject in SUBJECTS for name in subject.names)
    assert len(SUBJECTS) >= 300
    assert [name for name, count in names.items() if count > 1] == []
    assert len({subject.emoji for subject in SUBJECTS}) == len(SUBJECTS)


def test_names_are_short_plain_words_with_the_right_article():
    for phrase in (phrase for subject in SUBJECTS for phrase in subject.phrases):
        assert phrase.isascii() and phrase == phrase.lower(), phrase
        assert phrase.replace(" ", "").replace("-", "").isalnum(), phrase
        assert len(phrase.split()) <= 7
        if phrase.split()[0] in ("a", "an"):
            first = bare(phrase).split()[0]
            vowel = first in VOWELS or first[0] in "aeiou" and first not in CONSONANTS
            assert phrase.startswith("an ") == vowel, phrase


@pytest.mark.parametrize(
    ("name", "expected"),
    [("panda", "pandas"), ("red fox", "red foxes"), ("baby", "babies"), ("mouse", "mice"), ("key", "keys")],
)
def test_plurals_are_english(name: str, expected: str):
    assert plural(name) == expected


def test_things_with_attributes_have_no_twins():
    assert countable("a panda")
    assert not any(countable(phrase) for phrase in ("a cloud with rain", "lightning", "a person walking"))


def test_the_same_seed_gives_the_same_captions_and_clips():
    first, second = (Captions(SUBJECTS, seed=3).batch(40) for _ in range(2))
    assert first[0] == second[0]
    fields = zip(vars(first[1]).values(), vars(second[1]).values(), strict=True)
    assert all(torch.equal(a, b) for a, b in fields)
    assert Captions(SUBJECTS, seed=4).batch(40)[0] != first[0]


def test_captions_never_show_a_held_out_combination():
    _, spec = Captions(SUBJECTS, seed=0).batch(3000)
    colours = {tuple(np.round(np.divide(rgb, 255), 4)): name for name, rgb in BACKGROUNDS.items()}
    for subject, second, background, motion in zip(
        spec.subject, spec.second, spec.background.numpy(), spec.motion, strict=True
    ):
        name = colours[tuple(np.round(background.astype(float), 4))]
        for shown in {int(subject), int(second)} - {-1}:
            assert not held_out(SUBJECTS[shown].name, name, MOTIONS[motion])


def test_a_tenth_of_the_combinations_is_held_out_for_ever():
    assert held_out("panda", "white", "moving left") is False
    known = hashlib.sha256(json.dumps(vocabulary(SUBJECTS[:50])["held_out"]).encode()).hexdigest()
    combinations = 50 * len(BACKGROUNDS) * len(MOTIONS)
    assert 0.08 < len(vocabulary(SUBJECTS[:50])["held_out"]["combinations"]) / combinations < 0.12
    assert known == hashlib.sha256(json.dumps(vocabulary(SUBJECTS[:50])["held_out"]).encode()).hexdigest()


def test_a_caption_says_what_the_clip_shows():
    captions = Captions(SUBJECTS, seed=1)
    texts, spec = captions.batch(1500)
    for text, subject, second, motion in zip(texts, spec.subject, spec.second, spec.motion, strict=True):
        words = f" {text.replace(',', '').replace('.', '')} "
        subject_names = SUBJECTS[subject].names
        twins = [f"two {plural(name)}" for name in subject_names]
        assert any(f" {name} " in words for name in ([*twins] if second == subject else subject_names)), text
        said = [m for m, phrases in MOTION_PHRASES.items() if any(f" {p} " in words for p in phrases)]
        assert MOTIONS[motion] in said or MOTIONS[motion] == "still", text


def test_every_kind_of_caption_occurs():
    texts, spec = Captions(SUBJECTS, seed=2).batch(2000)
    assert any(text.startswith("two ") for text in texts)
    assert (spec.tint[:, 3] > 0).any() and ((spec.second >= 0) & (spec.second != spec.subject)).any()
    assert sum(not any(colour in text for colour in BACKGROUNDS) for text in texts) > 200
    assert set(spec.motion.tolist()) == set(range(8))
    assert any(text.split()[0] not in (*ARTICLES, "two") for text in texts)


def test_twins_are_never_called_by_the_name_of_another_subject():
    names = (("a heart",), ("two hearts",), ("a dog",), ("a cat",))
    subjects = tuple(Subject(str(i), phrases) for i, phrases in enumerate(names))
    _, spec = Captions(subjects, seed=0).batch(500)
    assert not ((spec.subject == 0) & (spec.second == 0)).any()
    assert ((spec.subject == 2) & (spec.second == 2)).any()


def test_every_tinted_subject_has_a_name_of_its_own_in_every_tint():
    captions = Captions(SUBJECTS, seed=0)
    for subject in captions.tintable:
        for tint in TINTS:
            assert captions._tinted_phrase(Content(subject, -1, tint, "white", "still"))


def test_moving_subjects_travel_the_way_that_is_said():
    motions = list(range(8))
    spec = plain_spec([0] * 8, GREY.expand(8, 3), motions)
    track = centroids(compose(Disc(), spec))
    change = track[:, -1] - track[:, 0]
    by_name = dict(zip(MOTIONS, change, strict=True))
    assert by_name["moving left"][0] < -0.6 and abs(by_name["moving left"][1]) < 0.02
    assert by_name["moving right"][0] > 0.6
    assert by_name["moving up"][1] < -0.6 and by_name["moving down"][1] > 0.6
    assert by_name["growing"][2] > 100 and by_name["shrinking"][2] < -100
    assert by_name["still"].abs().max() < 1e-4


def test_a_subject_stays_inside_the_frame():
    _, spec = Captions(SUBJECTS[:2], seed=0).batch(64)
    videos = compose(Disc(), spec)
    background = spec.background[:, None, :, None] * 2 - 1
    for border in (videos[..., 0, :], videos[..., -1, :], videos[..., :, 0], videos[..., :, -1]):
        assert (border - background).abs().max() < 0.05


def test_phase_and_speed_choose_the_frames():
    spec = plain_spec([0], GREY, [0])
    plain = compose(Disc(), spec)[:, :, 2, 16, 16]
    late = compose(Disc(), replace(spec, phase=torch.tensor([5.0])))[:, :, 2, 16, 16]
    fast = compose(Disc(), replace(spec, speed=torch.tensor([2.0])))[:, :, 2, 16, 16]
    assert torch.allclose(late, plain.roll(-5, dims=1))
    assert torch.allclose(fast[:, :8], plain[:, ::2]) and torch.allclose(fast[:, 8:], plain[:, ::2])


def test_a_spin_turns_clockwise_by_a_quarter_in_a_quarter_of_the_clip():
    clips = Disc()
    clips.frames[..., :16, :] = 0  # the lower half of the disc is left
    track = centroids(compose(clips, plain_spec([0], GREY, [7])))[0]
    assert track[0, 1] > 0.2 and track[4, 0] < -0.2 and track[8, 1] < -0.2 and track[12, 0] > 0.2


def test_background_is_exact_and_edges_are_smooth():
    rgb = torch.tensor([BACKGROUNDS["green"]]) / 255
    video = compose(Disc(), plain_spec([0], rgb, [0]))
    assert torch.allclose(video[:, :, :, 0, 0], (rgb * 2 - 1)[:, None].expand(-1, 16, -1), atol=1e-6)
    row = video[0, 0, 0, 16]
    assert 0 < ((row - row[0]).abs() > 0.01).logical_and((row - 1).abs() > 0.01).sum() <= 6


def test_a_second_subject_stands_on_the_right_and_a_tint_replaces_the_colour():
    spec = plain_spec([0], GREY, [0])
    pair = compose(Disc(), replace(spec, second=torch.tensor([1])))[0, 0, 0]
    assert (pair[:, :16] > 0.9).any() and (pair[:, 16:] > 0.9).any() and (pair[:, 15:17] < 0.9).all()
    tint = torch.tensor([[0.0, 1.0, 0.0, 1.0]])
    tinted = compose(Disc(), replace(spec, tint=tint))[0, 0, :, 16, 16]
    assert tinted[1] > tinted[0] + 0.2 and tinted[0] == tinted[2] == -1


def test_a_batch_gives_the_same_clips_as_one_by_one():
    _, spec = Captions(SUBJECTS[:2], seed=5).batch(6)
    one_by_one = torch.cat([compose(Disc(), spec[i : i + 1]) for i in range(6)])
    assert torch.allclose(compose(Disc(), spec, chunk=4), one_by_one, atol=1e-5)
    assert isinstance(spec[2:4], Spec) and len(spec[2:4]) == 2


def film(colours: list[tuple[int, int, int, int]]) -> bytes:
    """An animated WebP, one flat colour a frame."""
    frames = [Image.new("RGBA", (256, 256), colour) for colour in colours]
    buffer = io.BytesIO()
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:], lossless=True, duration=40)
    return buffer.getvalue()


def test_a_packed_emoji_comes_back_in_order_and_premultiplied(tmp_path):
    original = film([(8 * i, 0, 100, 128 if i % 2 else 255) for i in range(32)])
    path = tmp_path / "emoji.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("subjects.json", json.dumps([{"emoji": "1f", "names": ["a square"]}]))
        archive.writestr("1f.webp", sheet(original))
    clips = EmojiClips(path, size=64)
    assert clips.names == ["square"] and clips.frames.shape == (1, 16, 4, 64, 64)
    red = clips.frames[0, :, 0].float().mean((1, 2))
    assert (red - 16 * torch.arange(16)).abs().max() < 6  # frames 0, 2, 4 … all opaque
    half = EmojiClips(path, size=64).frames.shape
    assert half == clips.shrunk(64).frames.shape


def test_a_package_that_was_changed_is_refused(tmp_path):
    for name in dataset.SOURCES:
        (tmp_path / name).write_bytes(b"not the package")
    with pytest.raises(ValueError, match="SHA-256"):
        dataset.fetch(tmp_path)

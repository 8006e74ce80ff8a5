"""The training data: names of subjects, and their pictures, packed."""

import io
import json
import zipfile
from collections import Counter

import pytest
import torch
from PIL import Image

from t2v.spelling import plural
from training import dataset
from training.dataset import EmojiClips, sheet
from training.subjects import Subject, bare, countable, load_subjects
from training.tint import contrast

SUBJECTS = load_subjects()
VOWELS, CONSONANTS = (
    ("hourglass", "suv", "x", "x-ray", "xmas"),
    ("unicorn", "unicycle", "ufo", "ewe", "one", "euro"),
)


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


def test_a_subject_that_is_no_part_of_the_pack_may_be_added(tmp_path):
    path = tmp_path / "emoji.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("subjects.json", json.dumps([{"emoji": "1f", "names": ["a square"]}]))
        archive.writestr("1f.webp", sheet(film([(0, 0, 100, 255)] * 2)))
    clips, loop = EmojiClips(path, size=64), torch.randint(0, 255, (16, 4, 256, 256), dtype=torch.uint8)
    more = clips.with_subject(Subject("drawn", ("a glorp",)), loop)
    assert more.names == ["square", "glorp"] and clips.names == ["square"]
    assert torch.equal(more.frames[0], clips.frames[0]) and more.frames.shape == (2, 16, 4, 64, 64)
    mean = loop.float().unflatten(2, (64, 4)).unflatten(4, (64, 4)).mean((3, 5))
    assert (more.frames[1].float() - mean).abs().max() <= 0.5
    assert torch.equal(more.contrast, torch.stack([contrast(own) for own in more.frames]))
    assert torch.equal(more.contrast[:1], clips.contrast)
    assert torch.equal(more.shrunk(16).contrast, more.contrast)


def test_a_package_that_was_changed_is_refused(tmp_path):
    for name in dataset.SOURCES:
        (tmp_path / name).write_bytes(b"not the package")
    with pytest.raises(ValueError, match="SHA-256"):
        dataset.fetch(tmp_path)

"""Times and sizes are told as people say them, long texts are made short."""

import pytest

from t2v.measures import counted, duration, shortened, size

WORDS = {
    0.2: "about 1 s",
    2.4: "about 2 s",
    89: "about 89 s",
    91: "about 2 min",
    3490: "about 58 min",
    12_400: "about 3.4 h",
    54_000: "about 15.0 h",
    400_000: "about 5 days",
}


@pytest.mark.parametrize(("seconds", "words"), WORDS.items())
def test_seconds_in_words(seconds: float, words: str):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("bytes", "words"), [(1, "1 MB"), (183_400_000, "183 MB"), (999_400_000, "999 MB"), (1.2e9, "1.2 GB")]
)
def test_bytes_in_words(bytes: float, words: str):
    assert size(bytes) == words


def test_one_is_no_plural():
    assert [counted(number, "frame") for number in (0, 1, 2)] == ["0 frames", "1 frame", "2 frames"]


@pytest.mark.parametrize("letters", [1, 5, 40])
def test_a_short_text_stays_and_a_long_one_is_cut(letters: int):
    assert shortened("x" * letters, letters) == "x" * letters
    cut = shortened("ab " * letters, letters)
    assert len(cut) <= letters and cut.endswith("…") and "ab ".startswith(cut[:3].rstrip("…"))

"""The names of the drawings in other languages: `t2v/languages/drawn.tsv`."""

from collections import Counter

import pytest

from t2v.languages import LANGUAGES
from t2v.languages.elements import LONGEST_LETTERS, LONGEST_WORDS, normal
from t2v.languages.names import DRAWN, OTHER
from t2v.languages.words import SMALL, UNSPACED
from t2v.texts import read_text
from training.subjects import load_subjects

MAIN = "de es fr it pt nl pl ru ja zh".split()
HEADER, *ROWS = (line.split("\t") for line in read_text(DRAWN).splitlines())
NAMES = {  # language -> drawing -> its names
    language: {row[0]: [name.removeprefix(OTHER) for name in row[column].split("|") if name] for row in ROWS}
    for column, language in enumerate(HEADER[1:], start=1)
}


def test_the_table_has_a_row_for_each_drawing_and_a_column_for_each_language():
    assert HEADER == ["name", *LANGUAGES[1:]] and {len(row) for row in ROWS} == {len(HEADER)}
    drawings = [subject.name for subject in load_subjects() if not subject.hexcode]
    assert [row[0] for row in ROWS] == drawings


@pytest.mark.parametrize("language", MAIN)
def test_each_main_language_has_a_name_for_every_drawing(language: str):
    assert all(NAMES[language].values())


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_nearly_every_drawing_has_a_name_in_each_language(language: str):
    assert sum(map(bool, NAMES[language].values())) >= 0.98 * len(ROWS)


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_name_is_of_one_drawing_only(language: str):
    counts = Counter(name for names in NAMES[language].values() for name in names)
    assert [name for name, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_name_can_be_found_in_a_text(language: str):
    for name in (name for names in NAMES[language].values() for name in names):
        assert name == normal(name).strip() and not name.startswith(("a ", "an "))
        if language in UNSPACED:
            assert len(name) <= LONGEST_LETTERS
        else:
            assert len(name.split()) <= LONGEST_WORDS and name.split()[0] not in SMALL[language]

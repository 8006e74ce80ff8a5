"""The page "Scale": its tables are what its formula gives, and add up."""

import re

import pytest

from t2v.space import gate
from tests.documents import PAGES, ROOT

PAGE = next(page for page in PAGES if page.path.name == "scale.md")
BLOCK = next(block for block in PAGE.blocks if block.language == "python")


@pytest.fixture
def names(capsys: pytest.CaptureFixture[str]) -> dict:
    """What the page's formula defines, and what it prints."""
    names: dict = {}
    exec(compile(BLOCK.text, "scale", "exec"), names)
    return names | {"printed": capsys.readouterr().out.splitlines()}


def test_the_table_is_what_the_formula_prints(names: dict):
    rows = [
        line
        for line in PAGE.text.splitlines()
        if line.startswith(tuple(f"| {way} |" for way in names["WAYS"]))
    ]
    assert rows == names["printed"] and len(rows) == 9


def test_the_seconds_are_those_of_the_measurements(names: dict):
    stated = [float(found) for found in re.findall(r"\| (\d\.\d+) \|$", PAGE.text, re.MULTILINE)]
    assert stated == [1.17, 0.606, 0.863, 1.4] and round(13.8 / 16, 3) in (0.862, 0.863)
    assert {seconds for seconds, _ in names["WAYS"].values()} <= set(stated)


def test_the_figures_of_a_thousand_follow_from_the_formula(names: dict):
    videos, *_ = names["scale"](1.17, 3.0, 1000)
    a_second, bytes = videos / 86_400, 148_000
    assert f"{a_second * bytes / 1e6:.0f} MB and {a_second:.0f} videos a second" in PAGE.text
    assert f"{videos * bytes / 1e12:.1f} TB a day" in PAGE.text
    terabytes = round(videos * bytes / 1e12, 1)
    assert f"${terabytes * 1000 * 0.05:.0f} at an assumed $0.05" in PAGE.text
    assert f"{1000 / 22.8:.0f} a second and H100" in PAGE.text


def test_what_is_enough_follows_from_what_was_measured(names: dict):
    for milliseconds, jobs in ((81, 12), (46, 20)):
        assert jobs <= 1000 / milliseconds
        enough = [int(jobs * names["WAYS"][f"H100, {steps} steps"][0]) for steps in (50, 25)]
        assert f"{enough[0]} H100s with 50 steps, {enough[1]} with 25" in PAGE.text
        assert f"{milliseconds} ms" in PAGE.text and f"{jobs} jobs a second" in PAGE.text


def test_what_the_page_names_is_there():
    for path in re.findall(r"`((?:deploy|benchmarks)/[\w./]+)`", PAGE.text):
        assert (ROOT / path).exists(), path
    assert (ROOT / "t2v" / "service" / "store.py").exists() and gate.LOGIN_PAGE.fullmatch("/health/ready")

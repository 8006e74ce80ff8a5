"""Files of prompts: text, JSON lines and CSV say the same, and a wrong line is named before any work."""

import csv
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from t2v.cli import DONE, MISUSED, main
from t2v.errors import RequestError
from t2v.lines import Line, Paths, lines_of

from .test_cli import pipeline  # noqa: F401  (a fixture)

ROWS = [
    {"prompt": "a panda", "steps": 3, "seed": 7},
    {"prompt": 'a "red", fox; or two', "guidance": 2.5, "loop": True},
    {"prompt": "ein Bär 🐼", "negative_prompt": "blur", "source": "fox.png", "keep": 1},
    {"prompt": "last", "output": "last.gif"},
]


def written(rows: list[dict], path: Path, separator: str = ",") -> Path:
    """Write rows as JSON lines or CSV, as the suffix says."""
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    table = csv.DictWriter(text, names, delimiter=separator)
    table.writeheader()
    table.writerows(rows)
    path.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())  # as spreadsheets write it
    return path


def settings(path: Path) -> list[tuple]:
    return [(dict(line.settings), line.paths, line.output) for line in lines_of(str(path))]


@pytest.mark.parametrize(
    ("name", "separator"), [("a.csv", ","), ("a.csv", ";"), ("a.tsv", "\t"), ("a.CSV", ",")]
)
def test_a_table_says_what_json_lines_say(tmp_path: Path, name: str, separator: str):
    rows = settings(written(ROWS, tmp_path / "a.jsonl"))
    assert settings(written(ROWS, tmp_path / name, separator)) == rows
    assert rows[2] == ({"prompt": "ein Bär 🐼", "negative_prompt": "blur", "keep": 1}, Paths("fox.png"), None)
    assert rows[3] == ({"prompt": "last"}, Paths(), "last.gif")


TEXT = (
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_any_prompt_survives_both_formats(tmp_path_factory, prompts: list[str]):
    folder = tmp_path_factory.getbasetemp()
    rows = [{"prompt": prompt} for prompt in prompts]
    for name in ("p.jsonl", "p.csv"):
        assert [line.settings["prompt"] for line in lines_of(str(written(rows, folder / name)))] == prompts


def test_a_row_of_several_lines_is_where_it_begins(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text('prompt,steps\n"a\npanda",3\n\nb,x\n')
    first, second = lines_of(str(path))
    assert (
        isinstance(first, Line) and first.where == "a.csv, line 2" and first.settings["prompt"] == "a\npanda"
    )
    assert isinstance(second, RequestError) and second.field == "a.csv, line 5: steps"


WRONG = {
    ("p.txt", "a\n" + "b" * 1001): "p.txt, line 2: prompt: must be at most 1,000 characters",
    (
        "p.jsonl",
        '{"prompt": "a"}\n{"prompt": "b", "steps": 0}',
    ): "p.jsonl, line 2: steps: must be a whole number",
    ("p.jsonl", '\n# a comment\n{"prompt": "a"'): "p.jsonl, line 3: is not valid JSON, such as",
    ("p.jsonl", '["a"]'): "p.jsonl, line 1: must be an object",
    (
        "p.jsonl",
        '{"prompt": "a", "stepz": 3}',
    ): "p.jsonl, line 1: stepz: is not a setting; did you mean steps?",
    ("p.jsonl", '{"seed": 3}'): "p.jsonl, line 1: prompt: is missing",
    ("p.jsonl", '{"prompt": ["a"]}'): "p.jsonl, line 1: prompt: must be text",
    ("p.jsonl", '{"prompt": "a", "source": 3}'): "p.jsonl, line 1: source: must be the name of a file, not 3",
    ("p.jsonl", '{"prompt": "a", "source": "b", "from": "c"}'): "p.jsonl, line 1: from: is given twice",
    ("p.jsonl", '{"prompt": "a", "source": "absent.png"}'): "p.jsonl, line 1: source: absent.png",
    ("p.jsonl", '{"prompt": "a", "source": "p.jsonl"}'): "p.jsonl, line 1: source: p.jsonl",
    (
        "p.jsonl",
        '{"prompt": "a", "source": "fox.png", "keep": 2}',
    ): "p.jsonl, line 1: keep: must be at most 1",
    (
        "p.jsonl",
        '{"prompt": "a", "strength": 0.5}',
    ): "p.jsonl, line 1: strength: says what to do with a source",
    ("p.jsonl", '{"prompt": "a", "mask": "fox.png"}'): "p.jsonl, line 1: mask: is a part of a source",
    ("p.jsonl", '{"prompt": "a", "output": "a.avi"}'): "p.jsonl, line 1: output: the name of a video ends in",
    (
        "p.jsonl",
        '{"prompt": "a", "output": "a.mp4"}\n{"prompt": "b", "output": "./a.mp4"}',
    ): "p.jsonl, line 2: output",
    ("p.csv", "prompt,steps\na,3\nb,ten"): "p.csv, line 3: steps: ",
    ("p.csv", "prompt,stepz\na,3"): "p.csv, line 1: stepz: is not a setting; did you mean steps?",
    ("p.csv", "prompt\na,3"): "p.csv, line 2: has 2 cells, and the first row names 1",
    ("p.csv", 'prompt\n"a'): "p.csv, line 2: is not valid CSV",
    ("p.csv", "steps\n3"): "p.csv, line 2: prompt: is missing",
    ("p.csv", "prompt,loop\na,maybe"): "p.csv, line 2: loop: must be true or false",
}


@pytest.mark.parametrize(("file", "answer"), WRONG.items(), ids=str)
def test_a_wrong_line_is_named_before_any_work(pipeline, capsys, file, answer):  # noqa: F811
    name, text = file
    Path(name).write_text(text)
    Image.new("RGB", (32, 32)).save("fox.png")
    assert main(["--prompts", name, "-o", "out/"]) == MISUSED
    out, err = capsys.readouterr()
    assert out == "" and err.startswith(f"t2v: {answer}") and err.count("\n") == 1
    assert pipeline.chosen is None and not os.path.exists("out")


def test_the_next_wrong_lines_are_named_with_the_first(pipeline, capsys):  # noqa: F811
    rows = [{"prompt": "a", "steps": 3 if number % 2 else 0} for number in range(16)]
    written(rows, Path("p.jsonl"))
    assert main(["--prompts", "p.jsonl", "-o", "out/"]) == MISUSED
    err = capsys.readouterr().err
    assert (
        err.startswith("t2v: p.jsonl, line 1: steps: ")
        and "(7 more are wrong: lines 3, 5, 7, 9, 11, …)" in err
    )


def test_a_wrong_flag_is_no_lines_fault(pipeline, capsys):  # noqa: F811
    written([{"prompt": "a", "frames": 3}], Path("p.jsonl"))
    assert main(["--prompts", "p.jsonl", "--steps", "0", "-o", "out/"]) == MISUSED
    assert capsys.readouterr().err.startswith("t2v: steps: must be")


def test_a_line_goes_before_the_command_line_and_names_its_file(pipeline):  # noqa: F811
    rows = [{"prompt": "a", "steps": 1}, {"prompt": "b"}, {"prompt": "c", "output": "named.gif", "seed": 5}]
    written(rows, Path("p.jsonl"))
    assert main(["--prompts", "p.jsonl", "--steps", "2", "--seed", "3", "-o", "out/"]) == DONE
    made = [(request.prompt, request.steps, request.seed) for request in pipeline.calls]
    assert made == [("a", 1, 3), ("b", 2, 3), ("c", 2, 5)]
    assert sorted(os.listdir("out")) == ["001.mp4", "002.mp4", "named.gif"]


def test_stdin_may_have_json_lines(pipeline, monkeypatch):  # noqa: F811
    monkeypatch.setattr("sys.stdin", io.StringIO('{"prompt": "a", "steps": 1}\n{"prompt": "b"}\n'))
    assert main(["--prompts", "-", "-o", "out/"]) == DONE
    assert [(request.prompt, request.steps) for request in pipeline.calls] == [("a", 1), ("b", 3)]

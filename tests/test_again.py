"""The line that `t2v info` prints makes the video again, whatever a shell thinks of its letters."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from t2v.cli import DONE, FLAGS, _parsed, main
from t2v.commands import plain
from t2v.request import Request
from t2v.video import Settings, Video

PROMPTS = (
    "a panda", "info", "check", "--", "-", "-o", "--help", "-1", "@file", "$HOME `id` $(id) \\ \\n %d %%",
    "it's \"quoted\" 'twice'", "!! !x #1 * ? ~ & | ; < > ( ) [ ] { }", "'\n\"$x\\045\n%s-", "a" * 1_000,
    "ein Bär 🐼 👩\u200d🚀 \u3000 \xa0 🏴\U000e0067", "می\u200cخواهم",
    "two\nlines\tand\ra tab", "\x1b[31mred\x07", "a\u2028b\u202ec\x85d",
)  # fmt: skip
TINY = np.zeros((2, 16, 16, 3), np.uint8)


def again(path: Path, capsys: pytest.CaptureFixture) -> str:
    """The command that `t2v info` ends with."""
    assert main(["info", str(path)]) == DONE
    lines = capsys.readouterr().out.splitlines()
    return next(line for line in lines if line.startswith("again: ")).removeprefix("again: ")


def arguments_in_a_shell(line: str, folder: Path) -> list[str]:
    """What a program t2v gets where sh runs the line."""
    program = folder / "t2v"
    program.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))")
    program.chmod(0o755)
    env = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    return json.loads(subprocess.run(["sh", "-c", line], env=env, capture_output=True, check=True).stdout)


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".webp"])
@pytest.mark.parametrize("text", PROMPTS, ids=range(len(PROMPTS)))
def test_a_shell_gets_the_request(tmp_path: Path, capsys, text: str, suffix: str):
    negative = "" if text == "--" else text  # which argparse can't have as a flag's value
    request = Request(text, negative, seed=0, eta=0.1, fps=60).validate()
    where = {"device": "cuda:0,cuda:1", "dtype": "float16", "memory": "low"}
    video = Video(TINY, request, "owner/model", "c0ffee", **where)
    line = again(video.save(tmp_path / f"a{suffix}"), capsys)
    assert line.isascii() or line.encode().decode() == line == plain(line)
    arguments = arguments_in_a_shell(line, tmp_path)
    args = _parsed(arguments)
    given = {name: getattr(args, name) for name in FLAGS}
    assert Request(*args.prompts, **given).validate() == request
    assert {name: getattr(args, name) for name in where} == where
    assert args.model == "owner/model@c0ffee"
    assert args.output == (None if suffix == ".mp4" else f"video-%d{suffix}")
    if plain(text) == text:
        assert shlex.split(line)[1:] == arguments


@pytest.mark.parametrize(
    ("model", "revision", "said"),
    [
        ("owner/model", "c0ffee", "owner/model@c0ffee"),
        ("owner/model", "", "owner/model"),
        ("emoji", "", "emoji"),
        ("my folder", "", "my folder"),
    ],
)
def test_a_model_has_its_commit_and_a_folder_is_named_as_one(tmp_path, capsys, model, revision, said):
    path = Video(TINY, Request("a panda").validate(), model, revision).save(tmp_path / "a.gif")
    assert f"--model={said}" in shlex.split(again(path, capsys))
    main(["info", str(path)])
    assert ("is a folder" in capsys.readouterr().out) == (model == "my folder")


def test_a_record_of_an_older_version_is_read():
    old = Settings(Request("a").validate(), "emoji", "", "0.1", (), 1, (2, 2))
    kept = {name: value for name, value in json.loads(old.to_json()).items()}
    for name in ("device", "dtype", "memory", "threads", "source"):
        del kept[name]
    assert Settings.from_json(json.dumps(kept)) == old
    assert Settings.from_json(json.dumps(kept | {"threads": "many"})) is None


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".webp"])
def test_the_embedded_models_video_is_made_again_to_the_bit(tmp_path, monkeypatch, capsys, suffix: str):
    monkeypatch.chdir(tmp_path)
    size = "--frames 3 --width 64 --height 48 --steps 2 --eta 0.5 --guidance 1.5 --fps 7".split()
    precision = ["--dtype", "float32", "--memory", "low"] if suffix == ".mp4" else []
    first = ["-o", f"first{suffix}", "--negative-prompt=-blur", *size, *precision, "--", "it's a\npanda"]
    assert main(first) == DONE
    line = again(Path(f"first{suffix}"), capsys)
    monkeypatch.setattr(sys, "argv", ["t2v", *arguments_in_a_shell(line, tmp_path)])
    assert main() == DONE
    assert Path(f"video-1{suffix}").read_bytes() == Path(f"first{suffix}").read_bytes()

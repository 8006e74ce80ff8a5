"""The command: a line and an exit code for every outcome, and no work before the arguments are right."""

import io
import json
import os
import shlex
import signal
import subprocess
import sys
import types
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from t2v import cli, ffmpeg
from t2v.cli import DONE, FAILED, INTERRUPTED, MISUSED, main
from t2v.request import SETTINGS, ModelDefaults, Request
from t2v.video import Video

ROOT = Path(__file__).parents[1]


class FakePipeline:
    """Grey frames, at once; `calls` and `chosen` tell what it was asked for."""

    native = ModelDefaults(frames=2, width=32, height=16, steps=3, guidance=1.0, fps=4)
    calls: list[Request]
    chosen: dict

    @classmethod
    def from_pretrained(cls, **chosen):
        cls.chosen, cls.calls = chosen, []
        return cls()

    def steps_of(self, request: Request) -> int:
        return request.walked

    def __call__(self, request: Request, on_step=None) -> Video:
        self.calls.append(request)
        if request.prompt == "trouble":
            raise RuntimeError("CUDA is unhappy\n  at line 7")
        for step in range(request.steps):
            on_step(step + 1, request.steps, None)
        if request.prompt == "stop":
            raise KeyboardInterrupt
        frames = np.full((request.frames, request.height, request.width, 3), 99, np.uint8)
        return Video(frames, request, "fake", "r1", "0.0", ("These words were cut off: \x1b[31mtail",))


@pytest.fixture
def pipeline(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "t2v.pipeline", types.SimpleNamespace(TextToVideo=FakePipeline))
    FakePipeline.calls, FakePipeline.chosen = [], None
    return FakePipeline


def test_a_prompt_gives_a_file_and_a_line_with_path_seed_and_settings(pipeline, capsys):
    assert main(["a panda", "-o", "panda.mp4", "--seed", "7"]) == DONE
    out, err = capsys.readouterr()
    assert out.startswith(
        "panda.mp4: seed 7, 2 frames of 32×16 at 4 fps, 3 steps of ddim, guidance 1, model fake"
    )
    assert out.count("\n") == 1
    assert err == "t2v: These words were cut off: \\x1b[31mtail\n"
    assert Video.open("panda.mp4").request == pipeline.calls[0]


def test_every_setting_has_a_flag_that_arrives(pipeline):
    flags = "--negative-prompt blur --frames 3 --width 40 --height 24 --steps 4 --guidance 2.5 --eta 0.5"
    flags += " --sampler euler --seed 0 --fps 9 --model m --device cpu --dtype float32 --memory low"
    assert main([*flags.split(), "a panda", "-o", "a.gif"]) == DONE
    expected = Request("a panda", "blur", 3, 40, 24, 4, 2.5, 0.5, "euler", 0, 9, 1.0, 0, 1, window=0)
    assert pipeline.calls == [expected]
    assert pipeline.chosen == {"model": "m", "device": "cpu", "dtype": "float32", "memory": "low"}
    assert {"prompt", *cli.FLAGS} == set(SETTINGS)


@pytest.mark.parametrize("seed", [[], ["--seed", "-1"]])
def test_a_random_seed_is_printed_and_what_is_left_out_is_left_to_the_pipeline(pipeline, capsys, seed):
    assert main(["a panda", *seed]) == DONE
    assert f"video-1.mp4: seed {pipeline.calls[0].seed}," in capsys.readouterr().out
    assert pipeline.chosen == {}


def test_names_never_come_from_a_prompt_and_free_numbers_are_taken(pipeline):
    for _ in range(2):
        assert main(["../../etc/passwd", "a/b", "-o", "out/"]) == DONE
    assert sorted(os.listdir("out")) == ["001.mp4", "002.mp4", "003.mp4", "004.mp4"]
    assert main(["one", "two", "-o", "v/clip %02d.webp"]) == DONE
    assert sorted(os.listdir("v")) == ["clip 01.webp", "clip 02.webp"]
    assert main(["one", "-o", "out"]) == DONE
    assert len(os.listdir("out")) == 5


def test_a_file_that_is_named_is_overwritten(pipeline):
    Path("a.mp4").write_text("old")
    assert main(["a panda", "-o", "a.mp4"]) == DONE
    assert len(Video.open("a.mp4").frames) == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("source", ["p.txt", "-"])
def test_only_line_ends_part_prompts(pipeline, monkeypatch, end, source):
    prompts = ["a\u2028panda", "a\x0bbear\x0c", "a\x85cat", "ein Bär 🐼\x1c\x1e\u2029"]
    content = ("\ufeff" + end.join([*prompts, ""])).encode()
    Path("p.txt").write_bytes(content)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), encoding="cp1252"))
    assert main(["--prompts", source, "-o", "out"]) == DONE
    assert [request.prompt for request in pipeline.calls] == [prompt.strip() for prompt in prompts]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("source", ["p.txt", "-"])
def test_a_text_of_two_bytes_a_letter_is_named(pipeline, monkeypatch, capsys, encoding, source):
    content = "a panda\na bear\n".encode(encoding)
    Path("p.txt").write_bytes(content)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert main(["--prompts", source, "-o", "out"]) == MISUSED
    assert "is text in UTF-16; save it in UTF-8" in capsys.readouterr().err and not pipeline.calls


def test_lines_that_begin_with_a_hash_are_no_prompts(pipeline):
    Path("p.txt").write_text("# animals\na panda\n  # and\n#\na fox #1\n")
    assert main(["--prompts", "p.txt", "#3", "-o", "out"]) == DONE
    assert [request.prompt for request in pipeline.calls] == ["#3", "a panda", "a fox #1"]


def test_several_videos_of_each_prompt_count_the_seeds_up(pipeline, capsys):
    assert main(["a panda", "a fox", "-n", "3", "--seed", "7", "-o", "out/"]) == DONE
    made = [(request.prompt, request.seed) for request in pipeline.calls]
    assert made == [(prompt, seed) for prompt in ("a panda", "a fox") for seed in (7, 8, 9)]
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines[:2]] == ["out/001.mp4: seed 7", "out/002.mp4: seed 8"]
    assert len(os.listdir("out")) == 6


@pytest.mark.parametrize("seed", [[], ["--seed", "-1"]])
def test_several_videos_without_a_seed_have_random_ones(pipeline, seed):
    assert main(["a panda", "-n", "4", *seed]) == DONE
    assert len({request.seed for request in pipeline.calls}) == 4
    assert sorted(os.listdir()) == [f"video-{number}.mp4" for number in (1, 2, 3, 4)]


def test_a_size_is_both_sides(pipeline):
    for word in ("48x32", "48X32", "48×32", " 48 * 32 "):
        assert main(["a panda", "--size", word, "-o", "a.mp4"]) == DONE
        assert (pipeline.calls[0].width, pipeline.calls[0].height) == (48, 32)


def test_prompts_from_a_file_and_from_stdin(pipeline, monkeypatch):
    Path("p.txt").write_text("\ufeffa panda\n\n  \nein Bär 🐼\n", encoding="utf-8")
    assert main(["first", "--prompts", "p.txt", "-o", "out"]) == DONE
    assert [request.prompt for request in pipeline.calls] == ["first", "a panda", "ein Bär 🐼"]
    monkeypatch.setattr("sys.stdin", io.StringIO("a panda\na bear\n"))
    assert main(["--prompts", "-", "-o", "out"]) == DONE
    assert len(pipeline.calls) == 2


WRONG = {
    "": "no prompt",
    "'' -o a.mp4": "prompt: is empty",
    "a -o a.mp4 --steps ten": "steps: must be a whole number from 1 to 1000, not the text 'ten'",
    "a -o a.mp4 --steps 2.5": "steps: must be a whole number",
    "a -o a.mp4 --guidance nan": "guidance: must be",
    "a -o a.mp4 --width 40": "width: must be a multiple of 16, such as 32 or 48",
    "a -o a.mp4 --model m --width 33": "width: must be a multiple of 8, such as 32 or 40",
    "a -o a.mp4 --sampler ddmi": "sampler: must be one of ddim",
    "a -o a.mp4 --width 1024": "width: must be a whole number from 16 to 512",
    "a -o a.mp4 --model m --width 2048 --height 2048 --frames 5": "frames: must be at most 4 at 2048×2048",
    "a -o a.avi": "ends in .mp4, .gif, .webp",
    "a -o a": "ends in .mp4, .gif, .webp",
    "a panda -o a.mp4": "2 prompts and one file: quote",
    "a -o p.txt/a.mp4": "not a folder",
    "a --step 10": "unrecognized arguments: --step 10; did you mean --steps? (",
    "a --stepz=10": "did you mean --steps? (",
    "a --num-inference-steps 10": "did you mean --steps? (",
    "a --guidance_scale=9": "did you mean --guidance? (",
    "a --negative_prompt b": "did you mean --negative-prompt? (",
    "a --xyzzy": "unrecognized arguments: --xyzzy (",
    "models --device": "unrecognized arguments: --device (t2v models --help",
    "a --negative-prompt -blue": "--negative-prompt needs a value; one that begins with - is written --neg",
    "a --steps": "--steps needs a value",
    "a --steps -5": "steps: must be a whole number from 1 to 1000, not -5",
    "a --steps=": "steps: must be a whole number",
    "a -n 0": "-n: must be a whole number from 1 to 1000, not 0",
    "a -n -2": "-n: must be a whole number from 1 to 1000, not -2",
    "a -n some": "-n: must be a whole number from 1 to 1000, not the text 'some'",
    "a -n 2 -o a.mp4": "2 videos and one file: give a folder/",
    "a -n 2 --seed 4294967295": "seed: must be a whole number from -1 to 4294967295, not 4294967296",
    "a --size 320": "--size: must be WIDTHxHEIGHT in pixels, such as 576x320, not '320'",
    "a --size 320x192 --height 192": "--size is given beside --height: leave one out",
    "a --size 320x190": "height: must be a multiple of 16, such as 176 or 192, not 190",
    "plan --steps 0": "steps: must be a whole number",
    "plan a --size 320": "--size: must be WIDTHxHEIGHT",
    "plan -n 0": "-n: must be",
    "plan --prompts absent.txt": "No such file",
    "--prompts absent.txt": "No such file",
    "--prompts raw.txt": "is text in UTF-16; save it in UTF-8",
    "--prompts p.txt -o out": "line 2: prompt: must be at most 1,000",
    "info": "required: file",
    "models extra": "unrecognized arguments",
}


@pytest.mark.parametrize(("line", "word"), WRONG.items())
def test_a_wrong_line_is_answered_in_one_line_before_any_work(pipeline, capsys, line, word):
    Path("p.txt").write_text("a panda\n" + "a" * 1_001)
    Path("raw.txt").write_bytes(b"\xff\xfe\xff")
    assert main(shlex.split(line)) == MISUSED
    out, err = capsys.readouterr()
    assert out == "" and word in err and err.startswith("t2v: ") and err.count("\n") == 1
    assert not pipeline.calls
    assert sorted(os.listdir()) == ["p.txt", "raw.txt"]


def test_a_failure_is_one_line_and_keeps_the_videos_before_it(pipeline, capsys):
    assert main(["a panda", "trouble", "a bear"]) == FAILED
    assert capsys.readouterr().err.splitlines()[-1].startswith("t2v: RuntimeError: CUDA is unhappy (")
    assert os.listdir() == ["video-1.mp4"]


def test_an_interrupt_leaves_nothing_half_written(pipeline, capsys):
    assert main(["stop", "-o", "a.mp4"]) == INTERRUPTED
    assert capsys.readouterr().err == "t2v: stopped\n"
    assert not os.listdir()


def test_the_bar_shows_steps_and_time_left_on_a_terminal(pipeline, capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert main(["a panda", "-o", "a.mp4"]) == DONE
    assert "0/3 [00:00<?" in capsys.readouterr().err


def test_one_bar_counts_the_steps_of_all_videos(pipeline, capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert main(["a panda", "a fox", "-n", "2"]) == DONE
    out, err = capsys.readouterr()
    assert "1 of 4: a panda" in err and "4 of 4: a fox" in err
    assert "/12 [" in err and "/3 [" not in err
    assert len(out.splitlines()) == 4


@pytest.mark.parametrize("word", ["info", "models", "check"])
def test_a_prompt_may_be_a_commands_word(pipeline, word):
    assert main(["--", word]) == main(["-o", "a.mp4", word]) == DONE
    assert pipeline.calls[0].prompt == word


def test_info_shows_the_settings_and_a_line_that_makes_the_video_again(pipeline, capsys):
    prompt = '-a "panda"; it\'s $HOME \\'
    assert main(["-o", "a.mp4", "--eta", "0.5", "--", prompt]) == DONE
    first = pipeline.calls[0]
    capsys.readouterr()
    assert main(["info", "a.mp4", "--json"]) == DONE
    assert json.loads(capsys.readouterr().out)["request"]["prompt"] == prompt
    assert main(["info", "a.mp4"]) == DONE
    again = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("again: "))
    assert main(shlex.split(again)[2:]) == DONE
    assert pipeline.calls == [first] and pipeline.chosen == {"model": "fake"}


@pytest.mark.parametrize("content", [None, b"", b"<html>", b"\0\0\0\x20ftypisom"])
def test_info_on_what_is_no_video_of_ours_is_one_line(tmp_path, capsys, content):
    if content is None:
        ffmpeg.encode(np.zeros((1, 16, 16, 3), np.uint8), 8, {"comment": "home"}, tmp_path / "a.mp4")
    else:
        (tmp_path / "a.mp4").write_bytes(content)
    assert main(["info", str(tmp_path / "a.mp4")]) == FAILED
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("t2v: The ") and err.count("\n") == 1


def test_models_lists_the_catalogue_and_check_passes_the_doctors_word(monkeypatch, capsys):
    from t2v import checkpoints

    def examine(path: str) -> str:
        if path == "bad":
            raise checkpoints.CheckpointError("bad is a web page, not a checkpoint.")
        return "good: sound\n  vae: 3 tensors"

    monkeypatch.setattr(checkpoints, "examine", examine)
    assert main(["models"]) == DONE
    listed = capsys.readouterr().out
    assert all(name in listed for name in checkpoints.CATALOGUE)
    assert main(["check", "good"]) == DONE
    assert capsys.readouterr().out == "good: sound\n  vae: 3 tensors\n"
    assert main(["check", "bad"]) == FAILED
    assert capsys.readouterr().err == "t2v: bad is a web page, not a checkpoint.\n"


def run(
    *arguments: str, code: str = "import sys; from t2v.cli import main; sys.exit(main())"
) -> subprocess.Popen:
    """The command as from a terminal: in a suite that runs in the background, Ctrl-C would be ignored."""
    settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": ROOT}
    settings["preexec_fn"] = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen([sys.executable, "-c", code, *arguments], **settings)


def test_help_and_mistakes_never_load_torch():
    code = "import sys; from t2v.cli import main; main(); print('torch' in sys.modules)"
    for arguments in (["--steps", "0", "a panda"], ["info", "absent.mp4"]):
        assert run(*arguments, code=code).communicate()[0] == "False\n"
    with subprocess.Popen(
        [sys.executable, "-m", "t2v", "--help"], cwd=ROOT, stdout=subprocess.PIPE
    ) as helped:
        assert b"--negative-prompt" in helped.stdout.read()
    assert helped.returncode == 0


def test_ctrl_c_ends_a_running_process_with_130_and_no_file(tmp_path):
    code = """
import sys, time, types
class Slow:
    from t2v.defaults import ModelDefaults
    native = ModelDefaults(steps=1)
    from_pretrained = classmethod(lambda cls: cls())
    steps_of = lambda self, request: request.walked
    def __call__(self, request, on_step):
        print("working", flush=True)
        time.sleep(60)
sys.modules["t2v.pipeline"] = types.SimpleNamespace(TextToVideo=Slow)
from t2v.cli import main
sys.exit(main())
"""
    process = run("a panda", "-o", str(tmp_path / "a.mp4"), code=code)
    assert process.stdout.readline() == "working\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate() == ("", "t2v: stopped\n")
    assert process.returncode == 130 and not list(tmp_path.iterdir())


def test_a_reader_that_goes_away_is_no_traceback():
    process = run("--help")
    process.stdout.close()
    assert "Traceback" not in process.communicate()[1]


def test_an_option_is_no_misspelt_command(tmp_path: Path, capsys):
    for option in ("--model", "--memory", "--prompts", "--size"):
        assert cli.main([option, "nonsense!"]) in (cli.MISUSED, cli.FAILED)
        assert "is no command" not in capsys.readouterr().err

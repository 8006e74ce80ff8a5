"""--resume makes what is missing or torn, and nothing twice, wherever the run before it was killed."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from t2v.cli import DONE, FAILED, MISUSED, TERMINATED, main
from t2v.errors import T2VError
from t2v.video import Video

from .killed import DrawnAtOnce

ROOT = Path(__file__).parents[1]
SMALL = "--frames 2 --width 32 --height 32 --steps 2".split()
VIDEOS = 12


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[DrawnAtOnce]:
    """A workplace with prompts.jsonl, in which the pipeline draws at once."""
    import types

    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "t2v.pipeline", types.SimpleNamespace(TextToVideo=DrawnAtOnce))
    lines = [json.dumps({"prompt": f"panda {number}", "seed": number}) for number in range(VIDEOS)]
    Path("prompts.jsonl").write_text("\n".join(lines))
    return DrawnAtOnce


def run(*more: str) -> int:
    return main(["--prompts", "prompts.jsonl", "-o", "out/", *SMALL, *more])


def state(folder: Path = Path("out")) -> dict[str, int]:
    """The time at which each file was written."""
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*")}


def lines(capsys: pytest.CaptureFixture) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_is_whole_is_kept_and_the_rest_is_made(drawn, capsys):
    assert run("--resume") == DONE
    before, first = state(), {path.name: path.read_bytes() for path in Path("out").iterdir()}
    assert sorted(before) == [f"{number:03}.mp4" for number in range(1, VIDEOS + 1)]
    Path("out/002.mp4").unlink()
    Path("out/005.mp4").write_bytes(first["005.mp4"][:700])
    Path("out/007.mp4").write_bytes(b"")
    capsys.readouterr()
    assert run("--resume", "--json") == DONE
    told = {line["file"][4:]: line["status"] for line in lines(capsys)}
    assert {name for name, status in told.items() if status == "made"} == {"002.mp4", "005.mp4", "007.mp4"}
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == first
    assert all(state()[name] == before[name] for name in told if told[name] == "kept")


@pytest.mark.parametrize("suffix", ["mp4", "gif", "webp"])
def test_a_file_cut_off_anywhere_is_made_again(drawn, suffix: str):
    path = Path(f"out/1.{suffix}")
    line = ["a panda", "--seed", "1", *SMALL, "-o", str(path), "--resume"]
    assert main(line) == DONE
    whole = path.read_bytes()
    for length in (0, 1, 9, 40, len(whole) // 2, len(whole) - 20, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert main(line) == DONE
        assert path.read_bytes() == whole, length


def test_another_video_is_never_overwritten(drawn, capsys):
    assert run("--resume") == DONE
    before = state()
    capsys.readouterr()
    changed = {
        "--steps": "3",
        "--guidance": "2",
        "--negative-prompt": "blur",
        "--fps": "9",
        "--model": "other/one",
    }
    for flag, value in list(changed.items())[:4]:
        assert main(["--prompts", "prompts.jsonl", "-o", "out/", *SMALL, flag, value, "--resume"]) == MISUSED
        err = capsys.readouterr().err
        assert "out/001.mp4 is another video" in err and flag[2:].replace("-", "_") in err
    assert run("--seed", "3", "--resume") == DONE  # the lines have their own
    assert state() == before
    Path("out/003.mp4").write_bytes(Video(np.zeros((2, 16, 16, 3), np.uint8)).to_bytes())
    assert run("--resume") == MISUSED
    assert "out/003.mp4 is another video (it holds no settings" in capsys.readouterr().err


def test_a_random_seed_is_any_seed(drawn):
    Path("prompts.jsonl").write_text('{"prompt": "a panda"}\n{"prompt": "a fox"}')
    assert run("--resume") == DONE
    before = state()
    assert run("--resume") == DONE and state() == before


@pytest.mark.parametrize("parts", range(1, 8))
def test_parts_make_disjoint_files_and_all_of_them(drawn, parts: int, capsys):
    made = []
    for part in range(1, parts + 1):
        assert run("--shard", f"{part}/{parts}", "--json", "-o", "out/%02d.gif") == DONE
        made += [line["file"] for line in lines(capsys)]
    assert sorted(made) == [f"out/{number:02}.gif" for number in range(1, VIDEOS + 1)]
    assert sorted(state()) == [name[4:] for name in sorted(made)]
    assert all(Video.open(name).request.prompt == f"panda {int(name[4:6]) - 1}" for name in made)


def test_a_part_without_resume_overwrites_nothing(drawn, capsys):
    assert run("--shard", "1/2") == DONE
    before = state()
    assert run("--shard", "1/2") == MISUSED
    assert "out/001.mp4 is there already: --resume" in capsys.readouterr().err and state() == before


def test_a_part_that_has_nothing_is_done(drawn):
    Path("prompts.jsonl").write_text('{"prompt": "a panda"}')
    assert run("--shard", "3/4") == DONE and not Path("out").exists()


def test_a_video_that_fails_costs_no_other(drawn, monkeypatch, capsys):
    draw = DrawnAtOnce.__call__

    def call(self, request, **given):
        if request.seed in (2, 4, 5):
            raise T2VError("the numbers are not finite")
        return draw(self, request, **given)

    monkeypatch.setattr(DrawnAtOnce, "__call__", call)
    assert run("--resume", "--json") == FAILED
    out, err = capsys.readouterr()
    told = [json.loads(line) for line in out.splitlines()]
    assert [line["file"] for line in told if line["status"] == "failed"] == [
        f"out/00{n}.mp4" for n in (3, 5, 6)
    ]
    assert "t2v: out/003.mp4 (prompts.jsonl, line 3): the numbers are not finite" in err
    assert err.endswith("t2v: 9 of 12 videos were made\n")
    monkeypatch.setattr(DrawnAtOnce, "__call__", draw)
    assert run("--resume", "--json") == DONE
    assert [line["file"] for line in lines(capsys) if line["status"] == "made"] == [
        f"out/00{n}.mp4" for n in (3, 5, 6)
    ]


def test_three_failures_in_a_row_end_the_batch(drawn, monkeypatch, capsys):
    def call(self, request, **given):
        raise T2VError("broken weights")

    monkeypatch.setattr(DrawnAtOnce, "__call__", call)
    assert run() == FAILED
    assert capsys.readouterr().err.count("broken weights") == 3


def test_a_dry_run_counts_and_makes_nothing(drawn, capsys):
    assert run("--resume", "--shard", "1/4") == DONE
    before = state()
    capsys.readouterr()
    assert run("--resume", "--dry-run", "--json") == DONE
    (told,) = lines(capsys)
    assert (told["kept"], told["videos"]) == (3, 9)
    assert told["seconds"] > 0 and told["memory"] > 10**8 and told["files"] > 0 and told["download"] == 0
    assert run("--resume", "--dry-run") == DONE
    out = capsys.readouterr().out.splitlines()
    assert (
        out[0] == "9 videos to make, 3 are there" and out[-1].startswith("about ") and out[-1].endswith(" s")
    )
    assert state() == before


def killed_at_random(command: list[str], moments: int, longest: float, folder: Path) -> list[int]:
    """Kill the command at random moments, look for torn files, let it end -> how many files each time.

    Every fourth kill is at the start; before the others a video is made, then up to `longest` seconds pass.
    No whole file is ever written again.
    """
    chance, there, before = random.Random(23), [0], dict[str, int]()
    while len(there) <= moments:
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True
        ) as process:
            while len(there) % 4 and len(whole_in(folder)) == there[-1] and process.poll() is None:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, longest))
            process.send_signal(signal.SIGKILL)
        files = whole_in(folder)
        assert all(len(Video.open(path)) == 2 for path in files)
        there.append(len(files))
        assert state(folder).items() >= before.items()
        before = {path.name: path.stat().st_mtime_ns for path in files}
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    assert state(folder).items() >= before.items()
    return there[1:]


def whole_in(folder: Path) -> list[Path]:
    return list(folder.glob("[!.]*"))


def survives(tmp_path: Path, module: list[str], videos: int, moments: int, longest: float) -> list[int]:
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text("".join(json.dumps({"prompt": "a panda", "seed": n}) + "\n" for n in range(videos)))
    begin = [sys.executable, "-m", *module, "--prompts", str(prompts), *SMALL, "--resume", "-o"]
    subprocess.run([*begin, f"{tmp_path}/whole/"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    there = killed_at_random([*begin, f"{tmp_path}/out/"], moments, longest, tmp_path / "out")
    whole, out = (sorted((tmp_path / name).iterdir()) for name in ("whole", "out"))
    assert [path.name for path in out] == [path.name for path in whole] and len(out) == videos  # no drafts
    assert all(one.read_bytes() == other.read_bytes() for one, other in zip(out, whole, strict=True))
    assert there == sorted(there)
    return there


@pytest.mark.slow
def test_killed_at_random_moments_nothing_is_torn_twice_or_missing(tmp_path: Path):
    survives(tmp_path, ["tests.killed"], 8, 3, 0.4)


@pytest.mark.soak
def test_killed_at_twenty_moments_with_the_embedded_model(tmp_path: Path):
    there = survives(tmp_path, ["t2v"], 80, 20, 1.5)
    print("there at each kill:", there)
    assert len(set(there)) > 10


def test_sigterm_ends_it_with_a_code_and_no_draft(tmp_path: Path):
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("a panda\n" * 500)
    command = [
        sys.executable,
        "-m",
        "tests.killed",
        "--prompts",
        str(prompts),
        *SMALL,
        "-o",
        f"{tmp_path}/out/",
    ]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        err = process.communicate(timeout=60)[1]
    assert process.returncode == TERMINATED and err == "t2v: stopped by SIGTERM\n"
    assert all(path.suffix == ".mp4" and len(Video.open(path)) == 2 for path in (tmp_path / "out").iterdir())

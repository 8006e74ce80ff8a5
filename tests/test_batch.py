"""Many prompts on several devices: the same videos, one voice, and a failure that costs one device's work."""

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tqdm import tqdm

from t2v import cli
from t2v.batch import BatchError, Rank, make_all, process_rank
from t2v.request import RequestError
from t2v.video import Video

from .tiny_model import write_diffusers

ROOT = Path(__file__).parents[1]
ACCELERATE = Path(sys.executable).with_name("accelerate")


class Hall:
    """What the members of a queue share, in one process."""

    def __init__(self, size: int):
        self.size, self.lock, self.tasks, self.steps, self.reports = size, threading.Lock(), 0, 0, []


class Member:
    """A queue's member on a thread."""

    def __init__(self, hall: Hall, rank: int):
        self.hall, self.size, self.main, self.device, self._read = (
            hall,
            hall.size,
            rank == 0,
            f"gpu:{rank}",
            0,
        )

    def take(self) -> int:
        with self.hall.lock:
            self.hall.tasks += 1
            return self.hall.tasks - 1

    def advance(self) -> None:
        with self.hall.lock:
            self.hall.steps += 1

    @property
    def steps(self) -> int:
        return self.hall.steps

    def report(self, kind: str, text: str = "") -> None:
        self.hall.reports.append((kind, text))

    def news(self) -> list[tuple[str, str]]:
        since, self._read = self._read, len(self.hall.reports)
        return self.hall.reports[since : self._read]


NAMES = [f"{number}.mp4" for number in range(6)]


def play(load, make, size: int = 2) -> tuple[list[tuple[str, str]], list[Exception]]:
    """-> what was told, and what the processes raised"""
    hall, told, raised = Hall(size), [], []

    def part(rank: int) -> None:
        queue = Member(hall, rank)
        try:
            make_all(queue, lambda: load(rank), make, NAMES, lambda *report: told.append(report), str)
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=part, args=(rank,)) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert not any(thread.is_alive() for thread in threads)
    return told, raised


def video(rank: int, number: int, on_step) -> list[tuple[str, str]]:
    for step in range(3):
        on_step(step + 1, 3, None)
        time.sleep(0.01)
    return [("made", f"{number} on {rank}")]


def numbers(told: list[tuple[str, str]]) -> list[int]:
    return sorted(int(text.split()[0]) for kind, text in told if kind == "made")


def test_each_video_is_made_once_and_every_device_has_its_share():
    told, raised = play(lambda rank: (rank, 18), video)
    assert numbers(told) == list(range(6)) and not raised
    assert {text[-1] for _, text in told} == {"0", "1"}


def test_one_bar_counts_the_steps_of_all_videos(monkeypatch: pytest.MonkeyPatch):
    bars = []

    class Bar(tqdm):
        def __init__(self, **options: object):
            super().__init__(**options | {"disable": False, "file": io.StringIO()})
            bars.append(self)

    monkeypatch.setattr("t2v.batch.tqdm", Bar)
    play(lambda rank: (rank, 18), video)
    assert [(bar.n, bar.total) for bar in bars] == [(18, 18)]


@pytest.mark.parametrize("broken", [0, 1])
def test_a_device_that_fails_is_told_and_the_other_makes_the_rest(broken: int):
    def make(rank: int, number: int, on_step) -> list[tuple[str, str]]:
        if rank == broken:
            raise OSError("the bus is gone")
        return video(rank, number, on_step)

    told, raised = play(lambda rank: (rank, 18), make)
    problems = [text for kind, text in told if kind == "problem"]
    assert len(problems) == 1 and problems[0].endswith(".mp4: the bus is gone")
    assert len(numbers(told)) == 5
    assert [str(error) for error in raised] == ["5 of 6 videos were made"]
    assert isinstance(raised[0], BatchError)


@pytest.mark.parametrize("broken", [0, 1])
def test_a_device_that_loads_no_model_costs_no_video(broken: int):
    def load(rank: int) -> tuple[int, int]:
        if rank == broken:
            raise MemoryError("full")
        return rank, 18

    told, raised = play(load, video)
    assert ("problem", f"gpu:{broken}: full") in told
    assert numbers(told) == list(range(6)) and not raised


def test_where_all_fail_the_command_ends():
    def load(rank: int) -> tuple[int, int]:
        raise MemoryError("full")

    told, raised = play(load, video, size=3)
    assert len(told) == 3 and [str(error) for error in raised] == ["0 of 6 videos were made"]


def test_a_setting_that_no_model_can_have_is_every_processes_answer():
    def load(rank: int) -> tuple[int, int]:
        raise RequestError("frames", "must be at most 9")

    hall = Hall(2)
    with pytest.raises(RequestError):
        make_all(Member(hall, 1), lambda: load(1), video, NAMES, print, str)
    assert hall.reports == []


LAUNCHED = {"RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1", "MASTER_ADDR": "127.0.0.1"} | {
    "MASTER_PORT": "29500"
}
LEFT_OVER = (
    {"RANK": "1"},
    {"WORLD_SIZE": "2"},
    {"LOCAL_RANK": "1"},
    {"MASTER_ADDR": "10.0.0.7", "MASTER_PORT": "29500"},
    {"RANK": "abc"},
    {"WORLD_SIZE": ""},
    {"RANK": "1", "WORLD_SIZE": "2"},
    {"RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "job-0", "MASTER_PORT": "23456"},
    {"SLURM_PROCID": "3", "SLURM_NTASKS": "8", "SLURM_LOCALID": "3"},
    {"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2", "PMI_RANK": "1", "PMI_SIZE": "x"},
    *(LAUNCHED | {name: ""} for name in LAUNCHED),
    *(LAUNCHED | {name: "abc"} for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_PORT")),
    LAUNCHED | {"RANK": "2"},
    LAUNCHED | {"RANK": "-1"},
    LAUNCHED | {"RANK": "²"},
    LAUNCHED | {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1"},
    LAUNCHED | {"MASTER_PORT": "99999"},
)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in LAUNCHED:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize("variables", LEFT_OVER, ids=str)
def test_left_over_variables_make_no_launcher_and_no_silence(alone, variables: dict[str, str], capsys):
    for name, value in variables.items():
        alone.setenv(name, value)
    assert process_rank() == Rank(0, 1) and process_rank().main
    assert cli.main(["a panda", "--steps", "0"]) == cli.MISUSED
    assert capsys.readouterr().err.startswith("t2v: steps: ")


def test_a_launchers_variables_all_together_are_one(alone):
    for name, value in LAUNCHED.items():
        alone.setenv(name, value)
    assert process_rank() == Rank(1, 2) and not process_rank().main


def test_processes_that_never_come_are_told_of_and_the_way_out_too():
    code = """
from datetime import timedelta
from t2v import batch
batch.JOINING = timedelta(seconds=1)
try:
    batch.LauncherQueue(on_cpu=True)
except batch.BatchError as error:
    print(error)
"""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    env = os.environ | LAUNCHED | {"MASTER_PORT": port, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("RANK=1 and WORLD_SIZE=2 tell of other processes"), done.stderr
    assert "unset both" in done.stdout and done.stdout.count("\n") == 1


def test_one_of_several_processes_tells_of_a_mistake(alone, capsys):
    monkeypatch = alone
    for name, value in (LAUNCHED | {"LOCAL_RANK": "0"}).items():
        monkeypatch.setenv(name, value)
    for rank, voices in (("0", 1), ("1", 0)):
        monkeypatch.setenv("RANK", rank)
        for line in (["--steps", "0", "a panda"], ["--prompts", "-"], ["a panda", "--device", "cuda:1"]):
            assert cli.main([*line]) == cli.MISUSED
            assert capsys.readouterr().err.count("t2v: ") == voices


def launch() -> list[str]:
    """Two processes of a module, at a port that nobody else uses now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return [str(ACCELERATE), *f"launch --multi_gpu --num_processes 2 --main_process_port {port} -m".split()]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("batch")
    write_diffusers(folder / "tiny")
    (folder / "prompts.txt").write_text("a panda\na bear\na cat\n")
    given = ["--model", folder / "tiny", "--prompts", folder / "prompts.txt", "--device", "cpu"]
    return ["t2v", *map(str, given), "--dtype", "float32", "--frames", "2", "--seed", "3"]


def test_two_processes_make_the_files_that_one_makes(line: list[str], tmp_path: Path, capsys):
    one, two = f"{tmp_path}/one/", f"{tmp_path}/two/"
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "002.mp4").touch()  # taken: its number is passed over
    command = [*launch(), *line, "--steps", "2", "-o", two]
    foreign = {"ACCELERATE_TORCH_DEVICE": "cuda:9", "FORK_LAUNCHED": "abc", "OMPI_COMM_WORLD_SIZE": "7"}
    env = os.environ | foreign | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, env=env)
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(two)) == ["001.mp4", "002.mp4", "003.mp4", "004.mp4"]
    assert sorted(text.split(":")[0][-7:] for text in done.stdout.splitlines()) == [
        "001.mp4",
        "003.mp4",
        "004.mp4",
    ]
    assert cli.main([*line[1:], "--steps", "2", "-o", one]) == cli.DONE
    capsys.readouterr()
    for first, second in zip((1, 2, 3), (1, 3, 4), strict=True):
        assert Path(one, f"00{first}.mp4").read_bytes() == Path(two, f"00{second}.mp4").read_bytes()


def test_ctrl_c_ends_them_all(line: list[str], tmp_path: Path):
    prompts = tmp_path / "many.txt"
    prompts.write_text("a panda\n" * 200)
    command = [*launch(), *line, "--prompts", prompts, "--steps", "20", "-o", f"{tmp_path}/out/"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **streams, preexec_fn=own_terminal) as process:
        assert process.stdout.readline().startswith(str(tmp_path))
        os.killpg(process.pid, signal.SIGINT)
        err = process.communicate(timeout=60)[1]
    assert process.returncode and err.count("t2v: ") == err.count("t2v: stopped") == 1
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    made = list((tmp_path / "out").iterdir())
    assert 0 < len(made) < 100 and all(len(Video.open(path).frames) == 2 for path in made)


def own_terminal() -> None:
    """A process group of its own; in a suite that runs in the background, Ctrl-C would be ignored."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_DFL)

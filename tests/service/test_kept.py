"""What a worker keeps of a video: its latents beside it, and its state while it is made."""

import secrets
from pathlib import Path

import pytest

from t2v import Request, Video
from t2v.latents import latents_path, read_latents
from t2v.service import backend
from t2v.service.messages import Done, Failed, Order, Progress, Setup, Stopped
from t2v.service.outputs import Outputs, Record
from t2v.service.worker_process import PipelineHost
from t2v.unfinished import Unfinished

SMALL = {"frames": 3, "width": 16, "height": 16, "steps": 4, "guidance": 1.0, "seed": 3}


class Killed(BaseException):
    """The end of the process, which nothing catches."""


@pytest.fixture
def order(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    monkeypatch.setattr(Unfinished.__init__, "__defaults__", (0.0,))
    outputs = Outputs(tmp_path / "outputs")
    id = secrets.token_urlsafe(16)
    return Order(id, str(folder), Request("a", **SMALL).validate(), outputs.path(id, ".mp4"))


def host(heard: list, stop_at: int = 99, killed_at: int = 99) -> PipelineHost:
    def send(message: object) -> None:
        heard.append(message)
        if isinstance(message, Progress) and message.step > killed_at:
            raise Killed

    def stopped(order: Order) -> bool:
        return sum(isinstance(each, Progress) for each in heard) >= stop_at

    return PipelineHost(backend, "cpu", send, stopped, Setup({"dtype": "float32"}))


def test_a_video_goes_on_in_the_next_worker(order: Order):
    first: list = []
    with pytest.raises(Killed):
        host(first, killed_at=2).attempt(order)
    assert order.unfinished.exists() and not order.path.exists()
    second: list = []
    host(second).attempt(order)
    assert isinstance(second[-1], Done)
    assert [each.step for each in second if isinstance(each, Progress)] == [3, 4]
    assert not order.unfinished.exists()
    video = Video.open(order.path)
    latents = read_latents(order.path, video.frames)
    assert latents is not None and latents.array.shape == (4, 3, 8, 8)


def test_a_stopped_or_failed_video_leaves_no_state(order: Order):
    heard: list = []
    host(heard, stop_at=2).attempt(order)
    assert isinstance(heard[-1], Stopped) and not order.unfinished.exists()
    order.unfinished.write_bytes(b"old")
    failing: list = []
    host(failing).attempt(Order(order.id, "nowhere", order.request, order.path))
    assert isinstance(failing[-1], Failed) and not order.unfinished.exists()


def test_latents_count_in_the_quota_and_go_with_their_video(tmp_path: Path):
    outputs = Outputs(tmp_path / "outputs")
    request = Request("a", **SMALL).validate()
    path = outputs.path("one", ".mp4")
    path.write_bytes(b"v" * 500)
    latents_path(path).write_bytes(b"l" * 700)
    outputs.add(Record("one", "someone", "emoji", request, ".mp4", 0.0, 1.0))
    assert outputs.size() == outputs._used == 1200
    assert outputs.remove("one") and not latents_path(path).exists() and outputs.size() == 0
    path.write_bytes(b"v")
    latents_path(path).write_bytes(b"l")
    outputs.add(Record("one", "someone", "emoji", request, ".mp4", 0.0, 1.0))
    path.unlink()
    outputs.sweep()
    assert not latents_path(path).exists()

"""A worker measures its own device's memory, whichever is torch's current one."""

import sys
from types import SimpleNamespace

import pytest

from t2v.service.device_memory import AMPLE, Peak, is_ample, memory_of_device

TOTAL = {"cuda:0": 4 * AMPLE, "cuda:1": 5 * AMPLE, "cuda:2": 3 * AMPLE, None: 4 * AMPLE}
FREE = {"cuda:0": 0, "cuda:1": 4 * AMPLE, "cuda:2": 3 * AMPLE, None: 0}  # None: the current one


@pytest.fixture
def reset(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """A machine with three GPUs of different memory -> those whose peak is reset, from now on."""
    found: list[str | None] = []
    cuda = SimpleNamespace(
        is_available=lambda: True,
        get_device_name=lambda gpu: f"name of {gpu}",
        mem_get_info=lambda gpu: (FREE[gpu], TOTAL[gpu]),
        reset_peak_memory_stats=found.append,
        max_memory_reserved=lambda gpu: TOTAL[gpu] - FREE[gpu],
    )
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    return found


@pytest.mark.parametrize(
    ("device", "name", "least", "ample", "peak"),
    [
        ("cuda:0", "name of cuda:0", 4 * AMPLE, False, 4 * AMPLE),
        ("cuda:1", "name of cuda:1", 5 * AMPLE, True, AMPLE),
        ("cuda:1,cuda:2", "name of cuda:1", 3 * AMPLE, True, AMPLE),
        ("cuda:2,cuda:0", "name of cuda:2", 3 * AMPLE, False, 4 * AMPLE),
    ],
)
def test_memory_is_that_of_the_workers_devices(
    reset: list[str | None], device: str, name: str, least: int, ample: bool, peak: int
):
    assert memory_of_device(device) == (name, least)
    assert is_ample(device) is ample
    assert Peak(device).read() == peak and reset == device.split(",")


def test_a_worker_called_cpu_measures_the_gpu_that_it_takes_where_there_is_one(reset: list[str | None]):
    assert memory_of_device("cpu") == ("name of None", 4 * AMPLE) and not is_ample("cpu")
    assert Peak("cpu").read() == 4 * AMPLE and reset == [None]

"""Device and precision: what is asked for or what is best there, and a clear word where it can't be."""

import os
import subprocess
import sys

import pytest
import torch

from t2v.request import RequestError
from t2v.runtime import Runner, attention_slice, choose_device, choose_dtype, frames_at_once, paced
from t2v.runtime.device import CUBLAS, CUBLASLT, TRIES, _fast_bfloat16, _product_seconds

CPU = torch.device("cpu")


@pytest.fixture
def no_accelerator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 0)


def test_without_an_accelerator_the_cpu_is_taken(no_accelerator: None):
    assert choose_device() == choose_device("cpu") == choose_device(CPU) == CPU


@pytest.mark.parametrize("name", ["cuda", "cuda:1", torch.device("cuda"), "mps"])
def test_a_device_that_is_missing_is_named_with_those_there(no_accelerator: None, name: str):
    with pytest.raises(RequestError, match=rf"device: {name} is not there; this machine has cpu"):
        choose_device(name)


@pytest.mark.parametrize("name", ["", "gpu", "cuda:", "cuda:-1", 5.5, "cpu; rm"])
def test_what_is_no_device(name: object):
    with pytest.raises(RequestError) as error:
        choose_device(name)
    assert error.value.field == "device"


@pytest.mark.parametrize("name", ["float32", torch.float32, "torch.float32"])
def test_precision_by_name(name: object):
    assert choose_dtype(name, CPU) == torch.float32


@pytest.mark.parametrize("name", ["half", "int8", "float64", torch.float64, "", 16])
def test_a_precision_that_is_none_is_refused(name: object):
    with pytest.raises(RequestError, match="dtype: must be one of float32, float16, bfloat16"):
        choose_dtype(name, CPU)


@pytest.mark.parametrize(("native", "expected"), [(True, torch.bfloat16), (False, torch.float32)])
def test_a_processor_gets_the_precision_that_it_multiplies_itself(
    native: bool, expected: torch.dtype, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("t2v.runtime.device._fast_bfloat16", lambda: native)
    assert choose_dtype(None, CPU) == expected
    assert choose_dtype(None, torch.device("cuda")) == torch.float16


@pytest.mark.parametrize(
    ("has_any", "seconds", "expected"),
    [
        (True, {torch.float32: 8e-4, torch.bfloat16: 1e-4}, True),  # with AMX
        (True, {torch.float32: 2e-4, torch.bfloat16: 1e-4}, True),  # AMD's
        (True, {torch.float32: 1e-4, torch.bfloat16: 1e-4}, False),
        (True, {torch.float32: 1e-4, torch.bfloat16: 2e-4}, False),  # Intel's without AMX
        (False, {}, False),  # it has none, so nothing is timed
    ],
)
def test_a_processor_multiplies_in_bfloat16_only_where_that_is_faster(
    has_any: bool, seconds: dict[torch.dtype, float], expected: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("torch.cpu._is_avx512_bf16_supported", lambda: has_any)
    monkeypatch.setattr("torch.cpu._is_amx_tile_supported", lambda: False)
    monkeypatch.setattr("t2v.runtime.device._product_seconds", seconds.__getitem__)
    assert _fast_bfloat16.__wrapped__() == expected


def test_the_least_time_of_a_product_counts(monkeypatch: pytest.MonkeyPatch):
    lasted = [9.0, 4.0, 2.0] + [5.0] * (TRIES - 3)
    ticks = iter([tick for i, seconds in enumerate(lasted) for tick in (100.0 * i, 100.0 * i + seconds)])
    monkeypatch.setattr("t2v.runtime.device.time.perf_counter", ticks.__next__)
    assert _product_seconds(torch.float32) == 2.0


def test_a_product_is_timed_in_its_own_precision_within_another(monkeypatch: pytest.MonkeyPatch):
    made = []
    product = torch.Tensor.__matmul__
    monkeypatch.setattr(torch.Tensor, "__matmul__", lambda a, b: made.append(product(a, b)) or made[-1])
    with torch.autocast("cpu", torch.bfloat16):
        _product_seconds(torch.float32)
    assert {each.dtype for each in made} == {torch.float32}


@pytest.mark.parametrize(
    ("capability", "chosen", "expected"),
    [
        ((9, 0), {}, (":0:0", "0")),
        ((9, 0), {CUBLAS: ":0:0"}, (":0:0", "0")),
        ((9, 0), {CUBLAS: ":4096:8"}, (":4096:8", None)),
        ((9, 0), {CUBLASLT: "64"}, (":0:0", "64")),
        ((8, 0), {}, (None, None)),
        ((10, 0), {}, (None, None)),
    ],
)
@pytest.mark.parametrize("place", [0, 1], ids=["first", "second"])
def test_hopper_computes_without_workspaces_unless_the_user_chose_them(
    capability: tuple, chosen: dict, expected: tuple, place: int, monkeypatch: pytest.MonkeyPatch
):
    """PyTorch warns on a user's terminal if cuBLAS has no workspace and cuBLASLt one."""
    for variable in (CUBLAS, CUBLASLT):
        monkeypatch.setenv(variable, chosen.get(variable, ""))
        if variable not in chosen:
            monkeypatch.delenv(variable)
    first, second = devices = [torch.device("cuda", number) for number in (0, 1)]
    known = {devices[place]: capability}
    monkeypatch.setattr("t2v.runtime.device.capability", lambda device: known.get(device, (0, 0)))
    Runner(first, torch.float16, "fast", [second])
    assert (os.environ.get(CUBLAS), os.environ.get(CUBLASLT)) == expected


FAULTS = """
import resource
import torch
from t2v.runtime import Runner

Runner(torch.device("cpu"), torch.float32)
for _ in range(4):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    made = [torch.ones(2**22) for _ in range(12)]
    del made
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="sets glibc's mallopt")
def test_the_memory_of_freed_tensors_is_there_for_the_next():
    """In a process of its own: the tests before leave holes in this one's memory."""
    ran = subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True)
    first, *_, last = map(int, ran.stdout.split())
    assert last < 1000 < first  # of the 49,000 pages


def test_attention_is_sliced_only_where_scores_are_formed():
    assert attention_slice(CPU) is None
    assert attention_slice(torch.device("cuda")) is None
    assert attention_slice(torch.device("mps")) >= 2**26


def test_fewer_frames_at_once_the_larger_they_are():
    small, large = (frames_at_once(CPU, side, side, torch.float32) for side in (64, 2048))
    assert small > large >= 1


def test_a_processor_decodes_few_frames_at_once_a_gpu_many(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("t2v.runtime.memory.free_bytes", lambda device: 2**34)
    assert frames_at_once(CPU, 256, 256, torch.bfloat16) == 2
    assert frames_at_once(torch.device("cuda"), 256, 256, torch.bfloat16) == 5


def test_a_step_is_given_out_when_the_one_before_it_is_done(monkeypatch: pytest.MonkeyPatch):
    """The device is a step behind the host, never more, and never idle."""
    log = []

    class Event:
        after = "nothing"

        def record(self) -> None:
            self.after = next(entry for entry in reversed(log) if entry.startswith("step"))

        def synchronize(self) -> None:
            log.append(f"waited for {self.after}")

    def steps():
        for number in (1, 2, 3):
            log.append(f"step {number}")
            yield number

    monkeypatch.setattr(torch.cuda, "Event", Event)
    assert list(paced(steps(), CPU)) == [1, 2, 3] and "waited" not in "".join(log)
    log.clear()
    for number in paced(steps(), torch.device("cuda")):
        log.append(f"told {number}")
    assert [entry for entry in log if entry != "waited for nothing"] == [
        *("step 1", "told 1"),
        *("step 2", "waited for step 1", "told 2"),
        *("step 3", "waited for step 2", "told 3"),
    ]

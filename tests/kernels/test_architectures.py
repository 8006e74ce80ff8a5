"""Kernels are compiled for GPUs that aren't here, and chosen by what a GPU can do, not by its name."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import triton

from t2v.runtime import kernels
from t2v.runtime.kernels import gluon_geglu, ops_for, plain_ops, triton_ops, triton_products

ROOT = Path(__file__).parents[2]
SHARED = {
    80: 163,
    86: 99,
    89: 99,
    90: 227,
    100: 227,
    120: 99,
}  # KiB a program may have (CUDA's guide, table 30)
HOPPER = {"gluon_geglu._geglu_in_turns", "triton_products._geglu", "triton_products._temporal_conv"}
TWINS = {"triton_ops._geglu"}  # twin of two; the third's is a library's convolution


@pytest.mark.parametrize(
    "dtype",
    ["float16", *(pytest.param(dtype, marks=pytest.mark.soak) for dtype in ("bfloat16", "float32"))],
)
def test_every_kernel_compiles_and_fits_from_ampere_to_blackwell(dtype: str, tmp_path: Path):
    environment = os.environ | {"TRITON_INTERPRET": "0", "TRITON_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "tests.kernels.ahead", dtype, *map(str, SHARED)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    for architecture, kilobytes in SHARED.items():
        compiled = found["compiled"][str(architecture)]
        hopper = architecture == 90 and dtype != "float32"
        assert set(compiled) == set(found["kernels"]) - (TWINS if hopper else HOPPER)
        assert max(compiled.values()) <= kilobytes * 2**10


GPUS = [(5, 2), (6, 1), (7, 0), (7, 5), (8, 0), (8, 6), (8, 9), (9, 0), (10, 0), (12, 0)]


@pytest.mark.parametrize("capability", GPUS)
def test_what_runs_follows_from_the_capability_alone(
    capability: tuple[int, int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(kernels, "capability", lambda device: capability)
    monkeypatch.setattr(kernels, "_can_build", lambda: True)
    monkeypatch.setattr(triton_products, "capability", lambda device: capability)
    assert ops_for(torch.device("cuda:0")) is (triton_ops if capability >= (8, 0) else plain_ops)
    half, full = torch.ones(2, dtype=torch.float16), torch.ones(2)
    assert triton_products.serves(half) is (capability == (9, 0)) and not triton_products.serves(full)


def test_gluon_is_used_with_the_versions_of_triton_that_it_was_tried_with():
    tried = {"3.5.1": False, "3.6.0": True, "3.8.0+git": True, "3.9.0": False, "4.0.0": False}
    assert {version: triton_products.knows_gluon(version) for version in tried} == tried
    assert triton_products.knows_gluon(triton.__version__) is (triton_ops.gluon_geglu is not None)


@pytest.mark.parametrize(
    ("depth", "width", "can"),
    [(320, 2560, True), (640, 5120, True), (128, 128, True), (64, 512, False), (1280, 10240, False)]
    + [(200, 1600, False), (320, 2624, False)],
)
def test_the_kernel_of_rows_that_stay_serves_whole_tiles_that_fit(
    depth: int, width: int, can: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(triton_products, "capability", lambda device: (9, 0))
    layer = torch.nn.Linear(depth, width, device="meta")
    assert gluon_geglu.can_gate(torch.ones(2, depth, dtype=torch.float16), layer) is can
    assert not gluon_geglu.can_gate(torch.ones(2, depth), layer)


@pytest.mark.parametrize("device", ["mps", "xpu", "cpu"])
def test_other_makers_devices_and_amds_run_the_plain_operations(device: str, monkeypatch: pytest.MonkeyPatch):
    assert ops_for(torch.device(device)) is plain_ops
    monkeypatch.setattr(torch.version, "hip", "6.4")
    assert ops_for(torch.device("cuda:7")) is plain_ops

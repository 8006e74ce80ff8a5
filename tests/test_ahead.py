"""Kernels are compiled while weights are read: only what needs them waits, and an error changes nothing."""

import time
from pathlib import Path

import pytest
import torch

from t2v import checkpoints, pipeline
from t2v.checkpoints import loading
from t2v.defaults import ModelDefaults
from t2v.networks import VAE, UNet3D, blank
from t2v.networks.config import TINY_UNET, TINY_VAE
from t2v.runtime import ahead, kernels, prepare
from t2v.runtime.kernels import compile_ahead, compile_kernels, triton_ops
from t2v.runtime.kernels.launching import launch

from . import tiny_model

CPU = torch.device("cpu")


def test_what_compiles_ahead_is_waited_for_and_its_errors_change_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kernels, "ops_for", lambda device: triton_ops)
    done: list[str] = []

    def slow() -> None:
        time.sleep(0.1)
        done.append("ahead")

    class Kernel:
        def warmup(self, grid: tuple[int, ...]) -> None:
            done.append("needed")

    compile_ahead(CPU, slow)
    compile_ahead(CPU, lambda: 1 / 0)
    compile_kernels(CPU, lambda: done.append("a network without kernels"))
    compile_kernels(CPU, lambda: launch(Kernel(), ()))
    assert done == ["a network without kernels", "ahead", "needed"]


def test_without_kernels_nothing_runs_ahead(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kernels, "Thread", None)
    compile_ahead(CPU, lambda: 1 / 0)


def test_cuda_is_never_started_by_preparing(monkeypatch: pytest.MonkeyPatch):
    for device in (CPU, torch.device("cuda")):
        monkeypatch.setattr(torch.cuda, "is_initialized", lambda: False)
        monkeypatch.setattr(ahead, "free_bytes", lambda device: 1 / 0)
        prepare(TINY_UNET, TINY_VAE, ModelDefaults(), device, torch.float16)


def test_networks_run_without_weights_that_take_room():
    ahead.make(TINY_UNET, TINY_VAE, (3, 32, 48), CPU, torch.float32)
    with blank():
        networks = UNet3D(TINY_UNET), VAE(TINY_VAE)
    for network in networks:
        ahead.share_weights(network, CPU, torch.float32)
        weights = list(network.parameters())
        assert len({weight.data_ptr() for weight in weights}) == 1
        assert all(w.is_contiguous(memory_format=torch.channels_last) for w in weights if w.dim() == 4)


def test_a_model_is_known_before_its_weights_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    order: list[object] = []
    fill = loading.fill
    monkeypatch.setattr(
        loading, "fill", lambda part, *where: (order.append(part.name), fill(part, *where))[1]
    )
    checkpoints.load(
        tiny_model.write_diffusers(tmp_path), opened=lambda unet, vae, native: order.append((unet, vae))
    )
    assert order == [(tiny_model.UNET, tiny_model.VAE), "text_encoder", "unet", "vae"]


@pytest.mark.parametrize("there", ["", "gcc", "Python.h", "gcc, Python.h", "kept"])
def test_kernels_run_where_triton_can_build_what_launches_them(
    there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    kernels._can_build.cache_clear()
    monkeypatch.setattr(kernels, "capability", lambda device: (9, 0))
    monkeypatch.setattr(kernels.shutil, "which", lambda name: name if name in there else None)
    monkeypatch.setattr(kernels.sysconfig, "get_path", lambda name, scheme: str(tmp_path))
    for name in ("CC", "CPATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path if there == "kept" else tmp_path / "none"))
    if "Python.h" in there:
        (tmp_path / "Python.h").touch()
    fast = kernels.ops_for(torch.device("cuda")) is triton_ops
    kernels._can_build.cache_clear()
    assert fast is (there in ("gcc, Python.h", "kept")) and bool(caplog.messages) is not fast


@pytest.mark.parametrize("memory, ahead", [("auto", True), ("fast", True), ("low", False)])
def test_who_asks_for_less_memory_has_nothing_compiled_ahead(
    memory: str, ahead: bool, monkeypatch: pytest.MonkeyPatch
):
    asked: list[torch.device] = []
    monkeypatch.setattr(pipeline, "prepare", lambda *known, device, dtype: asked.append(device))
    monkeypatch.setattr(pipeline, "choose_devices", lambda name: (torch.device("meta"),))
    monkeypatch.setattr(pipeline.checkpoints, "load", lambda *_, device, opened, **__: opened())
    monkeypatch.setattr(pipeline.TextToVideo, "__init__", lambda self, checkpoint, runner: None)
    monkeypatch.setattr("t2v.runtime.runner.free_bytes", lambda device: 2**40)
    pipeline.TextToVideo.from_pretrained(memory=memory)
    assert (asked == [torch.device("meta")]) is ahead

"""On Apple's, AMD's and Intel's devices the plain path runs, by a stand-in that refuses what these lack."""

from pathlib import Path

import pytest
import torch

from t2v import TextToVideo

from .stand_in import stand_in

SMALL = {"frames": 3, "width": 32, "height": 32, "steps": 3, "seed": 1, "guidance": 3.0}
WAYS = [{"sampler": "ddim", "eta": 0.5}, {"sampler": "dpmpp_2m", "loop": True}, {"sampler": "unipc"}]


@pytest.mark.parametrize(("device", "ways"), [("mps", WAYS), ("xpu", WAYS[:1])])
def test_a_video_is_that_of_the_cpu(
    folder: Path, device: str, ways: list[dict], monkeypatch: pytest.MonkeyPatch
):
    expected = TextToVideo.from_pretrained(folder, "cpu", "float32")
    frames = [expected("a panda", **SMALL, **way).frames for way in ways]
    with stand_in(device, monkeypatch) as stand:
        pipe = TextToVideo.from_pretrained(folder, dtype="float32")
        assert pipe.device.type == device
        for way, right in zip(ways, frames, strict=True):
            before = stand.operations
            made = pipe("a panda", **SMALL, **way).frames
            assert abs(made.astype(int) - right).max() <= 1, way
            assert stand.operations > before + 500


def test_half_precision_is_the_default(folder: Path, monkeypatch: pytest.MonkeyPatch):
    with stand_in("mps", monkeypatch):
        pipe = TextToVideo.from_pretrained(folder)
        assert pipe.dtype == torch.float16
        assert pipe("a panda", **SMALL | {"steps": 1}).frames.shape == (3, 32, 32, 3)


def test_the_stand_in_refuses_float64_and_mixed_devices(monkeypatch: pytest.MonkeyPatch):
    with stand_in("mps", monkeypatch):
        x = torch.ones(2, device="mps")
        assert x.device.type == "mps" and (x + 1).cpu().tolist() == [2, 2]
        with pytest.raises(TypeError, match="has no torch.float64"):
            x.double()
        with pytest.raises(RuntimeError, match="on mps:0 and on cpu"):
            x + torch.ones(2)
        with pytest.raises(AssertionError, match="CUDA or Triton"):
            torch.cuda.current_device()

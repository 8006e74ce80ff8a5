"""What can't work is said before the work; an error never names the way out that was taken already."""

import json
from itertools import product
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from t2v import Request, RequestError, TextToVideo
from t2v.checkpoints import CheckpointError, load
from t2v.diffusion import NoiseSchedule, ScheduleConfig
from t2v.errors import NotFiniteError
from t2v.request import SAMPLER_NAMES

from ..tiny_model import SCHEDULER, write_diffusers

SMALL = {"frames": 1, "width": 16, "height": 16, "seed": 1}
ZERO_SNR = {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}


def open_model(folder: Path, **scheduler: object) -> TextToVideo:
    write_diffusers(folder)
    (folder / "scheduler/scheduler_config.json").write_text(json.dumps(SCHEDULER | scheduler))
    return TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")


def test_a_sampler_that_divides_by_no_signal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pipe = open_model(tmp_path, **ZERO_SNR)
    assert pipe("a panda", steps=3, **SMALL).request.sampler == pipe.native.sampler == "dpmpp_2m"
    monkeypatch.setattr(pipe.unet, "forward", None)
    with pytest.raises(RequestError, match="rescale_betas_zero_snr: true; take dpmpp_2m, unipc or euler"):
        pipe("a panda", steps=3, sampler="ddim", **SMALL)


@pytest.mark.parametrize("spacing", [None, "leading", "trailing", "linspace"])
@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("zero_snr", [True, False])
def test_what_is_not_refused_is_finite(tmp_path: Path, spacing: str | None, prediction: str, zero_snr: bool):
    """For few steps and for as many as the training had, which come to its last time in any spacing."""
    asked = {"timestep_spacing": spacing, "prediction_type": prediction, "rescale_betas_zero_snr": zero_snr}
    pipe, refused = open_model(tmp_path, num_train_timesteps=7, **asked), set()
    for sampler, steps in product(SAMPLER_NAMES, (1, 2, 6, 7)):
        try:
            pipe("a panda", steps=steps, sampler=sampler, guidance=1, **SMALL)
        except RequestError as error:
            assert error.field == "sampler"
            refused.add(sampler)
    assert refused == ({"ddim", "lcm"} if zero_snr and prediction == "epsilon" else set())


def test_the_way_out_that_the_schedule_names(tmp_path: Path):
    config = ScheduleConfig(zero_terminal_snr=True, spacing="trailing")
    schedule = NoiseSchedule(config)
    assert schedule.problem("ddim", 10) and NoiseSchedule(ScheduleConfig()).problem("ddim", 10) is None
    assert "lcm can't start" in schedule.problem("lcm", 10) and NoiseSchedule().problem("lcm", 50) is None
    assert "lcm makes at most 50 steps" in NoiseSchedule().problem("lcm", 51)
    assert [schedule.problem(name, 10) for name in ("dpmpp_2m", "unipc", "euler")] == [None] * 3


def test_float32_is_no_advice_in_float32(tmp_path: Path):
    pipe = open_model(tmp_path)
    pipe.unet.conv_in.weight[0, 0, 0, 0] = torch.nan
    with pytest.raises(NotFiniteError, match="in float32: its weights are broken, or") as error:
        pipe(Request("a panda", steps=2, **SMALL))
    assert "try" not in str(error.value)


def test_latents_that_are_not_finite_are_the_callers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pipe = open_model(tmp_path)
    monkeypatch.setattr(pipe.unet, "forward", None)
    with pytest.raises(RequestError, match="latents: hold numbers that are not finite"):
        pipe(Request("a panda", **SMALL), latents=torch.full((1, 4, 1, 8, 8), torch.inf))


def test_a_sound_file_is_not_called_damaged(tmp_path: Path):
    file = write_diffusers(tmp_path) / "unet/diffusion_pytorch_model.safetensors"
    tensors = load_file(file)
    tensors["conv_in.bias"].fill_(1e6)
    save_file(tensors, file)
    with pytest.raises(CheckpointError, match="as float16. Take float32 or bfloat16") as error:
        load(tmp_path, dtype=torch.float16)
    assert "damaged" not in str(error.value)
    load(tmp_path, dtype=torch.bfloat16)

"""The samplers against diffusers' schedulers, each made from the same config: equal times, equal latents."""

import inspect
from itertools import product

import diffusers
import numpy as np
import pytest
import torch
from torch import Tensor

from t2v.diffusion import HOPS, SAMPLERS, Hop, NoiseSchedule, ScheduleConfig, start_deviation

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # diffusers' own, with NumPy 2

PEERS = {
    "ddim": diffusers.DDIMScheduler,
    "dpmpp_2m": diffusers.DPMSolverMultistepScheduler,
    "unipc": diffusers.UniPCMultistepScheduler,
    "euler": diffusers.EulerDiscreteScheduler,
}
# What ali-vilab/text-to-video-ms-1.7b's scheduler_config.json says; it names no spacing.
CONFIG = {
    "_class_name": "DDIMScheduler",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "num_train_timesteps": 1000,
    "prediction_type": "epsilon",
    "set_alpha_to_one": False,
    "steps_offset": 1,
    "trained_betas": None,
}
STEPS = (1, 2, 5, 13, 25, 50)
NOISE = torch.randn(2, 4, 3, 4, 4, generator=torch.Generator().manual_seed(7))
WEIGHTS = torch.randn(4, 1, 1, 1, generator=torch.Generator().manual_seed(8))


SPACINGS = ("leading", "trailing", "linspace", None)
CASES = set(product(PEERS, ("epsilon", "v_prediction"), SPACINGS, (False, True)))
# Epsilon says nothing about x0 where x is noise alone: ddim divides by zero there, the peer's and ours.
CASES -= {("ddim", "epsilon", spacing, True) for spacing in ("trailing", "linspace")}
CASES = sorted(CASES, key=str)


class Network:
    """A small fixed nonlinear function of x and t that notes the times it is asked for."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def __call__(self, x: Tensor, hop: Hop | Tensor) -> Tensor:
        t = hop.time if isinstance(hop, Hop) else hop
        self.times.append(float(t))
        channel, frame, column = (x.roll(1, dims=axis) for axis in (1, 2, 4))
        mixed = WEIGHTS.to(x) * channel + frame - column
        return torch.tanh(mixed + float(t) / 500 - 1) + 0.5 * x


def ours(name: str, config: dict, steps: int, x: Tensor = NOISE, **options) -> tuple[Tensor, list[float]]:
    network = Network()
    schedule = NoiseSchedule(ScheduleConfig.from_diffusers(config))
    hops = HOPS[name](schedule, steps)
    x = start_deviation(name, schedule, hops[0]) * x
    for step in SAMPLERS[name](network, x, hops, schedule.config.prediction, **options):
        x = step.x
    return x, network.times


def theirs(name: str, config: dict, steps: int, x: Tensor = NOISE, **options) -> tuple[Tensor, list[float]]:
    network, scheduler = Network(), PEERS[name].from_config(config)
    scheduler.set_timesteps(steps)
    x = x * scheduler.init_noise_sigma
    for t in scheduler.timesteps:
        raw = network(scheduler.scale_model_input(x, t), t)
        x = scheduler.step(raw, t, x, **options).prev_sample
    return x, network.times


def configure(prediction: str, spacing: str | None, zero_snr: bool) -> dict:
    named = {"timestep_spacing": spacing} if spacing else {}
    return CONFIG | {"prediction_type": prediction, "rescale_betas_zero_snr": zero_snr} | named


def assert_equal(name: str, config: dict, steps: int, bound: float, x: Tensor = NOISE) -> None:
    result, times = ours(name, config, steps, x)
    reference, reference_times = theirs(name, config, steps, x)
    assert times == reference_times
    distance = ((result - reference).norm() / reference.norm()).item()
    assert distance <= bound, f"{steps} steps: {distance}"


@pytest.fixture
def peer_in_double(monkeypatch):
    """diffusers computes in float64 where its source says float32: only the mathematics may differ."""
    monkeypatch.setattr(torch, "float32", torch.float64)
    monkeypatch.setattr(np, "float32", np.float64)


@pytest.mark.parametrize(("name", "prediction", "spacing", "zero_snr"), CASES)
def test_same_mathematics_as_diffusers(peer_in_double, name, prediction, spacing, zero_snr):
    for steps in STEPS:
        assert_equal(name, configure(prediction, spacing, zero_snr), steps, 1e-11, NOISE.double())


@pytest.mark.parametrize(("name", "prediction", "spacing", "zero_snr"), CASES)
def test_same_latents_as_diffusers_in_single_precision(name, prediction, spacing, zero_snr):
    # The peer's Euler holds x / signal, 4096 times x at zero SNR, and loses those digits in its first step.
    bound = 5e-4 if name == "euler" and zero_snr else 2e-5
    for steps in STEPS:
        assert_equal(name, configure(prediction, spacing, zero_snr), steps, bound)


def items(count: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in range(count)]


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("eta", [0.3, 1.0])
def test_ddim_noise_equals_diffusers(eta, spacing):
    for steps in STEPS:
        ours_and_theirs = [
            run("ddim", configure("v_prediction", spacing, False), steps, eta=eta, generator=items(2))[0]
            for run in (ours, theirs)
        ]
        torch.testing.assert_close(*ours_and_theirs, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("final_alpha_one", [False, True])
def test_final_alpha_equals_diffusers(final_alpha_one):
    assert_equal("ddim", CONFIG | {"set_alpha_to_one": final_alpha_one}, 5, 1e-5)


@pytest.mark.parametrize("offset", [0, 1, 3])
@pytest.mark.parametrize("name", PEERS)
def test_offset_equals_diffusers(name, offset):
    assert_equal(name, CONFIG | {"steps_offset": offset, "timestep_spacing": "leading"}, 7, 1e-5)


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("name", PEERS)
def test_times_equal_diffusers_for_many_step_counts(name, spacing):
    config = configure("epsilon", spacing, False)
    schedule = NoiseSchedule(ScheduleConfig.from_diffusers(config))
    scheduler = PEERS[name].from_config(config)
    for steps in (3, 7, 33, 60, 100, 250, 333, 600, 997):
        scheduler.set_timesteps(steps)
        assert [hop.time for hop in HOPS[name](schedule, steps)] == scheduler.timesteps.tolist()


OWN_SCHEDULES = {"CogVideoXDDIMScheduler", "CogVideoXDPMScheduler", "RePaintScheduler", "UnCLIPScheduler"}


def beta_schedulers() -> dict[str, type]:
    """diffusers' schedulers that take a `beta_schedule`, by name."""
    names = [name for name in dir(diffusers) if name.endswith("Scheduler")]
    classes = {name: getattr(diffusers, name) for name in names}
    return {
        name: kind
        for name, kind in classes.items()
        if "beta_schedule" in inspect.signature(kind.__init__).parameters
    }


@pytest.mark.parametrize("name", beta_schedulers())
def test_every_scheduler_with_the_familys_schedule_is_read(name):
    kind, config = beta_schedulers()[name], CONFIG | {"_class_name": name}
    if name in OWN_SCHEDULES:
        with pytest.raises(ValueError, match="_class_name"):
            ScheduleConfig.from_diffusers(config)
        return
    ours = NoiseSchedule(ScheduleConfig.from_diffusers(config)).alphas_cumprod
    torch.testing.assert_close(ours.float(), kind.from_config(config).alphas_cumprod, rtol=1e-5, atol=0)
    clips = {key: value for key, value in config.items() if key != "clip_sample"}
    if getattr(kind.from_config(clips).config, "clip_sample", False):
        with pytest.raises(ValueError, match="clip_sample"):
            ScheduleConfig.from_diffusers(clips)
    else:
        ScheduleConfig.from_diffusers(clips)

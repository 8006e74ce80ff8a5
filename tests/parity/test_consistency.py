"""lcm against diffusers' LCMScheduler; T2V-Turbo's times by its table; the boundary by hand."""

import math

import pytest
import torch
from diffusers import LCMScheduler
from torch import Tensor

from t2v.diffusion import Consistency, NoiseSchedule, ScheduleConfig, last, sampler, way

from .test_schedulers import CONFIG, NOISE, Network

TURBO = Consistency(even=False)
TURBOS = {  # T2V-Turbo's own scheduler, by its rule: points 20·i − 1, every (50 // n)-th from 999
    1: [999],
    2: [999, 499],
    4: [999, 759, 519, 279],
    8: [999, 879, 759, 639, 519, 399, 279, 159],
    16: [*range(999, 98, -60)],
}
EVEN = {
    1: [999],
    2: [999, 499],
    4: [999, 759, 499, 259],
    8: [999, 879, 759, 639, 499, 379, 259, 139],
}
STEPS = (1, 2, 3, 4, 7, 8, 16, 50)


def ours(config: dict, steps: int, strength: float = 1.0) -> tuple[Tensor, list[float]]:
    schedule, network = NoiseSchedule(ScheduleConfig.from_diffusers(config)), Network()
    hops = way("lcm", schedule, steps, strength)
    walk = sampler("lcm", 0.0, torch.Generator().manual_seed(3), schedule.config.consistency)
    x = NOISE
    for step in walk(network, x, hops, schedule.config.prediction):
        x = step.x
    return x, network.times


def theirs(config: dict, steps: int, strength: float = 1.0) -> tuple[Tensor, list[float]]:
    network, scheduler = Network(), LCMScheduler.from_config(config)
    scheduler.set_timesteps(steps, strength=strength)
    generator, x = torch.Generator().manual_seed(3), NOISE
    for t in scheduler.timesteps:
        x = scheduler.step(network(x, t), t, x, generator=generator).prev_sample
    return x, network.times


def assert_equal(bound: float, *case) -> list[float]:
    (x, times), (reference, reference_times) = ours(*case), theirs(*case)
    assert times == reference_times
    assert ((x - reference).norm() / reference.norm()).item() < bound
    return times


@pytest.mark.parametrize("scaling", [4, 10])
@pytest.mark.parametrize("steps", [1, 2, 4, 8])
def test_few_steps_equal_diffusers_in_single_precision(steps: int, scaling: int):
    assert_equal(1e-6, CONFIG | {"timestep_scaling": scaling}, steps)


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("scaling", [4, 10])
@pytest.mark.parametrize("steps", STEPS)
def test_any_steps_equal_diffusers(steps: int, scaling: int, prediction: str):
    assert_equal(5e-6, CONFIG | {"timestep_scaling": scaling, "prediction_type": prediction}, steps)


@pytest.mark.parametrize("strength", [0.1, 0.25, 0.6, 0.99])
@pytest.mark.parametrize("steps", [1, 2, 4])
def test_all_steps_are_taken_within_the_strength_as_in_diffusers(steps: int, strength: float):
    times = assert_equal(5e-6, CONFIG, steps, strength)
    assert len(times) == steps and times[0] <= 1000 * strength


@pytest.mark.parametrize("strength", [0.0, 0.01])
def test_no_strength_leaves_no_step(strength: float):
    assert way("lcm", NoiseSchedule(), 4, strength) == []


def test_a_share_of_few_points_takes_each_once():
    assert (
        Consistency().times(8, 1000, 0.1)
        == Consistency(even=False).times(8, 1000, 0.1)
        == [99, 79, 59, 39, 19]
    )


def test_other_samplers_take_the_last_of_their_hops():
    schedule = NoiseSchedule()
    assert way("ddim", schedule, 10, 0.35) == last(way("ddim", schedule, 10), 0.35) != []


@pytest.mark.parametrize("steps", TURBOS)
def test_t2v_turbos_rule_of_times(steps: int):
    schedule = NoiseSchedule(ScheduleConfig(consistency=TURBO))
    assert [hop.time for hop in way("lcm", schedule, steps)] == TURBOS[steps]


@pytest.mark.parametrize("steps", EVEN)
def test_diffusers_rule_of_times(steps: int):
    assert Consistency().times(steps, 1000) == EVEN[steps]


@pytest.mark.parametrize("scaling", [4.0, 10.0])
@pytest.mark.parametrize("time", [0.0, 19.0, 259.0, 999.0])
def test_the_boundary_by_hand(scaling: float, time: float):
    skip, out = Consistency(scaling).boundary(time)
    assert skip == pytest.approx(0.25 / ((scaling * time) ** 2 + 0.25), rel=1e-12)
    assert out == pytest.approx(scaling * time / math.sqrt((scaling * time) ** 2 + 0.25), rel=1e-12)
    assert time > 0 or (skip, out) == (1.0, 0.0)
    assert scaling < 10 or time < 19 or skip < 7e-6


def test_a_two_step_walk_by_hand():
    """x1 = √ᾱ₄₉₉ · d0 + √(1 − ᾱ₄₉₉) · noise, and the result is d1 itself."""
    schedule, generator = NoiseSchedule(ScheduleConfig(consistency=TURBO)), torch.Generator().manual_seed(5)
    walk = sampler("lcm", 0.0, generator, TURBO)
    first, second = walk(lambda x, hop: x / 2, NOISE, way("lcm", schedule, 2), "epsilon")

    def clean(x: Tensor, t: int) -> Tensor:
        alpha = schedule.alphas_cumprod[t].item()
        x0 = (x - math.sqrt(1 - alpha) * x / 2) / math.sqrt(alpha)
        return 0.25 / ((10 * t) ** 2 + 0.25) * x + 10 * t / math.sqrt((10 * t) ** 2 + 0.25) * x0

    alpha = schedule.alphas_cumprod[499].item()
    noise = torch.randn(NOISE.shape, generator=torch.Generator().manual_seed(5))
    x1 = math.sqrt(alpha) * clean(NOISE, 999) + math.sqrt(1 - alpha) * noise
    torch.testing.assert_close(first.x, x1, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(second.x, clean(x1, 499), atol=1e-4, rtol=1e-5)
    assert torch.equal(second.x, second.x0)


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_noise_is_drawn_once_a_step_but_in_the_last(steps: int):
    generator, reference = torch.Generator().manual_seed(1), torch.Generator().manual_seed(1)
    list(sampler("lcm", 0.0, generator)(Network(), NOISE, way("lcm", NoiseSchedule(), steps), "epsilon"))
    for _ in range(steps - 1):
        torch.randn(NOISE.shape, generator=reference)
    assert torch.equal(generator.get_state(), reference.get_state())


@pytest.mark.parametrize(
    ("key", "value"), [("timestep_scaling", 0), ("timestep_scaling", "4"), ("original_inference_steps", 0.5)]
)
def test_a_config_that_makes_no_sense_is_named(key: str, value: object):
    with pytest.raises(ValueError, match=key):
        ScheduleConfig.from_diffusers(CONFIG | {key: value})

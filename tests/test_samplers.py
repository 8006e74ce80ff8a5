"""What every sampler owes: exactness where the answer is known, determinism, one dtype, one call a step."""

import math

import pytest
import torch
from torch import Tensor

from t2v.diffusion import SAMPLERS, NoiseSchedule, ScheduleConfig, Step, gaussian
from t2v.diffusion.samplers import Denoise
from t2v.request import SAMPLER_NAMES

SHAPE = (2, 4, 3, 4, 5)
NOISE = torch.randn(SHAPE, generator=torch.Generator().manual_seed(1))
TARGET = torch.randn(SHAPE, generator=torch.Generator().manual_seed(2))
MODELSCOPE = ScheduleConfig()
ZERO_SNR = ScheduleConfig(
    prediction="v_prediction", zero_terminal_snr=True, spacing="trailing", final_alpha_one=True
)


def run(
    name: str, denoise: Denoise, config=MODELSCOPE, x: Tensor = NOISE, steps: int = 6, **options
) -> list[Step]:
    return list(SAMPLERS[name](denoise, x, NoiseSchedule(config), steps, **options))


def shrink(x: Tensor, t: float) -> Tensor:
    return torch.tanh(x) * (0.5 + t / 2000)


def test_samplers_are_those_that_a_request_may_name():
    assert tuple(SAMPLERS) == SAMPLER_NAMES


@pytest.mark.parametrize("steps", [1, 2, 8, 40])
@pytest.mark.parametrize("name", SAMPLERS)
def test_one_data_point_is_recovered_from_noise_alone(name, steps):
    schedule = NoiseSchedule(ZERO_SNR)

    def ideal(x: Tensor, t: float) -> Tensor:
        """v of the only x0 that there is, at the level where the sampler takes x to be."""
        signal, noise = schedule.level(int(t)) if name == "ddim" else schedule.solver_levels([t])[0]
        epsilon = (x - signal * TARGET) / noise
        return signal * epsilon - noise * TARGET

    last = run(name, ideal, ZERO_SNR, steps=steps)[-1]
    torch.testing.assert_close(last.x, TARGET, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(last.x0, TARGET, atol=1e-5, rtol=1e-5)


def gaussian_error(name: str, steps: int) -> float:
    """Relative distance from the exact path of x, known for data that are normal with deviation 0.3."""
    schedule = NoiseSchedule(ScheduleConfig(spacing="leading"))
    deviations: list[float] = []  # of x, at every time that the sampler asks for

    def ideal(x: Tensor, t: float) -> Tensor:
        signal, noise = schedule.level(int(t))
        deviations.append(math.hypot(0.3 * signal, noise))
        return noise / deviations[-1] ** 2 * x

    states = [step.x.item() for step in SAMPLERS[name](ideal, torch.ones(1), schedule, steps)]
    exact = deviations[-1] / deviations[0]  # where the last step sets out; it leaves the path by design
    return abs(states[-2] / exact - 1)


@pytest.mark.parametrize("name", ["ddim", "euler"])
def test_first_order_error_halves_with_twice_the_steps(name):
    assert 1.6 < gaussian_error(name, 20) / gaussian_error(name, 40) < 2.4


def test_second_order_is_far_closer_and_the_corrector_closer_still():
    assert gaussian_error("dpmpp_2m", 20) < gaussian_error("ddim", 20) / 50
    assert gaussian_error("unipc", 20) < gaussian_error("dpmpp_2m", 20) / 2


@pytest.mark.parametrize("spacing", ["leading", "trailing", "linspace"])
@pytest.mark.parametrize("steps", [1, 2, 61, 999, 1000])
@pytest.mark.parametrize("name", SAMPLERS)
def test_any_number_of_steps_gives_finite_latents(name, spacing, steps):
    taken = run(name, shrink, ScheduleConfig(spacing=spacing), NOISE[:1, :, :1, :1, :1], steps)
    assert steps - 2 <= len(taken) <= steps  # times that coincide are one step of a multistep solver
    assert taken[-1].x.isfinite().all()


@pytest.mark.parametrize("steps", [0, 1001])
@pytest.mark.parametrize("name", SAMPLERS)
def test_steps_out_of_range_are_named(name, steps):
    with pytest.raises(ValueError, match=f"steps: {steps} is outside 1 to 1000"):
        run(name, shrink, steps=steps)


@pytest.mark.parametrize("name", SAMPLERS)
def test_state_stays_single_precision_under_a_half_precision_network(name):
    for step in run(name, lambda x, t: shrink(x, t).half()):
        assert step.x.dtype == step.x0.dtype == torch.float32
        assert step.x.shape == step.x0.shape == SHAPE


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_callers_noise_is_left_as_it_was(name):
    noise = NOISE.clone()
    run(name, shrink, x=noise)
    assert torch.equal(noise, NOISE)


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_sampler_works_only_when_asked(name):
    calls: list[float] = []
    steps = SAMPLERS[name](lambda x, t: calls.append(t) or x, NOISE, NoiseSchedule(), 6)
    assert calls == []
    for taken, _ in enumerate(steps, start=1):
        assert len(calls) == taken


@pytest.mark.parametrize("name", SAMPLERS)
def test_items_of_a_batch_do_not_touch_each_other(name):
    together = run(name, shrink, eta=0.7, generator=generators(3, 4))[-1].x
    alone = run(name, shrink, x=NOISE[1:], eta=0.7, generator=generators(4))[-1].x
    torch.testing.assert_close(together[1:], alone, atol=1e-6, rtol=1e-6)


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def test_a_seed_decides_the_noise_of_ddim():
    def sample(seed: int) -> Tensor:
        return run("ddim", shrink, eta=1.0, generator=torch.Generator().manual_seed(seed))[-1].x

    assert torch.equal(sample(5), sample(5))
    assert not torch.equal(sample(5), sample(6))


def test_without_eta_no_noise_is_drawn():
    generator = torch.Generator().manual_seed(0)
    before = generator.get_state()
    for name in SAMPLERS:
        run(name, shrink, generator=generator)
    assert torch.equal(generator.get_state(), before)


def test_eta_one_at_zero_snr_is_finite():
    assert run("ddim", shrink, ZERO_SNR, eta=1.0, generator=generators(0, 1))[-1].x.isfinite().all()


def test_gaussian_gives_each_item_its_own_generators_noise():
    both = gaussian(SHAPE, generators(0, 1))
    assert both.dtype == torch.float32 and both.device.type == "cpu"
    assert torch.equal(both[1:], gaussian((1, *SHAPE[1:]), *generators(1)))

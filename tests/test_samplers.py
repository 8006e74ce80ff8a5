"""What every sampler owes: exactness where the answer is known, determinism, one dtype, one call a step."""

import math

import pytest
import torch
from torch import Tensor

from t2v.diffusion import HOPS, SAMPLERS, Denoise, Hop, NoiseSchedule, ScheduleConfig, Step, gaussian, last
from t2v.diffusion.samplers import raw_of, split
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
    hops = HOPS[name](NoiseSchedule(config), steps)
    return list(SAMPLERS[name](denoise, x, hops, config.prediction, **options))


def shrink(x: Tensor, hop: Hop) -> Tensor:
    return torch.tanh(x) * (0.5 + hop.time / 2000)


def test_samplers_are_those_that_a_request_may_name():
    assert tuple(SAMPLERS) == tuple(HOPS) == SAMPLER_NAMES


@pytest.mark.parametrize("steps", [1, 2, 8, 40])
@pytest.mark.parametrize("name", SAMPLERS)
def test_one_data_point_is_recovered_from_noise_alone(name, steps):
    def ideal(x: Tensor, hop: Hop) -> Tensor:
        """v of the only x0 that there is."""
        signal, noise = hop.now
        epsilon = (x - signal * TARGET) / noise
        return signal * epsilon - noise * TARGET

    last = run(name, ideal, ZERO_SNR, steps=steps)[-1]
    torch.testing.assert_close(last.x, TARGET, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(last.x0, TARGET, atol=1e-5, rtol=1e-5)


def gaussian_error(name: str, steps: int) -> float:
    """Relative distance from the exact path of x, known for data that are normal with deviation 0.3."""
    schedule = NoiseSchedule(ScheduleConfig(spacing="leading"))
    deviations: list[float] = []  # of x, at every time that the sampler asks for

    def ideal(x: Tensor, hop: Hop) -> Tensor:
        signal, noise = schedule.level(hop.time)
        deviations.append(math.hypot(0.3 * signal, noise))
        return noise / deviations[-1] ** 2 * x

    hops = HOPS[name](schedule, steps)
    states = [step.x.item() for step in SAMPLERS[name](ideal, torch.ones(1), hops, "epsilon")]
    exact = deviations[-1] / deviations[0]  # where the last step sets out; it leaves the path by design
    return abs(states[-2] / exact - 1)


@pytest.mark.parametrize("name", ["ddim", "euler"])
def test_first_order_error_halves_with_twice_the_steps(name):
    assert 1.6 < gaussian_error(name, 20) / gaussian_error(name, 40) < 2.4


def test_second_order_is_far_closer_and_the_corrector_closer_still():
    assert gaussian_error("dpmpp_2m", 20) < gaussian_error("ddim", 20) / 50
    assert gaussian_error("unipc", 20) < gaussian_error("dpmpp_2m", 20) / 2


def most_steps(name: str) -> int:
    """As many as the schedule has times; lcm, as many as the teacher of a consistency model took."""
    return 50 if name == "lcm" else 1000


@pytest.mark.parametrize("spacing", ["leading", "trailing", "linspace"])
@pytest.mark.parametrize("steps", [1, 2, 61, 999, 1000])
@pytest.mark.parametrize("name", SAMPLERS)
def test_any_number_of_steps_gives_finite_latents(name, spacing, steps):
    steps = min(steps, most_steps(name))
    taken = run(name, shrink, ScheduleConfig(spacing=spacing), NOISE[:1, :, :1, :1, :1], steps)
    assert steps - 2 <= len(taken) <= steps  # times that coincide are one step of a multistep solver
    assert taken[-1].x.isfinite().all()


@pytest.mark.parametrize("steps", [0, 1001])
@pytest.mark.parametrize("name", SAMPLERS)
def test_steps_out_of_range_are_named(name, steps):
    with pytest.raises(ValueError, match=f"steps: {steps} is outside 1 to {most_steps(name)}"):
        run(name, shrink, steps=steps)


@pytest.mark.parametrize("name", SAMPLERS)
def test_state_stays_single_precision_under_a_half_precision_network(name):
    for step in run(name, lambda x, hop: shrink(x, hop).half()):
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
    hops = HOPS[name](NoiseSchedule(), 6)
    steps = SAMPLERS[name](lambda x, hop: calls.append(hop.time) or x, NOISE, hops, "epsilon")
    assert calls == []
    for taken, _ in enumerate(steps, start=1):
        assert len(calls) == taken


@pytest.mark.parametrize("name", SAMPLERS)
def test_items_of_a_batch_do_not_touch_each_other(name):
    together, alone = {}, {}
    if name in ("ddim", "lcm"):
        eta = {"eta": 0.7} if name == "ddim" else {}
        together, alone = eta | {"generator": generators(3, 4)}, eta | {"generator": generators(4)}
    together = run(name, shrink, **together)[-1].x
    alone = run(name, shrink, x=NOISE[1:], **alone)[-1].x
    torch.testing.assert_close(together[1:], alone, atol=1e-6, rtol=1e-6)


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


@pytest.mark.parametrize(("name", "options"), [("ddim", {"eta": 1.0}), ("lcm", {})])
def test_a_seed_decides_the_noise_of_a_sampler(name, options):
    def sample(seed: int) -> Tensor:
        return run(name, shrink, generator=torch.Generator().manual_seed(seed), **options)[-1].x

    assert torch.equal(sample(5), sample(5))
    assert not torch.equal(sample(5), sample(6))


def test_without_eta_no_noise_is_drawn():
    generator = torch.Generator().manual_seed(0)
    before = generator.get_state()
    run("ddim", shrink, generator=generator)
    assert torch.equal(generator.get_state(), before)


def test_eta_one_at_zero_snr_is_finite():
    assert run("ddim", shrink, ZERO_SNR, eta=1.0, generator=generators(0, 1))[-1].x.isfinite().all()


def test_gaussian_gives_each_item_its_own_generators_noise():
    both = gaussian(SHAPE, generators(0, 1))
    assert both.dtype == torch.float32 and both.device.type == "cpu"
    assert torch.equal(both[1:], gaussian((1, *SHAPE[1:]), *generators(1)))


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("steps", [1, 7, 50])
def test_hops_lead_from_noise_to_clean_each_beginning_where_the_one_before_ends(name, steps):
    config = ScheduleConfig(final_alpha_one=True)
    hops = HOPS[name](NoiseSchedule(config), steps)
    assert len(hops) == steps
    assert [hop.time for hop in hops] == sorted((hop.time for hop in hops), reverse=True)
    assert all(hop.now.signal < hop.after.signal for hop in hops) and hops[-1].after == (1.0, 0.0)
    ends = zip(hops, hops[1:], strict=False)
    assert name == "ddim" or all(hop.after == following.now for hop, following in ends)
    assert all(type(hop.time) is float for hop in hops)


@pytest.mark.parametrize(
    ("strength", "count"), [(0, 0), (0.02, 0), (0.3, 3), (0.55, 5), (0.6, 6), (0.999, 9), (1, 10)]
)
def test_strength_leaves_the_last_hops_rounded_down(strength, count):
    hops = HOPS["ddim"](NoiseSchedule(), 10)
    assert last(hops, strength) == hops[10 - count :]


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_walk_may_begin_at_any_hop(name):
    """The only data point is recovered from its own noised state at every level on the way."""
    for first in (0, 3, 5):
        hops = HOPS[name](NoiseSchedule(ScheduleConfig(final_alpha_one=True)), 6)[first:]
        x = hops[0].now.signal * TARGET + hops[0].now.noise * NOISE
        steps = list(SAMPLERS[name](lambda x, hop: raw_of(TARGET, x, hop.now, "epsilon"), x, hops, "epsilon"))
        assert len(steps) == 6 - first
        torch.testing.assert_close(steps[-1].x, TARGET, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
def test_raw_of_undoes_split(prediction):
    level = NoiseSchedule().level(500)
    x0, _ = split(raw_of(TARGET, NOISE, level, prediction), NOISE, level, prediction)
    torch.testing.assert_close(x0, TARGET, atol=1e-5, rtol=1e-5)

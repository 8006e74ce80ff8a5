"""Expectations learnt from runs."""

from dataclasses import replace
from pathlib import Path

import pytest

from t2v.checkpoints.catalogue import CATALOGUE
from t2v.request import Request
from t2v.second import second_complete
from t2v.service.estimate import KEPT, Estimates, RunCost, insert, shares, size_of
from t2v.service.store import Store

REQUEST = Request(
    "a square", frames=16, width=64, height=64, steps=10, guidance=9.0, sampler="ddim", seed=0, fps=8
).validate()
VOLUME = 16 * 64 * 64


@pytest.fixture
def estimates(tmp_path: Path) -> Estimates:
    return Estimates(Store(tmp_path))


def run(volume: int = VOLUME, evaluations: int = 20, **more) -> RunCost:
    measured = {"denoising": 1e-6 * volume * evaluations, "rest": 2e-6 * volume, "peak": 10**9} | more
    return RunCost("square", "CPU", volume, evaluations, **measured)


def cost(estimates: Estimates, memory: int = 0, **settings):
    return estimates.cost("square", "CPU", replace(REQUEST, **settings), memory)


def test_nothing_is_claimed_before_a_run(estimates: Estimates):
    assert cost(estimates).seconds is None and cost(estimates).peak is None and cost(estimates).fits


def test_seconds_follow_steps_guidance_and_volume(estimates: Estimates):
    estimates.learn(run())
    rest, pass_ = 2e-6 * VOLUME, 1e-6 * VOLUME
    assert cost(estimates).seconds == pytest.approx(20 * pass_ + rest)
    assert cost(estimates, steps=50).rest == pytest.approx(rest)
    assert cost(estimates, steps=50).seconds == pytest.approx(100 * pass_ + rest)
    assert cost(estimates, guidance=1.0).seconds == pytest.approx(10 * pass_ + rest)
    assert cost(estimates, frames=32).seconds == pytest.approx(2 * cost(estimates).seconds)


def test_one_odd_run_changes_little(estimates: Estimates):
    for _ in range(4):
        estimates.learn(run())
    usual = cost(estimates).seconds
    estimates.learn(run(denoising=1e3, rest=1e3))
    assert cost(estimates).seconds == pytest.approx(usual)


def test_of_two_runs_the_slow_one_counts_for_nothing(estimates: Estimates):
    estimates.learn(run())
    usual = cost(estimates).seconds
    estimates.learn(run(denoising=1e3, rest=1e3))
    assert cost(estimates).seconds == pytest.approx(usual)


def test_memory_grows_along_the_line(estimates: Estimates):
    estimates.learn(run(VOLUME, peak=1_000))
    estimates.learn(run(2 * VOLUME, peak=1_500))
    assert [cost(estimates, frames=frames).peak for frames in (8, 16, 32, 64)] == [1000, 1000, 1500, 2500]


def test_too_much_is_told_and_made_to_fit(estimates: Estimates):
    estimates.learn(run(VOLUME, peak=1_000))
    estimates.learn(run(2 * VOLUME, peak=1_500))
    large = replace(REQUEST, frames=64)
    assert not estimates.cost("square", "CPU", large, memory=2_000).fits
    fit = estimates.made_to_fit("square", "CPU", large, memory=2_000)
    assert estimates.cost("square", "CPU", fit, memory=2_000).fits and 32 <= fit.frames < 64
    assert (fit.width, fit.height) == (64, 64)


def test_what_ran_out_of_memory_is_not_tried_again(estimates: Estimates):
    estimates.learn(run(VOLUME))
    estimates.learn(RunCost("square", "CPU", 4 * VOLUME, 20))
    assert cost(estimates, frames=32).fits and not cost(estimates, frames=64).fits
    estimates.learn(run(4 * VOLUME))
    assert cost(estimates, frames=64).fits


def test_a_plan_counts_until_a_run_was_made(estimates: Estimates):
    planned = [run(peak=10**6), run(2 * VOLUME, peak=15 * 10**5)]
    expected = estimates.cost("square", "CPU", REQUEST, planned=planned)
    assert (expected.seconds, expected.peak) == (pytest.approx(22e-6 * VOLUME), 10**6)
    assert not estimates.cost("square", "CPU", replace(REQUEST, frames=64), 2 * 10**6, planned).fits
    assert estimates.made_to_fit("square", "CPU", replace(REQUEST, frames=64), 2 * 10**6, planned).frames < 64
    estimates.learn(run(denoising=7.0, rest=1.0))
    assert estimates.cost("square", "CPU", REQUEST, planned=planned).seconds == pytest.approx(8.0)


def test_what_ran_out_of_memory_counts_beside_a_plan(estimates: Estimates):
    estimates.learn(RunCost("square", "CPU", 4 * VOLUME, 20))
    large = replace(REQUEST, frames=64)
    assert not estimates.cost("square", "CPU", large, planned=[run()]).fits


def test_machines_and_models_are_kept_apart(estimates: Estimates):
    estimates.learn(run())
    assert estimates.cost("other", "CPU", REQUEST).seconds is None
    assert estimates.cost("square", "H100", REQUEST).seconds is None


def test_a_restart_remembers_and_a_row_that_is_none_is_passed_over(estimates: Estimates, tmp_path: Path):
    estimates.learn(run())
    store = Store(tmp_path)
    for odd in ("NULL, 1, 1.0", "0, 1, 1.0", "5, 0, 1.0", "'x', 1, 1.0", "5, 5, 'x'"):
        store.write(
            f"INSERT INTO runs (model, device, volume, evaluations, denoising) VALUES ('a', 'b', {odd})"
        )
    assert Estimates(store).cost("square", "CPU", REQUEST) == cost(estimates)


def test_only_the_latest_runs_are_kept(estimates: Estimates, tmp_path: Path):
    with estimates._store.changing() as connection:
        insert(connection, [run() for _ in range(2 * KEPT)])
    for seconds in (1.0, 2.0):
        estimates.learn(run(denoising=seconds))
    kept = Estimates(Store(tmp_path))._runs
    assert len(kept) == KEPT and [each.denoising for each in kept[-2:]] == [1.0, 2.0]


def test_runs_that_cannot_be_written_are_remembered_all_the_same(estimates: Estimates):
    estimates._store.close()
    estimates.learn(run())
    assert cost(estimates).seconds


def test_the_second_pass_counts():
    """A video that is enlarged by a second model costs what both passes do, and the memory of the larger."""
    native = CATALOGUE["cerspense/zeroscope_v2_576w"].native
    plain = Request("a square", seed=0).validate(native)
    larger = replace(plain, larger=True)
    second = second_complete(larger, native)
    volumes = [each.frames * each.width * each.height for each in (plain, second)]
    work = [2 * each.walked * volume for each, volume in zip((plain, second), volumes, strict=True)]
    volume, evaluations = size_of(larger, native)
    assert size_of(plain, native) == (volumes[0], 2 * plain.walked) and volume == volumes[1] > volumes[0]
    assert volume * evaluations == pytest.approx(sum(work), rel=0.02)
    assert len(shares(larger, native)) == plain.walked + second.walked
    assert sum(shares(larger, native)) == sum(work)


def test_an_enlarging_takes_longer_and_more_memory(estimates: Estimates):
    native = CATALOGUE["cerspense/zeroscope_v2_576w"].native
    plain = Request("a square", seed=0).validate(native)
    larger = replace(plain, larger=True)
    volume = size_of(plain, native)[0]
    for factor in (1, 2):
        estimates.learn(run(factor * volume, peak=factor * 10**9))
    costs = [estimates.cost("square", "CPU", each, native=native) for each in (plain, larger)]
    assert costs[1].seconds > 2 * costs[0].seconds and costs[1].peak > 2 * costs[0].peak
    assert not estimates.cost("square", "CPU", larger, memory=2 * 10**9, native=native).fits

"""The noise schedule: its values, its times, and what it refuses to follow."""

import math

import pytest
import torch

from t2v.diffusion import NoiseSchedule, ScheduleConfig

DIFFUSERS = {"_class_name": "DDIMScheduler", "beta_schedule": "scaled_linear", "clip_sample": False}


def test_betas_are_squares_of_equal_steps():
    alphas_cumprod = NoiseSchedule().alphas_cumprod
    betas = 1 - alphas_cumprod[1:] / alphas_cumprod[:-1]
    roots = betas.sqrt()
    assert alphas_cumprod.dtype == torch.float64 and alphas_cumprod.shape == (1000,)
    assert alphas_cumprod[0].item() == pytest.approx(1 - 0.00085, rel=1e-12)
    assert roots[-1].item() == pytest.approx(math.sqrt(0.012), rel=1e-9)
    torch.testing.assert_close(roots.diff(), roots.diff().mean().expand(998), rtol=1e-6, atol=0)


def test_modelscope_times_of_50_steps():
    times = NoiseSchedule().timesteps(50, spacing="leading")
    assert times == list(range(981, 0, -20))
    assert NoiseSchedule().level(1 - 20) == NoiseSchedule().level(0)


def test_final_alpha_one_ends_clean():
    assert NoiseSchedule(ScheduleConfig(final_alpha_one=True)).level(-1) == (1.0, 0.0)


@pytest.mark.parametrize("zero_snr", [False, True])
def test_signal_falls_and_levels_keep_variance_one(zero_snr):
    schedule = NoiseSchedule(ScheduleConfig(zero_terminal_snr=zero_snr))
    levels = [schedule.level(t) for t in range(1000)] + schedule.solver_levels([999, 500.5, 3])
    assert (schedule.alphas_cumprod.diff() < 0).all()
    assert all(signal**2 + noise**2 == pytest.approx(1, abs=1e-12) for signal, noise in levels)


def test_zero_terminal_snr_moves_the_end_to_noise_alone_and_keeps_the_start():
    plain, zero = NoiseSchedule(), NoiseSchedule(ScheduleConfig(zero_terminal_snr=True))
    assert zero.level(999) == (0.0, 1.0)
    assert zero.alphas_cumprod[0].item() == pytest.approx(plain.alphas_cumprod[0].item(), rel=1e-12)
    assert zero.solver_levels([999])[0].signal == pytest.approx(2**-12)


def test_a_fractional_time_lies_between_its_neighbours():
    before, between, after, clean = NoiseSchedule().solver_levels([10, 10.5, 11])
    assert before.log_snr > between.log_snr > after.log_snr
    assert clean == (1.0, 0.0)


@pytest.mark.parametrize("spacing", ["leading", "trailing", "linspace"])
@pytest.mark.parametrize("drop_end", [False, True])
def test_every_step_count_gives_that_many_trained_times_in_falling_order(spacing, drop_end):
    schedule = NoiseSchedule()
    for steps in range(1, 1001):
        times = schedule.timesteps(steps, spacing=spacing, drop_end=drop_end)
        assert len(times) == steps
        assert times == sorted(times, reverse=True) and 0 <= times[-1] and times[0] <= 999


def test_the_config_overrules_the_samplers_spacing():
    schedule = NoiseSchedule(ScheduleConfig(spacing="trailing"))
    assert schedule.timesteps(4, spacing="leading") == [999, 749, 499, 249]


@pytest.mark.parametrize("steps", [0, -1, 1001])
def test_steps_out_of_range_are_named(steps):
    with pytest.raises(ValueError, match=f"steps: {steps} is outside 1 to 1000"):
        NoiseSchedule().timesteps(steps, spacing="leading")


def test_a_scheduler_file_is_read_and_defaults_are_diffusers():
    settings = DIFFUSERS | {
        "num_train_timesteps": 500,
        "beta_start": 0.001,
        "beta_end": 0.01,
        "prediction_type": "v_prediction",
        "rescale_betas_zero_snr": True,
        "timestep_spacing": "trailing",
        "steps_offset": 3,
        "set_alpha_to_one": False,
        "skip_prk_steps": True,
    }
    assert ScheduleConfig.from_diffusers(settings) == ScheduleConfig(
        500, 0.001, 0.01, "v_prediction", True, "trailing", 3, False
    )
    assert ScheduleConfig.from_diffusers(DIFFUSERS) == ScheduleConfig(
        1000, 0.0001, 0.02, "epsilon", False, None, 0, True
    )


def test_another_samplers_file_gives_the_same_schedule():
    settings = DIFFUSERS | {"_class_name": "DPMSolverMultistepScheduler", "solver_order": 3}
    del settings["clip_sample"]  # that class has no clipping
    assert ScheduleConfig.from_diffusers(settings) == ScheduleConfig.from_diffusers(DIFFUSERS)


@pytest.mark.parametrize(
    ("key", "value", "right"),
    [
        ("_class_name", "FlowMatchEulerDiscreteScheduler", "DDIMScheduler"),
        ("_class_name", None, "DDIMScheduler"),
        ("beta_schedule", "linear", "scaled_linear"),
        ("prediction_type", "sample", "epsilon or v_prediction"),
        ("timestep_spacing", "karras", "leading, trailing or linspace"),
        ("num_train_timesteps", 10**9, "2 to 100000"),
        ("num_train_timesteps", "1000", "2 to 100000"),
        ("num_train_timesteps", True, "2 to 100000"),
        ("beta_start", float("nan"), "between 0 and 1"),
        ("beta_end", "0.012", "between 0 and 1"),
        ("rescale_betas_zero_snr", "no", "true or false"),
        ("set_alpha_to_one", 1, "true or false"),
        ("steps_offset", -1, "0 to 1000"),
        ("clip_sample", True, "unsupported"),
        ("thresholding", True, "unsupported"),
        ("use_flow_sigmas", True, "unsupported"),
        ("trained_betas", [0.1, 0.2], "unsupported"),
    ],
)
def test_a_setting_that_cannot_be_followed_is_named_with_what_is_right(key, value, right):
    with pytest.raises(ValueError) as error:
        ScheduleConfig.from_diffusers(DIFFUSERS | {key: value})
    assert str(error.value).startswith(f"{key}: ") and right in str(error.value)


def test_a_ddim_file_that_leaves_clipping_out_clips_in_diffusers():
    with pytest.raises(ValueError, match="clip_sample"):
        ScheduleConfig.from_diffusers({"_class_name": "DDIMScheduler", "beta_schedule": "scaled_linear"})


def test_the_dataclass_is_checked_too():
    with pytest.raises(ValueError, match="prediction_type: 'x0' is not supported; right is epsilon or"):
        ScheduleConfig(prediction="x0")

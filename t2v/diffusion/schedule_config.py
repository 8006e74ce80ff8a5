"""The config of a noise schedule, and how to read it from diffusers' scheduler_config.json."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from t2v.diffusion.consistency import USUAL, Consistency


class SchedulerKey(NamedTuple):
    """A key of diffusers' scheduler_config.json that sets the schedule."""

    key: str
    default: Any  # diffusers' value if the file leaves the key out
    valid: Callable[[Any], bool]
    right: str


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and low <= value <= high


def _beta(value: Any) -> bool:
    return type(value) is float and 0 < value < 1


def _flag(value: Any) -> bool:
    return type(value) is bool


SCHEDULER_KEYS = {
    "train_steps": SchedulerKey(
        "num_train_timesteps", 1000, _whole(2, 10**5), "a whole number from 2 to 100000"
    ),
    "beta_start": SchedulerKey("beta_start", 0.0001, _beta, "a number between 0 and 1"),
    "beta_end": SchedulerKey("beta_end", 0.02, _beta, "a number between 0 and 1"),
    "prediction": SchedulerKey(
        "prediction_type",
        "epsilon",
        lambda value: value in ("epsilon", "v_prediction"),
        "epsilon or v_prediction",
    ),
    "zero_terminal_snr": SchedulerKey("rescale_betas_zero_snr", False, _flag, "true or false"),
    "spacing": SchedulerKey(
        "timestep_spacing",
        None,
        lambda value: value in (None, "leading", "trailing", "linspace"),
        "leading, trailing or linspace",
    ),
    "offset": SchedulerKey("steps_offset", 0, _whole(0, 1000), "a whole number from 0 to 1000"),
    "final_alpha_one": SchedulerKey("set_alpha_to_one", True, _flag, "true or false"),
}

# The scheduler classes that share this family of schedules. A file names its authors' sampler; here the
# request chooses the sampler. Classes that clip do so unless the file says otherwise.
CLIPPING_SCHEDULERS = frozenset(
    "DDIMScheduler DDIMInverseScheduler DDIMParallelScheduler DDPMScheduler DDPMParallelScheduler".split()
)
SCHEDULERS = CLIPPING_SCHEDULERS | frozenset(
    """DEISMultistepScheduler DPMSolverMultistepInverseScheduler DPMSolverMultistepScheduler
    DPMSolverSDEScheduler DPMSolverSinglestepScheduler EulerAncestralDiscreteScheduler EulerDiscreteScheduler
    HeunDiscreteScheduler KDPM2AncestralDiscreteScheduler KDPM2DiscreteScheduler LCMScheduler
    LMSDiscreteScheduler PNDMScheduler SASolverScheduler TCDScheduler UniPCMultistepScheduler""".split()
)


@dataclass(frozen=True)
class ScheduleConfig:
    """The schedule that a network was trained on; the defaults are ModelScope's.

    `spacing` None lets the sampler choose its times: leading for ddim, linspace for the others, diffusers'
    defaults. `offset` shifts leading times. `final_alpha_one`: ddim's last step ends at ᾱ = 1, not at ᾱ_0.
    `consistency`: for lcm alone.
    Raises ValueError, which names diffusers' key.
    """

    train_steps: int = 1000
    beta_start: float = 0.00085
    beta_end: float = 0.012
    prediction: str = "epsilon"
    zero_terminal_snr: bool = False
    spacing: str | None = None
    offset: int = 1
    final_alpha_one: bool = False
    consistency: Consistency = USUAL

    def __post_init__(self) -> None:
        for name, setting in SCHEDULER_KEYS.items():
            value = getattr(self, name)
            if not setting.valid(value):
                raise ValueError(f"{setting.key}: {value!r} is not supported; right is {setting.right}")

    @classmethod
    def from_diffusers(cls, settings: Mapping[str, Any]) -> "ScheduleConfig":
        """Read the schedule of a scheduler_config.json, without solver options such as Karras sigmas.

        Raises ValueError, which names the key and a right value, for what the samplers don't support.
        """
        kind = settings.get("_class_name")
        if not isinstance(kind, str) or kind not in SCHEDULERS:
            right = "DDIMScheduler, or another of diffusers' with a scaled_linear schedule"
            raise ValueError(f"_class_name: {kind!r} is not supported; right is {right}")
        betas = settings.get("beta_schedule", "linear")
        if betas != "scaled_linear":
            raise ValueError(f"beta_schedule: {betas!r} is not supported; right is scaled_linear")
        if settings.get("clip_sample", kind in CLIPPING_SCHEDULERS):
            raise ValueError("clip_sample: true is unsupported for latents; right is false")
        for key in ("thresholding", "use_flow_sigmas", "trained_betas"):
            if settings.get(key):
                raise ValueError(f"{key}: {settings[key]!r} is unsupported; right is to leave it out")
        given = {key: value for key, value in settings.items() if value is not None}
        return cls(
            **{name: given.get(setting.key, setting.default) for name, setting in SCHEDULER_KEYS.items()},
            consistency=Consistency(
                given.get("timestep_scaling", USUAL.scaling),
                given.get("original_inference_steps", USUAL.points),
            ),
        )


MODELSCOPE_SCHEDULE = ScheduleConfig()

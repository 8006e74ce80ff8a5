"""What is solved: the noise schedule, the samplers that run it backwards, and guidance."""

from t2v.diffusion.guidance import guided
from t2v.diffusion.samplers import SAMPLERS, Step, gaussian
from t2v.diffusion.schedule import NoiseSchedule, ScheduleConfig

__all__ = ["SAMPLERS", "NoiseSchedule", "ScheduleConfig", "Step", "gaussian", "guided"]

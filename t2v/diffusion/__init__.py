"""Diffusion: the noise schedule, hops along it, samplers, guidance and other wrappers of a denoiser."""

from t2v.diffusion.consistency import Consistency
from t2v.diffusion.fifo import Diagonal
from t2v.diffusion.freeinit import renewed
from t2v.diffusion.freenoise import shuffled
from t2v.diffusion.guidance import Predict, embedded, guided, mixed
from t2v.diffusion.hops import HOPS, Hop, last, start_deviation, way
from t2v.diffusion.loops import closing
from t2v.diffusion.rounds import repeated
from t2v.diffusion.samplers import SAMPLERS, Denoise, Step, gaussian, sampler
from t2v.diffusion.schedule import Level, NoiseSchedule
from t2v.diffusion.schedule_config import ScheduleConfig
from t2v.diffusion.wrappers import keeping, timed

__all__ = [
    "HOPS",
    "SAMPLERS",
    "Consistency",
    "Denoise",
    "Diagonal",
    "Hop",
    "Level",
    "NoiseSchedule",
    "Predict",
    "ScheduleConfig",
    "Step",
    "closing",
    "embedded",
    "gaussian",
    "guided",
    "keeping",
    "last",
    "mixed",
    "renewed",
    "repeated",
    "sampler",
    "shuffled",
    "start_deviation",
    "timed",
    "way",
]

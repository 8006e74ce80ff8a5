"""The workers of one machine: one for each device, or the one of ZeroGPU."""

import os
from collections.abc import Sequence

from t2v.service.messages import Setup
from t2v.service.worker import Worker
from t2v.service.zerogpu import ZeroGPUWorker

AnyWorker = Worker | ZeroGPUWorker


def workers_of(backend: str, devices: Sequence[str], setup: Setup) -> list[AnyWorker]:
    """Return the workers of these devices; on ZeroGPU the one for the device that is lent."""
    if devices and os.environ.get("SPACES_ZERO_GPU"):
        return [ZeroGPUWorker(backend, setup)]
    return [Worker(backend, device, setup) for device in devices]

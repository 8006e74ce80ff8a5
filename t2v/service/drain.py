"""The orderly end of a server: what is nearly done is finished, the rest is left to the next server."""

import time

from t2v.service.jobs import Job
from t2v.service.messages import Stage
from t2v.service.service import Service

LOOK = 0.1  # seconds
FETCHING = 2.0  # seconds for callers and pages to fetch what was finished meanwhile


def drain(service: Service, grace: float) -> None:
    """Take no more jobs; wait for those that are likely to be done within `grace` seconds, and no longer."""
    service.jobs.shut()
    end, waited_for = time.monotonic() + grace, set()
    while (left := end - time.monotonic()) > 0:
        made, _ = service.jobs.line()
        soon = {job for job in made if _is_soon_done(service, job, left)}
        if not soon:
            break
        waited_for |= soon
        time.sleep(min(LOOK, left))
    if any(job.over for job in waited_for):
        time.sleep(max(0.0, min(FETCHING, end - time.monotonic())))


def _is_soon_done(service: Service, job: Job, left: float) -> bool:
    """Check whether a job may be done in `left` seconds: its video is there, or the estimate says so."""
    if job.stage in (Stage.DECODING, Stage.WRITING):
        return True
    seconds = service.seconds_left(job)
    return seconds is None or seconds <= left

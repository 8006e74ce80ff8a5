"""The log: lines for people, or JSON lines for a collector, each with the id of the job that it is about.

No prompt and no visitor is in what the service logs. Worker processes write to the same stderr.
"""

import json
import logging
import os
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

VARIABLE = "T2V_LOG"  # which worker processes inherit
JSON = "json"  # JSON lines, of what is "info" and graver
LEVELS = ("debug", "info", "warning", "error")
CHOICES = (*LEVELS, JSON)
about: ContextVar[str] = ContextVar("about", default="")  # the job that this thread works on
log = logging.getLogger("t2v.service")


def start(choice: str) -> None:
    """Log to stderr as one of CHOICES says; of the libraries, warnings."""
    handler = logging.StreamHandler()
    handler.setFormatter(JSONLines() if choice == JSON else Lines())
    logging.basicConfig(handlers=[handler])
    logging.getLogger("t2v").setLevel("INFO" if choice == JSON else choice.upper())
    os.environ[VARIABLE] = choice


def start_in_worker() -> None:
    """Log as the server does, in a process that it has started."""
    choice = os.environ.get(VARIABLE, "").lower()
    start(choice if choice in CHOICES else "warning")


class Lines(logging.Formatter):
    """Lines such as `INFO t2v.service: a job of emoji ended: done [Rk3…]`."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        job = job_of(record)
        return super().formatMessage(record) + (f" [{job}]" if job else "")


class JSONLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message; job, figures and trace if there are any."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if job := job_of(record):
            told["job"] = job
        told |= getattr(record, "figures", {})
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


def job_of(record: logging.LogRecord) -> str:
    """The id of the job that a record is about; "" for none."""
    return getattr(record, "job", "") or about.get()


def submitted(job: Any) -> None:
    """Log that a job waits."""
    _tell(job, "a job of %s waits", job.model, model=job.model)


def begun(job: Any, waited: float) -> None:
    """Log that a job begins, after `waited` seconds."""
    _tell(job, "a job of %s begins", job.model, model=job.model, waited=round(waited, 3))


def ended(job: Any) -> None:
    """Log how a job ended, and the seconds of its work."""
    problem = f" ({job.problem})" if job.problem else ""
    seconds = round(job.ended - job.started, 3) if job.started is not None else 0.0
    figures = {"model": job.model, "end": job.stage, "seconds": seconds, "steps": job.step}
    failed = {"fault": job.fault or "other", "problem": job.problem} if job.problem else {}
    _tell(job, "a job of %s ended: %s%s", job.model, job.stage, problem, **figures, **failed)


def _tell(job: Any, text: str, *values: object, **figures: object) -> None:
    log.info(text, *values, extra={"job": job.id, "figures": figures})

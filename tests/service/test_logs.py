"""The log: each line says which job it is about, as text or as JSON."""

import json
import logging
from pathlib import Path

import pytest

from t2v.request import Request
from t2v.service import logs
from t2v.service.jobs import Jobs, Limits
from t2v.service.messages import Stage
from tests.common import Clock


def submit(jobs: Jobs, prompt: str = "a secret prompt"):
    return jobs.submit("a visitor's secret", "square", Request(prompt).validate())


@pytest.fixture(autouse=True)
def level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "t2v")
    logs.about.set("")  # an earlier test may have worked on a job


def told(record: logging.LogRecord) -> dict:
    line = logs.JSONLines().format(record)
    assert "\n" not in line
    return json.loads(line)


def test_a_job_can_be_followed_by_its_id_without_its_prompt(caplog: pytest.LogCaptureFixture):
    jobs = Jobs(Limits(), Clock())
    job = submit(jobs)
    jobs.clock.now = 5
    jobs.take(0)
    jobs.clock.now = 7.5
    jobs.end(job, Stage.FAILED, "The disk is full.")
    lines = list(map(told, caplog.records))
    assert [line["job"] for line in lines] == [job.id] * 3 and lines[1]["waited"] == 5
    assert lines[2] | {"end": "failed", "seconds": 2.5, "problem": "The disk is full."} == lines[2]
    assert {"time", "level", "logger", "message", "model"} <= lines[2].keys()
    assert "secret" not in json.dumps(lines)
    assert logs.Lines().format(caplog.records[0]) == f"INFO t2v.service: a job of square waits [{job.id}]"


def test_what_a_thread_logs_names_the_job_that_it_works_on(caplog: pytest.LogCaptureFixture):
    token = logs.about.set("the job")
    try:
        try:
            raise KeyError("line one\nline two")
        except KeyError:
            logging.getLogger("t2v.service").exception("a job failed")
        line = told(caplog.records[0])
    finally:
        logs.about.reset(token)
    assert (line["job"], line["level"]) == ("the job", "error") and "KeyError" in line["trace"]
    assert "job" not in told(caplog.records[0])


def test_a_file_that_is_no_number_can_be_told(caplog: pytest.LogCaptureFixture):
    logging.getLogger("t2v").warning("%s", "ü", extra={"figures": {"path": Path("a"), "end": Stage.DONE}})
    assert told(caplog.records[0])["message"] == "ü" and told(caplog.records[0])["end"] == "done"

"""What a visitor is shown of a job is of that job's own worker and settings."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from t2v.request import MAX_PROMPT, Request
from t2v.service.jobs import Job, Jobs, Limits
from t2v.service.messages import Fetched, Reading, Stage
from t2v.space import prompting, screen
from tests.service import fakes

SERVICE = SimpleNamespace(choices={choice.id: choice for choice in fakes.choices(None)})
WORKERS = [SimpleNamespace(fetched=Fetched(5 * 10**8, 2 * 10**9)), SimpleNamespace(fetched=None)]


@pytest.mark.parametrize("number", [0, 1, None])
def test_a_download_is_shown_to_the_job_that_waits_for_it(number: int | None):
    request = Request("a square", seed=1).validate(fakes.NATIVE)
    worker = None if number is None else WORKERS[number]
    job = Job("id", "owner", "square", request, ".mp4", 0.0, stage=Stage.LOADING, worker=worker)
    text = screen.stage_text(SERVICE, job)
    assert text.startswith("Loading Moving square") and ("500 MB of 2.0 GB" in text) == (number == 0)


@pytest.mark.parametrize(("seconds", "promised"), [(12.0, True), (0.0, False), (None, False)])
def test_a_job_that_should_have_begun_is_promised_no_moment(seconds: float | None, promised: bool):
    """As while its worker starts on a busy machine: "in under a second" would stand there for long."""
    service = SimpleNamespace(
        jobs=SimpleNamespace(awaited=lambda job: None, line=lambda: ([], [])),
        forecast=SimpleNamespace(ahead=lambda job: [], until_begun=lambda job: seconds),
    )
    job = Job("id", "owner", "square", Request("a square", seed=1).validate(fakes.NATIVE), ".mp4", 0.0)
    text = screen.stage_text(service, job)
    assert text.startswith("You are next") and ("12" in text) == promised == ("begins" in text)


@pytest.mark.parametrize(("left", "percent"), [(6.0, 25), (0.0, 97), (None, 50)])
def test_the_bar_shows_time_where_it_is_known_and_steps_elsewhere(left: float | None, percent: int):
    """A model of two steps takes as long to decode: by steps alone the bar would be full at half the time."""
    service = SimpleNamespace(jobs=SimpleNamespace(clock=lambda: 12.0), seconds_left=lambda job: left)
    request = Request("a square", seed=1).validate(fakes.NATIVE)
    job = Job("id", "owner", "square", request, ".mp4", 0.0, stage=Stage.DENOISING, started=10.0)
    job.step, job.steps = 1, 2
    assert f"aria-valuenow='{percent}'" in screen.working(service, job)


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("stage", [Stage.READING, Stage.DENOISING])
def test_a_single_step_is_not_counted(stage: Stage, step: int):
    """It is most of the work, and nobody would see the prompt being read before it."""
    request = Request("a square", seed=1, steps=1).validate(fakes.NATIVE)
    job = Job("id", "owner", "square", request, ".mp4", 0.0, stage=stage, started=10.0)
    job.step, job.steps = step, step
    assert screen.stage_text(SERVICE, job) == "Drawing the frames"
    job.request, job.steps = replace(request, steps=2), 2 * step
    assert screen.stage_text(SERVICE, job) == ("Step 1 of 2" if step else "Reading the prompt")


@pytest.mark.parametrize(("steps", "advice"), [(1, "Fewer frames will"), (2, "Fewer steps or frames will")])
def test_fewer_steps_are_advised_only_where_there_are_several(steps: int, advice: str):
    now, cost = 61.0, SimpleNamespace(fits=True, seconds=90.0)
    limits = Limits(deadline=60.0)
    service = SimpleNamespace(cost=lambda model, request: cost, jobs=SimpleNamespace(limits=limits))
    request = Request("a square", seed=1, steps=steps).validate(fakes.NATIVE)
    assert advice in screen.cost_line(service, "square", request)
    jobs = Jobs(limits, lambda: now)
    job = jobs.submit("", "square", request)
    job.started = 0.0
    assert advice in jobs.must_stop(job)


def test_a_prompt_that_is_too_long_is_not_read(monkeypatch: pytest.MonkeyPatch):
    """A hundred thousand letters of another language would keep the page busy for a minute."""
    read = []
    monkeypatch.setattr(prompting, "_remarks", lambda found, prompt, vocabulary: [read.append(prompt) or ""])
    for letters in (MAX_PROMPT, MAX_PROMPT + 1, 100_000):
        prompting.reading(None, "x" * letters, None)
    assert read == ["x" * MAX_PROMPT]


def test_the_settings_of_a_source_are_not_shown():
    settings = screen.settings_of(Request("a square").validate(fakes.NATIVE))
    assert "frames" in settings and not settings.keys() & {"strength", "keep"}


@pytest.mark.parametrize(("count", "cut", "said"), [(12, "", False), (68, "", True), (99, "the end", True)])
def test_tokens_are_counted_only_where_they_become_many(count: int, cut: str, said: bool):
    text = prompting.reading(Reading(count, 77, cut, ""), "a fox", None)
    assert (f"{count} of 77 tokens" in text) == said and ("the end" in text) == bool(cut)

"""The page under Ray Serve: a process that Serve starts, asks after, and ends."""

import sys

import pytest

from t2v.space import ray_page

ENDLESS = (sys.executable, "-c", "import time; time.sleep(600)")


@pytest.fixture
def replica(monkeypatch: pytest.MonkeyPatch):
    """What Serve makes of the deployment on the head, with another program in the page's place."""
    monkeypatch.setattr(ray_page, "COMMAND", ENDLESS)
    made = ray_page.Page.func_or_class()
    yield made
    made._process.kill()


def test_a_page_that_runs_is_well_and_one_that_ended_is_not(replica):
    replica.check_health()
    replica._process.kill()
    replica._process.wait(30)
    with pytest.raises(RuntimeError, match="exit code -9; its log says why"):
        replica.check_health()


def test_the_page_ends_with_its_replica(replica):
    process = replica._process
    replica.__del__()
    assert process.wait(30) == -15


def test_the_application_is_the_page_that_the_command_starts():
    words = ray_page.COMMAND
    assert words[1:] == ("-m", "t2v", "serve", "--ray", "auto")
    assert type(ray_page.page).__name__ == "Application"

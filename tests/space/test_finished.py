"""What stands under a finished video: its settings in a line, and what can be done with it."""

from collections.abc import Sequence

import pytest

from t2v.request import Request
from t2v.service.outputs import Record
from t2v.space import screen

SIZE = {"width": 256, "height": 256, "frames": 16, "fps": 8, "steps": 2, "guidance": 1.0, "sampler": "ddim"}


def under(pictures: Sequence[str] = (), **settings: object) -> str:
    request = Request("a panda", seed=7, **SIZE | settings)
    return screen.finished(Record("a1", "me", "emoji", request, ".mp4", 0.0, 2.0), pictures=pictures)


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({}, "16 frames at 8 fps\u00a0· 2 steps of ddim, guidance 1\u00a0· seed 7<"),
        ({"keep": 8, "strength": 1.0}, "8 frames after its source's at 8 fps"),
        ({"keep": 15, "strength": 1.0}, "1 frame after its source's at 8 fps"),
        ({"keep": 8, "strength": 0.5}, "256×256, 16 frames at"),
        ({"loop": True}, "seed 7\u00a0· a loop<"),
    ],
)
def test_the_settings_of_a_video_are_a_line(settings: dict, line: str):
    assert line in under(**settings)


def test_a_link_is_offered_where_it_brings_the_video_back():
    assert "data-copy=" in under() and "data-share=" in under()
    started = under(pictures=["source"])
    assert "data-copy=" not in started and "data-share=" not in started

"""The measurement of drift: a line after each 16 frames, whatever the parts' lengths."""

import numpy as np
import pytest

from benchmarks import drift


def brighter(count: int, start: int) -> np.ndarray:
    """Frames (f 8 8 3), each a level brighter than the one before."""
    levels = np.arange(start, start + count, dtype=np.uint8)
    return np.broadcast_to(levels[:, None, None, None], (count, 8, 8, 3))


@pytest.mark.parametrize("lengths", [(16, 8, 8, 8, 8, 8), (64,), (5,) * 12])
def test_each_sixteen_frames_are_compared_with_the_first(lengths: tuple[int, ...]):
    starts = np.cumsum([0, *lengths])
    parts = [brighter(count, start) for count, start in zip(lengths, starts, strict=False)]
    found = list(drift.measured(parts, 48))
    assert [frames for frames, _ in found] == [16, 32, 48]
    assert [each.colours for _, each in found] == [0, 16, 32]


def test_no_more_parts_are_made_than_are_measured():
    def parts():
        yield from (brighter(8, 8 * number) for number in range(6))
        raise AssertionError("a part too many")

    assert len(list(drift.measured(parts(), 48))) == 3


def test_steps_are_told_beside_the_measures(capsys: pytest.CaptureFixture):
    drift.tell(1, 2, None)
    assert capsys.readouterr() == ("", "step 1 of 2\n")

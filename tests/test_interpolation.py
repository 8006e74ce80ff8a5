"""Frames between the frames."""

from pathlib import Path

import numpy as np
import pytest

from t2v.interpolation import interpolated
from t2v.request import Request
from t2v.video import CONTAINERS, Video, VideoError

BACKGROUND = (235, 235, 235)


def moving(frames: int, height: int = 96, width: int = 160) -> np.ndarray:
    """A square that moves 4 pixels a frame, away from the borders -> uint8 (f h w 3)"""
    clip = np.full((frames, height, width, 3), BACKGROUND, np.uint8)
    for index, frame in enumerate(clip):
        frame[30:62, 32 + 4 * index : 64 + 4 * index] = (200, 40, 60)
    return clip


def place(frame: np.ndarray) -> float:
    """The centre of what isn't background along the width, in pixels."""
    weight = np.abs(frame.astype(float) - BACKGROUND).sum((0, 2))
    return float((weight * np.arange(len(weight))).sum() / weight.sum())


@pytest.mark.parametrize("fps", [4, 5, 7, 8, 10, 12, 16, 23])
@pytest.mark.parametrize("frames", [1, 2, 16])
def test_a_video_keeps_its_duration(frames: int, fps: int):
    finer = interpolated(moving(frames), fps)
    assert finer.shape == (round(frames * 24 / fps), 96, 160, 3) and finer.dtype == np.uint8


@pytest.mark.parametrize("fps", [4, 6, 8, 12])
def test_every_frame_stays_at_its_time(fps: int):
    clip = moving(16)
    assert np.array_equal(interpolated(clip, fps)[:: 24 // fps], clip)


@pytest.mark.parametrize("fps", [8, 10])
def test_between_two_frames_things_are_between_their_places(fps: int):
    finer = interpolated(moving(16), fps)
    places = [place(frame) for frame in finer]
    expected = [place(moving(1)[0]) + 4 * min(index * fps / 24, 15) for index in range(len(finer))]
    assert np.abs(np.subtract(places, expected)).max() < 1.0
    assert min(np.diff(places[: 15 * 24 // fps])) > 0, "it never stands still"


def test_nothing_that_stands_still_changes():
    clip = moving(1).repeat(16, 0)
    assert np.abs(interpolated(clip, 10).astype(int) - clip[0]).max() <= 2


def test_as_many_frames_a_second_as_asked_for_are_left_alone():
    clip = moving(4)
    assert interpolated(clip, 24) is clip and interpolated(clip, 30) is clip


@pytest.mark.parametrize("size", [(16, 16), (33, 47), (2, 2)])
def test_small_and_odd_sizes_work(size: tuple[int, int]):
    assert interpolated(np.zeros((4, *size, 3), np.uint8), 8).shape == (12, *size, 3)


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_a_smoother_video_keeps_its_settings_and_duration_in_its_file(suffix: str, tmp_path: Path):
    video = Video(moving(8), Request("a square", seed=3, fps=8, frames=8), "square")
    smoother = video.smoother()
    again = Video.open(smoother.save(tmp_path / f"smoother{suffix}"))
    assert again.request == video.request and again.smoothed == again.fps == 24
    assert len(again) == 24 and again.duration == video.duration == smoother.duration


def test_what_is_smooth_enough_comes_back():
    video = Video(moving(8), Request("a square", fps=30))
    assert video.smoother() is video and video.smoother(60).fps == 60


@pytest.mark.parametrize("fps", [0, -1, 61, 24.0, "24", None, True])
def test_a_speed_that_is_none_is_refused(fps: object):
    with pytest.raises(VideoError, match="from 1 to 60"):
        Video(moving(2)).smoother(fps)


def test_a_video_that_would_be_too_large_is_refused_before_the_work():
    with pytest.raises(VideoError, match="too large"):
        Video(np.zeros((64, 512, 512, 3), np.uint8), Request("a", fps=1)).smoother(60)

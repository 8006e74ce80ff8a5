"""A Video in programs and notebooks: a sequence of frames, made of and saved to whatever holds them."""

import base64
import io
import re

import numpy as np
import pytest
import torch
from PIL import Image

from t2v import Request, Video, VideoError, notebook
from t2v.request import ModelDefaults

from .test_video import psnr, smooth

REQUEST = Request("a <panda> & 'friends'", seed=1).validate()


def test_a_video_is_the_sequence_of_its_frames():
    frames = smooth(6, 32, 48)
    video = Video(frames, Request("a", fps=12))
    assert len(video) == 6 and video.size == (48, 32) and video.duration == 0.5
    assert all(np.array_equal(one, other) for one, other in zip(video, frames, strict=True))
    assert np.array_equal(video[-1], frames[-1]) and video[1:3].shape == (2, 32, 48, 3)
    assert np.asarray(video).base is frames or np.shares_memory(np.asarray(video), frames)
    assert np.array(video, dtype=np.float32).dtype == np.float32
    assert not np.shares_memory(np.array(video, copy=True), frames)


def test_videos_are_equal_if_their_frames_are():
    frames = smooth(2, 16, 16)
    changed = frames.copy()
    changed[1, 2, 3, 0] ^= 1
    assert Video(frames) == Video(frames.copy(), REQUEST)
    assert Video(frames) != Video(changed) and Video(frames) != Video(frames[:1]) and Video(frames) != 3
    with pytest.raises(TypeError):
        hash(Video(frames))


def test_a_video_is_shown_in_a_line():
    frames = smooth(16, 32, 48)
    assert repr(Video(frames, Request("a panda", seed=1))) == 'Video(16×32×48, "a panda", seed 1)'
    assert repr(Video(frames, Request("a panda"))) == 'Video(16×32×48, "a panda")'
    assert repr(Video(frames)) == "Video(16×32×48)"
    assert len(repr(Video(frames, Request("a" * 1000, seed=2**32 - 1)))) < 90


def as_floats(frames: np.ndarray) -> np.ndarray:
    return frames.astype(np.float32) / 255


@pytest.mark.parametrize(
    "convert",
    [
        lambda frames: frames,
        as_floats,
        torch.tensor,
        lambda frames: torch.tensor(as_floats(frames)),
        lambda frames: [Image.fromarray(frame) for frame in frames],
        lambda frames: tuple(frames),
        lambda frames: (frame for frame in frames),
        lambda frames: [torch.tensor(frame) for frame in frames],
        Video,
    ],
    ids="uint8 floats tensor float-tensor images tuple iterator tensors Video".split(),
)
def test_a_video_is_made_of_whatever_holds_frames(convert):
    frames = smooth(3, 16, 24)
    assert Video.of(convert(frames)) == Video(frames)


def test_a_video_of_frames_has_the_speed_of_its_request():
    assert Video.of(smooth(6, 16, 16), Request("a", fps=24)).duration == 0.25
    assert Video.of(Image.new("RGB", (16, 16), "red")).size == (16, 16)


WRONG = {
    "colours-first": (np.zeros((2, 3, 8, 8), np.uint8), "put the colours last, permute(0, 2, 3, 1)"),
    "batch": (np.zeros((1, 2, 8, 8, 3), np.float32), "a batch of videos, take one, such as frames[0]"),
    "symmetric": (np.full((2, 8, 8, 3), -0.5), "x / 2 + 0.5 brings −1 … 1 there"),
    "255": (np.full((2, 8, 8, 3), 255.0), "values from 255 to 255: floats must be from 0 to 1"),
    "nan": (np.full((2, 8, 8, 3), np.nan), "aren't finite"),
    "int64": (np.zeros((2, 8, 8, 3), np.int64), "must hold uint8, or floats from 0 to 1, not int64"),
    "sizes": ([np.zeros((8, 8, 3)), np.zeros((8, 9, 3))], "frames of one size"),
    "none": (None, "The frames must be images, arrays or tensors, not NoneType."),
    "text": ("a.mp4", "must be images, arrays or tensors, not str"),
    "grey": (np.zeros((2, 8, 8), np.uint8), "must be an array (h w 3) or (f h w 3)"),
}


@pytest.mark.parametrize(("given", "says"), WRONG.values(), ids=WRONG)
def test_what_is_no_video_is_refused_in_a_sentence(given, says):
    with pytest.raises(VideoError) as error:
        Video.of(given)
    text = str(error.value)
    assert says in text and text[0] == "T" and text[-1] == "." and "\n" not in text


def test_the_way_out_of_a_refused_video_is_named():
    with pytest.raises(VideoError, match=r"Video\.of converts images, tensors and floats\."):
        Video([Image.new("RGB", (8, 8))])


@pytest.mark.parametrize("suffix", [None, "gif", ".gif", ".WEBP", "mp4"])
def test_a_video_goes_to_a_file_object_and_comes_back(suffix):
    video, file = Video(smooth(), REQUEST), io.BytesIO()
    assert video.save(file, suffix=suffix) is None
    for source in (file.getvalue(), bytearray(file.getvalue()), io.BytesIO(file.getvalue())):
        again = Video.open(source)
        assert again.request == REQUEST and psnr(again.frames, video.frames) > 30
        assert Video.read_settings(file.getvalue()) == video.settings
    kind = {"mp4": b"ftyp", "gif": b"GIF8", "webp": b"RIFF"}[(suffix or "mp4").strip(".").lower()]
    assert kind in file.getvalue()[:8]


def test_a_file_object_is_read_from_where_it_stands(tmp_path):
    path = Video(smooth(2, 16, 16), REQUEST).save(tmp_path / "a.mp4")
    with (tmp_path / "b").open("wb") as file:
        file.write(b"before")
        Video.open(path).save(file)
    with (tmp_path / "b").open("rb") as file:
        assert file.read(6) == b"before"
        assert Video.open(file).request == REQUEST


def test_a_path_without_a_suffix_takes_the_one_given(tmp_path):
    video = Video(smooth(2, 16, 16))
    assert video.save(tmp_path / "a", suffix="gif").read_bytes().startswith(b"GIF")
    assert video.save(tmp_path / "b.gif", suffix=".GIF").read_bytes().startswith(b"GIF")
    with pytest.raises(VideoError, match=r"ends in \.mp4, and the suffix is gif: leave one out"):
        video.save(tmp_path / "c.mp4", suffix="gif")
    assert not (tmp_path / "c.mp4").exists()


def test_bytes_need_no_dot():
    video = Video(smooth(2, 16, 16))
    assert video.to_bytes("gif") == video.to_bytes(".gif")
    with pytest.raises(VideoError, match=r"\.mp4, \.gif, \.webp"):
        video.to_bytes("avi")


@pytest.mark.parametrize("file", [io.StringIO(), 7, None, object()])
def test_what_is_no_file_for_bytes_is_refused_in_a_sentence(file):
    with pytest.raises(VideoError, match="open for bytes"):
        Video(smooth(2, 16, 16)).save(file)
    with pytest.raises(VideoError, match="open for bytes"):
        Video.open(io.StringIO("text") if isinstance(file, io.StringIO) else file)


def html_video(html: str) -> bytes:
    return base64.b64decode(re.search(r'src="data:video/mp4;base64,([^"]+)"', html)[1])


def test_a_notebook_plays_the_video_above_its_settings():
    video = Video(smooth(), REQUEST, "emoji", notes=("one <note>",))
    html = video._repr_html_()
    assert psnr(Video.open(html_video(html)).frames, video.frames) > 45
    assert re.search(r"<video controls loop autoplay muted playsinline ", html)
    text = re.sub(r"<video.*</video>", "", html)
    assert "“a &lt;panda&gt; &amp; &#x27;friends&#x27;”: seed 1, 16 frames of 96×64 at 8 fps" in text
    assert "50 steps of ddim, emoji" in text and "one &lt;note&gt;" in text


def test_what_a_notebook_keeps_is_bounded(monkeypatch):
    noise = np.random.default_rng(0).integers(0, 256, (8, 128, 192, 3), np.uint8)
    whole = len(Video(noise).to_bytes())
    monkeypatch.setattr(notebook, "MAX_INLINE", whole // 3)
    html = Video(noise)._repr_html_()
    assert len(html_video(html)) <= whole // 3 and "Shown at 96×64" in html
    monkeypatch.setattr(notebook, "MAX_INLINE", 10)
    assert Video(noise)._repr_html_() is None  # a notebook then shows the line of repr


def test_settings_of_a_video_without_a_request_are_shown(monkeypatch):
    assert f"16 frames of 96×64 at {ModelDefaults.fps} fps" in Video(smooth())._repr_html_()
    monkeypatch.setattr("t2v.ffmpeg._ffmpeg", lambda: ("/nowhere/ffmpeg",))
    assert Video(smooth())._repr_html_() is None

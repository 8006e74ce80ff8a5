"""A file holds the frames and the settings, plays everywhere, and gives both back."""

import base64
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence

from t2v.request import Request
from t2v.video import MAX_GIF_FPS, Settings, Video, VideoError

SUFFIXES = (".mp4", ".gif", ".webp")
AWKWARD = Request(
    prompt="a \"panda\"; k=v #1 \\ 'x'\n[STREAM]\ncomment=none é 🐼",
    negative_prompt="\\\n=;#",
    seed=0,
    eta=0.5,
).validate()


def smooth(frames: int = 16, height: int = 64, width: int = 96) -> np.ndarray:
    """Slow colour waves uint8 (f h w 3), as a generated video has them."""
    t, y, x = np.mgrid[0:frames, 0:height, 0:width] / np.array([16, height, width]).reshape(3, 1, 1, 1)
    waves = np.stack([np.sin(3 * x + 4 * t), np.cos(2 * y - 3 * t), np.sin(2 * x + 2 * y)], axis=-1)
    return np.round(127.5 + 127.5 * waves).astype(np.uint8)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return 10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2))


@pytest.mark.parametrize(("suffix", "decibels"), [(".mp4", 45), (".gif", 30), (".webp", 40)])
def test_frames_come_back_close_and_settings_exactly(tmp_path, suffix, decibels):
    video = Video(smooth(), AWKWARD, "emoji", "abc123", "0.1", ("These words were cut off: ü\n",))
    again = Video.open(video.save(tmp_path / f"a{suffix}"))
    assert psnr(again.frames, video.frames) > decibels
    assert again.settings == video.settings == Video.read_settings(tmp_path / f"a{suffix}")
    assert again.request == AWKWARD


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("shape", [(1, 64, 64), (1, 2, 2), (3, 33, 47)])
def test_any_size_and_a_single_frame(tmp_path, suffix, shape):
    video = Video(smooth(*shape), Request("a").validate())
    assert Video.open(video.save(tmp_path / f"a{suffix}")).frames.shape == (*shape, 3)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("fps", [1, 7, 60])
def test_a_still_clip_keeps_its_frames(tmp_path, suffix, fps):
    still = np.repeat(smooth(1, 16, 16), 9, axis=0)
    half_still = np.concatenate([still, smooth(4, 16, 16)])
    for frames in (still, half_still):
        video = Video(frames, Request("a", fps=fps).validate())
        assert len(Video.open(video.save(tmp_path / f"a{suffix}")).frames) == len(frames)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_longest_settings_fit(tmp_path, suffix):
    longest = Request("🐼" * 1_000, "\\" * 1_000, seed=1).validate()
    path = Video(smooth(1, 16, 16), longest, notes=("🐼" * 1_000,)).save(tmp_path / f"a{suffix}")
    assert Video.read_settings(path).request == longest


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_video_of_unknown_origin(tmp_path, suffix):
    again = Video.open(Video(smooth(2, 16, 16)).save(tmp_path / f"a{suffix}"))
    assert again.request is None
    assert again.fps == 8


def test_an_independent_reader_finds_an_mp4_that_plays_everywhere(tmp_path):
    frames = smooth()
    path = Video(frames, Request(AWKWARD.prompt, fps=12).validate()).save(tmp_path / "a.mp4")
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(path) as container:
        stream = container.streams.video[0]
        assert container.metadata["title"] == AWKWARD.prompt
        assert (stream.codec_context.name, stream.profile, stream.pix_fmt) == ("h264", "High", "yuv420p")
        assert (stream.average_rate, stream.frames) == (12, 16)
        assert float(stream.duration * stream.time_base) == pytest.approx(16 / 12, abs=1e-3)
        colours = stream.codec_context
        tags = (colours.color_range, colours.colorspace, colours.color_primaries, colours.color_trc)
        assert tags == (1, 1, 1, 1)  # television's range, and BT.709 thrice: a browser ignores less
        assert (
            psnr(np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]), frames)
            > 40
        )


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)])
def test_flat_colours_stay(tmp_path, colour):
    frames = np.full((2, 32, 32, 3), colour, np.uint8)
    again = Video.open(Video(frames).save(tmp_path / "a.mp4")).frames
    assert np.abs(again.astype(int) - frames).max() <= 3


@pytest.mark.parametrize(("suffix", "fps"), [(".gif", 8), (".gif", 60), (".webp", 7)])
def test_pauses_add_up_to_the_whole(tmp_path, suffix, fps):
    path = Video(smooth(14, 16, 16), Request("a", fps=fps).validate()).save(tmp_path / f"a{suffix}")
    with Image.open(path) as image:
        pauses = [frame.info["duration"] for frame in ImageSequence.Iterator(image) if frame.convert("RGB")]
        assert image.info["loop"] == 0
    speed = min(fps, MAX_GIF_FPS) if suffix == ".gif" else fps
    assert sum(pauses) == pytest.approx(14_000 / speed, abs=5)


def test_bytes_are_the_file(tmp_path):
    video = Video(smooth(2, 16, 16))
    (tmp_path / "a.mp4").write_bytes(video.to_bytes())
    assert Video.open(tmp_path / "a.mp4").settings == video.settings


def test_save_makes_the_folder_takes_text_and_any_case_and_leaves_only_the_file(tmp_path):
    path = Video(smooth(2, 16, 16)).save(f"{tmp_path}/new/folder/a: %d é.MP4")
    assert isinstance(path, Path)
    assert list((tmp_path / "new/folder").iterdir()) == [path]


@pytest.mark.parametrize("name", ["a.avi", "a", "mp4"])
def test_an_unknown_suffix_is_answered_with_the_known_ones(tmp_path, name):
    with pytest.raises(VideoError, match=r"\.mp4, \.gif, \.webp"):
        Video(smooth(1, 16, 16)).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "frames",
    [
        np.zeros((2, 8, 8, 3)),
        np.zeros((8, 8, 3), np.uint8),
        np.zeros((2, 8, 8, 4), np.uint8),
        np.zeros((0, 8, 8, 3), np.uint8),
        np.zeros((2, 8, 1, 3), np.uint8),
        None,
    ],
)
def test_other_arrays_are_refused(frames):
    with pytest.raises(VideoError, match=r"uint8 frames \(f h w 3\)"):
        Video(frames)


NOT_OURS = (
    "", "made with love", "{}", "[]", "3", '{"request": 3}', "[" * 9_999, '{"request": {"prompt": 7}}',
    '{"request": null, "model": "", "revision": "", "version": "", "notes": 3, "frames": 1, "size": [1, 1]}',
)  # fmt: skip


@pytest.mark.parametrize("comment", NOT_OURS, ids=range(len(NOT_OURS)))
def test_a_comment_that_is_not_ours_is_no_settings(comment):
    assert Settings.from_json(comment) is None


LOOK = """async bytes => {
    const video = document.createElement('video'), canvas = document.createElement('canvas'), seen = [];
    video.src = 'data:video/mp4;base64,' + bytes;
    document.body.append(video);
    for (const part of [0.1, 0.9]) {
        await new Promise((found, failed) => {
            video.onerror = () => failed(video.error.message);
            let shown = false;
            video.requestVideoFrameCallback(() => { shown = true; });
            video.onseeked = async () => {  // the frame itself can come a little later
                for (let i = 0; i < 50 && !shown; i++) await new Promise(next => setTimeout(next, 20));
                found();
            };
            const seek = () => { video.currentTime = part * video.duration; };
            if (video.readyState > 1) seek(); else video.onloadeddata = seek;
        });
        const context = canvas.getContext('2d');
        context.drawImage(video, 0, 0);
        seen.push([...context.getImageData(9, 9, 1, 1).data].slice(0, 3));
    }
    return [video.videoWidth, video.duration, seen];
}"""


@pytest.mark.parametrize("frames", [16, 1])
def test_a_browser_plays_it_in_the_right_colours(frames, browser):
    red, green = (230, 40, 60), (20, 180, 90)
    clip = np.full((16, 64, 48, 3), red, np.uint8)
    clip[8:] = green
    data = base64.b64encode(Video(clip[:frames]).to_bytes()).decode()
    page = browser.new_page()
    width, seconds, seen = page.evaluate(LOOK, data)
    page.close()
    assert (width, seconds) == (48, frames / 8)
    assert np.abs(np.subtract(seen, [red, green if frames > 8 else red])).max() <= 4


def test_bytes_without_a_temporary_folder_are_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile._candidate_tempdir_list", lambda: ["/proc/nowhere"])
    monkeypatch.setattr("tempfile.tempdir", None)
    with pytest.raises(VideoError, match="There is no temporary folder: set TMPDIR"):
        Video(np.zeros((2, 8, 8, 3), np.uint8)).to_bytes(".gif")

"""Clips as people have them are read, any container, size, length, speed, orientation; errors name them."""

import os
import subprocess
import tracemalloc
import unicodedata
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from t2v import Request, Video
from t2v.defaults import ModelDefaults
from t2v.service.outputs import Outputs
from training.clips import ClipError, find_clips, read_caption, read_clip, read_clips, shown, thinned

NATIVE = ModelDefaults(frames=16, width=64, height=64)
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
BRIGHTER = "nullsrc=s=96x64:r=30:d=2,geq=lum='16+3*N':cb=128:cr=128"  # frame N of 60 has luma 16 + 3 N


def film(path: Path, source: str, *options: str) -> Path:
    """A clip of what ffmpeg draws."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", "-f", "lavfi", "-i", source]
    subprocess.run([*command, *options, str(path)], check=True)
    return path


def again(path: Path, source: Path, *options: str, before: tuple[str, ...] = ()) -> Path:
    """A clip made of another one."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", *before, "-i", str(source)]
    subprocess.run([*command, *options, str(path)], check=True)
    return path


def numbers(frames: np.ndarray) -> np.ndarray:
    """Which frames of BRIGHTER these are, from their brightness."""
    return frames.mean((1, 2, 3)) * 219 / 255 / 3


KINDS = {
    "phone.mp4": H264,
    "PHONE.MOV": ("-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=error"),
    "page.webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"),
    "old.webm": ("-c:v", "libvpx", "-deadline", "realtime"),
    "new.mkv": ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lp=1"),
    "cut.mov": ("-c:v", "prores_ks"),
    "full.mp4": ("-c:v", "libx264", "-pix_fmt", "yuv444p"),
    "camera.avi": ("-c:v", "mjpeg", "-q:v", "3"),
    "camcorder.mts": ("-c:v", "mpeg2video", "-q:v", "3"),
    "disc.mpg": ("-c:v", "mpeg2video", "-q:v", "3"),
    "desk.wmv": ("-c:v", "wmv2", "-q:v", "3"),
    "flash.flv": ("-c:v", "flv1", "-q:v", "3"),
    "site.gif": (),
    "sticker.webp": ("-c:v", "libwebp_anim", "-quality", "95"),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_read_evenly_from_its_first_frame_to_its_last(tmp_path: Path, name: str) -> None:
    frames = read_clip(film(tmp_path / name, BRIGHTER, *KINDS[name]), NATIVE)
    assert frames.shape == (16, 64, 64, 3)
    assert frames.dtype == np.uint8
    assert np.abs(numbers(frames) - np.clip(4 * np.arange(16), 0, 59)).max() < 2.5


def test_frames_are_chosen_by_time_where_the_rate_varies(tmp_path: Path) -> None:
    """One second with all of its 30 frames, then one with 5."""
    uneven = ("-vf", "select='lt(n,30)+not(mod(n,6))'", "-fps_mode", "vfr")
    for name, codec in (("a.mp4", H264), ("a.mkv", H264), ("a.webm", KINDS["page.webm"])):
        found = numbers(read_clip(film(tmp_path / name, BRIGHTER, *uneven, *codec), NATIVE))
        assert np.abs(found[:8] - 4 * np.arange(8)).max() < 4
        assert (
            np.abs(found[8:] - 4 * np.arange(8, 16)).max() < 11
        )  # a WebM doesn't say how long the last stays


@pytest.mark.parametrize("rate", [1, 8, 24, 25, 50, 60, 120, 240])
def test_as_many_frames_as_the_model_has_are_all_taken(tmp_path: Path, rate: int) -> None:
    source = f"nullsrc=s=32x32:r={rate},geq=lum='16+12*N':cb=128:cr=128"
    found = numbers(read_clip(film(tmp_path / "a.mp4", source, "-frames:v", "16", *H264), NATIVE)) / 4
    assert np.abs(found - np.arange(16)).max() < 0.5


@pytest.mark.parametrize("name", ["one.mp4", "one.gif", "one.webp", "one.webm"])
def test_a_clip_of_one_frame_stands_still(tmp_path: Path, name: str) -> None:
    frames = read_clip(film(tmp_path / name, "testsrc2=s=50x30", "-frames:v", "1"), NATIVE)
    assert frames.shape == (16, 64, 64, 3)
    assert (frames == frames[0]).all()
    assert frames.std() > 20


def test_a_long_large_clip_takes_little_memory(tmp_path: Path) -> None:
    path = film(tmp_path / "walk.mp4", "testsrc=s=1920x1080:r=30:d=5", *H264)
    tracemalloc.start()
    try:
        assert read_clip(path, NATIVE).shape == (16, 64, 64, 3)
        assert tracemalloc.get_traced_memory()[1] < 30e6  # decoded it has 0.9 GB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 31, 128, 129, 1000, 54_000])
def test_thinned_frames_are_few_and_evenly_chosen(count: int) -> None:
    kept, step = thinned(iter(np.arange(count)), 128)
    assert kept == list(range(0, count, step))
    assert len(kept) <= 128
    assert step == 1 or len(kept) >= 64
    times = np.arange(count)[::step] / 30
    chosen = np.array(kept)[shown(times, count / 30, 16)]
    assert np.abs(chosen - np.clip(np.arange(16) * count / 15, 0, count - 1)).max() <= step


def test_a_frame_that_stays_long_is_chosen_often() -> None:
    assert shown(np.array([0.0, 5.0, 5.1]), 5.2, 16).tolist() == [0] * 15 + [2]
    assert shown(np.array([0.0, 1.0]), 2.0, 16).tolist() == [0] * 8 + [1] * 8


@pytest.mark.parametrize(
    "size", ["2x2", "2x2200", "2200x2", "98x392", "498x498", "33x47", "1080x1920", "65x64"]
)
def test_any_size_is_brought_to_the_models(tmp_path: Path, size: str) -> None:
    colours = "yuv444p" if size in ("33x47", "65x64") else "yuv420p"
    path = film(tmp_path / "a.mp4", f"color=red:s={size}:d=0.2", *H264, "-pix_fmt", colours)
    for native in (NATIVE, ModelDefaults(frames=3, width=576, height=320)):
        assert read_clip(path, native).shape == (native.frames, native.height, native.width, 3)


def quarter(colour: str, where: str, size: str = "96x64") -> str:
    """Grey with a box of a colour; `where` is x:y:width:height."""
    return f"color=gray:s={size}:d=0.2,drawbox={where}:{colour}:t=fill"


def test_a_turned_phone_is_turned_back(tmp_path: Path) -> None:
    flat = film(tmp_path / "flat.mp4", quarter("red", "0:0:48:32"), *H264)
    turned = again(tmp_path / "turned.mp4", flat, "-c", "copy", before=("-display_rotation", "90"))
    tall = ModelDefaults(frames=1, width=64, height=96)
    red = read_clip(turned, tall)[0, :, :, 0] > 200
    assert red[50:94, 2:30].all()  # 90° to the left: the upper left corner is the lower left one
    assert not red[:46].any()
    assert not red[:, 34:].any()


def test_pixels_that_are_not_square_are_made_square(tmp_path: Path) -> None:
    """64×64 pixels twice as wide as high: a square of it is the middle half."""
    middle = "color=red:s=64x64:d=0.2,drawbox=14:0:36:64:lime:t=fill,setsar=2/1"
    frames = read_clip(film(tmp_path / "anamorphic.mp4", middle, *H264), NATIVE)
    assert frames[..., 1].min() > 200
    assert frames[..., 0].max() < 60


def test_sound_and_a_cover_are_passed_over(tmp_path: Path) -> None:
    cover = film(tmp_path / "cover.png", "color=red:s=64x64", "-frames:v", "1")
    sound = ("-f", "lavfi", "-i", "sine=d=2", "-i", str(cover), "-map", "2", "-map", "1", "-map", "0")
    path = film(
        tmp_path / "a.mp4", BRIGHTER, *sound, *H264, "-c:v:0", "copy", "-disposition:v:0", "attached_pic"
    )
    assert np.abs(numbers(read_clip(path, NATIVE)) - np.clip(4 * np.arange(16), 0, 59)).max() < 2.5


def test_what_is_see_through_is_white(tmp_path: Path) -> None:
    frame = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    frame.paste((0, 0, 255, 255), (20, 20, 44, 44))
    frame.save(
        tmp_path / "a.webp", save_all=True, append_images=[frame.rotate(45)], duration=100, lossless=True
    )
    frame.save(tmp_path / "a.gif", save_all=True, append_images=[frame.rotate(45)], duration=100, disposal=2)
    for name in ("a.webp", "a.gif"):
        frames = read_clip(tmp_path / name, NATIVE)
        assert (frames[:, :8, :8] > 240).all(), name
        assert (frames[:, 30:34, 30:34, 0] < 60).all(), name


def test_a_suffix_that_lies_does_no_harm(tmp_path: Path) -> None:
    path = film(tmp_path / "a.webp", BRIGHTER, "-c:v", "libwebp_anim")
    for name in ("a.gif", "a.mp4"):
        assert read_clip(path.rename(tmp_path / name), NATIVE).std() > 20
        path = tmp_path / name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one clip that is right."""
    film(tmp_path / "ball.mp4", "testsrc2=s=64x64:d=0.5", *H264)
    (tmp_path / "ball.txt").write_text("a checkered ball\n")
    return tmp_path


def test_what_systems_leave_in_folders_is_passed_over(folder: Path) -> None:
    apple = b"\0\5\x16\7\0\2\0\0Mac OS X        " + bytes(4000)
    for name in ("._ball.mp4", "._ball.txt", ".DS_Store", "Thumbs.db", "desktop.ini", ".hidden.mov"):
        (folder / name).write_bytes(apple)
    for name in ("README.txt", "README.md", "ball.json", "ball.jpg", "notes.mp4.part"):
        (folder / name).write_text("not a clip")
    (folder / "__MACOSX").mkdir()
    (folder / "takes.mp4").mkdir()
    assert [caption for _, caption in read_clips(folder, NATIVE)] == ["a checkered ball"]


def test_names_are_matched_as_people_see_them(folder: Path) -> None:
    (folder / "ball.mp4").rename(folder / unicodedata.normalize("NFD", "Bär.v2.MP4"))
    (folder / "ball.txt").rename(folder / unicodedata.normalize("NFC", "bär.v2.TXT"))
    ((_, caption),) = find_clips(folder)
    assert caption == "a checkered ball"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_captions_are_read_as_editors_save_them(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "ball.txt"
    path.write_bytes("a blue ball,\r\n on a café's table 🎈 \r\n".encode(encoding))
    assert read_caption(path) == "a blue ball, on a café's table 🎈"
    path.write_bytes(("word " * 3_000).encode(encoding))
    assert len(read_caption(path).split()) == 3_000


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \r\n\t", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        ("a café".encode("cp1252"), "UTF-8"),
        ("a ball".encode("utf-16-le"), "UTF-8"),
        (b"\xff\xfea", "UTF-8"),
        (b"\0" * 40, "UTF-8"),
        (b"word " * 20_000, "too long"),
    ],
)
def test_a_caption_that_is_none_is_named_before_anything_is_decoded(
    folder: Path, data: bytes, words: str
) -> None:
    (folder / "ball.txt").write_bytes(data)
    with pytest.raises(ClipError, match=rf"ball\.txt .*{words}"):
        find_clips(folder)


def test_a_missing_caption_and_another_kind_are_named(folder: Path) -> None:
    (folder / "cat.mp4").write_bytes(b"")
    with pytest.raises(ClipError, match=r"without a caption .*cat\.mp4"):
        find_clips(folder)
    (folder / "cat.mp4").rename(folder / "cat.ogv")
    (folder / "cat.txt").write_text("a cat")
    with pytest.raises(ClipError, match=r"cat\.ogv .*convert"):
        find_clips(folder)


def test_a_video_of_ours_brings_its_prompt_and_a_text_beside_it_wins(tmp_path: Path) -> None:
    frames = np.zeros((2, 16, 16, 3), np.uint8)
    for suffix in ("mp4", "gif", "webp"):
        Video(frames, Request(f"a ((red:1.2)) ball, {suffix}", seed=1, fps=8)).save(
            tmp_path / f"{suffix}.{suffix}"
        )
    (tmp_path / "gif.txt").write_text("a blue ball")
    assert dict(find_clips(tmp_path)) == {
        tmp_path / "gif.gif": "a blue ball",
        tmp_path / "mp4.mp4": "a ((red:1.2)) ball, mp4",
        tmp_path / "webp.webp": "a ((red:1.2)) ball, webp",
    }
    Video(frames).save(tmp_path / "nothing.mp4")
    with pytest.raises(ClipError, match=r"without a caption .*nothing\.mp4"):
        find_clips(tmp_path)


def test_the_folder_of_the_pages_outputs_is_read_as_it_is(tmp_path: Path) -> None:
    Outputs(tmp_path)
    Video(np.zeros((2, 16, 16, 3), np.uint8), Request("a ball")).save(tmp_path / "served" / "x.mp4")
    assert find_clips(tmp_path) == [(tmp_path / "served" / "x.mp4", "a ball")]


def test_a_folder_without_videos_says_where_they_are(folder: Path) -> None:
    outer = folder / "outer"
    (outer / "takes").mkdir(parents=True)
    with pytest.raises(ClipError, match="has no videos"):
        find_clips(outer)
    (folder / "ball.mp4").rename(outer / "takes" / "ball.mp4")
    with pytest.raises(ClipError, match="has no videos .*subfolder takes"):
        find_clips(outer)
    for wrong in (folder / "nothing", folder / "ball.txt"):
        with pytest.raises(ClipError, match=f"{wrong.name}, can't be read"):
            find_clips(wrong)


@pytest.mark.parametrize("name", sorted(KINDS.keys() - {"camcorder.mts"}))  # a stream without a known end
def test_a_torn_clip_is_named(folder: Path, name: str) -> None:
    path = film(folder / name, "testsrc2=s=96x64:r=30:d=2", *KINDS[name])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    path.with_suffix(".txt").write_text("torn")
    with pytest.raises(ClipError, match=rf"^{name} can't be used: .*ffmpeg -i"):
        read_clips(folder, NATIVE)


@pytest.mark.parametrize(
    "data", [b"", b"<html>404</html>", bytes(5000), b"version https://git-lfs.github.com/spec/v1"]
)
def test_all_clips_that_are_none_are_named_together(folder: Path, data: bytes) -> None:
    for name in ("a.mp4", "z.webm"):
        (folder / name).write_bytes(data)
        (folder / name).with_suffix(".txt").write_text("nothing")
    (folder / "broken.mov").symlink_to(folder / "gone.mov")
    (folder / "broken.txt").write_text("gone")
    os.mkfifo(folder / "pipe.mp4")
    (folder / "pipe.txt").write_text("never ends")
    film(folder / "sound.mp4", "sine=d=1")
    (folder / "sound.txt").write_text("only heard")
    with pytest.raises(ClipError) as told:
        read_clips(folder, NATIVE)
    assert [line.split(" can't be used")[0] for line in str(told.value).splitlines()] == [
        "a.mp4", "broken.mov", "pipe.mp4", "sound.mp4", "z.webm",
    ]  # fmt: skip
    assert str(folder) not in str(told.value)


def test_a_playlist_named_as_a_video_reads_no_other_file(folder: Path) -> None:
    (folder / "list.mp4").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nball.mp4\n#EXT-X-ENDLIST\n"
    )
    (folder / "list.txt").write_text("a list")
    with pytest.raises(ClipError, match=r"list\.mp4"):
        read_clips(folder, NATIVE)

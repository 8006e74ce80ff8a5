"""What a video may start from: videos, arrays, tensors and lists of images, and the frames taken of them."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from t2v import Request, RequestError, Source, Video, ffmpeg
from tests.pictures import BLUE, RED, brightness, encoded, numbered, quarters, refused, saved

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", ("-c:v", "libx264")),
        ("a.mov", ("-c:v", "libx264", "-pix_fmt", "yuv444p")),
        ("a.mp4", ("-c:v", "libx265", "-x265-params", "log-level=error")),
        ("a.mp4", ("-c:v", "mpeg4", "-q:v", "1")),
        ("a.mkv", ("-c:v", "libx264")),
        ("a.webm", ("-c:v", "libvpx", "-b:v", "1M")),
        ("a.webm", ("-c:v", "libvpx-vp9", "-b:v", "1M")),
    ],
    ids=lambda value: value if isinstance(value, str) else value[1],
)
def test_the_videos_people_have_are_read(tmp_path, name, options):
    path = encoded(
        tmp_path / name, "color=red:size=96x66:rate=10:duration=0.5", "-pix_fmt", "yuv420p", *options
    )
    frames = Source.open(path).frames
    assert len(frames) == 5 and frames.shape[1:] == (66, 96, 3)
    assert np.abs(frames.astype(int) - RED).max() < 12


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_phones_video_is_turned_upright(tmp_path, degrees):
    stored = np.ascontiguousarray(np.rot90(quarters(64, 96), -degrees // 90))
    Video(stored[None].repeat(3, 0)).save(tmp_path / "stored.mp4")
    turn = ("-display_rotation", str(degrees), "-i", f"file:{tmp_path / 'stored.mp4'}")
    copy = ("-map_metadata", "-1", "-c", "copy", f"file:{tmp_path / 'a.mp4'}")
    subprocess.run([*ffmpeg._ffmpeg(), *turn, *copy], check=True)
    frames = Source.open(tmp_path / "a.mp4").frames
    assert frames.shape == (3, 64, 96, 3)
    assert np.abs(frames[0, 16::32, 24::48].astype(int) - quarters()[4::8, 6::12]).max() < 12


def test_pixels_that_are_not_square_are_made_so(tmp_path):
    path = encoded(tmp_path / "a.mp4", "color=red:size=48x64:duration=0.2", "-vf", "setsar=2")
    assert Source.open(path).frames.shape[1:] == (64, 96, 3)


def test_a_videos_cover_picture_is_none_of_its_frames(tmp_path):
    Image.new("RGB", (32, 32), BLUE).save(tmp_path / "cover.png")
    film = encoded(tmp_path / "film.mp4", "color=red:size=64x48:rate=10:duration=0.5")
    both = (
        "-i",
        f"file:{tmp_path / 'cover.png'}",
        "-i",
        f"file:{film}",
        "-map",
        "0",
        "-map",
        "1",
        "-c",
        "copy",
    )
    out = ("-disposition:v:0", "attached_pic", f"file:{tmp_path / 'a.mp4'}")
    subprocess.run([*ffmpeg._ffmpeg(), *both, *out], check=True)
    frames = Source.open(tmp_path / "a.mp4").frames
    assert frames.shape == (5, 48, 64, 3) and np.abs(frames.astype(int) - RED).max() < 12


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".webp"])
def test_a_video_of_ours_comes_back_frame_for_frame(tmp_path, suffix):
    still = Video(quarters(17, 23)[None].repeat(9, 0), Request("a", fps=7).validate())
    opened = Source.open(still.save(tmp_path / f"a{suffix}"))
    assert opened.frames.shape == (9, 17, 23, 3)
    assert Source.of(still).frames.shape == (9, 17, 23, 3)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_an_animation_of_others_is_read_frame_by_frame(tmp_path, suffix):
    first, *rest = (Image.fromarray(frame) for frame in numbered(200)[::50])
    options = {"save_all": True, "append_images": rest, "duration": [10, 900, 30, 40], "lossless": True}
    opened = Source.open(saved(tmp_path / f"a{suffix}", first, **options))
    assert np.array_equal(opened.frames, numbered(200)[::50])


def test_a_part_beyond_a_gifs_screen_is_not_shown(tmp_path):
    red, blue = Image.new("RGB", (16, 16), "red"), Image.new("RGB", (16, 16), "blue")
    path = saved(tmp_path / "a.gif", red, save_all=True, append_images=[blue], duration=100)
    data = bytearray(path.read_bytes())
    second = data.index(b"\x2c", data.index(b"\x2c") + 10)  # then left, top, width and height in the screen
    assert data[second + 1 : second + 9] == bytes([0, 0, 0, 0, 16, 0, 16, 0])
    data[second + 1] = 6
    path.write_bytes(data)
    for frames in Source.open(path).frames, Video.open(path).frames:
        assert frames.shape == (2, 16, 16, 3)
        assert (frames[1, :, 6:] == [0, 0, 255]).all() and (frames[1, :, :6] != [0, 0, 255]).any()


@pytest.mark.parametrize("shape", [(16, 24, 3), (5, 16, 24, 3)])
@pytest.mark.parametrize("kind", ["uint8", "float16", "float32", "float64", "bfloat16", "tensor", "grad"])
def test_arrays_and_tensors_of_every_kind_give_the_same_frames(shape, kind):
    levels = np.random.default_rng(0).choice(np.array([0, 51, 102, 128, 255], np.uint8), shape)
    given = {
        "uint8": lambda: levels,
        "bfloat16": lambda: torch.from_numpy(levels / 255).to(torch.bfloat16),
        "tensor": lambda: torch.from_numpy(levels),
        "grad": lambda: torch.from_numpy(levels / 255).requires_grad_(),
    }.get(kind, lambda: (levels / 255).astype(kind))()
    frames = Source.of(given).frames
    assert frames.dtype == np.uint8 and frames.shape == (shape if len(shape) == 4 else (1, *shape))
    tolerance = 1 if kind == "bfloat16" else 0
    assert np.abs(frames.reshape(shape).astype(int) - levels).max() <= tolerance
    assert Source.of(given).name == ("the tensor" if torch.is_tensor(given) else "the array")


def test_a_list_of_images_is_a_video():
    frames = numbered(5)
    assert np.array_equal(Source.of([Image.fromarray(frame) for frame in frames]).frames, frames)
    assert np.array_equal(Source.of([torch.tensor(frame) for frame in frames]).frames, frames)
    assert "one size" in refused([Image.new("RGB", (8, 8)), Image.new("RGB", (9, 8))])


def test_a_source_is_itself_and_what_is_given_stays_the_callers():
    array = quarters()
    given = Source.of(array)
    assert Source.of(given) is given
    array[:] = 0
    assert np.array_equal(given.frames[0], quarters())
    with pytest.raises(ValueError, match="read-only"):
        given.frames[:] = 0
    video = Video(quarters()[None])
    taken = Source.of(video)
    video.frames[:] = 0
    assert np.array_equal(taken.frames[0], quarters()) and video.frames.flags.writeable
    assert given == Source.of(quarters()) and hash(given) == hash(Source.of(quarters()))


WRONG = {
    "grey": (np.zeros((8, 8), np.uint8), r"\(8, 8\)"),
    "four channels": (np.zeros((8, 8, 4), np.uint8), r"\(8, 8, 4\)"),
    "channels first": (np.zeros((3, 8, 9), np.uint8), r"permute\(1, 2, 0\)"),
    "video, channels first": (torch.zeros(2, 3, 8, 9), r"permute\(0, 2, 3, 1\)"),
    "a batch": (np.zeros((1, 2, 8, 8, 3), np.uint8), r"\(f h w 3\)"),
    "no frames": (np.zeros((0, 8, 8, 3), np.uint8), r"\(0, 8, 8, 3\)"),
    "no rows": (np.zeros((2, 0, 8, 3)), r"\(2, 0, 8, 3\)"),
    "int64": (np.zeros((8, 8, 3), np.int64), "int64"),
    "bool": (np.zeros((8, 8, 3), bool), "bool"),
    "complex": (np.zeros((8, 8, 3), complex), "complex128"),
    "int32 tensor": (torch.zeros(8, 8, 3, dtype=torch.int32), "int32"),
    "NaN": (np.full((8, 8, 3), np.nan), "NaN"),
    "one NaN": (np.r_[np.zeros(191), np.nan].reshape(8, 8, 3), "NaN"),
    "infinite": (torch.full((8, 8, 3), torch.inf), "finite"),
    "negative": (np.full((8, 8, 3), -0.5), "from 0 to 1"),
    "0 to 255 as floats": (np.full((8, 8, 3), 255.0), "from 0 to 1"),
    "half, above": (np.full((8, 8, 3), 1.01, np.float16), "from 0 to 1"),
    "nothing": (None, "must be a path"),
    "a number": (3, "must be"),
    "bytes": (b"abc", "must be a path"),
    "a dict": ({"path": "a.png"}, "must be a path"),
    "an empty list": ([], "frames"),
    "a list of paths": (["a.png", "b.png"], "must be"),
    "ragged": ([[1, 2], [3]], "one size"),
    "an object": (object(), "must be a path"),
}


@pytest.mark.parametrize(("given", "words"), WRONG.values(), ids=WRONG)
def test_anything_else_is_refused_by_shape_type_or_values(given, words):
    with pytest.raises(RequestError, match=words) as caught:
        Source.of(given)
    assert caught.value.field == "source"


def test_a_pil_image_of_a_damaged_file_is_refused(tmp_path):
    data = saved(tmp_path / "a.png", Image.fromarray(quarters(99, 99))).read_bytes()
    refused(Image.open(io.BytesIO(data[:-200])))


def test_torch_is_not_imported():
    code = "import sys, t2v; t2v.Source; assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.parametrize(("count", "wanted"), [(1, 1), (1, 5), (4, 9), (9, 9), (9, 4), (9, 1)])
def test_the_first_frames_are_taken_and_the_last_repeated(count, wanted):
    levels = brightness(Source.of(numbered(count, 32, 48)).fitted(wanted, 16, 16))
    assert levels.tolist() == [min(i, count - 1) for i in range(wanted)]


def test_fitted_frames_are_the_callers():
    given = Source.of(quarters())
    given.fitted(2, 24, 16)[:] = 0
    assert np.array_equal(given.fitted(1, 24, 16)[0], quarters())


def test_the_tail_is_a_source_of_the_last_frames():
    given = Source.of(numbered(9))
    for keep in range(1, 10):
        tail = given.tail(keep)
        assert np.array_equal(tail.frames, numbered(9)[9 - keep :]) and tail.name == given.name
        assert tail.digest == Source.of(numbered(9)[9 - keep :]).digest
    assert given.tail(9) == given


@pytest.mark.parametrize(("frames", "keep"), [(1, 2), (5, 6), (5, 256)])
def test_more_kept_frames_than_there_are_is_an_error_of_keep(frames, keep):
    plural = "frames" if frames > 1 else "frame"
    with pytest.raises(RequestError, match=f"^keep: must be at most {frames}.*only {frames} {plural}$"):
        Source.of(numbered(frames)).tail(keep)

"""What a video may start from: any picture or video people have, upright; all else in a sentence."""

import io
import os
import random
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

from t2v import Request, RequestError, Source, Video, ffmpeg, source

ROOT = Path(__file__).parents[1]
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
LOSSLESS = (".png", ".bmp", ".webp", ".gif")


def quarters(height: int = 16, width: int = 24) -> np.ndarray:
    """Red and green above, blue and white below: uint8 (h w 3)."""
    image = np.empty((height, width, 3), np.uint8)
    image[: height // 2, : width // 2], image[: height // 2, width // 2 :] = RED, GREEN
    image[height // 2 :, : width // 2], image[height // 2 :, width // 2 :] = BLUE, WHITE
    return image


def numbered(frames: int, height: int = 16, width: int = 16) -> np.ndarray:
    """Grey frames uint8 (f h w 3), each as bright as its number, modulo 256."""
    return np.broadcast_to(
        np.arange(frames).astype(np.uint8)[:, None, None, None], (frames, height, width, 3)
    )


def encoded(path: Path, *source_and_options: str) -> Path:
    """A file that ffmpeg makes from a test source."""
    command = [*ffmpeg._ffmpeg(), "-y", "-f", "lavfi", "-i", *source_and_options, f"file:{path}"]
    subprocess.run(command, check=True)
    return path


def saved(path: Path, image: Image.Image, **options) -> Path:
    image.save(path, **options)
    return path


def refused(given, field: str = "source") -> str:
    """The one sentence that a source gives."""
    with pytest.raises(RequestError) as caught:
        Source.open(given) if isinstance(given, Path) else Source.of(given)
    message = str(caught.value)
    assert caught.value.field == field and message.startswith(f"{field}: ") and "\n" not in message
    if isinstance(given, Path):
        assert given.name in message and str(given.parent) not in message
    return message


# Pictures


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_equal_pixels_have_equal_digests_whatever_the_file(tmp_path, suffix):
    path = saved(tmp_path / f"a{suffix}", Image.fromarray(quarters()), lossless=True)
    opened, given = Source.open(path), Source.of(quarters())
    assert opened.frames.shape == (1, 16, 24, 3) and np.array_equal(opened.frames[0], quarters())
    assert opened.digest == given.digest and len(given.digest) == 64
    assert (opened.name, given.name) == (path.name, "the array")


def test_other_pixels_or_another_shape_have_another_digest():
    one = np.zeros((2, 8, 6, 3), np.uint8)
    shapes = [one, one.reshape(2, 6, 8, 3), one.reshape(1, 16, 6, 3), one.reshape(4, 4, 6, 3), one + 1]
    assert len({Source.of(each).digest for each in shapes}) == len(shapes)


@pytest.mark.parametrize("name", ["a.jpg", "A.JPEG", "a.png", "no suffix", "a.mp4"])
def test_the_content_tells_the_kind_not_the_name(tmp_path, name):
    Image.fromarray(quarters(64, 96)).save(tmp_path / name, "JPEG", quality=95)
    assert np.abs(Source.open(tmp_path / name).frames[0, 8, 8].astype(int) - RED).max() < 9


def orientations() -> dict[int, np.ndarray]:
    """How pixels are stored (EXIF's orientation 1 to 8) that show `quarters` when they are turned."""
    upright = quarters()
    across = upright.transpose(1, 0, 2)
    return {
        1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1],
        5: across, 6: across[::-1], 7: across[::-1, ::-1], 8: across[:, ::-1],
    }  # fmt: skip


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
@pytest.mark.parametrize(("orientation", "stored"), orientations().items())
def test_a_phones_picture_is_turned_upright(tmp_path, suffix, orientation, stored):
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(np.ascontiguousarray(stored).repeat(4, 0).repeat(4, 1))
    frame = Source.open(saved(tmp_path / f"a{suffix}", image, exif=exif, quality=95)).frames[0]
    assert np.abs(frame[8::16, 8::16].astype(int) - quarters()[2::4, 2::4]).max() < 9


def test_broken_exif_and_profiles_are_ignored(tmp_path):
    image = Image.fromarray(quarters())
    path = saved(
        tmp_path / "a.png", image, exif=b"Exif\0\0MM\0\x2a\xff\xff\xff\xff", icc_profile=b"no profile"
    )
    assert np.array_equal(Source.open(path).frames[0], quarters())


def modes() -> dict[str, tuple[Image.Image, tuple[int, int, int]]]:
    """Images of one colour in every mode that a file may have, and what a viewer on white shows."""
    clear_palette = Image.new("P", (8, 8), 0)
    clear_palette.putpalette([9, 9, 9, *RED])
    return {
        "1": (Image.new("1", (8, 8), 1), WHITE),
        "L": (Image.new("L", (8, 8), 100), (100, 100, 100)),
        "LA": (Image.new("LA", (8, 8), (0, 51)), (204, 204, 204)),
        "P": (Image.new("RGB", (8, 8), RED).quantize(4), RED),
        "P clear": (clear_palette, WHITE),
        "RGBA": (Image.new("RGBA", (8, 8), (*RED, 51)), (255, 204, 204)),
        "RGBA clear": (Image.new("RGBA", (8, 8), (0, 0, 0, 0)), WHITE),
        "I;16": (Image.fromarray(np.full((8, 8), 200 * 257, np.uint16)), (200, 200, 200)),
    }


@pytest.mark.parametrize(("mode", "image_and_colour"), modes().items(), ids=modes())
def test_every_mode_becomes_rgb_on_white(tmp_path, mode, image_and_colour):
    image, colour = image_and_colour
    options = {"transparency": 0} if mode == "P clear" else {}
    opened = Source.open(saved(tmp_path / "a.png", image, **options)).frames
    assert opened.shape == (1, 8, 8, 3) and (opened == colour).all()
    if mode != "P clear":
        assert (Source.of(image).frames == colour).all()


def test_cmyk_becomes_rgb(tmp_path):
    ink = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    frame = Source.open(saved(tmp_path / "a.jpg", ink, quality=95)).frames[0]
    assert np.abs(frame.astype(int) - RED).max() < 9


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_an_embedded_colour_profile_is_applied(tmp_path, mode):
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")  # in the table of tags: swapped there
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    profile = bytes(profile).replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be"))
    path = saved(tmp_path / "a.png", Image.new(mode, (8, 8), RED), icc_profile=bytes(profile))
    assert np.abs(Source.open(path).frames.astype(int) - GREEN).max() < 9


@pytest.mark.parametrize(
    ("suffix", "options"), [(".gif", {"disposal": 2}), (".webp", {"lossless": True}), (".png", {"blend": 0})]
)
def test_a_transparent_animation_stands_on_white(tmp_path, suffix, options):
    clips = np.zeros((3, 16, 16, 4), np.uint8)
    for i, clip in enumerate(clips):
        clip[:, 4 * i : 4 * i + 4] = (*RED, 255)
        clip[:, 15] = (*RED, 51 if suffix != ".gif" else 0)
    first, *rest = map(Image.fromarray, clips)
    path = saved(tmp_path / f"a{suffix}", first, save_all=True, append_images=rest, duration=100, **options)
    opened = Source.open(path).frames
    assert len(opened) == 3
    for i, frame in enumerate(opened):
        assert (frame[:, 4 * i : 4 * i + 4] == RED).all() and (frame[:, 12:15] == WHITE).all()
        assert (frame[:, 15] == ((255, 204, 204) if suffix != ".gif" else WHITE)).all()


def test_a_second_picture_in_a_jpeg_is_no_second_frame(tmp_path):
    pictures = [Image.fromarray(quarters()), Image.new("RGB", (24, 16))]
    path = saved(tmp_path / "a.jpg", pictures[0], format="MPO", save_all=True, append_images=pictures[1:])
    assert len(Source.open(path).frames) == 1


def test_a_large_photo_is_scaled_down_as_it_is_decoded(tmp_path):
    path = saved(tmp_path / "a.jpg", Image.fromarray(quarters(3072, 4080)), quality=90)
    start = time.monotonic()
    frames = Source.open(path).frames
    assert time.monotonic() - start < 5
    _, height, width, _ = frames.shape
    assert 0.9 * source.AREAS[0] < height * width <= source.AREAS[0]
    assert width / height == pytest.approx(4080 / 3072, rel=2e-3)
    assert np.abs(frames[0, height // 4, width // 4].astype(int) - RED).max() < 9


# Videos


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


def test_the_cover_picture_of_a_video_is_not_its_first_stream(tmp_path):
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


# What is bounded


def brightness(frames: np.ndarray) -> np.ndarray:
    return frames[:, 8, 8, 0].astype(int)


@pytest.mark.parametrize("rate", [1, 30, 60])
def test_an_hour_of_video_is_its_first_and_last_frames(tmp_path, rate):
    count = 3600 if rate == 1 else 5000
    shade = "geq=lum='16+mod(N,200)':cb=128:cr=128"
    path = encoded(
        tmp_path / "a.mp4",
        f"color=size=16x16:rate={rate}",
        "-vf",
        shade,
        "-frames:v",
        str(count),
        "-g",
        "250",
    )
    opened = Source.open(path)
    seen = np.rint(brightness(opened.frames) * 219 / 255).astype(int)
    wanted = np.r_[:256, count - 256 : count] % 200
    assert len(seen) == 512 and np.abs(seen - wanted).max() <= 2
    assert np.array_equal(opened.tail(256).frames, opened.frames[256:])


@pytest.mark.parametrize("count", [255, 256, 257, 511, 512, 513, 514, 700])
@pytest.mark.parametrize("suffix", [".mp4", ".webp"])
def test_both_ends_meet_where_a_video_is_short_enough(tmp_path, suffix, count):
    frames = numbered(count)
    if suffix == ".mp4":
        path = Video(frames).save(tmp_path / "a.mp4")
        _without_settings(path)
    else:
        first, *rest = map(Image.fromarray, frames)
        path = saved(tmp_path / "a.webp", first, save_all=True, append_images=rest, lossless=True)
    wanted = frames if count <= 512 else np.concatenate([frames[:256], frames[-256:]])
    opened = Source.open(path).frames
    assert len(opened) == len(wanted) and np.abs(brightness(opened) - brightness(wanted)).max() <= 2


def _without_settings(path: Path) -> None:
    plain = path.with_name("plain.mp4")
    command = [*ffmpeg._ffmpeg(), "-i", f"file:{path}", "-map_metadata", "-1", "-c", "copy", f"file:{plain}"]
    subprocess.run(command, check=True)
    plain.replace(path)


def test_frames_are_smaller_the_more_there_are(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_VOLUME", 2**16)
    monkeypatch.setattr(source, "AREAS", (2**14, 2**12, 2**7))
    sizes = []
    for count in (3, 15, 300):
        path = encoded(tmp_path / "a.mp4", f"testsrc=size=320x180:rate=50:duration={count / 50}")
        frames = Source.open(path).frames
        assert len(frames) == count and frames.size <= 3 * 2**16
        assert frames.shape[2] / frames.shape[1] == pytest.approx(16 / 9, rel=0.15)
        sizes.append(frames.shape[1] * frames.shape[2])
    assert sizes[0] > 2**13 and 2**11 < sizes[1] <= 2**12 and 2**6 < sizes[2] <= 2**7


def test_an_endless_animation_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_WALK", 100 * source.LEAST_WALK)
    first, *rest = map(Image.fromarray, numbered(101, 8, 8))
    path = saved(tmp_path / "a.gif", first, save_all=True, append_images=rest)
    assert "shorten it" in refused(path)


def test_tags_that_promise_a_billion_frames_cost_nothing(tmp_path):
    video = Video(np.zeros((1, 2, 2, 3), np.uint8), Request("a").validate())
    text = video.settings.to_json().replace('"frames": 1,', '"frames": 1000000000,')
    assert "1000000000" in text
    exif = Image.Exif()
    exif[0x010E] = text
    image = Image.fromarray(video.frames[0])
    path = saved(tmp_path / "a.webp", image, save_all=True, append_images=[image], exif=exif, lossless=True)
    start = time.monotonic()
    assert Source.open(path).frames.shape == (1, 2, 2, 3)
    assert time.monotonic() - start < 5


def png_of(width: int, height: int) -> bytes:
    """The head of a PNG that claims a size."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\0" * 99
    )


BOMBS = {
    "60000.png": png_of(60_000, 60_000),
    "8192.png": png_of(8192, 8192),
    "a.gif": b"GIF89a\xff\xff\xff\xff" + b"\0" * 99,
    "a.webp": b"RIFF\xff\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\xff\x3f\0\xff\x3f\0" + b"\0" * 99,
    "a.bmp": b"BM" + struct.pack("<IIIIiiHHIIIIII", 99, 0, 54, 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("name", "content"), BOMBS.items(), ids=BOMBS)
def test_bombs_are_refused_before_they_are_decoded(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    start = time.monotonic()
    refused(tmp_path / name)
    assert time.monotonic() - start < 2


def test_a_flat_bomb_stays_small(tmp_path):
    """8192×8192 in a few hundred kilobytes: a JPEG is scaled down while decoding, a PNG is refused."""
    for mode, suffix in (("L", ".jpg"), ("RGB", ".png")):
        Image.new(mode, (8192, 8192)).save(tmp_path / f"a{suffix}")
    code = f"""
import resource
from pathlib import Path
from t2v import RequestError, Source
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert Source.open({str(tmp_path / "a.jpg")!r}).frames.shape[1:] == (2048, 2048, 3)
try:
    Source.open({str(tmp_path / "a.png")!r})
except RequestError as error:
    assert "8192×8192" in str(error)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 150 * 1024  # KiB; decoded whole, either would take 200 MB


# What is refused

NO_PICTURES = {
    "empty": (b"", "is empty"),
    "html": (b"\n<!DOCTYPE html><html><body>404</body></html>", "a web page"),
    "html with mark": (b"\xef\xbb\xbf<HTML>", "a web page"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    "svg in xml": (b"<?xml version='1.0'?><svg/>", "SVG"),
    "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "EPS"),
    "eps of dos": (b"\xc5\xd0\xd3\xc6" + b"\0" * 60, "EPS"),
    "tiff": (b"II*\0" + b"\0" * 60, "TIFF"),
    "big-endian tiff": (b"MM\0*" + b"\0" * 60, "TIFF"),
    "pdf": (b"%PDF-1.7\n", "PDF"),
    "psd": (b"8BPS\0\1", "Photoshop"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
    "avif": (b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF"),
    "m3u8": (b"#EXTM3U\n#EXTINF:9,\nsecret.mp4\n", "playlist"),
    "ffconcat": (b"ffconcat version 1.0\nfile secret.mp4\n", "playlist"),
    "git lfs": (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    "avi": (b"RIFF\0\0\0\0AVI LIST", "AVI"),
    "wav": (b"RIFF\0\0\0\0WAVEfmt ", "sound"),
    "mp3": (b"ID3\4\0\0", "sound"),
    "text": (b"a panda on a green background", "is not an image or video"),
    "zeros": (b"\0" * 999, "is not an image or video"),
    "half a head": (b"\x89PNG\r\n\x1a\n", ""),
    "mp4 head": (b"\0\0\0\x20ftypisom" + b"\xff" * 999, "damaged"),
    "webm head": (b"\x1a\x45\xdf\xa3" + b"\xff" * 999, "damaged"),
}


@pytest.mark.parametrize(("content", "words"), NO_PICTURES.values(), ids=NO_PICTURES)
@pytest.mark.parametrize("suffix", [".png", ".mp4"])
def test_what_is_neither_image_nor_video_is_refused_by_name(tmp_path, content, words, suffix):
    path = tmp_path / f"panda{suffix}"
    path.write_bytes(content)
    assert words in refused(path)


def test_formats_that_pillow_knows_and_we_do_not_open_stay_closed(tmp_path):
    for name, kind in {
        "a.tif": "TIFF",
        "a.ico": "ICO",
        "a.ppm": "PPM",
        "a.tga": "TGA",
        "a.eps": "EPS",
    }.items():
        Image.fromarray(quarters()).save(tmp_path / name, kind)
        refused(tmp_path / name)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp", ".gif", ".mp4", ".webm"])
def test_a_truncated_file_is_refused(tmp_path, suffix):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    path = tmp_path / f"a{suffix}"
    if suffix == ".webm":
        encoded(path, "testsrc=size=320x240:duration=2")
    elif suffix == ".mp4":
        Video(noise[None].repeat(9, 0)).save(path)
    else:
        Image.fromarray(noise).save(path)
    data = path.read_bytes()
    for part in (0.01, 0.2, 0.5, 0.9, 0.99):
        path.write_bytes(data[: int(len(data) * part)])
        refused(path)


@pytest.mark.filterwarnings("ignore:Truncated File Read")
@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".mp4"])
def test_a_truncated_animation_or_long_video_is_refused(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    if suffix == ".mp4":
        encoded(path, "testsrc=size=64x48:duration=24", "-movflags", "+faststart")
    else:
        first, *rest = map(
            Image.fromarray, np.random.default_rng(0).integers(0, 256, (9, 32, 32, 3), np.uint8)
        )
        first.save(path, save_all=True, append_images=rest, lossless=True)
    data = path.read_bytes()
    for part in (0.2, 0.5, 0.9, 0.99):
        path.write_bytes(data[: int(len(data) * part)])
        refused(path)


@pytest.mark.filterwarnings("ignore:Truncated File Read")
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp", ".gif", ".mp4"])
def test_flipped_bytes_give_frames_or_a_sentence(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    if suffix == ".mp4":
        Video(quarters()[None].repeat(3, 0)).save(path)
    else:
        Image.fromarray(quarters()).save(path)
    data, dice, seen = path.read_bytes(), random.Random(0), set()
    for _ in range(10 if suffix == ".mp4" else 60):
        bad = bytearray(data)
        for place in dice.sample(range(len(bad)), dice.choice((1, 8))):
            bad[place] = dice.randrange(256)
        path.write_bytes(bad)
        try:
            assert Source.open(path).frames.shape[3:] == (3,)
            seen.add("frames")
        except RequestError as error:
            assert error.field == "source" and str(tmp_path) not in str(error)
            seen.add("sentence")
    assert "sentence" in seen


def test_sound_alone_is_refused(tmp_path):
    for name in ("a.mp4", "a.webm"):
        codec = "aac" if name == "a.mp4" else "libopus"
        refused(encoded(tmp_path / name, "sine=duration=1", "-c:a", codec))


def test_a_playlist_within_a_container_reads_no_other_file(tmp_path):
    (tmp_path / "secret.mp4").write_bytes(Video(quarters()[None]).to_bytes())
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0\0\0\x08wide#EXTM3U\n#EXTINF:9,\nsecret.mp4\n")
    refused(path)


def test_huge_video_frames_are_refused(tmp_path):
    size = ("color=size=4096x2176", "-frames:v", "1", "-preset", "ultrafast")
    refused(encoded(tmp_path / "a.mp4", *size))


def test_what_is_no_file_is_refused(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "folder.png").mkdir()
    for name in ("pipe.mp4", "absent.mp4", "folder.png"):
        assert "isn't there" in refused(tmp_path / name)
    for given in ("", ".", "/", "a\0b.png", "x" * 5_000, "https://example.org/a.png", Path("")):
        with pytest.raises(RequestError, match="^source: "):
            Source.of(given)
    monkeypatch.setattr(source, "MAX_BYTES", 100)
    assert "larger" in refused(saved(tmp_path / "a.png", Image.fromarray(quarters(99, 99))))


def test_names_in_errors_are_short_and_printable(tmp_path):
    path = tmp_path / ("\x1b[31m\n\u202e" + "é" * 100 + ".png")
    path.write_bytes(b"no picture")
    with pytest.raises(RequestError) as caught:
        Source.open(path)
    assert str(caught.value).isprintable() and len(caught.value.message) < 300


# Arrays, tensors, images


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


# Fitting


def disc(height: int, width: int, radius: float) -> np.ndarray:
    """A white disc in the centre of a black frame, its edge soft: uint8 (h w 3)."""
    y, x = np.mgrid[:height, :width] - np.array([(height - 1) / 2, (width - 1) / 2])[:, None, None]
    light = np.clip(radius + 0.5 - np.hypot(y, x), 0, 1)
    return np.repeat(np.rint(255 * light).astype(np.uint8)[..., None], 3, axis=2)


SIZES = [(64, 64), (63, 41), (41, 63), (100, 64), (64, 200), (129, 64)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("fit", [(64, 64), (96, 32), (32, 96), (40, 40), (160, 128)])
def test_a_circle_stays_a_circle_in_the_centre(size, fit):
    (height, width), (out_width, out_height) = size, fit
    given = Source.of(disc(height, width, 0.2 * min(size) * min(1, fit[0] / fit[1], fit[1] / fit[0])))
    (frame,) = given.fitted(1, out_width, out_height)
    assert frame.shape == (out_height, out_width, 3) and frame.dtype == np.uint8
    light = frame[..., 0].astype(float)
    y, x = np.mgrid[:out_height, :out_width]
    centre = (light * y).sum() / light.sum(), (light * x).sum() / light.sum()
    assert centre == pytest.approx(((out_height - 1) / 2, (out_width - 1) / 2), abs=0.1)
    spread = [
        np.sqrt((light * (axis - mid) ** 2).sum() / light.sum())
        for axis, mid in zip((y, x), centre, strict=True)
    ]
    assert spread[0] == pytest.approx(spread[1], rel=0.05)
    scale = max(
        out_width / width, out_height / height
    )  # nothing beside the picture, as little lost as can be
    area = np.pi * (scale * 0.2 * min(size) * min(1, fit[0] / fit[1], fit[1] / fit[0])) ** 2
    assert light.sum() / 255 == pytest.approx(area, rel=0.15)


def test_a_frame_that_fits_is_left_as_it_is():
    noise = np.random.default_rng(0).integers(0, 256, (4, 32, 48, 3), np.uint8)
    assert np.array_equal(Source.of(noise).fitted(4, 48, 32), noise)


@pytest.mark.parametrize("size", [(1, 1), (1, 4096), (4096, 1), (3, 2)])
def test_any_size_fits(size):
    frames = Source.of(np.full((*size, 3), 77, np.uint8)).fitted(2, 64, 8)
    assert frames.shape == (2, 8, 64, 3) and (frames == 77).all()


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

"""Images and videos of any origin as sources: bounded in pixels and time, refused in one sentence."""

import io
import itertools
import os
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from t2v import Request, RequestError, Source, Video, VideoError, ffmpeg, source_file, video
from tests.pictures import brightness, encoded, numbered, quarters, refused, saved

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("rate", [1, 30, 60])
def test_an_hour_of_video_is_its_first_and_last_frames(tmp_path, rate, monkeypatch):
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
    decode, decoded = ffmpeg.decode, []
    monkeypatch.setattr(
        ffmpeg, "decode", lambda *file, **part: (decoded.append(1) or f for f in decode(*file, **part))
    )
    opened = Source.open(path)
    assert len(decoded) < count / 2  # the middle is skipped, not decoded
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
    monkeypatch.setattr(source_file, "MAX_VOLUME", 2**16)
    monkeypatch.setattr(source_file, "AREAS", (2**14, 2**12, 2**7))
    sizes = []
    for count in (3, 15, 300):
        path = encoded(tmp_path / "a.mp4", f"testsrc=size=320x180:rate=50:duration={count / 50}")
        frames = Source.open(path).frames
        assert len(frames) == count and frames.size <= 3 * 2**16
        assert frames.shape[2] / frames.shape[1] == pytest.approx(16 / 9, rel=0.15)
        sizes.append(frames.shape[1] * frames.shape[2])
    assert sizes[0] > 2**13 and 2**11 < sizes[1] <= 2**12 and 2**6 < sizes[2] <= 2**7


def test_an_endless_animation_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(source_file, "MAX_WALK", 100 * source_file.LEAST_WALK)
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
    assert Source.open(path).frames.shape == (1, 2, 2, 3)


def test_frames_of_a_few_pixels_are_bounded_too():
    endless, count = itertools.repeat(np.zeros((1, 1, 3), np.uint8)), 0
    with pytest.raises(VideoError, match="longer"):
        for _ in video._bounded(endless):
            count += 1
    assert 256 < count < 20_000


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims a size, without the pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (header, b"IDAT"))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def resized(kind: str, place: int, size: bytes) -> bytes:
    """An animation of one pixel that claims another size at a place of its file."""
    file = io.BytesIO()
    first, other = (Image.new("RGB", (1, 1), colour) for colour in ("red", "blue"))
    first.save(file, kind, save_all=True, append_images=[other])
    data = file.getvalue()
    return data[:place] + size + data[place + len(size) :]


BOMBS = {
    "60000.png": png_of(60_000, 60_000),
    "10000.png": png_of(10_000, 10_000),
    "8192.png": png_of(8192, 8192),
    "thin.png": png_of(1, 30_000_000),
    "a.gif": resized("GIF", 6, b"\xff\xff\xff\xff"),
    "a.webp": resized("WEBP", 24, b"\xff\x3f\0\xff\x3f\0"),
    "a.bmp": b"BM" + struct.pack("<IIIIiiHHIIIIII", 99, 0, 54, 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("name", "content"), BOMBS.items(), ids=BOMBS)
def test_bombs_are_refused_before_they_are_decoded(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert "pixels" in refused(tmp_path / name)


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
    for part in (0.01, 0.2, 0.5, 0.9, *((0.99,) if suffix != ".mp4" else ())):  # an MP4 ends in words
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
    monkeypatch.setattr(source_file, "MAX_BYTES", 100)
    assert "larger" in refused(saved(tmp_path / "a.png", Image.fromarray(quarters(99, 99))))


def test_a_look_at_the_beginning_refuses_what_opening_would_and_no_more(tmp_path, monkeypatch):
    """In the same words."""
    still = saved(tmp_path / "a.png", Image.fromarray(quarters(40, 60)))
    film = Video(numbered(5)).save(tmp_path / "a.gif")
    for path in (still, film):
        source_file.check_begins(path)
    (tmp_path / "text.mp4").write_text("no film")
    (tmp_path / "half.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(99))
    (tmp_path / "half.png").write_bytes(still.read_bytes()[:200])
    monkeypatch.setattr(source_file, "MAX_STILL", 1000)
    for path in (still, *(tmp_path / name for name in ("text.mp4", "half.mp4", "half.png", "absent.png"))):
        with pytest.raises(RequestError) as caught:
            source_file.check_begins(path)
        assert str(caught.value) == refused(path)


def test_names_in_errors_are_short_and_printable(tmp_path):
    path = tmp_path / ("\x1b[31m\n\u202e" + "é" * 100 + ".png")
    path.write_bytes(b"no picture")
    with pytest.raises(RequestError) as caught:
        Source.open(path)
    assert str(caught.value).isprintable() and len(caught.value.message) < 300

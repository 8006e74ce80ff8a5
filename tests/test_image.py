"""Pictures as people have them become upright RGB on white, in sRGB; and a frame is fitted undistorted."""

import numpy as np
import pytest
from PIL import Image, ImageCms

from t2v import Source, Video, source_file
from tests.pictures import GREEN, RED, WHITE, quarters, saved

LOSSLESS = (".png", ".bmp", ".webp", ".gif")


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


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
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
        "I;16": (Image.fromarray(np.full((8, 8), 200 * 256 + 9, np.uint16)), (200, 200, 200)),
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
    if suffix != ".png":
        assert np.array_equal(Video.open(path).frames, opened)
    for i, frame in enumerate(opened):
        assert (frame[:, 4 * i : 4 * i + 4] == RED).all() and (frame[:, 12:15] == WHITE).all()
        assert (frame[:, 15] == ((255, 204, 204) if suffix != ".gif" else WHITE)).all()


def test_a_second_picture_in_a_jpeg_is_no_second_frame(tmp_path):
    pictures = [Image.fromarray(quarters()), Image.new("RGB", (24, 16))]
    path = saved(tmp_path / "a.jpg", pictures[0], format="MPO", save_all=True, append_images=pictures[1:])
    assert len(Source.open(path).frames) == 1


def test_a_large_photo_is_scaled_down_as_it_is_decoded(tmp_path):
    path = saved(tmp_path / "a.jpg", Image.fromarray(quarters(3072, 4080)), quality=90)
    frames = Source.open(path).frames
    _, height, width, _ = frames.shape
    assert 0.9 * source_file.AREAS[0] < height * width <= source_file.AREAS[0]
    assert width / height == pytest.approx(4080 / 3072, rel=2e-3)
    assert np.abs(frames[0, height // 4, width // 4].astype(int) - RED).max() < 9


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

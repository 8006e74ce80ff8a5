"""Convert Pillow images to plain RGB: upright, transparency on white, colours in sRGB; fit their sizes."""

from contextlib import suppress
from io import BytesIO
from math import sqrt

import numpy as np
from PIL import Image, ImageCms, ImageOps

DEPTH_16 = ("I", "I;16", "I;16L", "I;16B", "I;16N")  # Pillow's modes of a 16-bit grey PNG


def to_rgb(image: Image.Image) -> Image.Image:
    """Convert an image to mode RGB, as a viewer shows it on a white page.

    16-bit greys keep their upper 8 bits. An EXIF block or a colour profile that can't be read is ignored.
    """
    image.load()  # damaged pixels are an error, a damaged EXIF block is none
    image = _upright(image)
    if image.mode in DEPTH_16:
        image = Image.fromarray((np.asarray(image).astype(np.int32) >> 8).clip(0, 255).astype(np.uint8))
    if image.has_transparency_data:
        image = _in_srgb(image.convert("RGBA"))
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return _in_srgb(image.convert("RGB") if image.mode in ("1", "P") else image).convert("RGB")


def shrunk(image: Image.Image, area: int) -> Image.Image:
    """Scale the image down if it has more than `area` pixels."""
    width, height = image.size
    if width * height <= area:
        return image
    width, height = shrunk_size(width, height, area)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)


def shrunk_size(width: int, height: int, area: int) -> tuple[int, int]:
    """Return the largest size of the same aspect, to a pixel, with at most `area` pixels."""
    scale = min(1, sqrt(area / (width * height)))
    width, height = max(1, int(width * scale)), max(1, int(height * scale))
    return min(width, area // height), min(height, area // width)


def cropped(frame: np.ndarray, width: int, height: int) -> np.ndarray:
    """Crop the centre of a frame uint8 (h w 3) to the aspect of width and height, and resize it to them."""
    image = ImageOps.fit(Image.fromarray(frame), (width, height), Image.Resampling.LANCZOS)
    return np.asarray(image)


def _upright(image: Image.Image) -> Image.Image:
    with suppress(Exception):  # EXIF from anywhere: nearly any error
        return ImageOps.exif_transpose(image) or image
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    """Convert colours from the embedded profile to sRGB: phones write Display P3, printers a kind of CMYK."""
    with suppress(Exception):  # no profile, a damaged one, or one for other channels
        profile = ImageCms.ImageCmsProfile(BytesIO(image.info["icc_profile"]))
        if not ImageCms.getProfileDescription(profile).startswith("sRGB"):
            mode = "RGBA" if image.mode == "RGBA" else "RGB"
            srgb = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, profile, srgb, outputMode=mode) or image
    return image

"""What a file says of its making: IPTC's digital source type as XMP, and a visible mark.

Each format keeps an XMP packet in a place of its own, and readers that don't know it pass over it.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from t2v.version import VERSION

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
PACKET = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}" xmp:CreatorTool="t2v {VERSION}"/>
</rdf:RDF></x:xmpmeta><?xpacket end="r"?>""".encode()
MP4_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # the box's UUID (XMP specification, part 3)
GIF_HAS_PALETTE = 0x80  # a flag of the header; its lowest three bits are the size
GIF_XMP = b"\x21\xff\x0bXMP DataXMP"  # an application extension
GIF_END = (
    b"\x01" + bytes(range(255, -1, -1)) + b"\x00"
)  # every byte of the packet is read as a length and ends here
WEBP_HAS_XMP = 0x04  # a flag of the chunk VP8X
SHARE = 24  # a mark's height is this part of the frame's
LEAST_LETTERS = 8  # pixels
EDGE = 0.6  # how dark the edge of the letters is, so that they can be read on white


def label_mp4(path: Path) -> None:
    """Append the XMP packet to an MP4, in a box that players pass over."""
    with path.open("ab") as file:
        file.write((24 + len(PACKET)).to_bytes(4, "big") + b"uuid" + MP4_XMP + PACKET)


def label_gif(path: Path) -> None:
    """Insert the XMP packet into a GIF, behind its header and the palette of all frames."""
    data = path.read_bytes()
    start = 13 + (3 << (data[10] & 7) + 1 if data[10] & GIF_HAS_PALETTE else 0)
    path.write_bytes(data[:start] + GIF_XMP + PACKET + GIF_END + data[start:])


def label_webp(path: Path) -> None:
    """Append the XMP packet to an extended WebP as its last chunk."""
    data = bytearray(path.read_bytes())
    data[20] |= WEBP_HAS_XMP
    data += b"XMP " + len(PACKET).to_bytes(4, "little") + PACKET + bytes(len(PACKET) % 2)
    data[4:8] = (len(data) - 8).to_bytes(4, "little")
    path.write_bytes(data)


def marked(frames: np.ndarray, text: str) -> np.ndarray:
    """frames uint8 (f h w 3) -> the same with the text in the lower right corner, as large as fits."""
    height, width = frames.shape[1:3]
    size = max(LEAST_LETTERS, height // SHARE)
    length = ImageFont.load_default(size).getlength(text)
    size = max(1, int(size * min(1.0, 0.95 * width / length)))
    edge, letters = (_drawn(text, size, width, height, stroke) for stroke in (max(1, size // 8), 0))
    shaded = frames * (1 - EDGE * edge)
    return (shaded + (255 - shaded) * letters).round().astype(np.uint8)


def _drawn(text: str, size: int, width: int, height: int, stroke: int) -> np.ndarray:
    """-> (h w 1): 1 where the text is, 0 elsewhere; letters of `size` pixels, thicker by `stroke`"""
    layer = Image.new("L", (width, height))
    corner, font = (width - size / 2, height - size / 2), ImageFont.load_default(size)
    ImageDraw.Draw(layer).text(corner, text, fill=255, font=font, anchor="rs", stroke_width=stroke)
    return np.asarray(layer)[:, :, None] / 255

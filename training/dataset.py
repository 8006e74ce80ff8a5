"""The data of the embedded model: Microsoft's Fluent emoji and drawings, packed once, loaded to any device.

    python -m training.dataset --out runs/data                  # fetches 730 MB with `npm pack`, then packs
    python -m training.dataset --out runs/data --from FOLDER    # the four .tgz files are already in FOLDER

writes `runs/data/emoji.zip`: `subjects.json`, `scenery.json`, for each subject one WebP, and for each
landscape `scenery/CODE.webp`. An animated emoji is a 4×4 sheet of 16 frames of 256×256 taken evenly from its
loop, a still one a single picture, as a drawing is (training/drawings). The packages are checked by SHA-256.
A pack carries its own lists: an older one loads with the subjects that it was packed with.

Usage in training, where `clips.pictures` is uint8 (pictures 4 256 256), premultiplied RGBA:

    clips = EmojiClips("runs/data/emoji.zip", device="cuda")    # size=128 gives pictures of 128×128
    frames = clips.at(subjects, times)                          # each subject at its time, (… 4 256 256)

Source: npm packages @lobehub/fluent-emoji-anim-1 … -4 (MIT), which carry Microsoft's Fluent emoji (MIT).
The drawings are this project's, under its licence.
"""

import argparse
import copy
import hashlib
import io
import json
import subprocess
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from PIL import Image

from t2v.machine import threads
from training.drawings import DRAWINGS
from training.skies import sky
from training.subjects import (
    Scenery,
    Subject,
    load_scenery,
    load_subjects,
    parse_scenery,
    parse_subjects,
)
from training.tint import contrast

FRAMES, SIDE, GRID = 16, 256, 4
INSET = 28  # pixels cut from each side of a landscape, whose corners are round
QUALITY, ALPHA_QUALITY = 73, 90
PACKAGE = "lobehub-fluent-emoji-anim"
SOURCES = {  # file: its SHA-256
    f"{PACKAGE}-1-1.0.0.tgz": "4c03ac178c1eabf2e2a16dd498f3cc2b92dc30ec3466ae38fdc497d4774c99ea",
    f"{PACKAGE}-2-1.0.0.tgz": "e431da8172e394036c330faa77648d6fbbae1fd3b0be95637c4497c9075019c0",
    f"{PACKAGE}-3-1.0.0.tgz": "3624d0c34c819c1794b74ccf6ae9034adff7c4cb6318dd2a645145f0196feb43",
    f"{PACKAGE}-4-1.0.0.tgz": "3d4c08f1e321f70808ef4996aba0ab575a9d97b6c56ffffc92cf6161a7836aa3",
}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # zip entries without a clock, so that the same data gives the same file


def fetch(folder: Path) -> list[Path]:
    """Download the packages missing in `folder` -> their paths. Raises ValueError when a hash differs."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, digest) in enumerate(SOURCES.items(), start=1):
        if not (folder / name).exists():
            package = f"@lobehub/fluent-emoji-anim-{number}@1.0.0"
            subprocess.run(
                ["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL
            )
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            raise ValueError(f"{folder / name} is not the published package: its SHA-256 differs.")
    return [folder / name for name in SOURCES]


def originals(packages: list[Path], codes: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield (code, WebP) for each emoji of `codes`, in the packages' order; ValueError if one is missing."""
    wanted = set(codes)
    for package in packages:
        with tarfile.open(package) as archive:
            for member in archive:
                code = Path(member.name).stem
                if code in wanted and member.name.endswith(".webp"):
                    wanted.discard(code)
                    yield code, archive.extractfile(member).read()
    if wanted:
        raise ValueError(f"not in the packages: {', '.join(sorted(wanted))}")


def drawings(codes: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield (code, WebP without loss) for each drawing of `codes`."""
    for code in codes:
        buffer = io.BytesIO()
        DRAWINGS[code]().save(buffer, "WEBP", lossless=True)
        yield code, buffer.getvalue()


def sheet(original: bytes) -> bytes:
    """Turn a WebP into a sheet of 16 frames, evenly from its loop, or into one picture if it is still."""
    film = Image.open(io.BytesIO(original))
    count = FRAMES if film.n_frames > 1 else 1
    frames = np.empty((count, SIDE, SIDE, 4), np.uint8)
    for i in range(count):
        film.seek(i * film.n_frames // count)
        frames[i] = np.asarray(film.convert("RGBA"))[:SIDE, :SIDE]
    frames[frames[..., 3] == 0] = 0  # colours behind full transparency would only cost bytes
    return _webp(rearrange(frames, "(r k) h w c -> (r h) (k w) c", r=GRID if count > 1 else 1))


def landscape(original: bytes) -> bytes:
    """Cut the round corners off a landscape and enlarge the rest to 256×256, as WebP without transparency."""
    image = Image.open(io.BytesIO(original)).convert("RGB")
    inner = image.crop((INSET, INSET, SIDE - INSET, SIDE - INSET))
    return _webp(np.asarray(inner.resize((SIDE, SIDE), Image.Resampling.LANCZOS)))


def _webp(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "WEBP", quality=QUALITY, alpha_quality=ALPHA_QUALITY, method=6)
    return buffer.getvalue()


def pack(
    packages: list[Path], path: Path, subjects: tuple[Subject, ...], scenery: tuple[Scenery, ...]
) -> None:
    """Write the pictures of `subjects` and `scenery` and their lists to one uncompressed zip."""
    grounds = [place.emoji for place in scenery if place.emoji]
    codes = [subject.hexcode for subject in subjects if subject.hexcode]
    drawn = [subject.emoji for subject in subjects if not subject.hexcode]
    found = dict(originals(packages, [*codes, *grounds])) | dict(drawings(drawn))
    with ProcessPoolExecutor(threads()) as pool:
        sheets = pool.map(sheet, [found[subject.emoji] for subject in subjects], chunksize=4)
        files = {f"{subject.emoji}.webp": data for subject, data in zip(subjects, sheets, strict=True)}
    files |= {f"scenery/{code}.webp": landscape(found[code]) for code in grounds}
    lists = {
        "subjects.json": [{"emoji": subject.emoji, "names": subject.phrases} for subject in subjects],
        "scenery.json": [{"emoji": place.emoji, "phrases": place.phrases} for place in scenery],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in lists.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), json.dumps(rows))
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)


class EmojiClips:
    """The packed emoji on a device.

    pictures: uint8 (pictures 4 size size), RGBA with the colours premultiplied by alpha
    first, count: long (subjects), the first picture of each subject and their number, 16 or 1
    contrast: float (subjects 2), dark and bright luminance of each subject (training/tint.py)
    grounds: uint8 (scenery 3 size size)
    subjects: the `Subject` of each row, `names` their names; scenery: all `Scenery`
    """

    def __init__(
        self,
        path: str | Path,
        device: str | torch.device = "cpu",
        size: int = SIDE,
        only: int | None = None,
        threads: int = 16,
    ):
        """Load the first `only` subjects (None: all) at `size`, 256 or a divisor of it (averaged)."""
        with zipfile.ZipFile(path) as archive:
            self.subjects = parse_subjects(archive.read("subjects.json"))[:only]
            self.scenery = _scenery_of(archive)
            sheets = [archive.read(f"{subject.emoji}.webp") for subject in self.subjects]
            grounds = [self._ground(archive, place) for place in self.scenery]
        self.names = [subject.name for subject in self.subjects]
        counts = [_count(data) for data in sheets]
        self.count = torch.tensor(counts, device=device)
        self.first = self.count.cumsum(0) - self.count
        self.pictures = torch.empty(sum(counts), 4, size, size, dtype=torch.uint8, device=device)
        self.grounds = _shrink(torch.tensor(np.array(grounds).reshape(-1, 3, SIDE, SIDE)), size).to(device)
        with ThreadPoolExecutor(threads) as pool:
            for start, frames in zip(self.first.tolist(), pool.map(_read_sheet, sheets), strict=True):
                self.pictures[start : start + len(frames)] = _shrink(torch.tensor(frames).to(device), size)
        self.contrast = torch.stack([contrast(own) for own in self.pictures.split(counts)])

    @staticmethod
    def _ground(archive: zipfile.ZipFile, place: Scenery) -> np.ndarray:
        """The picture of a scenery, uint8 (3 256 256), from the pack or drawn"""
        if place.emoji is None:
            return sky(place.phrase, SIDE)
        return _read_ground(archive.read(f"scenery/{place.emoji}.webp"))

    def at(self, subjects: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """The pictures of `subjects` at `times`, long tensors that broadcast to … -> uint8 (… 4 size size)"""
        return self.pictures[self.first[subjects] + times % self.count[subjects]]

    def sheet(self, subjects: torch.Tensor) -> torch.Tensor:
        """The loops of `subjects` (n) -> uint8 (n 16 4 size size); a still one shows one picture 16 times."""
        return self.at(subjects.to(self.device)[:, None], torch.arange(FRAMES, device=self.device))

    @property
    def frames(self) -> torch.Tensor:
        """The loops of all subjects (subjects 16 4 size size), 5 GB at 256×256: rather ask for a `sheet`."""
        return self.sheet(torch.arange(len(self.subjects)))

    def shrunk(self, size: int) -> "EmojiClips":
        """Copy the clips at another size, a divisor of theirs."""
        other = copy.copy(self)
        other.pictures = torch.cat([_shrink(part, size) for part in self.pictures.split(64)])
        other.grounds = _shrink(self.grounds, size)
        return other

    def with_subject(self, subject: Subject, pictures: torch.Tensor) -> "EmojiClips":
        """Copy the clips with one more subject, the last: its loop, uint8 (16 4 256 256), premultiplied."""
        other, own = copy.copy(self), _shrink(pictures.to(self.device), self.size)
        other.subjects = (*self.subjects, subject)
        other.names = [*self.names, subject.name]
        other.first = torch.cat([self.first, self.first.new_tensor([len(self.pictures)])])
        other.count = torch.cat([self.count, self.count.new_tensor([len(own)])])
        other.pictures = torch.cat([self.pictures, own])
        other.contrast = torch.cat([self.contrast, contrast(own)[None]])
        return other

    @property
    def size(self) -> int:
        """Side of a picture in pixels."""
        return self.pictures.shape[-1]

    @property
    def device(self) -> torch.device:
        """The device of the pictures."""
        return self.pictures.device


def _scenery_of(archive: zipfile.ZipFile) -> tuple[Scenery, ...]:
    """The scenery of a pack; none in a pack of subjects alone"""
    return parse_scenery(archive.read("scenery.json")) if "scenery.json" in archive.namelist() else ()


def _count(data: bytes) -> int:
    """The number of pictures in a sheet, from its size alone"""
    width, height = Image.open(io.BytesIO(data)).size
    return width * height // SIDE**2


def _read_sheet(data: bytes) -> np.ndarray:
    """Decode a sheet in WebP -> uint8 (16 4 256 256), or (1 4 256 256), premultiplied."""
    image = np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))
    frames = rearrange(image, "(r h) (k w) c -> (r k) c h w", h=SIDE, w=SIDE).astype(np.uint16)
    frames[:, :3] = (frames[:, :3] * frames[:, 3:] + 127) // 255
    return frames.astype(np.uint8)


def _read_ground(data: bytes) -> np.ndarray:
    """Decode a landscape in WebP -> uint8 (3 256 256)"""
    return rearrange(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")), "h w c -> c h w")


def _shrink(frames: torch.Tensor, size: int) -> torch.Tensor:
    """frames uint8 (f c h w) -> uint8 (f c size size), each pixel the mean of the area it covers."""
    factor = frames.shape[-1] // size
    if factor == 1 or not len(frames):
        return frames[..., :size, :size]
    return torch.nn.functional.avg_pool2d(frames.float(), factor).round().to(torch.uint8)


def main(arguments: list[str] | None = None) -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description="Pack the emoji that the embedded model learns from.")
    parser.add_argument("--out", type=Path, default=Path("runs/data"), help="folder of emoji.zip")
    parser.add_argument("--from", dest="source", type=Path, help="folder that holds the four npm packages")
    options = parser.parse_args(arguments)
    path = options.out / "emoji.zip"
    pack(fetch(options.source or options.out / "npm"), path, load_subjects(), load_scenery())
    print(f"{path}: {len(load_subjects())} subjects, {path.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()

"""The data of the embedded model: Microsoft's Fluent animated emoji, packed once, loaded to any device.

    python -m training.dataset --out runs/data                  # fetches 730 MB with `npm pack`, then packs
    python -m training.dataset --out runs/data --from FOLDER    # the four .tgz files are already in FOLDER

writes `runs/data/emoji.zip` (about 26 MB): `subjects.json`, and for each subject one WebP, a 4×4 sheet of 16
frames of 256×256 taken evenly from the emoji's loop. The packages are checked by SHA-256.

Usage in training, where `clips.frames` is uint8 (subjects 16 4 256 256), premultiplied RGBA:

    clips = EmojiClips("runs/data/emoji.zip", device="cuda")    # size=128 gives frames of 128×128
    captions = Captions(clips.subjects, seed=0)                 # training/captions.py
    texts, spec = captions.batch(64)                            # 64 captions and their clips' content
    videos = compose(clips, spec)                               # training/compose.py: (b f 3 h w) in −1…1

Source: npm packages @lobehub/fluent-emoji-anim-1 … -4 (MIT), which carry Microsoft's Fluent emoji (MIT).
"""

import argparse
import copy
import hashlib
import io
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from PIL import Image

from t2v.machine import threads
from training.subjects import LIST, Subject, load_subjects, parse_subjects

FRAMES, SIDE, GRID = 16, 256, 4
QUALITY, ALPHA_QUALITY = 75, 90
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


def originals(packages: list[Path], subjects: tuple[Subject, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield (emoji, animated WebP) for each subject, in the packages' order; ValueError if one is missing."""
    wanted = {subject.emoji for subject in subjects}
    for package in packages:
        with tarfile.open(package) as archive:
            for member in archive:
                emoji = Path(member.name).stem
                if emoji in wanted and member.name.endswith(".webp"):
                    wanted.discard(emoji)
                    yield emoji, archive.extractfile(member).read()
    if wanted:
        raise ValueError(f"not in the packages: {', '.join(sorted(wanted))}")


def sheet(original: bytes) -> bytes:
    """An animated WebP -> the 4×4 sheet of 16 frames taken evenly from its loop, as WebP."""
    film = Image.open(io.BytesIO(original))
    frames = np.empty((FRAMES, SIDE, SIDE, 4), np.uint8)
    for i in range(FRAMES):
        film.seek(i * film.n_frames // FRAMES)
        frames[i] = np.asarray(film.convert("RGBA"))[:SIDE, :SIDE]
    frames[frames[..., 3] == 0] = 0  # colours behind full transparency would only cost bytes
    image = Image.fromarray(rearrange(frames, "(r k) h w c -> (r h) (k w) c", r=GRID))
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, alpha_quality=ALPHA_QUALITY, method=6)
    return buffer.getvalue()


def pack(packages: list[Path], path: Path, subjects: tuple[Subject, ...]) -> None:
    """Write the sheets of `subjects` and their list to one uncompressed zip."""
    emoji, films = zip(*originals(packages, subjects), strict=True)
    with ProcessPoolExecutor(threads()) as pool:
        sheets = dict(zip(emoji, pool.map(sheet, films, chunksize=4), strict=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("subjects.json", _EPOCH), LIST.read_text(encoding="utf-8"))
        for subject in subjects:
            archive.writestr(zipfile.ZipInfo(f"{subject.emoji}.webp", _EPOCH), sheets[subject.emoji])


class EmojiClips:
    """The packed clips on a device.

    frames: uint8 (subjects 16 4 size size), RGBA with the colours premultiplied by alpha
    subjects: the `Subject` of each row, `names` their names
    """

    def __init__(
        self,
        path: str | Path,
        device: str = "cpu",
        size: int = SIDE,
        only: int | None = None,
        threads: int = 16,
    ):
        """Load the first `only` subjects (None: all) at `size`, 256 or a divisor of it (averaged)."""
        with zipfile.ZipFile(path) as archive:
            self.subjects = parse_subjects(archive.read("subjects.json"))[:only]
            sheets = [archive.read(f"{subject.emoji}.webp") for subject in self.subjects]
        self.names = [subject.name for subject in self.subjects]
        self.frames = torch.empty(len(sheets), FRAMES, 4, size, size, dtype=torch.uint8, device=device)
        with ThreadPoolExecutor(threads) as pool:
            for row, frames in enumerate(pool.map(_read_sheet, sheets)):
                self.frames[row] = _shrink(torch.from_numpy(frames).to(device), size)

    def shrunk(self, size: int) -> "EmojiClips":
        """Copy the clips at another size, a divisor of theirs."""
        other = copy.copy(self)
        other.frames = torch.stack([_shrink(frames, size) for frames in self.frames])
        return other

    @property
    def size(self) -> int:
        """Side of a frame in pixels."""
        return self.frames.shape[-1]


def _read_sheet(data: bytes) -> np.ndarray:
    """Decode a sheet in WebP -> uint8 (16 4 256 256), premultiplied."""
    image = np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))
    frames = rearrange(image, "(r h) (k w) c -> (r k) c h w", r=GRID, k=GRID).astype(np.uint16)
    frames[:, :3] = (frames[:, :3] * frames[:, 3:] + 127) // 255
    return frames.astype(np.uint8)


def _shrink(frames: torch.Tensor, size: int) -> torch.Tensor:
    """frames uint8 (f c h w) -> uint8 (f c size size), each pixel the mean of the area it covers."""
    factor = frames.shape[-1] // size
    if factor == 1:
        return frames
    return torch.nn.functional.avg_pool2d(frames.float(), factor).round().to(torch.uint8)


def main(arguments: list[str] | None = None) -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(
        description="Pack the animated emoji that the embedded model learns from."
    )
    parser.add_argument("--out", type=Path, default=Path("runs/data"), help="folder of emoji.zip")
    parser.add_argument("--from", dest="source", type=Path, help="folder that holds the four npm packages")
    options = parser.parse_args(arguments)
    path = options.out / "emoji.zip"
    pack(fetch(options.source or options.out / "npm"), path, load_subjects())
    print(f"{path}: {len(load_subjects())} subjects, {path.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()

"""Identify a weight file by its bytes, before anything in it is trusted.

PyTorch's files are zip archives around a pickle, and a pickle is a program. Here it is only listed, never
run: PyTorch says which of its names `weights_only` would refuse, and `weights.py` loads with that.
"""

import json
import pickletools
import struct
import zipfile
from collections.abc import Collection
from itertools import pairwise
from pathlib import Path

from torch.serialization import get_unsafe_globals_in_checkpoint

from .incomplete_downloads import AGAIN, stand_in, unfinished

MAX_HEADER = 100_000_000  # bytes of JSON in front of a safetensors file, the format's own limit
MAX_PICKLE = 64_000_000  # bytes; 10,000 tensors take about 2 MB
MAX_ENTRIES = 200_000  # in a zip archive

# Names that a bare pickle of tensors uses. It is refused in any case; they decide the wording.
STATE_DICT_MODULES = {"torch", "torch._utils", "torch.storage", "torch._tensor", "torch.nn.parameter"}
STATE_DICT_NAMES = {"collections.OrderedDict", "collections.defaultdict", "_codecs.encode", "builtins.set"}

# Names in PyTorch Lightning's checkpoints. Nothing reads these objects: they are loaded empty.
INERT_NAMES = (
    "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
    "lightning.pytorch.callbacks.model_checkpoint.ModelCheckpoint",
    "pytorch_lightning.callbacks.early_stopping.EarlyStopping",
    "pytorch_lightning.utilities.parsing.AttributeDict",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.dtype",
)

# First bytes of files in other formats, and what these are.
MAGIC = (
    (b"GGUF", "GGUF, quantised weights for programs such as llama.cpp"),
    (b"\x89HDF", "HDF5, as Keras writes"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x1f\x8b", "a gzip archive: unpack it"),
    (b"BZh", "a bzip2 archive: unpack it"),
    (b"\xfd7zXZ", "an xz archive: unpack it"),
    (b"(\xb5/\xfd", "a Zstandard archive: unpack it"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it"),
    (b"Rar!", "a RAR archive: unpack it"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "an image or a video"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"%PDF", "a PDF"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
MAGIC_WITHIN = ((4, b"ftyp", "a video or an image"), (257, b"ustar", "a tar archive: unpack it"))
FORMATS = {".onnx": "ONNX", ".gguf": "GGUF", ".msgpack": "Flax", ".h5": "Keras", ".tflite": "TensorFlow Lite"}


def problem(path: Path) -> str | None:
    """Explain why `path` can't be a weight file, by its structure; None if it may be one."""
    if not path.is_file():
        return f"{path.name} is missing or not a file."
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError as error:
        return f"{path.name} can't be read: {error.strerror}."
    if why := unfinished(path):
        return why
    if what := stand_in(start):
        return f"{path.name} {what}"
    if start[4:9] == b"\0\0\0\0{":  # the length of a header under 4 GiB, and the header
        return _safetensors_problem(path, size)
    if is_zip(path):
        return _zip_problem(path)
    if what := _other_format(path, start):
        return f"{path.name} is {what}. t2v reads safetensors and PyTorch's files."
    if path.suffix == ".safetensors" or start[8:9] == b"{":
        return _safetensors_problem(path, size)
    return _pickle_problem(path, start)


def _other_format(path: Path, start: bytes) -> str | None:
    """Name the format of a file that isn't read here, by its first bytes or its suffix; None if unknown."""
    marks = [(0, mark, what) for mark, what in MAGIC] + list(MAGIC_WITHIN)
    for offset, mark, what in marks:
        if start.startswith(mark, offset):
            return what
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return "JSON, not weights"
    return f"weights in {FORMATS[path.suffix.lower()]}'s format" if path.suffix.lower() in FORMATS else None


def is_zip(path: Path) -> bool:
    """Return whether a file begins as PyTorch's zip archives do."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\3\4", b"PK\5\6")


def _zip_problem(path: Path) -> str | None:
    """Explain why a zip archive is refused; None if it may be a checkpoint.

    PyTorch never compresses entries; a compressed entry could expand a thousandfold.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            pickles = [entry for entry in entries if entry.filename.rsplit("/")[-1] == "data.pkl"]
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                return f"{path.name} is a compressed zip archive, which PyTorch never writes: refused."
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > path.stat().st_size:
                return f"{path.name} is a zip archive that claims more contents than it has bytes: refused."
            if len(pickles) != 1:
                return f"{path.name} is a zip archive but not a PyTorch checkpoint: unpack it."
            if any(entry.filename.rsplit("/")[-1] == "constants.pkl" for entry in entries):
                return f"{path.name} is TorchScript, a program and not weights: save its state dict."
            if pickles[0].file_size > MAX_PICKLE:
                return f"{path.name} holds a pickle of {pickles[0].file_size:,} bytes: refused."
            return _code_problem(path, _unsafe(path, archive.read(pickles[0])))
    except Exception:  # zipfile raises a dozen kinds of errors on damaged archives
        return f"{path.name} is damaged or was cut off: its zip archive can't be read. {AGAIN}"


def _pickle_problem(path: Path, start: bytes) -> str:
    """Explain a file that is neither zip nor safetensors: at best a pickle from before PyTorch 1.6."""
    if not start.startswith((b"\x80", b"c")):
        return f"{path.name} is not a checkpoint: neither safetensors nor PyTorch's, or damaged at its start."
    with path.open("rb") as file:
        code = _code_problem(path, _foreign(file.read(MAX_PICKLE)))
    old = (
        f"{path.name} is a bare pickle, as PyTorch wrote before version 1.6: save it anew, or as safetensors."
    )
    return code or old


def _code_problem(path: Path, foreign: Collection[str]) -> str | None:
    """Explain why a pickle that would import `foreign` is refused; None if `foreign` is empty."""
    if not foreign:
        return None
    return (
        f"{path.name} holds code ({', '.join(sorted(foreign)[:3])}): refused, and nothing in it was run. "
        "A state dict by itself would be read."
    )


def _unsafe(path: Path, pickle: bytes) -> Collection[str]:
    """Return the names in a PyTorch file that `weights_only` would refuse; `pickle` is the pickle in it."""
    try:
        return set(get_unsafe_globals_in_checkpoint(path)).difference(INERT_NAMES)
    except Exception:  # damaged, or of a protocol that weights_only can't read: it will be refused
        return _foreign(pickle)


def _foreign(pickle: bytes) -> Collection[str]:
    """Return the names that a pickle would import, except those that a state dict needs."""
    return [name for name in _imports(pickle) if not _harmless(name)]


def _imports(pickle: bytes) -> set[str]:
    """Return the dotted names that a pickle refers to. STACK_GLOBAL takes the two strings last pushed."""
    names, strings = set(), ["?", "?"]
    try:
        for opcode, argument, _ in pickletools.genops(pickle):
            if opcode.name in ("GLOBAL", "INST"):
                names.add(str(argument).replace(" ", "."))
            elif opcode.name == "STACK_GLOBAL":
                names.add(".".join(strings[-2:]))
            elif isinstance(argument, str):
                strings.append(argument)
    except Exception:  # a damaged pickle: what was seen so far is what counts
        pass
    return names


def _harmless(name: str) -> bool:
    return name in STATE_DICT_NAMES or name in INERT_NAMES or name.rpartition(".")[0] in STATE_DICT_MODULES


def _safetensors_problem(path: Path, size: int) -> str | None:
    """Explain what is wrong with a safetensors header; the library checks it again, more strictly."""
    with path.open("rb") as file:
        prefix = file.read(8)
        if len(prefix) < 8:
            return f"{path.name} was cut off: {size} bytes are too few for safetensors. {AGAIN}"
        (length,) = struct.unpack("<Q", prefix)
        if length > MAX_HEADER:
            return f"{path.name} is not safetensors: its header would be {length:,} bytes long."
        if length > size - 8:
            return f"{path.name} was cut off within its header. {AGAIN}"
        header = file.read(length)
    try:
        tensors = {name: entry for name, entry in json.loads(header).items() if name != "__metadata__"}
        spans = sorted(tuple(entry["data_offsets"]) for entry in tensors.values())
        return _spans_problem(path, [(int(start), int(end)) for start, end in spans], size - 8 - length)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return f"{path.name} is damaged: its safetensors header can't be read. {AGAIN}"


def _spans_problem(path: Path, spans: list[tuple[int, int]], room: int) -> str | None:
    if spans and spans[-1][1] > room:
        return f"{path.name} was cut off: {spans[-1][1] - room:,} bytes are missing at its end. {AGAIN}"
    if any(end > start for (_, end), (start, _) in pairwise(spans)):
        return f"{path.name} is malformed: its tensors overlap. It was not made by safetensors; refused."
    return None

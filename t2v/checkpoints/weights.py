"""Weight files as named tensors that stay on disk until each is read.

A memory map copies nothing, but every page touched counts as this process's memory for as long as the map
lives. So a file is mapped anew after every `WINDOW` bytes read.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

import torch
from safetensors import safe_open
from torch import Tensor

from .errors import CheckpointError
from .formats import INERT_NAMES, is_zip, problem
from .incomplete_downloads import AGAIN, unwritten
from .state_dict import find_state_dict, strip_prefixes

WINDOW = 256 * 2**20  # bytes
T = TypeVar("T")


class Spec(NamedTuple):
    """Shape and dtype of a tensor, known without reading it."""

    shape: tuple[int, ...]
    dtype: str  # "float32", "bfloat16", …


class Weights:
    """The tensors of one file, or of all shards of one network: `specs` by name, and `read`.

    CheckpointError describes a file that is damaged or no weight file.
    """

    def __init__(self, paths: Iterable[Path]):
        self.paths = tuple(paths)
        self.specs: dict[str, Spec] = {}
        self._stored: dict[str, str] = {}  # name in `specs` -> name in its file
        self._files: dict[str, _TorchFile | _SafetensorsFile] = {}
        for path in self.paths:
            if why := problem(path):
                raise CheckpointError(why)
            file = _TorchFile(path) if is_zip(path) else _SafetensorsFile(path)
            for name, spec in _guard(path, file.specs).items():
                if name in self.specs:
                    raise CheckpointError(f"{path.name} holds {name}, which another shard holds too.")
                self.specs[name], self._stored[name], self._files[name] = spec, name, file
        self._rename(strip_prefixes(self.specs))

    def enter(self, prefix: str) -> None:
        """Keep only tensors whose names begin with `prefix`, and remove it; without any, change nothing."""
        inner = {name.removeprefix(prefix): name for name in self.specs if name.startswith(prefix)}
        if inner:
            self._rename({short: self._stored[name] for short, name in inner.items()})

    def _rename(self, stored: dict[str, str]) -> None:
        """Keep only the tensors in `stored`: new name -> name in the file."""
        specs = {self._stored[name]: spec for name, spec in self.specs.items()}
        self.specs = {name: specs[old] for name, old in stored.items()}
        self._stored = stored

    def read(self, name: str) -> Tensor:
        """Return a stored tensor on the CPU, a view of the map: copy it, then release it.

        CheckpointError: it can't be read, or its zeros look like a gap in the download.
        """
        stored = self._stored[name]
        file = self._files[stored]
        tensor = _guard(file.path, lambda: file.read(stored))
        if why := unwritten(name, tensor):
            raise CheckpointError(f"{file.path.name} was not downloaded whole: {why}. {AGAIN}")
        return tensor

    def __str__(self) -> str:
        return self.paths[0].name if len(self.paths) == 1 else f"{self.paths[0].name} and its other shards"


class _Mapped(ABC):
    """A weight file, mapped anew after every `WINDOW` bytes read, which frees the pages of the old map."""

    def __init__(self, path: Path):
        self.path = path
        self._tensor: Callable[[str], Tensor] | None = None
        self._bytes = 0

    @abstractmethod
    def _open(self) -> Callable[[str], Tensor]:
        """Map the file; -> a function from a tensor's name to the tensor."""

    def read(self, name: str) -> Tensor:
        if self._tensor is None or self._bytes > WINDOW:
            self._tensor, self._bytes = self._open(), 0
        tensor = self._tensor(name)
        self._bytes += tensor.nbytes
        return tensor


class _SafetensorsFile(_Mapped):
    def specs(self) -> dict[str, Spec]:
        with safe_open(self.path, framework="pt") as file:
            slices = {name: file.get_slice(name) for name in file.keys()}
            return {
                name: Spec(tuple(s.get_shape()), _dtype_name(s.get_dtype())) for name, s in slices.items()
            }

    def _open(self) -> Callable[[str], Tensor]:
        return safe_open(self.path, framework="pt").get_tensor


class _TorchFile(_Mapped):
    def specs(self) -> dict[str, Spec]:
        return {name: Spec(tuple(t.shape), str(t.dtype)[6:]) for name, t in self._tensors().items()}

    def _open(self) -> Callable[[str], Tensor]:
        return self._tensors().__getitem__

    def _tensors(self) -> dict[str, Tensor]:
        """Load the state dict, perhaps nested (see `find_state_dict`); skip what isn't a tensor."""
        with torch.serialization.safe_globals([(_Inert, name) for name in INERT_NAMES]):
            loaded = torch.load(self.path, map_location="cpu", weights_only=True, mmap=True)
        found = find_state_dict(loaded).items()
        return {name: tensor for name, tensor in found if isinstance(tensor, Tensor) and _is_whole(tensor)}


def _is_whole(tensor: Tensor) -> bool:
    """Return whether a tensor is dense and stored in full: a stride of 0 lets a few bytes claim any size."""
    return tensor.layout is torch.strided and tensor.nbytes <= tensor.untyped_storage().nbytes()


class _Inert:
    """Replaces an object that nothing reads (see INERT_NAMES): takes any arguments, keeps none."""

    def __init__(self, *_: object):
        pass

    def __setstate__(self, _: object) -> None:
        pass


def _guard(path: Path, action: Callable[[], T]) -> T:
    """Turn any error of a broken or hostile file into one sentence, without PyTorch's advice to trust it."""
    try:
        return action()
    except CheckpointError as error:
        raise CheckpointError(f"{path.name} {error}.") from None
    except Exception as error:
        text = f"{path.name} is damaged or not a checkpoint: its tensors can't be read. {AGAIN}"
        raise CheckpointError(text) from error


def finite(tensor: Tensor) -> bool:
    """Return whether all numbers are finite: NaN and infinity both reach a tensor's extremes."""
    return tensor.numel() == 0 or all(bool(extreme.isfinite()) for extreme in tensor.aminmax())


DTYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz",
}
NUMBERS = frozenset(DTYPES.values())  # dtypes that a network's tensors may have


def _dtype_name(code: str) -> str:
    """Return PyTorch's name of a safetensors dtype: int8 for I8. An unknown code stays as it is."""
    whole = re.sub(r"^(U?)I?(\d+)$", lambda found: f"{found[1].lower()}int{found[2]}", code)
    return DTYPES.get(code, whole)

"""Weight files as named tensors that stay on disk until each is asked for.

Reading through a memory map costs no copy, but every page touched counts as this process's memory for as
long as the map lives. So a file is mapped anew after every `WINDOW` bytes read.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

import torch
from safetensors import safe_open
from torch import Tensor

from .downloads import AGAIN, unwritten
from .errors import CheckpointError
from .formats import INERT_NAMES, is_zip, problem
from .wrappers import state_dict, unwrapped

WINDOW = 256 * 2**20  # bytes
T = TypeVar("T")


class Spec(NamedTuple):
    """What is known of a tensor without reading it."""

    shape: tuple[int, ...]
    dtype: str  # "float32", "bfloat16", …


class Weights:
    """The tensors of one file, or of all the shards of one network: `specs` by name, and `read`.

    Raises CheckpointError, which says what a file is, where it is no weight file or a damaged one.
    """

    def __init__(self, paths: Iterable[Path]):
        self.paths = tuple(paths)
        self.specs: dict[str, Spec] = {}
        self._stored: dict[str, str] = {}  # the names in the files by those in `specs`
        self._files: dict[str, _TorchFile | _SafetensorsFile] = {}
        for path in self.paths:
            if why := problem(path):
                raise CheckpointError(why)
            file = _TorchFile(path) if is_zip(path) else _SafetensorsFile(path)
            for name, spec in _guard(path, file.specs).items():
                if name in self.specs:
                    raise CheckpointError(f"{path.name} holds {name}, which another shard holds too.")
                self.specs[name], self._stored[name], self._files[name] = spec, name, file
        self._rename(unwrapped(self.specs))

    def enter(self, prefix: str) -> None:
        """If any tensor's name begins with `prefix`: keep only such tensors, named without it."""
        inner = {name.removeprefix(prefix): name for name in self.specs if name.startswith(prefix)}
        if inner:
            self._rename({short: self._stored[name] for short, name in inner.items()})

    def _rename(self, stored: dict[str, str]) -> None:
        """Keep only the tensors in `stored`, from the names they shall have to those in the files."""
        specs = {self._stored[name]: spec for name, spec in self.specs.items()}
        self.specs = {name: specs[old] for name, old in stored.items()}
        self._stored = stored

    def read(self, name: str) -> Tensor:
        """A tensor as it is stored, on the CPU: a view of the map, to be copied and let go.

        Raises CheckpointError where it can't be read, or has zeros where a download left a gap.
        """
        stored = self._stored[name]
        file = self._files[stored]
        tensor = _guard(file.path, lambda: file.read(stored))
        if why := unwritten(name, tensor):
            raise CheckpointError(f"{file.path.name} was not downloaded whole: {why}. {AGAIN}")
        return tensor

    def __str__(self) -> str:
        return self.paths[0].name if len(self.paths) == 1 else f"{self.paths[0].name} and its other shards"


class _Mapped:
    """A file whose map is opened anew once it has been read through for `WINDOW` bytes."""

    def __init__(self, path: Path):
        self.path = path
        self._tensor: Callable[[str], Tensor] | None = None
        self._bytes = 0

    def _open(self) -> Callable[[str], Tensor]:
        """Map the file -> what gives a tensor of it by name."""
        raise NotImplementedError

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
        """The state dict, perhaps within others (see `state_dict`); what isn't a tensor is passed over."""
        with torch.serialization.safe_globals([(_Inert, name) for name in INERT_NAMES]):
            loaded = torch.load(self.path, map_location="cpu", weights_only=True, mmap=True)
        found = state_dict(loaded).items()
        return {name: tensor for name, tensor in found if isinstance(tensor, Tensor) and _is_whole(tensor)}


def _is_whole(tensor: Tensor) -> bool:
    """Plain, and stored in full: a stride of 0 lets a few bytes claim to be a tensor of any size."""
    return tensor.layout is torch.strided and tensor.nbytes <= tensor.untyped_storage().nbytes()


class _Inert:
    """Stands for an object that nothing reads (see INERT_NAMES): takes any arguments, keeps none."""

    def __init__(self, *_: object):
        pass

    def __setstate__(self, _: object) -> None:
        pass


def _guard(path: Path, action: Callable[[], T]) -> T:
    """What a broken or hostile file raises becomes one sentence, without PyTorch's advice to trust it."""
    try:
        return action()
    except CheckpointError as error:
        raise CheckpointError(f"{path.name} {error}.") from None
    except Exception as error:
        text = f"{path.name} is damaged or not a checkpoint: its tensors can't be read. {AGAIN}"
        raise CheckpointError(text) from error


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
NUMBERS = frozenset(DTYPES.values())  # types whose numbers a network can have


def _dtype_name(code: str) -> str:
    """PyTorch's name of a safetensors dtype: I8 is int8. One that has none there keeps its code."""
    whole = re.sub(r"^(U?)I?(\d+)$", lambda found: f"{found[1].lower()}int{found[2]}", code)
    return DTYPES.get(code, whole)

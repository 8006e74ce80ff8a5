"""Weight files as named tensors that stay on disk until each is asked for.

Reading through a memory map costs no copy, but every page touched counts as this process's memory for as
long as the map lives. So a file is mapped anew after every `WINDOW` bytes read.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

import torch
from safetensors import safe_open
from torch import Tensor

from .downloads import unwritten
from .errors import CheckpointError
from .formats import AGAIN, INERT_NAMES, is_zip, problem

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
        self._prefix = ""
        self._files: dict[str, _TorchFile | _SafetensorsFile] = {}
        for path in self.paths:
            if why := problem(path):
                raise CheckpointError(why)
            file = _TorchFile(path) if is_zip(path) else _SafetensorsFile(path)
            for name, spec in _guard(path, file.specs).items():
                if name in self.specs:
                    raise CheckpointError(f"{path.name} holds {name}, which another shard holds too.")
                self.specs[name], self._files[name] = spec, file

    def enter(self, prefix: str) -> None:
        """If any tensor's name begins with `prefix`: keep only such tensors, named without it."""
        inner = [name for name in self.specs if name.startswith(prefix)]
        if inner:
            self.specs = {name.removeprefix(prefix): self.specs[name] for name in inner}
            self._prefix = prefix

    def read(self, name: str) -> Tensor:
        """A tensor as it is stored, on the CPU: a view of the map, to be copied and let go."""
        file = self._files[self._prefix + name]
        tensor = _guard(file.path, lambda: file.read(self._prefix + name))
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
        """The state dict, which may be wrapped as {"state_dict": …}; what isn't a tensor is passed over."""
        with torch.serialization.safe_globals([(_Inert, name) for name in INERT_NAMES]):
            loaded = torch.load(self.path, map_location="cpu", weights_only=True, mmap=True)
        loaded = loaded.get("state_dict", loaded)
        return {str(name): t for name, t in loaded.items() if isinstance(t, Tensor) and _is_whole(t)}


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
    except Exception as error:
        text = f"{path.name} is damaged or not a checkpoint: its tensors can't be read. {AGAIN}"
        raise CheckpointError(text) from error


DTYPES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}


def _dtype_name(code: str) -> str:
    """PyTorch's name of a safetensors dtype; integer types keep their code, since no network has any."""
    return DTYPES.get(code, code)

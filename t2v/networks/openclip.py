"""The two files of open_clip that are used: its text tower and its tokenizer.

Its package imports all of its models, and with them torchvision, PyTorch's compiler, transformers and timm
where they are installed: as many seconds as PyTorch itself takes. So these files are loaded beside it, when
the first tokenizer or text encoder is made. Whoever imports open_clip gets the whole of it, before or after.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from threading import Lock
from types import ModuleType
from typing import NamedTuple

PACKAGE = "open_clip"
STAND_INS = {"torchvision": (), "torchvision.ops": (), "torchvision.ops.misc": ("FrozenBatchNorm2d",)}

_loading = Lock()


class OpenClip(NamedTuple):
    """The classes of open_clip that are used."""

    QuickGELU: type
    SimpleTokenizer: type
    TextTransformer: type


def load() -> OpenClip:
    """The classes; `sys.modules` is as before when the first call has ended.

    They come by way of the whole package where a version's files can't be loaded by themselves.
    """
    with _loading:
        return _load()


@cache
def _load() -> OpenClip:
    try:
        with _alone():
            return _used()
    except ImportError:
        return _used()


@contextmanager
def _alone() -> Iterator[None]:
    """Within it, importing a file of open_clip runs nothing else of it. A helper of it names one class of
    torchvision, which is not used here: an empty one stands for it."""
    folders = _folders()
    kept = {name: sys.modules.pop(name) for name in _loaded(PACKAGE)}
    stand_ins = {name: ModuleType(name) for name in STAND_INS if name not in sys.modules}
    for name, module in stand_ins.items():
        vars(module).update({each: type(each, (), {}) for each in STAND_INS[name]}, __path__=[])
    bare = ModuleType(PACKAGE)
    bare.__path__ = folders
    sys.modules.update(stand_ins, **{PACKAGE: bare})
    try:
        yield
    finally:
        for name in (*_loaded(PACKAGE), *stand_ins):
            del sys.modules[name]
        sys.modules.update(kept)


def _folders() -> list[str]:
    """Where the package's files are; ImportError without it."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError(f"No package {PACKAGE} is installed")
    return list(spec.submodule_search_locations)


def _loaded(package: str) -> list[str]:
    """The modules of a package that have been imported."""
    return [name for name in sys.modules if name.partition(".")[0] == package]


def _used() -> OpenClip:
    from open_clip.tokenizer import SimpleTokenizer
    from open_clip.transformer import QuickGELU, TextTransformer

    return OpenClip(QuickGELU, SimpleTokenizer, TextTransformer)

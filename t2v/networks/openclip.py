"""Load two files of open_clip, its text tower and its tokenizer, without the rest of the package.

The package imports all of its models, and with them torchvision, PyTorch's compiler, transformers and timm,
if installed: that takes as long as importing PyTorch. The two files are loaded when the first tokenizer or
text encoder is made. An `import open_clip` elsewhere, before or after, still gets the full package.
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
    """Classes of open_clip that are used here."""

    QuickGELU: type
    SimpleTokenizer: type
    TextTransformer: type


def load() -> OpenClip:
    """Load the classes. The first call replaces modules in `sys.modules` and restores them before it returns.

    If this version's text tower and tokenizer can't be loaded alone, the full package is imported.
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
    """A context in which importing a file of open_clip doesn't import the package. A helper names a class of
    torchvision that is not used here: an empty class replaces it."""
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
    """Folders of the package's files; ImportError if it is not installed."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError(f"No package {PACKAGE} is installed")
    return list(spec.submodule_search_locations)


def _loaded(package: str) -> list[str]:
    """Names of a package's imported modules."""
    return [name for name in sys.modules if name.partition(".")[0] == package]


def _used() -> OpenClip:
    from open_clip.tokenizer import SimpleTokenizer
    from open_clip.transformer import QuickGELU, TextTransformer

    return OpenClip(QuickGELU, SimpleTokenizer, TextTransformer)

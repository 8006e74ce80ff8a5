"""The two files of open_clip that are used: its text tower and its tokenizer.

Its package imports all of its models, and with them torchvision, PyTorch's compiler, transformers and timm
where they are installed: as many seconds as PyTorch itself takes, at every start. So these files are loaded
beside it. Whoever imports open_clip gets the whole of it, as if this had not been.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType

PACKAGE = "open_clip"
STAND_INS = {"torchvision": (), "torchvision.ops": (), "torchvision.ops.misc": ("FrozenBatchNorm2d",)}


@contextmanager
def _alone() -> Iterator[None]:
    """Within it, importing a file of open_clip runs nothing else of it. A helper of it names one class of
    torchvision, which is not used here: an empty one stands for it."""
    kept = {name: sys.modules.pop(name) for name in _loaded(PACKAGE)}
    stand_ins = {name: ModuleType(name) for name in STAND_INS if name not in sys.modules}
    for name, module in stand_ins.items():
        vars(module).update({each: type(each, (), {}) for each in STAND_INS[name]}, __path__=[])
    bare = ModuleType(PACKAGE)
    bare.__path__ = find_spec(PACKAGE).submodule_search_locations
    sys.modules.update(stand_ins, **{PACKAGE: bare})
    try:
        yield
    finally:
        for name in (*_loaded(PACKAGE), *stand_ins):
            del sys.modules[name]
        sys.modules.update(kept)


def _loaded(package: str) -> list[str]:
    """The modules of a package that have been imported."""
    return [name for name in sys.modules if name.partition(".")[0] == package]


def _used() -> tuple[type, type, type]:
    from open_clip.tokenizer import SimpleTokenizer
    from open_clip.transformer import QuickGELU, TextTransformer

    return QuickGELU, SimpleTokenizer, TextTransformer


def load() -> tuple[type, type, type]:
    """The three classes; by way of the whole package where a version's files can't stand alone."""
    try:
        with _alone():
            return _used()
    except ImportError:
        return _used()


QuickGELU, SimpleTokenizer, TextTransformer = load()

__all__ = ["QuickGELU", "SimpleTokenizer", "TextTransformer"]

"""What is used of open_clip, without the two large packages that its other models would need.

open_clip's package imports transformers and timm where they are installed, for towers that are not used here:
seconds of every start. It does without them where they are missing, so for the time of this import they seem
to be. Whoever imports open_clip after that gets another copy of it, whole.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

NEEDLESS = ("transformers", "timm")


@contextmanager
def _missing(*packages: str) -> Iterator[None]:
    """Within it, importing one of `packages` that wasn't imported before raises ImportError."""
    hidden = [name for name in packages if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _forget(package: str) -> None:
    """Let the next import of `package` load it anew; what was imported from it stays usable."""
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


_known = "open_clip" in sys.modules
with _missing(*NEEDLESS):
    from open_clip.model import QuickGELU
    from open_clip.tokenizer import SimpleTokenizer
    from open_clip.transformer import TextTransformer
if not _known:
    _forget("open_clip")

__all__ = ["QuickGELU", "SimpleTokenizer", "TextTransformer"]

"""A progress bar over the steps of a video, for programs and notebooks."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from t2v.streams import plain


@contextmanager
def with_bar(prompt: str, steps: int, on_step: Any) -> Iterator[Any]:
    """Show a bar within the block; -> an `on_step` that moves it, then calls the one given, if any."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a notebook without ipywidgets gets a bar of text
        from tqdm.auto import tqdm

    with tqdm(total=steps, unit="step", desc=plain(prompt[:30])) as bar:

        def count(step: int, steps: int, x0: Any) -> None:
            bar.total = steps  # fewer than the request's where a source is changed
            bar.update(step - bar.n)  # back to the first if memory ran out
            if on_step:
                on_step(step, steps, x0)

        yield count

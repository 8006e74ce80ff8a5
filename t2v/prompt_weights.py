"""Weights in a prompt, in the syntax that A1111's web UI made common.

`(red)` weighs 1.1, `((red))` 1.21, `(red:1.3)` 1.3, `[red]` 1/1.1; brackets within others multiply. A
backslash before a bracket takes its meaning away; a bracket that closes nothing has none. An open bracket
that isn't closed holds for the rest. BREAK begins another part, which gets 77 tokens of its own.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

STRONGER = 1.1  # a pair of brackets
MAX_WEIGHT = 10.0
MAX_PARTS = 8
MARKS = re.compile(r"[()\[\]]|\bBREAK\b")
BREAK = re.compile(r"\s*\bBREAK\b\s*")
TOKEN = re.compile(
    r"""\\(?P<escaped>[()\[\]\\])
    |(?P<open>[(\[])
    |:\s*(?P<weight>[+-]?(?:\d+\.?\d*|\.\d+))\s*\)
    |(?P<close>[)\]])
    |(?P<text>[^\\()\[\]:]+|[\\:])""",
    re.VERBOSE,
)


class Fragment(NamedTuple):
    """A piece of a prompt and its weight."""

    text: str
    weight: float


Part = list[Fragment]


def parse(prompt: str) -> list[Part]:
    """Split a prompt at its BREAKs, and each part into fragments of one weight.

    A prompt without brackets and BREAK is one fragment of weight 1, letter for letter.
    """
    if not MARKS.search(prompt):
        return [[Fragment(prompt, 1.0)]]
    parts: list[Part] = [[]]
    for text, weight in _weighted(prompt):
        first, *others = BREAK.split(text)
        parts[-1].append(Fragment(first, weight))
        parts += ([Fragment(other, weight)] for other in others)
    return [_merged(part) for part in parts]


def weighted(prompt: str) -> list[Fragment]:
    """List the fragments of a prompt whose weight isn't 1."""
    return [each for part in parse(prompt) for each in part if each.weight != 1]


def plain(prompt: str) -> str:
    """Return a prompt's text without the syntax of weights."""
    return " ".join("".join(each.text for each in part) for part in parse(prompt))


def problem(prompt: str) -> str | None:
    """Explain what is wrong with the weights of a prompt; None if nothing is."""
    for text, weight in weighted(prompt):
        if not 0 <= weight <= MAX_WEIGHT:
            words, right = text.strip()[:20], f"a weight is a number from 0 to {MAX_WEIGHT:g}"
            return f"weights {words!r} by {weight:.3g}: {right}"
    if (count := len(parse(prompt))) > MAX_PARTS:
        return f"must have at most {MAX_PARTS} parts between BREAKs, not {count}"
    return None


def _weighted(prompt: str) -> Iterator[Fragment]:
    """Yield the pieces of a prompt in order, each with the product of the weights around it."""
    pieces: list[str] = []
    weights: list[float] = []
    opened: list[tuple[str, int]] = []  # brackets, and the number of pieces before them

    def close(place: int, factor: float) -> None:
        start = opened.pop(place)[1]
        weights[start:] = [weight * factor for weight in weights[start:]]

    for token in TOKEN.finditer(prompt):
        bracket = token["close"] or (")" if token["weight"] else "")
        place = _last(opened, {")": "(", "]": "["}.get(bracket, ""))
        if token["open"]:
            opened.append((token["open"], len(pieces)))
        elif bracket and place is not None:
            factor = STRONGER if bracket == ")" else 1 / STRONGER
            close(place, float(token["weight"]) if token["weight"] else factor)
        else:
            pieces.append(token["escaped"] or token[0])
            weights.append(1.0)
    while opened:
        close(-1, STRONGER if opened[-1][0] == "(" else 1 / STRONGER)
    yield from map(Fragment, pieces, weights)


def _last(opened: list[tuple[str, int]], bracket: str) -> int | None:
    """Return the place of the last `bracket` among the open ones; None if there is none."""
    return next((i for i in reversed(range(len(opened))) if opened[i][0] == bracket), None)


def _merged(part: Part) -> Part:
    """Join neighbours of equal weight and drop empty fragments; at least one is left."""
    merged: Part = []
    for text, weight in part:
        if merged and merged[-1].weight == weight:
            merged[-1] = Fragment(merged[-1].text + text, weight)
        elif text:
            merged.append(Fragment(text, weight))
    return merged or [Fragment("", 1.0)]

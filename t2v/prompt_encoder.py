"""Prompts with weights as text states, by compel's arithmetic on the syntax of `prompt_weights`.

A token's state z becomes z∅ + weight · (z − z∅), z∅ being that of the empty prompt at its place. A fragment
of a weight under 1 fades besides: the states mix with those of the prompt in which its tokens are hidden from
all others. At 0.5 both count the same, at 0 nothing of it is left.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from t2v.networks import Tokenizer
from t2v.prompt_weights import Fragment, Part, parse, weighted

Encode = Callable[..., Tensor]
LEAST = 1e-5  # as a weight: the share of a faded fragment's rest grows beyond all bounds towards 0


class Count(NamedTuple):
    """Tokens of a prompt, of how many; the words that are cut off; its fragments with weights."""

    tokens: int
    limit: int
    cut: str
    weights: tuple[Fragment, ...]

    def note(self, field: str) -> str | None:
        """Return a sentence on what is cut off of the prompt called `field`; None if nothing is."""
        if not self.cut:
            return None
        return f"The {field} has {self.tokens} of {self.limit} tokens; cut off: {self.cut}"


class Row(NamedTuple):
    """A part of a prompt as tokens (l), their weights (l), and the tokens to fade: (from, to, weight)."""

    tokens: Tensor
    weights: Tensor
    faded: list[tuple[int, int, float]]


def encode(prompts: Sequence[str], tokenizer: Tokenizer, run: Encode, device: torch.device) -> Tensor:
    """b prompts -> states (b l d), l being 77 times the most parts of a prompt; "" fills up the others.

    `run(tokens (b 77)) -> (b 77 d)` is the text encoder; it may take `hidden (b 77)`, too. Its output may be
    overwritten by its next call. Prompts without weights are encoded in one call, as if there were none.
    """
    parsed = [parse(prompt) for prompt in prompts]
    most = max(map(len, parsed))
    rows = [[_row(part, tokenizer) for part in parts] for parts in parsed]
    states = run(torch.stack([parts[0].tokens for parts in rows]).to(device)).clone()
    if most == 1 and not any(map(weighted, prompts)):
        return states
    empty = run(tokenizer([""]).to(device)).clone()
    whole = []
    for first, parts in zip(states.split(1), rows, strict=True):
        others = (run(part.tokens[None].to(device)).clone() for part in parts[1:])
        own = [_weigh(z, part, empty, run) for z, part in zip((first, *others), parts, strict=True)]
        whole.append(torch.cat([*own, *[empty] * (most - len(own))], dim=1))
    return torch.cat(whole)


def count(prompt: str, tokenizer: Tokenizer) -> Count:
    """Count the tokens of a prompt, the first and the last of each part included."""
    parts = parse(prompt)
    lengths, cut = [], []
    for part in parts:
        ids = [number for text, _ in part for number in tokenizer.encode(text)]
        lengths.append(len(ids) + 2)
        cut.append(tokenizer.decode(ids[tokenizer.length - 2 :]))
    weights = tuple(Fragment(text.strip(), weight) for text, weight in weighted(prompt))
    return Count(sum(lengths), tokenizer.length * len(parts), " ".join(filter(None, cut)), weights)


def _row(part: Part, tokenizer: Tokenizer) -> Row:
    ids: list[int] = []
    weights = torch.ones(tokenizer.length, dtype=torch.float32, device="cpu")
    faded = []
    for text, weight in part:
        own = tokenizer.encode(text)
        start, end = (min(place + 1, tokenizer.length - 1) for place in (len(ids), len(ids) + len(own)))
        weights[start:end] = weight
        if weight < 1 and start < end:
            faded.append((start, end, weight))
        ids += own
    return Row(tokenizer.row(ids), weights, faded)


def _weigh(z: Tensor, row: Row, empty: Tensor, run: Encode) -> Tensor:
    """z, empty (1 l d): states of the row and of "" -> states with its weights (1 l d)"""
    weights = row.weights.to(z.device)[None, :, None]

    def stressed(states: Tensor) -> Tensor:
        return torch.where(weights == 1, states.float(), empty + weights * (states.float() - empty))

    total, share = stressed(z), 1.0
    for start, end, weight in row.faded:
        hidden = torch.zeros(1, len(row.tokens), dtype=torch.bool, device=z.device)
        hidden[:, start:end] = True
        without = math.tan((1 - max(LEAST, weight)) * math.pi / 2)
        total = total + without * stressed(run(row.tokens[None].to(z.device), hidden))
        share += without
    return (total / share).to(z.dtype) if row.faded else total.to(z.dtype)

"""CLIP's byte-pair tokenizer, with CLIP's or a model's vocabulary, as open_clip and as transformers run it.

The two split words alike but clean a prompt differently. open_clip repairs broken Unicode and HTML entities
("&amp;", "’"). transformers doesn't, and matches special tokens anywhere in a prompt: where "!" is the
padding, any "!" in a prompt becomes the padding's id.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

import regex
import torch
from torch import Tensor

from t2v.texts import read_text

from .openclip import load

START, END = "<|startoftext|>", "<|endoftext|>"
OPEN_CLIPS = ("<start_of_text>", "<end_of_text>")  # open_clip's names of START and END
MAX_CACHED = 10_000  # words in the tokenizer's cache, which otherwise grows with every new word
MAX_MERGES = 48_894  # CLIP's own; its published list has more lines
SPLIT = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")
SPACED = regex.compile(r"\s+([,.;:!?)])")  # as decoding spaces what people write without a space


class Tokenizer:
    """Turn prompts into token ids: start, text, end, padding. Prompts are cleaned as by open_clip.

    `merges`: pairs such as "t h"; the vocabulary is then 512 bytes, the merges in order, start and end. None:
    CLIP's 49,408 tokens. `pad` is the padding's id (open_clip: 0). Raises ValueError for a merge that is no
    pair.
    """

    def __init__(self, merges: Sequence[str] | None = None, length: int = 77, pad: int = 0):
        self.length, self.pad = length, pad
        self._bpe = copy(_clip())
        self._forget()
        if merges is not None:
            self._use(merges, token_ids(merges))
        self.start, self.end = self._bpe.sot_token_id, self._bpe.eot_token_id

    @property
    def vocabulary(self) -> int:
        """The number of ids."""
        return self._bpe.vocab_size

    def __call__(self, prompts: list[str]) -> Tensor:
        """b prompts -> ids (b length), int64; a long prompt is cut before the end token"""
        return torch.stack([self.row(self.encode(prompt)) for prompt in prompts])

    def row(self, ids: Sequence[int]) -> Tensor:
        """ids of a text -> between start and end, and padded (length), int64; what is too long is cut"""
        out = torch.full((self.length,), self.pad, dtype=torch.long, device="cpu")
        whole = [self.start, *ids[: self.length - 2], self.end]
        out[: len(whole)] = torch.tensor(whole, device="cpu")
        return out

    def cut(self, prompt: str) -> tuple[int, str]:
        """-> the number of tokens of the prompt, with start and end, and the words that are cut off"""
        ids = self.encode(prompt)
        return len(ids) + 2, SPACED.sub(r"\1", self.decode(ids[self.length - 2 :]))

    def decode(self, ids: Sequence[int]) -> str:
        """ids -> their text, cleaned"""
        return self._bpe.decode(ids).strip()

    def encode(self, prompt: str) -> list[int]:
        """Return the ids of a text, without start, end and padding."""
        if len(self._bpe.cache) > MAX_CACHED:
            self._forget()
        return self._bpe.encode(prompt)

    def _forget(self) -> None:
        self._bpe.cache = {word: word for word in OPEN_CLIPS}

    def _use(self, merges: Sequence[str], ids: Mapping[str, int]) -> None:
        """Replace CLIP's merges and token ids."""
        bpe = self._bpe
        bpe.bpe_ranks = {pair: rank for rank, pair in enumerate(map(_pair, merges))}
        bpe.sot_token_id, bpe.eot_token_id = ids.get(START, 0), ids.get(END, 0)
        bpe.encoder = dict(zip(OPEN_CLIPS, (bpe.sot_token_id, bpe.eot_token_id), strict=True)) | dict(ids)
        bpe.decoder = {number: word for word, number in ids.items()}
        bpe.vocab_size = len(ids)


class TransformersTokenizer(Tokenizer):
    """A tokenizer that cleans and splits prompts as transformers' CLIPTokenizer does.

    `ids` maps tokens to their ids. `special` maps special tokens, which are matched in a prompt before all
    others, those in `caseless` in any case. `start`, `end` and `pad` are ids.
    """

    def __init__(
        self,
        merges: Sequence[str],
        ids: Mapping[str, int],
        special: Mapping[str, int],
        *,
        caseless: frozenset[str] = frozenset(),
        start: int,
        end: int,
        pad: int,
        length: int = 77,
    ):
        super().__init__(length=length, pad=pad)
        self._use(merges, ids)
        self.start, self.end = start, end
        self._bpe.clean_fn, self._bpe.pat = _lower, SPLIT
        self._bpe.decoder |= {special[word]: self._spelled(word) for word in special}
        self._special = {word.lower(): special[word] for word in caseless & special.keys()} | dict(special)
        longest = sorted(special, key=len, reverse=True)
        forms = [f"(?i:{regex.escape(word)})" if word in caseless else regex.escape(word) for word in longest]
        self._cut = regex.compile(f"({'|'.join(forms)})")

    def encode(self, prompt: str) -> list[int]:
        """Return the ids of a text; special tokens in it are one id each."""
        ids: list[int] = []
        for i, piece in enumerate(self._cut.split(prompt)):  # every second piece is a special token
            number = self._special.get(piece, self._special.get(piece.lower())) if i % 2 else None
            ids += super().encode(piece) if number is None else [number]
        return ids

    def _spelled(self, word: str) -> str:
        """Spell a word in the letters that stand for its bytes."""
        return "".join(self._bpe.byte_encoder[byte] for byte in word.encode()) + "</w>"


def token_ids(merges: Sequence[str]) -> dict[str, int]:
    """CLIP's tokens -> their ids: 256 bytes, the same as ends of words, the merges in order, start, end"""
    letters = list(_clip().byte_encoder.values())
    ends = [letter + "</w>" for letter in letters]
    all_words = [*letters, *ends, *("".join(_pair(merge)) for merge in merges), START, END]
    return {word: number for number, word in enumerate(all_words)}


def clip_merges() -> list[str]:
    """CLIP's merges, in order."""
    return [" ".join(pair) for pair in _clip().bpe_ranks]


def read_merges(path: Path) -> list[str]:
    """Read the merges of a merges.txt: one a line, after an optional title.

    Raises ValueError for a line that is no pair.
    """
    lines = [line for line in read_text(path).split("\n") if line.strip()]
    titled = bool(lines) and ("#version" in lines[0] or len(lines[0].split()) != 2)
    merges = lines[titled:][:MAX_MERGES]
    return [" ".join(_pair(merge)) for merge in merges]


@cache
def _clip() -> Any:
    """open_clip's tokenizer, cached: reading its list of merges takes a while."""
    return load().SimpleTokenizer()


def _pair(merge: str) -> tuple[str, str]:
    first, second = merge.split()
    return first, second


def _lower(prompt: str) -> str:
    """Lower each letter alone: `str.lower` writes a sigma at the end of a word differently."""
    return "".join(letter.lower() for letter in unicodedata.normalize("NFC", prompt))

"""CLIP's byte-pair tokenizer (open_clip's), whole or cut to the first merges that a small model needs."""

import gzip
import tempfile
from pathlib import Path

import torch
from torch import Tensor

from t2v.texts import read_text

from .openclip import SimpleTokenizer

WORDS_KEPT = 10_000  # of the tokenizer's cache, which otherwise grows with every word ever seen


class Tokenizer:
    """Prompts to token ids: start, text, end, padding.

    `merges` is a merges.txt (a header line, then one merge a line) whose vocabulary is the 512 bytes, the
    merges in order, start and end; None: CLIP's own 49,408. `pad` fills the rest (open_clip: 0).
    """

    def __init__(self, merges: Path | None = None, length: int = 77, pad: int = 0):
        self.length, self.pad = length, pad
        self._bpe = SimpleTokenizer(context_length=length) if merges is None else _from_merges(merges, length)

    @property
    def vocabulary(self) -> int:
        """How many ids there are."""
        return self._bpe.vocab_size

    def __call__(self, prompts: list[str]) -> Tensor:
        """b prompts -> ids (b length), int64; what is too long is cut before the end token"""
        out = torch.full((len(prompts), self.length), self.pad, dtype=torch.long, device="cpu")
        for row, prompt in zip(out, prompts, strict=True):
            ids = [self._bpe.sot_token_id, *self._encode(prompt)[: self.length - 2], self._bpe.eot_token_id]
            row[: len(ids)] = torch.tensor(ids, device="cpu")
        return out

    def cut(self, prompt: str) -> tuple[int, str]:
        """-> how many tokens the prompt has (start and end included), and the words that are cut off"""
        ids = self._encode(prompt)
        return len(ids) + 2, self._bpe.decode(ids[self.length - 2 :]).strip()

    def _encode(self, prompt: str) -> list[int]:
        if len(self._bpe.cache) > WORDS_KEPT:
            self._bpe.cache = {token: token for token in ("<start_of_text>", "<end_of_text>")}
        return self._bpe.encode(prompt)


def _from_merges(path: Path, length: int) -> SimpleTokenizer:
    """open_clip reads its merges from a gzip file: give it one."""
    lines = read_text(path).split("\n")
    with tempfile.NamedTemporaryFile(suffix=".gz") as file:
        file.write(gzip.compress("\n".join(line for line in lines if line).encode()))
        file.flush()
        return SimpleTokenizer(file.name, context_length=length)

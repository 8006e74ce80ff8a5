"""Cut CLIP's byte-pair encoding down to what the captions need, in the layout of transformers.

CLIP's merges keep their order, and each merge that is kept keeps those that make its parts, so that every
word of the captions splits exactly as in CLIP. CLIP's first, most general merges fill the rest and spell all
other words.

    python -m training.tokens --out runs/tokenizer
"""

import argparse
import json
from itertools import pairwise
from pathlib import Path

import regex
from open_clip.tokenizer import bytes_to_unicode

from t2v.networks.tokenizer import END, START, clip_merges, read_merges, token_ids
from t2v.texts import read_text
from training.phrases import sentences
from training.subjects import load_scenery, load_subjects

Merge = tuple[str, str]
LIMIT = 5632  # vocabulary entries
END_OF_WORD = "</w>"


def all_merges() -> list[Merge]:
    """CLIP's 48,894 merges, in order."""
    return [tuple(merge.split()) for merge in clip_merges()]


def words_of(sentences: list[str]) -> set[str]:
    """Split and lower-case `sentences` into words, as CLIP does before it applies merges."""
    return {
        word
        for sentence in sentences
        for word in regex.findall(r"\p{L}+|\p{N}|[^\s\p{L}\p{N}]+", sentence.lower())
    }


def cut_merges(words: set[str], limit: int) -> list[Merge]:
    """Choose the merges that `words` need, then CLIP's first ones up to `limit` vocabulary entries.

    Raises ValueError if the words alone need more.
    """
    merges, budget = all_merges(), limit - 512 - 2
    rank = {merge: i for i, merge in enumerate(merges)}
    needed = {rank[merge] for word in words for merge in _merges_of(word, rank)}
    if len(needed) > budget:
        raise ValueError(f"the words need {len(needed) + 514} entries, {limit} are allowed")
    fill = [i for i in range(len(merges)) if i not in needed][: budget - len(needed)]
    return [merges[i] for i in sorted(needed | set(fill))]


def _merges_of(word: str, rank: dict[Merge, int]) -> list[Merge]:
    """The merges that CLIP applies to one word, in their order."""
    letters = bytes_to_unicode()
    pieces = [letters[byte] for byte in word.encode()]
    pieces[-1] += END_OF_WORD
    return _spelled(pieces, rank)[1]


def _spelled(pieces: list[str], rank: dict[Merge, int]) -> tuple[list[str], list[Merge]]:
    """Merge pieces as far as merges of that rank go -> what is left, and the merges in their order"""
    applied = []
    while len(pieces) > 1:
        merge = min(pairwise(pieces), key=lambda pair: rank.get(pair, len(rank)))
        if merge not in rank:
            break
        applied.append(merge)
        pieces = _merged(pieces, merge)
    return pieces, applied


def _merged(pieces: list[str], merge: Merge) -> list[str]:
    """Join every occurrence of the pair in `pieces`, from the left."""
    out: list[str] = []
    i = 0
    while i < len(pieces):
        joined = tuple(pieces[i : i + 2]) == merge
        out.append("".join(merge) if joined else pieces[i])
        i += 2 if joined else 1
    return out


def write_tokenizer(folder: Path, merges: list[Merge], length: int = 77, pad: str = "!") -> None:
    """Write the four files of transformers' CLIPTokenizer: vocabulary, merges, configuration, special tokens.

    Ids are those of open_clip's tokenizer over the same merges: bytes, merges in order, start, end.
    """
    special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": pad}
    config = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": length,
        "do_lower_case": True,
        **special,
    }
    folder.mkdir(parents=True, exist_ok=True)
    lines = [" ".join(merge) for merge in merges]
    _write_json(folder / "vocab.json", token_ids(lines))
    _write_json(folder / "tokenizer_config.json", config)
    _write_json(folder / "special_tokens_map.json", special)
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *lines]) + "\n", encoding="utf-8")


def moved(old: Path, new: Path) -> list[list[int]]:
    """For each token of the tokenizer in `new`, in order: the ids by which that in `old` spells it.

    A text tower taught with `old` goes on with `new` once its embeddings are put in this order.
    """
    ids, tokens = (json.loads(read_text(folder / "vocab.json")) for folder in (old, new))
    rank = {tuple(line.split()): i for i, line in enumerate(read_merges(old / "merges.txt"))}

    def spelled(token: str) -> list[int]:
        word = token.removesuffix(END_OF_WORD)
        letters = [*word[:-1], word[-1] + token[len(word) :]]
        return [ids[piece] for piece in _spelled(letters, rank)[0]]

    return [[ids[token]] if token in ids else spelled(token) for token in sorted(tokens, key=tokens.get)]


def _write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description="Write the tokenizer of the embedded model.")
    parser.add_argument("--out", type=Path, default=Path("runs/tokenizer"))
    parser.add_argument("--limit", type=int, default=LIMIT, help="vocabulary entries")
    options = parser.parse_args(arguments)
    words = words_of(sentences(load_subjects(), load_scenery()))
    write_tokenizer(options.out, cut_merges(words, options.limit))
    print(f"{options.out}: {options.limit} entries, {len(words)} words of captions split as CLIP splits them")


if __name__ == "__main__":
    main()

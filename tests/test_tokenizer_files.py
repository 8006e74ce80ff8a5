"""Tokenizer files that are odd or broken: read as far as they make sense, else refused by a sentence."""

import json
import random
from pathlib import Path

import pytest

from t2v.checkpoints import CheckpointError
from t2v.checkpoints.tokenizer_files import read
from t2v.networks import TextConfig, Tokenizer
from t2v.networks.tokenizer import END, START, clip_merges, token_ids

FEW = clip_merges()[:20]
WORDS = token_ids(FEW)
TEXT = TextConfig(vocabulary=len(WORDS))
MERGES = "\n".join(["#version: 0.2", *FEW, ""])
MODEL = {"type": "BPE", "vocab": WORDS, "merges": FEW}


def write(folder: Path, merges: str | None = MERGES, **files: object) -> Path:
    if merges is not None:
        (folder / "merges.txt").write_text(merges)
    for name, values in files.items():
        (folder / f"{name}.json").write_text(json.dumps(values))
    return folder


def test_merges_alone_are_padded_as_the_family_is(tmp_path: Path):
    tokens = read(write(tmp_path), TEXT)(["a panda"])[0]
    assert tokens[0] == WORDS[START] and tokens[-1] == 0 and len(tokens) == 77
    assert tokens.tolist().count(WORDS[END]) == 1


def test_a_folder_without_files_has_clips_words(tmp_path: Path):
    tokenizer = read(tmp_path, TextConfig())
    assert (tokenizer(["a panda"]) == Tokenizer()(["a panda"])).all()


@pytest.mark.parametrize("value", [None, 0, 1.5, 10**30, 2, "77", 200])
def test_a_length_that_is_none_is_the_text_encoders(tmp_path: Path, value: object):
    assert read(write(tmp_path, tokenizer_config={"model_max_length": value}), TEXT).length == 77


def test_words_that_are_cut_off_are_told_with_special_ones(tmp_path: Path):
    tokenizer = read(write(tmp_path, special_tokens_map={"pad_token": "!"}), TEXT)
    count, lost = tokenizer.cut("a " * 75 + f"b! {END} c")
    assert (count, lost) == (81, f"b! {END} c")


def test_a_learnt_word_that_the_text_encoder_lacks_is_text(tmp_path: Path):
    folder = write(tmp_path, vocab=WORDS, added_tokens={"<cat>": len(WORDS)})
    assert read(folder, TEXT)(["<cat>"]).max() < len(WORDS)


def test_a_text_encoder_may_have_some_rows_more(tmp_path: Path):
    folder = write(tmp_path, vocab=WORDS)
    assert read(folder, TextConfig(vocabulary=len(WORDS) + 42)).vocabulary == len(WORDS)


BROKEN = {
    "padding that is no word": ({"special_tokens_map": {"pad_token": "[PAD]"}}, r"pad_token is .*\[PAD\]"),
    "padding that is a number": ({"tokenizer_config": {"pad_token": 7}}, "pad_token is 7"),
    "an empty object": ({"tokenizer_config": {"pad_token": {"content": None}}}, "pad_token"),
    "a start that is no word": ({"tokenizer_config": {"bos_token": "<s>"}}, "bos_token"),
    "padding on the left": ({"tokenizer_config": {"padding_side": "left"}}, "padding_side"),
    "a decoder that is a list": ({"tokenizer_config": {"added_tokens_decoder": []}}, "added_tokens_decoder"),
    "a decoder without numbers": (
        {"tokenizer_config": {"added_tokens_decoder": {"x": {"content": "!"}}}},
        "added token without its number",
    ),
    "an added word without a number": ({"added_tokens": {"<cat>": None}}, "added token without its number"),
    "a list": ({"special_tokens_map": []}, "special_tokens_map.json must hold a JSON object"),
    "a word without a number": ({"vocab": WORDS | {"a": "1"}}, "vocab.json: a is"),
    "a negative number": ({"vocab": WORDS | {"a": -1}}, "vocab.json: a is -1"),
    "an enormous number": ({"vocab": WORDS | {"a": 10**12}}, "vocab.json: a is"),
    "no words": ({"vocab": {}}, "vocab.json lacks"),
    "a word that is missing": ({"vocab": {k: v for k, v in WORDS.items() if k != "th"}}, "lacks 1 of the"),
    "words of a larger model": ({"vocab": token_ids(clip_merges()[:400])}, "merges were cut off"),
    "merges that are cut off": ({"merges": "\n".join(FEW[:-1])}, "different models"),
    "merges of three": ({"merges": MERGES + "a b c\n"}, "not a list of merges"),
    "merges in another text": ({"merges": None, "tokenizer": {"model": {"vocab": WORDS}}}, "tokenizer.json"),
    "no model": ({"tokenizer": {}}, "no object model"),
    "merges that are numbers": ({"tokenizer": {"model": MODEL | {"merges": [1]}}}, "tokenizer.json"),
    "merges of one": ({"tokenizer": {"model": MODEL | {"merges": [["a"]]}}}, "tokenizer.json"),
    "merges that are an object": ({"tokenizer": {"model": MODEL | {"merges": 3}}}, "tokenizer.json"),
    "words that are a list": ({"tokenizer": {"model": MODEL | {"vocab": []}}}, "no object vocab"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_named(tmp_path: Path, name: str):
    files, message = BROKEN[name]
    with pytest.raises(CheckpointError, match=message):
        read(write(tmp_path, **files), TEXT)


def test_any_change_is_read_or_refused(tmp_path: Path):
    draw = random.Random(0)
    values = (
        None,
        [],
        {},
        "",
        "!",
        0,
        -1,
        10**20,
        [["a"]],
        {"content": 3},
        {"content": "!", "id": "x"},
        True,
    )
    sound = {
        "tokenizer_config": {"pad_token": "!", "added_tokens_decoder": {"0": {"content": "!"}}},
        "special_tokens_map": {"pad_token": {"content": "!"}, "bos_token": START, "eos_token": END},
        "added_tokens": {"<cat>": 3},
        "tokenizer": {"model": MODEL, "added_tokens": [{"id": 0, "content": "!"}]},
        "vocab": WORDS,
    }
    for _ in range(150):
        files = json.loads(json.dumps({name: sound[name] for name in sound if draw.random() < 0.6}))
        for part in files.values():
            holder = draw.choice([part, *(inner for inner in part.values() if isinstance(inner, dict))])
            holder[draw.choice(list(holder))] = draw.choice(values)
        for file in tmp_path.glob("*.json"):
            file.unlink()
        try:
            tokenizer = read(write(tmp_path, **files), TEXT)
        except CheckpointError:
            continue
        tokens = tokenizer(["a panda! <cat>"])
        assert 0 <= tokens.min() and tokens.max() < TEXT.vocabulary
        tokenizer.cut("a panda! " * 90)

"""Prompts have the ids that transformers gives them, in every form in which a tokenizer was published."""

import random
from pathlib import Path

import open_clip
import pytest
import torch
from transformers import CLIPTokenizer

from t2v.checkpoints import tokenizer_files
from t2v.networks import TextConfig, Tokenizer

from .published import NEW_CONFIG, OLD_CONFIG, OLD_MAP, TOKENIZERS, vocabulary, write

PROMPTS = (
    "a panda", "", "wow! that!! is a panda!", "!", "a!b", "it's the panda’s “thing”", "Tom &amp; Jerry <b>",
    "ｆｕｌｌ ｗｉｄｔｈ ﬁsh", "cafe\u0301 naïve ÅÉ", "ΑΣ ΟΔΟΣ", "İstanbul",
    "a\u200bb\u2028c\td", "🐼👩‍👩‍👧 panda",
    "<|endoftext|> and <|StartOfText|>", "the <cat-Toy> in <CAT-TOY>s", "the th a</w> a", "<start_of_text>",
    "DON'T they'll I'VE", "x" * 50, "the panda, " * 60, "wow!" * 60, "中文 한국어 ไทย हिन्दी",
    "½ ² Ⅳ ① … ‼ ！",
)  # fmt: skip


def theirs(folder: Path, prompts: tuple[str, ...] = PROMPTS) -> torch.Tensor:
    """As TextToVideoSDPipeline asks for them."""
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    length = min(tokenizer.model_max_length, 77)
    settings = {"padding": "max_length", "max_length": length, "truncation": True, "return_tensors": "pt"}
    return tokenizer(list(prompts), **settings).input_ids


def ours(folder: Path, prompts: tuple[str, ...] = PROMPTS) -> torch.Tensor:
    known = len(CLIPTokenizer.from_pretrained(folder))
    return tokenizer_files.read(folder, TextConfig(vocabulary=known))(list(prompts))


@pytest.mark.parametrize("form", TOKENIZERS)
def test_every_published_form(tmp_path: Path, form: str):
    folder = write(tmp_path, **vocabulary() | TOKENIZERS[form])
    assert torch.equal(ours(folder), theirs(folder))


@pytest.mark.parametrize(
    "form", ["Stable Diffusion 2", "transformers 4.34", "a learnt word", "another order"]
)
@pytest.mark.parametrize("bare", [True, False])
def test_saved_anew_by_transformers_5(tmp_path: Path, form: str, bare: bool):
    """tokenizer.json alone with its config, or beside files of older generations."""
    old = write(tmp_path / "old", **vocabulary() | TOKENIZERS[form])
    new = tmp_path / "new" if bare else old
    CLIPTokenizer.from_pretrained(old).save_pretrained(new)
    assert (new / "tokenizer.json").is_file() and (new / "vocab.json").is_file() != bare
    assert torch.equal(ours(new), theirs(new))


def test_clips_own_words(tmp_path: Path):
    folder = write(
        tmp_path, **vocabulary(open_clip_merges()), tokenizer_config=OLD_CONFIG, special_tokens_map=OLD_MAP
    )
    assert torch.equal(ours(folder), theirs(folder))
    assert torch.equal(ours(folder)[0], open_clip.tokenize("a panda")[0])


def open_clip_merges() -> list[str]:
    return [" ".join(pair) for pair in open_clip.SimpleTokenizer().bpe_ranks]


def test_any_characters(tmp_path: Path):
    """What Python and tokenizers know of Unicode differs in letters that are newer than one of them."""
    folder = write(tmp_path, **vocabulary(), tokenizer_config=NEW_CONFIG)
    draw = random.Random(0)
    letters = [
        chr(code)
        for code in (*range(32, 127), *range(0xA0, 0x345), *range(0x391, 0x3CA), *range(0x4E00, 0x4E40))
    ]
    prompts = tuple("".join(draw.choices([*letters, *"!!' "], k=draw.randrange(1, 20))) for _ in range(3000))
    assert torch.equal(ours(folder, prompts), theirs(folder, prompts))


def test_open_clips_reading_is_another():
    """ModelScope's files are read by open_clip's rules: mended text, and "!" as a sign like others."""
    tokenizer = Tokenizer()
    prompts = [prompt for prompt in PROMPTS if "START" not in prompt]
    assert torch.equal(tokenizer(prompts), open_clip.tokenize(prompts))

"""Load a model's tokenizer from its folder, as transformers' CLIPTokenizer reads the same files.

Three generations of folders are published. The oldest have vocab.json, merges.txt, tokenizer_config.json
and special_tokens_map.json; where the last two disagree, as Stable Diffusion 2's do on the padding, the map
wins. Since transformers 4.34 tokenizer_config.json has `added_tokens_decoder`, and the map is ignored.
transformers 5 writes tokenizer.json instead of vocab.json and merges.txt.
"""

from pathlib import Path
from typing import Any, NamedTuple

from t2v.networks import TextConfig, Tokenizer
from t2v.networks.tokenizer import END, START, TransformersTokenizer, clip_merges, read_merges, token_ids
from t2v.texts import TextError

from .configs import Config
from .errors import CheckpointError

CLIP_WORDS = 49408  # entries of CLIP's own vocabulary
MAX_WORDS = 1_000_000
MAX_FILE = 2**24  # bytes; vocab.json has 1 MB, tokenizer.json 4
SPARE_ROWS = 128  # of the text encoder, without a word: some pad their number to a multiple
DEFAULT_TOKENS = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}  # transformers'
FAMILY_TOKENS = DEFAULT_TOKENS | {"pad_token": "!"}  # where neither files nor transformers say
CONFIG_FILES = ("tokenizer_config.json", "special_tokens_map.json")
VOCABULARIES = ("vocab.json", "tokenizer.json")


class Token(NamedTuple):
    """A special token. `normalized`: capitals are lowered before it is searched for."""

    content: str
    normalized: bool


def read(folder: Path, text: TextConfig) -> Tokenizer:
    """Load the tokenizer in `folder`. CheckpointError if it is wrong, or the text encoder lacks its ids."""
    config = _settings(folder)
    merges, ids = _words(folder, text)
    named = _named(folder, config)
    added, known = _added(folder, config), range(text.vocabulary)
    numbers = {token.content: number for token, number in added.items()} | ids
    for key, token in named.items():
        if numbers.get(token.content) not in known:
            raise config.fail(key, token.content, "a word of the tokenizer")
    special = dict((*named.values(), *added))  # of two statements on a word the later one counts
    return TransformersTokenizer(
        merges,
        ids,
        {word: numbers[word] for word in special if numbers[word] in known},
        caseless=frozenset(word for word, caseless in special.items() if caseless),
        start=numbers[named["bos_token"].content],
        end=numbers[named["eos_token"].content],
        pad=numbers[named["pad_token"].content],
        length=_length(config, text),
    )


def _settings(folder: Path) -> Config:
    """Read tokenizer_config.json, overridden by special_tokens_map.json before transformers 4.34."""
    values, overriding = (_optional(folder / name) for name in CONFIG_FILES)
    config = Config(values if "added_tokens_decoder" in values else values | overriding, "tokenizer/")
    config.only(padding_side="right", truncation_side="right")
    return config


def _optional(file: Path) -> dict[str, Any]:
    return Config.read(file, MAX_FILE).values if file.is_file() else {}


def _named(folder: Path, config: Config) -> dict[str, Token]:
    """Return the start, end, unknown-word and padding tokens."""
    readable = any((folder / name).is_file() for name in (*CONFIG_FILES, *VOCABULARIES))
    stated = {key: config.values[key] for key in DEFAULT_TOKENS if key in config.values}
    values = (DEFAULT_TOKENS if readable else FAMILY_TOKENS) | stated
    return {key: _token(config, key, values[key] or FAMILY_TOKENS[key]) for key in DEFAULT_TOKENS}


def _token(config: Config, key: str, value: Any) -> Token:
    """Parse a token: text, or the object that older files have for it."""
    content, normalized = value, False
    if isinstance(value, dict):
        content, normalized = value.get("content"), value.get("normalized") is True
    if not isinstance(content, str) or not content:
        raise config.fail(key, value, "a word")
    return Token(content, normalized)


def _words(folder: Path, text: TextConfig) -> tuple[list[str], dict[str, int]]:
    """Return the merges and the id of every word; CLIP's own where the folder has none."""
    vocabulary, whole, file = (folder / name for name in (*VOCABULARIES, "merges.txt"))
    ids = None
    if whole.is_file():
        model = Config.read(whole, MAX_FILE).section("model")
        merges, ids = _merges(model), model.section("vocab")
    elif file.is_file():
        merges = _text_merges(file)
    elif text.vocabulary == CLIP_WORDS:
        merges = clip_merges()
    else:
        why = f"The text encoder knows {text.vocabulary:,} tokens, CLIP's tokenizer {CLIP_WORDS:,}; "
        raise CheckpointError(why + "tokenizer/merges.txt, which would list them, is missing.")
    if ids is None and vocabulary.is_file():
        ids = Config.read(vocabulary, MAX_FILE)
    made = token_ids(merges)
    _check(made, ids, text)
    return merges, made if ids is None else ids.values


def _text_merges(file: Path) -> list[str]:
    """Read the merges in a merges.txt."""
    try:
        return read_merges(file)
    except TextError as error:
        raise CheckpointError(f"tokenizer/merges.txt {error}.") from None
    except OSError as error:
        raise CheckpointError(f"tokenizer/merges.txt can't be read: {error.strerror}.") from None
    except ValueError as error:
        raise CheckpointError("tokenizer/merges.txt is not a list of merges.") from error


def _merges(model: Config) -> list[str]:
    """Read the merges in tokenizer.json: "t h", or since tokenizers 0.20 ["t", "h"]."""
    merges = model.get("merges")
    listed = merges if isinstance(merges, list) else [None]
    pairs: list[Any] = [pair.split() if isinstance(pair, str) else pair for pair in listed]
    if not all(_is_pair(pair) for pair in pairs):
        raise CheckpointError("tokenizer.json has no list of merges.")
    return [" ".join(pair) for pair in pairs]


def _is_pair(value: object) -> bool:
    """Return whether a value is a list of two words."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(type(word) is str and word.split() == [word] for word in value)
    )


def _check(made: dict[str, int], ids: Config | None, text: TextConfig) -> None:
    """Check that the words made by the merges have ids, and the text encoder a row for each id."""
    if ids is None:
        count, spare = len(made), 0
    else:
        for word in ids.values:
            ids.whole(word, 0, MAX_WORDS)
        if missing := len(made.keys() - ids.values.keys() - {START, END}):
            raise CheckpointError(f"{ids.where} lacks {missing:,} of the words that the merges make.")
        if len(ids.values) > len(made) + SPARE_ROWS:
            raise CheckpointError(
                f"The tokenizer's merges were cut off: {ids.where} has {len(ids.values):,} words."
            )
        count, spare = max(ids.values.values()) + 1, SPARE_ROWS
    if not 0 <= text.vocabulary - count <= spare:
        has = f"{count:,} tokens, the text encoder {text.vocabulary:,}"
        raise CheckpointError(f"The tokenizer and the text encoder are of different models: it has {has}.")


def _added(folder: Path, config: Config) -> dict[Token, int]:
    """Return the words added to the vocabulary and their ids, from folders of any generation."""
    if "added_tokens_decoder" in config.values:
        values = config.section("added_tokens_decoder").values.items()
        listed: list[tuple[Any, Any]] = [(value, number) for number, value in values]
    else:
        own = _optional(folder / "added_tokens.json").items()
        listed = [({"content": word, "normalized": True}, number) for word, number in own]
        whole = _optional(folder / "tokenizer.json").get("added_tokens", [])
        listed += [(value, value.get("id")) for value in whole if isinstance(value, dict)]
    try:
        return {_token(config, "added token", value): int(number) for value, number in listed}
    except (TypeError, ValueError):
        raise CheckpointError("tokenizer/ lists an added token without its number.") from None


def _length(config: Config, text: TextConfig) -> int:
    """Return the tokens of a prompt: the text encoder's places, or fewer where the tokenizer says so."""
    length = config.get("model_max_length")
    return min(length, text.length) if type(length) is int and length > 2 else text.length

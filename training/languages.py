"""The names of emoji in twenty languages and English, packed from emojibase into one table.

python -m training.languages node_modules/emojibase-data        writes t2v/languages/names.tsv
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

from t2v.languages.names import LANGUAGES, NAMES, OTHER, emoji_key

LEFT_OUT = {2, None}  # emojibase's groups of skin tones and single letters
# Flags of countries and regions; women and men at work or play, who are there as persons too; couples.
VARIANT = re.compile(
    r"1f1[ef].-.*|.*-e00.*|(?!1f9d|1f471|1f470|1f935).*-200d-264[02]-fe0f|1f46[89]-200d-(?!1f9b|1f46|1f37c).*"
    r"|1f9d1-200d-1f9d1.*"
)
COMMON = 20  # a word of a label that more emoji have as a tag, such as "face", doesn't name one
RARE = 6  # a tag of more emoji says little about each of them
TAGS = 3  # kept of an emoji


def names(folder: Path, language: str) -> dict[str, list[str]]:
    """Return the label and the telling tags of each emoji of a language, by hexcode."""
    emoji = json.loads((folder / language / "data.json").read_text(encoding="utf-8"))
    emoji = [each for each in emoji if each.get("group") not in LEFT_OUT]
    emoji = [each for each in emoji if not VARIANT.fullmatch(each["hexcode"].lower())]
    counts = Counter(tag.lower() for each in emoji for tag in each.get("tags", []))
    return {emoji_key(each["hexcode"]): _names(each, counts) for each in emoji}


def _names(emoji: dict, counts: Counter) -> list[str]:
    """The label first, then tags that repeat a word of it, then rare ones."""
    label = emoji["label"].lower()
    tags = [tag for tag in dict.fromkeys(map(str.lower, emoji.get("tags", []))) if tag != label]
    telling = [tag for tag in tags if related(tag, label) and counts[tag] <= COMMON]
    rare = [tag for tag in tags if not related(tag, label) and counts[tag] <= RARE]
    return [clean(name) for name in [label, *telling, *(OTHER + tag for tag in rare)][: TAGS + 1]]


def related(name: str, label: str) -> bool:
    """Return whether a name repeats a word of the label, in another form perhaps."""
    return any(_stem(a) == _stem(b) or a in label for a in name.split() for b in label.split())


def _stem(word: str) -> str:
    return word[: max(3, len(word) - 3)]


def clean(name: str) -> str:
    """A name without the table's own separators."""
    return " ".join(name.replace("|", " ").split())


def main(folder: str) -> None:
    tables = [names(Path(folder), language) for language in LANGUAGES]
    rows = ["\t".join(["hexcode", *LANGUAGES])]
    for hexcode in tables[0]:
        rows.append("\t".join([hexcode, *("|".join(table.get(hexcode, [])) for table in tables)]))
    NAMES.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])

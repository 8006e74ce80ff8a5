"""Words of twenty languages: the names of emoji, colours, motions and places, and where a text has them.

`names.tsv` is packed from emojibase-data 17 (© Miles Johnson, MIT licence: `LICENSE.emojibase`) by
`training/languages.py`. A row is an emoji, by its hexcode; a column is a language; names stand between bars,
the usual one first. `drawn.tsv` has those of the subjects that no emoji shows, by their English names.
"""

from t2v.languages.names import LANGUAGES, NAMES, EmojiName, emoji_key, english_words, names_of
from t2v.languages.places import PLACES, SCENERY
from t2v.languages.words import BACKGROUND, COLOURS, MOTIONS, SIGNS, TABLE, UNINFLECTED, UNSPACED

__all__ = [
    "BACKGROUND",
    "COLOURS",
    "LANGUAGES",
    "MOTIONS",
    "NAMES",
    "PLACES",
    "SCENERY",
    "SIGNS",
    "TABLE",
    "UNINFLECTED",
    "UNSPACED",
    "EmojiName",
    "emoji_key",
    "english_words",
    "names_of",
]

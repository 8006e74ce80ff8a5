"""The spelling of English names: plurals, singulars, and what doesn't tell one name from another."""

import re

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
SPOKEN_AS_CONSONANTS = ("uni", "ufo", "uku", "eu", "one")
OF = " of "  # after the noun of a name: "a can of paint"
BETWEEN = re.compile(r"[\W_]+")  # what may stand between the parts of a name: "jack-o'-lantern"
_IRREGULAR = {
    "mouse": "mice", "goose": "geese", "tooth": "teeth", "foot": "feet", "man": "men", "woman": "women",
    "person": "people", "child": "children", "ox": "oxen", "wolf": "wolves", "elf": "elves",
    "sheep": "sheep", "deer": "deer", "bison": "bison", "shrimp": "shrimp", "squid": "squid",
    "moose": "moose", "knife": "knives", "leaf": "leaves", "loaf": "loaves", "scarf": "scarves",
    "tomato": "tomatoes", "potato": "potatoes", "volcano": "volcanoes", "superhero": "superheroes",
    "die": "dice", "dice": "dice", "calf": "calves", "spectacles": "spectacles", "buffalo": "buffaloes",
    "domino": "dominoes", "shelf": "shelves", "bookshelf": "bookshelves", "werewolf": "werewolves",
    "samurai": "samurai", "reindeer": "reindeer",
}  # fmt: skip


def plural(name: str) -> str:
    """Form the plural of a countable name: "red fox" -> "red foxes", "can of paint" -> "cans of paint"."""
    name, of, material = name.partition(OF)
    head, _, noun = name.rpartition(" ")
    return f"{head} {_plural_noun(noun)}".strip() + of + material


def _plural_noun(noun: str) -> str:
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith("fish"):
        return noun
    if noun.endswith("man"):
        return noun.removesuffix("man") + "men"
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def singular(word: str) -> str:
    """An English plural's singular, roughly: it only has to meet the names of the vocabulary."""
    for ending, instead in (
        ("ies", "y"),
        ("ves", "f"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("xes", "x"),
        ("ses", "s"),
    ):
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def together(name: str) -> str:
    """A name in lower case without what stands between its parts."""
    return BETWEEN.sub("", name.lower())


def lowered(text: str) -> str:
    """The text in lower case, with the plain apostrophe, which phones replace."""
    return text.lower().replace("’", "'")


def split(text: str) -> list[str]:
    """Words in lower case, without punctuation."""
    return WORD.findall(lowered(text))


def article(words: str) -> str:
    """Return "an" before a vowel that is spoken as one, else "a"."""
    word = words.lower()
    return "an" if word[:1] in "aeiou" and not word.startswith(SPOKEN_AS_CONSONANTS) else "a"

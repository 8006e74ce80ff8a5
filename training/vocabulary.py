"""Write `vocabulary.json`: the words and combinations that a training of the embedded model teaches.

    python -m training.vocabulary --out runs/emoji/vocabulary.json

`t2v/checkpoints/emoji/vocabulary.json` is the shipped weights'. Where they were taught from an earlier list,
new names that need no teaching, of `also.json` and `stand_ins.json`, come in by

    python -m training.vocabulary --renew t2v/checkpoints/emoji/vocabulary.json
"""

import argparse
import json
from itertools import combinations, permutations
from pathlib import Path

from t2v.spelling import plural, singular
from training.compose import MOTIONS
from training.held_out import held_out, held_pair, held_relation
from training.layout import RELATIONS
from training.phrases import (
    ADJECTIVES,
    BACKGROUNDS,
    COLOUR_SYNONYMS,
    FILLERS,
    MOTION_PHRASES,
    PREFIXES,
    TINTS,
)
from training.subjects import Scenery, Subject, bare, countable, indefinite, load_scenery, load_subjects

RELATED = Path(__file__).with_name("related.json")  # word that people use: the subjects nearest to it
STAND_INS = Path(__file__).with_name("stand_ins.json")  # thing that wasn't taught: the subject drawn for it
ALSO = Path(__file__).with_name("also.json")  # other name, not taught: the subject that it means
CLASSES = Path(__file__).with_name("classes.json")  # class: subjects that look nearly alike
# {a}, {b}, {c}: subjects with their articles, {x}: the first without, {xs}: its plural. {ground}: "on a green
# background", any colour, or a scenery's phrase. A still subject has no {motion}.
GRAMMAR = (
    "{a} {motion} {ground}",
    "a {tint} {x} {motion} {ground}",
    "two {xs} {motion} {ground}",
    "three {tint} {xs} {motion} {ground}",
    "{a} {motion} and {b} {motion} {ground}",
    "{a} and {b} both {motion} {ground}",
    "{a} {motion} {relation} {b} {motion} {ground}",
    "{a} {relation} {b} {ground}, the {x} {motion}",
    "{a} {motion}, {b} {motion} and {c} {motion} {ground}",
)


def vocabulary(subjects: tuple[Subject, ...], scenery: tuple[Scenery, ...] = ()) -> dict:
    """The content of `vocabulary.json`: names, synonyms, colours, motions, relations, what was held out."""
    names, emoji = [subject.name for subject in subjects], {s.name: s.hexcode for s in subjects if s.hexcode}
    return {
        "subjects": emoji,
        "drawings": [name for name in names if name not in emoji],
        "synonyms": synonyms(subjects),
        "phrases": {subject.name: subject.phrases[0] for subject in subjects},
        "articles": articles(subjects),
        "backgrounds": {name: list(rgb) for name, rgb in BACKGROUNDS.items()},
        "tints": {name: list(rgb) for name, rgb in TINTS.items()},
        "colour_synonyms": COLOUR_SYNONYMS,
        "motions": list(MOTIONS),
        "motion_phrases": {motion: sorted(set(phrases)) for motion, phrases in MOTION_PHRASES.items()},
        "relations": list(RELATIONS),
        "scenery": {phrase: place.emoji for place in scenery for phrase in place.phrases},
        "fillers": [*ADJECTIVES, *PREFIXES, *FILLERS],
        "grammar": list(GRAMMAR),
        "classes": classes(names),
        "related": related(names),
        "stand_ins": drawn_for(STAND_INS, subjects) | drawn_for(ALSO, subjects),
        "also": also(subjects),
        "open": ["loop phase", "speed", "position", "size", "the background where none is named"],
        "held_out": unseen(list(emoji)),
    }


def synonyms(subjects: tuple[Subject, ...]) -> dict[str, str]:
    """Other names -> names: those of the list, and the plurals that no rule for singulars undoes."""
    others = {name: subject.name for subject in subjects for name in subject.names[1:]}
    known = {name for subject in subjects for name in subject.names}
    plurals = {plural(bare(p)): subject for subject in subjects for p in subject.phrases if countable(p)}
    odd = {many: one.name for many, one in plurals.items() if not known & {many, singular(many)}}
    return odd | others


def articles(subjects: tuple[Subject, ...]) -> dict[str, str]:
    """Names -> their article in the captions, where it isn't "a", or "an" before a vowel; "" for none"""
    phrases = [phrase for subject in subjects for phrase in subject.phrases]
    return {bare(p): p.removesuffix(bare(p)).strip() for p in phrases if p != indefinite(bare(p))}


def unseen(names: list[str]) -> dict[str, list]:
    """What training never shows: subjects with a background and a motion, pairs, relations of two."""
    return {
        "combinations": [[s, b, m] for s in names for b in BACKGROUNDS for m in MOTIONS if held_out(s, b, m)],
        "pairs": [[a, b] for a, b in combinations(names, 2) if held_pair(a, b)],
        "relations": [
            [a, relation, b]
            for a, b in permutations(names, 2)
            for relation in RELATIONS
            if held_relation(a, relation, b)
        ],
    }


def classes(names: list[str]) -> dict[str, list[str]]:
    """Class -> those of `names` that look nearly alike; none of fewer than two"""
    listed = json.loads(CLASSES.read_text(encoding="utf-8"))
    kept = {title: [name for name in members if name in names] for title, members in listed.items()}
    return {title: members for title, members in kept.items() if len(members) > 1}


def related(names: list[str]) -> dict[str, list[str]]:
    """Words that are no subject's name -> the names nearest in meaning"""
    near = {
        word: [n for n in to if n in names]
        for word, to in json.loads(RELATED.read_text(encoding="utf-8")).items()
    }
    return {word: to for word, to in near.items() if to}


def drawn_for(path: Path, subjects: tuple[Subject, ...]) -> dict[str, str]:
    """Things of a list -> the name of the subject that is drawn for them, one of `subjects`; plurals too"""
    phrases = {subject.name: subject.phrases[0] for subject in subjects}
    listed = json.loads(path.read_text(encoding="utf-8"))
    kept = {thing: name for thing, name in listed.items() if name in phrases}
    many = {name: plural(name) if countable(phrase) else name for name, phrase in phrases.items()}
    return {plural(thing): many[name] for thing, name in kept.items()} | kept


def also(subjects: tuple[Subject, ...]) -> dict[str, str]:
    """Names that the captions don't have -> the subject that they mean, one of `subjects`"""
    names = {subject.name for subject in subjects}
    listed = json.loads(ALSO.read_text(encoding="utf-8"))
    return {other: name for other, name in listed.items() if name in names}


def renewed(words: dict, subjects: tuple[Subject, ...]) -> dict:
    """The vocabulary of a model that was taught some of `subjects`, with all names that need no teaching."""
    taught = words["subjects"].keys() | {*words["drawings"]}
    own = tuple(subject for subject in subjects if subject.name in taught)
    instead = drawn_for(STAND_INS, own) | drawn_for(ALSO, own)
    return words | {"stand_ins": words["stand_ins"] | instead, "also": also(own)}


def main(arguments: list[str] | None = None) -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description="Write what the embedded model is taught.")
    parser.add_argument("--out", type=Path, default=Path("runs/emoji/vocabulary.json"))
    parser.add_argument("--renew", type=Path, help="only bring this file of an earlier list up to date")
    options = parser.parse_args(arguments)
    path, subjects = options.renew or options.out, load_subjects()
    if options.renew:
        words = renewed(json.loads(path.read_text(encoding="utf-8")), subjects)
    else:
        words = vocabulary(subjects, load_scenery())
    text = json.dumps(words, ensure_ascii=False)
    path.write_text(text.replace("], [", "],\n["), encoding="utf-8")
    print(f"{path}: {len(text) / 1024:.0f} KiB")


if __name__ == "__main__":
    main()

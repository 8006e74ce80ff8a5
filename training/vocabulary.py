"""Write `vocabulary.json`: the words and combinations that the embedded model was taught.

python -m training.vocabulary --out t2v/checkpoints/emoji/vocabulary.json
"""

import argparse
import json
from pathlib import Path

from training.captions import held_out
from training.compose import MOTIONS
from training.phrases import BACKGROUNDS, COLOUR_SYNONYMS, MOTION_PHRASES, TINTS
from training.subjects import Subject, load_subjects

RELATED = Path(__file__).with_name("related.json")  # word that people use: the subjects nearest to it


def vocabulary(subjects: tuple[Subject, ...]) -> dict:
    """The content of `vocabulary.json`: names, synonyms, colours, motions, held-out combinations."""
    names = [subject.name for subject in subjects]
    return {
        "subjects": {subject.name: subject.emoji for subject in subjects},
        "synonyms": {name: subject.name for subject in subjects for name in subject.names[1:]},
        "phrases": {subject.name: subject.phrases[0] for subject in subjects},
        "backgrounds": {name: list(rgb) for name, rgb in BACKGROUNDS.items()},
        "tints": {name: list(rgb) for name, rgb in TINTS.items()},
        "colour_synonyms": COLOUR_SYNONYMS,
        "motions": list(MOTIONS),
        "motion_phrases": {motion: sorted(set(phrases)) for motion, phrases in MOTION_PHRASES.items()},
        "related": related(names),
        "open": ["loop phase", "speed", "position", "size", "the background where none is named"],
        "held_out": [[s, b, m] for s in names for b in BACKGROUNDS for m in MOTIONS if held_out(s, b, m)],
    }


def related(names: list[str]) -> dict[str, list[str]]:
    """Words that are no subject's name -> the names nearest in meaning"""
    near = {
        word: [n for n in to if n in names]
        for word, to in json.loads(RELATED.read_text(encoding="utf-8")).items()
    }
    return {word: to for word, to in near.items() if to}


def main(arguments: list[str] | None = None) -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description="Write what the embedded model was taught.")
    parser.add_argument("--out", type=Path, default=Path("t2v/checkpoints/emoji/vocabulary.json"))
    options = parser.parse_args(arguments)
    text = json.dumps(vocabulary(load_subjects()), ensure_ascii=False)
    options.out.write_text(text.replace("], [", "],\n["), encoding="utf-8")
    print(f"{options.out}: {len(text) / 1024:.0f} KiB")


if __name__ == "__main__":
    main()

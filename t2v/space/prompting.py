"""Help with the prompt: what the model draws, as chips that write it, and what a prompt is read as.

The chips are HTML; `prompting.js` writes into the prompt what a clicked one says.
"""

import json
import re
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

from t2v.knowledge import Knowledge
from t2v.languages.names import emoji_character
from t2v.measures import shortened
from t2v.prompt_weights import plain
from t2v.request import MAX_PROMPT
from t2v.scenes import Scene, scenes
from t2v.service.messages import Reading
from t2v.space import strings
from t2v.spelling import article
from t2v.texts import read_text
from t2v.translation import Translator, Understood
from t2v.vocabulary import Vocabulary

SCRIPT = read_text(Path(__file__).with_name("prompting.js"))
RESTORE = "(prompt) => globalThis.t2vDraft?.(prompt) ?? prompt"  # after the page has filled itself in
KEEP = "(prompt) => { globalThis.t2vKeep?.(prompt); globalThis.t2vMark?.(prompt); }"
# Subjects on chips, as far as the model has them.
FAVOURITES = (
    "panda", "fox", "rocket", "whale", "unicorn", "penguin", "dinosaur", "ghost", "robot", "frog", "octopus",
    "butterfly", "alien", "red heart", "jack o lantern", "snowman",
)  # fmt: skip
CHIPS = 12  # subjects
SCENES = (
    "at night",
    "in space",
    "on a beach",
    "under water",
    "in a city",
    "in the desert",
    "in the mountains",
)
SHORT = {  # a motion on its chip
    "moving left": "←",
    "moving right": "→",
    "moving up": "↑",
    "moving down": "↓",
    "growing": "growing",
    "shrinking": "shrinking",
    "spinning": "spinning",
}
NEAR = 4  # chips of subjects near an unknown word
MANY = 0.8  # of the tokens that a prompt may have: from there on they are counted


@cache
def translator(vocabulary: Vocabulary) -> Translator:
    """The translator of a vocabulary, made once."""
    return Translator(vocabulary)


def prepare(vocabulary: Vocabulary) -> None:
    """Read the tables of all languages, so that the first foreign prompt needn't wait for them."""
    for text in ("xyz", "熊", "くま"):
        translator(vocabulary).read(text)


def ideas(model: str, vocabulary: Vocabulary | None) -> str:
    """What the model draws, and chips that write a prompt."""
    if vocabulary is None:
        chips = "".join(_chip(text, text, write=text) for text in strings.IDEAS)
        return f"<div class='ideas'><div class='chips' role='toolbar'>{chips}</div></div>"
    draws = strings.DRAWS.format(count=len(vocabulary.subjects))
    rows = [
        _row(strings.SUBJECTS, "subjects", [_subject(vocabulary, name) for name in _favourites(vocabulary)]),
        _row(strings.COLOURS, "colours", [_colour(*each) for each in vocabulary.backgrounds.items()]),
        _row(strings.MOTIONS, "motions", [_motion(name) for name in vocabulary.motions if name in SHORT]),
    ]
    if scenes := [_chip(phrase, phrase, part="scene") for phrase in SCENES if phrase in vocabulary.scenery]:
        rows.insert(2, _row(strings.SCENERY, "scenes", scenes))
    surprise = f"<button type='button' class='surprise' data-surprise>{strings.SURPRISE}</button>"
    every = f"<button type='button' class='every' aria-expanded='false'>{strings.ALL_SUBJECTS}</button>"
    words = escape(f"words.json?model={model}", quote=True)
    return (
        f"<div class='ideas' data-words='{words}' data-motions='{_list(vocabulary.motions)}' "
        f"data-scenes='{_list(list(vocabulary.scenery))}'>"
        f"<p class='draws'><span>{draws}</span>{every}{surprise}</p>{''.join(rows)}{_all()}</div>"
    )


def words(vocabulary: Vocabulary) -> dict[str, list]:
    """All that the model draws: subjects by name, as [emoji, name, phrase], colours and motions."""
    subjects = [_listed(vocabulary, name) for name in sorted(vocabulary.subjects, key=str.casefold)]
    motions = [motion for motion in vocabulary.motions if motion in SHORT]
    return {
        "subjects": subjects,
        "tints": list(vocabulary.tints),
        "backgrounds": list(vocabulary.backgrounds),
        "motions": motions,
        "scenery": [phrase for phrase in SCENES if phrase in vocabulary.scenery],
    }


def near(vocabulary: Vocabulary, text: str) -> list[list[str]]:
    """Subjects near a text that names none, also in another language: each as [emoji, name, phrase]."""
    read = translator(vocabulary).read(text).sentence
    names = [*vocabulary.explain(read).known, *vocabulary.search(text), *vocabulary.near(text)]
    return [_listed(vocabulary, name) for name in dict.fromkeys(names) if name in vocabulary.subjects][:NEAR]


def _listed(vocabulary: Vocabulary, name: str) -> list[str]:
    return [emoji_character(vocabulary.subjects[name]), name, translator(vocabulary).phrase(name)]


def reading(found: Reading | None, prompt: str, vocabulary: Vocabulary | None, size_note: str = "") -> str:
    """What is said of a prompt before it is made: its tokens, what it is read as, what isn't drawn.

    One that is too long isn't read: other languages take a millisecond for each letter or two.
    """
    remarks = [f"<p class='remark'>{escape(size_note)}</p>"] if size_note else []
    if prompt.strip() and len(prompt) <= MAX_PROMPT:
        remarks = _remarks(found, prompt, vocabulary) + remarks
    return _tokens(found if prompt.strip() else None) + "".join(remarks)


def _tokens(found: Reading | None) -> str:
    """The weights of a prompt, the count of its tokens where they are many, and what is cut off."""
    if found is None:
        return "<p class='tokens'></p>"
    over = bool(found.cut) or found.count > found.limit
    many = over or found.count > MANY * found.limit
    parts = [strings.TOKENS.format(count=found.count, limit=found.limit)] if many else []
    parts += [strings.WEIGHT.format(words=escape(text[:30]), weight=f"{w:.3g}") for text, w in found.weights]
    if over:
        parts.append(strings.CUT.format(words=escape(shortened(found.cut, 120))))
    return f"<p class='tokens{' warn' if over else ''}'>{' · '.join(parts)}</p>"


def _remarks(found: Reading | None, prompt: str, vocabulary: Vocabulary | None) -> list[str]:
    if vocabulary is None:
        return [f"<p class='remark'>{escape(found.remark)}</p>"] if found and found.remark else []
    said = scenes(prompt)
    remarks = [remark for scene in said for remark in _of_scene(scene, vocabulary, len(said) == 1)]
    return list(dict.fromkeys(remarks))


def _of_scene(scene: Scene, vocabulary: Vocabulary, alone: bool) -> list[str]:
    """What is said of a scene, whose prompt is the whole one where it is `alone`."""
    prompt = scene.prompt
    if not prompt:
        return [f"<p class='remark'>{strings.SCENE_EMPTY.format(time=scene.time)}</p>"]
    read = translator(vocabulary).read(prompt)
    remarks = []
    if read.sentence != prompt:
        short = escape(shortened(read.sentence, 240))
        read_as = strings.READ_AS.format(words=short) + escape(read.left_out())
        remarks.append(f"<p class='remark read'>{read_as}</p>")
    knowledge = vocabulary.explain(plain(read.text), told=read.sentence != read.text)
    if note := knowledge.note():
        remarks.append(_advice(note, knowledge, read, vocabulary, alone))
    return remarks


def _advice(note: str, knowledge: Knowledge, read: Understood, vocabulary: Vocabulary, alone: bool) -> str:
    """What isn't drawn, with chips: near subjects in its place, or only what is known of a prompt `alone`
    that is given to the model as it stands."""
    each = NEAR if len(knowledge.unknown) == 1 else 1
    near = [(word, name) for word, names in knowledge.nearest.items() for name in names[:each]]
    chips = [
        _chip(f"{shortened(word)} → {name}", _instead(name, word, read.prompt, vocabulary), replace=word)
        for word, name in near[:NEAR]
    ]
    if not knowledge.known and not chips and alone:
        phrase = translator(vocabulary).phrase
        chips = [_chip(name, phrase(name)) for name in _favourites(vocabulary)[:NEAR]]
    text = note.partition(" It does know:")[0]
    if knowledge.known and knowledge.unknown and alone and read.sentence == read.text:
        rest = translator(vocabulary).restated(read.text)
        chips.insert(0, _chip(f"“{rest}”", rest, write=rest))
    lead = f"<span class='lead'>{strings.INSTEAD}</span>"
    row = (
        f"<span class='chips' role='toolbar' aria-label='{strings.INSTEAD}'>{lead}{''.join(chips)}</span>"
        if chips
        else ""
    )
    return f"<div class='remark advice'><p>{escape(text)}</p>{row}</div>"


def _instead(name: str, word: str, prompt: str, vocabulary: Vocabulary) -> str:
    """What replaces a word and its article: a subject has its own, another word, as "blue", the prompt's."""
    if name in vocabulary.subjects:
        return translator(vocabulary).phrase(name)
    before = re.search(rf"\b(an?|the)\s+{re.escape(word)}\b", prompt, re.IGNORECASE)
    if not before:
        return name
    return f"{before[1]} {name}" if before[1].lower() == "the" else f"{article(name)} {name}"


def _favourites(vocabulary: Vocabulary) -> list[str]:
    known = [name for name in FAVOURITES if name in vocabulary.subjects]
    return list(dict.fromkeys([*known, *vocabulary.subjects]))[:CHIPS]


def _row(label: str, kind: str, chips: Sequence[str]) -> str:
    """Chips for one part of a prompt, behind its name."""
    id = f"chips-{kind}"
    return (
        f"<div class='choice'><span class='part' id='{id}'>{label}</span>"
        f"<div class='chips {kind}' role='toolbar' aria-labelledby='{id}'>{''.join(chips)}</div></div>"
    )


def _subject(vocabulary: Vocabulary, name: str) -> str:
    return _chip(name, translator(vocabulary).phrase(name), part="subject")


def _colour(name: str, rgb: Sequence[int]) -> str:
    style = f"--swatch: rgb({' '.join(str(int(value)) for value in rgb)})"
    return _chip("", name, part="colour", label=name, style=style)


def _motion(name: str) -> str:
    return _chip(SHORT[name], name, part="motion", label=name)


def _chip(text: str, say: str, label: str = "", style: str = "", **data: str) -> str:
    """A button that writes `say` into the prompt: as a part of it, in place of a word, or as the whole."""
    given = {f"data-{key}": value for key, value in ({"say": say} | data).items()}
    given |= {"aria-pressed": "false"} if "part" in data else {}
    given |= {"aria-label": label, "title": label} if label else {}
    given |= {"style": style} if style else {}
    attributes = " ".join(f"{name}='{escape(value, quote=True)}'" for name, value in given.items())
    return f"<button type='button' class='chip' {attributes}>{escape(text)}</button>"


def _all() -> str:
    """The list of all subjects, which is fetched when it is opened."""
    find = f"<input type='search' aria-label='{strings.FIND}' placeholder='{strings.FIND}'>"
    none = (
        f"<p class='none' role='status' data-none='{strings.NOT_FOUND}' data-near='{strings.NEIGHBOURS}'></p>"
    )
    found = f"<div class='chips found' role='toolbar' aria-label='{strings.SUBJECTS}'></div>"
    return f"<div class='all' hidden>{find}{none}{found}</div>"


def _list(texts: Sequence[str]) -> str:
    return escape(json.dumps(list(texts)), quote=True)

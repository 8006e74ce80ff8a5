"""Trials: the videos that the evaluation asks for, drawn from a seed, and what each ought to show."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from t2v.vocabulary import Vocabulary
from training.captions import Captions
from training.compose import FRAMES, MOTIONS
from training.content import Content, Entity, single
from training.held_out import held_out, held_pair, held_relation
from training.layout import AND, RELATIONS
from training.nouns import NOUNS, prompt_of
from training.phrases import BACKGROUNDS, TINTS, canonical

SEEDS = 8  # of one prompt
WIDE = (336, 192)
_SIDES = range(16, 1024, 16)
SIZES = [(w, h) for w in _SIDES for h in _SIDES if 57_000 <= w * h <= 70_000 and max(w, h) <= 2 * min(w, h)]
SHORTEST, LONGEST = 8, 32  # frames
GROUPS = {
    "one": "one subject",
    "scenery": "one subject in a scenery",
    "words": "one subject, in other words",
    "wide": "one subject, 336×192",
    "tall": "one subject, 192×336",
    "seeds": f"one subject, {SEEDS} seeds a prompt",
    "pair": "two subjects, held-out pair",
    "relation": "two subjects, held-out relation",
    "motions": "two subjects, each with its own motion",
    "colours": "two subjects, each with its own colour",
    "three": "three subjects",
    "first": "a picture given",
    "eight": "eight frames given",
    "loop": "loops",
    "nouns": "nouns that people type first",
    "shapes": f"one subject, {SHORTEST} to {LONGEST} frames of another size",
}
COLOURED = ("pair", "relation", "motions", "colours", "three")  # groups whose subjects may have colours


@dataclass(frozen=True)
class Trial:
    """A video to make and its wanted content. `truth`: the true clip through the VAE instead, the ceiling."""

    group: str
    prompt: str
    seed: int
    content: Content
    width: int = 256
    height: int = 256
    truth: bool = False
    frames: int = FRAMES

    @property
    def known(self) -> int:
        """The number of frames that are given."""
        return {"first": 1, "eight": 8}.get(self.group, 0)

    @property
    def loop(self) -> bool:
        """True if the last frame ought to lead to the first."""
        return self.group == "loop"


def trial_of(entry: dict) -> Trial:
    """Read a trial that `dataclasses.asdict` turned into dictionaries, or JSON into lists."""
    content = entry["content"]
    entities = tuple(Entity(**entity) for entity in content["entities"])
    return Trial(**(entry | {"content": Content(**(content | {"entities": entities}))}))


class Draw:
    """A seeded source of trials about those subjects of `captions` that the model has `words` for."""

    def __init__(self, captions: Captions, seed: int, words: Vocabulary):
        self.words, self.random = words, np.random.default_rng(seed)
        self.captions = copy.copy(captions)
        self.captions.random = np.random.default_rng(seed)  # its words don't depend on what was drawn before
        self.subjects, self.scenery = captions.subjects, captions.scenery
        self.names = [subject.name for subject in self.subjects]
        self.tintable = set(captions.tintable)
        self.taught = [i for i, name in enumerate(self.names) if name in words.subjects]

    def trials(self, group: str, count: int) -> list[Trial]:
        """Draw `count` trials of a group; "seeds" has SEEDS to a prompt, "nouns" too for 512."""
        if group == "nouns":
            return list(self._nouns(min(SEEDS, max(1, count * SEEDS // 512))))
        if group == "seeds":
            prompts = [self._trial(group, 0) for _ in range(-(-count // SEEDS))]
            seeds = [Trial(t.group, t.prompt, seed, t.content) for t in prompts for seed in range(SEEDS)]
            return seeds[:count]
        return [self._trial(group, seed) for seed in range(count)]

    def _trial(self, group: str, seed: int) -> Trial:
        scenes: dict[str, Callable[[], Content]] = {
            "scenery": self._in_scenery, "pair": self._pair, "relation": self._relation,
            "motions": self._motions, "colours": self._colours, "three": self._three,
        }  # fmt: skip
        content = scenes.get(group, self._one)()
        size, frames = {"wide": WIDE, "tall": WIDE[::-1]}.get(group, (256, 256)), FRAMES
        if group == "shapes":
            size, frames = self._pick(SIZES), SHORTEST + self._index(LONGEST - SHORTEST + 1)
        return Trial(group, self._prompt(group, content), seed, content, *size, frames=frames)

    def _prompt(self, group: str, content: Content) -> str:
        if group in ("scenery", "words", *COLOURED):
            return self.captions.caption(content)
        entity = content.entities[0]
        return canonical(self.subjects[entity.subject].phrases[0], content.background, entity.motion)

    def _one(self) -> Content:
        while True:
            subject, background, motion = self._subject(), self._pick(list(BACKGROUNDS)), self._pick(MOTIONS)
            if held_out(self.names[subject], background, motion):
                return single(subject, background, motion)

    def _in_scenery(self) -> Content:
        while True:
            subject, place, motion = self._subject(), self._index(len(self.scenery)), self._pick(MOTIONS)
            if held_out(self.names[subject], self.scenery[place].phrase, motion):
                return Content((Entity(subject, motion),), scenery=place)

    def _pair(self) -> Content:
        a, b = self._held_pair()
        relation = self._pick(RELATIONS) if self._chance(0.7) else AND
        return self._scene([a, b], relation)

    def _relation(self) -> Content:
        while True:
            a, b, relation = self._subject(), self._subject(), self._pick(RELATIONS)
            if a != b and held_relation(self.names[a], relation, self.names[b]):
                return self._scene([a, b], relation)

    def _motions(self) -> Content:
        a, b = self._held_pair()
        motions = self.random.permutation(MOTIONS)[:2].tolist()
        return self._scene([a, b], self._pick((AND, *RELATIONS)), motions=motions)

    def _colours(self) -> Content:
        while True:
            a, b = self._held_pair()
            if {a, b} <= self.tintable:
                return self._scene([a, b], self._pick((AND, *RELATIONS)), tinted=True)

    def _three(self) -> Content:
        a, b = self._held_pair()
        c = self._subject()
        return self._three() if c in (a, b) else self._scene([a, b, c], AND)

    def _scene(
        self, subjects: list[int], relation: str, motions: list[str] | None = None, tinted: bool = False
    ) -> Content:
        """A scene as captions draw them, but for what is given."""
        background = self._pick(list(BACKGROUNDS))
        scenery = self._index(len(self.scenery)) if self.scenery and self._chance(0.2) else -1
        if motions is None:
            motions = ["still" if self._chance(0.5) else self._pick(MOTIONS[1:]) for _ in subjects]
        may = [subject in self.tintable and (tinted or self._chance(0.25)) for subject in subjects]
        colours = self.random.permutation([name for name in TINTS if name != background]).tolist()
        tints = [colour if own else "" for colour, own in zip(colours, may, strict=False)]
        entities = tuple(Entity(*each) for each in zip(subjects, motions, tints, strict=True))
        return Content(entities, background, scenery, relation)

    def _held_pair(self) -> tuple[int, int]:
        while True:
            a, b = self._subject(), self._subject()
            if a != b and held_pair(self.names[a], self.names[b]):
                return a, b

    def _nouns(self, seeds: int) -> Iterator[Trial]:
        """Trials of each noun that the model's words know, of the subject that they know it as."""
        for noun in NOUNS:
            known = self.words.explain(prompt_of(noun))
            if known.note() is None and known.known[0] in self.names:
                content = single(self.names.index(known.known[0]), "green", "still")
                yield from (Trial("nouns", prompt_of(noun), seed, content) for seed in range(seeds))

    def _subject(self) -> int:
        return self._pick(self.taught)

    def _index(self, count: int) -> int:
        return int(self.random.integers(count))

    def _pick(self, choices):
        return choices[self._index(len(choices))]

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability


def draw_trials(
    captions: Captions, words: Vocabulary, groups: list[str], clips: int, ceiling: int, seed: int
) -> list[Trial]:
    """Draw `clips` trials of each group, and `ceiling` of the true clips of it."""
    trials = []
    for group in groups:
        if group == "scenery" and not captions.scenery:
            continue
        drawn = Draw(captions, seed + list(GROUPS).index(group), words).trials(group, clips)
        truth = drawn[: ceiling if group not in ("nouns", "seeds") else 0]
        trials += [replace(trial, truth=True) for trial in truth]
        trials += drawn
    return trials

"""Captions composed on the fly, each with the `Spec` of the clip that it describes.

A caption fixes one to three subjects, the number, colour and motion of each, their relation, and the
background or the scenery. Position, size, the start and speed of the loop, and the background where none is
named are drawn at random, and the clip's noise encodes them (training/chance.py). A subject without a motion
is still. What is held out of training (training/held_out.py) is not drawn.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from t2v.spelling import plural
from training.chance import OPEN, number_of, one_of, uniform
from training.compose import MOTIONS, Spec
from training.content import Content, Entity
from training.held_out import held_out, held_pair, held_relation
from training.layout import AND, RELATIONS
from training.phrases import (
    ADJECTIVES,
    BACKGROUND_PHRASES,
    BACKGROUNDS,
    COLOUR_SYNONYMS,
    FILLERS,
    MOTION_PHRASES,
    NUMBERS,
    PREFIXES,
    TINTS,
)
from training.placing import layers_of
from training.subjects import ARTICLES, Scenery, Subject, bare, countable, indefinite

STARTS = 4  # a loop starts at one of its first four frames
FAST = 0.25  # of the loops go twice through in a clip, the others once
KINDS = {"one": 0.31, "tinted": 0.07, "scenery": 0.08, "count": 0.06, "pair": 0.32, "three": 0.16}
_MOTION_WEIGHTS = np.array([0.2, 0.105, 0.105, 0.105, 0.105, 0.105, 0.105, 0.17])


class Captions:
    """A seeded stream of captions and specs.

    `kinds`: the share of each kind of caption. A loop starts at one of its first `starts` frames; a share
    `fast` of the loops goes twice as fast. `often`: how often each subject is drawn, beside the others.
    """

    def __init__(
        self,
        subjects: tuple[Subject, ...],
        seed: int,
        scenery: tuple[Scenery, ...] = (),
        kinds: dict[str, float] = KINDS,
        starts: int = STARTS,
        fast: float = FAST,
        often: np.ndarray | None = None,
    ):
        self.subjects, self.scenery = subjects, scenery
        self.random = np.random.default_rng(seed)
        self.kinds, shares = list(kinds), np.array(list(kinds.values()))
        self.shares = shares / shares.sum()
        self.starts, self.fast = starts, fast
        self.often = often
        self.known = {name for subject in subjects for name in subject.names}
        self.plurals = [self._plurals(subject) for subject in subjects]
        self.countable = [i for i, plurals in enumerate(self.plurals) if plurals]
        self.tintable = [i for i, subject in enumerate(subjects) if not _coloured(subject)]
        self._may_tint = set(self.tintable)

    def batch(self, n: int, aspect: float = 1.0) -> tuple[list[str], Spec]:
        """Draw `n` captions and the spec of their clips (on the CPU), for frames of that aspect."""
        contents = [self.content() for _ in range(n)]
        return [self.caption(content) for content in contents], self.spec(contents, aspect=aspect)

    # ---- what a clip shows ----

    def content(self) -> Content:
        """Draw a content that is not held out."""
        kind = self.kinds[self.random.choice(len(self.kinds), p=self.shares)]
        while True:
            content = self._draw(kind)
            if not self._is_held_out(content):
                return content

    def _draw(self, kind: str) -> Content:
        background = self._pick(list(BACKGROUNDS))
        count = {"pair": 2, "three": 3}.get(kind, 1)
        entities = tuple(self._entity(kind, background) for _ in range(count))
        scenes = self.scenery and (kind == "scenery" or kind != "one" and self._chance(0.2))
        scenery = int(self.random.integers(len(self.scenery))) if scenes else -1
        if kind == "pair" and self._chance(0.15):
            entities = (self._counted(entities[0]), entities[1])
        if count > 1 and self._chance(0.2):
            entities = tuple(Entity(e.subject, entities[0].motion, e.tint, e.count) for e in entities)
        relation = self._pick(RELATIONS) if kind == "pair" and self._chance(0.7) else AND
        return Content(entities, background, scenery, relation, named=scenery >= 0 or self._chance(0.75))

    def _entity(self, kind: str, background: str) -> Entity:
        pool = {"tinted": self.tintable, "count": self.countable}.get(kind) or range(len(self.subjects))
        subject = int(self._pick(pool) if self.often is None else self._pick_by(self.often, pool))
        chance = {"one": 0.0, "tinted": 1.0, "scenery": 0.1}.get(kind, 0.25)
        tinted = subject in self._may_tint and self._chance(chance)
        tint = self._pick([name for name in TINTS if name != background]) if tinted else ""
        still = kind in ("pair", "three") and self._chance(0.5)
        motion = "still" if still else MOTIONS[self.random.choice(len(MOTIONS), p=_MOTION_WEIGHTS)]
        entity = Entity(subject, motion, tint)
        return self._counted(entity) if kind == "count" else entity

    def _pick_by(self, often: np.ndarray, pool: Sequence[int]) -> int:
        shares = often[np.array(pool)]
        return self.random.choice(pool, p=shares / shares.sum())

    def _counted(self, entity: Entity) -> Entity:
        """Two or three of a subject that can be counted."""
        if not self.plurals[entity.subject]:
            return entity
        return Entity(entity.subject, entity.motion, entity.tint, int(self.random.integers(2, 4)))

    def _is_held_out(self, content: Content) -> bool:
        names = [self.subjects[entity.subject].name for entity in content.entities]
        if len(names) != len(set(names)):
            return True
        if len(names) > 1:
            pairs = [(a, b) for i, a in enumerate(names) for b in names[:i]]
            related = len(names) == 2 and held_relation(names[0], content.relation, names[1])
            return related or any(held_pair(*pair) for pair in pairs)
        ground = content.background if content.scenery < 0 else self.scenery[content.scenery].phrase
        return held_out(names[0], ground, content.entities[0].motion)

    # ---- where it stands ----

    def spec(self, contents: list[Content], chance: Tensor | None = None, aspect: float = 1.0) -> Spec:
        """Complete the contents by `chance` (b OPEN), the numbers that the noise will carry; None: drawn.

        The number of the size also sets the start (small subjects start at the loop's first frames), that of
        y the speed (subjects low in the frame are fast). The model didn't learn separate numbers for start
        and speed (training/README.md).
        """
        chance = self._chances(contents) if chance is None else chance
        start = one_of(chance[:, OPEN.index("size")], self.starts)
        speed = 1.0 + (uniform(chance[:, OPEN.index("y")]) >= 1 - self.fast)
        rows = [layers_of(c, u, aspect) for c, u in zip(contents, uniform(chance).numpy(), strict=True)]
        columns = [np.array(column) for column in zip(*rows, strict=True)]
        subject, tint, motion, x, y, size, travel = columns
        return Spec(
            subject=torch.tensor(subject), tint=torch.tensor(tint).float(), motion=torch.tensor(motion),
            x=torch.tensor(x).float(), y=torch.tensor(y).float(), size=torch.tensor(size).float(),
            travel=torch.tensor(travel).float(),
            background=torch.tensor([BACKGROUNDS[c.background] for c in contents]) / 255,
            ground=torch.tensor([c.scenery for c in contents]), phase=start.float(), speed=speed,
            begin=torch.zeros(len(contents)), chance=chance,
        )  # fmt: skip

    def _chances(self, contents: list[Content]) -> Tensor:
        """Draw normal numbers (b OPEN); the background's encodes it where the caption doesn't name it."""
        n, column, colours = len(contents), OPEN.index("background"), list(BACKGROUNDS)
        chance = torch.from_numpy(self.random.standard_normal((n, len(OPEN)))).float()
        shown = torch.tensor([colours.index(content.background) for content in contents])
        said = number_of(shown, len(colours), uniform(chance[:, column]))
        named = torch.tensor([content.named for content in contents])
        chance[:, column] = torch.where(named, chance[:, column], said)
        return chance

    # ---- what is said of it ----

    def caption(self, content: Content) -> str:
        """Draw a caption of the content, in random words."""
        many = len(content.entities) > 1
        ground = self._ground(content)
        text = self._scene(content, ground) if many else self._alone(content.entities[0], ground)
        text = " ".join(text.split()).replace(" ,", ",").replace("a orange", "an orange")
        return text + "." if self._chance(0.08) else text

    def _alone(self, entity: Entity, ground: str) -> str:
        """One subject, its motion, its ground, in some order."""
        thing, motion = self._thing(entity, vary=True), self._motion(entity.motion)
        filler = self._pick(FILLERS) if not motion and entity.count == 1 and self._chance(0.08) else ""
        if motion and self._chance(0.15):
            motion = ("are " if entity.count > 1 else "is ") + motion
        if self._chance(0.12) and ground:
            return f"{thing} {ground} {motion}"
        if self._chance(0.1) and ground.endswith("background"):
            return f"{thing} {motion}, {ground.split()[-2]} background"
        return f"{thing} {motion} {filler} {ground}"

    def _scene(self, content: Content, ground: str) -> str:
        """Two or three subjects, each with its own motion, or one motion for all at the end."""
        entities, relation = content.entities, content.relation
        things = [self._thing(entity) for entity in entities]
        if relation != AND and self._chance(0.25):
            things[1] = f"the {bare(things[1])}" if entities[1].count == 1 else things[1]
        motions = [entity.motion for entity in entities]
        if len(set(motions)) == 1 and relation == AND:
            both = (
                self._pick(("", "both " if len(things) == 2 else "all ", "are "))
                if motions[0] != "still"
                else ""
            )
            return f"{_listed(things)} {both}{self._motion(motions[0])} {ground}"
        moving = [i for i, motion in enumerate(motions) if motion != "still"]
        after = relation != AND and self._chance(0.4) or relation == AND and moving == [len(things) - 1]
        if after and moving:
            said = " and ".join(f"the {self._again(entities[i])} {self._motion(motions[i])}" for i in moving)
            listed = _listed(things) if relation == AND else f"{things[0]} {relation} {things[1]}"
            return f"{listed} {ground}, {said}"
        things = [
            f"{thing} {self._motion(motion)}".strip() for thing, motion in zip(things, motions, strict=True)
        ]
        listed = _listed(things) if relation == AND else f"{things[0]} {relation} {things[1]}"
        return f"{listed} {ground}"

    def _again(self, entity: Entity) -> str:
        """The name of a subject that was named already."""
        name = self.subjects[entity.subject].name
        return self.plurals[entity.subject][0] if entity.count > 1 else name

    def _motion(self, motion: str) -> str:
        if motion == "still":
            return self._pick(MOTION_PHRASES["still"]) if self._chance(0.15) else ""
        return motion if self._chance(0.35) else self._pick(MOTION_PHRASES[motion])

    def _ground(self, content: Content) -> str:
        """The scenery's phrase, or the background's, in one of its colour's names."""
        if content.scenery >= 0:
            phrases = self.scenery[content.scenery].phrases
            return phrases[0] if self._chance(0.5) else self._pick(phrases)
        if not content.named:
            return ""
        colour = content.background
        synonyms = [other for other, name in COLOUR_SYNONYMS.items() if name == colour]
        word = synonyms[0] if synonyms and self._chance(0.25) else colour
        return self._pick(BACKGROUND_PHRASES).format(word)

    def _thing(self, entity: Entity, vary: bool = False) -> str:
        """A subject as a noun phrase, with its number and its colour."""
        if entity.count > 1:
            return f"{NUMBERS[entity.count]} {entity.tint} {self._pick(self.plurals[entity.subject])}"
        if entity.tint:
            return self._tinted_phrase(entity)
        phrases = self.subjects[entity.subject].phrases
        phrase = phrases[0] if self._chance(0.5) else self._pick(phrases)
        return self._varied(phrase) if vary else phrase

    def _plurals(self, subject: Subject) -> list[str]:
        """Names for several of a subject, without "two hearts", which is another emoji."""
        names = [plural(bare(phrase)) for phrase in subject.phrases if countable(phrase)]
        return [name for name in names if f"two {name}" not in self.known]

    def _tinted_phrase(self, entity: Entity) -> str:
        """A phrase like "a purple panda", never one that names another subject ("a black cat")."""
        phrases = self.subjects[entity.subject].phrases
        phrase = self._pick([p for p in phrases if f"{entity.tint} {bare(p)}" not in self.known])
        name = f"{entity.tint} {bare(phrase)}"
        return name if bare(phrase) == phrase else indefinite(name)

    def _varied(self, phrase: str) -> str:
        """Vary a noun phrase as people do: no article, an adjective, "a video of …"."""
        name, draw = bare(phrase), self.random.random()
        if draw < 0.12:
            return name
        if draw < 0.17:
            return f"{self._pick(ARTICLES)} {name}"
        if draw < 0.24 and phrase != name:
            return indefinite(f"{self._pick(ADJECTIVES)} {name}")
        if draw < 0.30:
            prefix = self._pick(PREFIXES)
            return f"{prefix} {name}" if prefix == "a 3d" else f"{prefix} {phrase}"
        return phrase

    def _pick(self, choices):
        return choices[self.random.integers(0, len(choices))]

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability


def _listed(things: list[str]) -> str:
    """ "a", "a and b" or "a, b and c" """
    *first, last = things
    return f"{', '.join(first)} and {last}" if first else last


def _coloured(subject: Subject) -> bool:
    """True if a tint would contradict the subject: its name has a colour, or its colour is essential."""
    words = {word for name in subject.names for word in name.split()}
    fixed = {*BACKGROUNDS, *TINTS, "rainbow", "fire", "flag", "flags", "fog", "galaxy", "face"}
    return bool(words & fixed)

"""The meaning of a prompt to a model: is it English, and which of its words was a small model taught?"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from t2v.knowledge import NEAR, Knowledge
from t2v.languages.english import (
    ARTICLES,
    BETWEEN,
    BIDDING,
    DENIALS,
    DESCRIBING,
    FILLERS,
    GAITS,
    MAKING,
    NOUNS_IN_ING,
    NUMBERS,
    PEOPLE,
    PLACED,
    STARTS,
    TOLD,
    VERBS,
    WHERE,
    english,
)
from t2v.languages.plainer import PLAINER
from t2v.misspelled import SHORTEST, Spellings
from t2v.sceneries import nouns, placing
from t2v.spelling import WORD, article, lowered, plural, singular, split
from t2v.subject_names import Name, SubjectNames
from t2v.texts import read_text

ARTICLE = re.compile(r"\b([Aa])n?(?=\s*$)")
CLAUSE = re.compile(r"[^\w\s'’-]+")  # what stands between clauses
TOGETHER = 3  # subjects in one frame
PERSON = "person"
DOING = frozenset("is are that who which will".split())  # between a subject and what it does
AFTER_NOUNS = BETWEEN | DOING | {"full", "covered", "filled"}
DESCRIBED = 3  # words from an article on up to its noun: "a big old well"
HEADED = re.compile(r"(?:towards?|to)?(?: ?the)? ?(?:left|right|up|down)")  # "a boy running to the right"


class Vocabulary:
    """The words of one model, from the `vocabulary.json` next to its weights.

    `subjects` {name: hexcode, or "" of drawings, which no emoji shows}, `backgrounds` and `tints` {colour:
    [r, g, b]}, `motions`, `relations`, `scenery` {phrase: hexcode or None}, `phrases` {name: the name with
    its article}, `articles` {name: its article, where that isn't "a", or "an" before a vowel}, `fillers`:
    words of the captions that draw nothing, `also` {other name, not in the captions: the subject that it
    means}, `stand_ins` {a thing, or such a name, in the singular or plural: the name that is drawn}.
    """

    def __init__(self, words: dict[str, Any]):
        self.subjects: dict[str, str] = words["subjects"] | dict.fromkeys(words.get("drawings", ()), "")
        self.backgrounds: dict[str, list[int]] = words["backgrounds"]
        self.tints: dict[str, list[int]] = words.get("tints", {})
        self.motions: list[str] = words["motions"]
        self.relations: list[str] = words.get("relations", [])
        self.scenery: dict[str, str | None] = words.get("scenery", {})
        self.places = nouns(self.scenery)
        self.phrases: dict[str, str] = words.get("phrases", {})
        self._related: dict[str, list[str]] = words.get("related", {})
        self._stand_ins: dict[str, str] = words.get("stand_ins", {})  # "lambs": "sheep"
        self.taught = frozenset(words.get("taught", []))  # any words of the captions of a fine-tuned model
        self.has_grammar = bool(self.relations) and "taught" not in words
        self._also: dict[str, str] = words.get("also", {})  # "aeroplane": "airplane"
        taught = {name: name for name in (*self.subjects, *self.taught)} | words.get("synonyms", {})
        self._names = SubjectNames(self._also | taught)
        self.articles: dict[str, str] = words.get("articles", {})
        self.fillers: list[str] = words.get("fillers", [])
        self.colour_synonyms: dict[str, str] = words.get("colour_synonyms", {})
        self.colours = frozenset({*self.backgrounds, *self.tints, *self.colour_synonyms})
        said = {p: name for name, phrases in words.get("motion_phrases", {}).items() for p in phrases}
        self.moving = said | {motion: motion for motion in self.motions}
        phrases = (*self.moving, *self.relations, *self.scenery)
        self._other = self.colours | {word for phrase in phrases for word in split(phrase)}
        self._other |= TOLD if self.relations else frozenset()
        self._grammar = frozenset(self._other)
        self._other |= FILLERS
        where = {noun: phrase for noun, phrase in WHERE.items() if phrase in self.scenery}
        self.where = {n: where[n] for n in where.keys() - self._names.subjects.keys() if self.has_grammar}
        self.plain_ground = self._plain_ground()
        self._ground = re.compile(rf"\b(?:{_any(self.scenery)})\b|{self.plain_ground.pattern}")
        self._motions = re.compile(rf"\b(?:{_any(self.moving)})\b")
        words = {word: word for word in self._grammar if word in self.colours or len(word) > SHORTEST}
        self.spellings = Spellings(taught | words)

    @classmethod
    def open(cls, folder: str | Path) -> "Vocabulary":
        """The vocabulary of the model in `folder`."""
        return cls(json.loads(read_text(Path(folder, "vocabulary.json"))))

    def explain(self, prompt: str, told: bool = False) -> Knowledge:
        """Which subjects of the model a prompt names, and which of its words mean nothing to the model.

        Names side by side, as "baseball bat", name something else: together they are one unknown word.
        `told`: the model is given the prompt in its own sentences, where a jungle is a forest.
        """
        known: list[str] = []
        nearest: dict[str, tuple[str, ...]] = {}
        misspelled: dict[str, list[str]] = {}
        denied: list[str] = []
        for words in map(split, CLAUSE.split(prompt)):
            runs, rest = self._things(words)
            for run in runs:
                subjects = tuple(name.subject for name in run)
                if len(run) == 1 or not self.taught.isdisjoint(subjects):
                    known += subjects
                else:
                    nearest[" ".join(words[run[0].start : run[-1].stop])] = subjects
            said = self._motions.sub(" ", " ".join(rest)).split()  # not "not moving"
            denied += [word for word in said if word in DENIALS]
            places = {word for word in rest if told and self._is_placed(words, word)}
            unknown = [word for word in rest if not self.means_other(word) and word not in places]
            misspelled |= {word: spelled for word in unknown if (spelled := self.spellings.near(word))}
            nearest |= {word: self._near(word, misspelled.get(word, ())) for word in unknown}
        given = tuple(dict.fromkeys(known)), tuple(nearest), nearest, english(prompt)
        return Knowledge(*given, tuple(denied), self._crowded(prompt), tuple(misspelled))

    def _is_placed(self, words: list[str], word: str) -> bool:
        """Whether a word is the noun of a place that comes to a scenery: "in the jungle"."""
        at = words.index(word)
        return word in self.where and placing(words, at) in PLACED

    def _crowded(self, prompt: str) -> bool:
        """Whether a prompt names more subjects than the model draws together, its ground left out."""
        clauses = map(split, CLAUSE.split(self._ground.sub(" ", lowered(prompt))))
        named = {run[-1].subject for words in clauses for run in self._things(words)[0]}
        return bool(self.relations) and len(named - self.taught) > TOGETHER

    def _plain_ground(self) -> re.Pattern:
        """What names a plain ground, as "on a green background", and its colour."""
        before = "(?:on|with|against|in front of) (?:(?:an?|the) )?(?:plain )?"
        named = f"{before}(?P<colour>{_any(self.colours)})(?: (?:background|wall|ground))?"
        return re.compile(rf"\b(?:{named}|(?:{_any(self.colours)}) background)\b")

    def with_stand_ins(self, prompt: str) -> str:
        """The prompt with names as the model was taught them, and with the nearest subject for things that
        weren't taught: "a foal on a firetruck" -> "a horse on a fire truck"."""
        for said, plain in PLAINER if self.has_grammar else ():
            prompt = said.sub(plain, prompt)
        return self._replaced(prompt, self._stand_in)

    def mended(self, prompt: str) -> str:
        """The prompt without slips in unknown words that can only mean one thing: "an ornage car" -> "an
        orange car"."""
        unknown = {word for word in self.explain(prompt).unknown if not self.subject(word)}  # "a man taps"
        mend = self.spellings.mended
        return self._replaced(prompt, lambda words: (1, mend(words[0]) if words[0] in unknown else None))

    def _replaced(self, prompt: str, find: Callable[[list[str]], tuple[int, str | None]]) -> str:
        """The prompt with other words for some. `find`: how many words at the beginning of some belong
        together, and what they become."""
        places = list(WORD.finditer(prompt))
        words = [lowered(place[0]) for place in places]
        ends = [
            j for j in range(1, len(words)) if CLAUSE.search(prompt[places[j - 1].end() : places[j].start()])
        ]
        text, end, i = "", 0, 0
        while i < len(words):
            clause = next((j for j in ends if j > i), len(words))
            length, instead = find(words[i:clause])
            if instead:
                text += _with_article(prompt[end : places[i].start()], instead) + instead
                end = places[i + length - 1].end()
            i += length
        return text + prompt[end:]

    def _stand_in(self, words: list[str]) -> tuple[int, str | None]:
        """The words of the thing that a text begins with, how many they are, and what stands in for it."""
        for length in range(min(self._names.most_words, len(words)), 0, -1):
            if instead := self._stand_ins.get(" ".join(words[:length])):
                return length, instead
            if self._names.named(words[:length]):
                return 1 if self._is_cut(words, length) else length, None
            if instead := self._names.as_taught(words[:length]):
                return length, instead
        return 1, None

    def _is_cut(self, words: list[str], length: int) -> bool:
        """Whether a thing begins in a name and goes on after it: of "old telephone box" the second word."""
        stops = range(length + 1, min(length + self._names.most_words, len(words)) + 1)
        return any(" ".join(words[i:stop]) in self._stand_ins for i in range(1, length) for stop in stops)

    def written(self, words: str, subject: str) -> tuple[str, bool]:
        """A subject's name as a prompt has it, in the singular; and whether the prompt has its plural."""
        known = words in self._names.subjects
        if words in self.subjects or self.is_bare(words) or known and plural(words) == words:
            return words, False
        one = self._names.of_plural(words)
        return (one, True) if one else (words if known else subject, False)

    def is_bare(self, name: str) -> bool:
        """Whether a name was taught without an article: "leaves" beside "a leaf", "surfing"."""
        return self.articles.get(name) == ""

    def motion(self, prompt: str) -> str | None:
        """The motion that a prompt names, as the model's own phrase; None for none."""
        words = f" {' '.join(self._things(split(prompt))[1])} "
        found = [phrase for phrase in self.moving if f" {phrase} " in words]
        return self.moving[max(found, key=len)] if found else None

    def subject(self, name: str) -> str | None:
        """The subject of that name, in the singular or plural; None for no name of the model."""
        words = split(name)
        return self._names.subject(words) if words else None

    def search(self, word: str) -> list[str]:
        """The subjects that a word names, or has in one of their names; the exact one first."""
        exact = self.subject(word)
        wanted = " ".join(split(word))
        inside = [subject for name, subject in self._names.subjects.items() if wanted and wanted in name]
        return list(dict.fromkeys([*([exact] if exact else []), *inside]))

    def near(self, word: str) -> list[str]:
        """Subjects near an unknown word in meaning or spelling."""
        names = (name for part in split(word) for name in self._near(part, self.spellings.near(part)))
        return list(dict.fromkeys(names))[:NEAR]

    def _things(self, words: list[str]) -> tuple[list[list[Name]], list[str]]:
        """The longest names of subjects, grouped side by side, and the words that are left."""
        names: list[Name] = []
        rest, i = [], 0
        while i < len(words):
            name = self.name_at(words, i, names[-1] if names else None)
            if name:
                names.append(name)
            else:
                rest.append(words[i])
            i = name.stop if name else i + 1
        return _side_by_side(names), rest

    def name_at(self, words: list[str], start: int, last: Name | None = None) -> Name | None:
        """The name of a subject that begins with this word; `last`: the name before it.

        A colour or an adjective isn't the beginning of a name where the words after it name more: "a purple
        heart with ribbon" is no "purple heart". Nor is it what the last one does: "a shark swimming".
        """
        name = self._person(words, start) or self._names.longest_at(words, start)
        said = " ".join(words[start : name.stop]) if name else ""
        if not name or self._is_verb(words, start, said, last):
            return None  # "a bird flies"
        if said in DESCRIBING and not self._is_noun(words, start):
            return None
        other = self.means_other(words[start]) or words[start] in self.fillers
        longer = self._names.longest_at(words, start + 1) if other else None
        verbs = VERBS | GAITS.keys() if said in GAITS else VERBS  # "a fly sinks", "a fly sink"
        if longer and longer.stop > name.stop and words[start + 1] not in verbs:
            return None
        coloured = words[start] in self.colours and name.stop == start + 1
        return None if coloured and self._names.longest_at(words, name.stop) else name  # "an orange dog"

    def _is_verb(self, words: list[str], start: int, said: str, last: Name | None) -> bool:
        """Whether a name, `said` from `start` on, is what the subject before it does: "a bird flies", "two
        birds fly"; or what a word that is no subject does, or shall be done: "a plumber drills a hole", "tap
        the phone"."""
        makes = not ARTICLES.isdisjoint(words[start + 1 : start + 2])
        before = words[start - 1] if start else ""
        bidden = plural(said) in VERBS and (not before or before in BIDDING)
        things = range(start + 2, min(start + 2 + DESCRIBED, len(words)))
        bidden = bidden and any(self._names.longest_at(words, i) for i in things)
        if makes and (bidden or said in VERBS and before and not self._begins(before)):
            return True
        between = words[last.stop : start] if last else []
        if not last or not all(word in DOING or word.endswith("ly") for word in between):
            return False
        if is_doing(said) or said in GAITS or said in VERBS or makes and said in MAKING:
            return True
        many = self.written(" ".join(words[last.start : last.stop]), last.subject)[1]
        return plural(said) in VERBS and (many or "will" in between)

    def _is_noun(self, words: list[str], start: int) -> bool:
        """Whether a word such as "well" is a thing: "an old well", but neither "a well dressed man" nor "a
        panda dancing well"."""
        after = "".join(words[start + 1 : start + 2])
        ends = not WORD.fullmatch(after) or after in AFTER_NOUNS or after in self._grammar - self.colours
        if not ends and (self._names.subject([after]) or not after.endswith(("ing", "s"))):
            return False
        for word in reversed(words[max(start - DESCRIBED, 0) : start]):
            if self._begins(word):
                return True
            if word in TOLD or word in DOING or not WORD.fullmatch(word) or self._names.subject([word]):
                return False
        return start == 0 and after != ","

    def _begins(self, word: str) -> bool:
        """Whether a noun may follow a word: an article, a number, a colour."""
        return word in STARTS or word in NUMBERS or word in self.colours

    def _person(self, words: list[str], start: int) -> Name | None:
        """A person who does what was taught of a "person": "a man surfing"."""
        begin = start + 2 if words[start + 1 : start + 2] == ["is"] else start + 1
        rest = words[begin : begin + self._names.most_words]
        if (
            words[start] not in PEOPLE
            or self._motions.match(" ".join(rest))
            or HEADED.match(" ".join(rest[1:]))
        ):
            return None
        own, name = self._names.longest_at(words, start), self._names.longest_at([PERSON, *rest], 0)
        if not name or name.stop == 1 or own and own.stop > start + 1:
            return None
        return Name(start, begin + name.stop - 1, name.subject)

    def means_other(self, word: str) -> bool:
        """Whether a word means something to the model that is no subject, or to nobody."""
        return word in self._other or word in DENIALS or singular(word) in self._other

    def _near(self, word: str, spelled: Sequence[str]) -> tuple[str, ...]:
        """Subjects near in meaning, those that have the word in a name of theirs, what is spelled like it."""
        forms = (word, singular(word))
        alike = [name for form in forms for name in self._related.get(form, ())]
        named = [name for form in forms for name in self._names.with_word(form)]
        return tuple(dict.fromkeys([*alike, *named, *spelled]))[:NEAR]


def is_doing(name: str) -> bool:
    """Whether a name says what somebody does, as "surfing"."""
    return name.endswith("ing") and " " not in name and name not in NOUNS_IN_ING


def _side_by_side(names: list[Name]) -> list[list[Name]]:
    """Group names between which no other word stands."""
    runs: list[list[Name]] = []
    for name in names:
        if runs and runs[-1][-1].stop == name.start:
            runs[-1].append(name)
        else:
            runs.append([name])
    return runs


def _any(phrases: Iterable[str]) -> str:
    """A regular expression of any of these phrases, the longest that fits, or of none."""
    return "|".join(map(re.escape, sorted(phrases, key=len, reverse=True))) or "(?!)"


def _with_article(before: str, name: str) -> str:
    """What stands before a name, "a" or "an" at its end as the name wants it."""
    return ARTICLE.sub(r"\1n" if article(name) == "an" else r"\1", before)

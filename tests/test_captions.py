"""Captions say what the clip shows, in words that the tokenizer has, and never what is held out."""

import hashlib
import json
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch

from t2v.spelling import split
from t2v.vocabulary import Vocabulary
from training.captions import KINDS, Captions
from training.compose import LAYERS, MOTIONS
from training.content import Content, Entity
from training.hardness import LEAST, MOST, TWICE, shares
from training.held_out import held_out, held_pair, held_relation
from training.layout import RELATIONS
from training.phrases import BACKGROUNDS, COLOUR_SYNONYMS, MOTION_PHRASES, NUMBERS, TINTS, sentences
from training.subjects import ARTICLES, Subject, load_scenery, load_subjects
from training.trials import Draw
from training.vocabulary import vocabulary

SUBJECTS, SCENERY = load_subjects(), load_scenery()
NAMES = [subject.name for subject in SUBJECTS]
FEW = SUBJECTS[:6]  # of them held-out pairs and relations would be drawn often


def drawn(count: int, seed: int = 0, **others) -> tuple[Captions, list[Content]]:
    captions = Captions(SUBJECTS, seed, SCENERY, **others)
    return captions, [captions.content() for _ in range(count)]


def test_the_same_seed_gives_the_same_captions_and_clips():
    first, second = (Captions(SUBJECTS, 3, SCENERY).batch(40) for _ in range(2))
    assert first[0] == second[0]
    fields = zip(vars(first[1]).values(), vars(second[1]).values(), strict=True)
    assert all(torch.equal(a, b) for a, b in fields)
    assert Captions(SUBJECTS, 4, SCENERY).batch(40)[0] != first[0]


def test_subjects_are_drawn_as_often_as_is_asked():
    often = np.ones(len(SUBJECTS))
    often[:200], often[200:400] = 2.0, 0.5
    shown = [entity.subject for content in drawn(6000, often=often)[1] for entity in content.entities]
    low, high = (np.mean([start <= subject < start + 200 for subject in shown]) for start in (200, 0))
    rest = np.mean([400 <= subject < 600 for subject in shown])
    assert high / rest == pytest.approx(2, rel=0.15) and low / rest == pytest.approx(0.5, rel=0.15)


def test_hard_and_new_subjects_are_drawn_more_often():
    measured = {
        "panda": 30.0 - TWICE / 2,
        "cat": 30.0 + 5 * TWICE,
        "net": 30.0 - 5 * TWICE,
        "bear": 30.0 + TWICE / 2,
    }
    often = shares(measured, ["panda", "cat", "net", "a new one"])
    assert often.tolist() == pytest.approx([2**0.5, LEAST, MOST, MOST])


def test_nothing_that_is_held_out_is_drawn():
    for content in drawn(4000)[1]:
        names = [NAMES[entity.subject] for entity in content.entities]
        assert len(set(names)) == len(names)
        assert not any(held_pair(a, b) for a, b in combinations(names, 2))
        if len(names) == 2:
            assert not held_relation(names[0], content.relation, names[1])
        if len(names) == 1:
            place = content.background if content.scenery < 0 else SCENERY[content.scenery].phrase
            assert not held_out(names[0], place, content.entities[0].motion)


def test_what_would_be_drawn_often_is_not_drawn_where_it_is_held_out():
    pairs = [(a, b) for a, b in combinations(range(200), 2) if held_pair(NAMES[a], NAMES[b])]
    a, b = pairs[0]
    captions = Captions((SUBJECTS[a], SUBJECTS[b], SUBJECTS[0]), 0, kinds={"pair": 1.0})
    shown = [{entity.subject for entity in captions.content().entities} for _ in range(200)]
    assert {0, 1} not in shown and {0, 2} in shown


def test_parts_are_held_out_for_ever():
    combos = [[s, b, m] for s in NAMES[:50] for b in BACKGROUNDS for m in MOTIONS if held_out(s, b, m)]
    pairs = [[a, b] for a, b in combinations(NAMES[:300], 2) if held_pair(a, b)]
    assert 0.08 < len(combos) / (50 * len(BACKGROUNDS) * len(MOTIONS)) < 0.12
    assert 0.5 < len(pairs) / (300 * 299 / 2 / 300) < 1.5
    assert all(held_pair(b, a) for a, b in pairs)
    pandas = json.dumps([held_out("panda", b, m) for b in BACKGROUNDS for m in MOTIONS])
    assert hashlib.sha256(pandas.encode()).hexdigest() == PANDA


PANDA = "32c05c8d85f1b5d51db855226dd674a7f078de4b1e389a22dd365391c2482947"


def test_a_caption_says_what_the_clip_shows():
    captions, contents = drawn(1500, seed=1)
    for content in contents:
        text = captions.caption(content)
        words = f" {text.replace(',', '').replace('.', '')} "
        for entity in content.entities:
            own = SUBJECTS[entity.subject].names if entity.count == 1 else captions.plurals[entity.subject]
            assert any(f" {name} " in words for name in own), text
            assert entity.count == 1 or f" {NUMBERS[entity.count]} " in words, text
            assert not entity.tint or f" {entity.tint} " in words, text
            said = any(f" {phrase} " in words for phrase in MOTION_PHRASES[entity.motion])
            assert said or entity.motion == "still", text
        if len(content.entities) == 2:
            assert f" {content.relation} " in words, text
        if content.scenery >= 0:
            assert any(f" {phrase} " in words for phrase in SCENERY[content.scenery].phrases), text


def test_every_word_of_every_caption_is_in_the_sentences():
    known = {word for sentence in sentences(SUBJECTS, SCENERY) for word in split(sentence)}
    texts, _ = Captions(SUBJECTS, 5, SCENERY).batch(3000)
    assert {word for text in texts for word in split(text)} <= known


def test_every_kind_of_caption_occurs():
    captions, contents = drawn(2000, seed=2)
    texts = [captions.caption(content) for content in contents]
    assert {content.relation for content in contents} == {*RELATIONS, "and"}
    assert {len(content.entities) for content in contents} == {1, 2, 3}
    assert {entity.count for content in contents for entity in content.entities} == {1, 2, 3}
    assert {entity.tint for content in contents for entity in content.entities} == {"", *TINTS}
    assert {content.scenery for content in contents} == {-1, *range(len(SCENERY))}
    assert {entity.motion for content in contents for entity in content.entities} == set(MOTIONS)
    assert sum(not content.named for content in contents) > 150
    assert any(text.split()[0] not in (*ARTICLES, *NUMBERS.values()) for text in texts)
    assert len(KINDS) == 6


def test_a_clip_has_a_layer_for_each_that_is_counted():
    captions, contents = drawn(600, seed=4)
    spec = captions.spec(contents)
    for content, row in zip(contents, spec.subject.tolist(), strict=True):
        wanted = sorted(entity.subject for entity in content.entities for _ in range(entity.count))
        assert sorted(subject for subject in row if subject >= 0) == wanted[:LAYERS]


def test_twins_are_never_called_by_the_name_of_another_subject():
    names = (("a heart",), ("two hearts",), ("a dog",), ("a cat",))
    subjects = tuple(Subject(str(i), phrases) for i, phrases in enumerate(names))
    captions = Captions(subjects, seed=0, kinds={"count": 1.0})
    counted = {captions.content().entities[0].subject for _ in range(300)}
    assert 0 not in counted and {2, 3} <= counted


def test_every_tinted_subject_has_a_name_of_its_own_in_every_tint():
    captions = Captions(SUBJECTS, seed=0)
    for subject in captions.tintable:
        for tint in TINTS:
            assert captions._tinted_phrase(Entity(subject, tint=tint))


def test_trials_ask_for_what_was_held_out():
    draw = Draw(
        Captions(SUBJECTS, 0, SCENERY),
        3,
        Vocabulary(vocabulary(SUBJECTS[:2]) | {"subjects": dict.fromkeys(NAMES, "")}),
    )
    for trial in draw.trials("pair", 8) + draw.trials("colours", 8) + draw.trials("motions", 8):
        a, b = (NAMES[entity.subject] for entity in trial.content.entities)
        assert held_pair(a, b) and trial.content.named
    for trial in draw.trials("colours", 8):
        tints = [entity.tint for entity in trial.content.entities]
        assert "" not in tints and len(set(tints)) == 2 and trial.content.background not in tints
    for trial in draw.trials("motions", 8):
        assert len({entity.motion for entity in trial.content.entities}) == 2
    for trial in draw.trials("relation", 4):
        a, b = (NAMES[entity.subject] for entity in trial.content.entities)
        assert held_relation(a, trial.content.relation, b)
    for trial in draw.trials("three", 6):
        names = [NAMES[entity.subject] for entity in trial.content.entities]
        assert len(set(names)) == 3 and any(held_pair(a, b) for a, b in combinations(names, 2))
    for group in ("one", "wide", "tall", "words", "first", "eight", "loop"):
        for trial in draw.trials(group, 4):
            entity = trial.content.entities[0]
            assert held_out(NAMES[entity.subject], trial.content.background, entity.motion)
            assert replace(entity, subject=0, motion="still") == Entity(0)
    for trial in draw.trials("scenery", 6):
        place = SCENERY[trial.content.scenery].phrase
        assert held_out(NAMES[trial.content.entities[0].subject], place, trial.content.entities[0].motion)
    seeds = draw.trials("seeds", 16)
    assert len({trial.prompt for trial in seeds}) == 2 and {trial.seed for trial in seeds} == set(range(8))


COLOURS = {*BACKGROUNDS, *TINTS, *COLOUR_SYNONYMS}


def test_a_caption_that_names_no_background_leaves_it_to_the_noise():
    captions, contents = drawn(800, seed=6, kinds={"one": 1.0})
    for content in contents:
        own = {word for name in SUBJECTS[content.entities[0].subject].names for word in split(name)}
        if not own & COLOURS:
            assert bool(set(split(captions.caption(content))) & COLOURS) == content.named

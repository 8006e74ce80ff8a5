"""The subjects and the scenery: names that people use, pictures packed once, words that fit the tokenizer."""

import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from t2v.checkpoints import locate
from t2v.spelling import plural
from t2v.vocabulary import Vocabulary
from training.dataset import FRAMES, SIDE, EmojiClips, landscape, sheet
from training.phrases import sentences
from training.subjects import countable, load_scenery, load_subjects
from training.tint import contrast
from training.tokens import LIMIT, cut_merges, moved, words_of, write_tokenizer
from training.vocabulary import (
    ALSO,
    STAND_INS,
    also,
    classes,
    drawn_for,
    related,
    renewed,
    vocabulary,
)

SUBJECTS, SCENERY = load_subjects(), load_scenery()
NAMES = {subject.name for subject in SUBJECTS}
# COCO's classes in everyday words and 22 nouns beside them; what no emoji shows is drawn.
EVERYDAY = """
person,bicycle,bike,car,motorcycle,motorbike,airplane,plane,bus,train,truck,boat,traffic light,stop sign,
bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,
skis,snowboard,ball,kite,glove,skateboard,surfboard,racket,bottle,wine glass,cup,fork,knife,spoon,bowl,
banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,plant,bed,toilet,tv,
laptop,mouse,keyboard,phone,book,clock,vase,scissors,teddy bear,toothbrush,tree,house,sun,moon,flower,
sea,mountain,robot,dragon,ghost,star,castle,ship,guitar,drum,balloon,gift,cloud,rainbow,snowman,fire,
water,fire hydrant,parking meter,bench,baseball bat,dining table,table,remote,microwave,oven,toaster,sink,
refrigerator,fridge,hair drier,hair dryer""".replace("\n", "").split(",")
WITHOUT_A_PICTURE = "blanket,ironing board,jackhammer,metronome,clothesline,escalator,mattress".split(",")


@pytest.fixture(scope="module")
def known() -> Vocabulary:
    """The vocabulary of all subjects, without the long lists of what was held out."""
    return Vocabulary(vocabulary(SUBJECTS[:2], SCENERY) | names_of_all())


def names_of_all() -> dict:
    """The parts of `vocabulary.json` that hold names."""
    listed = {name: subject.name for subject in SUBJECTS for name in subject.names[1:]}
    subjects = {subject.name: subject.hexcode for subject in SUBJECTS}
    return {"subjects": subjects, "synonyms": listed, "also": also(SUBJECTS)}


def webp(frames: list[Image.Image]) -> bytes:
    buffer = io.BytesIO()
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:], lossless=True, duration=40)
    return buffer.getvalue()


def test_a_thousand_subjects_have_names_of_their_own():
    names = Counter(name for subject in SUBJECTS for name in subject.names)
    assert len(SUBJECTS) >= 1000 and len({subject.emoji for subject in SUBJECTS}) == len(SUBJECTS)
    assert [name for name, count in names.items() if count > 1] == []


def test_no_subject_is_a_skin_tone_a_national_flag_or_a_keycap():
    for subject in SUBJECTS:
        for code in (int(part, 16) for part in subject.hexcode.split("-") if part):
            assert not 0x1F3FB <= code <= 0x1F3FF and not 0x1F1E6 <= code <= 0x1F1FF and code != 0x20E3, (
                subject
            )


@pytest.mark.parametrize("noun", EVERYDAY)
def test_everyday_nouns_are_known(known: Vocabulary, noun: str):
    assert known.explain(f"a {noun} on a green background").note() is None
    assert known.explain(f"a {noun}").known[0] in NAMES


@pytest.mark.parametrize("noun", WITHOUT_A_PICTURE)
def test_what_no_picture_shows_is_told_with_what_is_near(known: Vocabulary, noun: str):
    assert noun.split()[-1] in known.explain(f"a {noun} on a green background").note()


def test_nothing_that_is_a_subject_has_another_drawn_or_offered_for_it():
    known = {name for subject in SUBJECTS for name in subject.names}
    things, others = drawn_for(STAND_INS, SUBJECTS), also(SUBJECTS)
    assert not known & things.keys() and not known & others.keys() and not things.keys() & others.keys()
    assert not (known | others.keys()) & related(sorted(NAMES)).keys()
    assert json.loads(ALSO.read_text(encoding="utf-8")).keys() == others.keys()  # each means a subject


def test_the_shipped_vocabulary_has_todays_names_that_need_no_teaching():
    shipped = json.loads((locate("emoji").folder / "vocabulary.json").read_text(encoding="utf-8"))
    assert shipped == renewed(shipped, SUBJECTS) and len(shipped["also"]) > 70


def test_every_plural_of_a_caption_is_known():
    words = vocabulary(SUBJECTS[::9])
    some = Vocabulary(words)
    for subject in SUBJECTS[::9]:
        for phrase, name in zip(subject.phrases, subject.names, strict=True):
            if countable(phrase):
                assert some.explain(f"two {plural(name)}").known, phrase


def test_scenery_has_phrases_of_its_own():
    phrases = [phrase for place in SCENERY for phrase in place.phrases]
    assert len(set(phrases)) == len(phrases) and 10 <= len(SCENERY) <= 16
    assert {place.emoji for place in SCENERY} - {None} <= {subject.emoji for subject in SUBJECTS}


def test_classes_are_subjects_each_in_one_class():
    listed = classes([subject.name for subject in SUBJECTS])
    members = [name for class_ in listed.values() for name in class_]
    assert len(members) == len(set(members)) and set(members) <= NAMES
    assert "cat faces" in listed and all(len(class_) > 1 for class_ in listed.values())
    assert classes(["panda", "mouse"]) == {}


def test_still_pictures_are_stored_once_and_shown_at_all_times(tmp_path: Path):
    moving = [Image.new("RGBA", (SIDE, SIDE), (8 * i, 0, 100, 255)) for i in range(32)]
    still = Image.new("RGBA", (SIDE, SIDE + 8), (0, 200, 0, 255))
    path = tmp_path / "emoji.zip"
    with zipfile.ZipFile(path, "w") as archive:
        listed = [{"emoji": code, "names": [f"a {code}"]} for code in ("still", "moving", "other")]
        archive.writestr("subjects.json", json.dumps(listed))
        archive.writestr("still.webp", sheet(webp([still])))
        archive.writestr("moving.webp", sheet(webp(moving)))
        archive.writestr("other.webp", sheet(webp([still])))
    clips = EmojiClips(path, size=64)
    assert clips.pictures.shape == (18, 4, 64, 64)
    assert clips.count.tolist() == [1, 16, 1] and clips.first.tolist() == [0, 1, 17]
    loops = clips.sheet(torch.tensor([2, 1]))
    assert loops.shape == (2, FRAMES, 4, 64, 64) and (loops[0] == loops[0, :1]).all()
    times = clips.at(torch.tensor([1]), torch.tensor([[17, 3]]))[0, :, 0, 32, 32]
    assert (times.float() - torch.tensor([16.0, 48.0])).abs().max() < 6
    assert torch.equal(clips.frames[1], loops[1]) and clips.shrunk(32).pictures.shape[-1] == 32
    assert torch.allclose(clips.contrast, torch.stack([contrast(loop) for loop in clips.frames]))
    assert clips.contrast[0, 0] != clips.contrast[1, 0] and torch.equal(clips.contrast[0], clips.contrast[2])


def test_a_landscape_has_no_corners_left():
    rounded = np.zeros((SIDE, SIDE, 4), np.uint8)
    y, x = np.abs(np.mgrid[:SIDE, :SIDE] - 127.5) - 76  # a square of 222 with corners of radius 35
    rounded[np.hypot(np.maximum(x, 0), np.maximum(y, 0)) < 35] = (250, 120, 60, 255)
    image = np.asarray(Image.open(io.BytesIO(landscape(webp([Image.fromarray(rounded)])))).convert("RGB"))
    assert image.shape == (SIDE, SIDE, 3) and np.abs(image.astype(int) - (250, 120, 60)).max() < 12


def test_the_words_of_all_captions_fit_the_tokenizer(tmp_path: Path):
    words = words_of(sentences(SUBJECTS, SCENERY))
    merges = cut_merges(words, LIMIT)
    assert len(merges) == LIMIT - 514
    write_tokenizer(tmp_path / "new", merges)
    write_tokenizer(tmp_path / "old", merges[:3000])
    ids = moved(tmp_path / "old", tmp_path / "new")
    assert len(ids) == LIMIT and ids[:3512] == [[i] for i in range(3512)] and ids[-2:] == [[3512], [3513]]
    old, new = (json.loads((tmp_path / name / "vocab.json").read_text()) for name in ("old", "new"))
    pieces = {i: token for token, i in old.items()}
    for token, spelled in zip(sorted(new, key=new.get)[3512:-2], ids[3512:-2], strict=True):
        assert len(spelled) > 1 and "".join(pieces[i] for i in spelled) == token

"""Free English, told in the sentences that the embedded model was taught, and what is said of it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from t2v.checkpoints.catalogue import EMBEDDED_FOLDER
from t2v.languages.english import GAITS, PEOPLE, PLACED, RELATED, WHERE
from t2v.scenes import Scene
from t2v.sentences import Sentences
from t2v.space.prompting import _of_scene
from t2v.translation import Translator
from t2v.vocabulary import Vocabulary
from training.captions import Captions
from training.subjects import load_scenery, load_subjects

VOCABULARY = Vocabulary.open(EMBEDDED_FOLDER)
SENTENCES, TRANSLATOR = Sentences(VOCABULARY), Translator(VOCABULARY)
TOLD = {
    "a school of fish": "a fish",
    "it’s a panda at night": "a panda at night",
    "there's a cat under a table": "a cat below a table",
    # two subjects
    "an astronaut riding a horse": "an astronaut above a horse",
    "a panda riding a bicycle": "a panda above a bicycle",
    "a dog on a skateboard": "a dog above a skateboard",
    "a cat sitting on a chair": "a cat above a chair",
    "a cat in a box": "a cat in front of a box",
    "a bear under an umbrella": "a bear below an umbrella",
    "a lion wearing a crown": "a lion below a crown",
    "a monkey holding a banana": "a monkey next to a banana",
    "a girl with a red balloon": "a girl next to a red balloon",
    "a dog chasing a cat": "a dog next to a cat",
    "a cat with sunglasses": "a cat next to sunglasses",
    "a dog in a forest holding a ball": "a dog next to a ball in a forest",
    "a big red dog with a tiny blue hat": "a red dog next to a blue hat",
    "a robot and a cute cat": "a robot and a cat",
    # a place before its subject
    "on a table is a cake": "a cake above a table",
    "in a box there is a cat": "a cat in front of a box",
    "behind the house stands a tree": "a tree behind a house",
    "under the tree sits a red dog": "a red dog below a tree",
    "on top of a car sits a cat": "a cat above a car",
    "next to the car, a dog": "a dog next to a car",
    "riding a horse, an astronaut at night": "an astronaut above a horse at night",
    "above the castle flies a dragon": "a dragon moving left above a castle",
    "behind a house a car moving to the right": "a car moving right behind a house",
    "to the left of a dog is a cat": "a cat left of a dog",
    "a house, behind it stands a tree": "a house in front of a tree",
    "a house with a tree behind it": "a house in front of a tree",
    "a table with a cake on it": "a table below a cake",
    "over the mountains flies an eagle": "an eagle moving left above a mountain",
    "in my dream a cat sits on a sofa": "a cat above a sofa",
    "through the forest runs a wolf": "a wolf moving left in a forest",
    "moving left on a road, a car": "a car moving left on a road",
    # three subjects
    "an astronaut riding a horse on the moon": "an astronaut above a horse in space",
    "a cat and a dog on the moon": "a cat and a dog in space",
    "a panda riding a bicycle in a forest": "a panda above a bicycle in a forest",
    "a dog next to a cat with a ball": "a dog, a cat and a ball",
    "a cat and a dog looking at the moon": "a cat, a dog and a moon",
    "a cat on a windowsill looking at the rain": "a cat next to rain",
    "a witch and a cat flying over the city": "a witch and a cat moving left in a city",
    "a bird and a boat over the water": "a bird and a boat in the water",
    # motions
    "a rocket flying to the moon": "a rocket moving left next to a moon",
    "a bee flying around a flower": "a bee moving left next to a flower",
    "a bird flies over a house": "a bird moving left above a house",
    "a spinning panda": "a panda spinning",
    "a red car and a spinning globe": "a red car and a globe spinning",
    "a cat and a dog both running on a beach": "a cat moving left and a dog moving left on a beach",
    "a boy and his dog walk on the beach": "a boy moving left and a dog moving left on the beach",
    "a man surfing": "a person surfing",
    "a woman riding a bike in the city": "a cyclist in the city",
    "a man walking a dog": "a person walking next to a dog",
    "a dog walking to the right": "a dog moving right",
    "a plane flies from left to right": "a plane moving right",
    "a boy running to the right on a road": "a boy moving right on a road",
    "a rocket goes up": "a rocket moving up",
    "an apple falls from a tree": "an apple moving down next to a tree",
    "the sun rises over the mountains": "a sun moving up above a mountain",
    "a penguin walking towards the camera": "a penguin growing",
    "a dog walks down the road": "a dog moving left on a road",
    "a man walking down a foggy street": "a man moving left on a street",
    "a castle with a dragon flying over it": "a castle below a dragon moving left",
    "a house with a car driving by it to the right": "a house next to a car moving right",
    "a boy building a snowman": "a boy next to a snowman",
    "a girl painting a picture": "a girl next to a picture",
    "a vulcan salute in front of a bridge at night sinks": (
        "a vulcan salute moving down in front of a bridge at night"
    ),
    "a robot in front of a city at night slides": "a robot moving left in front of a city at night",
    "a bird that flies over a tree": "a bird moving left above a tree",
    "a woman with an umbrella walking in the snow": "a woman moving left next to an umbrella in the snow",
    "a panda on a skateboard, spinning": "a panda spinning above a skateboard",
    "an airplane crossing the sky from left to right": "an airplane moving right in the sky",
    "a chicken crosses the road": "a chicken moving left on a road",
    # colours belong to their nouns
    "the car is red and the bus is blue": "a red car and a blue bus",
    "a balloon, red, in the sky": "a red balloon in the sky",
    # sides, and what is none
    "a robot waving its right hand": "a robot next to a hand",
    "dog on the left, cat on the right": "a dog left of a cat",
    "on the left a cat, on the right a dog": "a cat left of a dog",
    "a cat on the right side of a dog": "a cat right of a dog",
    # places
    "a camel walking to a desert next to a rocket": "a camel moving left next to a rocket in the desert",
    "a shark swimming in the ocean": "a shark moving left in the ocean",
    "a car driving fast on a road": "a car moving left on a road",
    "a dog running through a field": "a dog moving left in a field",
    "a boat on the sea": "a boat at the sea",
    "in a forest, a fox": "a fox in a forest",
    "two puppies on a sandy beach": "two puppies on a beach",
    "a panda riding a horse on green": "a panda above a horse on a green background",
    "a whale in the deep deep sea": "a whale in the sea",
    "a dog at the park": "a dog in a garden",
    "at the park a dog is barking": "a dog in a garden",
    "a monkey in the jungle": "a monkey in a forest",
    "a duck on a pond": "a duck in the water",
    "a fish in a river": "a fish in the water",
    "a boat on a river": "a boat in the water",
    "a cow in the middle of the road": "a cow on a road",
    "a cat looking at an aquarium": "a cat",
    "a hockey player on ice": "hockey in the snow",
    "a penguin on ice": "a penguin in the snow",
    "a kite in the air": "a kite in the sky",
    "a star in the night sky": "a star at night",
    "a boat at sunrise": "a boat at sunset",
    "a rocket on mars": "a rocket in space",
    "a cow on a farm": "a cow in a field",
    "a forest clearing with a deer": "a deer in a forest",
    "a car driving through the city at night": "a car moving left in a city at night",
    # how many
    "a robot with two balloons": "two balloons next to a robot",
    "a bird above two houses": "two houses below a bird",
    "two cats, one dog": "two cats and a dog",
    "both dogs": "two dogs",
    "two dog riding a horse": "two dogs above a horse",
    "there are cats on a sofa": "three cats above a sofa",
    "two dogs playing with a ball": "two dogs next to a ball",
    "five balloons above a castle": "three balloons above a castle",
    "dogs and cats": "three dogs and a cat",
    "a couple of foxes in the snow": "two foxes in the snow",
    "some sheep in a meadow": "three sheep in a meadow",
    # a name on a name, and a noun that goes on
    "a panda on a fire truck": "a panda above a fire truck",
    # emoji
    "a 🐼 riding a 🚲": "a panda above a bicycle",
}
PLACES = {phrase.split()[-1] for phrase in VOCABULARY.scenery}
NAMES = [  # without nouns of places, and without "a man", who may be a "swimmer" with the word after him
    name
    for name in VOCABULARY.subjects
    if name not in PEOPLE and name not in WHERE and VOCABULARY.phrases[name].split()[-1] not in PLACES
]
JOINING = [*RELATED, "chasing", "eating", "sitting on", "playing with", "and", "looking at", *GAITS]
GROUNDS = [
    "",
    "on a plain red background",
    *VOCABULARY.scenery,
    *(f"{word} the forest" for word in sorted(PLACED)),
]


def _without_ground(sentence: str) -> str:
    """A sentence without its scenery, whose nouns may name subjects too."""
    grounds = sorted(VOCABULARY.scenery, key=len, reverse=True)
    return sentence.removesuffix(next(filter(sentence.endswith, grounds), ""))


@pytest.mark.parametrize("prompt", TOLD)
def test_free_english_is_told_in_the_models_words(prompt: str) -> None:
    read = TRANSLATOR.read(prompt)
    assert read.sentence == TOLD[prompt]
    assert read.note() == f"Read as: {TOLD[prompt]}."


@pytest.mark.parametrize("seed", range(3))
def test_captions_of_the_training_are_left_as_they_are(seed: int) -> None:
    taught = tuple(subject for subject in load_subjects() if subject.name in VOCABULARY.subjects)
    captions = Captions(taught, seed, load_scenery()).batch(1000)[0]
    told = {each: SENTENCES.told(each) for each in captions if "eating bamboo" not in each}
    assert not {each: sentence for each, sentence in told.items() if sentence}


@given(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from(JOINING), min_size=2, max_size=2),
    st.sampled_from(GROUNDS),
)
def test_what_is_told_is_left_as_it_is_and_names_the_same(
    names: list[str], joining: list[str], ground: str
) -> None:
    things = [VOCABULARY.phrases[name] for name in names]
    words = [word for pair in zip(joining, things[1:], strict=False) for word in pair]
    prompt = " ".join([things[0], *words, ground]).strip()
    read = TRANSLATOR.read(prompt)
    left = {VOCABULARY.subject(words) for words in read.left}
    told = set(VOCABULARY.explain(_without_ground(read.sentence)).known)
    assert told | (left - {None}) == set(names) and not told & left and len(told) >= min(2, len(names))
    assert SENTENCES.told(read.sentence) is None and VOCABULARY.explain(read.sentence).note() is None


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ("a puppy in a box on the beach at night", "at night"),
        ("a cat, a dog, a fox and a whale at night", "whale"),
        ("a white cat on grass", "white"),
        ("a dog on green grass", "green"),
        ("a bird in a blue sky", "blue"),
        ("a red or blue balloon", "red"),
        ("a red dog chasing a blue dog", "blue dog"),
        ("2 cats on 2 chairs", "two chairs"),
        ("a horse riding a beach ball", "beach"),
        ("a dog next to a garden chair", "garden"),
        ("a garden chair and a dog", "garden"),
        ("a man in a space suit", "space, suit"),
        ("a dog wearing a snow suit", "snow, suit"),
        ("a car on a city street", "city"),
        ("a dog on a forest path", "path"),
        ("an owl in the dark forest", "dark"),
        ("a light blue bird", "light"),
        ("a cat on a sofa with a ball", "ball"),
        ("a dog on the beach surfing", "surfing"),
        ("a woman in a red dress with a dog", "in"),
        ("a witch on a broom in front of the moon", "moon"),
        ("an astronaut riding a horse next to a dog moving left", "dog"),
        ("a dog on the left", "on the left"),
        ("a man with a hat riding a bicycle", "hat"),
        ("a cat and a dog on a sofa", "on"),
        ("a dog chasing a cat under a table", "under"),
        ("a monkey riding a horse and a dog", "riding"),
        ("A panda eating bamboo on a rock.", "bamboo"),
    ],
)
def test_what_the_model_knows_and_isnt_given_is_said(prompt: str, left: str) -> None:
    read = TRANSLATOR.read(prompt)
    assert read.left == tuple(left.split(", "))
    assert read.note() == f"Read as: {read.sentence}. Left out: {left}."


@pytest.mark.parametrize(
    ("prompt", "sentence", "left"),
    [
        ("a panda not riding a horse", "a panda", "not riding a horse"),
        ("an astronaut riding a horse without a helmet", "an astronaut above a horse", "without a helmet"),
        ("a cat without a hat, on a beach", "a cat, on a beach", "without a hat"),
        ("a dog and no cat", "a dog", "no cat"),
        ("don’t show a cat, a dog", "a dog", "don’t show a cat"),
        ("a fox at night, no background, no text", "a fox at night", "no background, no text"),
    ],
)
def test_what_is_denied_is_left_out_and_said(prompt: str, sentence: str, left: str) -> None:
    read = TRANSLATOR.read(prompt)
    assert read.note() == f"Read as: {sentence}. Left out: {left}."
    assert VOCABULARY.explain(read.text).note() is None


def test_words_that_werent_taught_are_named_where_a_sentence_is_told() -> None:
    read = TRANSLATOR.read("a quokka riding a bicycle")
    assert (read.sentence, read.text) == ("a bicycle", "a quokka riding a bicycle")
    told, advice = _of_scene(Scene(0, "a quokka riding a bicycle"), VOCABULARY, True)
    assert "Read as: <b>a bicycle</b>." in told
    assert "not taught: quokka." in advice and "quokka → koala" in advice and "“a bicycle”" not in advice


def test_a_place_that_comes_to_a_scenery_is_known_only_where_it_is_told() -> None:
    assert "not taught" not in "".join(_of_scene(Scene(0, "a rocket on mars"), VOCABULARY, True))
    for prompt in ("a (rocket:1.3) on mars", "the jungle", "a jungle with a tiger"):
        noun = "mars" if "mars" in prompt else "jungle"
        assert f"not taught: {noun}" in "".join(_of_scene(Scene(0, prompt), VOCABULARY, True))


def test_a_word_that_is_no_subject_is_offered_with_the_article_of_the_prompt() -> None:
    for prompt, say in {
        "a bleu car": "a blue",
        "a fox in the forrest": "the forest",
        "a cat moving lft": "left",
        "a ballon": "a balloon",
    }.items():
        advice = _of_scene(Scene(0, prompt), VOCABULARY, True)[-1]
        assert f"data-say='{say}'" in advice and "→ " in advice


@pytest.mark.parametrize(
    "prompt",
    ["an astronaut (riding:1.3) a horse", "a panda BREAK in a box", "a quokka riding", "riding on a road",
     "without a hat", "a no smoking sign", ""],
)  # fmt: skip
def test_weights_and_what_names_nothing_are_left_as_they_are(prompt: str) -> None:
    read = TRANSLATOR.read(prompt)
    assert read.sentence == read.text == prompt and read.note() is None


def test_a_fine_tuned_vocabulary_and_one_without_relations_are_given_the_prompt() -> None:
    words = json.loads(Path(EMBEDDED_FOLDER, "vocabulary.json").read_text(encoding="utf-8"))
    for other in ({"taught": ["quokka"]}, {"taught": []}, {"relations": []}):
        read = Translator(Vocabulary(words | other)).read("an astronaut riding a horse")
        assert read.sentence == "an astronaut riding a horse"


@pytest.mark.parametrize(
    ("prompt", "known", "unknown"),
    [
        ("a shark swimming in the ocean", {"shark"}, ()),
        ("a man surfing", {"person surfing"}, ()),
        ("a girl is surfing", {"person surfing"}, ()),
        ("a panda surfing", {"panda"}, ("surfing",)),
        ("a king holding a sword", {"king"}, ()),
        ("a lion king", set(), ("lion king",)),
        ("a boy running right", {"boy"}, ()),
    ],
)
def test_what_a_subject_does_is_no_part_of_its_name(prompt: str, known: set[str], unknown: tuple) -> None:
    found = VOCABULARY.explain(prompt)
    assert known <= {*found.known} and found.unknown == unknown
    assert "swimmer" not in found.known

"""The vocabulary: known words are recognised however they are said, unknown ones are named."""

from pathlib import Path

import pytest

from t2v.checkpoints import catalogue
from t2v.languages.english import english
from t2v.languages.ordinary import ORDINARY as ORDINARY_FILE
from t2v.spelling import plural
from t2v.vocabulary import Vocabulary
from training.captions import Captions
from training.ordinary import words
from training.subjects import load_scenery, load_subjects

EMBEDDED = Path(catalogue.__file__).parent / "emoji"

WORDS = {
    "subjects": {"panda": "1f43c", "cat": "1f408", "red heart": "2764", "fox": "1f98a", "butterfly": "1f98b"},
    "synonyms": {"panda bear": "panda", "kitty": "cat"},
    "backgrounds": {"green": [0, 128, 0], "blue": [0, 0, 255]},
    "tints": {"purple": [128, 0, 128]},
    "colour_synonyms": {"violet": "purple"},
    "motions": ["still", "moving left"],
    "motion_phrases": {"moving left": ["flying left", "going to the left"]},
    "related": {"kitten": ["cat"], "jackal": ["fox"]},
    "stand_ins": {
        "jackal": "fox",
        "jackals": "foxes",
        "fox bat": "butterfly",
        "ocelot": "ocelot cat",
        "reynard": "fox",
        "reynards": "foxes",
    },
    "also": {"reynard": "fox"},
}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(WORDS)


@pytest.mark.parametrize(
    ("prompt", "known"),
    [
        ("A panda on a green background.", ("panda",)),
        ("panda bears flying left", ("panda",)),
        ("two foxes and a kitty", ("fox", "cat")),
        ("BUTTERFLIES", ("butterfly",)),
        ("a purple red heart going to the left on blue", ("red heart",)),
    ],
)
def test_what_was_taught_is_known_and_needs_no_note(
    vocabulary: Vocabulary, prompt: str, known: tuple
) -> None:
    knowledge = vocabulary.explain(prompt)
    assert knowledge.known == known
    assert knowledge.unknown == ()
    assert knowledge.note() is None


def test_unknown_words_are_named_with_what_is_near(vocabulary: Vocabulary) -> None:
    knowledge = vocabulary.explain("a quokka and a pandra beside a heart")
    assert knowledge.unknown == ("quokka", "pandra", "heart")
    assert knowledge.nearest == {"quokka": (), "pandra": ("panda",), "heart": ("red heart",)}
    assert "quokka" in knowledge.note()
    assert "panda" in knowledge.note()
    assert len(vocabulary.explain(f"a panda and {'x' * 2000}").note()) < 100


MISSPELLED = {
    "pnada": "panda", "elefant": "elephant", "elephent": "elephant", "girafe": "giraffe", "rabit": "rabbit",
    "girrafe": "giraffe", "pengiun": "penguin", "octupus": "octopus", "kangeroo": "kangaroo",
    "zebre": "zebra", "hedghog": "hedgehog", "butterfy": "butterfly", "turle": "turtle", "monky": "monkey",
    "umbrela": "umbrella", "elefants": "elephant",
}  # fmt: skip
SLIPS = {
    "a bleu car": "blue", "a cat moving lft": "left", "a ballon": "balloon", "two ballons": "balloon",
    "a dog on the baech": "beach", "a fox in the forrest": "forest", "a cat spining": "spinning",
    "a dog behnid a house": "behind", "a dog wiht a hat": "with", "a pengiun": "penguin", "a dgo": "dog",
    "a gost": "ghost", "a ball moveing left": "moving", "a yelow frog": "yellow",
}  # fmt: skip
ORDINARY = """jumping jumped naked fighting boring printing horny moron stripper drunk smiles would first
    story whole speak threat cock bitch croc brunch bloody genius sneaking blackboard
    spacesuit""".split()


def test_a_misspelled_name_is_recognised_and_an_ordinary_word_is_not_taken_for_one() -> None:
    embedded = Vocabulary.open(EMBEDDED)
    for word, name in MISSPELLED.items():
        assert embedded.explain(f"a {word}").nearest[word][0] == name
    near = {word: embedded.spellings.near(word) for word in ORDINARY}
    assert not any(near.values()), near
    assert embedded.near("genius") == []
    assert embedded.near("jumping") == embedded.near("naked") == []


@pytest.mark.parametrize("prompt", SLIPS)
def test_a_word_of_the_grammar_is_found_though_a_letter_or_two_slipped(prompt: str) -> None:
    found = Vocabulary.open(EMBEDDED).explain(prompt)
    assert len(found.unknown) == 1 and found.nearest[found.unknown[0]][0] == SLIPS[prompt]
    assert f"It does know: {SLIPS[prompt]}" in found.note()


def test_a_short_ordinary_word_is_not_taken_for_another() -> None:
    embedded = Vocabulary.open(EMBEDDED)
    for word in "toy tank nest trap path act god seam cot hose cage gong lace meal rink paris".split():
        assert embedded.spellings.slips(word) == [], word


@pytest.mark.parametrize(
    ("prompt", "taught"),
    [
        ("two firetrucks", "two fire trucks"),
        ("a teddy-bear and a jack-o'-lantern", "a teddy bear and a jack o lantern"),
        ("a snow man in a wheel chair", "a snowman in a wheelchair"),
        ("a pop corn, a man go", "a popcorn, a man go"),
        ("three light-houses and maple-leaves", "three lighthouses and maple leaves"),
        ("the sun, flowers and a bee", "the sun, flowers and a bee"),
        ("a girl's dragon", "a girl's dragon"),
    ],
)
def test_a_name_is_known_however_its_parts_are_joined_and_read_as_it_was_taught(
    prompt: str, taught: str
) -> None:
    embedded = Vocabulary.open(EMBEDDED)
    assert embedded.with_stand_ins(prompt) == taught
    assert embedded.explain(prompt).known == embedded.explain(taught).known
    assert embedded.explain(prompt).unknown == (("girl's",) if "girl's" in prompt else ())


def test_the_ordinary_words_are_those_that_the_script_writes() -> None:
    assert ORDINARY_FILE.read_text(encoding="utf-8").split() == words()


def test_a_word_is_near_what_it_means(vocabulary: Vocabulary) -> None:
    assert vocabulary.explain("jackals").nearest == {"jackals": ("fox",)}
    assert "fox" in vocabulary.explain("a jackal on a green background").note()


def test_names_side_by_side_are_something_else(vocabulary: Vocabulary) -> None:
    compound = vocabulary.explain("a fox butterfly and a purple cat")
    assert (compound.known, compound.unknown) == (("cat",), ("fox butterfly",))
    assert compound.nearest == {"fox butterfly": ("fox", "butterfly")}
    assert vocabulary.explain("fox, butterfly").known == ("fox", "butterfly")
    tuned = Vocabulary(WORDS | {"taught": ["checkered", "ball"]})
    assert tuned.explain("a checkered ball").note() is None


@pytest.mark.parametrize(
    ("prompt", "drawn"),
    [
        ("a jackal", "a fox"),
        ("Jackals, (jackal:1.3) moving left", "foxes, (fox:1.3) moving left"),
        ("An ocelot beside a fox bat", "An ocelot cat beside a butterfly"),
        ("the fox and a panda", "the fox and a panda"),
        ("", ""),
    ],
)
def test_a_thing_that_wasnt_taught_is_drawn_as_what_stands_in(
    vocabulary: Vocabulary, prompt: str, drawn: str
) -> None:
    assert vocabulary.with_stand_ins(prompt) == drawn


def test_a_name_that_wasnt_taught_means_its_subject_and_is_replaced(vocabulary: Vocabulary) -> None:
    for prompt, drawn in (("a reynard", "a fox"), ("two reynards and a panda", "two foxes and a panda")):
        assert vocabulary.explain(prompt).known[0] == "fox" and vocabulary.explain(prompt).note() is None
        assert vocabulary.with_stand_ins(prompt) == drawn
    assert vocabulary.mended("a reinard") == "a reinard"  # no slip becomes a word that wasn't taught


def test_the_embedded_models_stand_ins_are_its_own_subjects() -> None:
    embedded = Vocabulary.open(EMBEDDED)
    assert {"aeroplane": "airplane", "kayak": "canoe"}.items() <= embedded._also.items()
    others = {*embedded._also, *map(plural, embedded._also)}
    for thing, instead in embedded._stand_ins.items():
        assert embedded.subject(instead) and (thing in others or embedded.subject(thing) is None)
    assert all(embedded.subject(name) == subject for name, subject in embedded._also.items())
    assert embedded.with_stand_ins("a hawk and two foals") == "an eagle and two horses"
    assert embedded.with_stand_ins("two calves, stockings") == "two cows, socks"


def test_a_prompt_that_names_nothing_gets_a_word(vocabulary: Vocabulary) -> None:
    assert "nothing" in vocabulary.explain("on a green background").note()


def test_another_language_gets_a_gentle_word(vocabulary: Vocabulary) -> None:
    assert (
        vocabulary.explain("熊猫在绿色背景上").note()
        == "This model doesn't read this language: write in English."
    )
    assert "English" not in vocabulary.explain("a café for a panda").note()
    assert "English" in vocabulary.explain("un panda sur un fond vert").note()
    assert "English" in vocabulary.explain("ein Panda auf dem Eis").note()
    assert vocabulary.explain("die cat, las vegas style").english


def test_what_a_prompt_rules_out_is_told_to_be_drawn(vocabulary: Vocabulary) -> None:
    for prompt in ("not a panda", "a cat and no panda", "a fox without a cat", "a panda, never a cat"):
        word = next(word for word in ("not", "no", "without", "never") if word in prompt.split(" "))
        assert f"“{word}”" in vocabulary.explain(prompt).note()
    assert Vocabulary.open(EMBEDDED).explain("a no smoking sign not moving on green").note() is None


def test_more_than_three_subjects_are_told_to_be_too_many() -> None:
    embedded = Vocabulary.open(EMBEDDED)
    for prompt in ("a panda a fox a rocket a whale", "a panda, a fox, a cat and a dog on a beach"):
        assert "up to three" in embedded.explain(prompt).note()
    captions = Captions(load_subjects(), 5, load_scenery()).batch(300)[0]
    found = [embedded.explain(caption) for caption in captions]
    assert not any(each.crowded or each.denied for each in found)


@pytest.mark.parametrize(
    ("prompt", "known"),
    [
        ("a purple heart with ribbon spinning", "heart with ribbon"),
        ("a cool face without mouth", "face without mouth"),
        ("a purple heart on green", "purple heart"),
        ("a white cane", "white cane"),
    ],
)
def test_a_colour_begins_no_name_where_the_words_after_it_name_more(prompt: str, known: str) -> None:
    found = Vocabulary.open(EMBEDDED).explain(prompt)
    assert found.known == (known,) and found.note() is None


def test_the_embedded_model_knows_its_own_words() -> None:
    embedded = Vocabulary.open(EMBEDDED)
    assert embedded.explain("A panda eating bamboo on a rock.").known == (
        "panda", "tanabata tree", "rock",
    )  # fmt: skip
    assert (
        embedded.explain("two cats and an orange dog moving to the left on a violet background").note()
        is None
    )
    for counted in (
        "three balloons above a castle",
        "two pandas and a cat, both spinning on a blue background",
    ):
        assert embedded.explain(counted).note() is None
    assert "koala" in embedded.explain("a quokka on a green background").note()
    assert all(name in embedded.subjects for names in embedded._related.values() for name in names)


@pytest.mark.parametrize(
    "prompt",
    [
        "an astronaut riding a horse",
        "Spiderman is surfing.",
        "panda",
        "",
        "café at night",
        "🐼",
        "die cat, las vegas style",
        "a cat in los angeles, no van",
    ],
)
def test_english_passes(prompt: str):
    assert english(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "ein Panda auf dem Mond und eine Katze",
        "ein Panda läuft",
        "熊猫在吃竹子",
        "un perro con una pelota",
        "le chat sur la table",
        "de kat op het dak",
        "панда",
    ],
)
def test_other_languages_are_noticed(prompt: str):
    assert not english(prompt)
    assert "English" in Vocabulary(WORDS).explain(prompt).note()

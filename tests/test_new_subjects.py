"""Prompts that name the newest subjects, or only seem to, read with the vocabulary of the training."""

import pytest

import training.vocabulary
from t2v.spelling import plural
from t2v.translation import Translator
from t2v.vocabulary import Vocabulary
from training.subjects import load_scenery, load_subjects

VERB = {
    "a monkey swings from a tree": "a monkey next to a tree",
    "a chef grills a fish": "a chef next to a fish",
    "a dog tires of running": "a dog moving left",
    "a dog caves in": "a dog",
    "two men grill sausages": "two men next to a sausage",
    "two cats button a coat": "two cats next to a coat",
    "a girl will swing": "a girl",
    "a player swings a ball": "a ball",
    "a cat swings on a swing": "a cat above a swing",
}
DESCRIBING = {
    "a panda dancing well": "a panda",
    "a well dressed man": "a man",
    "a dog well hidden behind a tree": "a dog behind a tree",
    "well, a dog runs": "a dog moving left",
    "a cat is safe under an umbrella": "a cat below an umbrella",
    "a dog in a safe place": "a dog",
    "a bear, safe and sound": "a bear",
    "a lighter green frog": "a green frog",
    "make the cat lighter": "a cat",
}
SAYINGS = {
    "a drone shot of a beach": "a beach",
    "drone footage of a city": "a city",
    "a man playing pool": "a man",
    "a golfer taking a swing": "a golfer",
    "a soldier doing a drill": "a soldier",
    "make a dragon fly": "a dragon moving left",
    "a red dragon fly over a castle": "a red dragon moving left above a castle",
}
PLACED = {
    "a dog swimming in a pool": "a dog moving left in the water",
    "kids in the pool": "three kids in the water",
    "a bear in a suit reading a newspaper": "a bear in front of a newspaper",
    "a dog wearing his black suit": "a dog",
}
INSTEAD = {
    "a fish tank": "a fishbowl",
    "a turtle in a glass tank": "a turtle in front of a fishbowl",
    "two gas tanks": "two oil drums",
    "a suit of armor": "a knight",
    "a train carriage": "a railway car",
    "a caravan of camels": "a camel",
    "a baseball pitcher": "a man",
    "a tire swing": "a swing",
    "two orcs": "two ogres",
}
SEVERAL = {
    "bowling pins falling": "three bowling pins moving down",
    "dominoes": "three dominoes",
    "two shelves": "two shelves",
    "werewolves": "three werewolves",
    "two samurai": "two samurai",
    "two cans of paint and a dog": "two cans of paint and a dog",
    "chests of drawers": "three chests of drawers",
}
THINGS = {
    "swings in a garden": "three swings in a garden",
    "two drills": "two drills",
    "a row of buttons": "three buttons",
    "a big old well": "a well",
    "a well full of gold bars": "a well next to gold bars",
    "a cat sitting on a well": "a cat above a well",
    "a safe opens": "a safe",
    "a red lighter": "a red lighter",
    "two lighters and a dog": "two lighters and a dog",
    "well": "well",
    "a drone over a city": "a drone above a city",
    "two dragonflies": "two dragonflies",
    "a cat next to a pool": "a cat next to a pool",
    "a cat on a pool table": "a cat above a pool table",
    "a cat in front of a suit": "a cat in front of a suit",
    "a man in a suit": "a man in a suit",
    "a tank on a road": "a tank on a road",
}
FOREIGN = {
    "un gato triste": "a cat and a crying face",
    "ein Hund in einer Hose": "a dog and jeans",
    "hay dos gatos": "a cat",
    "un chien me suit": "a dog",
    "der Pirat und der Ritter": "a pirate and a knight",
    "un poisson rouge": "a goldfish",
    "ein Schulbus in der Wüste": "a school bus in the desert",
    "ein Schimpanse und eine Schreibmaschine": "a chimpanzee and a typewriter",
    "Parkbank": "a bench",
    "un faro en la playa": "a lighthouse on a beach",
    "dos buitres": "a vulture",
    "un moulin à vent et une brouette": "a windmill and a wheelbarrow",
    "bateau pirate": "a pirate ship",
    "machine à laver": "a washing machine",
    "un violoncello che gira": "a cello spinning",
    "um ouriço e um porco-espinho": "a hedgehog and a porcupine",
    "een stofzuiger op een blauwe achtergrond": "a vacuum cleaner on a blue background",
    "de hond kan": "a dog",
    "lemur na niebieskim tle": "a lemur on a blue background",
    "czerwona taczka": "a red wheelbarrow",
    "маяк на пляже": "a lighthouse on a beach",
    "маяк у снігу": "a lighthouse in the snow",
    "冷蔵庫": "a refrigerator",
    "雪の中の犬小屋": "a doghouse in the snow",
    "洗衣机在沙滩上": "a washing machine on a beach",
    "en dammsugare på blå bakgrund": "a vacuum cleaner on a blue background",
    "et fyrtårn på stranden": "a lighthouse on a beach",
    "majakka rannalla": "a lighthouse on a beach",
    "egy porszívó": "a vacuum cleaner",
    "파란 배경 위의 등대": "a lighthouse on a blue background",
    "प्रकाशस्तंभ": "a lighthouse",
    "ngọn hải đăng": "a lighthouse",
    "ein Rotkehlchen auf blauem Hintergrund": "a robin on a blue background",
}
MEANT = {
    "two bowling pins": "bowling pin",
    "a handcuff": "handcuffs",
    "a gold ingot": "gold bars",
    "a bar of gold": "gold bars",
    "a rubik's cube": "rubik cube",
    "two bottles of wine": "wine bottle",
    "two rolls of tape": "adhesive tape",
}
READ = VERB | DESCRIBING | SAYINGS | PLACED | INSTEAD | SEVERAL | FOREIGN


@pytest.fixture(scope="module")
def translator() -> Translator:
    """Reads with all subjects of the lists, without the long lists of what is held out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.vocabulary, "unseen", lambda names: {})
        return Translator(Vocabulary(training.vocabulary.vocabulary(load_subjects(), load_scenery())))


@pytest.mark.parametrize("prompt", READ)
def test_a_prompt_is_read_as_it_is_meant(translator: Translator, prompt: str) -> None:
    assert translator.read(prompt).sentence == READ[prompt]


@pytest.mark.parametrize("prompt", THINGS)
def test_the_new_subjects_are_read_where_they_are_meant(translator: Translator, prompt: str) -> None:
    assert translator.read(prompt).sentence == THINGS[prompt]


@pytest.mark.parametrize("prompt", MEANT)
def test_a_name_means_its_subject(translator: Translator, prompt: str) -> None:
    knowledge = translator.vocabulary.explain(translator.read(prompt).sentence)
    assert knowledge.known == (MEANT[prompt],) and knowledge.note() is None


@pytest.mark.parametrize("word", "caper capers bagpiper stamper stealer patcher troller".split())
def test_other_words_are_no_slips_of_the_new_names(translator: Translator, word: str) -> None:
    assert translator.vocabulary.mended(f"a {word}") == f"a {word}"


@pytest.mark.parametrize("thing", ["suit", "suits"])
def test_what_is_worn_is_said_to_be_left_out(translator: Translator, thing: str) -> None:
    assert translator.read(f"two cats in {thing}").left == (thing,)


def test_of_what_is_counted_by_its_vessel_the_vessel_has_the_plural() -> None:
    assert [plural(name) for name in ("can of paint", "box of popcorn")] == [
        "cans of paint",
        "boxes of popcorn",
    ]

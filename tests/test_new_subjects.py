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
    "a dog taps a drum": "a dog next to a drum",
    "tap the phone": "a mobile phone",
    "please tap the button": "a button",
    "plant a tree": "a tree",
    "cook a meal": "a cook",
    "an old saw the man uses": "a saw and a man",
    "a chef toasts bread": "a chef next to bread",
    "a chef ladles soup": "a chef next to soup",
    "a caveman spears a fish": "a caveman next to a fish",
    "the printer jams": "a printer",
    "a plane corkscrews": "a plane",
    "two men jet skiing on the sea": "two men above a jet ski at the sea",
    "a man jet skis": "a man above a jet ski",
    "people rafting down a river": "three people above a raft in the water",
    "a girl hula hooping": "a girl next to a hula hoop",
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
    "a red nosed reindeer": "a reindeer",
    "a two headed dragon": "a dragon",
    "a ring tailed lemur": "a lemur",
    "a star shaped balloon": "a balloon",
    "a running tap": "a tap",
    "a raft floating in the sea": "a raft in the sea",
}
SAYINGS = {
    "a drone shot of a beach": "a beach",
    "drone footage of a city": "a city",
    "a man playing pool": "a man",
    "a golfer taking a swing": "a golfer",
    "a soldier doing a drill": "a soldier",
    "make a dragon fly": "a dragon moving left",
    "a red dragon fly over a castle": "a red dragon moving left above a castle",
    "a panda tap dancing": "a panda",
    "a toast to the bride": "a bride",
    "a man making a toast": "a man",
    "a man spear fishing": "a man",
    "a cabin crew in an airplane": "an airplane",
    "a sunset in Phoenix": "a sunset",
    "a cat in Phoenix, Arizona": "a cat",
    "a man at the golf club": "a man",
    "a girl hula dancing": "a girl",
}
PLACED = {
    "a dog swimming in a pool": "a dog moving left in the water",
    "kids in the pool": "three kids in the water",
    "a bear in a suit reading a newspaper": "a bear in front of a newspaper",
    "a dog wearing his black suit": "a dog",
    "a cat in a wig": "a cat below a wig",
    "a king in a golden crown": "a king below a golden crown",
    "a girl wearing a raincoat": "a girl in front of a raincoat",
    "a dog in a yellow raincoat": "a dog in front of a yellow raincoat",
    "a fish swimming in a tank": "a fish moving left in front of a fishbowl",
    "a shark in the tank": "a shark in front of a fishbowl",
    "a fish and a soldier in a tank": "a fish, a soldier and a tank",
    "a duck floating down a wide river": "a duck in front of a river",
    "a soldier in a tank": "a soldier in front of a tank",
    "a boat sailing down the river": "a boat moving left in the water",
    "a panda eating bamboo on a rock": "a panda above a rock",
    "a cat drinking milk under a table": "a cat below a table",
    "a caveman eating meat next to a fire": "a caveman, meat and fire",
    "a panda eating bamboo": "a panda next to bamboo",
    "two boys in sleeping bags": "two boys in front of a sleeping bag",
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
    "a pitcher throws a ball": "a man next to a ball",
    "a pitcher of water": "a pitcher next to water",
    "cars in a traffic jam": "three cars",
    "a golf club member": "a golfer",
    "two lamb chops": "two steaks",
    "a cabin cruiser": "a speedboat",
    "asparagus spears": "asparagus",
    "a box of cereal": "a bowl of cereal",
    "a man with a long white beard": "a bearded man",
    "an old man with a beard": "a bearded man",
    "two men with beards": "two bearded men",
    "a wizard with a long beard": "a bearded wizard",
    "santa with a white beard": "santa",
    "a dog with a beard": "a dog next to a beard",
    "a taxi driver waving": "a man",
    "three caribou": "three reindeer",
}
SEVERAL = {
    "bowling pins falling": "three bowling pins moving down",
    "dominoes": "three dominoes",
    "two shelves": "two shelves",
    "werewolves": "three werewolves",
    "two samurai": "two samurai",
    "two cans of paint and a dog": "two cans of paint and a dog",
    "chests of drawers": "three chests of drawers",
    "two reindeer": "two reindeer",
    "praying mantises": "three praying mantises",
    "two slices of toast": "two slices of toast",
    "two pieces of toast": "two slices of toast",
    "jars of strawberry jam": "three jars of jam",
    "two bowls of cereal": "two bowls of cereal",
    "oxen": "three oxen",
    "hammerheads": "three hammerheads",
    "two telephone boxes": "two phone booths",
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
    "a man with a beard": "a man with a beard",
    "hot and cold taps": "three taps",
    "toast with jam": "toast next to jam",
    "the eiffel tower": "the eiffel tower",
    "Eiffel tower in Paris": "the eiffel tower",
    "a school bus in the city": "a school bus in the city",
    "kids in a treehouse": "three kids in front of a treehouse",
    "a cabin in the woods": "a cabin in the woods",
    "a golf club and a ball": "a golf club and a ball",
    "a phoenix rising from the fire": "a phoenix moving up next to fire",
    "an old telephone box": "a phone booth",
    "a reindeer pulling a sled": "a reindeer next to a sled",
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

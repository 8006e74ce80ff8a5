"""Emoji and other languages: the sentence that a prompt is read as, and that it is the one which is drawn."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from t2v import TextToVideo, Video
from t2v.checkpoints.catalogue import EMBEDDED_FOLDER
from t2v.languages import COLOURS, LANGUAGES, MOTIONS, PLACES, SCENERY, TABLE
from t2v.languages.names import emoji_character, emoji_key, names_of
from t2v.translation import Translator
from t2v.vocabulary import Vocabulary

VOCABULARY = Vocabulary.open(EMBEDDED_FOLDER)
TRANSLATOR = Translator(VOCABULARY)
SENTENCES = {
    "da": {
        "en bjørn på blå baggrund": "a bear on a blue background",
        "en grøn frø hopper opad på hvid baggrund": "a green frog moving up on a white background",
    },
    "de": {
        "ein tanzender Bär auf blauem Hintergrund": "a bear on a blue background",
        "Eine Katze bewegt sich nach links, auf gelbem Hintergrund.":
            "a cat moving left on a yellow background",
    },
    "es": {
        "un oso azul sobre fondo amarillo": "a blue bear on a yellow background",
        "un gato girando sobre un fondo rojo": "a cat spinning on a red background",
    },
    "et": {
        "karu sinisel taustal": "a bear on a blue background",
        "punane süda kasvab valgel taustal": "a red heart growing on a white background",
    },
    "fi": {
        "karhu sinisellä taustalla": "a bear on a blue background",
        "kissa liikkuu vasemmalle vihreällä taustalla": "a cat moving left on a green background",
    },
    "fr": {
        "un ours sur un fond bleu": "a bear on a blue background",
        "un panda violet qui tourne sur un fond orange": "a purple panda spinning on an orange background",
    },
    "hi": {
        "नीली पृष्ठभूमि पर एक भालू": "a bear on a blue background",
        "हरी पृष्ठभूमि पर बिल्ली बाएँ जा रही है": "a cat moving left on a green background",
    },
    "hu": {
        "egy medve kék háttér előtt": "a bear on a blue background",
        "egy róka jobbra mozog sárga háttéren": "a fox moving right on a yellow background",
    },
    "it": {
        "un orso su sfondo blu": "a bear on a blue background",
        "una volpe che gira su uno sfondo verde": "a fox spinning on a green background",
    },
    "ja": {
        "青い背景のパンダ": "a panda on a blue background",
        "緑の背景で猫が左に動く": "a cat moving left on a green background",
    },
    "ko": {
        "파란 배경 위의 곰": "a bear on a blue background",
        "노란 배경에서 오른쪽으로 움직이는 고양이": "a cat moving right on a yellow background",
    },
    "nb": {
        "en bjørn på blå bakgrunn": "a bear on a blue background",
        "en rev som snurrer på grønn bakgrunn": "a fox spinning on a green background",
    },
    "nl": {
        "een beer op een blauwe achtergrond": "a bear on a blue background",
        "een paarse panda draait op een oranje achtergrond":
            "a purple panda spinning on an orange background",
    },
    "pl": {
        "niedźwiedź na niebieskim tle": "a bear on a blue background",
        "czerwony samochód jedzie w lewo na białym tle": "a red car moving left on a white background",
    },
    "pt": {
        "um urso em um fundo azul": "a bear on a blue background",
        "um gato girando em fundo amarelo": "a cat spinning on a yellow background",
    },
    "ru": {
        "медведь на синем фоне": "a bear on a blue background",
        "красная машина едет влево на белом фоне": "a red car moving left on a white background",
    },
    "sv": {
        "en björn på blå bakgrund": "a bear on a blue background",
        "en katt som växer på en gul bakgrund": "a cat growing on a yellow background",
    },
    "uk": {
        "ведмідь на синьому тлі": "a bear on a blue background",
        "кіт рухається вправо на зеленому тлі": "a cat moving right on a green background",
    },
    "vi": {
        "một con gấu trúc trên nền xanh lá cây": "a panda on a green background",
        "một con mèo xoay trên nền vàng": "a cat spinning on a yellow background",
    },
    "zh": {
        "蓝色背景上的熊": "a bear on a blue background",
        "一只猫在绿色背景上向左移动": "a cat moving left on a green background",
    },
}  # fmt: skip
NOT_UNDERSTOOD = {"tanzender", "hopper"}
EMOJI = {
    "🐼 on a green background": "a panda on a green background",
    "a purple 🐼": "a purple panda",
    "the 🐼, moving left": "the panda , moving left",
    "🐼🚀": "a panda and a rocket",
    "🐼 🟦 ➡️": "a panda moving right on a blue background",
    "❤️ growing": "a red heart growing",
    "👩‍🚀 moving up": "an astronaut moving up",
    "👍🏽 on a red background": "a thumbs up on a red background",
    "🦊 auf blauem Hintergrund": "a fox on a blue background",
}
prompts = st.builds(
    "{} {} {} on a {} background".format,
    st.sampled_from(["", "a", "a purple", "the big"]),
    st.sampled_from([*VOCABULARY.subjects]),
    st.sampled_from([*VOCABULARY.motions, "dancing", "having fun"]),
    st.sampled_from([*VOCABULARY.backgrounds]),
)


def test_there_are_twenty_languages_with_a_word_for_each_colour_motion_and_place():
    assert set(SENTENCES) == set(TABLE) == set(LANGUAGES[1:]) and len(TABLE) == 20
    for background, colours, motions in TABLE.values():
        assert background and len(colours.split()) == len(COLOURS)
        assert len(motions.split(", ")) == len(MOTIONS)
    assert set(COLOURS) == set(VOCABULARY.backgrounds) and set(MOTIONS) < set(VOCABULARY.motions)
    assert set(PLACES) == set(TABLE) and set(SCENERY) < set(VOCABULARY.scenery)
    assert all(len(places.split(", ")) == len(SCENERY) for places in PLACES.values())


PLACED = {
    "da": ("en kat i rummet", "en hund på stranden", "en ræv i sneen"),
    "de": ("eine Katze im Weltraum", "ein Hund am Strand", "ein Fuchs im Schnee"),
    "es": ("un gato en el espacio", "un perro en la playa", "un zorro en la nieve"),
    "et": ("kass kosmoses", "koer rannas", "rebane lumes"),
    "fi": ("kissa avaruudessa", "koira rannalla", "kettu lumessa"),
    "fr": ("un chat dans l’espace", "un chien à la plage", "un renard dans la neige"),
    "hi": ("अंतरिक्ष में बिल्ली", "समुद्र तट पर कुत्ता", "बर्फ में लोमड़ी"),
    "hu": ("egy macska az űrben", "egy kutya a strandon", "egy róka a hóban"),
    "it": ("un gatto nello spazio", "il cane sulla spiaggia", "una volpe nella neve"),
    "ja": ("宇宙の猫", "ビーチの犬", "雪の中のキツネ"),
    "ko": ("우주에 있는 고양이", "해변의 개", "눈 속의 여우"),
    "nb": ("en katt i verdensrommet", "en hund på stranden", "en rev i snøen"),
    "nl": ("een kat in de ruimte", "een hond op het strand", "een vos in de sneeuw"),
    "pl": ("kot w kosmosie", "piesek na plaży", "lis w śniegu"),
    "pt": ("um gato no espaço", "um cão na praia", "uma raposa na neve"),
    "ru": ("кошка в космосе", "собака на пляже", "лиса в снегу"),
    "sv": ("en katt i rymden", "en hund på stranden", "en räv i snön"),
    "uk": ("кіт у космосі", "собака на пляжі", "лисиця в снігу"),
    "vi": ("con mèo trong vũ trụ", "con chó trên bãi biển", "con cáo trong tuyết"),
    "zh": ("太空中的猫", "沙滩上的狗", "雪地里的狐狸"),
}


@pytest.mark.parametrize("language", PLACED)
def test_the_place_of_a_subject_is_understood_in_each_language(language: str):
    wanted = ("a cat in space", "a dog on a beach", "a fox in the snow")
    read = [TRANSLATOR.read(prompt) for prompt in PLACED[language]]
    assert tuple(each.sentence for each in read) == wanted and not any(each.unread for each in read)


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("ein Schneemann am Strand", "a snowman with snow on a beach"), ("eine Wüste", "a desert"),
        ("宇宙人がいる", "an alien"), ("宇航员在沙滩上", "an astronaut on a beach"),
        ("ein Bär im Wald auf blauem Hintergrund", "a bear on a blue background"),
    ],
)  # fmt: skip
def test_a_place_in_the_name_of_a_thing_is_none(prompt: str, sentence: str):
    assert TRANSLATOR.read(prompt).sentence == sentence


@pytest.mark.parametrize("language", SENTENCES)
def test_two_natural_sentences_of_each_language_are_understood(language: str):
    for prompt, sentence in SENTENCES[language].items():
        read = TRANSLATOR.read(prompt)
        left_out = [word for word in prompt.split() if word in NOT_UNDERSTOOD]
        assert read.sentence == sentence and list(read.unread) == left_out
        assert left_out or read.note() == f"Read as: {sentence}."
        assert VOCABULARY.explain(sentence).note() is None


@pytest.mark.parametrize(
    ("prompt", "note"),
    [
        ("ein tanzender Bär", "Read as: a bear. Not understood: tanzender."),
        ("un chat qui s'endort d'un coup", "Read as: a cat. Not understood: s'endort, coup."),
        ("ein Bär im Wald auf blauem Hintergrund",
         "Read as: a bear on a blue background. Not understood: wald."),
        ("🦊 tanzt auf blauem Hintergrund", "Read as: a fox on a blue background. Not understood: tanzt."),
    ],
)  # fmt: skip
def test_words_that_have_no_part_in_the_sentence_are_told(prompt: str, note: str):
    assert TRANSLATOR.read(prompt).note() == note


@pytest.mark.parametrize("prompt", EMOJI)
def test_emoji_characters_are_words(prompt: str):
    assert TRANSLATOR.read(prompt).sentence == EMOJI[prompt]


def test_every_subject_is_known_by_its_character():
    for name, code in VOCABULARY.subjects.items():
        sentence = TRANSLATOR.read(f"{emoji_character(code) or name} on a blue background").sentence
        assert VOCABULARY.explain(sentence).known, name
        assert VOCABULARY.explain(sentence).note() is None


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_nearly_every_subject_has_a_name_in_each_language(language: str):
    named = {each.hexcode for meanings in names_of(language).values() for each in meanings}
    known = {emoji_key(code) for code in VOCABULARY.subjects.values() if code}
    assert len(known & named) >= 0.99 * len(known)


@given(prompts)
def test_a_sentence_as_the_model_was_taught_stays_as_it_is(prompt: str):
    read = TRANSLATOR.read(prompt)
    assert read.sentence == prompt and read.note() is None


@pytest.mark.parametrize(
    "prompt",
    ["", "a quokka on a green background", "Hamlet is thinking.", "quokka", "zzzzz", "boot",
     "on a green background", "?!", "qwrtz", "wide shot of a canyon", "two ballons"],
)  # fmt: skip
def test_english_and_nonsense_without_a_subject_stay_too(prompt: str):
    assert TRANSLATOR.read(prompt).sentence == prompt


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    {
        "pengiun": "penguin",
        "a unicron": "a unicorn",
        "an ornage car": "an orange car",
        "two pengiuns on a green background": "two penguins on a green background",
        "A girrafe in the snwo": "A giraffe in the snow",
        "a dog behnid a house": "a dog behind a house",
        "a butterfy on a flwoer": "a butterfly above a flower",
    }.items(),
)
def test_what_can_only_be_a_slip_is_mended_and_said(prompt: str, sentence: str):
    read = TRANSLATOR.read(prompt)
    assert read.sentence == sentence and read.note() == f"Read as: {sentence}."
    assert VOCABULARY.explain(read.text).note() is None


@pytest.mark.parametrize("word", ["brid", "lft", "bleu", "gnat", "plover", "flaming", "mousse"])
def test_what_may_be_another_word_or_means_several_things_stays(word: str):
    assert TRANSLATOR.read(f"a {word} and a cat").text == f"a {word} and a cat"


@given(st.text(max_size=60))
def test_any_text_can_be_read(prompt: str):
    assert bool(TRANSLATOR.read(prompt).sentence) == bool(prompt)


def test_a_noun_that_is_not_drawn_is_said_in_english():
    sentence = TRANSLATOR.read("ein Fingerabdruck auf grünem Hintergrund").sentence
    assert sentence == "a fingerprint on a green background"
    assert "fingerprint" in VOCABULARY.explain(sentence).note()


def test_an_extended_vocabulary_is_read_too():
    words = json.loads(Path(EMBEDDED_FOLDER, "vocabulary.json").read_text(encoding="utf-8"))
    plain = {key: words[key] for key in ("backgrounds", "tints", "motions")}
    larger = Vocabulary(
        plain
        | {"subjects": words["subjects"] | {"house": "1f3e0", "tree": "1f333"}}
        | {"relations": ["left of"], "scenery": {"on a beach": "1f3d6-fe0f", "at night": None}}
        | {
            "held_out": {"combinations": [], "pairs": [["house", "tree"]], "relations": []},
            "grammar": ["{a}"],
        }
    )
    assert larger.explain("a house left of a tree at night on a beach").note() is None
    read = Translator(larger).read
    assert read("ein Haus auf grünem Hintergrund").sentence == "a house on a green background"
    assert read("🏠 🏖️").sentence == "a house on a beach"
    assert read("🌳").sentence == "a tree"


def test_a_second_thing_may_be_the_scenery():
    subjects = {"panda": "1f43c", "beach": "1f3d6", "blue square": "1f7e6", "dog": "1f415"}
    scenery = {"on a beach": None, "at the beach": None, "in a city": "1f3d9-fe0f"}
    words = {
        "subjects": subjects,
        "backgrounds": {"blue": [0, 0, 255]},
        "motions": ["still"],
        "scenery": scenery,
    }
    read = Translator(Vocabulary(words)).read
    for prompt, sentence in {
        "ein Panda am Strand": "a panda on a beach",
        "🏖️": "a beach",
        "🐼 🏙️": "a panda in a city",
        "🟦": "a blue square",
        "🐼🟦": "a panda on a blue background",
        "蓝色背景上的狗": "a dog on a blue background",
    }.items():
        assert read(prompt).sentence == sentence


def test_what_is_drawn_is_the_sentence_and_what_is_kept_is_the_prompt(tmp_path: Path):
    pipe = TextToVideo.from_pretrained()
    settings = {"frames": 2, "steps": 1, "width": 64, "height": 64, "seed": 3}
    given, said = (
        pipe("🐼 auf blauem Hintergrund", **settings),
        pipe("a panda on a blue background", **settings),
    )
    assert np.array_equal(given.frames, said.frames)
    kept = Video.read_settings(given.save(tmp_path / "panda.mp4"))
    assert kept.request.prompt == "🐼 auf blauem Hintergrund"
    assert "Read as: a panda on a blue background." in kept.notes and "Read as" not in "".join(said.notes)


@pytest.mark.parametrize(
    ("words", "first"),
    [(["horse"], "🐎  horse"), (["Bär"], "🐻  bear"), (["🐼"], "🐼  panda"),
     (["quokka"], "not known; near: "),
     (["xyzzyx"], "not known; "), (["cat", "face"], "🐱  cat face"),
     ([], f"{len(VOCABULARY.subjects)} subjects")],
)  # fmt: skip
def test_the_command_lists_and_searches(words: list[str], first: str, capsys: pytest.CaptureFixture[str]):
    from t2v.cli import main

    assert main(["words", *words]) == 0
    said = capsys.readouterr().out
    assert said.startswith(first)
    assert words or all(name in said for name in VOCABULARY.subjects)

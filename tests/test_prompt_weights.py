"""The syntax of weights in prompts, and what the text states, the request and the page make of it."""

import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from t2v import Request, RequestError, TextToVideo
from t2v.prompt_encoder import count
from t2v.prompt_weights import Fragment, parse, plain, problem, weighted
from t2v.service.backend import reader
from t2v.service.messages import Reading
from t2v.space.prompting import reading

from .tiny_model import write_diffusers

SMALL = {"frames": 2, "width": 32, "height": 32, "steps": 2, "seed": 1}
WEIGHTED = {  # prompt -> its only part
    "an (important) word": [("an ", 1), ("important", 1.1), (" word", 1)],
    "((very)) red": [("very", 1.21), (" red", 1)],
    "(red:1.3) ball": [("red", 1.3), (" ball", 1)],
    "(red: 1.3 ) ball": [("red", 1.3), (" ball", 1)],
    "[dull] ball": [("dull", 1 / 1.1), (" ball", 1)],
    "(red:0) ball": [("red", 0), (" ball", 1)],
    "(a (b:2) c:0.5)": [("a ", 0.5), ("b", 1), (" c", 0.5)],
    "(unbalanced": [("unbalanced", 1.1)],
    "[unbalanced": [("unbalanced", 1 / 1.1)],
    r"\(literal\]": [("(literal]", 1)],
    r"a \\(b)": [("a \\", 1), ("b", 1.1)],
    "(unnecessary)(parens)": [("unnecessaryparens", 1.1)],
    "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).": [
        ("a ", 1),
        ("house", 1.573),
        (" ", 1.1),
        ("on", 1),
        (" a ", 1.1),
        ("hill", 0.55),
        (", sun, ", 1.1),
        ("sky", 1.4641),
        (".", 1.1),
    ],
    "a panda :)": [("a panda :)", 1)],
    "3:2) and 1.5)": [("3:2) and 1.5)", 1)],
    "(red:blue)": [("red:blue", 1.1)],
    "(red:1.2.3)": [("red:1.2.3", 1.1)],
    "()": [("", 1)],
}


@pytest.mark.parametrize("prompt", WEIGHTED)
def test_a_prompt_is_split_as_the_web_ui_splits_it(prompt: str):
    (part,) = parse(prompt)
    assert [text for text, _ in part] == [text for text, _ in WEIGHTED[prompt]]
    assert [weight for _, weight in part] == pytest.approx([weight for _, weight in WEIGHTED[prompt]])


def test_break_begins_another_part_and_keeps_its_weights():
    assert parse("a cat BREAK a dog") == [[("a cat", 1)], [("a dog", 1)]]
    assert parse("(a cat\nBREAK\na dog:2)") == [[("a cat", 2)], [("a dog", 2)]]
    assert parse("BREAK") == [[("", 1)], [("", 1)]]
    assert len(parse("a BREAKFAST, a break")) == 1
    assert plain("(a cat:2) BREAK a [dog]") == "a cat a dog"


@given(st.text(st.characters(exclude_characters="()[]", exclude_categories=["Cs"])))
def test_a_prompt_without_brackets_stays_as_it_is(prompt: str):
    if not re.search(r"\bBREAK\b", prompt):
        assert parse(prompt) == [[(prompt, 1.0)]] and plain(prompt) == prompt and weighted(prompt) == []


@given(st.text("()[]\\:. ab1BREAK", max_size=40))
def test_any_brackets_are_read_and_no_letter_is_lost(prompt: str):
    parts = parse(prompt)
    text = "".join(each.text for part in parts for each in part)
    letters = re.sub(r"\bBREAK\b", "", prompt)
    assert parts and all(part for part in parts)
    assert text.count("a") == letters.count("a") and text.count("b") == letters.count("b")
    assert all(each.weight >= 0 for part in parts for each in part)


@pytest.mark.parametrize(
    ("prompt", "why"),
    [
        ("a (red:-1) ball", r"prompt: weights 'red' by -1: a weight is a number from 0 to 10"),
        ("(" * 30 + "x", r"weights 'x' by 17.4"),
        (" BREAK ".join("abcdefghi"), r"at most 8 parts between BREAKs, not 9"),
    ],
)
def test_a_weight_that_makes_no_sense_is_refused_before_any_work(prompt: str, why: str):
    with pytest.raises(RequestError, match=why):
        Request(prompt).validate()
    with pytest.raises(RequestError, match="negative_prompt"):
        Request("a panda", negative_prompt=prompt).validate()


@pytest.mark.parametrize("prompt", ["(a:9.9)", "[[[[a]]]]", " BREAK ".join("abcdefgh")])
def test_weights_and_parts_within_the_limits_pass(prompt: str):
    assert problem(prompt) is None and Request(prompt).validate().prompt == prompt


@pytest.fixture(scope="module")
def pipe(tmp_path_factory: pytest.TempPathFactory) -> TextToVideo:
    return TextToVideo.from_pretrained(
        write_diffusers(tmp_path_factory.mktemp("model")), device="cpu", dtype="float32"
    )


def states(pipe: TextToVideo, *prompts: str) -> torch.Tensor:
    return pipe.text_encoder(list(prompts))


@pytest.mark.parametrize("prompt", ["a panda", "", "a panda, 1:2 \\ :)", "(a panda:1)", r"a \(panda\)"])
def test_weights_of_one_keep_the_bits(pipe: TextToVideo, prompt: str):
    bare = pipe.runner.encode(pipe.tokenizer([plain(prompt)]))
    assert torch.equal(states(pipe, prompt), bare)


def test_a_weight_moves_its_own_tokens_away_from_the_empty_prompts(pipe: TextToVideo):
    bare, strong, empty = states(pipe, "a panda"), states(pipe, "a (panda:2)"), states(pipe, "")
    own = slice(1 + len(pipe.tokenizer.encode("a ")), 1 + len(pipe.tokenizer.encode("a panda")))
    expected = bare.clone()
    expected[:, own] = empty[:, own] + 2 * (bare[:, own] - empty[:, own])
    torch.testing.assert_close(strong, expected)
    others = torch.ones(77, dtype=torch.bool)
    others[own] = False
    assert torch.equal(strong[:, others], bare[:, others])


def test_nothing_is_left_of_a_weight_of_zero(pipe: TextToVideo):
    """States after it are those that never saw it, whatever it said."""
    one, other = states(pipe, "a (panda:0) ran"), states(pipe, "a (koala:0) ran")
    if len(pipe.tokenizer.encode("panda")) == len(pipe.tokenizer.encode("koala")):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)
    assert not torch.allclose(states(pipe, "a panda ran"), states(pipe, "a koala ran"), atol=1e-3)


def test_half_a_weight_is_half_way_to_the_prompt_without_it(pipe: TextToVideo):
    half, none = states(pipe, "a (panda:0.5) ran"), states(pipe, "a (panda:0) ran")
    after = slice(1 + len(pipe.tokenizer.encode("a panda")), None)
    middle = (states(pipe, "a panda ran") + none) / 2
    torch.testing.assert_close(half[:, after], middle[:, after], atol=1e-4, rtol=1e-4)


def test_parts_lie_one_after_the_other_and_the_shorter_prompt_is_filled_up(pipe: TextToVideo):
    both = states(pipe, "", "a cat BREAK a (dog:2)")
    assert both.shape[:2] == (2, 154)
    torch.testing.assert_close(both[1:], torch.cat([states(pipe, "a cat"), states(pipe, "a (dog:2)")], dim=1))
    torch.testing.assert_close(both[:1, :77], both[:1, 77:])


def test_weights_and_parts_make_another_video_the_same_each_time(pipe: TextToVideo):
    def frames(prompt: str):
        return pipe(prompt, **SMALL, guidance=9.0).frames

    bare = frames("a panda")
    for prompt in ("a (panda:1.5)", "a [panda]", "a panda BREAK a forest at night"):
        assert (frames(prompt) != bare).any() and (frames(prompt) == frames(prompt)).all()


def test_a_long_prompt_is_cut_in_each_part_alone(pipe: TextToVideo):
    found = count("(well:2) " * 80 + "BREAK a panda", pipe.tokenizer)
    assert found.limit == 154 and found.cut and found.weights[0] == Fragment("well", 2)
    assert states(pipe, "(well:2) " * 80).isfinite().all()
    assert any("cut off" in note for note in pipe.notes(Request("well " * 80)))
    assert not any("cut off" in note for note in pipe.notes(Request("a cat BREAK " + "a " * 10)))


def test_the_page_shows_tokens_of_all_parts_and_the_weights(pipe: TextToVideo):
    read = reader(pipe)("a (red:1.3) <b> BREAK [a cat]")
    assert read.limit == 154 and [(w, f"{x:.2f}") for w, x in read.weights] == [
        ("red", "1.30"),
        ("a cat", "0.91"),
    ]
    shown = reading(read, "a (red:1.3)", None)
    assert "red ×1.3 · a cat ×0.909" in shown
    assert "<script>" not in reading(Reading(3, 77, "", "", (("<script>", 2.0),)), "x", None)


def test_the_embedded_model_reads_the_words_within_brackets():
    pipe = TextToVideo.from_pretrained("emoji", device="cpu")
    assert not [
        note for note in pipe.notes(Request("a (panda:1.3) on a [green] background")) if "taught" in note
    ]
    assert reader(pipe)("a (panda:1.3)").remark == ""

"""The evaluation asks for what was held out, shares the work, and counts what is right."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from t2v import TextToVideo
from t2v.vocabulary import Vocabulary
from training.captions import Captions
from training.content import single
from training.dataset import EmojiClips
from training.evaluate import SHARE, load, made, pixels, save, shares
from training.examine import LINE, Examination, line, loop_errors, seed_decibels
from training.judge import Judge
from training.known import encoded, sample, through_vae
from training.nouns import NOUNS
from training.report import report
from training.subjects import Subject
from training.trials import COLOURED, GROUPS, SEEDS, Trial, draw_trials, trial_of
from training.truth import true_clips
from training.vocabulary import vocabulary

from .shapes import NAMES, pack_shapes

WORDS = {
    "subjects": {**{name: name for name in NAMES}, "cat": "cat"}, "backgrounds": {"green": [0, 0, 0]},
    "motions": ["still"],
}  # fmt: skip


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> EmojiClips:
    return EmojiClips(pack_shapes(tmp_path_factory.mktemp("clips") / "emoji.zip"), size=32, threads=1)


@pytest.fixture(scope="module")
def captions(clips: EmojiClips) -> Captions:
    """Of many subjects by name, so that there are held-out pairs among them."""
    numbered = (
        replace(s, phrases=(f"{p} {n}",)) for n in range(40) for s in clips.subjects for p in s.phrases
    )
    return Captions(tuple(numbered), 0, clips.scenery)


def drawn(captions: Captions, clips: int = 16, seed: int = 3) -> list[Trial]:
    names = dict.fromkeys([subject.name for subject in captions.subjects], "")
    words = Vocabulary(WORDS | {"subjects": names})
    return draw_trials(captions, words, list(GROUPS), clips, 4, seed)


def test_trials_are_the_same_for_a_seed_and_of_every_group(captions: Captions) -> None:
    trials = drawn(captions)
    assert trials == drawn(captions) != drawn(captions, seed=4)
    counts = {group: sum(t.group == group and not t.truth for t in trials) for group in GROUPS}
    assert {count for group, count in counts.items() if group != "nouns"} == {16}
    assert {t.group for t in trials if t.truth} == {*GROUPS} - {"seeds", "nouns"}
    assert len({t.prompt for t in trials if t.group == "seeds"}) == 2
    assert {(t.width, t.height) for t in trials if t.group == "tall"} == {(192, 336)}
    assert {len(t.content.entities) for t in trials if t.group in COLOURED} == {2, 3}
    assert [trial_of(asdict(trial)) for trial in trials] == trials
    others = [t for t in trials if t.group == "shapes"]
    assert all(57_000 <= t.width * t.height <= 70_000 and 8 <= t.frames <= 32 for t in others)
    assert len({(t.width, t.height) for t in others}) > 2 and len({t.frames for t in others}) > 2


def test_a_noun_is_asked_for_where_the_words_of_the_model_know_it(clips: EmojiClips) -> None:
    captions = Captions((*clips.subjects, replace(clips.subjects[0], phrases=("a cat",))), 0)
    trials = draw_trials(captions, Vocabulary(WORDS), ["nouns"], 512, 0, 0)
    assert [t.prompt for t in trials] == [
        f"a {noun} on a green background" for noun in ("cat", "ball") for _ in range(SEEDS)
    ]
    assert len(NOUNS) == 102 == len(set(NOUNS))


def test_only_subjects_that_the_model_was_taught_are_asked_for(clips: EmojiClips) -> None:
    words = Vocabulary(WORDS | {"subjects": {"box": "box", "tent": "tent"}})
    trials = draw_trials(Captions(clips.subjects, 0, clips.scenery), words, ["one", "scenery"], 24, 0, 0)
    assert {NAMES[t.content.entities[0].subject] for t in trials} == {"box", "tent"}


def test_subjects_that_only_the_data_has_change_nothing_that_is_asked(captions: Captions) -> None:
    names = dict.fromkeys([subject.name for subject in captions.subjects], "")
    more = Captions((*captions.subjects, Subject("t2v-bench", ("a bench",))), 0, captions.scenery)
    words = Vocabulary(WORDS | {"subjects": names})
    before, after = (
        draw_trials(each, words, ["scenery", "words", "three"], 4, 2, 3) for each in (captions, more)
    )
    assert before == after


def test_shares_hold_every_trial_once_one_group_each_and_keep_a_prompts_seeds_together(
    captions: Captions,
) -> None:
    trials = drawn(captions, 40)
    parts = shares(trials)
    assert sorted(map(repr, trials)) == sorted(repr(trial) for part in parts for trial in part)
    assert all(len({(t.group, t.truth, t.width, t.height, t.frames) for t in part}) == 1 for part in parts)
    homes: dict[str, set[int]] = {}
    for i, part in enumerate(parts):
        for trial in part:
            if trial.group == "seeds":
                homes.setdefault(trial.prompt, set()).add(i)
    assert homes and all(len(home) == 1 for home in homes.values())
    assert max(map(len, parts)) < SHARE + SEEDS


def small(trial: Trial) -> Trial:
    return replace(trial, width=32, height=32)


def test_a_table_of_truth_is_perfect_and_a_wrong_clip_is_counted(clips: EmojiClips, tmp_path: Path) -> None:
    captions = Captions(clips.subjects, 0, clips.scenery)
    trials = [
        Trial("one", "a box", seed, single(subject, colour, "still"), 32, 32, truth)
        for seed, subject, colour, truth in (
            (0, 1, "green", True),
            (1, 3, "gray", True),
            (2, 5, "blue", False),
        )
    ]
    frames = [pixels(film) for film in true_clips(clips, captions, trials)]
    frames[2] = 255 - frames[2]
    save(tmp_path / "clips.zip", trials, frames)
    again, videos = load(tmp_path / "clips.zip")
    assert again == trials and np.abs(videos[0].astype(int) - frames[0]).mean() < 6
    exam = Examination(Judge(clips), captions, {"ball": "round", "cross": "round"})
    exam_line = {"line": 1.0, "mirrored": 0.5}  # the line's place is one of 256×256
    records = [record | exam_line for record in exam([replace(t, group="words") for t in trials], frames)]
    records = [record | {"group": "one"} for record in records]
    assert [r["all right"] for r in records] == [True, True, False]
    table = report(records, [20.0])
    assert "truth through the VAE | 2 | 1.000 | 1.000 | 1.000" in table and "Between 8 seeds" in table
    assert "| one subject | 1 | 0.000" in table and "1.00 levels" in table and "2.00 times" in table


def test_relations_are_told_one_by_one_with_the_truth_apart() -> None:
    records = [
        {"group": "pair", "truth": truth, "content": {"relation": relation}, "psnr": 20.0,
         "subject right": subject, "relation right": right}
        for truth, relation, subject, right in (
            (True, "above", True, True), (False, "above", True, True), (False, "above", False, False),
            (False, "and", True, False),
        )
    ]  # fmt: skip
    table = report(records, [])
    assert "truth through the VAE: above 1 of 1; where both subjects are right 1 of 1." in table
    assert "Relations: and 0 of 1, above 1 of 2; where both subjects are right 1 of 2." in table


def test_seeds_that_show_the_same_are_told_from_those_that_do_not() -> None:
    trials = [Trial("seeds", "a", seed, single(0, "green", "still")) for seed in range(3)]
    black, white = np.zeros((2, 4, 4, 3), np.uint8), np.full((2, 4, 4, 3), 255, np.uint8)
    assert sorted(seed_decibels(trials, [black, black, white])) == pytest.approx([0, 0, 100])


def test_a_line_is_measured_against_its_mirrored_places() -> None:
    film = torch.full((16, 3, 256, 256), 0.2)
    assert line(film) == {"line": 0.0, "mirrored": 0.0}
    film[(..., *LINE)] += 4 / 127.5
    film[..., 100:140, 100:140] = -1  # a subject
    assert line(film)["line"] == pytest.approx(4, abs=1e-3) and line(film)["mirrored"] == 0
    assert line(film.flip(-1)) == pytest.approx({"line": 0.0, "mirrored": 4 / 3}, abs=1e-3)


def test_a_loop_is_measured_at_its_seam() -> None:
    turn = torch.linspace(0, 2 * torch.pi, 17)[:-1]
    closed = turn.sin()[:, None, None, None].expand(16, 3, 4, 4)
    open_ = (turn / 6)[:, None, None, None].expand(16, 3, 4, 4)
    good, bad = loop_errors(torch.stack([closed, open_]))
    assert good["seam"] < 3 * good["neighbours"] and bad["seam"] > 100 * bad["neighbours"]


@pytest.fixture(scope="module")
def pipe() -> TextToVideo:
    return TextToVideo.from_pretrained("emoji", device="cpu", dtype="float32")


def test_known_frames_come_back_and_the_others_are_made(clips: EmojiClips, pipe: TextToVideo) -> None:
    trials = [Trial("eight", "a box", seed, single(1, "green", "still"), 64, 64) for seed in range(2)]
    truth = true_clips(clips, Captions(clips.subjects, 0), trials)
    z, known = encoded(pipe, truth), torch.arange(16) < 8
    noise = torch.randn(z.shape, generator=torch.manual_seed(0))
    videos = sample(pipe, [t.prompt for t in trials], noise, z, known)
    seen = through_vae(pipe, truth)
    assert videos.shape == truth.shape and (videos[:, :8] - seen[:, :8]).abs().max() < 1e-2
    assert (videos[:, 8:] - seen[:, 8:]).abs().mean() > 0.02
    other = sample(pipe, [t.prompt for t in trials], noise.flip(0), z, known)
    assert (videos[:, 8:] - other[:, 8:]).abs().mean() > 1e-3


def test_with_no_frame_known_the_sampler_is_the_pipelines(pipe: TextToVideo) -> None:
    noise = torch.randn(1, pipe.unet.config.in_channels, 16, 4, 4, generator=torch.manual_seed(0))
    none = torch.zeros(16, dtype=torch.bool)
    prompt = "a panda on a green background"
    ours = pixels(sample(pipe, [prompt], noise, torch.zeros_like(noise), none)[0])
    theirs = pipe(prompt, seed=0, latents=noise, width=64, height=64).frames
    assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_truth_is_what_the_vae_makes_of_it(clips: EmojiClips, pipe: TextToVideo) -> None:
    captions = Captions(clips.subjects, 0)
    trials = [replace(small(Trial("one", "a box", 0, single(1, "green", "still"))), truth=True)]
    (video,) = made(pipe, clips, captions, trials, {})
    expected = pixels(through_vae(pipe, true_clips(clips, captions, trials))[0])
    assert np.array_equal(video, expected)
    assert vocabulary(clips.subjects)["subjects"].keys() == {*NAMES}

"""The judge sees what a clip shows and what is wrong with it; the evaluation asks for what was held out."""

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from training.captions import held_out
from training.compose import MOTIONS, compose, plain_spec
from training.dataset import FRAMES, GRID, SIDE, EmojiClips
from training.evaluate import (
    GROUPS,
    SEEDS,
    SHARE,
    draw_trials,
    judged,
    load,
    report,
    save,
    seed_decibels,
    shares,
)
from training.judge import Judge, corner_colour
from training.phrases import BACKGROUNDS

NAMES = ("ball", "box", "arrow", "cross", "face")


def draw(name: str, time: float) -> Image.Image:
    """A frame of 256×256 of one of the shapes; something in it swings with `time` (0…1)."""
    image = Image.new("RGBA", (SIDE, SIDE))
    pen, swing = ImageDraw.Draw(image), 25 * np.sin(2 * np.pi * time)
    if name == "ball":
        pen.ellipse((20, 20, 236, 236), fill=(230, 60, 40))
        pen.ellipse((60 + swing, 60, 100 + swing, 100), fill=(255, 255, 255))
    elif name == "box":
        pen.rectangle((40, 60 + swing, 216, 226), fill=(60, 90, 220))
        pen.rectangle((40, 60 + swing, 128, 120), fill=(240, 220, 60))
    elif name == "arrow":
        pen.polygon([(20, 128), (160, 40), (160, 216)], fill=(60, 200, 90))
        pen.rectangle((150, 100, 230 + swing / 2, 156), fill=(60, 200, 90))
    elif name == "cross":
        pen.rectangle((100, 20, 156, 236), fill=(150, 60, 200))
        pen.rectangle((20, 60 + swing, 236, 110 + swing), fill=(150, 60, 200))
    else:
        pen.ellipse((30, 30, 226, 226), fill=(250, 200, 50))
        pen.arc((80, 110, 176, 190 + swing / 2), 0, 180, fill=(60, 30, 20), width=14)
        pen.ellipse((90, 80, 115, 110), fill=(60, 30, 20))
    return image


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> EmojiClips:
    """Five animated shapes, packed as the emoji are."""
    path = tmp_path_factory.mktemp("clips") / "emoji.zip"
    with zipfile.ZipFile(path, "w") as archive:
        subjects = [{"emoji": name, "names": [f"a {name}"]} for name in NAMES]
        archive.writestr("subjects.json", json.dumps(subjects))
        for name in NAMES:
            sheet, buffer = Image.new("RGBA", (SIDE * GRID, SIDE * GRID)), io.BytesIO()
            for i in range(FRAMES):
                sheet.paste(draw(name, i / FRAMES), (i % GRID * SIDE, i // GRID * SIDE))
            sheet.save(buffer, "WEBP", quality=90, method=0)
            archive.writestr(f"{name}.webp", buffer.getvalue())
    return EmojiClips(path, size=64)


def rendered(clips: EmojiClips, subjects: list[int], colours: list[str], motions: list[str], **others):
    """Spec and clips (b f 3 h w) of plain renderings."""
    rgb = torch.tensor([BACKGROUNDS[name] for name in colours]) / 255
    spec = plain_spec(subjects, rgb, [MOTIONS.index(motion) for motion in motions], **others)
    return spec, compose(clips, spec)


def test_the_judge_reads_every_motion_in_every_open_choice(clips):
    n = len(MOTIONS)
    colours = [name for name in BACKGROUNDS if name not in ("white", "yellow", "orange", "red")][:n]
    others = {
        "phase": torch.arange(n).float() * 2,
        "speed": torch.tensor([1.0, 2.0] * (n // 2)),
        "x": torch.linspace(-0.1, 0.1, n),
        "y": torch.linspace(0.06, -0.06, n),
    }
    spec, videos = rendered(clips, [i % 5 for i in range(n)], colours, list(MOTIONS), **others)
    verdict = Judge(clips).verdict(videos + 0.05 * torch.randn(videos.shape, generator=torch.manual_seed(0)))
    assert verdict.subject.tolist() == spec.subject.tolist()
    assert [MOTIONS[i] for i in verdict.motion] == list(MOTIONS)
    assert [list(BACKGROUNDS)[i] for i in verdict.background] == colours


def test_likeness_finds_phase_position_and_size(clips):
    told, _ = rendered(clips, [4, 2], ["green", "black"], ["still", "moving left"])
    shown = replace(told, phase=told.phase + 7, x=told.x + 0.08, y=told.y - 0.05, size=told.size * 0.9)
    assert Judge(clips).likeness(compose(clips, shown), told).psnr.min() > 33


def test_likeness_is_low_for_another_subject_and_counts_noise_as_flicker(clips):
    told, videos = rendered(clips, [0, 1], ["green", "gray"], ["still", "still"])
    judge = Judge(clips)
    noisy = videos + 0.1 * torch.randn(videos.shape, generator=torch.manual_seed(0))
    assert judge.likeness(videos.flip(0), told).psnr.max() < 15
    assert judge.likeness(noisy, told).flicker.min() > judge.likeness(videos, told).flicker.max() + 3


def test_corner_colour_ignores_a_subject_that_passes_through_a_corner(clips):
    colour = torch.tensor([0.2, 0.4, 0.6])
    video = (colour * 2 - 1)[None, None, :, None, None].expand(1, 16, 3, 32, 32).clone()
    video[:, :5, :, :8, :8] = 1
    assert torch.allclose(corner_colour(video)[0], colour, atol=1e-5)


def test_trials_ask_for_what_was_held_out_and_are_the_same_for_a_seed(clips):
    trials = draw_trials(clips.subjects, clips=16, seed=3)
    assert (
        trials
        == draw_trials(clips.subjects, clips=16, seed=3)
        != draw_trials(clips.subjects, clips=16, seed=4)
    )
    for trial in trials:
        kept = held_out(NAMES[trial.subject], trial.background, trial.motion)
        assert kept == (trial.group != "seen"), trial
        assert NAMES[trial.subject] in trial.prompt
    assert {trial.group for trial in trials} == set(GROUPS)
    assert len({t.prompt for t in trials if t.group == "held out"}) == 16


def test_a_table_of_truth_is_perfect_and_a_wrong_clip_is_counted(clips, tmp_path):
    trials = draw_trials(clips.subjects, clips=4, seed=0)[:6]
    trials = [replace(trial, group=group) for trial, group in zip(trials, [*GROUPS, "seeds"], strict=True)]
    trials[-1] = replace(trials[-2], seed=1)
    _, films = rendered(
        clips, [t.subject for t in trials], [t.background for t in trials], [t.motion for t in trials]
    )
    frames = [
        np.ascontiguousarray(((f + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()) for f in films
    ]
    frames[1] = 255 - frames[1]
    save(tmp_path / "clips.zip", trials, frames, vae=40.0)
    again, videos, vae = load(tmp_path / "clips.zip")
    assert again == trials and vae == 40.0
    assert np.abs(videos[0].astype(int) - frames[0]).mean() < 4
    records = judged(Judge(clips), again, videos)
    right = [r["subject right"] and r["background right"] and r["motion right"] for r in records]
    assert right == [True, False, True, True, True, True]
    table = report(records, np.mean(seed_decibels(trials, frames)), vae)
    assert table.count("1.000 | 1.000") == 4 and "0.000" in table and "VAE: 40.0 dB" in table


def test_shares_hold_every_trial_once_and_keep_a_prompts_seeds_and_one_background_together(clips):
    trials = draw_trials(clips.subjects, clips=40, seed=0)
    parts = shares(trials)
    assert sorted(map(repr, trials)) == sorted(repr(trial) for part in parts for trial in part)
    assert all(len({trial.background for trial in part}) == 1 for part in parts)
    homes = [{i for i, part in enumerate(parts) if trial in part} for trial in trials]
    by_prompt = {t.prompt: set() for t in trials if t.group == "seeds"}
    for trial, home in zip(trials, homes, strict=True):
        if trial.group == "seeds":
            by_prompt[trial.prompt] |= home
    assert all(len(home) == 1 for home in by_prompt.values())
    assert max(map(len, parts)) < SHARE + SEEDS

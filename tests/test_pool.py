"""Pools of clips: which begin later in their motions, and which of their frames are known."""

from dataclasses import fields

import torch

from training.compose import plain_spec
from training.pool import FARTHEST, LATE, SHAPES, LatentPool, begun_later, known_frames

FRAMES, CLIPS = 16, 4000


def test_some_clips_begin_later_most_of_them_soon() -> None:
    torch.manual_seed(0)
    spec = plain_spec([0] * CLIPS, torch.zeros(CLIPS, 3), [0] * CLIPS)
    later = begun_later(spec, FRAMES)
    begin = later.begin
    late = begin > 0
    assert abs(float(late.float().mean()) - LATE) < 0.03
    assert begin.max() <= FARTHEST and begin.max() > FARTHEST - 10
    assert ((begin >= 4) & (begin <= 12))[late].float().mean() > 0.5
    assert not spec.begin.any()
    others = [field.name for field in fields(spec) if field.name != "begin"]
    assert all(torch.equal(getattr(later, name), getattr(spec, name)) for name in others)


def test_of_a_clip_that_begins_later_the_beginning_is_known_and_nothing_else() -> None:
    torch.manual_seed(0)
    late = torch.arange(CLIPS) % 2 == 0
    known = known_frames(late, FRAMES)
    count = known[late].sum(1)
    assert count.min() == FRAMES // 4 and count.max() == FRAMES - FRAMES // 4
    assert not (known[late].int().diff(dim=1) > 0).any()
    assert 0.4 < (~known[~late].any(1)).float().mean() < 0.6
    assert not known.all(1).any()


def test_single_frames_are_of_clips_that_begin_at_the_beginning() -> None:
    pool = LatentPool.__new__(LatentPool)  # without data, as if clips had been encoded
    pool.device, pool.shape, pool.filled = torch.device("cpu"), SHAPES[0], 60
    pool.late = torch.arange(64) % 3 == 0
    pool.z = torch.arange(64.0)[:, None, None, None, None].expand(-1, 2, FRAMES, 1, 1).bfloat16()
    pool.tokens = torch.zeros(64, 5, dtype=torch.long)
    rows = pool.draw_images(500)[0][:, 0, 0, 0, 0].long()
    assert set(rows.tolist()) == {row for row in range(60) if row % 3}


def test_a_single_frame_is_never_known() -> None:
    assert not known_frames(torch.zeros(64, dtype=torch.bool), 1).any()

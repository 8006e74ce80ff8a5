"""Clips show what the spec says: places, motions, colours, order, any shape, loops that close."""

import itertools
import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from training import layout
from training.captions import Captions
from training.compose import DIRECTIONS, FRAMES, LAYERS, MOTIONS, SIZES, TRAVEL, Spec, compose, plain_spec
from training.content import Content, Entity
from training.layers import without
from training.layout import RELATIONS
from training.phrases import BACKGROUNDS
from training.subjects import Scenery, Subject
from training.tint import contrast

NAMES = ("panda", "cat", "rocket", "tree")
SUBJECTS = tuple(Subject(str(i), (f"a {name}",)) for i, name in enumerate(NAMES))
PLACES = (Scenery(("on a hill",), "hill"),)
GREY = torch.full((1, 3), 0.5)
SHAPES = {"square": (32, 32), "wide": (32, 56), "tall": (56, 32)}


def one_layer(spec: Spec, number: int) -> Spec:
    """The spec without its other layers."""
    return without(spec, set(range(LAYERS)) - {number})


class Disc:
    """Clips of one opaque red disc of radius 0.8 on 32×32; picture i of the animated ones has i in its blue.

    The last subject is a still one. The only landscape is a dark left half and a light right one.
    """

    subjects, names, size = SUBJECTS, NAMES, 32

    def __init__(self) -> None:
        axis = torch.linspace(-1, 1, 32)
        alpha = 255.0 * (axis[:, None] ** 2 + axis**2 < 0.64)
        time = torch.arange(16)[:, None, None] / 16
        opaque = alpha.expand(16, -1, -1)
        loop = torch.stack([opaque, opaque * 0, alpha * time, opaque], 1).round().to(torch.uint8)
        self.pictures = torch.cat([loop, loop, loop, loop[:1]])
        self.first, self.count = torch.tensor([0, 16, 32, 48]), torch.tensor([16, 16, 16, 1])
        self.contrast = torch.stack([contrast(self.pictures[i : i + 1]) for i in self.first])
        self.grounds = torch.full((1, 3, 32, 32), 40, dtype=torch.uint8)
        self.grounds[..., 16:] = 200

    def at(self, subjects: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        return self.pictures[self.first[subjects] + times % self.count[subjects]]


def centroids(videos: torch.Tensor) -> torch.Tensor:
    """Centre of what differs from the corner (b f 2), in −1…1, x then y; and its area in the last column."""
    mask = ((videos - videos[..., :1, :1]).abs().sum(2) > 0.2).float()
    across, down = torch.linspace(-1, 1, videos.shape[-1]), torch.linspace(-1, 1, videos.shape[-2])
    area = mask.sum((2, 3))
    x, y = (mask * across).sum((2, 3)) / area, (mask * down[:, None]).sum((2, 3)) / area
    return torch.stack([x, y, area], -1)


def simple(clips: Disc, spec: Spec) -> torch.Tensor:
    """A plain renderer of square clips of one subject each, as the first world's clips were made."""
    frames = []
    for i, t in itertools.product(range(len(spec)), range(FRAMES)):
        u, motion = t / (FRAMES - 1), MOTIONS[spec.motion[i, 0]]
        way = {"moving left": (-1, 0), "moving right": (1, 0), "moving up": (0, -1), "moving down": (0, 1)}
        dx, dy = way.get(motion, (0, 0))
        x, y = (float(p[i, 0]) + d * TRAVEL * (2 * u - 1) for p, d in ((spec.x, dx), (spec.y, dy)))
        part = {"growing": 0.43 + 0.57 * u, "shrinking": 1 - 0.57 * u}.get(motion, 1.0)
        size, angle = float(spec.size[i, 0]) * part, 2 * math.pi * t / FRAMES * (motion == "spinning")
        cos, sin = math.cos(angle) / size, math.sin(angle) / size
        matrix = torch.tensor([[cos, sin, -cos * x - sin * y], [-sin, cos, sin * x - cos * y]])
        time = round(float(spec.phase[i] + spec.speed[i] * t))
        picture = clips.at(spec.subject[i, :1], torch.tensor([time])).float() / 255
        grid = F.affine_grid(matrix[None], [1, 4, 64, 64], align_corners=False)
        drawn = F.avg_pool2d(F.grid_sample(picture, grid, align_corners=False), 2)[0]
        frames.append(drawn[:3] + (1 - drawn[3:]) * spec.background[i, :, None, None])
    return torch.stack(frames).unflatten(0, (len(spec), FRAMES)) * 2 - 1


def test_a_single_subject_is_drawn_as_a_plain_renderer_draws_it():
    captions = Captions(SUBJECTS, seed=3)
    contents = [Content((Entity(i % 4, motion),), "green") for i, motion in enumerate(MOTIONS)]
    spec = captions.spec(contents)
    torch.testing.assert_close(compose(Disc(), spec), simple(Disc(), spec), atol=2e-5, rtol=0)


def test_moving_subjects_travel_the_way_that_is_said():
    track = centroids(compose(Disc(), plain_spec([0] * 8, GREY.expand(8, 3), list(range(8)))))
    change = dict(zip(MOTIONS, track[:, -1] - track[:, 0], strict=True))
    assert change["moving left"][0] < -0.6 and abs(change["moving left"][1]) < 0.02
    assert change["moving right"][0] > 0.6
    assert change["moving up"][1] < -0.6 and change["moving down"][1] > 0.6
    assert change["growing"][2] > 100 and change["shrinking"][2] < -100
    assert change["still"].abs().max() < 1e-4


def test_a_clip_that_begins_later_goes_on_from_the_first():
    spec = plain_spec([0] * 8, GREY.expand(8, 3), list(range(8)))
    first, later = compose(Disc(), spec), compose(Disc(), replace(spec, begin=torch.full((8,), 6.0)))
    torch.testing.assert_close(later[:, :-6], first[:, 6:], atol=1e-4, rtol=0)


@pytest.mark.parametrize("motion", DIRECTIONS)
def test_what_has_left_the_frame_comes_in_again_at_the_other_side(motion: str):
    size = SIZES[MOTIONS.index(motion)]
    slow = (FRAMES - 1) / (2 * TRAVEL)  # frames for a way of 1
    around = (2 + 2 * size) * slow  # until it is where it was
    to_edge = (1 + size / 2 + TRAVEL) * slow  # until a quarter of it is left
    to_other = around - (1 - TRAVEL) * slow - (FRAMES - 1)  # so that in its last frame it is half in again
    spec = plain_spec([3] * 5, GREY.expand(5, 3), [MOTIONS.index(motion)] * 5)
    begins = torch.tensor([0, around, 2 * around, to_edge, to_other])
    first, once, twice, leaving, back = compose(Disc(), replace(spec, begin=begins))
    torch.testing.assert_close(once, first, atol=0.02, rtol=0)
    torch.testing.assert_close(twice, first, atol=0.02, rtol=0)
    axis, way = next((i, step) for i, step in enumerate(DIRECTIONS[motion]) if step)
    track = centroids(torch.stack([leaving, back]))
    assert track[0, 0, axis] * way > 0.6 and track[1, -1, axis] * way < -0.5


def test_what_grows_or_shrinks_stays_as_it_has_become():
    spec = plain_spec([3] * 2, GREY.expand(2, 3), [MOTIONS.index("growing"), MOTIONS.index("shrinking")])
    first, later = compose(Disc(), spec), compose(Disc(), replace(spec, begin=torch.full((2,), 30.0)))
    torch.testing.assert_close(later, first[:, -1:].expand_as(later), atol=1e-4, rtol=0)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_single_subject_stays_inside_the_frame(shape: str):
    h, w = SHAPES[shape]
    _, spec = Captions(SUBJECTS, 0, kinds={"one": 1.0}).batch(48, w / h)
    videos = compose(Disc(), spec, shape=(h, w))
    background = spec.background[:, None, :, None] * 2 - 1
    for border in (videos[..., 0, :], videos[..., -1, :], videos[..., :, 0], videos[..., :, -1]):
        assert (border - background).abs().max() < 0.05


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("relation", [*RELATIONS, "and", "three"])
def test_each_subject_of_a_scene_stands_in_its_box(relation: str, shape: str):
    h, w = SHAPES[shape]
    subjects = range(3 if relation == "three" else 2)
    content = Content(tuple(Entity(i) for i in subjects), "white", relation=relation.replace("three", "and"))
    spec = Captions(SUBJECTS, seed=1).spec([content] * 8, aspect=w / h)
    boxes = layout.boxes(content.relation, len(subjects), w / h)
    for number in subjects:
        mask = (compose(Disc(), one_layer(spec, number), 2, shape=(h, w)) < 0.9).any(2)  # (b f h w)
        left, top, right, bottom = boxes[int(spec.subject[0, number])]
        rows, columns = mask.any(3).nonzero()[:, 2], mask.any(2).nonzero()[:, 2]
        slack = 0.02 * max(h, w) + 1
        assert left * w - slack <= columns.min() and columns.max() < right * w + slack
        assert top * h - slack <= rows.min() and rows.max() < bottom * h + slack


def test_relations_are_told_apart_by_places():
    captions, where = Captions(SUBJECTS, seed=1), {}
    for relation in RELATIONS:
        spec = captions.spec([Content((Entity(0), Entity(1)), "white", relation=relation)])
        first = int((spec.subject[0] == 0).nonzero()[0])
        other = int((spec.subject[0] == 1).nonzero()[0])
        where[relation] = (
            spec.x[0, other] - spec.x[0, first],
            spec.y[0, other] - spec.y[0, first],
            first > other,
        )
    assert where["left of"][0] > 0.8 and where["right of"][0] < -0.8 and where["next to"][0] > 0.8
    assert where["above"][1] > 0.8 and where["below"][1] < -0.8
    assert where["in front of"][2] and not where["behind"][2]  # drawn last


def test_what_is_in_front_hides_what_is_behind():
    content = [Content((Entity(0), Entity(3)), "white", relation="in front of")]
    spec = replace(Captions(SUBJECTS, seed=1).spec(content), phase=torch.full((1,), 8.0))
    video, alone = compose(Disc(), spec, 1), compose(Disc(), one_layer(spec, 1), 1)
    inside = (alone < 0.9).any(2, keepdim=True)
    core = F.max_pool2d((~inside).float()[0], 5, 1, 2)[None] == 0
    torch.testing.assert_close(video * core, alone * core)


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_several_of_a_kind_do_not_touch(shape: str, count: int):
    h, w = SHAPES[shape]
    content = Content((Entity(3, count=count),), "white")
    spec = Captions(SUBJECTS, seed=1).spec([content] * 4, aspect=w / h)
    assert (spec.subject >= 0).sum(1).tolist() == [count] * 4
    masks = [(compose(Disc(), one_layer(spec, i), 1, shape=(h, w)) < 0.9).any(2) for i in range(count)]
    assert (sum(mask.int() for mask in masks) <= 1).all()


def test_phase_and_speed_choose_the_frames_and_a_still_picture_has_none():
    spec = plain_spec([0], GREY, [0])
    plain = compose(Disc(), spec)[:, :, 2, 16, 16]
    late = compose(Disc(), replace(spec, phase=torch.tensor([5.0])))[:, :, 2, 16, 16]
    fast = compose(Disc(), replace(spec, speed=torch.tensor([2.0])))[:, :, 2, 16, 16]
    assert torch.allclose(late, plain.roll(-5, dims=1))
    assert torch.allclose(fast[:, :8], plain[:, ::2]) and torch.allclose(fast[:, 8:], plain[:, ::2])
    still = compose(Disc(), plain_spec([3], GREY, [0], phase=torch.tensor([5.0])))
    assert torch.equal(still, still[:, :1].expand_as(still))


def test_a_spin_turns_clockwise_by_a_quarter_in_a_quarter_of_the_clip():
    clips = Disc()
    clips.pictures[..., :16, :] = 0  # the lower half of the disc is left
    track = centroids(compose(clips, plain_spec([0], GREY, [7])))[0]
    assert track[0, 1] > 0.2 and track[4, 0] < -0.2 and track[8, 1] < -0.2 and track[12, 0] > 0.2


@pytest.mark.parametrize("motion", MOTIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_clip_that_loops_closes(motion: str, shape: str):
    clips, spec = Disc(), plain_spec([3], GREY, [MOTIONS.index(motion)])
    clips.pictures[48, :, :16] //= 2  # a spin would not be seen
    videos = compose(clips, spec, shape=SHAPES[shape], loop=True)
    steps = (videos - videos.roll(1, dims=1)).square().mean((0, 2, 3, 4))
    assert steps[0] <= 1.6 * steps[1:].max() + 1e-9
    if motion != "still":
        assert steps[1:].min() > 0
        straight = compose(clips, spec, shape=SHAPES[shape])
        gap = (straight[:, 0] - straight[:, -1]).square().mean()
        assert motion == "spinning" or gap > 3 * steps[0]


def test_backgrounds_are_exact_scenery_fills_the_frame_and_edges_are_smooth():
    rgb = torch.tensor([BACKGROUNDS["green"]]) / 255
    video = compose(Disc(), plain_spec([0], rgb, [0]))
    assert torch.allclose(video[:, :, :, 0, 0], (rgb * 2 - 1)[:, None].expand(-1, 16, -1), atol=1e-6)
    row = video[0, 0, 0, 16]
    assert 0 < ((row - row[0]).abs() > 0.01).logical_and((row - 1).abs() > 0.01).sum() <= 6
    for shape in SHAPES.values():
        hill = compose(Disc(), plain_spec([-1], rgb, [0], ground=torch.tensor([0])), 1, shape=shape)[0, 0]
        assert torch.allclose(hill[..., 0], torch.tensor(40 / 127.5 - 1), atol=1e-5)
        assert torch.allclose(hill[..., -1], torch.tensor(200 / 127.5 - 1), atol=1e-5)


def test_a_tint_replaces_the_colour():
    tint = torch.tensor([[0.0, 1.0, 0.0, 1.0]])
    tinted = compose(Disc(), plain_spec([0], GREY, [0], tint=tint))[0, 0, :, 16, 16]
    assert tinted[1] > tinted[0] + 0.2 and tinted[0] == tinted[2] == -1


def test_each_clip_of_a_batch_has_its_own_tint():
    none, green, blue = [0.0] * 4, [0.0, 1.0, 0.0, 1.0], [0.0, 0.2, 1.0, 1.0]
    tint = torch.tensor([none, green, none, blue, green])
    spec = plain_spec([0, 1, 2, 3, 0], GREY.expand(5, -1), [0, 1, 0, 4, 7], tint=tint)
    together = compose(Disc(), spec)
    one_by_one = torch.cat([compose(Disc(), spec[i : i + 1]) for i in range(5)])
    assert torch.allclose(together, one_by_one, atol=1e-5)
    assert not torch.allclose(together[0], together[4], atol=0.1)


def test_a_batch_gives_the_same_clips_as_one_by_one():
    _, spec = Captions(SUBJECTS, seed=5, scenery=PLACES).batch(12)
    one_by_one = torch.cat([compose(Disc(), spec[i : i + 1]) for i in range(12)])
    assert torch.allclose(compose(Disc(), spec, chunk=4), one_by_one, atol=1e-5)
    assert isinstance(spec[2:4], Spec) and len(spec[2:4]) == 2 and spec.subject.shape == (12, LAYERS)
    assert len(SIZES) == len(MOTIONS)

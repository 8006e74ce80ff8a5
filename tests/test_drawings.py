"""The drawings of the data set: what they share with the emoji, and how they are packed with them."""

import io
import tarfile
import zipfile
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from t2v.translation import Translator
from t2v.vocabulary import Vocabulary
from training.dataset import SIDE, EmojiClips, pack
from training.drawings import DRAWINGS
from training.drawings.pen import (
    FINE,
    GREY,
    RED,
    Picture,
    arc,
    box,
    cut,
    inside,
    join,
    oval,
    polygon,
    smooth,
    stroke,
    turned,
)
from training.nouns import NOUNS
from training.subjects import Subject, load_subjects
from training.vocabulary import also, vocabulary

SUBJECTS = load_subjects()
DRAWN = tuple(subject for subject in SUBJECTS if not subject.hexcode)


@pytest.fixture(scope="module")
def pictures() -> dict[str, Image.Image]:
    return {code: draw() for code, draw in DRAWINGS.items()}


def area(shape: Image.Image) -> float:
    """Pixels of the small picture."""
    return np.asarray(shape).astype(bool).sum() / FINE**2


def test_every_drawing_is_a_subject_and_the_last_subjects_are_the_drawings():
    assert sorted(subject.emoji for subject in DRAWN) == sorted(DRAWINGS)
    assert SUBJECTS[-len(DRAWN) :] == DRAWN


def test_every_noun_that_people_type_first_is_a_subject():
    assert set(NOUNS) <= {name for subject in SUBJECTS for name in subject.names} | also(SUBJECTS).keys()


def test_drawings_fill_the_square_as_emoji_do(pictures: dict[str, Image.Image]):
    for code, picture in pictures.items():
        assert (picture.mode, picture.size) == ("RGBA", (SIDE, SIDE)), code
        left, top, right, bottom = picture.getchannel("A").getbbox()
        assert min(left, top, SIDE - right, SIDE - bottom) >= 8, code
        assert 0.8 <= max(right - left, bottom - top) / SIDE <= 0.94, code
        assert np.asarray(picture)[..., 3].mean() / 255 > 0.1, code


def test_no_two_drawings_are_alike(pictures: dict[str, Image.Image]):
    small = [
        np.asarray(picture.convert("RGBa").resize((32, 32), Image.Resampling.BOX).convert("RGBA"), float)
        for picture in pictures.values()
    ]
    assert min(np.abs(a - b).mean() for a, b in combinations(small, 2)) > 15


@pytest.mark.parametrize("code", ["t2v-table", "t2v-windmill", "t2v-baseball-bat"])
def test_a_drawing_is_the_same_each_time(pictures: dict[str, Image.Image], code: str):
    assert DRAWINGS[code]().tobytes() == pictures[code].tobytes()


def test_shapes_have_the_areas_of_geometry():
    assert area(box(20, 30, 120, 90)) == pytest.approx(6000, rel=0.02)
    assert area(oval(128, 128, 60, 40)) == pytest.approx(np.pi * 2400, rel=0.02)
    assert area(stroke([(50, 50), (150, 50)], 20)) == pytest.approx(2000 + np.pi * 100, rel=0.03)
    assert area(polygon([(60, 60), (160, 60), (60, 160)])) == pytest.approx(5000, rel=0.03)
    assert area(polygon(arc(128, 128, 50, 0, 180))) == pytest.approx(np.pi * 1250, rel=0.02)


def test_shapes_join_meet_and_turn():
    a, b = box(20, 20, 100, 100), box(60, 60, 140, 140)
    assert area(join(a, b)) == pytest.approx(area(a) + area(b) - area(inside(a, b)))
    assert area(cut(a, b)) == pytest.approx(area(a) - area(inside(a, b)))
    wide = box(100, 20, 150, 40).getbbox()
    high = turned(box(100, 20, 150, 40), 90).getbbox()  # the top goes to the right
    assert (
        np.abs(np.subtract(high, [FINE * SIDE - wide[3], wide[0], FINE * SIDE - wide[1], wide[2]])).max() <= 2
    )


def test_a_curve_goes_through_its_points():
    points = [(10.0, 20.0), (50.0, 90.0), (120.0, 30.0), (200.0, 200.0)]
    for closed in (False, True):
        assert smooth(points, closed, steps=8)[::8] == [pytest.approx(point) for point in points]


def test_a_part_is_lit_from_the_upper_left_and_its_shadow_stays_on_what_is_below():
    picture = Picture()
    picture.add(box(20, 20, 236, 236), (GREY[0], GREY[0]), puff=0)
    plain = picture.image()
    picture.add(oval(70, 70, 30), (RED[0], RED[0]), puff=8, shadow=12)
    lit = np.asarray(picture.image().convert("RGBA"), int)
    assert lit[52, 60, :3].sum() > lit[70, 70, :3].sum() > lit[92, 80, :3].sum()
    assert lit[104, 82, :3].sum() < np.asarray(plain, int)[104, 82, :3].sum()  # in the shadow
    assert (lit[..., 3] == np.asarray(plain)[..., 3]).all()


@pytest.mark.parametrize(
    ("drawn", "shown"),
    [
        (box(20, 20, 236, 200), (20, 20, 236, 200)),  # fits, and stays where it is
        (box(2, 40, 254, 200), (13, 55, 243, 201)),  # too near to the edges
        (box(150, 20, 250, 70), (13, 70, 243, 186)),  # small
    ],
)
def test_what_is_too_large_small_or_far_out_is_fitted_in(drawn: Image.Image, shown: tuple[int, ...]):
    picture = Picture()
    picture.add(drawn, GREY, puff=0)
    alpha = np.asarray(picture.image())[..., 3] > 127
    assert Image.fromarray(alpha).getbbox() == pytest.approx(shown, abs=1)


def webp(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


def test_drawings_are_packed_with_the_emoji_and_a_pack_without_them_loads(tmp_path, pictures):
    package, original = tmp_path / "emoji.tgz", webp(Image.new("RGBA", (SIDE, SIDE), (0, 0, 200)))
    with tarfile.open(package, "w:gz") as archive:
        member = tarfile.TarInfo("package/assets/1f7e6.webp")
        member.size = len(original)
        archive.addfile(member, io.BytesIO(original))
    square = Subject("1f7e6", ("a square",))
    bench = next(subject for subject in DRAWN if subject.name == "bench")
    for subjects in ((square,), (square, bench)):
        pack([package], tmp_path / "emoji.zip", subjects, ())
        clips = EmojiClips(tmp_path / "emoji.zip", threads=1)
        assert clips.subjects == subjects
    drawn = np.asarray(pictures["t2v-bench"].convert("RGBa").getchannel(0), int)
    assert np.abs(clips.pictures[1, 0].numpy() - drawn).mean() < 4  # WebP with loss
    with zipfile.ZipFile(tmp_path / "emoji.zip") as archive:
        assert "t2v-bench.webp" in archive.namelist()


def test_a_vocabulary_lists_a_drawing_without_an_emoji():
    words = vocabulary((Subject("1f43c", ("a panda",)), *DRAWN[:3]))
    names = [subject.name for subject in DRAWN[:3]]
    assert words["subjects"] == {"panda": "1f43c"} and words["drawings"] == names
    assert Vocabulary(words).subjects == words["subjects"] | dict.fromkeys(names, "")
    assert not set(names) & {name for kind in words["held_out"].values() for each in kind for name in each}
    translator = Translator(Vocabulary(words))
    assert translator.read("🐼").sentence == "a panda"
    assert translator.read("a bench on a green background").sentence == "a bench on a green background"

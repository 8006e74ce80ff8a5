"""A tint keeps what a picture shows: darks, brights and the colour between; the judge matches by it."""

from types import SimpleNamespace

import pytest
import torch

from training.match import COLOURS, PRODUCTS, Scene, Templates, shaded
from training.tint import contrast, luminance, tinted

GREEN = torch.tensor([[0.2, 0.7, 0.3, 1.0]])


def picture(*levels: int, alpha: int = 255) -> torch.Tensor:
    """Columns of these gray levels, premultiplied, uint8 (1 4 16 16)"""
    column = torch.tensor(levels).repeat_interleave(16 // len(levels)) * alpha // 255
    gray = column.expand(3, 16, 16)
    return torch.cat([gray, torch.full((1, 16, 16), alpha)])[None].to(torch.uint8)


def in_green(drawn: torch.Tensor) -> torch.Tensor:
    """The picture in shades of GREEN (3 h w), over transparent black"""
    return tinted(drawn[None].float() / 255, contrast(drawn)[None], GREEN)[0, 0, :3]


@pytest.mark.parametrize("levels", [(20, 60, 100, 140), (150, 180, 210, 240), (0, 85, 170, 255)])
def test_darks_are_dark_brights_are_bright_and_nothing_changes_order(levels):
    shown = in_green(picture(*levels))[:, 0, [1, 5, 9, 14]].T  # (4 3), from dark to bright
    assert luminance(shown.T[:, None, :])[0, 0].diff().min() > 0.08
    assert torch.allclose(shown[0], 0.25 * GREEN[0, :3], atol=0.02)
    assert shown[3].min() > 0.5 and torch.allclose(
        shown[3], GREEN[0, :3].lerp(torch.ones(3), 0.55), atol=0.02
    )
    assert shown[2].argmax() == 1


@pytest.mark.parametrize("level", [10, 128, 250])
def test_a_picture_of_one_shade_takes_the_colour_itself(level):
    assert (in_green(picture(level)) - GREEN[0, :3, None, None]).abs().max() < 0.06


def test_half_transparent_pixels_take_half_of_the_same_shade():
    whole, half = (in_green(picture(40, 120, 200, 240, alpha=alpha)) for alpha in (255, 128))
    assert (whole * 128 / 255 - half).abs().max() < 0.02


def test_without_weight_the_colours_are_the_pictures_own():
    drawn = picture(20, 240)
    none = torch.tensor([[0.2, 0.7, 0.3, 0.0]])
    assert torch.equal(tinted(drawn[None] / 255, contrast(drawn)[None], none)[0], drawn / 255)


def test_nothing_visible_is_no_error():
    assert torch.isfinite(in_green(torch.zeros(1, 4, 16, 16, dtype=torch.uint8))).all()


@pytest.mark.parametrize("tint", range(len(COLOURS)))
def test_a_templates_gain_is_the_change_of_the_squared_error(tint):
    random = torch.Generator().manual_seed(tint)
    alpha = torch.rand(3, 1, 16, 16, generator=random)
    colours = torch.rand(3, 3, 16, 16, generator=random) * alpha
    pictures = (torch.cat([colours, alpha], 1) * 255).to(torch.uint8)
    ends = torch.stack([contrast(one[None]) for one in pictures])
    one_each = SimpleNamespace(
        pictures=pictures, contrast=ends, first=torch.arange(3), count=torch.ones(3, dtype=torch.long)
    )
    left, below = (torch.rand(1, 1, 3, 16, 16, generator=random) for _ in range(2))
    free = torch.rand(1, 1, 1, 16, 16, generator=random)
    products = Scene(left, below, free).products().reshape(1, PRODUCTS, -1)
    gains = shaded(products.flatten(1), tint) @ Templates(one_each).shades.T  # (1 3)
    drawn = tinted(pictures[:, None] / 255, ends, torch.tensor([[*COLOURS[tint], 1.0]]).expand(3, -1))[:, 0]
    over = drawn[:, :3] + (1 - drawn[:, 3:]) * below[0]
    wanted = (left[0] - free[0] * over).square() - (left[0] - free[0] * below[0]).square()
    assert torch.allclose(gains[0], wanted.sum((1, 2, 3)), rtol=1e-4, atol=1e-2)

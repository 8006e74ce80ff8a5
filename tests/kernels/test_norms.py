"""GroupNorm and LayerNorm, with what is added first, in every way that they are computed."""

import pytest

from .conftest import Compare

CHANNELS = 96  # of 4 groups, wide enough for a program each, or of more; up to 512 rows are normed at once


@pytest.mark.parametrize("shape", [(2, 5, 7), (2, 12, 9)], ids=["few rows", "many rows"])
@pytest.mark.parametrize("silu", [False, True], ids=["", "SiLU"])
def test_group_norm(compare: Compare, shape: tuple[int, int, int], silu: bool):
    n, h, w = shape
    compare(
        lambda ops, given: ops.group_norm(
            given.maps(n, CHANNELS, h, w), given.group_norm(32, CHANNELS), silu=silu
        )
    )


@pytest.mark.parametrize("shape", [(2, 5, 7), (2, 17, 31), (1, 51, 50)], ids=["at once", "twice", "shared"])
def test_group_norm_of_wide_groups(compare: Compare, shape: tuple[int, int, int]):
    n, h, w = shape
    compare(lambda ops, given: ops.group_norm(given.maps(n, CHANNELS, h, w), given.group_norm(4, CHANNELS)))


@pytest.mark.parametrize("groups", [4, 8])
@pytest.mark.parametrize("side", [6, 17], ids=["small", "large"])
@pytest.mark.parametrize("count", [1, 2])
def test_group_norm_with_shifts(compare: Compare, groups: int, side: int, count: int):
    def case(ops, given):
        x, norm = given.maps(2, CHANNELS, side, 31), given.group_norm(groups, CHANNELS)
        return ops.group_norm(x, norm, tuple(given.tokens(CHANNELS) for _ in range(count)), silu=True)

    compare(case)


@pytest.mark.parametrize("groups", [4, 8])
@pytest.mark.parametrize("side", [6, 17], ids=["small", "large"])
@pytest.mark.parametrize("shared", [False, True], ids=["alone", "with one for all"])
def test_group_norm_with_a_shift_for_each_block(compare: Compare, groups: int, side: int, shared: bool):
    def case(ops, given):
        x, norm = given.maps(2, CHANNELS, side, 31), given.group_norm(groups, CHANNELS)
        shifts = given.tokens(2, CHANNELS), *([given.tokens(CHANNELS)] if shared else [])
        return ops.group_norm(x, norm, shifts)

    compare(case)


@pytest.mark.parametrize(("groups", "h", "w"), [(32, 6, 3), (4, 6, 3), (4, 17, 31)])
def test_group_norm_far_from_zero(compare: Compare, groups: int, h: int, w: int):
    compare(
        lambda ops, given: ops.group_norm(
            (given.maps(2, CHANNELS, h, w) + 30).to(given.stored).to(given.dtype),
            given.group_norm(groups, CHANNELS),
        )
    )


@pytest.mark.parametrize("groups", [4, 8])
@pytest.mark.parametrize("shape", [(2, 5, 7), (1, 21, 25)], ids=["few rows", "many rows"])
@pytest.mark.parametrize("shifted", [False, True], ids=["", "shifted"])
def test_group_norm_of_two_maps(compare: Compare, groups: int, shape: tuple[int, int, int], shifted: bool):
    n, h, w = shape

    def case(ops, given):
        x, skip, norm = given.maps(n, 40, h, w), given.maps(n, 56, h, w), given.group_norm(groups, CHANNELS)
        return ops.group_norm(x, norm, (given.tokens(CHANNELS),) if shifted else (), skip=skip)

    compare(case)


@pytest.mark.parametrize("biases", [0, 1, 2])
def test_layer_norm(compare: Compare, biases: int):
    compare(
        lambda ops, given: ops.layer_norm(
            given.tokens(2, 9, 80), given.layer_norm(80), tuple(given.tokens(80) for _ in range(biases))
        )
    )

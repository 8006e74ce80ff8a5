"""Attention of few keys, and of a place over its frames, each by a kernel that sees all keys at once."""

import pytest

from t2v.networks.windows import Windows

from .conftest import Compare


@pytest.mark.parametrize(
    ("n", "heads", "queries", "keys", "d"),
    [(2, 3, 40, 77, 24), (2, 2, 300, 5, 64), (1, 2, 9, 300, 16), (1, 1, 4100, 5, 16)],
    ids=["words", "many queries", "many keys", "very many queries"],
)
def test_attend(compare: Compare, n: int, heads: int, queries: int, keys: int, d: int):
    def case(ops, given):
        k, v = given.heads(n, heads, keys, d), given.heads(n, heads, keys, d)
        return ops.attend(given.heads(n, heads, queries, d), k, v)

    compare(case, roundings=2)


def test_attend_over_columns(compare: Compare):
    """Whose numbers lie apart in memory."""
    compare(lambda ops, given: ops.attend(*(given.tokens(2, 3, 8, 20).mT for _ in range(3))), roundings=2)


@pytest.mark.parametrize(("frames", "heads", "d"), [(5, 5, 8), (24, 2, 16), (1, 2, 16), (33, 2, 64)])
def test_temporal_attention(compare: Compare, frames: int, heads: int, d: int):
    compare(
        lambda ops, given: ops.temporal_attention(given.tokens(2, frames, 3, 3 * heads * d), heads=heads),
        roundings=2,
    )


@pytest.mark.parametrize("loop", [False, True], ids=["", "loop"])
@pytest.mark.parametrize(
    ("frames", "size", "heads", "d"),
    [(17, 16, 2, 16), (20, 16, 1, 64), (32, 16, 1, 64), (128, 16, 1, 16), (9, 3, 5, 8), (70, 49, 1, 24)],
)
def test_windows(compare: Compare, frames: int, size: int, heads: int, d: int, loop: bool):
    """Windows share their scores; plain PyTorch computes one window after the other."""

    def case(ops, given):
        return ops.windowed_attention(given.tokens(1, frames, 2, 3 * heads * d), heads, Windows(size, loop))

    compare(case, roundings=2)


@pytest.mark.parametrize(("frames", "size", "d"), [(60, 58, 16), (18, 16, 80), (8, 16, 16)])
def test_windows_that_the_kernel_does_not_take(compare: Compare, frames: int, size: int, d: int):
    """Too many keys, too wide a head, no more frames than a window's."""

    def case(ops, given):
        return ops.windowed_attention(given.tokens(1, frames, 2, 3 * d), 1, Windows(size))

    compare(case, roundings=4)

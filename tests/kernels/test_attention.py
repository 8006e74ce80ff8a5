"""Attention of few keys, and of a place over its frames, each by a kernel that sees all keys at once."""

import pytest

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

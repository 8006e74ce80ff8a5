"""Convolutions, shortcuts, sums and the gated feed-forward: by libraries and by kernels of our own."""

import pytest
from torch import Tensor

from t2v.runtime.kernels import triton_products

from .conftest import Compare
from .given import DEVICE


def added(result: tuple[Tensor, tuple[Tensor, ...]]) -> Tensor:
    """A result (n c h w) with the biases (c) that it still lacks, in float32"""
    out, biases = result
    return out.float() + sum((bias.float()[:, None, None] for bias in biases), start=0)


@pytest.mark.parametrize(
    ("n", "c", "f", "p", "shifts", "loop"),
    [
        pytest.param(2, 96, 5, 7, 1, False, id="by a library"),
        pytest.param(2, 640, 5, 7, 1, False, id="as a product"),
        pytest.param(2, 640, 5, 7, 0, False, id="not shifted"),
        pytest.param(1, 640, 6, 100, 0, False, id="of many rows"),
        pytest.param(2, 640, 1, 7, 2, False, id="of one frame"),
        pytest.param(2, 640, 5, 7, 1, True, id="in a loop"),
        pytest.param(2, 640, 1, 7, 2, True, id="of one frame, in a loop"),
    ],
)
@pytest.mark.usefixtures("library_products")
def test_temporal_conv(compare: Compare, n: int, c: int, f: int, p: int, shifts: int, loop: bool):
    def case(ops, given):
        x, norm, layer = given.maps(n, c, f, p), given.group_norm(32, c), given.temporal_conv(c)
        return added(ops.temporal_conv(x, norm, layer, tuple(given.tokens(c) for _ in range(shifts)), loop))

    compare(case, roundings=2)


@pytest.mark.parametrize(("n", "f", "p"), [(2, 5, 7), (2, 4, 35)], ids=["few rows", "many rows"])
@pytest.mark.usefixtures("own_products")
def test_temporal_conv_by_its_own_kernel(compare: Compare, n: int, f: int, p: int):
    """Four tiles of many rows, two for each video and for each program."""

    def case(ops, given):
        x, norm, layer = given.maps(n, 128, f, p), given.group_norm(4, 128), given.temporal_conv(128, 320)
        assert DEVICE.type != "cpu" or triton_products.can_convolve(x, layer)
        return added(ops.temporal_conv(x, norm, layer, (given.tokens(128),)))

    compare(case, roundings=2)


def test_add_shortcut(compare: Compare):
    compare(
        lambda ops, given: added(
            ops.add_shortcut(given.maps(2, 96, 5, 7), given.maps(2, 64, 5, 7), given.conv(96, 64, 1))
        )
    )


def test_add_shortcut_of_two_maps(compare: Compare):
    def case(ops, given):
        x, y, layer = given.maps(2, 64, 5, 7), given.maps(2, 64, 5, 7), given.conv(96, 64, 1)
        return added(ops.add_shortcut(x, y, layer, given.maps(2, 32, 5, 7)))

    compare(case, roundings=2)


def test_conv_leaves_its_bias_to_the_next(compare: Compare):
    compare(lambda ops, given: added(ops.conv(given.maps(1, 96, 4, 4), given.conv(96, 64, 3))))


@pytest.mark.parametrize("size", [(10, 14), (9, 13)], ids=["doubled", "odd sides"])
def test_enlarge(compare: Compare, size: tuple[int, int]):
    compare(lambda ops, given: ops.enlarge(given.maps(2, 96, 5, 7), size))


@pytest.mark.parametrize("biases", [0, 1, 4])
def test_add(compare: Compare, biases: int):
    def case(ops, given):
        x, y = given.maps(2, 96, 5, 7), given.maps(2, 96, 5, 7)
        return ops.add(x, y, tuple(given.tokens(96) for _ in range(biases)))

    compare(case)


@pytest.mark.parametrize("width", [20, 300])
@pytest.mark.usefixtures("library_products")
def test_geglu(compare: Compare, width: int):
    compare(lambda ops, given: ops.geglu(given.tokens(2, 3, 80), given.linear(80, 2 * width)), roundings=2)


@pytest.mark.parametrize(("rows", "width"), [((2, 3), 20), ((9, 300), 300)], ids=["few", "many"])
@pytest.mark.usefixtures("own_products")
def test_geglu_inside_the_product(compare: Compare, rows: tuple[int, int], width: int):
    compare(lambda ops, given: ops.geglu(given.tokens(*rows, 80), given.linear(80, 2 * width)))


@pytest.mark.parametrize("rows", [1, 129, 300])
@pytest.mark.parametrize("depth", [64, 128, 640])
@pytest.mark.usefixtures("own_products")
def test_geglu_of_whole_tiles(compare: Compare, rows: int, depth: int):
    """On Hopper, but for the first depth, by the kernel whose rows stay in shared memory."""
    compare(lambda ops, given: ops.geglu(given.tokens(rows, depth), given.linear(depth, 2 * 192)))

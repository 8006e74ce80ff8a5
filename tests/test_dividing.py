"""How many devices divide a video: more for more work, one where launching takes longer than computing."""

import json
from pathlib import Path

import pytest
from torch import nn

from t2v.networks import UNet3D, UNetConfig, blank
from t2v.runtime.dividing import LAUNCH, Arrangement, arranged, exchanges

MEASURED = Path(__file__).parents[1] / "benchmarks/results"
PLACES = {"16x256x256": 16 * 32 * 32, "24x576x320": 24 * 72 * 40, "24x1024x576": 24 * 128 * 72}


@pytest.fixture(scope="module")
def published() -> nn.Module:
    with blank():
        return UNet3D(UNetConfig())


def way(unet: UNet3D, devices: int, places: int, texts: int, launch: float = LAUNCH) -> tuple[int, int]:
    """-> teams, and devices of each"""
    return arranged(unet, devices, places, places, texts, launch)[1:]


@pytest.mark.parametrize("texts", [1, 2])
@pytest.mark.parametrize("shape", PLACES)
def test_two_devices_do_what_was_measured_to_be_faster(published: UNet3D, shape: str, texts: int):
    figures = json.loads((MEASURED / f"two-h200-divide-{shape}.json").read_text())
    guidance, ways = {1: 1, 2: 9}[texts], [(1, 1), (texts, 2 // texts)]
    steps = [figures[f"guidance {guidance}, {count} of the devices: a step, ms"] for count in (1, 2)]
    found = arranged(published, 2, PLACES[shape], PLACES[shape], texts, LAUNCH)
    assert found[1:] == ways[steps.index(min(steps))]
    assert 1e3 * found.seconds == pytest.approx(min(steps), rel=0.1)


def test_more_work_is_divided_among_no_fewer_devices(published: UNet3D):
    for texts in (1, 2):
        counts = [way(published, 8, places, texts)[1] for places in PLACES.values()]
        assert counts == sorted(counts) and counts[-1] > 1
        assert way(published, 8, 100, texts) == (texts, 1)
        assert way(published, 4, 10**9, texts) == (texts, 4 // texts)


def test_three_devices_divide_two_texts_where_the_video_is_small(published: UNet3D):
    assert way(published, 3, 16 * 16 * 16, 2) == (2, 1)
    assert way(published, 3, PLACES["24x1024x576"], 2) == (1, 3)


def test_where_launching_takes_nothing_all_divide(published: UNet3D):
    assert way(published, 8, 16, 1, launch=0) == (1, 8)
    assert arranged(published, 8, 5, 16, 1, 0)[1:] == (1, 5), "but no more than there are frames"


def test_one_device_makes_both_predictions(published: UNet3D):
    assert isinstance(arranged(published, 1, 1, 16, 2, LAUNCH), Arrangement)
    assert way(published, 1, 16, 2) == (1, 1)


def test_the_published_network_exchanges_for_22_layers_and_17_attentions(published: UNet3D):
    assert exchanges(published) == 4 * 22 + 2 * 17

"""How many devices divide a video: more for more work, one where launching takes longer than computing."""

import pytest
from torch import nn

from t2v.networks import UNet3D, UNetConfig, blank
from t2v.runtime import dividing
from t2v.runtime.dividing import best_count, exchanges

PLACES = {"16x256x256": 16 * 32 * 32, "24x576x320": 24 * 72 * 40, "24x1024x576": 24 * 128 * 72}


@pytest.fixture(scope="module")
def published() -> nn.Module:
    with blank():
        return UNet3D(UNetConfig())


def test_more_work_is_divided_among_no_fewer_devices(published: UNet3D):
    for teams in (1, 2):
        counts = [best_count(published, 8, places, 1, teams) for places in PLACES.values()]
        assert counts == sorted(counts) and counts[-1] > 1
        assert best_count(published, 8, 100, 1, teams) == 1
        assert best_count(published, 3, 10**9, 1, teams) == 3


def test_two_devices_divide_a_large_video_and_not_a_small_one(published: UNet3D):
    assert best_count(published, 2, PLACES["24x576x320"], 1, 1) == 2
    assert best_count(published, 2, PLACES["24x1024x576"], 1, 2) == 2
    assert best_count(published, 2, 16 * 16 * 16, 1, 1) == 1


def test_where_launching_takes_nothing_all_divide(published: UNet3D, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dividing, "LAUNCH", 0)
    assert best_count(published, 8, 16, 1, 1) == 8


def test_the_published_network_exchanges_for_22_layers_and_17_attentions(published: UNet3D):
    assert exchanges(published) == 4 * 22 + 2 * 17

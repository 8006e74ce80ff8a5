"""Several GPUs make one video: each holds all weights; they share texts, frames and places."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from t2v import Request, TextToVideo
from t2v.checkpoints import lora_places
from t2v.runtime import dividing
from t2v.runtime.device import current
from t2v.runtime.exchange import Exchange, Exchanging, in_step, reach
from t2v.runtime.graphs import GraphedFunction, GraphedWork
from t2v.runtime.team import Member, Team

from ..lora_files import write_named
from .conftest import DEVICE, GPU, PANDA, Load, inputs, places, same

COUNT = min(torch.cuda.device_count(), 4) if GPU else 2
DEVICES = [torch.device(f"cuda:{i}" if GPU else "cpu") for i in range(COUNT)]
ALONE = {"guidance": 1.0}
ROUNDS, PAUSE = 12, 5_000_000  # of exchanges; cycles of a GPU, about 3 ms
several = pytest.mark.skipif(COUNT < 2, reason="this machine has one GPU")


@pytest.fixture(scope="module")
def team(load: Load) -> TextToVideo:
    if COUNT < 2:
        pytest.skip("this machine has one GPU")
    return load(device=",".join(map(str, DEVICES)))


@pytest.fixture(autouse=True)
def all_divide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small videos are divided, too."""
    monkeypatch.setattr(dividing, "LAUNCH", 0)


def meeting(index: int, sent: Tensor) -> Exchanging[list[Tensor]]:
    """Send to all others, round for round, another number in the same memory -> what came in each round. A
    device in turn is late."""
    buffers, came = [torch.empty_like(sent) for _ in DEVICES], []
    for number in range(ROUNDS):
        if GPU and number % COUNT == index:
            with current(sent.device):
                torch.cuda._sleep(PAUSE)
        sent.fill_(number * COUNT + index)
        exchange = Exchange()
        for other in set(range(COUNT)) - {index}:
            exchange.send(other, sent)
            exchange.receive(other, buffers[other])
        yield exchange
        buffers[index].copy_(sent)
        came.append(torch.stack([part for each in buffers for part in each.aminmax()]))
    return came


@several
@pytest.mark.parametrize("size", [100, 10**7], ids=["little", "much"])
def test_what_is_exchanged_waits_for_devices_that_are_late(size: int):
    (found,) = in_step([[meeting(i, torch.zeros(size, device=device)) for i, device in enumerate(DEVICES)]])
    expected = torch.arange(ROUNDS * COUNT).view(ROUNDS, COUNT).repeat_interleave(2, 1)
    for came in found:
        assert torch.equal(torch.stack(came).cpu().long(), expected)


@pytest.mark.parametrize(
    "change",
    [
        {},
        ALONE | {"frames": 7, "prompt": "a panda [0.4s: a wolf]"},
        ALONE | {"frames": 3},
        ALONE | {"loop": True},
        ALONE | {"frames": 24, "window": 16, "freeu": True},
    ],
    ids=str,
)
def test_several_devices_give_the_video_of_one(team: TextToVideo, fast: TextToVideo, change: dict):
    request = Request(**(vars(PANDA) | change))
    frames = team(request).frames
    assert same(frames, fast(request).frames)
    assert np.array_equal(team(request).frames, frames)


def unrecorded(member: Member, *given: Tensor, **options: Any) -> Exchanging[Tensor]:
    """A member's part of a step, without graphs."""
    work = member.unet.run(*given, **options)
    while True:
        with current(member.device):
            reached = reach(work)
        if not isinstance(reached, Exchange):
            return reached
        yield reached


def steps(members: Sequence[Member], pipe: TextToVideo, texts: int, wait: bool) -> Iterator[Tensor]:
    """Predictions of some steps in a row: the host waits for each, or for none."""
    x, t, text = (each.to(members[0].device) for each in inputs(pipe))
    step = Team(members).predictor(text[:texts])
    for number in range(4):
        yield step(x.roll(number, 2), t - 100 * number)
        if GPU and wait:
            for device in DEVICES:
                torch.cuda.synchronize(device)


@pytest.mark.usefixtures("own_state")
@pytest.mark.parametrize("texts", [1, 2])
def test_steps_in_a_row_give_the_bits_of_single_unrecorded_ones(team: TextToVideo, texts: int):
    members = team.runner.team.members
    plain = [replace(member, run=partial(unrecorded, member)) for member in members]
    with current(members[0].device):
        expected = list(steps(plain, team, texts, wait=True))
    for wait in (True, False):
        with current(members[0].device):
            found = list(steps(members, team, texts, wait))
        for one, other in zip(found, expected, strict=True):
            assert torch.equal(one, other)


@pytest.mark.usefixtures("own_state")
def test_any_device_may_be_the_first_and_any_the_current_one(team: TextToVideo):
    members = team.runner.team.members
    with current(members[0].device):
        expected = next(steps(members, team, 1, wait=False))
    with current(members[0].device):
        found = next(steps(members[::-1], team, 1, wait=False))
    assert found.device == members[-1].device
    apart = (found.to(expected.device) - expected).float().norm() / expected.float().norm()
    assert apart < 0.02, "within rounding: parts of other sizes"


def test_each_device_holds_what_it_runs(team: TextToVideo):
    team(PANDA)
    for network, device in zip(team.runner.networks, team.runner.devices, strict=True):
        assert {weight.device for weight in network.parameters()} == {device}
    assert team.runner.devices[0] == DEVICE and places(team.vae) == {DEVICE.type}
    for member in team.runner.team.members:
        assert isinstance(member.run, GraphedWork) == isinstance(member.decode, GraphedFunction) == GPU


def test_adapters_change_every_copy_and_leave_it(team: TextToVideo, fast: TextToVideo, tmp_path: Path):
    layers = lora_places.places(fast.unet, fast.checkpoint.text_encoder)
    file, plain = write_named(tmp_path / "lora.safetensors", layers), fast.unet.state_dict()
    for names, as_it_was in (((str(file),), False), ((), True)):
        team.set_adapters(*names)
        first, *others = (network.state_dict() for network in team.runner.networks)
        assert all(torch.equal(first[name], plain[name]) for name in first) is as_it_was
        assert all(torch.equal(first[name], other[name].to(DEVICE)) for other in others for name in first)


def test_another_model_gets_the_memory_of_all(team: TextToVideo):
    frames = team(PANDA).frames
    team.runner.leave()
    if GPU:
        assert all(torch.cuda.memory_allocated(device) < 2**26 for device in DEVICES[1:])
    team.runner.come_back()
    assert np.array_equal(team(PANDA).frames, frames)

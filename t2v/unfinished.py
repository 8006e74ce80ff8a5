"""The state of a video that is being made, in a file: after a crash it goes on from its last kept step."""

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

EVERY = 10.0  # seconds between two writings


class State(NamedTuple):
    """A walk after some hops: the lap, hops done in it, x (1 c f h w), the generator's state (bytes)."""

    lap: int
    hops: int
    x: Tensor
    drawn: Tensor


class Unfinished:
    """A file of a walk's state. `identity` says what is made, and where: another video's state is ignored."""

    def __init__(self, path: Path, identity: str, every: float = EVERY):
        self.path, self.every = path, every
        self._identity = torch.frombuffer(bytearray(identity.encode()), dtype=torch.uint8)
        self._next = time.monotonic() + every

    def read(self) -> State | None:
        """The last state that was kept; None where there is none of this video."""
        with suppress(OSError, SafetensorError, KeyError, ValueError, RuntimeError):
            found = load_file(self.path)
            if torch.equal(found["identity"], self._identity) and found["x"].isfinite().all():
                lap, hops = (int(number) for number in found["place"])
                return State(lap, hops, found["x"], found["drawn"])
        return None

    def keep(self, lap: int, hops: int, x: Tensor, generator: torch.Generator) -> None:
        """Write the state if it is time to. A full disk costs the state, not the video."""
        if time.monotonic() < self._next:
            return
        draft = self.path.with_name(f"{self.path.name}.part")
        place = torch.tensor([lap, hops])
        state = {"identity": self._identity, "place": place, "x": x.float().cpu().contiguous()}
        with suppress(OSError, SafetensorError):
            save_file(state | {"drawn": generator.get_state()}, draft)
            os.replace(draft, self.path)
        self._next = time.monotonic() + self.every

    def remove(self) -> None:
        """Delete the file: the video is whole."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


def identity(**facts: object) -> str:
    """One line of JSON that is the same for the same facts."""
    return json.dumps(facts, sort_keys=True, default=str)

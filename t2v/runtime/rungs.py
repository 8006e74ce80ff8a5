"""The memory ladder's rungs: four ways to run the same networks, each with less memory than the one above.

fast      all weights on the device, both halves of guidance in one batch
balanced  the text encoder and the VAE live on the host and visit the device while they run
low       besides, the halves of guidance in turn, feed-forward and decoding in pieces
minimal   besides, the UNet's weights are streamed from the host (its halves together: once a step)

On CUDA the step is recorded; on `low` and `minimal` once more for each video, where the decoder needs the
recording's memory. On `fast`, whose weights stay where they are, so are reading the text and decoding.
The frames are the same within rounding. On a CPU, where the host is the device, only the pieces are smaller.
"""

from dataclasses import dataclass

from t2v.request import RequestError

ROWS = 4096  # tokens that a feed-forward takes at a time where memory is short


@dataclass(frozen=True)
class Rung:
    """What is done for memory's sake. `rows`: of tokens that a feed-forward takes at a time, None for all."""

    name: str
    parked: bool = False
    in_turn: bool = False
    streamed: bool = False
    rows: int | None = None


RUNGS = {
    rung.name: rung
    for rung in (
        Rung("fast"),
        Rung("balanced", parked=True),
        Rung("low", parked=True, in_turn=True, rows=ROWS),
        Rung("minimal", parked=True, streamed=True, rows=ROWS),
    )
}


def rung_of(memory: str) -> Rung | None:
    """The rung of that name, None for "auto"; RequestError if `memory` is neither."""
    if memory != "auto" and memory not in RUNGS:
        raise RequestError("memory", f"must be one of auto, {', '.join(RUNGS)}")
    return RUNGS.get(memory)

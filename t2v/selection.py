"""Several videos of one prompt: a sheet of seeds and guidances, and the best of several seeds.

The best is the one with the lowest mean place among the others, over the measures that are asked for. Each
measure is a number with a name, shown beside the video: none is a taste.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from t2v.agreement import agreement
from t2v.errors import RequestError
from t2v.pipeline import TextToVideo
from t2v.qualities import flicker, motion
from t2v.request import Request
from t2v.video import MAX_VOLUME, Video

MOST = 64  # videos that are compared at once: all are in memory
INK, PAPER = (40, 40, 40), (255, 255, 255)


class Measure(NamedTuple):
    """A measure: what it says, how it is taken, and whether more of it is better."""

    words: str
    take: Callable[[TextToVideo, Video], float]
    more: bool


MEASURES = {
    "motion": Measure(
        "how much neighbouring frames differ, of 255", lambda pipe, video: motion(video.frames), True
    ),
    "flicker": Measure(
        "how much the brightness goes up and down, of 255", lambda pipe, video: flicker(video.frames), False
    ),
    "agreement": Measure(
        "the share of its error that the prompt saves the model in predicting the video", agreement, True
    ),
}


@dataclass(frozen=True)
class Candidate:
    """A video and its measures. `place`: the mean of its places among the others, 1 for the best."""

    video: Video
    measures: dict[str, float]
    place: float = 0.0

    def record(self) -> dict[str, Any]:
        """What is noted of it: its settings, its measures and its place."""
        assert self.video.request is not None
        return {"place": self.place, **self.measures, "request": asdict(self.video.request)}


def best_of(
    pipe: TextToVideo,
    request: Request,
    number: int,
    by: Sequence[str] = tuple(MEASURES),
    on_step: Any = None,
    **given: Any,
) -> list[Candidate]:
    """Make `number` videos of a request, their seeds counting up, and rank them by measures, the best first.

    `given`: a source, an end and a mask, as the pipeline takes them. RequestError for a number below 2 or
    above 64, and for a measure that is none.
    """
    if type(number) is not int or not 2 <= number <= MOST:
        raise RequestError("number", f"must be a whole number from 2 to {MOST}, not {number!r:.20}")
    check_measures(by)
    first = pipe(request, on_step=on_step, **given)
    assert first.request is not None and first.request.seed is not None
    seeds = range(first.request.seed + 1, first.request.seed + number)
    rest = (pipe(replace(request, seed=seed % 2**32), on_step=on_step, **given) for seed in seeds)
    return ranked((Candidate(video, measured(pipe, video, by)) for video in [first, *rest]), by)


def check_measures(names: Sequence[str]) -> None:
    """RequestError for a name that is no measure, or no name at all."""
    wrong = [name for name in names if name not in MEASURES]
    if wrong or not names:
        raise RequestError(
            "by", f"must be of {', '.join(MEASURES)}, not {', '.join(wrong)[:40] or 'nothing'}"
        )


def measured(pipe: TextToVideo, video: Video, by: Iterable[str] = tuple(MEASURES)) -> dict[str, float]:
    """The measures of a video by their names."""
    return {name: MEASURES[name].take(pipe, video) for name in by}


def ranked(candidates: Iterable[Candidate], by: Sequence[str]) -> list[Candidate]:
    """Give each candidate its place, equal ones the same; the best first."""
    found = list(candidates)
    places = [_places([each.measures[name] for each in found], MEASURES[name].more) for name in by]
    means = np.mean(places, axis=0)
    placed = [replace(each, place=float(mean)) for each, mean in zip(found, means, strict=True)]
    return sorted(placed, key=lambda each: each.place)


def _places(values: Sequence[float], more: bool) -> list[int]:
    """The place of each value, 1 for the best: one more than the number of better values."""
    return [1 + sum((other > value) if more else (other < value) for other in values) for value in values]


def grid(
    pipe: TextToVideo,
    request: Request,
    seeds: Sequence[int],
    guidances: Sequence[float],
    on_step: Any = None,
    **given: Any,
) -> list[list[Candidate]]:
    """Make a request's video for each guidance (a row) and each seed (a column), with all measures.

    RequestError for none of either, more than 64 videos, or a value that the setting doesn't take.
    """
    if not 1 <= len(seeds) * len(guidances) <= MOST:
        raise RequestError(
            "seeds", f"and guidances must make 1 to {MOST} videos, not {len(seeds) * len(guidances)}"
        )
    rows = [[replace(request, seed=seed, guidance=scale) for seed in seeds] for scale in guidances]
    for one in (each for row in rows for each in row):
        one.checked(pipe.native)
    return [[_candidate(pipe, each, on_step, given) for each in row] for row in rows]


def _candidate(pipe: TextToVideo, request: Request, on_step: Any, given: dict[str, Any]) -> Candidate:
    video = pipe(request, on_step=on_step, **given)
    return Candidate(video, measured(pipe, video))


def sheet(rows: Sequence[Sequence[Video]], labels: Sequence[str], heads: Sequence[str]) -> Video:
    """Videos of one size and length as one video: a label before each row, a head above each column.

    They are made smaller where the sheet would be too large for a file.
    """
    first = rows[0][0]
    width, height = first.size
    count = sum(map(len, rows))
    share = min(1.0, (MAX_VOLUME / 2 / (len(first) * count * width * height)) ** 0.5)
    cell = max(16, int(width * share)), max(16, int(height * share))
    font = ImageFont.load_default(max(10, cell[1] // 12))
    left, top = _margins(font, labels, heads)
    across = left + len(rows[0]) * cell[0], top + len(rows) * cell[1]
    paper = Image.new("RGB", (across[0] + across[0] % 2, across[1] + across[1] % 2), PAPER)
    draw = ImageDraw.Draw(paper)
    for column, text in enumerate(heads):
        draw.text((left + (column + 0.5) * cell[0], top / 2), text, INK, font, anchor="mm")
    for row, text in enumerate(labels):
        draw.text((left / 2, top + (row + 0.5) * cell[1]), text, INK, font, anchor="mm")
    frames = np.repeat(np.asarray(paper)[None], len(first), axis=0)
    for row, videos in enumerate(rows):
        for column, video in enumerate(videos):
            y, x = top + row * cell[1], left + column * cell[0]
            frames[:, y : y + cell[1], x : x + cell[0]] = _shrunk(video.frames, cell)
    request = first.request and Request(first.request.prompt, fps=first.fps)
    note = f"A sheet of {count} videos: {', '.join(labels)}; {', '.join(heads)}."
    return Video(frames, request, first.model, first.revision, first.version, (note,))


def _margins(font: Any, labels: Sequence[str], heads: Sequence[str]) -> tuple[int, int]:
    """Pixels left of the rows and above the columns, with room for the texts."""
    width = max(font.getlength(text) for text in labels)
    height = max(font.getbbox(text)[3] for text in heads)
    return int(width) + 16, int(height) + 12


def _shrunk(frames: np.ndarray, cell: tuple[int, int]) -> np.ndarray:
    if frames.shape[2:0:-1] == cell:
        return frames
    return np.stack([np.asarray(Image.fromarray(frame).resize(cell)) for frame in frames])


def to_json(prompt: str, model: str, candidates: Iterable[Candidate]) -> str:
    """The records of candidates as JSON, with what each measure says."""
    words = {name: measure.words for name, measure in MEASURES.items()}
    found = [each.record() for each in candidates]
    return json.dumps({"prompt": prompt, "model": model, "measures": words, "videos": found}, indent=1)

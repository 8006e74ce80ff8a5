"""The ways to make a batch: in this process, or on each device that `accelerate launch` starts one for.

A way is a function of an `Order`; a third one, a Ray cluster, is in on_ray.py.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from t2v.batch import BatchError, LauncherQueue, Report, make_all, process_rank
from t2v.errors import T2VError, UsageError
from t2v.file_settings import Settings
from t2v.measures import counted
from t2v.naming import Target
from t2v.places import PlaceError, remove_drafts
from t2v.prompts import Item
from t2v.resume import Model, already_made
from t2v.stops import held
from t2v.streams import plain
from t2v.video import check_saving

IN_A_ROW = 3  # failures of one kind of error after which the rest isn't tried: the model is to blame


@dataclass(frozen=True)
class Order:
    """The videos to be made, each with its file, and how to tell of them.

    `fixed`: a file's name is its video's alone; `resume`: files that are there already are kept; `tell(kind,
    text)`: print a report; `explain`: an error in one line; `as_json`: a made video is a line of JSON.
    """

    items: Sequence[Item]
    targets: Sequence[Target]
    chosen: dict[str, str]
    fixed: bool
    resume: bool
    as_json: bool
    tell: Callable[[str, str], None]
    explain: Callable[[Exception], str]

    def missing(self, dry: bool = False) -> list[int]:
        """Return the places in `items` of the videos that aren't there yet; tell of those that are.

        UsageError if a file can't be written, or is another video. `dry`: neither tell nor delete anything.
        """
        for path in {
            (target.path.parent, target.path.suffix): target.path for target in self.targets
        }.values():
            check_place(path)
        if not self.fixed:
            return list(range(len(self.items)))
        found = self._there() if self.resume else {}
        missing = [place for place in range(len(self.items)) if place not in found]
        paths = [self.targets[place].path for place in missing]
        if not self.resume and (taken := next(filter(Path.exists, paths), None)):
            raise UsageError(
                f"{taken} is there already: --resume keeps what is whole, or give another folder"
            )
        if self.resume and not dry:
            remove_drafts(paths)
        if found and not dry:
            lines = [line_of(self.targets[place].path, "kept", 0.0, each) for place, each in found.items()]
            for line in lines if self.as_json else ():
                self.tell("kept", line)
            self.tell("note", f"{counted(len(found), 'video')} of {len(self.items)} there already")
        return missing

    def made(self, path: Path, settings: Settings, seconds: float, **more: Any) -> Report:
        """Return the report of a finished video. `more`: what its line of JSON says besides."""
        if self.as_json:
            return "made", line_of(path, "made", seconds, settings, **more)
        return "made", f"{path}: {summary(settings)}, {seconds:.1f} s"

    def failed(self, place: int, error: Exception) -> list[Report]:
        """Return the reports of a video that can't be made."""
        item, path, why = self.items[place], self.targets[place].path, self.explain(error)
        where = f"{path} ({item.where})" if item.where else str(path)
        line = json.dumps(
            {"file": str(path), "status": "failed", "why": why, "request": asdict(item.request)}
        )
        return [("problem", f"{where}: {why}"), *([("failed", line)] if self.as_json else [])]

    def _there(self) -> dict[int, Settings]:
        """Return the settings of the videos that are there, by place."""
        model, found = Model.of(self.chosen.get("model")), {}
        pairs = list(zip(self.items, self.targets, strict=True))
        for place, (item, target) in enumerate(tqdm(pairs, "files", unit="file", leave=False, disable=None)):
            if settings := already_made(target.path, item, model):
                found[place] = settings
        return found


class Maker:
    """Makes videos of an order by one pipeline, `places` in it.

    A video that fails by itself costs no other. One alone, a third in a row, and an error of the machine are
    raised.
    """

    def __init__(self, order: Order, places: Sequence[int], **where: Any):
        from t2v.pipeline import TextToVideo  # imports torch, which takes seconds

        self._order, self._pipe = order, TextToVideo.from_pretrained(**order.chosen | where)
        self.complete = {place: order.items[place].complete(self._pipe.native) for place in places}
        self.steps = sum(map(self._pipe.steps_of, self.complete.values()))
        self._in_a_row = 0

    def make(self, place: int, target: Target, on_step: Any) -> list[Report]:
        """Make a video and save it, joined to the source that it continues; -> its reports."""
        try:
            reports = self._made(place, target, on_step)
        except T2VError as error:
            self._in_a_row += 1
            if len(self.complete) == 1 or self._in_a_row == IN_A_ROW or isinstance(error, PlaceError):
                raise
            return self._order.failed(place, error)
        self._in_a_row = 0
        return reports

    def _made(self, place: int, target: Target, on_step: Any) -> list[Report]:
        start, item = time.monotonic(), self._order.items[place]
        video = self._pipe(self.complete[place], on_step=on_step, **item.given().arguments).joined
        with held():
            path = target.save(video)
        made = self._order.made(path, video.settings, time.monotonic() - start)
        return [*(("note", note) for note in video.notes), made]


def in_process(order: Order) -> None:
    """Make one video after the other. BatchError at the end if some could not be made."""
    missing = order.missing()
    if not missing:
        return
    maker, made = Maker(order, missing), 0
    with tqdm(total=maker.steps, unit="step", leave=False, disable=None) as bar:
        for number, place in enumerate(missing, 1):
            count = f"{number} of {len(missing)}: " if len(missing) > 1 else ""
            bar.set_description(count + plain(maker.complete[place].prompt[:30]))
            reports = maker.make(place, order.targets[place], lambda *_: bar.update())
            with tqdm.external_write_mode():
                for kind, text in reports:
                    order.tell(kind, text)
                    made += kind == "made"
    if made < len(missing):
        raise BatchError(f"{made} of {len(missing)} videos were made")


def launched(order: Order) -> None:
    """Make this process's share: `accelerate launch` has started a process for each device."""
    device, model = order.chosen.get("device", ""), order.chosen.get("model")
    if device not in ("", "cpu"):
        raise UsageError(
            "--device: each process that accelerate starts has its own; leave it out, or say cpu"
        )
    if process_rank().main:
        check_place(order.targets[0].path)

    from t2v.checkpoints import EMBEDDED, locate
    from t2v.runtime import choose_dtype

    queue = LauncherQueue(on_cpu=device == "cpu")
    seen = []
    if queue.main:  # it looks at the files and downloads the model, while the others wait in `agree`
        seen = [[place, *order.targets[place]] for place in order.missing()]
        half = choose_dtype(order.chosen.get("dtype"), queue.device).itemsize == 2
        locate(model or EMBEDDED, half)
    shared = [(place, Target(*target)) for place, *target in queue.agree(seen)]

    def load() -> tuple[Maker, int]:
        maker = Maker(order, [place for place, _ in shared], device=queue.device)
        return maker, maker.steps

    def make(maker: Maker, number: int, on_step: Any) -> list[Report]:
        return maker.make(*shared[number], on_step)

    if shared:
        make_all(queue, load, make, [str(target.path) for _, target in shared], order.tell, order.explain)


def check_place(path: Path) -> None:
    """Refuse a path that saving would fail at, before the work is done."""
    try:
        check_saving(path)
    except PlaceError as error:
        raise UsageError(f"{path}: {error}") from None


def line_of(path: Path, status: str, seconds: float, settings: Settings, **more: Any) -> str:
    """Return the line of JSON of a video: its file, how it came to be, and all that the file records."""
    told = {"file": str(path), "status": status, "seconds": round(seconds, 3)} | more
    return json.dumps(told | asdict(settings))


def summary(settings: Settings) -> str:
    """Return what a video is in words."""
    width, height = settings.size
    clip = f"{counted(settings.frames, 'frame')} of {width}×{height} at {settings.fps} fps"
    if settings.request is None:
        return clip
    request = settings.request
    how = f"{counted(request.steps or 0, 'step')} of {request.sampler}, guidance {request.guidance:g}"
    return f"seed {request.seed}, {clip}, {how}, model {settings.model}"

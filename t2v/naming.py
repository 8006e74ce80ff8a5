"""Choose the names of the files that a command writes: a given name, or free numbers in a pattern."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

from t2v.errors import UsageError
from t2v.latents import write_latents
from t2v.places import PlaceError, claim, draft_of
from t2v.prompts import Item
from t2v.video import CONTAINERS, Video

ENDINGS = ", ".join(CONTAINERS)
NUMBER = re.compile(r"(?<!%)%(0\d)?d(?![^\W_])")  # no letter or digit follows: 100%dark.mp4 is a name


class Target(NamedTuple):
    """The file of one video. `number`: the first to try in the pattern; 0 if the pattern is a plain name.

    `latents`: the video's latents are kept beside the file.
    """

    pattern: str
    number: int = 0
    latents: bool = False

    @property
    def path(self) -> Path:
        return _numbered(self.pattern, self.number) if self.number else Path(self.pattern)

    def save(self, video: Video) -> Path:
        """Write the video; -> its path. A given name overwrites an old file, a number never does."""
        path = video.save_new(self._numbers()) if self.number else video.save(self.path)
        if self.latents and video.latents is not None:
            write_latents(video.latents, path)
        return path

    def store(self, data: bytes) -> Path:
        """Write the bytes of a whole file as `save` writes a video; -> its path. PlaceError if it can't."""
        draft = draft_of(self.path)
        try:
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(data)
            if self.number:
                return next(path for path in self._numbers() if claim(draft, path))
            os.replace(draft, self.path)
            return self.path
        except OSError as error:
            raise PlaceError(f"{self.path} can't be written: {error.strerror or 'unknown error'}.") from None
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def _numbers(self) -> Iterator[Path]:
        """Yield the paths of the pattern from the first number on."""
        return (_numbered(self.pattern, number) for number in count(self.number))


def targets(output: str | None, videos: int, of_each: int = 1) -> list[Target]:
    """Return the targets of `videos` videos. `output`: a file, a folder, or a pattern like panda-%d.mp4.

    `of_each`: how many of them a prompt has, for errors.
    """
    pattern = _pattern(output, videos, of_each)
    if not _has_number(pattern):
        return [Target(pattern)]
    free = (number for number in count(1) if not os.path.lexists(_numbered(pattern, number)))
    return [Target(pattern, number) for number in islice(free, videos)]


def files_of(items: Sequence[Item], output: str | None, of_each: int, fixed: bool) -> list[Target]:
    """Return the target of each video: the name that its line gives it, or a numbered one.

    `fixed`: the number is the video's own among all, the same in every run and on every machine; or else a
    free one. UsageError names a line whose name can't be, or is another's.
    """
    unnamed = [item for item in items if item.output is None]
    if not unnamed:
        numbered: list[Target] = []
    elif fixed:
        numbered = _fixed(_pattern(output, len(items), of_each), [item.number for item in unnamed])
    else:
        numbered = targets(output, len(unnamed), of_each)
    rest = iter(numbered)
    found = [next(rest) if item.output is None else _own(item, item.output, output) for item in items]
    _refuse_twice(items, found)
    return found


def _fixed(pattern: str, numbers: Sequence[int]) -> list[Target]:
    if not _has_number(pattern):
        return [Target(pattern)] * len(numbers)
    return [Target(str(_numbered(pattern, number))) for number in numbers]


def _own(item: Item, name: str, output: str | None) -> Target:
    """Return the target of a video with a name of its own, in the folder `output` if that is one."""
    path = os.path.join(output, name) if output and _is_folder(output) else name
    if Path(path).suffix.lower() not in CONTAINERS:
        raise UsageError(f"{item.where}: output: the name of a video ends in {ENDINGS}, and this is {name}")
    return Target(path)


def _refuse_twice(items: Sequence[Item], found: Sequence[Target]) -> None:
    """Refuse two videos of one name, at least one of which is a line's own."""
    first: dict[str, Item] = {}
    for item, target in zip(items, found, strict=True):
        if (
            not target.number
            and (other := first.setdefault(os.path.normpath(target.pattern), item)) is not item
        ):
            place = (item if item.output else other).where
            raise UsageError(
                f"{place}: output: {target.pattern} is the file of two videos; give each its own"
            )


def _pattern(output: str | None, videos: int, of_each: int) -> str:
    """Return the pattern or name that an output means for so many videos; UsageError if it has none."""
    if output == "":
        raise UsageError("-o: the name is empty")
    pattern = "video-%d.mp4" if output is None else output
    if _is_folder(pattern) or (videos > 1 and not Path(pattern).suffix):
        pattern = os.path.join(pattern, "%03d.mp4")
    _check_ending(pattern, output)
    if videos > 1 and not _has_number(pattern):
        what = (
            "prompts and one file: quote a prompt of several words,"
            if of_each == 1
            else "videos and one file:"
        )
        raise UsageError(
            f"{videos} {what} give a folder/, or put %d for the number into the name,"
            " with no letter or digit after it"
        )
    return pattern


def _is_folder(name: str) -> bool:
    return os.path.isdir(name) or name.endswith(("/", os.sep))


def _has_number(pattern: str) -> bool:
    return NUMBER.search(Path(pattern).name) is not None


def _check_ending(pattern: str, output: str | None) -> None:
    if Path(pattern).suffix.lower() not in CONTAINERS:
        raise UsageError(f"{output}: the name of a video ends in {ENDINGS}")


def _numbered(pattern: str, number: int) -> Path:
    folder, name = os.path.split(pattern)
    return Path(folder, NUMBER.sub(lambda place: f"{number:{place[1] or ''}}", name))

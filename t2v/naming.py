"""Choose the names of the files that a command writes: a given name, or free numbers in a pattern."""

import os
import re
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

from t2v.errors import UsageError
from t2v.video import CONTAINERS, Video

ENDINGS = ", ".join(CONTAINERS)
NUMBER = re.compile(r"(?<!%)%(0\d)?d(?![^\W_])")  # no letter or digit follows: 100%dark.mp4 is a name


class Target(NamedTuple):
    """The file of one video. `number`: the first to try in the pattern; 0 if the pattern is a plain name."""

    pattern: str
    number: int = 0

    @property
    def path(self) -> Path:
        return _numbered(self.pattern, self.number) if self.number else Path(self.pattern)

    def save(self, video: Video) -> Path:
        """Write the video; -> its path. A given name overwrites an old file, a number never does."""
        if not self.number:
            return video.save(self.path)
        return video.save_new(_numbered(self.pattern, number) for number in count(self.number))


def targets(output: str | None, videos: int, of_each: int = 1) -> list[Target]:
    """Return the targets of `videos` videos. `output`: a file, a folder, or a pattern like panda-%d.mp4.

    `of_each`: how many of them a prompt has, for errors.
    """
    if output == "":
        raise UsageError("-o: the name is empty")
    pattern = "video-%d.mp4" if output is None else output
    folder = os.path.isdir(pattern) or pattern.endswith(("/", os.sep))
    if folder or (videos > 1 and not Path(pattern).suffix):
        pattern = os.path.join(pattern, "%03d.mp4")
    if Path(pattern).suffix.lower() not in CONTAINERS:
        raise UsageError(f"{output}: the name of a video ends in {ENDINGS}")
    if NUMBER.search(Path(pattern).name):
        free = (number for number in count(1) if not os.path.lexists(_numbered(pattern, number)))
        return [Target(pattern, number) for number in islice(free, videos)]
    if videos > 1:
        what = (
            "prompts and one file: quote a prompt of several words,"
            if of_each == 1
            else "videos and one file:"
        )
        raise UsageError(
            f"{videos} {what} give a folder/, or put %d for the number into the name,"
            " with no letter or digit after it"
        )
    return [Target(pattern)]


def _numbered(pattern: str, number: int) -> Path:
    folder, name = os.path.split(pattern)
    return Path(folder, NUMBER.sub(lambda place: f"{number:{place[1] or ''}}", name))

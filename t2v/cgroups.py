"""Limits that Linux control groups set for this process: of a container, a service or a batch job.

Versions 1 and 2, also mixed. The group of a process may be deep in a tree, and every group above it limits
it too; a container sees the tree from some level down. A file that can't be read limits nothing.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path("/")
MOUNTS = {  # default places of the trees, if /proc names none; "" is version 2
    "": ("sys/fs/cgroup", "sys/fs/cgroup/unified"),
    "memory": ("sys/fs/cgroup/memory",),
    "cpu": ("sys/fs/cgroup/cpu", "sys/fs/cgroup/cpu,cpuacct"),
}


class MemoryLimit(NamedTuple):
    """Memory that control groups allow: bytes in all, and bytes still free."""

    total: int
    free: int


def memory_limit(root: Path = ROOT) -> MemoryLimit | None:
    """Return the lowest limits of all groups that this process is in; None without any."""
    limits = [limit for folder in _folders("", root) if (limit := _memory_2(folder))]
    limits += [limit for folder in _folders("memory", root) if (limit := _memory_1(folder))]
    return MemoryLimit(*map(min, zip(*limits, strict=True))) if limits else None


def processor_limit(root: Path = ROOT) -> float | None:
    """Return the processors that this process may use on average, such as 1.5; None without a limit."""
    shares = [_share(_words(folder / "cpu.max")) for folder in _folders("", root)]
    for folder in _folders("cpu", root):
        shares.append(_share(_words(folder / "cpu.cfs_quota_us") + _words(folder / "cpu.cfs_period_us")))
    return min((share for share in shares if share), default=None)


def _memory_2(folder: Path) -> MemoryLimit | None:
    """Read version 2's limits. Above `memory.high` a process isn't killed, but slowed to a crawl."""
    limits = [_number(folder / name) for name in ("memory.max", "memory.high")]
    return _limit(limits, _number(folder / "memory.current"), _cache(folder, "inactive_file"))


def _memory_1(folder: Path) -> MemoryLimit | None:
    """Read version 1's limits. `hierarchical_memory_limit` includes groups that a container doesn't see."""
    limits = [_number(folder / "memory.limit_in_bytes"), _stat(folder).get("hierarchical_memory_limit")]
    return _limit(limits, _number(folder / "memory.usage_in_bytes"), _cache(folder, "total_inactive_file"))


def _limit(limits: list[int | None], used: int | None, cache: int) -> MemoryLimit | None:
    total = min((limit for limit in limits if limit is not None), default=None)
    return None if total is None else MemoryLimit(total, max(0, total - max(0, (used or 0) - cache)))


def _cache(folder: Path, name: str) -> int:
    """Return the bytes of cached files that can be dropped; they count as used."""
    return _stat(folder).get(name, 0)


def _stat(folder: Path) -> dict[str, int]:
    words = _words(folder / "memory.stat")
    pairs = zip(words[::2], words[1::2], strict=False)
    return {name: int(number) for name, number in pairs if number.isdecimal()}


def _share(words: list[str]) -> float | None:
    """Divide quota by period, both in microseconds; None if the quota is "max", −1 or missing."""
    if len(words) != 2 or not all(word.isdecimal() and int(word) for word in words):
        return None
    return int(words[0]) / int(words[1])


def _number(file: Path) -> int | None:
    """Read the number in a file; None for "max", and if there is none."""
    words = _words(file)
    return int(words[0]) if words and words[0].isdecimal() else None


def _words(file: Path) -> list[str]:
    try:
        return file.read_text(errors="replace").split()
    except OSError:
        return []


def _folders(controller: str, root: Path) -> Iterator[Path]:
    """Yield the folders of this process's group and of all above it, as far as they are visible."""
    group = _group(controller, root)
    for mount, top in _mounted(controller, root):
        inside = _inside(group, top)
        folder = mount / inside
        yield from (folder, *list(folder.parents)[: len(Path(inside).parts)])


def _group(controller: str, root: Path) -> str:
    """Read the path of this process's group from /proc/self/cgroup's lines `number:controllers:path`."""
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = (line.split(":", 2) + ["", ""])[:3]
        if controller in controllers.split(","):
            return path
    return "/"


def _mounted(controller: str, root: Path) -> list[tuple[Path, str]]:
    """Return each mount of the tree, and the group that it shows as its top."""
    found = []
    for line in _lines(root / "proc/self/mountinfo"):
        before, _, after = line.partition(" - ")
        place, kind = before.split(), after.split()
        if len(place) > 4 and kind and _has(kind, controller):
            found.append((root / _plain(place[4]).lstrip("/"), _plain(place[3])))
    return found or [(root / mount, "/") for mount in MOUNTS[controller]]


def _has(kind: list[str], controller: str) -> bool:
    """Return whether a mount's type, source and options are of the tree that has the controller."""
    if controller == "":
        return kind[0] == "cgroup2"
    return kind[0] == "cgroup" and controller in kind[-1].split(",")


def _inside(group: str, top: str) -> str:
    """Return the group's path below the mounted top; "" if it isn't below, as a container may see it."""
    below = group if top == "/" else group.removeprefix(top) if f"{group}/".startswith(f"{top}/") else ""
    return "" if ".." in Path(below).parts else below.strip("/")


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(errors="replace").splitlines()
    except OSError:
        return []


def _plain(text: str) -> str:
    """Decode a path of mountinfo, which writes spaces and the like as a backslash and three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)

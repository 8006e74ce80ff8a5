"""A Dockerfile carried out without Docker, for tests: its instructions run in a root made by debootstrap.

FROM is a minimal Debian of the release that the Dockerfile names; COPY copies, RUN runs in the root, and the
container is the root mounted read-only, with a writable /data and /tmp, for the Dockerfile's user without any
capability. What Docker adds, layers, network and control groups, is not there.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESOLVER = Path("/etc/resolv.conf")
SHELL = ("/bin/sh", "-c")
OWN_MOUNTS = ("unshare", "--mount", "--pid", "--fork", "--kill-child")  # they end with the process


@dataclass
class Image:
    """What the instructions have made: the root, its environment, where and how it starts."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": os.defpath + ":/usr/sbin:/sbin"})
    arguments: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0"
    volume: str = ""
    entry: list[str] = field(default_factory=list)
    health: str = ""


def instructions(text: str) -> list[tuple[str, str]]:
    """-> (INSTRUCTION, the rest of its line); lines that a backslash joins are one"""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def build(dockerfile: Path, root: Path, **arguments: str) -> Image:
    """Carry the instructions out in `root`, which has FROM's system already. `arguments`: as --build-arg."""
    image = Image(root)
    for name, rest in instructions(dockerfile.read_text(encoding="utf-8")):
        _carry_out(image, name, rest, arguments)
    return image


def _carry_out(image: Image, name: str, rest: str, given: dict[str, str]) -> None:
    match name:
        case "FROM" | "EXPOSE":
            pass
        case "ARG":
            key, _, value = rest.partition("=")
            image.arguments[key] = given.get(key, value)
        case "ENV":
            image.environment |= dict(pair.partition("=")[::2] for pair in shlex.split(rest))
        case "WORKDIR":
            image.folder = rest
            _inside(image, rest).mkdir(parents=True, exist_ok=True)
        case "COPY":
            _copy(image, shlex.split(rest))
        case "RUN":
            _run(image, rest)
        case "USER":
            image.user = rest
        case "VOLUME":
            image.volume = rest
        case "HEALTHCHECK":
            image.health = rest.partition("CMD ")[2]
        case "ENTRYPOINT":
            image.entry = json.loads(rest)
        case _:
            raise AssertionError(f"{name} is not carried out here")


def _inside(image: Image, path: str) -> Path:
    return image.root / Path(image.folder, path).as_posix().lstrip("/")


def _copy(image: Image, words: list[str]) -> None:
    *sources, target = words
    for source in sources:
        place, cached = _inside(image, target), shutil.ignore_patterns("__pycache__")
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=cached, dirs_exist_ok=True)
        else:
            shutil.copy(ROOT / source, place)


def _run(image: Image, command: str) -> None:
    kept = [name for name in os.environ if name.startswith("PIP_") or name.lower().endswith("_proxy")]
    needed = _lent() if "pip " in command else [RESOLVER]
    lent = {path: image.root / path.relative_to("/") for path in needed if path.exists()}
    for path, place in lent.items():
        (place if path.is_dir() else place.parent).mkdir(parents=True, exist_ok=True)
        if path.is_file():
            place.touch()
    mounts = [f"mount --bind {path} {place}" for path, place in lent.items()]
    inside = f"cd {image.folder} && {command}"
    script = [*mounts, *_system(image), shlex.join(["exec", "chroot", str(image.root), *SHELL, inside])]
    done = subprocess.run(
        [*OWN_MOUNTS, *SHELL, "\n".join(["set -e", *script])],
        env={name: os.environ[name] for name in kept} | image.environment | image.arguments,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"


def _system(image: Image) -> list[str]:
    """What every process needs of the system, as commands that mount it."""
    return [f"mount -t proc proc {image.root}/proc", f"mount --rbind /dev {image.root}/dev"]


def _lent() -> list[Path]:
    """What this machine's pip and network are set up by: as a build on it would have them."""
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "config", "debug"], capture_output=True, text=True, check=True
    )
    files = re.findall(r"(/[^\s,]+), exists: True", asked.stdout)
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True)
    places = re.findall(r"(?:file://)?(/[\w./-]+)", listed.stdout)
    folders = (path.parent if len(path.parts) > 3 and path.is_dir() else path for path in map(Path, places))
    return [RESOLVER, *map(Path, files), *folders]  # an index refers to files beside it


def command(image: Image, data: Path, *words: str) -> list[str]:
    """The command line of the container: mounts of its own, a read-only root, its user, no new privileges."""
    root, user = image.root, f"{image.user}:{image.user}"
    start = [
        "exec",
        "setpriv",
        "--no-new-privs",
        "chroot",
        f"--userspec={user}",
        "--groups=",
        str(root),
        *words,
    ]
    script = [
        f"mount --bind {root} {root}",
        *_system(image),
        f"touch {root}/etc/hosts && mount --bind /etc/hosts {root}/etc/hosts",  # Docker makes one, too
        f"mount -t tmpfs tmpfs {root}/tmp",
        f"mount --bind {data} {root}{image.volume}",
        f"mount -o remount,bind,ro {root}",
        f"cd {root}",
        shlex.join(start),
    ]
    return [*OWN_MOUNTS, *SHELL, "\n".join(["set -e", *script])]

"""Systems that lack what others have, for tests: the command and a page's worker make a video on each.

    python -m tests.bare_system FOLDER

The libraries are imported first, whole; then a fork for each system loses what it lacks, and t2v begins.
FOLDER gets a folder for each system, with its videos and what was said, as `said`; its last line is "whole".
"""

import builtins
import getpass
import io
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress

import accelerate  # noqa: F401
import huggingface_hub  # noqa: F401
import imageio_ffmpeg
import numpy  # noqa: F401
import PIL.Image  # noqa: F401
import psutil
import torch._dynamo  # its import wants a temporary folder, and to count processors
import torch.utils.flop_counter  # noqa: F401

SMALL = "--frames 2 --steps 2 --size 64x64".split()
NOT_ON_MACOS = ("sched_getaffinity", "sched_setaffinity", "sched_yield")
NOT_ON_WINDOWS = tuple(
    """fork forkpty register_at_fork nice sysconf statvfs fstatvfs mkfifo mknod getuid geteuid getgid getegid
    getgroups setuid setsid getpgid killpg chown fchmod fchown uname getloadavg pread pwrite set_blocking
    openpty posix_spawn O_NOFOLLOW O_DIRECTORY O_CLOEXEC O_NONBLOCK wait3 wait4 ctermid""".split()
)
NO_SIGNALS = ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGPIPE", "SIGCHLD", "SIGQUIT")
NO_MODULES = ("resource", "fcntl", "pwd", "grp", "termios", "tty", "pty", "syslog")
_open, _readlink, _listdir, _replace, _unlink = io.open, os.readlink, os.listdir, os.replace, os.unlink


def lose(owner: object, names: tuple[str, ...]) -> None:
    for name in names:
        with suppress(AttributeError):
            delattr(owner, name)


def lose_modules(names: tuple[str, ...]) -> None:
    sys.modules.update(dict.fromkeys(names))
    lose(psutil._pslinux, names)


def refuse(error: BaseException) -> Callable:
    def refused(*_: object, **__: object) -> None:
        raise error

    return refused


def no_proc() -> None:
    """/proc isn't mounted, as in a chroot, or is hidden by a sandbox."""

    def guarded(function: Callable) -> Callable:
        def call(path: object = ".", *given: object, **named: object) -> object:
            if isinstance(path, str | os.PathLike) and os.fspath(path).startswith(("/proc", "/sys/fs")):
                raise FileNotFoundError(2, "No such file or directory", os.fspath(path))
            return function(path, *given, **named)

        return call

    builtins.open = io.open = guarded(_open)
    for name in ("stat", "lstat", "listdir", "scandir", "readlink", "access"):
        setattr(os, name, guarded(getattr(os, name)))


def held_open(path: object) -> bool:
    """Whether this process has the file open or mapped."""
    real = os.path.realpath(path)
    fds = [f"/proc/self/fd/{fd}" for fd in _listdir("/proc/self/fd")]
    with _open("/proc/self/maps") as maps:
        return any(_link(fd) == real for fd in fds) or real in maps.read()


def _link(path: str) -> str:
    try:
        return _readlink(path)
    except OSError:
        return ""


def windows() -> None:
    """No calls of Unix; an open file can't be opened again as a temporary one, replaced or deleted."""
    lose(os, NOT_ON_WINDOWS + NOT_ON_MACOS)
    lose(signal, NO_SIGNALS)
    lose_modules(NO_MODULES)
    shutil._use_fd_functions = subprocess._USE_POSIX_SPAWN = False  # so does Python decide on Windows
    shutil.disk_usage = lambda path: (10**12, 0, 10**12)
    os.symlink = os.link = refuse(OSError(22, "A required privilege is not held by the client"))

    def unless_open(function: Callable) -> Callable:
        def call(*paths: object, **named: object) -> object:
            if any(isinstance(path, str | os.PathLike) and held_open(path) for path in paths):
                raise PermissionError(13, "The process cannot access the file", str(paths[-1]))
            return function(*paths, **named)

        return call

    os.replace = os.rename = unless_open(_replace)
    os.unlink = os.remove = unless_open(_unlink)
    temporary = tempfile.NamedTemporaryFile

    def exclusive(*given: object, **named: object) -> object:
        if named.get("delete", True) and named.get("delete_on_close", True):
            raise PermissionError(13, "Permission denied: opened a second time")
        return temporary(*given, **named)

    tempfile.NamedTemporaryFile = exclusive


def macos() -> None:
    lose(os, NOT_ON_MACOS)
    no_proc()
    psutil.virtual_memory = lambda: type("Memory", (), {"total": 16 * 10**9, "available": 8 * 10**9})
    sys.platform = "darwin"


def nobody() -> None:
    """A user id without a name, without a home."""
    for name in ("HOME", "USER", "LOGNAME", "LNAME", "USERNAME"):
        os.environ.pop(name, None)
    getpass.getuser = refuse(KeyError("getpwuid(): uid not found: 123456"))
    pathlib.Path.home = refuse(RuntimeError("Could not determine home directory."))
    lose_modules(("pwd", "grp"))


def no_temporary_folder() -> None:
    """Neither TMPDIR nor /tmp can be written."""
    tempfile.tempdir = None
    tempfile._get_default_tempdir = refuse(FileNotFoundError(2, "No usable temporary directory found"))


def forbidding() -> None:
    """A sandbox that answers calls of the system with an error."""
    for name in ("sched_getaffinity", "nice", "statvfs", "getloadavg"):
        setattr(os, name, refuse(PermissionError(1, "Operation not permitted")))
    import resource

    resource.prlimit = resource.getrlimit = resource.getrusage = refuse(PermissionError(1, "not permitted"))
    no_proc()
    psutil.virtual_memory = refuse(PermissionError(1, "Operation not permitted"))


SYSTEMS = {
    "windows": windows,
    "macos": macos,
    "no_proc": no_proc,
    "nobody": nobody,
    "no_temporary_folder": no_temporary_folder,
    "forbidding": forbidding,
}


def work(folder: pathlib.Path) -> None:
    """The command twice into one file, its plan, its reading; then a job and its preview in a worker."""
    from t2v.cli import main
    from t2v.request import Request
    from t2v.service import backend
    from t2v.service.messages import Done, Order, Planned, Ready
    from t2v.service.worker_process import PipelineHost, give_way
    from t2v.video import Video

    made = folder / "made.mp4"
    for _ in range(2):
        assert main(["a panda", *SMALL, "--seed", "1", "-o", str(made)]) == 0
    assert main(["plan", "--device", "cpu"]) == main(["info", str(made)]) == 0
    messages: list[object] = []
    give_way()
    host = PipelineHost(backend, "cpu", messages.append, lambda order: False)
    host.prepare("emoji")
    host.plan("emoji")
    request = Request("a panda", seed=1, frames=2, steps=2, width=64, height=64)
    for number in ("one", "two"):
        host.attempt(Order(number, "emoji", request, folder / f"{number}.mp4"))
    ready, planned = (each for each in messages if isinstance(each, Ready | Planned))
    reports = [each for each in messages if isinstance(each, Done)]
    assert len(reports) == 2, messages
    assert planned.rows and ready.device.startswith("CPU, "), messages
    videos = [Video.open(path).frames for path in (made, folder / "one.mp4", folder / "two.mp4")]
    assert all((video == videos[0]).all() for video in videos)
    print("peaks", *(report.peak for report in reports), "memory", ready.memory)


def begin(system: str, folder: pathlib.Path) -> None:
    """Work on the system, in a process that ends with it; all that is said goes into a file."""
    folder.mkdir()
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT)
    os.dup2(said, 1)
    os.dup2(said, 2)
    code = 1
    try:
        SYSTEMS[system]()
        work(folder)
        print("whole")
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    imageio_ffmpeg.get_ffmpeg_exe()  # chosen once, by the real system
    for system in SYSTEMS:
        if child := os.fork():
            os.waitpid(child, 0)
        else:
            begin(system, pathlib.Path(sys.argv[1], system))

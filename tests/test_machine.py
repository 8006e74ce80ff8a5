"""What a container leaves of the machine: limits of control groups, wherever and however they are mounted."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import torch

from t2v import machine
from t2v.cgroups import MemoryLimit, memory_limit, processor_limit
from t2v.networks import TINY_UNET
from t2v.request import ModelDefaults, Request
from t2v.runtime import Sizes, plan, planning
from t2v.runtime.memory import free_bytes

ROOT = Path(__file__).parents[1]
GB = 10**9
NO_LIMIT_1 = 9223372036854771712  # what version 1 says instead of "max"
V2, V1, CPU_1 = "sys/fs/cgroup", "sys/fs/cgroup/memory", "sys/fs/cgroup/cpu,cpuacct"
MOUNT_2 = "30 23 0:26 {top} /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate"
MOUNT_1 = "31 23 0:27 {top} /sys/fs/cgroup/memory rw shared:10 - cgroup cgroup rw,memory"
MOUNT_CPU = "32 23 0:28 {top} /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct"


def tree(root: Path, group: str, mounts: str | None, files: dict[str, object]) -> Path:
    """A file system under `root`: /proc/self/cgroup, mountinfo if given, and files of control groups."""
    written = {"proc/self/cgroup": group} | ({} if mounts is None else {"proc/self/mountinfo": mounts})
    for name, text in (written | files).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"{text}\n")
    return root


def v2(folder: str, limit: object, used: int = 0, cache: int = 0) -> dict[str, object]:
    stat = f"anon 5\ninactive_file {cache}\nactive_file 7"
    return {
        f"{folder}/memory.max": limit,
        f"{folder}/memory.current": used,
        f"{folder}/memory.stat": stat,
    }


def v1(folder: str, limit: object, used: int = 0, cache: int = 0, above: int = NO_LIMIT_1) -> dict:
    stat = f"cache 5\ninactive_file 0\nhierarchical_memory_limit {above}\ntotal_inactive_file {cache}"
    files = {"limit_in_bytes": limit, "usage_in_bytes": used, "stat": stat}
    return {f"{folder}/memory.{name}": text for name, text in files.items()}


MEMORY = {
    "a container with a namespace of its own": (
        ("0::/", MOUNT_2.format(top="/"), v2(V2, 4 * GB, 3 * GB, GB)),
        MemoryLimit(4 * GB, 2 * GB),
    ),
    "a service, limited by the group above it": (
        (
            "0::/system.slice/t2v.service",
            MOUNT_2.format(top="/"),
            v2(f"{V2}/system.slice/t2v.service", "max", GB) | v2(f"{V2}/system.slice", 2 * GB, GB),
        ),
        MemoryLimit(2 * GB, GB),
    ),
    "the total of one group, what is free of another": (
        (
            "0::/a/b",
            MOUNT_2.format(top="/"),
            v2(f"{V2}/a/b", 2 * GB, GB // 2) | v2(f"{V2}/a", 8 * GB, 7 * GB),
        ),
        MemoryLimit(2 * GB, GB),
    ),
    "memory.high": (
        (
            "0::/",
            MOUNT_2.format(top="/"),
            v2(V2, 8 * GB) | {f"{V2}/memory.high": 3 * GB},
        ),
        MemoryLimit(3 * GB, 3 * GB),
    ),
    "more in use than the limit, which was lowered": (
        ("0::/", MOUNT_2.format(top="/"), v2(V2, GB, 2 * GB)),
        MemoryLimit(GB, 0),
    ),
    "no limit": (("0::/", MOUNT_2.format(top="/"), v2(V2, "max", GB)), None),
    "a host's top group, which has no files": (("0::/", MOUNT_2.format(top="/"), {}), None),
    "version 1 in a container": (
        ("5:memory:/docker/abc", MOUNT_1.format(top="/docker/abc"), v1(V1, 3 * GB, 2 * GB, GB)),
        MemoryLimit(3 * GB, 2 * GB),
    ),
    "version 1, a group above that isn't seen": (
        ("5:memory:/pod/abc", MOUNT_1.format(top="/pod/abc"), v1(V1, NO_LIMIT_1, GB, 0, 2 * GB)),
        MemoryLimit(2 * GB, GB),
    ),
    "version 1, nested": (
        (
            "9:name=systemd:/x\n5:cpuset,memory:/slurm/job/step",
            MOUNT_1.format(top="/"),
            v1(f"{V1}/slurm/job/step", NO_LIMIT_1) | v1(f"{V1}/slurm/job", GB, GB // 4),
        ),
        MemoryLimit(GB, GB - GB // 4),
    ),
    "both versions side by side": (
        (
            "5:memory:/a\n0::/b",
            MOUNT_1.format(top="/")
            + "\n"
            + MOUNT_2.format(top="/").replace("cgroup rw", "cgroup/unified rw"),
            v1(f"{V1}/a", 2 * GB) | {f"{V2}/unified/b/cgroup.procs": ""},
        ),
        MemoryLimit(2 * GB, 2 * GB),
    ),
    "a mount elsewhere, with a space in its name": (
        (
            "0::/a",
            MOUNT_2.format(top="/").replace("/sys/fs/cgroup", "/mnt/all\\040groups"),
            v2("mnt/all groups/a", GB),
        ),
        MemoryLimit(GB, GB),
    ),
    "a group outside of the namespace": (
        ("0::/../../other", MOUNT_2.format(top="/"), v2(V2, GB)),
        MemoryLimit(GB, GB),
    ),
    "a path that the mount doesn't have": (
        ("5:memory:/docker/abc", MOUNT_1.format(top="/docker/abcdef"), v1(V1, GB)),
        MemoryLimit(GB, GB),
    ),
    "no mountinfo": (("0::/", None, v2(V2, GB)), MemoryLimit(GB, GB)),
    "no mountinfo, version 1": (("5:memory:/", None, v1(V1, GB)), MemoryLimit(GB, GB)),
    "files of another meaning": (
        ("nonsense\n::", "nonsense - \n - cgroup2", v2(V2, "lots", 5) | {f"{V2}/memory.stat": "a b c"}),
        None,
    ),
}


@pytest.mark.parametrize("name", MEMORY)
def test_the_narrowest_limit_of_memory(tmp_path: Path, name: str):
    given, expected = MEMORY[name]
    assert memory_limit(tree(tmp_path, *given)) == expected


PROCESSORS = {
    "0.5 of version 2": (("0::/", MOUNT_2.format(top="/"), {f"{V2}/cpu.max": "50000 100000"}), 0.5),
    "max": (("0::/", MOUNT_2.format(top="/"), {f"{V2}/cpu.max": "max 100000"}), None),
    "the least of two groups": (
        (
            "0::/a/b",
            MOUNT_2.format(top="/"),
            {f"{V2}/a/b/cpu.max": "400000 100000", f"{V2}/a/cpu.max": "150000 100000"},
        ),
        1.5,
    ),
    "version 1": (
        (
            "2:cpu,cpuacct:/docker/abc",
            MOUNT_CPU.format(top="/docker/abc"),
            {f"{CPU_1}/cpu.cfs_quota_us": 200000, f"{CPU_1}/cpu.cfs_period_us": 100000},
        ),
        2.0,
    ),
    "version 1 without a quota": (
        (
            "2:cpu,cpuacct:/",
            MOUNT_CPU.format(top="/"),
            {f"{CPU_1}/cpu.cfs_quota_us": -1, f"{CPU_1}/cpu.cfs_period_us": 100000},
        ),
        None,
    ),
    "half a pair of files": (
        ("2:cpu,cpuacct:/", MOUNT_CPU.format(top="/"), {f"{CPU_1}/cpu.cfs_quota_us": 5}),
        None,
    ),
    "nothing at all": (("", None, {}), None),
}


@pytest.mark.parametrize("name", PROCESSORS)
def test_the_narrowest_limit_of_processors(tmp_path: Path, name: str):
    given, expected = PROCESSORS[name]
    assert processor_limit(tree(tmp_path, *given)) == expected


def test_memory_is_the_host_s_without_a_limit_and_the_limit_s_with_one(tmp_path: Path):
    host = psutil.virtual_memory().total
    assert machine.memory(tree(tmp_path / "free", "0::/", MOUNT_2.format(top="/"), {})).total == host
    limited = tree(tmp_path / "limited", "0::/", MOUNT_2.format(top="/"), v2(V2, GB, GB // 2))
    assert machine.memory(limited) == (GB, GB // 2)
    beyond = tree(tmp_path / "beyond", "0::/", MOUNT_2.format(top="/"), v2(V2, 2 * host))
    assert machine.memory(beyond).total == host


@pytest.mark.parametrize(
    ("quota", "threads"), [("max", 8), ("50000", 1), ("150000", 1), ("250000", 2), ("1600000", 8)]
)
def test_threads_never_outnumber_the_quota(
    tmp_path: Path, quota: str, threads: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)))
    root = tree(tmp_path, "0::/", MOUNT_2.format(top="/"), {f"{V2}/cpu.max": f"{quota} 100000"})
    assert machine.threads(root) == threads
    monkeypatch.delenv(machine.THREADS, raising=False)
    machine.limit_threads(root)
    assert os.environ.get(machine.THREADS) == (None if quota == "max" else str(threads))


def test_threads_that_were_chosen_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = tree(tmp_path, "0::/", MOUNT_2.format(top="/"), {f"{V2}/cpu.max": "100000 100000"})
    monkeypatch.setenv(machine.THREADS, "3")
    machine.limit_threads(root)
    assert os.environ[machine.THREADS] == "3"


def test_without_affinity_all_processors_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert machine.processors(tmp_path) == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert machine.processors(tmp_path) == 1


@pytest.mark.parametrize("sysconf", [True, False])
def test_memory_that_nothing_tells_of_is_none_and_never_in_the_way(
    sysconf: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def gone(*_: object) -> None:
        raise FileNotFoundError("/proc/meminfo")

    monkeypatch.setattr(psutil, "virtual_memory", gone)
    if not sysconf:
        monkeypatch.delattr(os, "sysconf")
    found = machine.memory(tmp_path)
    assert (found.total is None, found.free is None) == (not sysconf, not sysconf)
    monkeypatch.setattr(machine, "memory", lambda: found)
    assert free_bytes(torch.device("cpu")) > GB // 8


def test_a_plan_doesn_t_count_on_time_that_a_quota_withholds(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(planning, "rate", lambda device, dtype: 1e9)
    request = Request("a panda", seed=0).validate(ModelDefaults(frames=2, width=64, height=64, steps=2))
    given = (Sizes(unet=TINY_UNET), request, torch.device("cpu"), torch.float32)
    monkeypatch.setattr(machine, "processors", lambda: torch.get_num_threads())
    alone = plan(*given)
    monkeypatch.setattr(machine, "processors", lambda: torch.get_num_threads() / 4)
    assert plan(*given).seconds == pytest.approx(4 * alone.seconds)


def real_groups() -> list[tuple[Path, str, str]]:
    """The folder of a group for this test, the file of its limit, and the limit, of memory and processors."""
    name, top = f"t2v-test-{os.getpid()}", Path("/sys/fs/cgroup")
    if (top / "memory").is_dir():
        return [
            (top / "memory" / name, "memory.limit_in_bytes", "1500000000"),
            (top / "cpu" / name, "cpu.cfs_quota_us", "100000"),
        ]
    return [(top / name, "memory.max", "1500000000"), (top / name, "cpu.max", "100000 100000")]


@contextmanager
def limited() -> Iterator[list[Path]]:
    """Real groups of 1.5 GB and one processor; none where this machine lets us make none."""
    made: list[Path] = []
    try:
        for folder, file, limit in real_groups():
            try:
                folder.mkdir(exist_ok=True)
                made.append(folder)
                (folder / file).write_text(limit)
            except OSError:
                made.clear()
                break
        yield made
    finally:
        time.sleep(0.2)
        for folder, _, _ in real_groups():
            if folder.is_dir():
                folder.rmdir()


def entering(folders: list[Path]) -> Callable[[], None]:
    def enter() -> None:
        for folder in folders:
            (folder / "cgroup.procs").write_text(str(os.getpid()))

    return enter


def test_a_real_group_counts_where_one_can_be_made():
    """Elsewhere the same process sees the whole machine."""
    code = "from t2v import machine; print(machine.memory().total, machine.threads())"
    with limited() as groups:
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, preexec_fn=entering(groups))
    total, threads = map(int, done.stdout.split())
    if groups:
        assert 1_499_000_000 < total <= 1_500_000_000 and threads == 1
    else:
        assert (total, threads) == (machine.memory().total, machine.threads())

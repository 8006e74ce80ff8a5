"""Reach a Ray cluster, and start actors there that hold a pipeline: one a GPU, or one a node without GPUs.

An actor of `Holder` loads its model by `load`, a call of its own, so that errors arrive as they were raised.
"""

import logging
import os
import re
import socket
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from t2v.errors import T2VError, UsageError
from t2v.machine import THREADS, threads
from t2v.version import VERSION

INSTALL = "pip install 't2v[ray]'"
REASON = re.compile(
    r"^((?:The actor|The node|\d+ worker)\b.*?)(?:\.\s|\.?$)", re.MULTILINE
)  # in Ray's errors
PATIENCE = 10  # seconds for a cluster to answer


class ClusterError(T2VError, RuntimeError):
    """The cluster has no place for a worker, or can't be used with this version of t2v."""


class Place(NamedTuple):
    """Where one actor runs: a node's id; the number of one of its GPUs, or -1 if no node has any."""

    node: str
    gpu: int = -1

    def options(self) -> dict[str, Any]:
        """Return the options of an actor that runs in this place or, if its node is lost, not at all."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        strategy = NodeAffinitySchedulingStrategy(self.node, soft=False)
        needs = {"num_cpus": 1, "num_gpus": 0} if self.gpu < 0 else {"num_cpus": 0, "num_gpus": 1}
        return {"scheduling_strategy": strategy} | needs


class About(NamedTuple):
    """What an actor says of itself: its version of t2v, its node's address, and what it computes on.

    `threads` are those of the processor where it is the device; 0 on a GPU.
    """

    version: str
    node: str
    device: str
    threads: int


class Cluster:
    """A connection to the cluster at `address`, "auto" or "host:port" or "ray://host:port"; see `close`.

    UsageError if Ray is missing here or no cluster answers. A program that is connected already, as a test,
    stays so.
    """

    def __init__(self, address: str):
        try:
            import ray
        except ImportError:
            raise UsageError(f"--ray: Ray isn't installed here: {INSTALL}") from None
        self._ours = not ray.is_initialized()
        if self._ours:
            _connect(address)

    def places(self) -> list[Place]:
        """Return the places of the nodes that are alive: each GPU, or each node if no node has a GPU."""
        import ray

        alive = {node["NodeID"]: node["Resources"] for node in ray.nodes() if node["Alive"]}
        gpus = [Place(node, k) for node, has in alive.items() for k in range(int(has.get("GPU", 0)))]
        return gpus or [Place(node) for node, has in alive.items() if has.get("CPU", 0) >= 1]

    def threads(self) -> int:
        """Return the threads that all actors compute with: OMP_NUM_THREADS, or what every node has.

        A video's last bits depend on it, so all have the same.
        """
        import ray

        said = os.environ.get(THREADS, "")
        if said.isascii() and said.isdigit() and int(said) > 0:
            return int(said)
        found = [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]
        return min(filter(None, found), default=threads())

    def start(self, body: type, place: Place, *arguments: Any, **options: Any) -> Any:
        """Start an actor of `body(*arguments)` in a place -> its handle. `options`: more of the actor's."""
        import ray

        return ray.remote(**place.options() | options)(body).remote(*arguments)

    def ask(self, count: int, gpus: bool = True) -> None:
        """Ask the cluster's autoscaler, if there is one, for this many places in all; 0 takes it back.

        Each is a GPU or, without `gpus`, a node: one with as many processors as the largest.
        """
        import ray
        from ray.autoscaler.sdk import request_resources

        most = max((node["Resources"].get("CPU", 1) for node in ray.nodes() if node["Alive"]), default=1)
        request_resources(bundles=[{"GPU": 1} if gpus else {"CPU": most}] * count)

    def close(self) -> None:
        """End the connection; actors that this program started end with it."""
        import ray

        if self._ours:
            ray.shutdown()


class Holder:
    """The body of an actor: a pipeline and its number of threads. Derive from it; `load` comes first."""

    def __init__(self, chosen: dict[str, str], threads: int):
        self._chosen, self._threads = chosen, threads

    def load(self) -> About:
        """Load the model; RequestError or CheckpointError says why it can't be. -> what the actor is"""
        state_threads(self._threads)
        import ray

        from t2v.pipeline import TextToVideo

        self.pipe = TextToVideo.from_pretrained(**self._chosen)
        device = self.pipe.device.type
        return About(VERSION, ray.util.get_node_ip_address(), device, self._threads if device == "cpu" else 0)


def state_threads(count: int) -> None:
    """Set how many threads the calling thread of Python computes with; each that computes has to.

    The environment alone isn't enough: Ray has set it to `num_cpus`, torch may be imported already, and MKL
    takes no more than the processor has cores.
    """
    os.environ[THREADS] = str(count)
    import torch

    torch.set_num_threads(count)


def check_version(about: About) -> None:
    """Refuse an actor of another version of t2v, whose videos may be others; ClusterError."""
    if about.version != VERSION:
        raise ClusterError(
            f"node {about.node} has t2v {about.version}, and this is {VERSION}: use one version"
        )


def cause(error: Exception) -> Exception:
    """Return the error that was raised in an actor, or the error itself if it is Ray's own."""
    found = getattr(error, "cause", None)
    return found if isinstance(found, Exception) else error


def is_lost(error: Exception) -> bool:
    """Return whether the error says that an actor or its node is gone: its work is to be done again."""
    from ray import exceptions

    return isinstance(error, exceptions.RayError) and not isinstance(error, exceptions.RayTaskError)


def why_lost(error: Exception) -> str:
    """Return in a sentence why Ray has lost an actor: its node died, or was short of memory."""
    text = str(error)
    said = REASON.findall(text) or [text.strip().partition("\n")[0]]
    return said[-1].strip()[:200]


def kill(actors: Iterable[Any]) -> None:
    """End actors at once, whatever they do."""
    import ray

    for actor in actors:
        if ray.is_initialized():  # else Ray would connect anew, to end what has ended with the connection
            ray.kill(actor)


def _connect(address: str) -> None:
    import ray

    try:
        _knock(address)
        _quieten()
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except Exception as error:  # Ray's own, gRPC's, and those of a wrong address differ by version
        first_line = str(error).strip().partition("\n")[0]
        raise UsageError(f"--ray {address}: no cluster answers there ({first_line})") from None


def _quieten() -> None:
    """Keep Ray from printing a lost node's log to stdout, among our lines; it has no public switch for it."""
    with suppress(ImportError):
        from ray._private import worker

        worker._worker_logs_enabled = False


def _knock(address: str) -> None:
    """Raise OSError or ValueError if nobody listens at host:port, where Ray would wait for minutes."""
    if address in ("auto", "local"):
        return
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit()):
        raise ValueError("an address is auto, host:6379 or ray://host:10001")
    with socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE):
        pass

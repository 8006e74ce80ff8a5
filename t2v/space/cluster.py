"""The page on a Ray cluster: the connection, and what an owner's options mean there."""

import argparse
import signal

from t2v.cluster import Cluster
from t2v.errors import UsageError
from t2v.service.backend import WITH_GPU
from t2v.service.ray_watch import RayWorkers
from t2v.space import strings
from t2v.space.address import LaunchError

KINDS = {(): "auto", ("cpu",): "cpu", ("cuda",): "cuda"}  # of places, by the option `device`


def workers_on(options: argparse.Namespace) -> RayWorkers | None:
    """Connect to the cluster of the options -> its workers; None without `--ray`. LaunchError says why not.

    A cluster of GPUs has ModelScope's model as its default, if it is among those that are offered.
    """
    if not options.ray:
        return None
    if options.device not in KINDS:
        raise LaunchError(strings.DEVICE_OF_NODES, "device")
    ends = signal.getsignal(signal.SIGTERM)  # which Ray sets, too
    try:
        cluster = Cluster(options.ray)
    except UsageError as error:
        reason = str(error).removeprefix("--ray").removeprefix(f" {options.ray}").removeprefix(": ")
        raise LaunchError(reason, "ray") from None
    signal.signal(signal.SIGTERM, ends)
    kind = KINDS[options.device]
    gpus = kind == "cuda" or (kind == "auto" and any(place.gpu >= 0 for place in cluster.places()))
    if gpus and not options.model and WITH_GPU in (options.models or [WITH_GPU]):
        options.model = WITH_GPU
    return RayWorkers(cluster, kind)

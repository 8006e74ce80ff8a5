"""A Ray cluster of several nodes on this machine, small enough for tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SMALL = {"num_gpus": 0, "object_store_memory": 80_000_000}
PROCESSORS = 2  # of each node


def set_up_for_tests() -> None:
    """Set the variables of Ray that its processes read when they start."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_worker_niceness"] = "0"  # at Ray's 15 a busy machine leaves them 1 % of a processor
    os.environ["RAY_memory_monitor_refresh_ms"] = "0"  # it ends workers where others need memory


class Nodes:
    """The nodes of a cluster, but for its head, which computes nothing."""

    def __init__(self, **more_of_head: Any) -> None:
        set_up_for_tests()
        from ray.cluster_utils import Cluster

        head = {"num_cpus": 0, "include_dashboard": False} | SMALL | more_of_head
        self._cluster = Cluster(initialize_head=True, head_node_args=head)
        self.address: str = self._cluster.address
        self.alive: list[Any] = []

    def add(self) -> Any:
        """Start a node -> the node; its `node_id` names it."""
        self.alive.append(self._cluster.add_node(num_cpus=PROCESSORS, **SMALL))
        return self.alive[-1]

    def kill(self, node: Any) -> None:
        """End a node as a power cut does."""
        self.alive.remove(node)
        self._cluster.remove_node(node, allow_graceful=False)


@contextmanager
def nodes(count: int, **more_of_head: Any) -> Iterator[Nodes]:
    """A cluster of a head and `count` nodes, ended with the block."""
    import ray

    made = Nodes(**more_of_head)
    try:
        for _ in range(count):
            made.add()
        yield made
    finally:
        ray.shutdown()
        made._cluster.shutdown()

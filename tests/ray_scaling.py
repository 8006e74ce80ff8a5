"""A service on a Ray cluster whose autoscaler starts the nodes: python -m tests.ray_scaling FOLDER JOBS

Prints a line of JSON at every change: seconds, nodes, workers, jobs that are over. Ends once all
jobs are over and one node is left. Ray's own stand-in for a cloud starts the nodes, as processes of this
machine, on fixed ports: the program wants a namespace of processes of its own.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from t2v.cluster import Cluster
from t2v.request import Request
from t2v.service.jobs import Limits
from t2v.service.ray_watch import RayWorkers
from t2v.service.service import Service
from tests.ray_nodes import SMALL, set_up_for_tests

NODES = 2  # at most
IDLE = 5.0  # seconds until a worker, and then its node, is let go
HEAD = "ray.head.default"  # the one name that the stand-in takes
CLOUD = {
    "cluster_name": "fake",
    "provider": {
        "type": "fake_multinode",
        "use_node_id_as_ip": True,
        "disable_node_updaters": True,
        "disable_launch_config_check": True,
    },
    "max_workers": NODES,
    "idle_timeout_minutes": IDLE / 60,
    "upscaling_speed": 1.0,
    "head_node_type": HEAD,
    "available_node_types": {
        HEAD: {"resources": {"CPU": 0}, "node_config": {}, "max_workers": 0},
        "node": {"resources": {"CPU": 2}, "node_config": {}, "min_workers": 0, "max_workers": NODES},
    },
    **dict.fromkeys(("auth", "docker", "file_mounts"), {}),
    **dict.fromkeys(("cluster_synced_files", "initialization_commands", "setup_commands"), []),
    **{f"{kind}_{what}_commands": [] for kind in ("head", "worker") for what in ("setup", "start_ray")},
}


def start_head(folder: Path) -> None:
    """Start the head of a cluster, and its autoscaler, which looks each second."""
    config = folder / "cloud.json"
    config.write_text(json.dumps(CLOUD))
    small = f"--num-gpus={SMALL['num_gpus']}", f"--object-store-memory={SMALL['object_store_memory']}"
    ray = str(Path(sys.executable).with_name("ray"))  # of this environment, which may be no part of PATH
    command = [ray, "start", "--head", "--num-cpus=0", *small, f"--autoscaling-config={config}"]
    env = os.environ | {"AUTOSCALER_UPDATE_INTERVAL_S": "1", "RAY_FAKE_CLUSTER": "1"}
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, timeout=120)


def main(folder: Path, count: int) -> None:
    """Make `count` videos of the tests' stand-in for a model, and wait until one node is left."""
    set_up_for_tests()
    start_head(folder)
    import ray

    ray.init("auto", log_to_driver=False)
    cluster = Cluster("auto")
    workers = RayWorkers(cluster, idle=IDLE)
    service = Service(
        "tests.service.fakes", folder, limits=Limits(per_visitor=count), cluster=workers
    ).start()
    jobs = [service.submit("a visitor", None, Request("slow", steps=60)) for _ in range(count)]  # 9 s each
    start, said = time.monotonic(), None
    while said != (1, 1, count):
        now = len(cluster.places()), len(service.workers), sum(job.over for job in jobs)
        if now != said:
            names = "seconds", "nodes", "workers", "over"
            print(json.dumps(dict(zip(names, (time.monotonic() - start, *now), strict=True))), flush=True)
            said = now
        time.sleep(0.2)
    print(json.dumps([job.stage.value for job in jobs]), flush=True)
    service.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

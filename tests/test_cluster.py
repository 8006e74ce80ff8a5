"""A Ray cluster is reached, or the command says in a sentence why not."""

import socket
import sys

import pytest

from t2v.cluster import About, Cluster, ClusterError, check_version, why_lost
from t2v.errors import UsageError


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:", "ray://", ":6379", "127.0.0.1:²"])
def test_a_wrong_address_is_answered_with_a_right_one(address: str):
    with pytest.raises(UsageError, match=r"^--ray .*an address is auto, host:6379 or ray://host:10001"):
        Cluster(address)


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_an_address_where_nobody_listens_is_answered_at_once(scheme: str):
    address = f"{scheme}127.0.0.1:{free_port()}"
    with pytest.raises(UsageError, match=f"^--ray {address}: no cluster answers there"):
        Cluster(address)


def test_without_ray_the_answer_is_how_to_install_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"pip install 't2v\[ray\]'"):
        Cluster("auto")


ERRORS = {
    "The actor died unexpectedly.\n\tclass: Holder\nThe actor died because its node has died. Node Id: 7\n"
    "\tthe actor's node was terminated": "The actor died because its node has died",
    "1 worker(s) were killed due to the node running low on memory. Memory on the node was 22.44GB used\n"
    "OOM kill reason": "1 worker(s) were killed due to the node running low on memory",
    "Connection reset\nby peer": "Connection reset",
}


@pytest.mark.parametrize(("said", "reason"), ERRORS.items())
def test_the_reason_of_a_loss_is_a_sentence(said: str, reason: str):
    assert why_lost(RuntimeError(said)) == reason


def test_an_actor_of_another_version_is_refused():
    with pytest.raises(ClusterError, match="node 10.0.0.7 has t2v 0.0.1"):
        check_version(About("0.0.1", "10.0.0.7", "cpu", 1))

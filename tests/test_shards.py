"""Parts of a batch are disjoint and together whole, also as schedulers number them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from t2v.errors import UsageError
from t2v.shards import Shard, shard_of


@given(st.integers(1, 7), st.integers(0, 60))
def test_parts_are_disjoint_whole_and_even(parts: int, videos: int):
    shares = [shard_of(f"{part}/{parts}").of(range(videos)) for part in range(1, parts + 1)]
    assert sorted(sum(shares, [])) == list(range(videos))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_without_a_word_the_whole_is_made():
    assert shard_of(None) == Shard(1, 1) and Shard().of("abc") == ["a", "b", "c"]


@pytest.mark.parametrize(
    "text", ["", "0/3", "4/3", "1", "1/0", "1/", "/3", "-1/3", "a/b", "1/3/5", "²/3", "1.0/2"]
)
def test_what_is_no_part_is_refused(text: str):
    with pytest.raises(
        UsageError, match="^--shard: must be auto, or a part and the number of parts such as 1/8"
    ):
        shard_of(text, {})


def array(first: int, count: int, step: int = 1) -> list[dict[str, str]]:
    """The variables that Slurm gives the tasks of --array=first-last:step."""
    common = {"SLURM_ARRAY_TASK_COUNT": count, "SLURM_ARRAY_TASK_MIN": first, "SLURM_ARRAY_TASK_STEP": step}
    return [
        {n: str(v) for n, v in (common | {"SLURM_ARRAY_TASK_ID": first + k * step}).items()}
        for k in range(count)
    ]


SCHEDULED = {
    "a Slurm array from 0": array(0, 5),
    "from 1": array(1, 5),
    "in steps": array(10, 4, 10),
    "without its minimum": [{"SLURM_ARRAY_TASK_ID": str(k), "SLURM_ARRAY_TASK_COUNT": "3"} for k in range(3)],
    "srun": [{"SLURM_PROCID": str(k), "SLURM_NTASKS": "4"} for k in range(4)],
    "Kubernetes": [{"JOB_COMPLETION_INDEX": str(k), "JOB_COMPLETIONS": "6"} for k in range(6)],
}


@pytest.mark.parametrize("name", SCHEDULED)
def test_the_tasks_of_a_scheduler_are_all_parts_once(name: str):
    tasks = SCHEDULED[name]
    found = [shard_of("auto", variables) for variables in tasks]
    assert found == [Shard(part, len(tasks)) for part in range(1, len(tasks) + 1)]


def test_an_array_counts_before_the_tasks_within_it():
    assert shard_of("auto", array(0, 5)[3] | {"SLURM_PROCID": "0", "SLURM_NTASKS": "8"}) == Shard(4, 5)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "no scheduler has set SLURM_ARRAY_TASK_ID, SLURM_PROCID or JOB_COMPLETION_INDEX"),
        ({"JOB_COMPLETION_INDEX": "2"}, "JOB_COMPLETION_INDEX=2, no JOB_COMPLETIONS"),
        ({"JOB_COMPLETION_INDEX": "2", "JOB_COMPLETIONS": "2"}, "JOB_COMPLETIONS=2 say no part"),
        ({"SLURM_PROCID": "x", "SLURM_NTASKS": "2"}, "SLURM_PROCID=x"),
        (array(1, 3)[0] | {"SLURM_ARRAY_TASK_ID": "9"}, "SLURM_ARRAY_TASK_ID=9"),  # --array=1,5,9
        (array(0, 3)[0] | {"SLURM_ARRAY_TASK_STEP": "0"}, "say no part"),
        (array(0, 3, 2)[0] | {"SLURM_ARRAY_TASK_ID": "3"}, "say no part"),
    ],
)
def test_variables_that_say_no_part_are_named(variables: dict[str, str], said: str):
    with pytest.raises(UsageError, match=said):
        shard_of("auto", variables)

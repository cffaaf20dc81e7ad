"""Laws of naming the machines: what is not exactly a cluster is refused before anything starts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatbot.cli import main
from chatbot.errors import UsageError
from train.cluster import Cluster, cluster_of

TWO = ("a.example:4000", "[::1]:4001")


def written(workers: Any = TWO, kind: str = "worker", index: Any = 1, **more: Any) -> dict[str, str]:
    config = {"cluster": {"worker": list(workers), **more}, "task": {"type": kind, "index": index}}
    return {"TF_CONFIG": json.dumps(config)}


def test_the_command_line_and_the_environment_say_the_same() -> None:
    given = cluster_of("multiworker", ", ".join(TWO), 1, {})
    assert given == cluster_of("multiworker", None, None, written()) == Cluster(TWO, 1)
    assert given == cluster_of("multiworker", ",".join(TWO), 1, written())
    assert [Cluster.address(worker) for worker in TWO] == [("a.example", 4000), ("::1", 4001)]


@pytest.mark.parametrize(("kind", "index", "rank"), [("chief", 0, 0), ("worker", 0, 1), ("worker", 1, 2)])
def test_a_chief_comes_before_the_workers(kind: str, index: int, rank: int) -> None:
    found = cluster_of("multiworker", None, None, written(kind=kind, index=index, chief=["c:1"]))
    assert found == Cluster(("c:1", *TWO), rank)


@pytest.mark.parametrize("strategy", [None, "mirrored"])
def test_on_one_machine_there_is_no_cluster_whatever_the_environment_says(strategy: str | None) -> None:
    assert cluster_of(strategy, None, None, written(index=9)) is None
    for workers, rank in ((",".join(TWO), None), (None, 0)):
        with pytest.raises(UsageError, match="without --strategy multiworker"):
            cluster_of(strategy, workers, rank, {})


@pytest.mark.parametrize(
    ("workers", "rank", "told"),
    [
        ("a:1,b:2", 2, "--rank 2 of 2 workers; expected from 0 to 1"),
        ("a:1,b:2", -1, "--rank -1 of 2"),
        ("a:1", 0, "names one worker"),
        ("a:1,b:2,a:1", 0, "names a:1 twice"),
        ("a:1,b", 0, "worker 'b'"),
        ("a:1,", 0, "worker ''"),
        ("a:1,b:0", 0, "worker 'b:0'"),
        ("a:1,b:65536", 0, "worker 'b:65536'"),
        ("a:1,b:x", 0, "worker 'b:x'"),
        ("a:1,http://b:2", 0, "worker 'http"),
        ("a:1,::1:5", 0, "worker '::1:5'"),
        ("a:1,b:2", None, "--workers without --rank"),
        (None, 0, "--rank without --workers"),
        (None, None, "without --workers and without TF_CONFIG"),
    ],
)
def test_what_is_no_cluster_on_the_command_line_is_refused(workers: str | None, rank: int | None, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        cluster_of("multiworker", workers, rank, {})
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"TF_CONFIG": "{"}, "is no JSON"),
        ({"TF_CONFIG": "[]"}, 'lacks "cluster"'),
        ({"TF_CONFIG": '{"cluster": {}}'}, 'lacks "task"'),
        ({"TF_CONFIG": '{"cluster": 1, "task": {}}'}, 'lacks "cluster"'),
        (written(kind="evaluator"), '"type": "worker"'),
        (written(index="1"), "a whole number"),
        (written(index=True), "a whole number"),
        (written(index=2), "says index 2 of 2"),
        (written(ps=["p:1"]), "names ps"),
        (written(workers=["a:1", 2]), "no list of addresses"),
        (written(workers=["a:1", "b"]), "worker 'b'"),
    ],
)
def test_what_is_no_cluster_in_the_environment_is_refused(environment: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        cluster_of("multiworker", None, None, environment)
    assert told in str(caught.value)


@pytest.mark.parametrize(("workers", "rank"), [("a.example:4000,b:1", 1), (",".join(TWO), 0)])
def test_two_that_say_different_things_are_refused(workers: str, rank: int) -> None:
    with pytest.raises(UsageError, match="something else than TF_CONFIG"):
        cluster_of("multiworker", workers, rank, written())


def test_the_program_ends_with_a_usage_error_of_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["train", "x.jsonl", "--strategy", "multiworker", "--workers", "a:1,b:2", "--rank", "5"]
    assert main(words) == 2
    assert capsys.readouterr().err.count("\n") == 1

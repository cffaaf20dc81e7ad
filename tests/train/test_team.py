"""What the workers of a team tell one another, and what is said when one is lost."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import tensorflow as tf

from chatbot.errors import UsageError
from train.team import Team, WorkerLostError, _Speaker, together


class Scripted(Team):
    """One of several workers, of which the others say what they are told to."""

    def __init__(self, rank: int, others: Iterator[list[str]]) -> None:
        self.rank, self.workers, self._others = rank, 2, others

    def gather(self, text: str) -> list[str]:
        every = next(self._others)
        every.insert(self.rank, text)
        return every


def test_alone_there_is_nobody_to_disagree_with(tmp_path: Path) -> None:
    team = Team()
    assert team.gather("so") == ["so"]
    team.require_same({"units": "3"})
    team.require_own(tmp_path)
    team.part()
    assert list(tmp_path.iterdir()) == []
    assert "for there is no GPU here" in team.describe()


@pytest.mark.parametrize("rank", [0, 1])
def test_what_differs_is_named_with_who_says_what(rank: int) -> None:
    team = Scripted(rank, iter([['{"units": "4", "cell": "gru", "old": "1"}']]))
    with pytest.raises(UsageError) as caught:
        team.require_same({"units": "3", "cell": "gru"})
    own, other = (0, 1) if rank == 0 else (1, 0)
    first, second = sorted([(own, "3", "None"), (other, "4", "1")])
    assert f"units is {first[1]} on rank {first[0]}, {second[1]} on rank {second[0]}" in str(caught.value)
    assert f"old is {first[2]} on rank {first[0]}" in str(caught.value)
    assert "cell" not in str(caught.value)


def test_the_same_settings_pass_whatever_their_order() -> None:
    Scripted(0, iter([['{"cell": "gru", "units": "3"}']])).require_same({"units": "3", "cell": "gru"})


@pytest.mark.parametrize("overwritten", [False, True])
def test_a_folder_that_another_writes_to_is_refused(overwritten: bool, tmp_path: Path) -> None:
    folder = tmp_path / "run"

    def others() -> Iterator[list[str]]:
        yield [""]
        if overwritten:
            (folder / "worker").write_text("1")
        yield [""]
        yield ["1"]

    team = Scripted(0, others())
    if overwritten:
        with pytest.raises(UsageError, match=r"one run folder \(rank 0 and another\)"):
            team.require_own(folder)
    else:
        team.require_own(folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", [tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.DeadlineExceededError])
def test_what_fails_for_want_of_another_worker_is_a_lost_worker(kind: type[tf.errors.OpError]) -> None:
    with pytest.raises(WorkerLostError, match="another worker is lost"), together():
        raise kind(None, None, "Socket closed")


@pytest.mark.parametrize("kind", [tf.errors.ResourceExhaustedError, tf.errors.InvalidArgumentError])
def test_what_fails_here_is_not_laid_on_others(kind: type[tf.errors.OpError]) -> None:
    with pytest.raises(kind), together():
        raise kind(None, None, "out of memory")


def test_every_line_says_which_worker_speaks_and_nothing_is_markup() -> None:
    console = _Speaker("rank 1: ")
    console.file = out = io.StringIO()
    console.print("a [bold]line[/bold]", markup=False, highlight=False, soft_wrap=True)
    assert out.getvalue() == "rank 1: a [bold]line[/bold]\n"

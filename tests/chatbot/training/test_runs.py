"""Laws of trainings as processes: started once, found again, stopped by name, and nobody else's process is touched."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import UsageError
from chatbot.training import Plan, Runs, State, process
from chatbot.training import runs as module
from chatbot.training.process import Process
from tests.chatbot.training.waiting import WAITS, until


def plan(name: str = "mine") -> Plan:
    return Plan(name, ("a.jsonl", "b dir/"), cell="gru", preset="tiny", prompts=("Hi!",), assistant="Ada")


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Processes that wait instead of training."""

    def start(command: Sequence[str], output: Path, folder: Path) -> Process:
        return process.start([sys.executable, "-c", WAITS], output, folder)

    return Runs(tmp_path / "runs", start)


def test_a_training_runs_by_itself_is_found_again_and_stopped(runs: Runs) -> None:
    run = runs.start(plan())
    until(lambda: run.said[-1:] == ["up"])
    found = Runs(runs.home).get("mine")
    assert (found.plan, found.state) == (plan(), State.RUNNING)
    assert os.getsid(run.started.pid) == run.started.pid  # type: ignore[union-attr]
    runs.stop(found)
    until(lambda: found.state is not State.RUNNING)
    assert found.state is State.FAILED  # as far as one knows who was not told that it was asked to
    assert runs.get("mine").state is State.STOPPED
    (found.folder / "checkpoints" / "one").mkdir(parents=True)
    assert found.state is State.STOPPED
    again = runs.go_on(found)
    assert again.state is State.RUNNING
    until(lambda: again.said[-1:] == ["up"])
    with pytest.raises(UsageError, match="running"):
        runs.go_on(again)
    runs.stop(again)
    until(lambda: again.state is State.STOPPED)
    (found.folder / "checkpoints" / "one").rmdir()
    found.bundle.mkdir()
    assert again.state is State.FINISHED


def test_a_process_of_the_same_number_that_began_otherwise_is_not_touched(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.start(plan())
    until(lambda: run.said[-1:] == ["up"])
    path = runs.home / "mine.json"
    kept = json.loads(path.read_text())
    path.write_text(json.dumps({**kept, "began": "Mon Jan 1 00:00:00 2001"}))
    stranger, sent = runs.get("mine"), []
    monkeypatch.setattr(os, "kill", lambda *signalled: sent.append(signalled))
    assert stranger.state is not State.RUNNING
    with pytest.raises(UsageError):
        runs.stop(stranger)
    assert sent == []
    monkeypatch.undo()
    os.kill(kept["pid"], signal.SIGKILL)


def test_no_training_takes_the_place_of_another(runs: Runs) -> None:
    run = runs.start(plan())
    with pytest.raises(UsageError, match="exists"):
        runs.start(plan())
    runs.stop(run)


def test_the_newest_comes_first_and_what_cannot_be_read_is_left_out(runs: Runs) -> None:
    for number, name in enumerate(("one", "two")):
        runs.stop(runs.start(plan(name)))  # whether it hears that or not, it ends within a minute
        os.utime(runs.home / f"{name}.json", (number, number))
    (runs.home / "torn.json").write_text("{")
    assert [run.plan.name for run in runs.all()] == ["two", "one"]
    with pytest.raises(UsageError, match="torn"):
        runs.get("torn")
    assert Runs(runs.home / "nowhere").all() == []


def test_it_is_for_its_owner_alone(runs: Runs) -> None:
    runs.stop(runs.start(plan()))
    modes = [stat.S_IMODE((runs.home / name).stat().st_mode) for name in (".", "mine.json", "mine.log")]
    assert modes == [0o700, 0o600, 0o600]


def test_a_training_that_cannot_be_kept_is_not_left_running(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Process] = []
    start, write = runs._start, module.rewrite

    def started(*given: Any) -> Process:
        monkeypatch.setattr(module, "rewrite", full)
        begun.append(start(*given))
        until(lambda: (runs.home / "mine.log").read_text() == "up\n")
        return begun[0]

    def full(path: Path, text: str) -> None:
        raise OSError("no room")

    runs._start = started
    with pytest.raises(UsageError, match="no room"):
        runs.start(plan())
    until(lambda: not process.runs(begun[0]))
    assert runs.all() == []
    monkeypatch.setattr(module, "rewrite", write)
    runs._start = start
    runs.stop(runs.start(plan()))


def test_one_that_was_to_be_started_when_the_program_was_killed_can_be_begun(runs: Runs) -> None:
    runs.stop(runs.start(plan()))
    path = runs.home / "mine.json"
    path.write_text(json.dumps({"plan": json.loads(path.read_text())["plan"]}))
    (run,) = runs.all()
    assert run.state is State.NEW
    runs.stop(runs.go_on(run))


def test_what_cannot_be_started_is_said(tmp_path: Path) -> None:
    def start(command: Sequence[str], output: Path, folder: Path) -> Process:
        raise OSError("no room")

    with pytest.raises(UsageError, match="no room"):
        Runs(tmp_path, start).start(plan())
    assert Runs(tmp_path).all() == []

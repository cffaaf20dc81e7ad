"""Laws of processes that outlive the program: known again by number and beginning, and no others are touched."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chatbot.training import process
from chatbot.training.process import Process
from tests.chatbot.training.waiting import WAITS, until


def test_it_has_a_session_of_its_own_writes_to_its_file_and_hears_an_interrupt(tmp_path: Path) -> None:
    output = tmp_path / "out.log"
    started = process.start([sys.executable, "-c", WAITS], output, tmp_path)
    until(lambda: "up" in output.read_text())
    assert process.runs(started)
    assert os.getsid(started.pid) == started.pid
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert process.interrupt(started)
    until(lambda: not process.runs(started))
    assert not process.interrupt(started)


ASKED = [process._beginning_by_ps, process._beginning_by_proc]


@pytest.mark.parametrize("beginning", ASKED)
def test_one_of_the_same_number_that_began_otherwise_is_another(beginning: Callable[[int], str]) -> None:
    if not beginning(os.getpid()):
        pytest.skip("not told on this system")
    mine = Process(os.getpid(), beginning(os.getpid()))
    assert process.runs(mine)
    for stranger in (mine._replace(began="tick 1"), mine._replace(began=""), Process(1, mine.began)):
        assert not process.runs(stranger)
        assert not process.interrupt(stranger)


@pytest.mark.parametrize("beginning", ASKED)
def test_what_is_not_there_or_has_ended_has_no_beginning(beginning: Callable[[int], str]) -> None:
    assert beginning(2**22 + 1) == ""
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert beginning(child.pid) == ""
    child.wait()


def test_without_ps_nothing_is_known_of_those_that_were_found_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert process._beginning_by_ps(os.getpid()) == ""


def test_what_cannot_be_started_raises(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        process.start([str(tmp_path / "nowhere")], tmp_path / "out.log", tmp_path)

"""Laws of processes that outlive the program: known again by number and beginning, and no others are touched."""

from __future__ import annotations

import os
import stat
import sys
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


def test_one_of_the_same_number_that_began_otherwise_is_another() -> None:
    mine = Process(os.getpid(), process._beginning(os.getpid()))
    assert process.runs(mine)
    for stranger in (mine._replace(began="tick 1"), mine._replace(began=""), Process(1, mine.began)):
        assert not process.runs(stranger)
        assert not process.interrupt(stranger)


def test_without_ps_the_system_is_asked_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/proc/self/stat").exists():
        pytest.skip("no /proc here")
    monkeypatch.setenv("PATH", "")
    found = process._beginning(os.getpid())
    assert found.startswith("tick ")
    assert found == process._beginning(os.getpid())
    assert process._beginning(2**22 + 1) == ""


def test_what_cannot_be_started_raises(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        process.start([str(tmp_path / "nowhere")], tmp_path / "out.log", tmp_path)

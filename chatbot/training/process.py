"""A process that outlives this program, and is known again by its number and the moment it began.

A number alone may by now be somebody else's: nothing is signalled whose beginning is another.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_TICK = "tick "
_children: dict[int, subprocess.Popen[bytes]] = {}
"""Those that this program has started: when they end somebody has to ask for it."""


class Process(NamedTuple):
    """One that was started."""

    pid: int
    began: str
    """The moment, as the system tells it; empty if it could not be told."""


def start(command: Sequence[str], output: Path, folder: Path) -> Process:
    """Start a command in a session of its own, so that neither Ctrl-C nor the end of the terminal reaches it.

    Args:
        command: With its arguments.
        output: Where what it writes is appended to.
        folder: Where it runs.

    Raises:
        OSError: if it cannot be started.
    """
    with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        child = subprocess.Popen(  # noqa: S603 - the command is our own program
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, cwd=folder, start_new_session=True
        )
    _children[child.pid] = child
    return Process(child.pid, _beginning_by_proc(child.pid) or _beginning_by_ps(child.pid))


def runs(process: Process) -> bool:
    """Whether it still runs, and is no other of the same number."""
    child = _children.get(process.pid)
    if child is not None and child.poll() is not None:
        return False
    if process.pid <= 1 or not process.began:
        return False
    asked = _beginning_by_proc if process.began.startswith(_TICK) else _beginning_by_ps
    return asked(process.pid) == process.began


def interrupt(process: Process) -> bool:
    """Ask it to save and end, as Ctrl-C does; whether it was still there to be asked."""
    if not runs(process):
        return False
    os.kill(process.pid, signal.SIGINT)
    return True


def _beginning_by_ps(pid: int) -> str:
    """When a process began; empty if there is none, or it has ended and only waits to be asked for."""
    try:
        command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]  # it lies elsewhere on each system
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10).stdout.strip()  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    state, _, began = told.partition(" ")
    return "" if state.startswith("Z") else " ".join(began.split())


def _beginning_by_proc(pid: int) -> str:
    """The same on Linux, without a process of its own: ticks since the system began, and which beginning that was."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return "" if fields[0] == "Z" else f"{_TICK}{fields[19]} of {boot}"
    except (OSError, IndexError):
        return ""

"""Implementations of one thing timed against each other: a process for each, all alive at once, turn by turn.

A process of its own keeps the thread pool, the allocator and the peak memory of one implementation out of another's;
turns go round, so that a busy moment of the machine hits all of them.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TURNS = 7
_PAUSE = 0.02
"""Seconds between turns, in which the threads of the last one, which spin for a while, go to sleep."""


@dataclass
class Result:
    """What one implementation did; seconds and MB."""

    first: float
    """The first call, tracing and compiling included."""
    times: list[float] = field(default_factory=list)
    """One for each turn after warm-up."""
    peak_mb: float = 0.0
    """The most memory that was resident during all calls, above what was resident before the first."""

    @property
    def median(self) -> float:
        return statistics.median(self.times)


class _Player:
    """The process of one implementation, warmed up: see ``serve`` for what it says."""

    def __init__(self, module: str, task: Mapping[str, Any]) -> None:
        self._name = f"{module} {json.dumps(dict(task))}"
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the player
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, json.dumps(dict(task))],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self.result = Result(first=self._read()["first"])

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise RuntimeError(f"{self._name} ended early:\n{self._errors.read()[-2000:]}")
        return json.loads(line)

    def turn(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self.result.times.append(self._read())

    def finish(self) -> Result:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self.result.peak_mb = self._read()["peak_mb"]
        return self.result

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._errors.close()


def contest(module: str, tasks: Mapping[str, Mapping[str, Any]], turns: int = TURNS) -> dict[str, Result]:
    """Time ``python -m module '<task as JSON>'`` for every task.

    The processes start one after another, since a first call is to be timed on a quiet machine.

    Raises:
        RuntimeError: if one ends before its time; what it wrote to standard error is in the message.
    """
    with contextlib.ExitStack() as stack:
        players: dict[str, _Player] = {}
        for name, task in tasks.items():
            players[name] = _Player(module, task)
            stack.callback(players[name].close)
        for _ in range(turns):
            for player in players.values():
                player.turn()
                time.sleep(_PAUSE)
        return {name: player.finish() for name, player in players.items()}


def serve(call: Callable[[], object]) -> None:
    """The other end, in the process of an implementation; ``call`` has to wait for its result.

    Makes the first call and two to warm up and prints {"first": seconds}; answers every line on standard input with the
    seconds of a call; at the end of the input prints {"peak_mb": MB}.
    """
    with contextlib.suppress(OSError):  # where this is not allowed, the peak of the imports may be counted too
        Path("/proc/self/clear_refs").write_text("5")  # the peak so far is forgotten
    before = _status("VmRSS")
    first = _timed(call)
    call()
    call()
    print(json.dumps({"first": first}), flush=True)
    for _ in sys.stdin:
        print(json.dumps(_timed(call)), flush=True)
    print(json.dumps({"peak_mb": (_status("VmHWM") - before) / 1024}), flush=True)


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _status(key: str) -> int:
    """An entry of /proc/self/status, in kB."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(key))

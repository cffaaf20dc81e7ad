"""The trainings of a user: a folder each, and beside it what it was started with and what it wrote for people."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.errors import UsageError
from chatbot.locking import rewrite
from chatbot.text.sanitize import one_line
from chatbot.training import process
from chatbot.training.events import State, last_said
from chatbot.training.plan import Plan, chatbot_command
from chatbot.training.process import Process

Start = Callable[[Sequence[str], Path, Path], Process]


def user_runs() -> Path:
    """Where the trainings of a user are."""
    from platformdirs import user_data_path  # not at the top: only those who train look there

    return Path(user_data_path("chatbot", appauthor=False)) / "runs"


@dataclass(frozen=True)
class Run:
    """One training."""

    plan: Plan
    folder: Path
    """As ``chatbot train --out`` has it."""
    output: Path
    """What it wrote for people."""
    started: Process | None
    """The process that was last at it."""
    asked: bool = False
    """Whether the user has asked that process to end."""

    @property
    def bundle(self) -> Path:
        """Its model, if there is one yet."""
        return self.folder / "bundle"

    @property
    def so_far(self) -> Path:
        """The model of the best checkpoint, once ``chatbot train --so-far`` has written it."""
        return self.folder / "so_far"

    @property
    def command_so_far(self) -> list[str]:
        """Writes that."""
        return chatbot_command(["train", "--so-far", *self.plan.arguments(self.folder)])

    @property
    def state(self) -> State:
        """What has become of it."""
        if self.started is None:
            return State.NEW
        if process.runs(self.started):
            return State.RUNNING
        if any((self.folder / "checkpoints").glob("*")):
            return State.STOPPED
        if self.bundle.exists():
            return State.FINISHED
        return State.STOPPED if self.asked else State.FAILED  # before the first checkpoint, perhaps

    @property
    def said(self) -> list[str]:
        """The last lines that it wrote for people."""
        return last_said(self.output)


class Runs:
    """All trainings in a folder.

    Args:
        home: The folder; made when the first is started.
        start: Starts a process; tests have one of their own.
    """

    def __init__(self, home: Path | None = None, start: Start = process.start) -> None:
        self.home = home or user_runs()
        self._start = start

    def all(self) -> list[Run]:
        """The newest first; what cannot be read is left out."""
        found = []
        for path in self.home.glob("*.json"):
            with contextlib.suppress(UsageError):
                found.append((path.stat().st_mtime, self.get(path.stem)))
        return [run for _, run in sorted(found, key=lambda each: -each[0])]

    def get(self, name: str) -> Run:
        """One by its name.

        Raises:
            UsageError: if there is none, or it cannot be read.
        """
        path = self.home / f"{name}.json"
        try:
            kept: Any = json.loads(path.read_text(encoding="utf-8"))
            started = Process(int(kept["pid"]), str(kept["began"])) if kept.get("pid") else None
            plan = Plan.from_dict(kept["plan"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            received = f"no training {one_line(name)!r} that can be read"
            raise UsageError(received, expected="one of the list", remedy="start a new one") from error
        return Run(plan, self.home / name, self.home / f"{name}.log", started, bool(kept.get("asked")))

    def start(self, plan: Plan) -> Run:
        """Begin a training.

        Raises:
            UsageError: if there is one of that name, or it cannot be started.
        """
        record = self.home / f"{plan.name}.json"
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            if (self.home / plan.name).exists():
                raise FileExistsError
            # Before the process: one that nobody knows of could not be stopped.
            os.close(os.open(record, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError as error:
            received = f"a training {plan.name!r} exists"
            raise UsageError(received, expected="a new name", remedy="give another name") from error
        except OSError as error:
            raise _not_started(plan, error) from error
        try:
            return self._launch(plan)
        except UsageError:
            record.unlink(missing_ok=True)
            raise

    def go_on(self, run: Run) -> Run:
        """Go on with a training that was stopped, or try again one that failed.

        Raises:
            UsageError: if it runs or is finished.
        """
        if run.state in (State.RUNNING, State.FINISHED):
            raise UsageError(
                f"{run.plan.name} is {run.state.value}", expected="one that was stopped", remedy="leave it"
            )
        return self._launch(run.plan)

    def stop(self, run: Run) -> None:
        """Ask a training to save and end; ``state`` tells when it has.

        Raises:
            UsageError: if it does not run.
        """
        if run.started is None or not process.interrupt(run.started):
            raise UsageError(f"{run.plan.name} is {run.state.value}", expected="one that runs", remedy="leave it")
        with contextlib.suppress(OSError):  # it ends all the same; only why will not be known
            self._keep(run.plan, run.started, asked=True)

    def _launch(self, plan: Plan) -> Run:
        folder, output = self.home / plan.name, self.home / f"{plan.name}.log"
        command = chatbot_command(["train", "--yes", *plan.arguments(folder)])
        try:
            self._keep(plan, None)
            started = self._start(command, output, Path.cwd())
            try:
                self._keep(plan, started)
            except OSError:
                process.interrupt(started)  # nobody would find it again
                raise
        except OSError as error:
            raise _not_started(plan, error) from error
        return self.get(plan.name)

    def _keep(self, plan: Plan, started: Process | None, *, asked: bool = False) -> None:
        """Write what a training was started with, the process that is at it, and whether that was asked to end."""
        at_it = {"pid": started.pid, "began": started.began, "asked": asked} if started else {}
        kept = {"plan": plan.to_dict(), **at_it}
        rewrite(self.home / f"{plan.name}.json", json.dumps(kept, ensure_ascii=False, indent=2))


def _not_started(plan: Plan, error: OSError) -> UsageError:
    reason = one_line(str(error))
    return UsageError(f"{plan.name} cannot be started ({reason})", expected="a process", remedy="try again")

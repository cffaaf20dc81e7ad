"""The state of a training, saved so that it can be killed at any moment and go on as if it had not been.

One file holds everything: weights, optimizer, random states of dropout, and where the training stands.  It is written
beside, synchronised and renamed, so there is always a whole one; the one before is kept too.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import safetensors
import safetensors.numpy

from chatbot.errors import ChatbotError, UsageError
from chatbot.text.sanitize import one_line

_NAME = re.compile(r"^step-(\d+)\.safetensors$")
_KEPT = 2


@dataclasses.dataclass(frozen=True)
class Progress:
    """Where a training stands."""

    step: int = 0
    """Steps made."""
    best: float = float("inf")
    """The lowest validation word perplexity so far."""
    validated: int = 0
    """The step of the last validation."""
    waited: int = 0
    """Validations since then."""
    over: bool = False
    """Whether it has ended, by its length or for want of progress."""


class TornError(Exception):
    """A checkpoint that is not whole."""


class Checkpoints:
    """The checkpoints of one run.

    Args:
        folder: Where they are; made when the first is saved.
        identity: What a training must share with another to be the same: its settings and what it reads, by name.
    """

    def __init__(self, folder: Path, identity: Mapping[str, str]) -> None:
        self._folder = folder
        self._identity = dict(identity)

    def save(self, model: keras.Model, progress: Progress) -> None:
        """Save everything.

        Raises:
            ChatbotError: if it cannot be written; what was saved before is still there.
        """
        arrays = {name: np.asarray(variable) for name, variable in variables_of(model).items()}
        notes = {"progress": dataclasses.asdict(progress), "identity": self._identity, "digest": _digest(arrays)}
        data = safetensors.numpy.save(arrays, {"state": json.dumps(notes)})
        path = self._folder / f"step-{progress.step}.safetensors"
        beside = path.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            last = self._all()
            raise ChatbotError(
                f"step {progress.step} cannot be saved in {one_line(str(self._folder))} ({error.strerror})",
                expected="space for the state of the training",
                remedy="free some space, then give the same command: "
                + (f"it goes on from step {last[0][0]}" if last else "it begins anew"),
            ) from error
        for _, old in self._all()[_KEPT:]:
            old.unlink(missing_ok=True)

    def kept(self) -> list[Progress]:
        """Where the training stands in each that is whole, the newest first."""
        found = []
        for _, path in self._all():
            with contextlib.suppress(TornError, OSError):
                found.append(Progress(**_read(path)[1]["progress"]))
        return found

    def forget_after(self, step: int) -> None:
        """Remove those of later steps."""
        for later, path in self._all():
            if later > step:
                path.unlink(missing_ok=True)

    def restore(self, model: keras.Model) -> tuple[Progress, list[str]]:
        """Put the newest state that is whole into a model that is compiled and whose optimizer is built.

        Returns:
            Where that training stands (at its beginning, if nothing was saved), and what was found to be torn.

        Raises:
            UsageError: if what was saved belongs to another training; it names what differs.
            ChatbotError: if all of it is torn.
        """
        torn = []
        for _, path in self._all():
            try:
                arrays, notes = _read(path)
            except (TornError, OSError) as error:
                torn.append(f"{path.name}: {one_line(str(error))}")
                continue
            self._require_same(notes["identity"])
            variables = variables_of(model)
            if {name: tuple(v.shape) for name, v in variables.items()} != {n: a.shape for n, a in arrays.items()}:
                raise UsageError(
                    f"{one_line(str(path))} was saved by another version of the program",
                    expected="the version that began this training",
                    remedy="go on with that, or give --overwrite to begin anew",
                )
            for name, variable in variables.items():
                variable.assign(arrays[name])
            return Progress(**notes["progress"]), torn
        if torn:
            raise ChatbotError(
                f"no checkpoint in {one_line(str(self._folder))} is whole ({'; '.join(torn)})",
                expected="at least one that is",
                remedy="check the disk; --overwrite begins anew",
            )
        return Progress(), torn

    def any(self) -> bool:
        """Whether anything is saved."""
        return bool(self._all())

    def clear(self) -> None:
        """Remove all of them, and their folder."""
        for _, path in self._all():
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # it is not there, or somebody keeps something in it
            self._folder.rmdir()

    def _all(self) -> list[tuple[int, Path]]:
        """(step, path), the newest first."""
        found = [(match, path) for path in self._folder.glob("step-*") if (match := _NAME.match(path.name))]
        return sorted(((int(match[1]), path) for match, path in found), reverse=True)

    def _require_same(self, identity: Mapping[str, str]) -> None:
        names = [*self._identity, *(name for name in identity if name not in self._identity)]
        changed = [
            f"{name} was {identity.get(name, 'not there')}, is {self._identity.get(name, 'not there')}"
            for name in names
            if identity.get(name) != self._identity.get(name)
        ]
        if changed:
            raise UsageError(
                f"{one_line(str(self._folder.parent))} holds an unfinished training of another kind "
                f"({one_line('; '.join(changed))})",
                expected="the same settings and corpora as when it began",
                remedy="give those to go on, another --out, or --overwrite to begin anew",
            )


def steps_made(model: keras.Model) -> int:
    """Batches that the optimizer of a model has seen: counted where the weights are changed, in one operation."""
    return int(np.asarray(model.optimizer.variables[0]))  # one that several devices hold is no number by itself


def variables_of(model: keras.Model) -> dict[str, Any]:
    """Everything that a step changes, by its place: Keras's names count up with every model of a process."""
    passing = {id(variable) for variable in model.metrics_variables}  # every round begins them anew
    lasting = [variable for variable in model.variables if id(variable) not in passing]
    parts = {"model": lasting, "optimizer": model.optimizer.variables}
    return {f"{part} {number}": variable for part, found in parts.items() for number, variable in enumerate(found)}


def _digest(arrays: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()


def _read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    try:
        with safetensors.safe_open(path, "numpy") as file:
            notes = json.loads((file.metadata() or {})["state"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
    except (safetensors.SafetensorError, KeyError, ValueError) as error:
        raise TornError(f"{type(error).__name__} {error}") from error
    if _digest(arrays) != notes.get("digest"):
        raise TornError("its content is not what was written")
    return arrays, notes

"""One cell with one seed: trained, measured, and kept under a name that says all of what it hangs on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
from rich.console import Console

from chatbot import __version__
from chatbot.bundle import read_bundle, write_bundle
from chatbot.model import Seq2Seq
from train.compare import measures
from train.compare.conditions import Conditions, batches_of, order_of
from train.compare.cost import Peak
from train.compare.matching import Match
from train.compare.models import TRANSFORMER, fingerprint, make_model
from train.compare.provenance import asked, code, keep
from train.compare.training import Measured
from train.compare.voice import Open, of_bundle, of_transformer
from train.config import TrainingConfig
from train.export import make_bundle
from train.fitting import say

VERSION = 3
"""Of what is measured and how: results of another one are not used again."""
RESULT = "result.json"


@dataclass(frozen=True)
class Member:
    """One training of a comparison."""

    cell: str
    seed: int
    match: Match
    steps: int
    """Of its training; the same for all unless the time is."""
    conditions: Conditions
    out: Path
    """Of the comparison."""

    @property
    def key(self) -> str:
        """A hash of everything that its figures hang on; nothing of the other cells is in it."""
        parts = {
            "version": [VERSION, __version__, keras.__version__],
            "cell": [self.cell, fingerprint(self.cell), self.match.units],
            "seed": self.seed,
            "steps": self.steps,
            "settings": self.conditions.settings.to_dict(),
            "data": self.conditions.fingerprint,
            "code": code(),
            "asked": asked(self.conditions.settings),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]

    @property
    def folder(self) -> Path:
        """Of the run."""
        plain = "".join(c if c.isalnum() or c in "-_" else "-" for c in self.cell)
        return self.out / "runs" / f"{plain}-{self.seed}-{self.key}"

    def kept(self) -> dict[str, Any] | None:
        """Its figures, if they are there and whole."""
        try:
            found = json.loads((self.folder / RESULT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        whole = isinstance(found, dict) and found.get("key") == self.key
        return found if whole else None

    def training(self) -> TrainingConfig:
        """How it is trained: passes that come to just its steps."""
        settings, examples = self.conditions.settings, self.conditions.prepared.training
        batches = batches_of(examples, settings.batch_positions, self.seed)
        return settings.training(self.seed, self.steps / batches, self.steps)


def run(member: Member, console: Console) -> dict[str, Any]:
    """Train and measure it, or go on with that, or read what came of it the last time.

    Raises:
        InterruptedTrainingError: on Ctrl-C; the same call goes on.
        Exception: whatever a cell raises.
    """
    if (found := member.kept()) is not None:
        say(console, f"{member.cell}, seed {member.seed}: measured before")
        return found
    keras.backend.clear_session()
    keras.utils.set_random_seed(member.seed)
    conditions = member.conditions
    model = make_model(conditions.settings, member.cell, member.match.units, conditions.vocabulary_size)
    examples, held_out = conditions.prepared.training, conditions.prepared.validation
    member.folder.mkdir(parents=True, exist_ok=True)
    fitting = Measured(member.folder, member.training(), {"member": member.key}, model, examples, held_out)
    say(
        console,
        f"{member.cell}, seed {member.seed}: {member.match.units} units, {member.match.parameters:,} parameters",
    )
    with Peak() as peak:
        fitting.run(console)
    model.load_weights(fitting.best)
    measured = _measured(member, model, fitting)
    measured["cost"] |= {"peak_megabytes": peak.highest / 1e6, "bundle_bytes": _size(member.folder / "bundle")}
    keep(member.folder / RESULT, measured)
    fitting.checkpoints.clear()
    return measured


def _measured(member: Member, model: Seq2Seq, fitting: Measured) -> dict[str, Any]:
    conditions, positions = member.conditions, fitting.settings.batch_positions
    voice = _voice(member, model)  # first: a bundle rounds the weights, and what is measured is what people get
    return {
        "key": member.key,
        "cell": member.cell,
        "seed": member.seed,
        "units": member.match.units,
        "parameters": int(model.count_params()),
        "steps": fitting.steps,
        "order": order_of(fitting.examples, positions, member.seed, fitting.steps),
        "data": conditions.fingerprint,
        "asked": asked(conditions.settings),
        "bundle": None if member.cell == TRANSFORMER else f"runs/{member.folder.name}/bundle",
        **measures.of(member.cell, model, conditions, member.folder, fitting, voice, member.seed),
    }


def _voice(member: Member, model: Seq2Seq) -> Open:
    """How it talks; a bundle is left for those that can have one."""
    tokenizer = member.conditions.prepared.tokenizer
    if member.cell == TRANSFORMER:
        return of_transformer(model)
    metadata = {"comparison": member.key, "seed": member.seed}
    bundle = make_bundle(model, tokenizer, name=member.folder.name, metadata=metadata, precision="int8")
    write_bundle(member.folder / "bundle", bundle)
    return of_bundle(read_bundle(member.folder / "bundle"), tokenizer)


def _size(folder: Path) -> int | None:
    return sum(path.stat().st_size for path in folder.iterdir()) if folder.is_dir() else None

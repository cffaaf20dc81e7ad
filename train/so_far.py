"""A bundle of the best weights that an unfinished training has found so far; it may go on meanwhile."""

from __future__ import annotations

import contextlib
import datetime
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from chatbot.bundle import write_bundle
from chatbot.errors import UsageError
from chatbot.model.seq2seq import Seq2Seq
from chatbot.text.sanitize import one_line
from chatbot.text.tokenizer import Tokenizer
from train.export import make_bundle
from train.trainer import Run

FOLDER = "so_far"
"""In the run folder."""


def write_so_far(run: Run) -> Path:
    """Write it; where it is.

    Raises:
        UsageError: if the run folder holds no weights yet, or they are of another shape, or are just being written.
    """
    weights, tokenizer = run.folder / "best.weights.h5", run.folder / "tokenizer.model"
    if not weights.exists() or not tokenizer.exists():
        raise UsageError(
            f"no weights in {one_line(str(run.folder))} yet",
            expected="a training that was validated once",
            remedy="wait for its first validation",
        )
    pieces = Tokenizer(tokenizer.read_bytes())
    model = Seq2Seq(replace(run.model, vocabulary_size=pieces.vocabulary_size))
    with tempfile.TemporaryDirectory() as place:  # what is read is not written meanwhile
        copy = Path(place) / weights.name
        shutil.copyfile(weights, copy)
        try:
            model.load_weights(copy)
        except (OSError, ValueError, KeyError) as error:
            raise UsageError(
                f"the weights of {one_line(str(run.folder))} cannot be read",
                expected="those of this command's model, whole",
                remedy="give the same command as the training, or try again in a moment",
            ) from error
    facts = {"created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), **_measured(run.folder)}
    metadata = {**(run.metadata or {}), "parameters": int(model.count_params()), **facts}
    bundle = make_bundle(
        model, pieces, name=f"{run.name}-so-far", sampling=run.sampling, metadata=metadata, precision=run.precision
    )
    write_bundle(run.folder / FOLDER, bundle)
    return run.folder / FOLDER


def _measured(folder: Path) -> dict[str, Any]:
    """What the best validation gave, and at which step; nothing if that cannot be read."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines() if line]
        best = min(lines, key=lambda line: float(line["val_word_perplexity"]))
        perplexity = round(float(best["val_word_perplexity"]), 3)
        return {"validation": {"word_perplexity": perplexity}, "training": {"steps": int(best["step"])}}
    return {}

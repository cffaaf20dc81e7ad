"""Scores and perplexities, against Keras's own evaluation and a curve written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from train.compare.learning import Scorer, curve, perplexity
from train.compare.models import make_model
from train.dataset import collate, validation_dataset, words_of

if TYPE_CHECKING:
    from train.compare.conditions import Conditions


@pytest.mark.parametrize("cell", ["gru", "transformer"])
def test_it_is_what_the_training_validates_with(cell: str, conditions: Conditions) -> None:
    model = make_model(conditions.settings, cell, 8, conditions.vocabulary_size)
    model.compile(jit_compile=False)
    held_out = conditions.prepared.validation
    found = perplexity(Scorer(model, 1024), held_out)
    expected = model.evaluate(validation_dataset(held_out, 1024), verbose=0, return_dict=True)["word_perplexity"]
    assert found.value == pytest.approx(float(expected), rel=1e-4)
    assert found.interval[0] < found.value < found.interval[1]
    assert found.value == pytest.approx(np.exp(found.nats.sum() / words_of(held_out).sum()))


def test_each_example_gets_its_own_nats_whatever_it_is_batched_with(conditions: Conditions) -> None:
    model = make_model(conditions.settings, "lstm", 8, conditions.vocabulary_size)
    examples = conditions.prepared.validation[:6]
    nats = Scorer(model, 4096)(examples)
    for example, expected in zip(examples, nats, strict=True):
        batch = collate([example])
        alone = -float(np.sum(np.asarray(model(batch)) * batch["counted"]))
        assert alone == pytest.approx(expected, rel=1e-4)


def test_a_curve_tells_steps_tokens_and_seconds(tmp_path: Path) -> None:
    entries = [{"step": s, "loss": 5.0 / s, "val_loss": 6.0 / s, "val_word_perplexity": 100.0 / s} for s in (10, 20)]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    (tmp_path / "clock.jsonl").write_text(json.dumps({"from": 0, "to": 20, "seconds": 4.0}) + "\n")
    found = curve(tmp_path, 30.0)
    assert [point["tokens"] for point in found] == [300, 600]
    assert [point["seconds"] for point in found] == [2.0, 4.0]
    assert found[1]["val_perplexity"] == 5.0

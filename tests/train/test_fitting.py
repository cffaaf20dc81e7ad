"""How a training is laid out in steps, and that it goes on with the batch it began with."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from chatbot.text.template import layout_of
from chatbot.text.tokenizer import Tokenizer
from train.checkpoint import Checkpoints, Progress
from train.config import CHECKPOINTS, TrainingConfig
from train.corpora import Dialogue
from train.dataset import Example, plan
from train.estimate import keep_chosen
from train.fitting import Fitting
from train.optimizer import make_optimizer
from train.pieces import pieces_of
from train.runner import Alone

SETTINGS = TrainingConfig(batch_positions=1024, passes=3.0, validate_every=500)


@pytest.fixture(scope="module")
def examples(dialogues: list[Dialogue], tokenizer: Tokenizer) -> list[Example]:
    found = (pieces for dialogue in dialogues[:60] for pieces in pieces_of(dialogue, tokenizer))
    return [Example(layout_of(pieces.ids, pieces.only), pieces.words) for pieces in found]


def fitting(folder: Path, model: Any, examples: list[Example], **changes: Any) -> Fitting:
    return Fitting(folder, dataclasses.replace(SETTINGS, **changes), {}, model, examples, examples[:3])


@pytest.mark.parametrize(("passes", "every"), [(3.0, 500), (0.5, 500), (9.0, 7)])
def test_steps_are_passes_and_a_small_corpus_is_validated_every_pass(
    passes: float, every: int, tmp_path: Path, make_model: Any, examples: list[Example]
) -> None:
    lengths = [len(example.layout.ids) for example in examples]
    batches = len(plan(lengths, 1024, np.random.default_rng((1, 0))))
    made = fitting(tmp_path, make_model(), examples, passes=passes, validate_every=every)
    assert made.steps == round(passes * batches)
    assert made.interval == min(every, max(batches, 20), made.steps)


def test_a_training_that_goes_on_has_the_batch_it_began_with_and_a_new_one_that_of_its_settings(
    tmp_path: Path, make_model: Any, examples: list[Example]
) -> None:
    model = make_model()
    keep_chosen(tmp_path, dataclasses.replace(SETTINGS, batch_positions=256, accumulate=4))
    assert fitting(tmp_path, model, examples).settings == SETTINGS
    model.compile(make_optimizer(SETTINGS, 10), jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    Checkpoints(tmp_path / CHECKPOINTS, {}).save(model, Progress(step=1))
    found = fitting(tmp_path, model, examples)
    assert (found.settings.batch_positions, found.settings.accumulate) == (256, 4)
    assert found.steps > 3 * fitting(tmp_path / "other", model, examples).steps


def test_where_nothing_can_be_said_of_what_it_takes_nobody_is_asked(
    tmp_path: Path, make_model: Any, examples: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Alone, "estimate", lambda self, settings, examples: None)
    made = fitting(tmp_path, make_model(), examples)
    made.approve = lambda: pytest.fail("there is nothing to ask about")
    assert made._begin(Console(stderr=True)) == Progress()
    assert not (tmp_path / "batch.json").exists()

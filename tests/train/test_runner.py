"""Who trains: alone or in a team, each does all that a training asks of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chatbot.text.template import layout_of
from chatbot.text.tokenizer import Tokenizer
from train.callbacks import Saver
from train.checkpoint import Checkpoints, Progress, steps_made
from train.config import TrainingConfig
from train.corpora import Dialogue
from train.dataset import Example, training_dataset, validation_dataset
from train.distribution import Distributed
from train.optimizer import make_optimizer
from train.pieces import pieces_of
from train.runner import Alone, runner_of

SETTINGS = TrainingConfig(batch_positions=300, warmup_steps=0)


class Two:
    """A team of two, of which the other has saved some steps."""

    rank = 0

    def __init__(self, *saved: int) -> None:
        self._saved = [(step, 0) for step in saved]

    def gather(self, text: str) -> list[str]:
        return [text, json.dumps(self._saved)]


def compiled(make_model: Any) -> Any:
    model = make_model(dropout=0.0, layers=1)
    model.compile(make_optimizer(SETTINGS, 100), jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    return model


def saved(folder: Path, model: Any) -> Checkpoints:
    checkpoints = Checkpoints(folder, {})
    for step in (5, 9):
        checkpoints.save(model, Progress(step))
    return checkpoints


@pytest.mark.parametrize(("others", "left"), [(None, [9, 5]), ((5, 2), [5]), ((9, 5), [9, 5])])
def test_what_all_have_is_gone_on_from(
    others: tuple[int, ...] | None, left: list[int], make_model: Any, tmp_path: Path
) -> None:
    model = compiled(make_model)
    checkpoints = saved(tmp_path, model)
    runner_of(model, None if others is None else Two(*others)).agree(checkpoints)  # type: ignore[arg-type]
    assert [kept.step for kept in checkpoints.kept()] == left


def test_a_team_neither_tells_what_it_will_take_nor_answers(make_model: Any) -> None:
    team = runner_of(make_model(), Two())  # type: ignore[arg-type]
    assert isinstance(team, Distributed)
    assert team.estimate(SETTINGS, []) is None
    assert team.samples(lambda step: pytest.fail("it cannot"), 1) == []
    assert runner_of(make_model(), None).samples(lambda step: [("Hi", f"at {step}")], 7) == [("Hi", "at 7")]


@pytest.mark.slow
def test_alone_steps_are_those_of_single_batches_in_the_order_of_the_dataset(
    make_model: Any, dialogues: list[Dialogue], tokenizer: Tokenizer, tmp_path: Path
) -> None:
    found = (pieces for dialogue in dialogues[:20] for pieces in pieces_of(dialogue, tokenizer))
    examples = [Example(layout_of(pieces.ids, pieces.only), pieces.words) for pieces in found]
    model, other = compiled(make_model), compiled(make_model)
    other.set_weights(model.get_weights())
    runner = Alone(model)
    saver = Saver(Checkpoints(tmp_path, {}), Progress(), seconds=0.0)
    with runner.signals():
        runner.fit(training_dataset(examples, 300, 1), 3, [], saver)
    for batch in training_dataset(examples, 300, 1).take(3):
        other.train_on_batch(batch)
    assert steps_made(model) == saver.progress.step == 3
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5)
    scores = runner.evaluate(validation_dataset(examples, 10**6))
    (whole,) = validation_dataset(examples, 10**6)
    total = -float(np.sum(np.asarray(model(whole)) * whole["counted"]))
    assert scores["loss"] == pytest.approx(total / float(np.sum(whole["counted"])), rel=1e-4)
    assert scores["word_perplexity"] == pytest.approx(np.exp(total / float(np.sum(whole["words"]))), rel=1e-4)

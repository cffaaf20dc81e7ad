"""What is the same for all: the order of the batches, and that a change of it is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from chatbot.errors import CorpusError
from train.compare.conditions import batches_of, conditions_of, order_of
from train.dataset import collate, lengths_of, plan, training_dataset
from train.prepare import Corpus

if TYPE_CHECKING:
    from pathlib import Path

    from train.compare.conditions import Conditions
    from train.compare.settings import Settings
    from train.corpora import Dialogue


def test_the_order_hangs_on_seed_and_batches(conditions: Conditions) -> None:
    examples = conditions.prepared.training
    same = order_of(examples, 1024, 1, 5)
    assert same == order_of(examples, 1024, 1, 5)
    others = {order_of(examples, 1024, 2, 5), order_of(examples, 1024, 1, 6), order_of(examples, 512, 1, 5)}
    assert len(others | {same}) == 4


def test_the_order_that_is_hashed_is_the_order_that_is_trained_on(conditions: Conditions) -> None:
    examples, seed = conditions.prepared.training, 3
    planned = plan(lengths_of(examples), 1024, np.random.default_rng((seed, 0)))[:3]
    for indices, batch in zip(planned, training_dataset(examples, 1024, seed).take(3), strict=True):
        np.testing.assert_array_equal(np.asarray(batch["ids"]), collate([examples[i] for i in indices.tolist()])["ids"])


def test_passes_come_to_just_the_steps(conditions: Conditions) -> None:
    for seed in (1, 2, 3):
        batches = batches_of(conditions.prepared.training, 1024, seed)
        for steps in (1, 7, 100, 12_345):
            assert round(steps / batches * batches) == steps


def test_a_corpus_that_is_too_small_is_refused(tiny: Settings, dialogues: list[Dialogue], tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="validate with"):
        conditions_of(Corpus.of(dialogues[:30]), tiny, tmp_path, lambda text: None)

"""The batches that training is timed with: as those of a real training, all of them tokens."""

from __future__ import annotations

import numpy as np

from chatbot.config import ModelConfig
from chatbot.text.tokenizer import ASSISTANT, END, USER
from tests.benchmarks.whole_model import make_batch


def test_a_batch_holds_several_replies_a_dialogue_and_no_padding() -> None:
    batch = make_batch(ModelConfig(vocabulary_size=50), batch=5, positions=128)
    ids, starts, counted = batch["ids"], batch["starts"], batch["counted"]
    assert ids.shape == starts.shape == (5, 128)
    assert counted.shape == batch["asked"].shape
    assert counted.shape[1] < 127
    assert ids.max() < 50
    for row, begins in zip(ids, starts, strict=True):
        firsts = np.unique(begins)
        assert firsts[-1] < 128  # padding would start behind the end
        assert len(firsts) >= 6
        assert (row[firsts] == np.resize([USER, ASSISTANT], len(firsts))).all()
        assert (row[[*(firsts[1:] - 1), 127]] == END).all()
    assert (counted.sum(1) > 80).all()
    assert (batch["words"] > 60).all()

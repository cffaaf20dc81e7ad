"""The yardstick: no reply sees itself, nothing after a reply changes it, and it learns from the same batches."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from chatbot.config import ModelConfig
from chatbot.text.template import layout_of
from chatbot.text.tokenizer import ASSISTANT, END, USER
from train.compare.transformer import Transformer, sines
from train.config import TrainingConfig
from train.dataset import Example, collate
from train.optimizer import make_optimizer

CONFIG = ModelConfig(vocabulary_size=40, embedding_size=8, units=10, layers=2, dropout=0.0, memory_positions=12)
IDS = [USER, 11, 12, END, ASSISTANT, 13, 14, 15, END, USER, 16, END, ASSISTANT, 12, 17, END]


@pytest.fixture
def model(randomised: object) -> Transformer:
    return randomised(Transformer(CONFIG), 1)


def scores(model: Transformer, ids: list[int], pad: int = 0) -> np.ndarray:
    batch = collate([Example(layout_of(ids), 1)])
    if pad:
        starts = np.pad(batch["starts"], ((0, 0), (0, pad)), constant_values=len(ids) + pad)
        batch = {**batch, "ids": np.pad(batch["ids"], ((0, 0), (0, pad))), "starts": starts}
    return np.asarray(model({"ids": batch["ids"], "starts": batch["starts"]}))[0, : len(ids) - 1]


def test_what_comes_later_changes_nothing_before_it(model: Transformer) -> None:
    """Within a turn the encoder looks ahead, but what is scored of a reply is not in its sight."""
    whole = scores(model, IDS)
    for place in range(5, len(IDS)):
        if IDS[place] < 11:
            continue
        changed = [*IDS]
        changed[place] = 20
        before = slice(4, place - 1)  # of replies: the first turn answers nothing, and is not scored
        np.testing.assert_allclose(scores(model, changed)[before], whole[before], atol=1e-5)


def test_a_reply_sees_what_was_said_before_it(model: Transformer) -> None:
    changed = [*IDS]
    changed[1] = 20
    assert np.abs(scores(model, changed)[4:8] - scores(model, IDS)[4:8]).max() > 1e-3


def test_what_lies_outside_the_window_is_not_seen(randomised: object) -> None:
    short = randomised(Transformer(ModelConfig.from_dict({**CONFIG.to_dict(), "layers": 1, "memory_positions": 3})), 1)
    changed = [*IDS]
    changed[5] = 20  # in a turn that ends before the last three pieces before the last reply begin
    # One layer: the encoder itself attends to all turns, so only direct copying and cross-attention are cut.
    ids = np.array([IDS], np.int32)
    starts = layout_of(IDS).starts[None]
    pointer = np.asarray(short.decoded(ids, starts).pointer)[0, -1]
    assert pointer[:9].max() == 0
    assert pointer[9:12].sum() == pytest.approx(1, abs=1e-5)


def test_padding_changes_nothing(model: Transformer) -> None:
    np.testing.assert_allclose(scores(model, IDS, pad=5), scores(model, IDS), atol=1e-5)


def test_scores_are_those_of_a_distribution(model: Transformer) -> None:
    """Over every piece that may come next, the probabilities sum to 1."""
    place = 13
    total = 0.0
    for piece in range(CONFIG.vocabulary_size):
        total += (
            float(np.exp(scores(model, [*IDS[: place + 1], piece])[place])) if piece not in (USER, ASSISTANT) else 0
        )
    opening = 0.0
    for piece in (USER, ASSISTANT):  # these would open a turn of their own: scored as if they did not
        ids, starts = np.array([[*IDS[: place + 1], piece]], np.int32), layout_of([*IDS[: place + 1], 11]).starts[None]
        opening += float(np.exp(np.asarray(model({"ids": ids, "starts": starts}))[0, place]))
    assert total + opening == pytest.approx(1, abs=1e-4)


def test_asked_positions_are_scored_as_in_the_whole(model: Transformer) -> None:
    batch = collate([Example(layout_of(IDS), 1), Example(layout_of(IDS[:9]), 1)])
    whole = np.asarray(model({"ids": batch["ids"], "starts": batch["starts"]}))
    some = np.asarray(model(batch))
    np.testing.assert_allclose(some, np.take_along_axis(whole, batch["asked"], 1), atol=1e-5)


def test_it_learns_from_the_same_batches_with_the_same_loss() -> None:
    keras.utils.set_random_seed(1)
    model = Transformer(CONFIG)
    model.compile(optimizer=make_optimizer(TrainingConfig(learning_rate=0.02, warmup_steps=1), 40), jit_compile=False)
    batch = collate([Example(layout_of(IDS), 5)] * 4)
    losses = [float(model.train_on_batch(batch, return_dict=True)["loss"]) for _ in range(40)]
    assert losses[-1] < losses[0] / 3


def test_positions_are_sines_and_cosines() -> None:
    found = np.asarray(sines(5, 4))
    t = np.arange(5)
    expected = np.stack([np.sin(t), np.cos(t), np.sin(t / 100), np.cos(t / 100)], axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-6)

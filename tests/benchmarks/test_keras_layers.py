"""The model with Keras's recurrent layers is the same model: only then does its speed say anything about ours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from chatbot.config import ModelConfig
from chatbot.model import Seq2Seq
from tests.benchmarks.keras_layers import CELLS, KerasRecurrent, make_keras_recurrent
from tests.benchmarks.whole_model import make_batch

CONFIG = {"vocabulary_size": 40, "embedding_size": 5, "units": 6, "layers": 2, "dropout": 0.0, "memory_positions": 9}


def likelihoods_and_gradients(model: Seq2Seq, batch: dict[str, Any]) -> tuple[Any, list[Any]]:
    variables = model.weights_to_save()
    with tf.GradientTape() as tape:
        likelihoods = model(batch)
        loss = model.compute_loss(batch, y_pred=likelihoods)
    gradients = tape.gradient(loss, [variable.value for variable in variables])
    return likelihoods, [np.asarray(tf.convert_to_tensor(gradient)) for gradient in gradients]


@pytest.mark.parametrize("cell", CELLS)
def test_both_models_compute_the_same_likelihoods_and_gradients(cell: str, randomised: Any) -> None:
    config = ModelConfig(cell=cell, **CONFIG)
    ours, theirs = randomised(Seq2Seq(config), 1), Seq2Seq(config, make_recurrent=make_keras_recurrent)
    assert all(isinstance(layer, KerasRecurrent) for layer in (*theirs.encoder.recurrent, *theirs.decoder.recurrent))
    theirs.set_weights(ours.get_weights())
    batch = {name: tf.constant(value) for name, value in make_batch(config, batch=3, positions=50, seed=2).items()}
    got, got_gradients = likelihoods_and_gradients(theirs, batch)
    want, want_gradients = likelihoods_and_gradients(ours, batch)
    np.testing.assert_allclose(got, want, atol=1e-5)
    for ours_is, theirs_is in zip(want_gradients, got_gradients, strict=True):
        assert np.abs(ours_is).max() > 1e-6
        np.testing.assert_allclose(theirs_is, ours_is, atol=1e-5)


def test_without_the_restarts_they_would_differ(randomised: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    config = ModelConfig(cell="gru", **CONFIG)
    model = randomised(Seq2Seq(config, make_recurrent=make_keras_recurrent), 1)
    batch = {name: tf.constant(value) for name, value in make_batch(config, batch=3, positions=50, seed=2).items()}
    whole, unfold = model(batch), KerasRecurrent.unfold
    monkeypatch.setattr(KerasRecurrent, "unfold", lambda self, x, initial, restarts=None: unfold(self, x, initial))
    assert np.abs(np.asarray(model(batch)) - np.asarray(whole)).max() > 1e-3

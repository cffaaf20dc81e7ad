"""The moving average of the weights: inside it counts, outside the weights are what they were."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from train.averaging import averaged
from train.config import TrainingConfig
from train.optimizer import make_optimizer


def trained(average: float, steps: int) -> tuple[keras.Model, list[np.ndarray]]:
    """A model after some steps, and its kernel after each."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.layers.Dense(1, use_bias=False)])
    model.build((None, 3))
    settings = TrainingConfig(average=average, warmup_steps=0, learning_rate=0.1)
    model.compile(make_optimizer(settings, 100), loss="mse")
    rng = np.random.default_rng(1)
    history = []
    for _ in range(steps):
        model.train_on_batch(rng.normal(size=(4, 3)), rng.normal(size=(4, 1)))
        history.append(model.get_weights()[0])
    return model, history


@pytest.mark.parametrize("steps", [1, 2, 6])
def test_inside_the_weights_are_their_moving_average(steps: int) -> None:
    model, history = trained(0.8, steps)
    want = history[0]
    for kernel in history[1:]:
        want = 0.8 * want + 0.2 * kernel
    with averaged(model):
        np.testing.assert_allclose(model.get_weights()[0], want, rtol=1e-5)
    np.testing.assert_array_equal(model.get_weights()[0], history[-1])


def test_an_error_inside_leaves_the_weights_as_they_were() -> None:
    model, history = trained(0.8, 3)
    with pytest.raises(KeyboardInterrupt), averaged(model):
        raise KeyboardInterrupt
    np.testing.assert_array_equal(model.get_weights()[0], history[-1])


def test_without_an_average_nothing_changes() -> None:
    model, history = trained(0.0, 3)
    with averaged(model):
        np.testing.assert_array_equal(model.get_weights()[0], history[-1])


def test_the_end_of_a_fit_does_not_put_averages_in_the_place_of_weights() -> None:
    model, _ = trained(0.8, 3)
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(8, 3)), rng.normal(size=(8, 1))
    model.fit(x, y, batch_size=4, epochs=1, verbose=0)
    with averaged(model):
        average = model.get_weights()[0]
    assert np.abs(model.get_weights()[0] - average).max() > 1e-4

"""The optimizer: its schedule, its clipping, and what it does with a gradient that is no number."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from train.config import TrainingConfig
from train.optimizer import make_optimizer, steps_of


@pytest.mark.parametrize(("warmup", "steps"), [(10, 100), (200, 20), (0, 50), (5, 1)])
def test_the_learning_rate_rises_to_its_peak_and_falls_to_a_hundredth(warmup: int, steps: int) -> None:
    settings = TrainingConfig(warmup_steps=warmup, learning_rate=0.02)
    schedule = make_optimizer(settings, steps)._learning_rate
    rates = np.array([float(schedule(step)) for step in range(steps + 1)])
    peak = min(warmup, steps // 2)
    assert rates.argmax() == peak
    assert rates.max() == pytest.approx(0.02, rel=1e-5)
    assert rates[-1] == pytest.approx(0.0002, rel=1e-3)
    assert (np.diff(rates[: peak + 1]) > 0).all()
    assert (np.diff(rates[peak:]) <= 0).all()


def after(gradients: list[Any], **settings: Any) -> tuple[list[np.ndarray], Any]:
    """Two variables of ones after steps with these gradients, and the optimizer."""
    variables = [keras.Variable(np.ones((2, 3), np.float32)), keras.Variable(np.ones(3, np.float32))]
    optimizer = make_optimizer(TrainingConfig(warmup_steps=0, learning_rate=0.1, **settings), 1000)
    for scale in gradients:
        optimizer.apply([scale * tf.ones((2, 3)), scale * tf.ones(3)], variables)
    return [variable.numpy() for variable in variables], optimizer


def test_the_norm_is_that_of_all_gradients_together_before_clipping() -> None:
    assert float(after([4.0])[1].gradient_norm) == pytest.approx(4.0 * 9**0.5)


def test_gradients_are_scaled_down_to_the_norm_and_small_ones_left_alone() -> None:
    # The second moments tell how large a gradient the optimizer saw: v = (1 - β₂) g².
    for scale, norm, seen in ((4.0, 1.0, 1.0 / 3.0), (0.1, 1.0, 0.1), (4.0, 6.0, 2.0)):
        optimizer = after([scale], clip_norm=norm)[1]
        velocity = next(v for v in optimizer.variables if "velocity" in v.path)
        np.testing.assert_allclose(np.sqrt(velocity.numpy() / 0.01), seen, rtol=1e-4)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_gradient_that_is_no_number_changes_no_weight(wrong: float) -> None:
    values, optimizer = after([wrong])
    assert all((value == 1.0).all() for value in values)
    assert not np.isfinite(float(optimizer.gradient_norm))


def test_accumulated_batches_are_one_step_with_their_mean() -> None:
    once, _ = after([0.2])
    twice, _ = after([0.1, 0.3], accumulate=2)
    for a, b in zip(once, twice, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
    np.testing.assert_array_equal(after([0.1], accumulate=2)[0][0], 1.0)
    assert steps_of(10, TrainingConfig(accumulate=4)) == 3

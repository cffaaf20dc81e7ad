"""The derivatives of the gates' functions, against finite differences in double precision."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from chatbot.layers.cells.derivatives import through_sigmoid, through_tanh

STEP = 1e-6


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


@pytest.mark.parametrize(("function", "derivative"), [(np.tanh, through_tanh), (sigmoid, through_sigmoid)])
def test_it_is_the_gradient_from_above_times_the_slope(function: Any, derivative: Any) -> None:
    rng = np.random.default_rng(3)
    x, above = 2.0 * rng.normal(size=(2, 4, 5))
    slope = (function(x + STEP) - function(x - STEP)) / (2.0 * STEP)
    found = derivative(keras.ops.convert_to_tensor(function(x)), keras.ops.convert_to_tensor(above))
    np.testing.assert_allclose(found, above * slope, rtol=1e-7, atol=1e-9)

"""Gradients by the framework and by differences, of functions whose gradient is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from keras import ops

from chatbot.layers.testing.gradients import differentiated, precision, slope, uncompiled


def function(x: Any, y: Any, unused: Any) -> Any:
    return ops.sin(x) * y, ops.square(y)


def given() -> tuple[list[np.ndarray], list[np.ndarray]]:
    rng = np.random.default_rng(1)
    return [rng.normal(size=(3, 2)) for _ in range(3)], [rng.normal(size=(3, 2)) for _ in range(2)]


def test_the_gradient_is_that_of_the_weighted_outputs() -> None:
    (x, y, unused), upstream = given()
    outputs, gradients = differentiated(function, [x, y, unused], upstream)
    np.testing.assert_allclose(outputs[0], np.sin(x) * y)
    np.testing.assert_allclose(gradients[0], upstream[0] * np.cos(x) * y)
    np.testing.assert_allclose(gradients[1], upstream[0] * np.sin(x) + upstream[1] * 2.0 * y)
    assert not np.asarray(gradients[2]).any()
    assert gradients[2].shape == unused.shape


def test_without_weights_it_is_that_of_the_sum_of_squares() -> None:
    (x, y, unused), _ = given()
    _, gradients = differentiated(function, [x, y, unused])
    np.testing.assert_allclose(gradients[0], 2.0 * np.sin(x) * np.cos(x) * y**2)


def test_a_slope_is_the_gradient_along_a_direction() -> None:
    arguments, upstream = given()
    rng, gradients = np.random.default_rng(2), differentiated(function, *given())[1]
    for moved in ((0,), (1,), (0, 1, 2)):
        along = [rng.normal(size=a.shape) if i in moved else np.zeros_like(a) for i, a in enumerate(arguments)]
        want = sum(float((np.asarray(g) * d).sum()) for g, d in zip(gradients, along, strict=True))
        assert slope(function, arguments, along, upstream) == pytest.approx(want, rel=1e-8)


def test_differences_do_not_see_what_the_framework_is_told_of_gradients() -> None:
    arguments, upstream = given()
    held = lambda x, y, unused: function(ops.stop_gradient(x), y, unused)  # noqa: E731
    along = [np.ones_like(arguments[0]), *(np.zeros_like(a) for a in arguments[1:])]
    assert not np.asarray(differentiated(held, arguments, upstream)[1][0]).any()
    assert abs(slope(held, arguments, along, upstream)) > 0.1


def test_on_tensorflow_it_is_double_precision() -> None:
    assert precision().dtype == "float64"
    with uncompiled():
        assert differentiated(function, given()[0])[1][0].dtype == "float64"

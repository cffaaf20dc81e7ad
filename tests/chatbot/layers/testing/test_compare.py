"""What is said of numbers that are not those expected."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers.testing.compare import all_off, not_equal, not_finite, numbers, off


def test_a_difference_is_one_when_it_is_above_the_tolerance_of_the_largest_number() -> None:
    rng = np.random.default_rng(1)
    for scale in (0.01, 1.0, 1000.0):
        want = scale * rng.normal(size=(3, 4))
        bound = 1e-3 * max(1.0, np.abs(want).max())
        for factor, count in ((0.0, 0), (0.99, 0), (1.01, 1)):
            found = want.copy()
            found[1, 2] += factor * bound
            assert len(list(off("x", found, want, 1e-3))) == count


def test_the_worst_number_is_shown_with_its_place() -> None:
    want = np.zeros((2, 3))
    found = want.copy()
    found[0, 1], found[1, 2] = 0.25, -0.5
    assert list(off("state 'h'", found, want, 1e-3)) == [
        "state 'h': expected 0, found -0.5 at [1, 2] (2 of 6 numbers differ by more than 0.001)"
    ]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_never_near(value: float) -> None:
    found = np.array([0.5, value, 0.0])
    (finding,) = off("x", found, np.array([0.0, 0.0, 0.0]), 1e-3)
    assert f"found {value:.9g} at [1]" in finding
    assert list(off("x", np.array([np.nan]), np.array([np.nan]), 1.0))
    assert not list(off("x", np.array([0.0]), np.array([0.0]), 0.0))


def test_another_shape_is_a_difference_even_if_it_could_be_broadcast() -> None:
    (finding,) = off("x", np.ones((2, 1)), np.ones((2, 3)), 1.0)
    assert finding == "x: expected shape (2, 3), found (2, 1)"


def test_several_tensors_are_compared_by_name_and_none_may_be_missing() -> None:
    one, two = np.zeros(2), np.ones(2)
    assert not list(all_off("x", ["a", "b"], [one, two], [one, two], 1e-3))
    (finding,) = all_off("x", ["a", "b"], [one, two], [one, one], 1e-3)
    assert finding.startswith("x, b: expected 0, found 1")
    (finding,) = all_off("x", ["a", "b"], [one], [one, two], 1e-3)
    assert finding == "x: expected 2 tensors (a, b), found 1"


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32", "float64", "bool"])
def test_numbers_of_any_type_are_read(dtype: str) -> None:
    found = numbers(tf.cast(tf.constant([0.0, 1.0]), dtype))
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [0.0, 1.0])


def test_values_and_finiteness() -> None:
    assert not list(not_equal("x", (1, "a"), (1, "a")))
    assert list(not_equal("x", 2, 3)) == ["x: expected 3, found 2"]
    assert not list(not_finite("x", tf.constant([1e30])))
    (finding,) = not_finite("x", tf.constant([1.0, np.nan, np.inf]))
    assert "2 of 3" in finding

"""Products with masks and biases, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers.cells.products import biased, blocks, multiplied


@pytest.fixture
def given() -> Any:
    rng = np.random.default_rng(2)
    return rng.normal(size=(4, 3)), rng.normal(size=(3, 6)), [rng.normal(size=(4, 3)) for _ in range(2)]


def test_a_mask_is_of_all_gates_and_a_list_has_one_for_each(given: Any) -> None:
    inputs, kernel, masks = given
    x, w, m = tf.constant(inputs), tf.constant(kernel), [tf.constant(mask) for mask in masks]
    np.testing.assert_allclose(multiplied(x, w, None), inputs @ kernel)
    np.testing.assert_allclose(multiplied(x, w, m[0]), (inputs * masks[0]) @ kernel)
    want = np.concatenate([(inputs * masks[0]) @ kernel[:, :3], (inputs * masks[1]) @ kernel[:, 3:]], axis=1)
    np.testing.assert_allclose(multiplied(x, w, m), want)


def test_a_bias_may_be_missing(given: Any) -> None:
    product = tf.constant(given[0])
    assert biased(product, None) is product
    np.testing.assert_allclose(biased(product, tf.constant(given[1][:, 0])), given[0] + given[1][:, 0])


@pytest.mark.parametrize("axis", [0, 1])
def test_blocks_put_together_are_the_whole(given: Any, axis: int) -> None:
    whole = given[1] if axis else given[1].T
    for count in (1, 2, 3):
        parts = blocks(tf.constant(whole), count, axis)
        assert len(parts) == count
        np.testing.assert_array_equal(np.concatenate(parts, axis=axis), whole)

"""Laws of word perplexity."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from chatbot.model.metrics import WordPerplexity


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_exponential_of_all_loss_over_all_words(seed: int) -> None:
    rng = np.random.default_rng(seed)
    totals, words = rng.uniform(1, 50, size=6), rng.integers(5, 20, size=6)
    metric = WordPerplexity()
    for total, count in zip(totals, words, strict=True):
        metric.update_state(total, count)
    assert float(metric.result()) == pytest.approx(np.exp(totals.sum() / words.sum()), rel=1e-5)


def test_it_does_not_hang_on_how_the_words_fall_into_batches() -> None:
    one, many = WordPerplexity(), WordPerplexity()
    one.update_state(30.0, 12)
    many.update_state(29.0, 2)
    many.update_state(1.0, 10)
    assert float(one.result()) == pytest.approx(float(many.result()))


def test_a_uniform_guess_among_n_words_has_the_perplexity_n() -> None:
    metric = WordPerplexity()
    metric.update_state(7 * np.log(1000.0), 7)
    assert float(metric.result()) == pytest.approx(1000.0, rel=1e-4)


def test_nothing_seen_is_1_also_after_a_reset() -> None:
    metric = WordPerplexity()
    assert float(metric.result()) == 1.0
    metric.update_state(9.0, 3)
    metric.reset_state()
    assert float(metric.result()) == 1.0


def test_a_configuration_makes_the_same_metric() -> None:
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(WordPerplexity(name="mine")))
    assert isinstance(again, WordPerplexity)
    assert again.name == "mine"

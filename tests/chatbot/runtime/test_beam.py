"""Beam search against greedy choice and against every reply there is."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from chatbot.config import SamplingConfig
from chatbot.runtime.beam import beam_search, length_penalty
from chatbot.runtime.samplers import Rules

START, END = 0, 1
SEEDS = range(12)


class Bigrams:
    """A model whose next token depends on the last two; its state is the token before the last."""

    def __init__(self, seed: int, vocabulary: int, spread: float = 1.5) -> None:
        logits = np.random.default_rng(seed).normal(scale=spread, size=(vocabulary, vocabulary, vocabulary))
        self.table = (logits - np.log(np.exp(logits).sum(-1, keepdims=True))).astype(np.float32)
        self.vocabulary = vocabulary
        self.calls: list[tuple[int, int]] = []

    def __call__(self, token: int, state: int) -> tuple[NDArray[np.float32], int]:
        self.calls.append((token, state))
        return self.table[state, token], token


def search(model: Bigrams, config: SamplingConfig, banned: tuple[int, ...] = (START,)) -> list[int]:
    rules = Rules.of(config, end=END, banned=banned)
    return beam_search(model, START, start=START, rules=rules, sampling=config)


def log_prob(model: Bigrams, symbols: tuple[int, ...]) -> float:
    text = (START, START, *symbols)
    return sum(float(model.table[text[at - 2], text[at - 1], text[at]]) for at in range(2, len(text)))


def repeats(ids: tuple[int, ...], n: int) -> bool:
    grams = [ids[at : at + n] for at in range(len(ids) - n + 1)]
    return n > 0 and len(set(grams)) < len(grams)


def every_reply(model: Bigrams, config: SamplingConfig) -> dict[tuple[int, ...], float]:
    """Every complete reply that the settings allow, with its score, found by counting through them all."""
    scores = {}
    said = [token for token in range(model.vocabulary) if token not in (START, END)]
    for length in range(config.min_length, config.max_length + 1):
        for ids in itertools.product(said, repeat=length):
            if not repeats(ids, config.no_repeat_ngram):
                symbols = ids if length == config.max_length else (*ids, END)
                scores[ids] = log_prob(model, symbols) / ((5 + len(symbols)) / 6) ** config.length_penalty
    return scores


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("alpha", [0.0, 0.6, 1.0, 3.0])
def test_a_beam_as_wide_as_the_search_space_finds_the_best_of_all_replies(seed: int, alpha: float) -> None:
    model = Bigrams(seed, vocabulary=5)
    config = SamplingConfig(
        beams=300, length_penalty=alpha, max_length=5, min_length=1 + seed % 3, no_repeat_ngram=seed % 4
    )
    scores = every_reply(model, config)
    assert tuple(search(model, config)) == max(scores, key=lambda ids: scores[ids])


def greedy(model: Bigrams, config: SamplingConfig) -> list[int]:
    ids: list[int] = []
    while len(ids) < config.max_length:
        text = [START, START, *ids]
        scores = model.table[text[-2], text[-1]].copy()
        scores[START] = -np.inf
        if not ids:
            scores[END] = -np.inf
        token = int(scores.argmax())
        if token == END:
            break
        ids.append(token)
    return ids


@pytest.mark.parametrize("seed", range(40))
def test_one_beam_without_length_normalisation_is_greedy(seed: int) -> None:
    model = Bigrams(seed, vocabulary=8)
    config = SamplingConfig(beams=1, length_penalty=0.0, max_length=12, no_repeat_ngram=0)
    assert search(model, config) == greedy(model, config)


def test_a_narrow_beam_lies_between_greedy_choice_and_the_optimum() -> None:
    gained = 0.0
    for seed in range(30):
        model = Bigrams(seed, vocabulary=5)
        config = SamplingConfig(beams=3, length_penalty=0.0, max_length=5, no_repeat_ngram=0)
        scores = every_reply(model, config)
        found = scores[tuple(search(model, config))]
        assert found <= max(scores.values())
        gained += found - scores[tuple(greedy(model, config))]
    assert gained > 1.0


def test_beams_find_a_reply_that_greedy_choice_misses() -> None:
    model = Bigrams(0, vocabulary=4)
    model.table[:] = -20.0
    model.table[START, START, [2, 3]] = np.log([0.6, 0.4])
    model.table[START, 2, [2, 3, END]] = np.log([0.35, 0.35, 0.3])
    model.table[START, 3, END] = np.log(0.99)
    config = SamplingConfig(beams=2, length_penalty=0.0, max_length=4, no_repeat_ngram=0)
    assert search(model, config) == [3]


def test_the_length_penalty_is_equation_14() -> None:
    assert length_penalty(1, 0.6) == 1.0
    assert length_penalty(7, 1.0) == pytest.approx(2.0)
    assert length_penalty(20, 0.2) == pytest.approx(math.exp(0.2 * math.log(25 / 6)))
    assert length_penalty(99, 0.0) == 1.0


def test_a_higher_length_penalty_never_makes_the_best_reply_shorter() -> None:
    for seed in SEEDS:
        model = Bigrams(seed, vocabulary=5)
        lengths = [
            len(search(model, SamplingConfig(beams=300, length_penalty=alpha, max_length=5, no_repeat_ngram=0)))
            for alpha in (0.0, 0.5, 1.0, 2.0, 4.0)
        ]
        assert lengths == sorted(lengths)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_ended_reply_is_never_read_on_by_the_model(seed: int) -> None:
    model = Bigrams(seed, vocabulary=6)
    search(model, SamplingConfig(beams=4, length_penalty=1.0, max_length=10))
    assert all(END not in call for call in model.calls)


def test_the_search_stops_when_no_live_reply_can_beat_the_best() -> None:
    model = Bigrams(0, vocabulary=6)
    model.table[:] = -10.0
    model.table[START, START, 2] = model.table[START, 2, END] = -0.001
    config = SamplingConfig(beams=3, length_penalty=1.0, max_length=80)
    assert search(model, config) == [2]
    assert len(model.calls) == 1 + 3


def test_the_search_goes_on_while_a_longer_reply_may_still_win() -> None:
    model = Bigrams(0, vocabulary=4)
    model.table[:] = -30.0
    model.table[START, START, 2] = -2.0
    model.table[START, 2, [END, 3]] = [-0.6, -0.8]
    model.table[2, 3, END] = -0.0
    short, long = -2.6 / (7 / 6) ** 2, -2.8 / (8 / 6) ** 2
    assert short < long
    config = SamplingConfig(beams=2, length_penalty=2.0, max_length=6)
    assert search(model, config) == [2, 3]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_each_hypothesis_obeys_the_rules(seed: int, n: int) -> None:
    model = Bigrams(seed, vocabulary=9, spread=4.0)
    config = SamplingConfig(beams=4, no_repeat_ngram=n, min_length=4, max_length=20, length_penalty=0.0)
    ids = tuple(search(model, config, banned=(START, 4, 5)))
    assert not repeats(ids, n)
    assert not {START, END, 4, 5} & set(ids)
    assert 4 <= len(ids) <= 20


def test_equal_scores_are_settled_by_the_lowest_ids() -> None:
    model = Bigrams(0, vocabulary=6)
    model.table[:] = -math.log(6)
    config = SamplingConfig(beams=3, length_penalty=0.0, max_length=3, min_length=3, no_repeat_ngram=0)
    assert search(model, config) == search(model, config) == [2, 2, 2]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_reply_ends_where_nothing_is_left(value: float) -> None:
    model = Bigrams(3, vocabulary=6)
    model.table[:, 2:] = value
    config = SamplingConfig(beams=3, max_length=9, min_length=3)
    assert len(search(model, config)) == 1


@pytest.mark.parametrize("positions", range(4))
def test_a_cancelled_search_without_a_complete_reply_gives_the_best_beginning(positions: int) -> None:
    model, answers = Bigrams(4, vocabulary=6), iter([False] * positions + [True])
    config = SamplingConfig(beams=100, max_length=30, min_length=10, no_repeat_ngram=0)
    rules = Rules.of(config, end=END, banned=[START])
    ids = beam_search(model, START, start=START, rules=rules, sampling=config, cancelled=lambda: next(answers))
    beginnings = itertools.product(range(2, 6), repeat=positions)
    assert tuple(ids) == max(beginnings, key=lambda beginning: log_prob(model, beginning))


def test_a_cancelled_search_gives_the_best_complete_reply_if_there_is_one() -> None:
    model = Bigrams(0, vocabulary=4)
    model.table[:] = -30.0
    model.table[START, START, 2] = -2.0
    model.table[START, 2, [END, 3]] = [-0.6, -0.8]
    config = SamplingConfig(beams=2, length_penalty=2.0, max_length=9)
    rules, answers = Rules.of(config, end=END, banned=[START]), iter([False, False, True])
    reply = beam_search(model, START, start=START, rules=rules, sampling=config, cancelled=lambda: next(answers))
    assert reply == [2]

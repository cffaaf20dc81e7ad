"""The decoding loop with scripted and random models."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from chatbot.config import SamplingConfig
from chatbot.runtime.beam import beam_search
from chatbot.runtime.decoding import Step, decode
from chatbot.runtime.samplers import Rules

START, END = 0, 1
LETTERS = {letter: 2 + at for at, letter in enumerate("abcdefghijklmnopqrstuvwxyz ")}
VOCABULARY = 2 + len(LETTERS)
EVERY_WAY = [
    SamplingConfig(temperature=0.0),
    SamplingConfig(),
    SamplingConfig(temperature=1.5, top_k=0, top_p=1.0),
    SamplingConfig(beams=4),
]


def speller(text: str) -> Step[int]:
    """A model that spells ``text`` and loses the thread for good once it reads anything else.

    Its state is the number of letters spelt, or -1 when it is lost.
    """

    def step(token: int, spelt: int) -> tuple[NDArray[np.float32], int]:
        expected = START if spelt <= 0 else LETTERS[text[spelt - 1]]
        if spelt < 0 or token != expected:
            return np.full(VOCABULARY, -np.log(VOCABULARY), dtype=np.float32), -1
        log_probs = np.full(VOCABULARY, -80.0, dtype=np.float32)
        log_probs[LETTERS[text[spelt]] if spelt < len(text) else END] = 0.0
        return log_probs, spelt + 1

    return step


def markov(seed: int, spread: float = 2.0) -> Step[None]:
    logits = np.random.default_rng(seed).normal(scale=spread, size=(VOCABULARY, VOCABULARY))
    table = (logits - np.log(np.exp(logits).sum(1, keepdims=True))).astype(np.float32)
    return lambda token, state: (table[token], state)


def reply(
    step: Step[None], sampling: SamplingConfig, seed: int = 0, banned: tuple[int, ...] = (START, END)
) -> list[int]:
    rng = np.random.default_rng(seed)
    return list(decode(step, None, start=START, end=END, sampling=sampling, rng=rng, banned=banned))


def spelt(ids: Iterator[int]) -> str:
    letters = {token: letter for letter, token in LETTERS.items()}
    return "".join(letters[token] for token in ids)


@pytest.mark.parametrize("sampling", EVERY_WAY)
def test_a_model_that_spells_a_text_is_heard_without_its_end(sampling: SamplingConfig) -> None:
    text = "the quick brown fox"
    ids = decode(speller(text), 0, start=START, end=END, sampling=sampling, rng=np.random.default_rng(0))
    assert spelt(ids) == text


@pytest.mark.parametrize("seed", range(10))
def test_more_than_one_beam_is_beam_search(seed: int) -> None:
    sampling = SamplingConfig(beams=3, max_length=15)
    rules = Rules.of(sampling, end=END, banned=(START, END))
    assert reply(markov(seed), sampling) == beam_search(markov(seed), None, start=START, rules=rules, sampling=sampling)


@pytest.mark.parametrize("seed", range(10))
def test_greedy_decoding_equals_beam_search_with_one_beam_and_no_length_penalty(seed: int) -> None:
    sampling = SamplingConfig(temperature=0.0, max_length=25, length_penalty=0.0, min_length=2)
    rules = Rules.of(sampling, end=END, banned=(START,))
    greedy = reply(markov(seed), sampling)
    assert greedy == beam_search(markov(seed), None, start=START, rules=rules, sampling=sampling)


@pytest.mark.parametrize("seed", range(10))
def test_greedy_decoding_follows_the_argmax_of_the_table(seed: int) -> None:
    step, sampling = markov(seed), SamplingConfig(temperature=0.0, no_repeat_ngram=0, max_length=20)
    expected, token = [], START
    for position in range(20):
        scores = step(token, None)[0].copy()
        scores[[START, END] if position == 0 else [START]] = -np.inf
        token = int(scores.argmax())
        if token == END:
            break
        expected.append(token)
    assert reply(step, sampling) == expected


def test_sampled_pairs_occur_as_often_as_the_markov_table_says() -> None:
    step = markov(11, spread=1.0)
    sampling = SamplingConfig(
        temperature=1.0, top_k=0, top_p=1.0, no_repeat_ngram=0, max_length=20_000, min_length=20_000
    )
    ids = reply(step, sampling)
    counts = np.zeros((VOCABULARY, VOCABULARY))
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    for token in range(2, VOCABULARY):
        expected = np.exp(step(token, None)[0].astype(np.float64))
        expected[[START, END]] = 0
        expected /= expected.sum()
        visits = counts[token].sum()
        deviation = np.sqrt(visits * expected * (1 - expected))
        assert (abs(counts[token] - visits * expected) < 5 * deviation + 1).all()


@pytest.mark.parametrize("sampling", EVERY_WAY)
def test_a_seed_decides_the_reply(sampling: SamplingConfig) -> None:
    assert reply(markov(3), sampling, seed=5) == reply(markov(3), sampling, seed=5)


def test_different_seeds_give_different_samples() -> None:
    assert len({tuple(reply(markov(3), SamplingConfig(), seed=seed)) for seed in range(10)}) > 5


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize("sampling", EVERY_WAY)
def test_no_ngram_stands_twice_in_a_reply(sampling: SamplingConfig, n: int) -> None:
    config = SamplingConfig(**{**sampling.to_dict(), "no_repeat_ngram": n, "min_length": 25, "max_length": 40})
    for seed in range(5):
        ids = reply(markov(seed, spread=6.0), config, seed)
        grams = [tuple(ids[at : at + n]) for at in range(len(ids) - n + 1)]
        assert len(set(grams)) == len(grams)
        assert len(ids) >= 25


def test_without_that_rule_the_same_model_repeats_itself() -> None:
    ids = reply(markov(0, spread=6.0), SamplingConfig(temperature=0.0, no_repeat_ngram=0, min_length=40))
    assert len(set(pairwise(ids))) < len(ids) - 1


@pytest.mark.parametrize("sampling", EVERY_WAY)
def test_a_reply_keeps_its_least_and_greatest_length_and_says_no_banned_token(sampling: SamplingConfig) -> None:
    config = SamplingConfig(**{**sampling.to_dict(), "min_length": 6, "max_length": 9})
    for seed in range(10):
        ids = reply(markov(seed), config, seed, banned=(START, END, 4, 5))
        assert 6 <= len(ids) <= 9
        assert not {START, END, 4, 5} & set(ids)


def test_the_model_is_called_only_when_a_token_is_asked_for() -> None:
    calls = []
    model = markov(2)

    def step(token: int, state: None) -> tuple[NDArray[np.float32], None]:
        calls.append(token)
        return model(token, state)

    config = SamplingConfig(min_length=5, max_length=5)
    ids = decode(step, None, start=START, end=END, sampling=config, rng=np.random.default_rng(0), banned=[START])
    assert calls == []
    first = next(ids)
    assert calls == [START]
    second = next(ids)
    assert calls == [START, first]
    rest = list(ids)
    assert calls == [START, first, second, *rest[:-1]], "the last token of a full reply is not read"


@pytest.mark.parametrize("position", [0, 1, 3])
def test_cancelling_ends_the_reply_between_two_tokens(position: int) -> None:
    calls = []
    cancelled = False

    def step(token: int, state: int) -> tuple[NDArray[np.float32], int]:
        calls.append(token)
        return speller("abcdefgh")(token, state)

    config = SamplingConfig(temperature=0.0)
    rng = np.random.default_rng(0)
    ids = decode(step, 0, start=START, end=END, sampling=config, rng=rng, cancelled=lambda: cancelled)
    heard = spelt(islice(ids, position))
    cancelled = True
    assert list(ids) == []
    assert heard == "abcdefgh"[:position]
    assert len(calls) == position


def test_a_cancelled_beam_search_yields_the_best_beginning() -> None:
    answers = iter([False, False, False, True])
    config = SamplingConfig(beams=3, min_length=10, max_length=20)
    rng = np.random.default_rng(0)
    ids = decode(
        markov(1), None, start=START, end=END, sampling=config, rng=rng, banned=[START], cancelled=lambda: next(answers)
    )
    assert len(list(ids)) == 3


def test_the_state_given_is_not_changed_by_a_reply() -> None:
    state = np.zeros(3)

    def step(token: int, state: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        return markov(4)(token, None)[0], state + 1

    for sampling in EVERY_WAY:
        list(decode(step, state, start=START, end=END, sampling=sampling, rng=np.random.default_rng(0)))
    assert not state.any()

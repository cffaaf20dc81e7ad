"""Laws of the filters and of the choice, on random distributions and on the awkward ones."""

from __future__ import annotations

import itertools
import warnings
from collections import Counter

import numpy as np
import pytest

from chatbot.config import SamplingConfig
from chatbot.runtime import samplers
from chatbot.runtime.samplers import Rules, Scores, choose

VOCABULARY = 50
SEEDS = range(20)
PLAIN = SamplingConfig(temperature=1.0, top_k=0, top_p=1.0, no_repeat_ngram=0)
GREEDY = SamplingConfig(temperature=0.0, no_repeat_ngram=0)


@pytest.fixture(autouse=True)
def _no_numerical_warnings() -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def log_probs(seed: int, size: int = VOCABULARY, spread: float = 2.0) -> Scores:
    logits = np.random.default_rng(seed).normal(scale=spread, size=size)
    return (logits - np.log(np.exp(logits).sum())).astype(np.float32)


def left(scores: Scores) -> set[int]:
    return {int(token) for token in np.flatnonzero(np.isfinite(scores))}


def free(sampling: SamplingConfig, end: int = VOCABULARY - 1) -> Rules:
    return Rules.of(sampling, end=end)


def draws(scores: Scores, sampling: SamplingConfig, count: int, seed: int = 0) -> Counter[int]:
    rng = np.random.default_rng(seed)
    rules = Rules.of(sampling, end=-1)
    return Counter(
        choose(scores, [0] * sampling.min_length, rules=rules, sampling=sampling, rng=rng) for _ in range(count)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_top_p_keeps_the_smallest_set_with_at_least_that_mass(seed: int) -> None:
    scores, p = log_probs(seed), float(np.random.default_rng(seed + 99).uniform(0.05, 0.99))
    kept = left(samplers.top_p(scores, p))
    probabilities = np.exp(scores.astype(np.float64))
    probabilities /= probabilities.sum()
    masses = sorted((probabilities[token] for token in kept), reverse=True)
    assert sum(masses) >= p - 1e-12
    assert sum(masses[:-1]) < p
    assert min(masses) >= max((probabilities[token] for token in set(range(VOCABULARY)) - kept), default=0.0)


def test_top_p_keeps_the_fewest_of_all_subsets_with_that_mass() -> None:
    scores = log_probs(5, size=7, spread=1.0)
    probabilities = np.exp(scores) / np.exp(scores).sum()
    for p in (0.1, 0.3, 0.5, 0.7, 0.9):
        fewest = next(
            count
            for count in range(1, 8)
            if any(probabilities[list(subset)].sum() >= p for subset in itertools.combinations(range(7), count))
        )
        assert len(left(samplers.top_p(scores, p))) == fewest


@pytest.mark.parametrize("p", [1e-300, 1e-9])
def test_top_p_always_keeps_the_best_token(p: float) -> None:
    scores = log_probs(1)
    assert left(samplers.top_p(scores, p)) == {int(scores.argmax())}


@pytest.mark.parametrize("k", [1, 2, 7, VOCABULARY - 1])
def test_top_k_keeps_exactly_the_k_best(k: int) -> None:
    scores = log_probs(k)
    assert left(samplers.top_k(scores, k)) == set(np.argsort(-scores)[:k].tolist())


@pytest.mark.parametrize("k", [0, VOCABULARY, 10 * VOCABULARY])
def test_top_k_of_nothing_or_of_everything_keeps_all(k: int) -> None:
    assert np.array_equal(samplers.top_k(log_probs(2), k), log_probs(2))


def test_ties_go_to_the_lowest_ids() -> None:
    level = np.full(6, -1.75, dtype=np.float32)
    level[4] = -1.0
    assert left(samplers.top_k(level, 3)) == {0, 1, 4}
    assert left(samplers.top_p(level, 0.5)) == {0, 1, 4}
    assert samplers.greedy(np.zeros(4, dtype=np.float32)) == 0


def test_top_p_and_top_k_never_bring_back_a_removed_token() -> None:
    scores = samplers.remove(log_probs(3), range(4, VOCABULARY))
    assert left(samplers.top_k(scores, 10)) == left(samplers.top_p(scores, 0.999999)) == {0, 1, 2, 3}


@pytest.mark.parametrize("seed", SEEDS)
def test_ngram_completions_are_the_tokens_that_a_count_of_ngrams_finds_repeated(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ids = rng.integers(3, size=int(rng.integers(0, 14))).tolist()
    for n in range(1, 5):
        repeated = set()
        for token in range(3):
            text = [*ids, token]
            grams = [tuple(text[at : at + n]) for at in range(len(text) - n + 1)]
            if grams and grams.count(grams[-1]) > 1:
                repeated.add(token)
        assert samplers.ngram_completions(ids, n) == repeated
    assert samplers.ngram_completions(ids, 0) == set()


def test_filters_leave_their_argument_alone() -> None:
    scores, rules = log_probs(4), Rules.of(SamplingConfig(no_repeat_ngram=1), end=9, banned=[1])
    before = scores.copy()
    for result in (
        samplers.only_finite(scores),
        samplers.remove(scores, [0, 1]),
        samplers.top_k(scores, 3),
        samplers.top_p(scores, 0.5),
        samplers.temper(scores, 0.5),
        rules.apply(scores, [3]),
    ):
        assert not np.shares_memory(result, scores)
    assert np.array_equal(scores, before)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
def test_sampled_frequencies_are_the_softmax_of_the_tempered_scores(temperature: float) -> None:
    scores, count = log_probs(6, size=8, spread=1.0), 20_000
    weights = np.exp(scores.astype(np.float64) / temperature)
    expected = weights / weights.sum()
    config = SamplingConfig(temperature=temperature, top_k=0, top_p=1.0, no_repeat_ngram=0)
    counts = draws(scores, config, count)
    for token in range(8):
        deviation = np.sqrt(count * expected[token] * (1 - expected[token]))
        assert abs(counts[token] - count * expected[token]) < 4.5 * deviation + 1


def test_sampled_frequencies_after_the_filters_are_the_renormalised_probabilities() -> None:
    scores = np.log(np.array([0.4, 0.3, 0.2, 0.06, 0.04], dtype=np.float32))
    counts = draws(scores, SamplingConfig(temperature=1.0, top_k=4, top_p=0.85, no_repeat_ngram=0), 20_000)
    assert set(counts) == {0, 1, 2}
    for token, share in enumerate((4 / 9, 3 / 9, 2 / 9)):
        assert counts[token] / 20_000 == pytest.approx(share, abs=0.016)


def test_the_same_seed_draws_the_same_tokens_and_another_seed_others() -> None:
    def drawn(seed: int) -> list[int]:
        rng = np.random.default_rng(seed)
        return [samplers.sample(log_probs(at), rng) for at in range(30)]

    assert drawn(1) == drawn(1) != drawn(2)


@pytest.mark.parametrize("seed", SEEDS)
def test_temperature_zero_is_the_argmax_and_draws_nothing(seed: int) -> None:
    rng = np.random.default_rng(0)
    scores = log_probs(seed)
    assert choose(scores, [0], rules=free(GREEDY), sampling=GREEDY, rng=rng) == int(np.argmax(scores))
    assert rng.random() == np.random.default_rng(0).random()


@pytest.mark.parametrize("temperature", [1e-3, 1e-30, 5e-324])
def test_a_vanishing_temperature_is_greedy_and_does_not_overflow(temperature: float) -> None:
    config = SamplingConfig(temperature=temperature, top_k=0, top_p=1.0, no_repeat_ngram=0)
    scores = np.array([-300.0, -0.5, -0.9, -3e38], dtype=np.float32)
    assert set(draws(scores, config, 200)) == {1}


def test_a_boundless_temperature_is_uniform() -> None:
    config = SamplingConfig(temperature=1e300, top_k=0, top_p=1.0, no_repeat_ngram=0)
    counts = draws(np.array([-0.01, -9.0, -80.0, -700.0], dtype=np.float32), config, 8000)
    assert all(count == pytest.approx(2000, abs=200) for count in counts.values())
    assert len(counts) == 4


@pytest.mark.parametrize("sampling", [PLAIN, GREEDY, SamplingConfig()])
def test_nan_and_infinity_are_never_chosen(sampling: SamplingConfig) -> None:
    scores = np.array([np.nan, -1.0, np.inf, -np.inf, -2.0, np.nan], dtype=np.float32)
    assert set(draws(scores, sampling, 300)) <= {1, 4}


@pytest.mark.parametrize("sampling", [PLAIN, GREEDY, SamplingConfig()])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_the_reply_ends_where_nothing_is_left(sampling: SamplingConfig, value: float) -> None:
    scores = np.full(VOCABULARY, value, dtype=np.float32)
    rng = np.random.default_rng(0)
    assert choose(scores, [], rules=free(sampling, end=7), sampling=sampling, rng=rng) == 7


@pytest.mark.parametrize("sampling", [PLAIN, GREEDY])
def test_a_token_the_model_all_but_rules_out_is_chosen_when_it_is_the_only_one_allowed(
    sampling: SamplingConfig,
) -> None:
    scores = np.array([0.0, -1.0, -3e38, 0.0], dtype=np.float32)
    rules = Rules.of(sampling, end=3, banned=[0, 1])
    assert choose(scores, [], rules=rules, sampling=sampling, rng=np.random.default_rng(0)) == 2


def test_rules_remove_banned_tokens_given_as_ids_or_as_a_mask() -> None:
    mask = np.zeros(VOCABULARY, dtype=bool)
    mask[[2, 5]] = True
    for banned in ([2, 5], {5, 2}, (2, 5), np.array([2, 5]), mask):
        assert left(Rules.of(PLAIN, end=9, banned=banned).apply(log_probs(0), [1])) == set(range(VOCABULARY)) - {2, 5}


def test_the_end_symbol_may_stand_among_the_banned_and_still_comes() -> None:
    rules = Rules.of(PLAIN, end=3, banned=[0, 1, 2, 3])
    assert 3 in left(rules.apply(log_probs(0), [7]))


def test_an_id_below_zero_means_no_symbol_rather_than_the_last_one() -> None:
    assert left(Rules.of(PLAIN, end=0, banned=[-1]).apply(log_probs(0), [1])) == set(range(VOCABULARY))


def test_the_end_symbol_waits_for_the_minimum_length() -> None:
    rules = Rules.of(SamplingConfig(min_length=3), end=0)
    assert [0 in left(rules.apply(log_probs(0), list(range(1, 1 + length)))) for length in range(5)] == [
        False,
        False,
        False,
        True,
        True,
    ]


def test_top_k_and_top_p_count_only_what_the_rules_allow() -> None:
    scores = np.log(np.array([0.9, 0.05, 0.03, 0.02], dtype=np.float32))
    sampling = SamplingConfig(temperature=1.0, top_k=2, top_p=0.99, no_repeat_ngram=0)
    rules, rng = Rules.of(sampling, end=-1, banned=[0]), np.random.default_rng(0)
    assert {choose(scores, [1], rules=rules, sampling=sampling, rng=rng) for _ in range(200)} == {1, 2}

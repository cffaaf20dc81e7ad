"""From the log-probabilities of one position to one token: filters, and a choice among what they leave.

A filter is a pure function over scores [V]; what it removes is -inf in the result, and its argument is never changed.
Scores need not sum to one: a filter changes which tokens are left, not the ratios between them.
The loop over positions stands in ``decoding``, the search over whole replies in ``beam``; where the log-probabilities
come from is nothing this module knows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from chatbot.config import SamplingConfig

Scores = NDArray[np.floating[Any]]
"""Log-probabilities [V], up to a constant; -inf for a token that is out of the question."""
Banned = Collection[int] | NDArray[np.bool_]
"""Tokens that are never said: their ids, or a mask [V] that is true for them."""

_REMOVED = -np.inf


def only_finite(scores: Scores) -> Scores:
    """Remove NaN and the infinities: neither is a probability, and one NaN would spoil every sum it enters."""
    return np.where(np.isfinite(scores), scores, _REMOVED)


def remove(scores: Scores, ids: Collection[int] | NDArray[np.intp]) -> Scores:
    """Remove the tokens ``ids``."""
    kept = scores.copy()
    kept[np.asarray(list(ids), dtype=np.intp)] = _REMOVED
    return kept


def ngram_completions(ids: Sequence[int], n: int) -> set[int]:
    """The tokens that would make the last n tokens of the text a run that already stands in ``ids``; none if n is 0."""
    if n <= 0 or len(ids) < n:
        return set()
    last = tuple(ids[len(ids) - n + 1 :])
    return {ids[at + n - 1] for at in range(len(ids) - n + 1) if tuple(ids[at : at + n - 1]) == last}


def top_k(scores: Scores, k: int) -> Scores:
    """Keep the k highest scores, of equal ones those with the lowest ids; 0 keeps all."""
    if k <= 0 or k >= scores.size:
        return scores
    lowest = np.partition(scores, -k)[-k]
    keep = scores > lowest
    # Equal scores are counted off by id, since partition alone would choose among them as it pleases.
    keep[np.flatnonzero(scores == lowest)[: k - np.count_nonzero(keep)]] = True
    return np.where(keep, scores, _REMOVED)


def top_p(scores: Scores, p: float) -> Scores:
    """Keep the nucleus (Holtzman et al. 2020): the fewest tokens whose probabilities sum to at least p, never none.

    Of equal scores those with the lowest ids are kept first; 1 keeps all.
    """
    candidates = np.flatnonzero(np.isfinite(scores))
    if p >= 1 or not candidates.size:
        return scores
    order = candidates[np.argsort(-scores[candidates], kind="stable")]
    mass = np.cumsum(softmax(scores)[order])
    nucleus = order[: int(np.searchsorted(mass, p, side="left")) + 1]
    kept = np.full_like(scores, _REMOVED)
    kept[nucleus] = scores[nucleus]
    return kept


def temper(scores: Scores, temperature: float) -> Scores:
    """Divide by ``temperature`` > 0, after moving the highest score to 0.

    Moved first, the best token survives any temperature; what then overflows to -inf has reached its limit.
    """
    highest = scores.max()
    if not np.isfinite(highest):
        return scores
    with np.errstate(over="ignore"):
        return (scores.astype(np.float64) - float(highest)) / temperature


def softmax(scores: Scores) -> NDArray[np.float64]:
    """The probabilities [V] that ``scores`` stand for; all zero if every token is removed."""
    highest = scores.max()
    if not np.isfinite(highest):
        return np.zeros(scores.shape, dtype=np.float64)
    weights = np.exp(scores.astype(np.float64) - float(highest))
    return weights / weights.sum()


def greedy(scores: Scores) -> int:
    """The token with the highest score; of equal ones the lowest id."""
    return int(np.argmax(scores))


def sample(scores: Scores, rng: np.random.Generator) -> int:
    """A token drawn with the probabilities that ``scores`` stand for (at least one of them finite).

    Each call takes one number from ``rng`` whatever the scores, so that a seed means the same draws everywhere.
    """
    probabilities = softmax(scores)
    ids = np.flatnonzero(probabilities)
    mass = np.cumsum(probabilities[ids])
    drawn = int(np.searchsorted(mass, rng.random() * mass[-1], side="right"))
    return int(ids[min(drawn, ids.size - 1)])


@dataclass(frozen=True, eq=False)
class Rules:
    """What may come next whatever the model thinks; sampling and beam search obey the same."""

    end: int
    """The symbol that ends a reply."""
    banned: NDArray[np.intp]
    """Ids that are never said."""
    no_repeat_ngram: int
    """No run of this many tokens stands twice; 0 allows repetition."""
    min_length: int
    """``end`` may not come before this many tokens."""

    @classmethod
    def of(cls, sampling: SamplingConfig, *, end: int, banned: Banned = ()) -> Self:
        """The rules in ``sampling``.

        ``end`` may stand among ``banned``, so that all special symbols can be given: only the length decides about it.
        Negative ids are passed over, being SentencePiece's way of saying that there is no such symbol.
        """
        if isinstance(banned, np.ndarray) and banned.dtype == np.bool_:
            ids = np.flatnonzero(banned)
        else:
            ids = np.asarray(sorted(int(token) for token in banned), dtype=np.intp)
        ids = ids[(ids >= 0) & (ids != end)]
        return cls(end, ids, no_repeat_ngram=sampling.no_repeat_ngram, min_length=sampling.min_length)

    def apply(self, log_probs: Scores, ids: Sequence[int]) -> Scores:
        """Scores [V] for the token after ``ids`` (the reply so far), with all that the rules forbid removed."""
        forbidden = ngram_completions(ids, self.no_repeat_ngram)
        if len(ids) < self.min_length:
            forbidden.add(self.end)
        return remove(remove(only_finite(log_probs), self.banned), forbidden)


def choose(
    log_probs: Scores, ids: Sequence[int], *, rules: Rules, sampling: SamplingConfig, rng: np.random.Generator
) -> int:
    """The token after ``ids``.

    The temperature comes before the nucleus: what top-p measures is the distribution that is drawn from.
    Where rules and model leave nothing, the reply ends: an early end is better than a forbidden token.
    """
    scores = rules.apply(log_probs, ids)
    if not np.isfinite(scores).any():
        return rules.end
    if sampling.temperature == 0:
        return greedy(scores)
    tempered = temper(scores, sampling.temperature)
    return sample(top_p(top_k(tempered, sampling.top_k), sampling.top_p), rng)

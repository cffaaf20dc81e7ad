"""Measures of replies beside references; what others have written and keep is used, not written again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PUNCTUATION = re.compile(r"[!\"#$%&()*+,\-./:;<=>?@\[\]\\^`{|}~_']")
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_RESAMPLES = 1000


def normalised(text: str) -> list[str]:
    """Words as ParlAI's F1 compares them (Miller et al. 2017): lower case, no punctuation, no articles."""
    return _ARTICLES.sub(" ", _PUNCTUATION.sub(" ", text.lower())).split()


def f1(said: Sequence[str], reference: Sequence[str]) -> float:
    """Harmonic mean of precision and recall of words, each counted as often as it stands; 0 if none is shared."""
    shared = sum((Counter(said) & Counter(reference)).values())
    return 2.0 * shared / (len(said) + len(reference)) if shared else 0.0


def best_constant(references: Sequence[Sequence[str]], most: int = 8) -> tuple[float, list[str]]:
    """The mean F1 of the best reply that is always the same, made of the words that stand in the most references.

    Whatever does not clearly beat it has learned nothing of what it answers.
    """
    frequent = Counter(word for reference in references for word in dict.fromkeys(reference))
    words: list[str] = []
    best = (0.0, words)
    for word, _ in frequent.most_common(most):
        words = [*words, word]
        score = float(np.mean([f1(words, reference) for reference in references]))
        best = max(best, (score, words), key=lambda scored: scored[0])  # the shorter one where they are equal
    return best


def bleu(said: Sequence[str], references: Sequence[str], *, resamples: int = 0) -> dict[str, Any]:
    """Corpus BLEU by sacreBLEU (Post 2018) with its signature; with ``resamples``, the 95 % interval it finds."""
    from sacrebleu.metrics.bleu import BLEU

    metric = BLEU(lowercase=True)
    score = metric.corpus_score(list(said), [list(references)], n_bootstrap=max(1, resamples))
    report: dict[str, Any] = {"bleu": score.score, "bleu_signature": str(metric.get_signature())}
    if resamples:
        report["bleu_interval"] = [score._mean - score._ci, score._mean + score._ci]
    return report


def interval(
    parts: NDArray[np.float64],
    measure: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    *,
    resamples: int = _RESAMPLES,
    seed: int = 1,
) -> list[float]:
    """The 95 % interval of a measure by the bootstrap over dialogues (Efron 1979, percentiles).

    Args:
        parts: [dialogues, n]: what each dialogue adds to the n sums that the measure is made of.
        measure: Sums [resamples, n] to values [resamples].
        resamples: How many.
        seed: Of the choice.

    Returns:
        [2.5 %, 97.5 %].
    """
    rng = np.random.default_rng(seed)
    count = len(parts)
    sums = np.stack([rng.multinomial(count, np.full(count, 1.0 / count)) @ parts for _ in range(resamples)])
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.nanpercentile(measure(sums), [2.5, 97.5])
    return [float(low), float(high)]

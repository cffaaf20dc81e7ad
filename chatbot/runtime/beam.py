"""Beam search: the likeliest whole reply that a search of a given width finds, normalised by length.

    s(Y) = log P(Y) / lp(Y),    lp(Y) = ((5 + |Y|) / 6) ** alpha        (Wu et al. 2016, equation 14)

|Y| counts every symbol whose log-probability is in log P(Y): the end symbol too, if the reply has one.
The coverage term of the paper is not here, and nothing is random: temperature, top-k and top-p play no part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from chatbot.config import SamplingConfig
from chatbot.runtime.samplers import Rules, top_k

S = TypeVar("S")
Step = Callable[[int, S], tuple[NDArray[np.float32], S]]
"""The model: (token, state) -> (log-probabilities of the next token [V], next state); it leaves its arguments alone."""


@dataclass(frozen=True)
class Hypothesis(Generic[S]):
    """A reply, or the beginning of one."""

    ids: tuple[int, ...]
    """Its tokens, without the end symbol."""
    log_prob: float
    """log P of its tokens, and of the end symbol once it has ended."""
    state: S
    """The model's state before it reads the last token."""
    ended: bool = False
    """Whether the end symbol was chosen; it then takes no further part in the search."""

    def score(self, alpha: float) -> float:
        """s(Y)."""
        return self.log_prob / length_penalty(len(self.ids) + self.ended, alpha)


def length_penalty(length: int, alpha: float) -> float:
    """lp(Y) for |Y| = ``length``; 1 for a single symbol, and for every length if ``alpha`` is 0."""
    return float(((5 + length) / 6) ** alpha)


def beam_search(
    step: Step[S],
    state: S,
    *,
    start: int,
    rules: Rules,
    sampling: SamplingConfig,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[int]:
    """The best reply found, without the end symbol.

    A reply is complete when it has ended or is ``sampling.max_length`` long.  If ``cancelled`` (asked once a position),
    or if the rules leave no way on, the best complete reply is returned, or else the best beginning.
    """
    beams, alpha, longest = sampling.beams, sampling.length_penalty, sampling.max_length
    live: list[Hypothesis[S]] = [Hypothesis((), 0.0, state)]
    best: Hypothesis[S] | None = None
    while live and not cancelled():
        ranked = _ranked_continuations(step, live, start=start, rules=rules, width=beams)
        if not ranked:
            break
        # An end counts only among the best, as any other token would; yet it takes no place from those that go on.
        complete = [hypothesis for hypothesis in ranked[:beams] if hypothesis.ended]
        grown = [hypothesis for hypothesis in ranked if not hypothesis.ended][:beams]
        if grown and len(grown[0].ids) == longest:
            complete, grown = complete + grown, []
        best = _best([*([best] if best else []), *complete], alpha)
        live = [hypothesis for hypothesis in grown if best is None or _can_beat(hypothesis, best, alpha, longest)]
    return list((best or live[0]).ids)


def _best(hypotheses: Sequence[Hypothesis[S]], alpha: float) -> Hypothesis[S] | None:
    """The hypothesis with the highest score, of equal ones the first; None if there are none."""
    return max(hypotheses, key=lambda hypothesis: hypothesis.score(alpha), default=None)


def _can_beat(live: Hypothesis[S], best: Hypothesis[S], alpha: float, longest: int) -> bool:
    """Whether some continuation could score higher: log P only falls, so the best case is the greatest length."""
    return live.log_prob / length_penalty(longest, alpha) > best.score(alpha)


def _ranked_continuations(
    step: Step[S], live: Sequence[Hypothesis[S]], *, start: int, rules: Rules, width: int
) -> list[Hypothesis[S]]:
    """All that could be among the next beam, the likeliest first; of equal ones by rank of the parent, then by id."""
    continuations = [
        continuation for parent in live for continuation in _continuations(step, parent, start, rules, width)
    ]
    return sorted(continuations, key=lambda hypothesis: -hypothesis.log_prob)


def _continuations(
    step: Step[S], parent: Hypothesis[S], start: int, rules: Rules, width: int
) -> Iterator[Hypothesis[S]]:
    """``parent`` with one more token, in order of ids: its ``width`` + 1 likeliest, since one may be the end symbol."""
    log_probs, state = step(parent.ids[-1] if parent.ids else start, parent.state)
    scores = top_k(rules.apply(log_probs, parent.ids), width + 1)
    for token in np.flatnonzero(np.isfinite(scores)):
        log_prob = parent.log_prob + float(scores[token])
        if token == rules.end:
            yield Hypothesis(parent.ids, log_prob, state, ended=True)
        else:
            yield Hypothesis((*parent.ids, int(token)), log_prob, state)

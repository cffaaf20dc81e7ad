"""The loop that turns a model, given as a function, into a reply, token by token.

One call decodes one reply.  How a token is chosen stands in ``samplers``, the search for a whole reply in ``beam``;
what the tokens mean, and where the state comes from, is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from chatbot.config import SamplingConfig
from chatbot.runtime.beam import S, Step, beam_search
from chatbot.runtime.samplers import Banned, Rules, choose

__all__ = ["Step", "decode"]


def decode(
    step: Step[S],
    state: S,
    *,
    start: int,
    end: int,
    sampling: SamplingConfig,
    rng: np.random.Generator,
    banned: Banned = (),
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[int]:
    """Yield the tokens of one reply as they are chosen; ``end`` is not yielded.

    Args:
        step: The model; it is called only when the next token is asked for.
        state: The state it starts from.
        start: The token it reads first.
        end: The token that ends the reply.
        sampling: How to choose.  With ``beams`` above 1 the reply is searched for as a whole, and the first token comes
            when the search is done.
        rng: Source of the random choices; greedy choice and beam search take nothing from it.
        banned: Tokens never yielded, as ids or as a mask [V]; ``end`` may be among them.
        cancelled: Asked before every position; once it says yes the reply ends there (a search yields the best it has).
    """
    rules = Rules.of(sampling, end=end, banned=banned)
    if sampling.beams > 1:
        yield from beam_search(step, state, start=start, rules=rules, sampling=sampling, cancelled=cancelled)
        return
    ids: list[int] = []
    token = start
    while len(ids) < sampling.max_length and not cancelled():
        log_probs, state = step(token, state)
        token = choose(log_probs, ids, rules=rules, sampling=sampling, rng=rng)
        if token == end:
            return
        ids.append(token)
        yield token

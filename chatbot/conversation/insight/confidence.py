"""How sure the model was of each piece it said, and what else it could have said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.conversation.insight.attention import COPIED, copied_share
from chatbot.conversation.insight.spans import seen
from chatbot.conversation.trace import Trace

LEVELS = ((0.8, "sure"), (0.5, "likely"), (0.2, "open"), (0.0, "guessed"))
"""From which probability on a piece is called what."""
_TINY = 1e-12


@dataclass(frozen=True)
class Said:
    """A piece of a reply."""

    text: str
    """What it added to the reply, safe to show; of a piece that shows nothing its name."""
    probability: float
    copied: float
    """Share that is due to copying it from the conversation."""
    alternatives: tuple[tuple[str, float], ...]
    """The likeliest pieces with their probabilities, safe to show; ``·`` is the blank before a word."""

    @property
    def level(self) -> str:
        """One of the words of ``LEVELS``."""
        return next(name for least, name in LEVELS if self.probability >= least)

    @property
    def summary(self) -> str:
        """In one line."""
        others = ", ".join(f"“{text}” {probability:.0%}" for text, probability in self.alternatives)
        copied = f", copied ({self.copied:.0%})" if self.copied >= COPIED else ""
        return f"“{self.text.strip()}” {self.probability:.0%}, {self.level}{copied}; likeliest: {others}."


def confidence(trace: Trace, start: int = 0) -> tuple[Said, ...]:
    """How sure the model was of each piece of a reply, from number ``start`` on."""
    return tuple(
        Said(
            text=choice.text.replace("\n", " ") if choice.text.strip() else seen(choice.piece),
            probability=choice.probability,
            copied=copied_share(choice, trace.ids),
            alternatives=tuple((seen(piece), probability) for _, piece, probability in choice.alternatives),
        )
        for choice in trace.choices[start:]
    )


def summarise(said: Sequence[Said]) -> str:
    """A whole reply in one line; the mean is that of the logarithms, as in perplexity."""
    if not said:
        return "Nothing was said yet."
    mean = math.exp(sum(math.log(max(piece.probability, _TINY)) for piece in said) / len(said))
    least = min(said, key=lambda piece: piece.probability)
    copied = sum(piece.copied >= COPIED for piece in said)
    return (
        f"{len(said)} pieces, {mean:.0%} sure on average; least of “{least.text.strip()}” ({least.probability:.0%}); "
        f"{copied or 'none'} copied."
    )

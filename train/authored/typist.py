"""How people type: in lower case, without signs, without apostrophes, with slips; drawn once for each dialogue."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Self

from train.authored.grammar import SLOT

_SHORT = {
    "you": "u", "are": "r", "please": "pls", "okay": "ok", "because": "cuz", "thanks": "thx", "your": "ur",
    "want to": "wanna", "going to": "gonna", "do not": "dont", "I am": "im", "what is": "whats",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]{4,}")
_NEAR = {
    "a": "s", "b": "v", "c": "x", "d": "f", "e": "r", "f": "g", "g": "h", "h": "j", "i": "o", "k": "l", "l": "k",
    "m": "n", "n": "m", "o": "p", "p": "o", "r": "t", "s": "a", "t": "y", "u": "i", "v": "b", "w": "e", "y": "u",
}  # fmt: skip


@dataclass(frozen=True)
class Typist:
    """One way to type."""

    lower: bool = False
    """No capitals."""
    bare: bool = False
    """No full stop and no question mark at the end."""
    loose: bool = False
    """No apostrophes; some words as in a text message."""
    slips: float = 0.0
    """Share of longer words that are mistyped."""

    @classmethod
    def drawn(cls, rng: random.Random) -> Self:
        """A way to type, as often as people have it."""
        kind = rng.random()
        if kind < 0.5:
            return cls(slips=0.01 if kind < 0.1 else 0.0)
        sloppy = rng.random() < 0.3
        return cls(
            lower=rng.random() < 0.7,
            bare=rng.random() < 0.6,
            loose=sloppy or rng.random() < 0.3,
            slips=0.06 if sloppy else 0.0,
        )

    def type(self, text: str, rng: random.Random) -> str:
        """A text with slots as this person types it; the slots stay."""
        if self.slips:
            text = _outside_slots(text, lambda part: self._slipped(part, rng))
        if self.loose:
            text = text.replace("'", "").replace("’", "")
            if rng.random() < 0.3:
                long, short = rng.choice(list(_SHORT.items()))
                text = re.sub(rf"\b{long}\b", short, text)
        if self.bare:
            text = text.rstrip(".?") if not text.endswith("...") else text
            text = text.replace(",", "") if self.loose else text
        return _outside_slots(text, str.lower) if self.lower else text

    def value(self, text: str) -> str:
        """A value as this person types it."""
        return text.lower() if self.lower else text

    def _slipped(self, part: str, rng: random.Random) -> str:
        return _WORD.sub(lambda match: _slip(match[0], rng) if rng.random() < self.slips else match[0], part)


def _slip(word: str, rng: random.Random) -> str:
    place = rng.randrange(1, len(word) - 1)
    kind = rng.random()
    if kind < 0.4:  # two letters change places
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind < 0.7:  # one is left out
        return word[:place] + word[place + 1 :]
    if kind < 0.85:  # one is doubled
        return word[:place] + word[place] + word[place:]
    return word[:place] + _NEAR.get(word[place], word[place]) + word[place + 1 :]


def _outside_slots(text: str, change: object) -> str:
    parts, last = [], 0
    for match in SLOT.finditer(text):
        parts += [change(text[last : match.start()]), match[0]]  # type: ignore[operator]
        last = match.end()
    return "".join([*parts, change(text[last:])])  # type: ignore[operator]

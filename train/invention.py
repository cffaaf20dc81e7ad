"""Made-up words in the place of those that a reply repeats, so that copying is learned and not the words themselves.

A corpus names ten towns, and a model learns these ten; what it should learn is that the town of a reply is the one that
was named before.  So in some of the training dialogues such words are replaced, throughout the dialogue, by words that
nobody has ever seen.  (Raghu et al. 2018, "Disentangling language and knowledge", have the same for known entities.)
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable

from chatbot.text.template import Turn
from train.corpora import Dialogue

_WORD = re.compile(r"[^\W\d_]{3,}(?:['_-][^\W\d_]+)*")
_ONSETS = [
    *"bcdfghjklmnprstvwz",
    "br",
    "ch",
    "cl",
    "dr",
    "fl",
    "gr",
    "kr",
    "pl",
    "pr",
    "sh",
    "sk",
    "sl",
    "st",
    "th",
    "tr",
]
_VOWELS = [*"aeiouaeiouy", "ai", "ea", "ee", "ou"]
_ENDS = ["", "", "", "", "l", "m", "n", "r", "s", "t", "ck", "nd", "nt", "rk", "st"]
_INNER = 0.25
"""How often a syllable inside a word may end in a consonant: with every one, nobody could say the word."""
_COMMON = 0.25
"""Words that stand in more than this share of the dialogues are the language itself and stay."""
_FEW = 40
"""Dialogues below which that share says nothing."""
_MOST = 500_000
"""Different words that are counted; of more, the rare ones are forgotten."""


class Inventor:
    """Counts in how many dialogues each word stands, then replaces some of those that replies repeat.

    Args:
        share: Of the dialogues in which words are replaced.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._dialogues = 0
        self._counts: Counter[str] = Counter()

    def count(self, dialogue: Dialogue) -> None:
        """Look at one dialogue."""
        if not self._share:
            return
        self._dialogues += 1
        self._counts.update({word for turn in dialogue.turns for word in _words(turn.text)})
        if len(self._counts) > _MOST:
            self._counts = Counter(dict(self._counts.most_common(_MOST // 2)))

    @property
    def settings(self) -> tuple[float, frozenset[str]]:
        """What ``invent`` needs: the share, and the words that stay."""
        least = _COMMON * max(self._dialogues, _FEW)
        return self._share, frozenset(word for word, count in self._counts.items() if count > least)

    def samples(self, count: int) -> list[str]:
        """Made-up words for a tokenizer to learn their pieces from; none if none are used."""
        rng = random.Random(0)
        return [made_up(rng) for _ in range(count)] if self._share else []


def invent(dialogue: Dialogue, share: float, stay: frozenset[str], seed: int) -> Dialogue:
    """The dialogue, or, by the seed in ``share`` of the cases, the same with its repeated words replaced.

    A word is repeated if it stands in a reply that is learned and in a turn before it; each gets one word in its place
    wherever it stands, with a capital where it had one.
    """
    rng = random.Random(seed)
    if rng.random() >= share:
        return dialogue
    replaced = {word: made_up(rng) for word in _repeated(dialogue) if word not in stay}

    def new(match: re.Match[str]) -> str:
        word = match[0]
        other = replaced.get(word.lower(), word)
        return other if other is word or word.islower() else other.upper() if word.isupper() else other.capitalize()

    return dialogue._replace(turns=tuple(Turn(turn.role, _WORD.sub(new, turn.text)) for turn in dialogue.turns))


def _repeated(dialogue: Dialogue) -> list[str]:
    """In the order of the turns: a set would have another in each process."""
    said: set[str] = set()
    found: dict[str, None] = {}
    for number, turn in enumerate(dialogue.turns):
        words = _words(turn.text)
        if dialogue.learns(number):
            found.update(dict.fromkeys(word for word in words if word in said))
        said.update(words)
    return list(found)


def _words(text: str) -> Iterable[str]:
    return [match[0].lower() for match in _WORD.finditer(text)]


def made_up(rng: random.Random) -> str:
    """A word of one to four syllables, and at least three letters."""
    syllables = rng.choices((1, 2, 3, 4), (2, 6, 3, 0.3))[0]
    parts = [rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(syllables)]
    for place in range(syllables):
        if place == syllables - 1 or rng.random() < _INNER:
            parts[place] += rng.choice(_ENDS)
    word = "".join(parts)
    return word + rng.choice("aeo") if len(word) < 3 else word[1:] if len(word) > 4 and rng.random() < 0.3 else word

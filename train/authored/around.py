"""What stands around that which counts: ordinary remarks, what somebody does who is named in passing, and words that
are left out, added or changed: so that it is understood what is told, and not learned by heart how.

Leaving out, adding and changing words is "easy data augmentation" (Wei & Zou 2019), with the values kept as they are.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from train.authored.grammar import SLOT, tidy
from train.corpora import Dialogue

_LONGEST = 9
"""Words of a remark."""
_DOING = re.compile(
    r"^(?:He|She|It) ((?:is|was|has|had|just|always|never|still|really|also|loves|likes|hates|wants|goes|went|got|gets|"
    r"came|made|makes|said|says|thinks|took|takes|gave|does|did|looks|looked|seems|can|can't|will|would|used to) "
    r"[^.?!\"]{4,50})[.!]*$"
)
_NAMED = re.compile(r"\b[A-Z]|\d|\bname|\bcalled\b")
_TELLING = re.compile(
    r"\b(?:my|i am|i'm|i've|im|our|we|us|name|called|remember|favou?rite|"
    r"i (?!think\b|guess\b|agree\b|see\b|know\b|hope\b|bet\b)\w+)\b",
    re.IGNORECASE,
)
_NUMBER_OR_NAME = re.compile(r"\d| [A-Z]")
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_FILLERS = (
    "really", "just", "actually", "well", "you know", "I think", "I guess", "honestly", "lol", "haha", "so", "oh",
    "now", "today", "like", "kind of", "still", "of course", "yes", "also", "only", "even", "maybe", "then", "here",
    "again",
)  # fmt: skip
_CARRYING = frozenset(
    ("not", "no", "never", "don't", "doesn't", "isn't", "didn't", "wasn't", "can't", "what", "who", "where", "when",
     "why", "how", "which", "whose", "my", "your", "i", "you", "our")
)  # fmt: skip
"""Words without which a text may mean something else."""
_FRAMES = ("My {key} {value} %.", "My {key}, {value}, %.", "{value}, my {key}, %.", "my {key} {value} %")
_WORN, _WORN_TALK = 0.3, 0.12
"""How many texts are changed: those about facts, and others."""
_LEFT_OUT, _CHANGED, _ADDED = 0.06, 0.05, 0.06
"""Of the words of such a text."""
_FEWEST_WORDS = 4
"""A shorter text stays as it is."""
_REMARKED = 0.35
"""How often what is told has a remark before or behind it."""
_BEFORE, _BEHIND = 0.4, 0.85
"""Up to where, of those, there is one before, and up to where one behind; the others have both."""


@dataclass(frozen=True)
class Around:
    """What real people say that tells nothing of themselves.

    Args:
        remarks: Short sentences.
        doings: What somebody does, without who: "just came home".
        wears: Whether words are left out, changed and added.
    """

    remarks: Sequence[str] = ()
    doings: Sequence[str] = ()
    wears: bool = False

    def worn(self, text: str, rng: random.Random, *, about_facts: bool) -> str:
        """The text, now and then with other words: those about facts more often."""
        often = _WORN if about_facts else _WORN_TALK
        return worn(text, rng) if self.wears and rng.random() < often else text

    def with_remarks(self, text: str, rng: random.Random) -> str:
        """The text, now and then with a remark before or behind it."""
        if not self.remarks or rng.random() >= _REMARKED:
            return text
        place = rng.random()
        if place < _BEFORE:
            return f"{rng.choice(self.remarks)} {text}"
        if text[-1:] not in ".!?":
            text += "."
        behind = f"{text} {rng.choice(self.remarks)}"
        return behind if place < _BEHIND else f"{rng.choice(self.remarks)} {behind}"

    def in_passing(self, rng: random.Random) -> str | None:
        """A template that names somebody while it tells what they do; None if it is not known what people do."""
        return rng.choice(_FRAMES).replace("%", rng.choice(self.doings)) if self.doings else None


def around(dialogues: Iterable[Dialogue]) -> Around:
    """What real people said to each other, taken apart."""
    remarks: dict[str, None] = {}
    doings: dict[str, None] = {}
    for said in (said for dialogue in dialogues for turn in dialogue.turns for said in _SENTENCES.split(turn.text)):
        if found := _DOING.match(said):
            if not _NAMED.search(found[1]):
                doings[found[1]] = None
        elif _is_remark(said):
            remarks[said] = None
    return Around(tuple(remarks), tuple(doings), wears=True)


def worn(text: str, rng: random.Random) -> str:
    """The text with some words left out, changed or added; slots, and what a text hangs on, stay.

    Args:
        text: Nothing of it is left to choose; its slots are not filled.
        rng: Decides.
    """
    words = text.split()
    if len(words) < _FEWEST_WORDS:
        return text
    kept: list[str] = []
    for word in words:
        draw = rng.random()
        if SLOT.search(word) or not word.isalpha() or word.lower() in _CARRYING:
            kept.append(word)
        elif draw < _CHANGED:
            kept.append(rng.choice(_FILLERS))
        elif draw >= _CHANGED + _LEFT_OUT:
            kept += [word, rng.choice(_FILLERS)] if draw > 1 - _ADDED else [word]
    return tidy(" ".join(kept))


def _is_remark(said: str) -> bool:
    """Whether a sentence tells nothing of its speaker and asks nothing."""
    short = 1 < len(said.split()) <= _LONGEST and said[-1] in ".!" and said[0].isupper()
    return short and not _TELLING.search(said) and not _NUMBER_OR_NAME.search(said)

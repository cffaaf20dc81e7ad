"""What is in a corpus: counted in one pass, in memory that grows with the number of different dialogues alone."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from train.corpora.corpus import Found
from train.corpora.dialogue import Dialogue, Skipped

SHOWN = 3
"""Dialogues that are shown, and skipped records of each reason."""
_SPEAKERS = 10_000
"""Speakers that are told apart, at the most: a corpus may have a new pair in every dialogue."""
_USUAL = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm",
          "Sc", "Sk", "So", "Zs"}  # fmt: skip


@dataclass
class Survey:
    """Counts over the conversations of a corpus.

    Args:
        seed: Of the choice of sample dialogues.
    """

    seed: int = 1
    formats: Counter[str] = field(default_factory=Counter)
    """Conversations by format."""
    speakers: Counter[str] = field(default_factory=Counter)
    """Turns by speaker, of the first ``_SPEAKERS``."""
    turns_per_dialogue: Counter[int] = field(default_factory=Counter)
    words_per_turn: Counter[int] = field(default_factory=Counter)
    scripts: Counter[str] = field(default_factory=Counter)
    """Letters by script."""
    unusual: Counter[str] = field(default_factory=Counter)
    """Characters that text hardly means: controls, private use, unassigned ones, U+FFFD."""
    duplicates: int = 0
    """Dialogues that have stood in the corpus before."""
    overlap: int = 0
    """Validation dialogues that stand in the training corpus too."""
    validation: int = 0
    """Validation dialogues looked at."""
    samples: list[Found] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    """Records that could not be used, by reason; numbers in a reason are put together."""
    skipped_shown: dict[str, list[Skipped]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.seed)
        self._seen: set[int] = set()

    @property
    def dialogues(self) -> int:
        """How many there are."""
        return sum(self.formats.values())

    @property
    def turns(self) -> int:
        """How many there are."""
        return sum(self.words_per_turn.values())

    @property
    def words(self) -> int:
        """As what stands between blanks."""
        return sum(words * turns for words, turns in self.words_per_turn.items())

    def add(self, found: Found) -> None:
        """Count one conversation."""
        self.formats[found.format] += 1
        self._sample(found)
        key = key_of(found)
        self.duplicates += key in self._seen
        self._seen.add(key)
        utterances = found.conversation.utterances
        self.turns_per_dialogue[len(utterances)] += 1
        for speaker, text in utterances:
            if speaker in self.speakers or len(self.speakers) < _SPEAKERS:
                self.speakers[speaker] += 1
            self.words_per_turn[len(text.split())] += 1
            self._characters(text)

    def compare(self, validation: Iterable[Found]) -> None:
        """Look which dialogues of a validation corpus stand in the one that was counted."""
        for found in validation:
            self.validation += 1
            self.overlap += key_of(found) in self._seen

    def skip(self, skipped: Skipped) -> None:
        """Count a record that could not be used."""
        reason = re.sub(r"\d+", "…", skipped.reason)
        self.skipped[reason] += 1
        if len(shown := self.skipped_shown.setdefault(reason, [])) < SHOWN:
            shown.append(skipped)

    def _sample(self, found: Found) -> None:
        """Every dialogue is as likely to be among the samples (Vitter 1985, algorithm R)."""
        if len(self.samples) < SHOWN:
            self.samples.append(found)
        elif (place := int(self._rng.integers(self.dialogues))) < SHOWN:
            self.samples[place] = found

    def _characters(self, text: str) -> None:
        if text.isascii() and text.isprintable():
            self.scripts["Latin"] += sum(map(str.isalpha, text))
            return
        for character, count in Counter(text).items():
            if character.isalpha():
                self.scripts[script_of(character)] += count
            elif character not in "\n\t\u200c\u200d\ufe0f" and (
                character == "\ufffd" or unicodedata.category(character) not in _USUAL
            ):
                self.unusual[f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()] += count

    def report(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "format": "mixed" if len(self.formats) > 1 else next(iter(self.formats), None),
            "formats": dict(self.formats.most_common()),
            "dialogues": self.dialogues,
            "turns": self.turns,
            "words": self.words,
            "speakers": len(self.speakers),
            "turns_per_dialogue": summary(self.turns_per_dialogue),
            "words_per_turn": summary(self.words_per_turn),
            "duplicates": self.duplicates,
            "validation": {"dialogues": self.validation, "overlap": self.overlap},
            "scripts": dict(self.scripts.most_common()),
            "unusual_characters": dict(self.unusual.most_common(50)),
            "samples": [
                {
                    "where": f"{source.name}:{conversation.line}",
                    "turns": [utterance._asdict() for utterance in conversation.utterances],
                }
                for source, _, conversation in self.samples
            ],
            "skipped": sum(self.skipped.values()),
            "skipped_by_reason": {
                reason: {"count": count, "first": [s._asdict() for s in self.skipped_shown[reason]]}
                for reason, count in self.skipped.most_common()
            },
        }


def key_of(found: Found) -> int:
    """Equal for dialogues of equal texts, whoever said them and wherever they stand."""
    return Dialogue.of(found.conversation.utterances).key()


def script_of(letter: str) -> str:
    """Of a letter, by the first word of its name: "Latin", "Cyrillic", "Cjk", …"""
    name = unicodedata.name(letter, "Unknown").replace("FULLWIDTH ", "").replace("MODIFIER LETTER ", "")
    first = name.split()[0].split("-")[0]
    return {"CJK": "Han", "FEMININE": "Latin", "MASCULINE": "Latin", "MICRO": "Greek"}.get(first, first.capitalize())


def summary(counts: Counter[int]) -> dict[str, float]:
    """Least, quartiles, mean and most of numbers that are counted."""
    if not counts:
        return {}
    numbers = np.array(sorted(counts))
    times = np.array([counts[number] for number in numbers.tolist()])
    ranks = np.cumsum(times)
    quantile = lambda share: int(numbers[np.searchsorted(ranks, share * ranks[-1])])  # noqa: E731
    return {
        "least": int(numbers[0]),
        "quarter": quantile(0.25),
        "median": quantile(0.5),
        "three_quarters": quantile(0.75),
        "most": int(numbers[-1]),
        "mean": round(float((numbers * times).sum() / times.sum()), 2),
    }

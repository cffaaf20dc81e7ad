"""Measures a bundle on dialogues, through the same engine that talks: what is measured is what people get.

Word perplexity is exp(total negative log-likelihood / (words + replies)) over every turn but the first of each
dialogue, given all turns before it, all in lower case; a word is what stands between blanks, and each reply has one end
that counts like a word.  The replies that are described are greedy ones, to the true history as it stands.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chatbot.bundle import TOKENIZER, Bundle
from chatbot.config import SamplingConfig
from chatbot.runtime.decoding import decode
from chatbot.runtime.engine import Engine
from chatbot.runtime.memory import Memory
from chatbot.runtime.speaker import Speaker
from chatbot.text.template import SYMBOLS, Turn, encode_turn
from chatbot.text.tokenizer import END, Tokenizer
from train.corpora import Dialogue

_GREEDY = SamplingConfig(temperature=0.0, no_repeat_ngram=0)


@dataclass
class Tally:
    """Sums over all replies seen so far."""

    nats: float = 0.0
    """Negative log-likelihood of the references."""
    words: int = 0
    """Words of the references."""
    replies: int = 0
    correct: int = 0
    """Greedy replies that equal the reference, blanks folded."""
    said: list[list[str]] = field(default_factory=list)
    """The words of every greedy reply, in lower case."""

    def report(self) -> dict[str, Any]:
        """The measures by name; those of greedy replies only if there are any."""
        report: dict[str, Any] = {
            "word_perplexity": math.exp(self.nats / (self.words + self.replies)),
            "replies": self.replies,
            "words": self.words,
        }
        if self.said:
            report |= {
                "distinct_1": distinct(self.said, 1),
                "distinct_2": distinct(self.said, 2),
                "mean_length": sum(map(len, self.said)) / len(self.said),
                "top10_share": top_share(self.said, 10),
                "response_accuracy": self.correct / len(self.said),
            }
        return report


def distinct(replies: Sequence[Sequence[str]], n: int) -> float:
    """Different n-grams over all n-grams of all replies (Li et al. 2016); 0 if there are none."""
    grams = [tuple(words[i : i + n]) for words in replies for i in range(len(words) - n + 1)]
    return len(set(grams)) / len(grams) if grams else 0.0


def top_share(replies: Sequence[Sequence[str]], top: int) -> float:
    """Share of all replies that the most frequent ``top`` different ones make up."""
    counts = Counter(" ".join(words) for words in replies)
    return sum(count for _, count in counts.most_common(top)) / len(replies) if replies else 0.0


class Evaluator:
    """Runs a bundle over dialogues.

    Args:
        bundle: What to measure.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._engine = Engine(bundle)
        self._tokenizer = Tokenizer(bundle.files[TOKENIZER])
        self._unspeakable = self._tokenizer.unspeakable()

    def run(self, dialogues: Iterable[Dialogue], *, greedy: bool = True) -> Iterator[Tally]:
        """The tally after each dialogue (the same object, growing).

        Args:
            dialogues: Each with at least two turns.
            greedy: Whether to make greedy replies too, which takes most of the time.
        """
        tally = Tally()
        for dialogue in dialogues:
            for speaker, turn in self._replies(dialogue.lower()):
                tally.nats += self._nats(speaker, turn)
                tally.words += len(turn.text.split())
                tally.replies += 1
            if greedy:
                for speaker, turn in self._replies(dialogue):
                    text = self._greedy(speaker, turn)
                    tally.said.append(text.lower().split())
                    tally.correct += text.split() == turn.text.split()
            yield tally

    def _replies(self, dialogue: Dialogue) -> Iterator[tuple[Speaker, Turn]]:
        """Each turn but the first, with a speaker that knows all turns before it."""
        memory = Memory.empty(self._engine)
        for number, turn in enumerate(dialogue.turns):
            if number:
                yield Speaker(self._engine, self._tokenizer, memory), turn
            memory = memory.read(self._engine, encode_turn(self._tokenizer, turn))

    def _nats(self, speaker: Speaker, turn: Turn) -> float:
        """Negative log-likelihood of a reply, its end included and its speaker's symbol not."""
        ids = encode_turn(self._tokenizer, turn)
        state, total = speaker.start.state, 0.0
        for token, following in itertools.pairwise(ids):
            log_probs, state = speaker.score(token, state)
            total -= float(log_probs[following])
        return total

    def _greedy(self, speaker: Speaker, turn: Turn) -> str:
        tokens = decode(
            speaker.step,
            speaker.start,
            start=SYMBOLS[turn.role],
            end=END,
            sampling=_GREEDY,
            rng=np.random.default_rng(0),  # greedy choice draws nothing
            banned=self._unspeakable,
        )
        return self._tokenizer.decode(list(tokens))

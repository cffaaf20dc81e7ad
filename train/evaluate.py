"""Measures a bundle on dialogues, through the same engine that talks: what is measured is what people get.

Word perplexity is exp(total negative log-likelihood / (words + replies)) over every turn but the first of each
dialogue, given all turns before it, all in lower case; a word is what stands between blanks, and each reply has one end
that counts like a word.  The replies that are described are greedy ones, to the true history as it stands.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from chatbot.bundle import TOKENIZER, Bundle
from chatbot.config import SamplingConfig
from chatbot.runtime.engine import Engine
from chatbot.runtime.memory import Memory
from chatbot.runtime.speaker import Speaker
from chatbot.text.template import Turn, encode_turn
from chatbot.text.tokenizer import Tokenizer
from train.corpora import Dialogue
from train.metrics import best_constant, bleu, f1, interval, normalised

_GREEDY = SamplingConfig(temperature=0.0, no_repeat_ngram=0)


@dataclass(frozen=True)
class Record:
    """What one dialogue gave."""

    nats: float
    """Negative log-likelihood of the references."""
    words: int
    """Words of the references."""
    replies: int
    pieces: int
    """Pieces of the references, their ends included."""
    likeliest: int
    """Of them, those that were the likeliest next piece."""
    said: tuple[str, ...] = ()
    """The greedy replies, if any were made."""
    references: tuple[str, ...] = ()
    """What was really said there."""

    @property
    def correct(self) -> int:
        """Greedy replies that equal the reference, blanks folded."""
        return sum(a.split() == b.split() for a, b in zip(self.said, self.references, strict=True))

    @property
    def f1(self) -> float:
        """The sum of F1 over the greedy replies."""
        return sum(f1(normalised(a), normalised(b)) for a, b in zip(self.said, self.references, strict=True))


def report(records: Sequence[Record], *, intervals: bool = False) -> dict[str, Any]:
    """The measures by name; those of greedy replies only if there are any; with ``intervals``, where they make sense,
    ``name_interval`` beside: 95 %, by the bootstrap over dialogues."""
    parts = np.array([(r.nats, r.words, r.replies, r.pieces, r.likeliest, r.correct, r.f1) for r in records], float)
    sums = parts.sum(axis=0)
    said = [text.lower().split() for record in records for text in record.said]
    measures: dict[str, Callable[[Any], Any]] = {
        "word_perplexity": lambda s: np.exp(s[..., 0] / (s[..., 1] + s[..., 2])),
        "piece_accuracy": lambda s: s[..., 4] / s[..., 3],
    }
    if said:
        measures |= {"response_accuracy": lambda s: s[..., 5] / s[..., 2], "f1": lambda s: s[..., 6] / s[..., 2]}
    found: dict[str, Any] = {}
    for name, measure in measures.items():
        found[name] = float(measure(sums))
        if intervals:
            found[f"{name}_interval"] = interval(parts, measure)
    found |= {"replies": int(sums[2]), "words": int(sums[1])}
    return {**found, **_of_replies(records, said, intervals)} if said else found


def _of_replies(records: Sequence[Record], said: Sequence[Sequence[str]], intervals: bool) -> dict[str, Any]:
    texts = [text for record in records for text in record.said]
    references = [text for record in records for text in record.references]
    constant, words = best_constant([normalised(text) for text in references])
    return {
        "f1_of_a_constant_reply": constant,
        "constant_reply": " ".join(words),
        **bleu(texts, references, resamples=1000 if intervals else 0),
        "distinct_1": distinct(said, 1),
        "distinct_2": distinct(said, 2),
        "mean_length": sum(map(len, said)) / len(said),
        "top10_share": top_share(said, 10),
    }


def distinct(replies: Sequence[Sequence[str]], n: int) -> float:
    """Different n-grams over all n-grams of all replies (Li et al. 2016); 0 if there are none."""
    grams = [tuple(words[i : i + n]) for words in replies for i in range(len(words) - n + 1)]
    return len(set(grams)) / len(grams) if grams else 0.0


def top_share(replies: Sequence[Sequence[str]], top: int) -> float:
    """Share of all replies that the most frequent ``top`` different ones make up."""
    counts = Counter(" ".join(words) for words in replies)
    return sum(count for _, count in counts.most_common(top)) / len(replies) if replies else 0.0


class _Score(NamedTuple):
    nats: float
    pieces: int
    likeliest: int


class Evaluator:
    """Runs a bundle over dialogues.

    Args:
        bundle: What to measure.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._engine = Engine(bundle)
        self._tokenizer = Tokenizer(bundle.files[TOKENIZER])
        self._unspeakable = self._tokenizer.unspeakable()

    def run(self, dialogues: Iterable[Dialogue], *, greedy: bool = True) -> Iterator[Record]:
        """The record of each dialogue.

        Args:
            dialogues: Each with at least two turns.
            greedy: Whether to make greedy replies too, which takes most of the time.
        """
        for dialogue in dialogues:
            scores = [self._score(speaker, turn) for speaker, turn in self._replies(dialogue.lower())]
            said = tuple(self._greedy(speaker, turn) for speaker, turn in self._replies(dialogue)) if greedy else ()
            yield Record(
                nats=sum(score.nats for score in scores),
                words=sum(len(turn.text.split()) for turn in dialogue.lower().replies),
                replies=len(scores),
                pieces=sum(score.pieces for score in scores),
                likeliest=sum(score.likeliest for score in scores),
                said=said,
                references=tuple(turn.text for turn in dialogue.replies) if greedy else (),
            )

    def _replies(self, dialogue: Dialogue) -> Iterator[tuple[Speaker, Turn]]:
        """Each reply, with a speaker that knows all turns before it."""
        memory = Memory.empty(self._engine)
        for number, turn in enumerate(dialogue.turns):
            if dialogue.learns(number):
                yield Speaker(self._engine, self._tokenizer, memory), turn
            memory = memory.read(self._engine, encode_turn(self._tokenizer, turn))

    def _score(self, speaker: Speaker, turn: Turn) -> _Score:
        """How well a reply was foreseen, its end included and its speaker's symbol not."""
        ids = encode_turn(self._tokenizer, turn)
        state, total, likeliest = speaker.start.state, 0.0, 0
        for token, following in itertools.pairwise(ids):
            log_probs, state = speaker.score(token, state)
            total -= float(log_probs[following])
            likeliest += int(np.argmax(log_probs)) == following
        return _Score(total, len(ids) - 1, likeliest)

    def _greedy(self, speaker: Speaker, turn: Turn) -> str:
        rng = np.random.default_rng(0)  # greedy choice draws nothing
        return self._tokenizer.decode(
            list(speaker.reply(turn.role, sampling=_GREEDY, rng=rng, banned=self._unspeakable))
        )

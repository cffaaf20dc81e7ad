"""What all cells of a comparison have in common besides the settings: the examples, their order and the tokenizer."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chatbot.errors import CorpusError
from train.compare.settings import Settings
from train.dataset import Example, lengths_of, plan
from train.prepare import Corpus, Prepared, TokenizerMaker, prepare
from train.tokenizer import train_tokenizer

_FEWEST = 8
"""Dialogues to validate with, below which no interval says anything."""


@dataclass(frozen=True)
class Conditions:
    """Ready to train on, and the same for every cell and seed."""

    settings: Settings
    prepared: Prepared

    @property
    def vocabulary_size(self) -> int:
        """Pieces of the tokenizer."""
        return self.prepared.tokenizer.vocabulary_size

    @property
    def fingerprint(self) -> str:
        """A short hash of examples and tokenizer."""
        parts = [*sorted(self.prepared.contents.items()), hashlib.sha256(self.prepared.tokenizer.model).hexdigest()]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def conditions_of(corpus: Corpus, settings: Settings, cache: Path, say: Callable[[str], None]) -> Conditions:
    """Prepare a corpus.

    Raises:
        CorpusError: if there is too little to compare anything on.
        ChatbotError: if the examples cannot be written.
    """
    size = settings.vocabulary_size
    maker = TokenizerMaker(f"unigram {size}", lambda texts: train_tokenizer(texts, size))
    prepared = prepare(corpus, settings.training(seed=1), maker, cache, say)
    if len(prepared.validation) < _FEWEST:
        raise CorpusError(
            f"{len(prepared.training)} dialogue(s) to train on and {len(prepared.validation)} to validate with",
            expected=f"at least {_FEWEST} to validate with, or no interval says anything",
            remedy="give more dialogues",
        )
    return Conditions(settings, prepared)


def batches_of(examples: Sequence[Example], batch_positions: int, seed: int) -> int:
    """Batches of the first pass, by which ``Fitting`` turns passes into steps."""
    return len(plan(lengths_of(examples), batch_positions, np.random.default_rng((seed, 0))))


def order_of(examples: Sequence[Example], batch_positions: int, seed: int, steps: int) -> str:
    """A hash of which examples make up each of the first so many batches, in their order: two trainings with the same
    one, and the same examples, have read the same."""
    lengths, digest = lengths_of(examples), hashlib.sha256()
    planned = (
        batch
        for passed in itertools.count()
        for batch in plan(lengths, batch_positions, np.random.default_rng((seed, passed)))
    )
    for batch in itertools.islice(planned, steps):
        digest.update(np.asarray(batch, np.int64).tobytes())
        digest.update(b"|")
    return digest.hexdigest()

"""Dialogues to batches: laid out as ids, cut where too long, put together by length, in an order that a seed fixes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from chatbot.text.template import Layout, Turn, lay_out
from chatbot.text.tokenizer import PAD, Tokenizer
from train.corpora import Dialogue

Batch = dict[str, NDArray[np.generic]]
"""``ids`` and ``starts`` [batch, positions] int32, ``counted`` [batch, positions - 1] and ``words`` [batch] float32."""

_POOL = 2048
"""Examples that are sorted by length together: enough for little padding, few enough to stay well mixed."""


@dataclass(frozen=True)
class Example:
    """One dialogue, or a part of one, ready for the model."""

    layout: Layout
    words: int
    """Words of the replies, and one end for each: what perplexity is counted in."""


def count_words(replies: Sequence[Turn]) -> int:
    """Words, as what stands between blanks, and one end for each reply."""
    return sum(len(turn.text.split()) + 1 for turn in replies)


def examples_of(dialogue: Dialogue, tokenizer: Tokenizer, longest: int | None = None) -> Iterator[Example]:
    """The dialogue as one example, or cut between turns into several of at most ``longest`` positions.

    No turn is cut, and the turn before a cut opens the next example too, so that every reply keeps something to answer:
    two turns that are longer together are left whole.
    """
    turns = dialogue.turns
    if longest is not None:
        lengths = [len(tokenizer.encode(turn.text)) + 2 for turn in turns]
        first, total = 0, 0
        for number, length in enumerate(lengths):
            if total + length > longest and number - first >= 2:
                yield _example(dialogue._replace(turns=turns[first:number]), tokenizer)
                first, total = number - 1, lengths[number - 1]
            total += length
        turns = turns[first:]
    yield _example(dialogue._replace(turns=turns), tokenizer)


def _example(part: Dialogue, tokenizer: Tokenizer) -> Example:
    return Example(lay_out(tokenizer, part.turns, part.only), count_words(part.replies))


def collate(examples: Sequence[Example]) -> Batch:
    """One batch, padded at the end; padding is never counted."""
    positions = max(len(example.layout.ids) for example in examples)
    shape = (len(examples), positions)
    ids = np.full(shape, PAD, np.int32)
    starts = np.full(shape, positions, np.int32)
    counted = np.zeros(shape, np.float32)
    for row, example in enumerate(examples):
        length = len(example.layout.ids)
        ids[row, :length] = example.layout.ids
        starts[row, :length] = example.layout.starts
        counted[row, :length] = example.layout.counted
    words = np.array([example.words for example in examples], np.float32)
    return {"ids": ids, "starts": starts, "counted": counted[:, :-1], "words": words}


def plan(lengths: Sequence[int], batch_positions: int, rng: np.random.Generator | None) -> list[list[int]]:
    """Which examples go together: batches of at most ``batch_positions`` positions, padding included.

    Args:
        lengths: Positions of each example; one that is longer than a batch makes a batch of its own.
        batch_positions: The bound.
        rng: Mixes examples and batches; without it the order is by length (validation).
    """
    order = np.arange(len(lengths)) if rng is None else rng.permutation(len(lengths))
    pool = len(lengths) if rng is None else _POOL
    batches: list[list[int]] = []
    for start in range(0, len(order), pool):
        current: list[int] = []
        for index in sorted(order[start : start + pool].tolist(), key=lambda i: lengths[i]):
            if current and lengths[index] * (len(current) + 1) > batch_positions:
                batches.append(current)
                current = []
            current.append(index)
        batches.append(current)
    if rng is not None:
        rng.shuffle(batches)
    return batches


def training_dataset(
    examples: Sequence[Example], batch_positions: int, seed: int, *, start: int = 0
) -> tf.data.Dataset:
    """Batches for ever, every pass over the examples in an order of its own; the same seed gives the same batches.

    ``start`` of them are left out: those that a training had read before it was interrupted.
    """
    lengths = [len(example.layout.ids) for example in examples]

    def planned() -> Iterator[list[int]]:
        for passed in itertools.count():
            yield from plan(lengths, batch_positions, np.random.default_rng((seed, passed)))

    return _dataset(
        lambda: (
            collate([examples[index] for index in indices]) for indices in itertools.islice(planned(), start, None)
        )
    )


def validation_dataset(examples: Sequence[Example], batch_positions: int) -> tf.data.Dataset:
    """Every example once, in order of length."""
    lengths = [len(example.layout.ids) for example in examples]
    planned = plan(lengths, batch_positions, None)
    return _dataset(lambda: (collate([examples[index] for index in indices]) for indices in planned)).apply(
        tf.data.experimental.assert_cardinality(len(planned))
    )


def _dataset(batches: object) -> tf.data.Dataset:
    signature = {
        "ids": tf.TensorSpec([None, None], tf.int32),
        "starts": tf.TensorSpec([None, None], tf.int32),
        "counted": tf.TensorSpec([None, None], tf.float32),
        "words": tf.TensorSpec([None], tf.float32),
    }
    return tf.data.Dataset.from_generator(batches, output_signature=signature).prefetch(4)

"""Examples to batches: put together by length, in an order that a seed fixes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from chatbot.text.template import Layout
from chatbot.text.tokenizer import PAD
from train.corpora import UNKNOWN

Batch = dict[str, NDArray[np.generic]]
"""``ids`` and ``starts`` [batch, positions] int32; ``asked`` [batch, n] int32, the positions whose next pieces are
predicted, and ``counted`` [batch, n] float32, 0 where ``asked`` is padding; ``guide`` [batch, n] int32, where the turn
starts that tells what is said there, or NOTHING or UNKNOWN; ``words`` [batch] float32."""

SIGNATURE = {
    "ids": tf.TensorSpec([None, None], tf.int32),
    "starts": tf.TensorSpec([None, None], tf.int32),
    "asked": tf.TensorSpec([None, None], tf.int32),
    "counted": tf.TensorSpec([None, None], tf.float32),
    "guide": tf.TensorSpec([None, None], tf.int32),
    "words": tf.TensorSpec([None], tf.float32),
}
"""Of a batch of any shape."""
_GUIDED = 8
"""Pieces of a reply, from its first."""

Rng = np.random.Generator

_POOL = 2048
"""Examples that are sorted by length together: enough for little padding, few enough to stay well mixed."""


@dataclass(frozen=True)
class Example:
    """One dialogue, or a part of one, ready for the model."""

    layout: Layout
    words: int
    """Words of the replies that are learned, and one end for each: what perplexity is counted in."""
    guides: tuple[int, ...] = ()
    """For each turn which one tells what is said in it, see ``Dialogue``."""


def collate(examples: Sequence[Example]) -> Batch:
    """One batch, padded at the end; padding is never counted."""
    positions = max(len(example.layout.ids) for example in examples)
    shape = (len(examples), positions)
    ids = np.full(shape, PAD, np.int32)
    starts = np.full(shape, positions, np.int32)
    places = [np.flatnonzero(example.layout.counted[:-1]) for example in examples]
    asked = np.zeros((len(examples), max(1, *map(len, places))), np.int32)
    counted = np.zeros(asked.shape, np.float32)
    guide = np.full(asked.shape, UNKNOWN, np.int32)
    for row, example in enumerate(examples):
        length = len(example.layout.ids)
        ids[row, :length] = example.layout.ids
        starts[row, :length] = example.layout.starts
        asked[row, : len(places[row])] = places[row]
        counted[row, : len(places[row])] = 1.0
        guide[row, : len(places[row])] = _guide(example, places[row])
    words = np.array([example.words for example in examples], np.float32)
    return {"ids": ids, "starts": starts, "asked": asked, "counted": counted, "guide": guide, "words": words}


def _guide(example: Example, places: NDArray[np.intp]) -> NDArray[np.int32]:
    """For the first pieces of each reply, which are chosen by what is found, where the turn starts that tells it."""
    if not example.guides:
        return np.full(len(places), UNKNOWN, np.int32)
    starts = example.layout.starts
    opens = np.unique(starts)
    found = np.array(example.guides, np.int32)[np.searchsorted(opens, starts[places])]
    known = np.where(found >= 0, opens[found], found)
    return np.where(places - starts[places] < _GUIDED, known, UNKNOWN)


def plan(lengths: Sequence[int] | NDArray[np.integer], batch_positions: int, rng: Rng | None) -> list[NDArray[np.intp]]:
    """Which examples go together: batches of at most ``batch_positions`` positions, padding included.

    Args:
        lengths: Positions of each example; one that is longer than a batch makes a batch of its own.
        batch_positions: The bound.
        rng: Mixes examples and batches; without it the order is by length (validation).
    """
    known = np.asarray(lengths)
    order = np.arange(len(known)) if rng is None else rng.permutation(len(known))
    pool = len(known) if rng is None else _POOL
    batches: list[NDArray[np.intp]] = []
    for start in range(0, len(order), pool):
        part = order[start : start + pool]
        part = part[np.argsort(known[part], kind="stable")]
        first = 0
        for place, length in enumerate(known[part].tolist()):
            if place > first and length * (place - first + 1) > batch_positions:
                batches.append(part[first:place])
                first = place
        batches.append(part[first:])
    if rng is not None:
        batches = [batches[index] for index in rng.permutation(len(batches))]
    return batches


def lengths_of(examples: Sequence[Example]) -> NDArray[np.integer]:
    """Positions of each example; what lies on disk knows them without being read."""
    known = getattr(examples, "positions", None)
    return np.array([len(example.layout.ids) for example in examples]) if known is None else known


def words_of(examples: Sequence[Example]) -> NDArray[np.integer]:
    """Words of the replies of each example, and one end for each reply."""
    known = getattr(examples, "words", None)
    return np.array([example.words for example in examples]) if known is None else known


def training_dataset(
    examples: Sequence[Example], batch_positions: int, seed: int, *, start: int = 0
) -> tf.data.Dataset:
    """Batches for ever, every pass over the examples in an order of its own; the same seed gives the same batches.

    ``start`` of them are left out: those that a training had read before it was interrupted.
    """
    lengths = lengths_of(examples)

    def planned() -> Iterator[NDArray[np.intp]]:
        for passed in itertools.count():
            yield from plan(lengths, batch_positions, np.random.default_rng((seed, passed)))

    return dataset_of(
        lambda: (
            collate([examples[index] for index in indices]) for indices in itertools.islice(planned(), start, None)
        )
    )


def validation_dataset(examples: Sequence[Example], batch_positions: int) -> tf.data.Dataset:
    """Every example once, in order of length."""
    planned = plan(lengths_of(examples), batch_positions, None)
    return dataset_of(lambda: (collate([examples[index] for index in indices]) for indices in planned)).apply(
        tf.data.experimental.assert_cardinality(len(planned))
    )


def dataset_of(batches: Callable[[], Iterator[Batch]]) -> tf.data.Dataset:
    """Batches as ``fit`` takes them: made ahead, and of any shape without another trace."""
    return tf.data.Dataset.from_generator(batches, output_signature=SIGNATURE).prefetch(4)

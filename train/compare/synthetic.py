"""The synthetic recall task: a symbol is shown once, then noise for so many steps, then it is asked for.

It is the task of Hochreiter & Schmidhuber 1997 (section 5.2) with a dial: what a cell carries over n steps of noise,
and nothing else, for there is no attention here to look back with.  Inputs are one-hot vectors: one of ``SYMBOLS`` at
the first step, noise at all others, and "now" at the last, at which the symbol is to be named.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from chatbot.layers import Cell, Recurrent, make_cell
from train.compare.halflife import half_life
from train.compare.matching import Match, match_units
from train.compare.opening import open_gates
from train.compare.transformer import NAME as TRANSFORMER
from train.compare.transformer import Looker

SYMBOLS = 8
"""That may be shown; 1 in so many is what guessing gets right."""
NOISE = SYMBOLS
"""Symbols of which the steps between are drawn."""
FEATURES = SYMBOLS + NOISE + 1
DISTANCES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Steps between showing and asking."""
_BATCH = 64
_TESTED = 256
"""Sequences of each distance."""
_RATE = 4e-3
_CLIP = 1.0


class Sequences(NamedTuple):
    """A batch of the task."""

    inputs: NDArray[np.float32]
    """[batch, distance + 1, FEATURES]."""
    symbols: NDArray[np.int32]
    """[batch]: what was shown at the first step."""


def sequences(count: int, distance: int, rng: np.random.Generator, *, alike: bool = False) -> Sequences:
    """So many sequences in which ``distance`` steps, at least 1, lie between showing and asking.

    With ``alike``, the noise is made of the symbols themselves: only that it came first tells the one to be named.
    """
    symbols = rng.integers(SYMBOLS, size=count)
    ids = rng.integers(SYMBOLS, size=(count, distance + 1)) + (0 if alike else SYMBOLS)
    ids[:, 0], ids[:, -1] = symbols, FEATURES - 1
    return Sequences(np.eye(FEATURES, dtype=np.float32)[ids], symbols.astype(np.int32))


class Reader(keras.Model):
    """One recurrent layer, and a linear reading of its last output.

    Args:
        cell: Any cell of ``chatbot.layers``.
    """

    def __init__(self, cell: Cell) -> None:
        super().__init__(name="reader")
        self.recurrent = Recurrent(cell, name="recurrent")
        self.readout = keras.layers.Dense(SYMBOLS, name="readout")
        self.recurrent.build((None, None, FEATURES))
        self.readout.build((None, cell.units))
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Logits [batch, SYMBOLS] of what was shown."""
        return self.readout(self.recurrent(inputs))


def make_reader(name: str, units: int, target: int) -> Reader | Looker:
    """Of a cell, or the yardstick."""
    return Looker(FEATURES, SYMBOLS, target, units) if name == TRANSFORMER else Reader(make_cell(name, units))


def matched(name: str, target: int) -> Match:
    """The units with which a reader of a cell has so many parameters."""
    return match_units(name, lambda units: make_reader(name, units, target).count_params(), target)


def reference(units: int) -> int:
    """Parameters of the reader that all are matched to, which is an LSTM's."""
    return int(Reader(make_cell("lstm", units)).count_params())


class Task(NamedTuple):
    """A form of the task."""

    name: str
    growing: bool
    """Whether one reader learns all distances, short ones first (``lesson``); else a new one learns each alone."""
    alike: bool
    """Whether noise and symbols are of one alphabet."""
    opened: bool
    """Whether gates are opened first (``opening``)."""


TASKS = (
    Task("growing", True, False, False),
    Task("alike", True, True, False),
    Task("each", False, False, False),
    Task("each, opened", False, False, True),
)
"""How far a cell remembers hangs on how it is taught: a vanilla cell that is taught short distances first latches a
symbol for hundreds of steps, and finds nothing if it is asked for a long one from the start (Bengio et al. 1994).  So
no single form would be fair."""


def lesson(step: int, steps: int, longest: int, rng: np.random.Generator) -> int:
    """The distance of a training batch: log-uniform from 1 to a bound that has grown to ``longest`` after 60 % of the
    training (a curriculum, Bengio et al. 2009), for nothing is learned from a distance that no gradient crosses yet."""
    bound = longest ** min(1.0, (step + 1) / (0.6 * steps))
    return max(1, round(math.exp(rng.uniform(0.0, math.log(max(2.0, bound))))))


def step_function(reader: keras.Model, optimizer: Any) -> Any:
    """One step of training: from a batch to (loss, norm of the gradient before any clipping)."""

    @tf.function(
        input_signature=[tf.TensorSpec([None, None, FEATURES], tf.float32), tf.TensorSpec([None], tf.int32)],
        autograph=False,
    )
    def update(inputs: Any, symbols: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            losses = keras.losses.sparse_categorical_crossentropy(symbols, reader(inputs), from_logits=True)
            loss = ops.mean(losses)
        gradients = tape.gradient(loss, reader.trainable_variables)
        optimizer.apply(gradients, reader.trainable_variables)
        return loss, tf.linalg.global_norm(gradients)

    return update


class Pupil:
    """A reader that can be taught again and again from the same weights, since compiling takes longer than teaching.

    Args:
        name: Of its cell.
        units: Of the cell.
        target: Parameters that the reader is to have.
        steps: Of each training.
        seed: Of weights and data.
    """

    def __init__(self, name: str, units: int, target: int, *, steps: int, seed: int) -> None:
        keras.utils.set_random_seed(seed)
        self._steps, self._seed = steps, seed
        self.reader = make_reader(name, units, target)
        schedule = keras.optimizers.schedules.CosineDecay(_RATE, steps, alpha=0.05)
        self._optimizer = keras.optimizers.Adam(schedule, beta_2=0.99, global_clipnorm=_CLIP)
        self._optimizer.build(self.reader.trainable_variables)
        self._changing = [*self.reader.trainable_variables, *self._optimizer.variables]
        self._first = [np.array(variable) for variable in self._changing]
        self._update = step_function(self.reader, self._optimizer)
        signature = [tf.TensorSpec([None, None, FEATURES], tf.float32)]
        self._named = tf.function(lambda inputs: ops.argmax(self.reader(inputs), -1), signature, autograph=False)

    def teach(self, task: Task, longest: int) -> bool:
        """Train it, from its first weights, on distances up to ``longest`` or on that alone, with Adam, clipped
        (Pascanu et al. 2013); whether it has gates that were opened before."""
        for variable, value in zip(self._changing, self._first, strict=True):
            variable.assign(value)
        cell = self.reader.recurrent.cell if isinstance(self.reader, Reader) else None
        opened = task.opened and cell is not None and open_gates(cell, longest, self._seed)
        rng = np.random.default_rng(self._seed)
        for step in range(self._steps):
            distance = lesson(step, self._steps, longest, rng) if task.growing else longest
            self._update(*sequences(_BATCH, distance, rng, alike=task.alike))
        return opened

    def accuracy(self, distances: Sequence[int], *, alike: bool = False) -> list[float]:
        """Share of symbols that are named, by distance."""
        rng, found = np.random.default_rng(self._seed), []
        for distance in distances:
            batch = sequences(_TESTED, distance, rng, alike=alike)
            found.append(float(np.mean(np.asarray(self._named(batch.inputs)) == batch.symbols)))
        return found


def curve_of(
    name: str, task: Task, *, units: int, steps: int, longest: int, seed: int, distances: Sequence[int] = DISTANCES
) -> dict[str, Any]:
    """Train a cell on the task and measure it.

    Args:
        name: Of the cell.
        task: Its form.
        units: Of the LSTM whose parameters the reader gets.
        steps: Of training.
        longest: Distance up to which is trained.
        seed: Of weights and data.
        distances: To measure at.

    Returns:
        ``task``, ``units``, ``parameters``, ``opened`` (whether the cell has gates that were), ``longest``,
        ``distances``, ``recall``, ``chance``, ``half_life`` in steps and its ``half_life_kind``, see ``halflife``.
    """
    target = reference(units)
    match = matched(name, target)
    pupil = Pupil(name, match.units, target, steps=steps, seed=seed)
    measured = [distance for distance in distances if task.growing or distance <= longest]
    recall, opened = [], False
    for part, last in [(measured, longest)] if task.growing else [([distance], distance) for distance in measured]:
        opened = pupil.teach(task, last)
        recall += pupil.accuracy(part, alike=task.alike)
    life = half_life(measured, recall, 1 / SYMBOLS, _TESTED)
    return {
        "task": task.name, "units": match.units, "parameters": match.parameters, "opened": opened, "longest": longest,
        "distances": measured, "recall": recall, "chance": 1 / SYMBOLS,
        "half_life": life.distance, "half_life_kind": life.kind,
    }  # fmt: skip

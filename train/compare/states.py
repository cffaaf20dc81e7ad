"""What a trained cell does with its state: are its gates saturated, how much of the state is used, how stable is it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from chatbot.layers import Cell
from chatbot.layers.cells.gates import gates_of
from chatbot.model import Seq2Seq
from train.dataset import Example

Array = NDArray[np.floating]
_LOW, _HIGH = 0.1, 0.9
"""A gate beyond these is saturated (Karpathy et al. 2015, section 4.2)."""
_PUSH = 0.1
"""How far a state is pushed, as a share of its length."""


def streams(examples: Sequence[Example], batch: int, length: int) -> NDArray[np.int32]:
    """Pieces of dialogues one after another, [batch, length]; over again from the beginning where there are too few."""
    found: list[int] = []
    for example in examples:
        found += example.layout.ids.tolist()
        if len(found) >= batch * length:
            break
    return np.resize(np.array(found, np.int32), (batch, length))


def inputs_of_last(model: Seq2Seq, ids: NDArray[np.int32]) -> NDArray[np.float32]:
    """What the last recurrent layer of the encoder reads of pieces [batch, time]: [batch, time, features]."""
    embedded = model.embed(tf.constant(ids))
    if len(model.encoder.recurrent) == 1:
        return np.asarray(embedded)
    sequences = model.encoder(embedded, model.encoder.initial_states(len(ids)))
    return np.asarray(sequences[-2][0])


def participation_ratio(states: Array) -> float:
    """The effective dimension of states [n, units]: (Σ λ)² / Σ λ² over the eigenvalues λ of their covariance, which is
    the number of directions if all vary alike, and 1 if one alone does (Gao et al. 2017)."""
    values = np.linalg.eigvalsh(np.atleast_2d(np.cov(np.asarray(states, np.float64), rowvar=False)))
    square = float((values**2).sum())
    return float(values.sum()) ** 2 / square if square > 0 else 0.0


def saturation(cell: Cell, inputs: Array) -> dict[str, dict[str, float]]:
    """By gate: ``mean``, and the shares that are ``low`` (under 0.1) and ``high`` (over 0.9); see ``cells.gates``."""
    seen: dict[str, list[Array]] = {}
    projected, states = cell.project(tf.constant(inputs)), tuple(cell.get_initial_state(len(inputs)))

    @tf.function(autograph=False)
    def step(projected: Any, states: Any) -> Any:
        return gates_of(cell, projected, states), tuple(cell.step(projected, states))

    for t in range(inputs.shape[1]):
        gates, states = step(projected[:, t], states)
        for name, values in gates.items():
            seen.setdefault(name, []).append(np.asarray(values))
    return {
        name: {
            "mean": float(np.mean(values)),
            "low": float(np.mean(np.asarray(values) < _LOW)),
            "high": float(np.mean(np.asarray(values) > _HIGH)),
        }
        for name, values in seen.items()
    }


def returns(cell: Cell, inputs: Array, seed: int = 0) -> NDArray[np.float64]:
    """How much of a push of the state is left, by steps since: the distance between two runs over the same inputs, one
    of which was pushed in the middle by a tenth of the state's length in a random direction; 1 at the push.

    Args:
        cell: Built.
        inputs: [batch, time, features].
        seed: Of the direction.

    Returns:
        [time - time // 2 + 1], the mean over the batch.
    """
    projected, half = cell.project(tf.constant(inputs)), inputs.shape[1] // 2
    step = tf.function(lambda x, s: tuple(cell.step(x, s)), autograph=False)
    states = tuple(cell.get_initial_state(len(inputs)))
    for t in range(half):
        states = step(projected[:, t], states)
    pushed = _pushed(states, np.random.default_rng(seed))
    first = _distance(pushed, states)
    left = [np.ones(len(inputs))]
    for t in range(half, inputs.shape[1]):
        states, pushed = step(projected[:, t], states), step(projected[:, t], pushed)
        left.append(_distance(pushed, states) / np.maximum(first, 1e-12))
    return np.mean(left, axis=1)


def _pushed(states: Any, rng: np.random.Generator) -> Any:
    parts = [np.asarray(part) for part in states]
    drawn = [rng.normal(size=part.shape) for part in parts]
    length = np.sqrt(sum((part.astype(np.float64) ** 2).sum(axis=1) for part in parts))
    size = np.sqrt(sum((part**2).sum(axis=1) for part in drawn))
    scale = (_PUSH * np.maximum(length, 1e-6) / size)[:, None]
    return tuple(tf.constant((part + scale * push).astype(part.dtype)) for part, push in zip(parts, drawn, strict=True))


def _distance(one: Any, other: Any) -> NDArray[np.float64]:
    pairs = zip(one, other, strict=True)
    return np.sqrt(sum(((np.asarray(a, np.float64) - np.asarray(b, np.float64)) ** 2).sum(axis=1) for a, b in pairs))


def return_time(left: Array) -> int | None:
    """Steps until less than 1/e of a push is left; None: it was not over at the end."""
    below = np.flatnonzero(np.asarray(left) < np.exp(-1))
    return int(below[0]) if len(below) else None


def outputs_of(cell: Cell, inputs: Array) -> NDArray[np.float32]:
    """The outputs of a cell over inputs [batch, time, features], of all steps but the first few: [n, units]."""
    projected, states = cell.project(tf.constant(inputs)), tuple(cell.get_initial_state(len(inputs)))
    step = tf.function(lambda x, s: tuple(cell.step(x, s)), autograph=False)
    found = []
    for t in range(inputs.shape[1]):
        states = step(projected[:, t], states)
        found.append(np.asarray(states[0]))
    return np.concatenate(found[inputs.shape[1] // 8 :])


def describe(model: Seq2Seq, examples: Sequence[Example], *, batch: int = 8, length: int = 96) -> dict[str, Any]:
    """All of it for the encoder's last layer, on dialogues it has not seen: ``gates``, ``effective_dimension`` and the
    ``units`` it is of, ``saturated`` (share of outputs beyond ±0.9), ``push_left`` by step, ``return_time``."""
    cell = model.encoder.recurrent[-1].cell
    inputs = inputs_of_last(model, streams(examples, batch, length))
    outputs, left = outputs_of(cell, inputs), returns(cell, inputs)
    return {
        "units": cell.units,
        "effective_dimension": participation_ratio(outputs),
        "saturated": float(np.mean(np.abs(outputs) > _HIGH)),
        "gates": saturation(cell, inputs),
        "push_left": [float(each) for each in left],
        "return_time": return_time(left),
    }

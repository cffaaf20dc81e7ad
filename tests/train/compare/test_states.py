"""What is said of states, against figures that are known in closed form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from chatbot.layers import make_cell
from chatbot.layers.cells import SimpleRNNCell
from train.compare.states import (
    describe,
    inputs_of_last,
    outputs_of,
    participation_ratio,
    return_time,
    returns,
    saturation,
    streams,
)

if TYPE_CHECKING:
    from train.compare.conditions import Conditions


@pytest.mark.parametrize(("scales", "expected"), [([1, 1, 1, 1], 4), ([1, 0, 0, 0], 1), ([2, 1, 0, 0], 25 / 17)])
def test_the_effective_dimension_counts_the_directions(scales: list[float], expected: float) -> None:
    drawn = np.random.default_rng(0).normal(size=(200_000, 4)) * scales
    turned = drawn @ np.linalg.qr(np.random.default_rng(1).normal(size=(4, 4)))[0]
    assert participation_ratio(turned) == pytest.approx(expected, rel=0.01)


def test_a_state_that_never_moves_has_no_dimension() -> None:
    assert participation_ratio(np.ones((10, 3))) == 0


@pytest.mark.parametrize("factor", [0.5, 0.9, 1.0])
def test_a_push_of_a_linear_cell_returns_as_its_factor_says(factor: float) -> None:
    cell = SimpleRNNCell(3, activation="linear")
    cell.build((None, 2))
    cell.recurrent_kernel.assign(factor * np.eye(3))
    left = returns(cell, np.random.default_rng(0).normal(size=(4, 40, 2)).astype(np.float32))
    np.testing.assert_allclose(left[:10], factor ** np.arange(10), rtol=2e-3)
    expected = None if factor == 1 else int(np.floor(-1 / np.log(factor))) + 1
    assert return_time(left) == expected


def test_a_memoryless_cell_has_forgotten_a_push_at_once() -> None:
    cell = make_cell("memoryless", 3)
    cell.build((None, 2))
    assert return_time(returns(cell, np.ones((2, 8, 2), np.float32))) == 1


def test_saturation_of_gates_whose_values_are_known() -> None:
    cell = make_cell("lstm", 2)
    cell.build((None, 1))
    cell.kernel.assign(np.zeros((1, 8)))
    cell.recurrent_kernel.assign(np.zeros((2, 8)))
    logit = lambda p: np.log(p / (1 - p))  # noqa: E731
    shares = [0.05, 0.5, 0.95, 0.99, 0.5, 0.5, 0.05, 0.5]  # i i f f g g o o
    cell.bias.assign([logit(p) for p in shares])
    found = saturation(cell, np.zeros((3, 4, 1), np.float32))
    assert found["written"] == pytest.approx({"mean": 0.275, "low": 0.5, "high": 0.0})
    assert found["kept"] == pytest.approx({"mean": 0.97, "low": 0.0, "high": 1.0})
    assert found["shown"]["low"] == 0.5


def test_a_cell_without_gates_has_none() -> None:
    cell = make_cell("rnn", 2)
    cell.build((None, 1))
    assert saturation(cell, np.zeros((1, 3, 1), np.float32)) == {}


def test_streams_are_the_pieces_of_dialogues_one_after_another(conditions: Conditions) -> None:
    examples = conditions.prepared.validation
    ids = np.concatenate([example.layout.ids for example in examples])
    np.testing.assert_array_equal(streams(examples, 2, 20).ravel(), ids[:40])
    many = len(ids) + 5
    assert streams(examples, 1, many).shape == (1, many)


def test_the_last_layer_reads_what_the_one_before_it_gives(make_model: Any) -> None:
    model = make_model(1)
    ids = np.random.default_rng(0).integers(8, 90, (2, 9)).astype(np.int32)
    inputs = inputs_of_last(model, ids)
    sequences = model.encoder(model.embed(np.asarray(ids)), model.encoder.initial_states(2))
    outputs = outputs_of(model.encoder.recurrent[-1].cell, inputs)
    expected = np.swapaxes(np.asarray(sequences[-1][0]), 0, 1)[1:].reshape(outputs.shape)
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


def test_everything_is_described(make_model: Any, conditions: Conditions) -> None:
    found = describe(make_model(1), conditions.prepared.validation, batch=2, length=10)
    assert 0 < found["effective_dimension"] <= found["units"] == 16
    assert len(found["push_left"]) == 6
    assert set(found["gates"]) == {"kept", "written", "shown"}

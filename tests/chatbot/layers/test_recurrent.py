"""The recurrent layer against the layers of Keras, with their own weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from chatbot.errors import UsageError
from chatbot.layers import CELLS, Recurrent, make_cell

UNITS, FEATURES, BATCH, STEPS = 5, 3, 4, 7
KERAS_LAYERS = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
every_cell = pytest.mark.parametrize("name", CELLS)


def twins(name: str, randomised: Any, **arguments: Any) -> tuple[Recurrent, keras.layers.RNN]:
    """Our layer and Keras's with the same random weights."""
    ours, theirs = Recurrent(make_cell(name, UNITS), **arguments), KERAS_LAYERS[name](UNITS, **arguments)
    for layer in (ours, theirs):
        layer.build((BATCH, STEPS, FEATURES))
    randomised(theirs, 3)
    ours.set_weights(theirs.get_weights())
    return ours, theirs


def masks() -> dict[str, np.ndarray | None]:
    holes = np.random.default_rng(2).random((BATCH, STEPS)) < 0.6
    holes[1] = False  # nothing to read
    holes[2, :3] = False  # starts late
    holes[3] = [True] * 4 + [False] * 3  # padded at the end
    return {"no mask": None, "mask": holes}


def results(
    layer: Any, inputs: Any, mask: Any, initial: Any, upstream: list[np.ndarray]
) -> tuple[list[Any], list[Any]]:
    """Outputs and the gradients of inputs, initial states and weights for random upstream gradients."""
    inputs = tf.constant(inputs)
    initial = None if initial is None else [tf.constant(state) for state in initial]
    with tf.GradientTape() as tape:
        tape.watch([inputs, *(initial or [])])
        outputs = tf.nest.flatten(layer(inputs, mask=mask, initial_state=initial))
        loss = tf.add_n([tf.reduce_sum(o * u) for o, u in zip(outputs, upstream, strict=True)])
    weights = [variable.value for variable in layer.trainable_variables]
    return outputs, tape.gradient(loss, [inputs, *(initial or []), *weights])


SEQUENCES = {"return_sequences": True, "return_state": True}


@every_cell
@pytest.mark.parametrize("started", [False, True], ids=["from zeros", "from states"])
@pytest.mark.parametrize(
    ("masked", "arguments"),
    [
        ("no mask", SEQUENCES),
        ("mask", SEQUENCES),
        ("mask", {"return_sequences": False, "return_state": True}),
        ("mask", {**SEQUENCES, "go_backwards": True}),
        ("mask", {**SEQUENCES, "zero_output_for_mask": True}),
    ],
    ids=["sequences", "masked", "masked last", "masked backwards", "masked zeroed"],
)
def test_outputs_states_and_gradients_equal_those_of_keras(
    name: str, masked: str, started: bool, arguments: dict[str, bool], randomised: Any
) -> None:
    rng = np.random.default_rng(4)
    ours, theirs = twins(name, randomised, **arguments)
    inputs = rng.normal(size=(BATCH, STEPS, FEATURES)).astype(np.float32)
    states = [rng.normal(size=(BATCH, UNITS)).astype(np.float32) for _ in ours.cell.state_names]
    shapes = [(BATCH, STEPS, UNITS) if arguments["return_sequences"] else (BATCH, UNITS)] + [(BATCH, UNITS)] * len(
        states
    )
    upstream = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    mask, initial = masks()[masked], states if started else None
    got = results(ours, inputs, mask, initial, upstream)
    want = results(theirs, inputs, mask, initial, upstream)
    for a, b in zip(got[0], want[0], strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    for a, b in zip(got[1], want[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5 * float(np.abs(b).max()))


@every_cell
def test_another_order_of_gates_gives_other_outputs(name: str, randomised: Any) -> None:
    ours, theirs = twins(name, randomised, return_sequences=True)
    gates = CELLS[name].gates
    if gates > 1:
        ours.set_weights([np.concatenate(np.split(w, gates, axis=-1)[::-1], axis=-1) for w in theirs.get_weights()])
    else:
        ours.cell.recurrent_kernel.assign(np.asarray(ours.cell.recurrent_kernel).T)
    inputs = np.random.default_rng(5).normal(size=(BATCH, STEPS, FEATURES)).astype(np.float32)
    assert np.abs(np.asarray(ours(inputs)) - np.asarray(theirs(inputs))).max() > 0.01


@every_cell
def test_a_stateful_layer_goes_on_where_it_stopped(name: str, randomised: Any) -> None:
    ours, theirs = (
        layer
        for layer in twins(name, randomised, return_sequences=True, stateful=True)  # the batch size is known from build
    )
    for seed in range(3):
        inputs = np.random.default_rng(seed).normal(size=(BATCH, STEPS, FEATURES)).astype(np.float32)
        np.testing.assert_allclose(ours(inputs), theirs(inputs), atol=1e-6)
    ours.reset_state()
    theirs.reset_state()
    np.testing.assert_allclose(ours(inputs), theirs(inputs), atol=1e-6)


@every_cell
def test_a_single_step_without_a_loop_equals_the_first_step_of_the_loop(name: str, randomised: Any) -> None:
    layer, _ = twins(name, randomised, return_sequences=True)
    rng = np.random.default_rng(6)
    inputs = rng.normal(size=(BATCH, STEPS, FEATURES)).astype(np.float32)
    initial = tuple(tf.constant(rng.normal(size=(BATCH, UNITS)), tf.float32) for _ in layer.cell.state_names)
    together, states = layer.unfold(tf.constant(inputs), initial), initial
    for step in range(STEPS):
        after = layer.unfold(tf.constant(inputs[:, step : step + 1]), states)
        for one, all_ in zip(after, together, strict=True):
            assert one.shape == (BATCH, 1, UNITS)
            np.testing.assert_allclose(one[:, 0], all_[:, step], atol=1e-6)
        states = tuple(state[:, 0] for state in after)


@every_cell
@pytest.mark.parametrize("merge", ["concat", "sum"])
def test_both_directions_equal_those_of_keras(name: str, merge: str, randomised: Any) -> None:
    inputs = np.random.default_rng(7).normal(size=(BATCH, STEPS, FEATURES)).astype(np.float32)
    ours = keras.layers.Bidirectional(Recurrent(make_cell(name, UNITS), return_sequences=True), merge_mode=merge)
    theirs = keras.layers.Bidirectional(KERAS_LAYERS[name](UNITS, return_sequences=True), merge_mode=merge)
    theirs(inputs), ours(inputs)
    ours.set_weights(randomised(theirs).get_weights())
    mask = masks()["mask"]
    np.testing.assert_allclose(ours(inputs, mask=mask), theirs(inputs, mask=mask), atol=1e-6)


@every_cell
def test_a_saved_model_gives_the_same_outputs(name: str, tmp_path: Path, randomised: Any) -> None:
    model = keras.Sequential(
        [
            keras.layers.Input((None, FEATURES)),
            keras.layers.Masking(),
            Recurrent(make_cell(name, UNITS), return_sequences=True),
            Recurrent(make_cell(name, 2), go_backwards=True),
        ]
    )
    inputs = np.random.default_rng(8).normal(size=(BATCH, STEPS, FEATURES)).astype(np.float32)
    inputs[1, 4:] = 0.0
    randomised(model).save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert isinstance(again.layers[-1], Recurrent)
    assert again.layers[-1].go_backwards
    np.testing.assert_array_equal(again(inputs), model(inputs))


@every_cell
def test_any_number_of_steps_runs_in_one_compiled_function(name: str, randomised: Any) -> None:
    ours, theirs = twins(name, randomised, return_sequences=True)
    compiled = tf.function(ours, input_signature=[tf.TensorSpec([None, None, FEATURES], tf.float32)])
    for batch, steps in ((1, 1), (2, 3), (BATCH, 11)):
        inputs = np.random.default_rng(steps).normal(size=(batch, steps, FEATURES)).astype(np.float32)
        np.testing.assert_allclose(compiled(tf.constant(inputs)), theirs(inputs), atol=1e-6)


@pytest.mark.parametrize("cell", ["lstm", None, keras.layers.LSTMCell(3)], ids=["name", "none", "of Keras"])
def test_what_is_no_cell_of_ours_is_refused(cell: Any) -> None:
    with pytest.raises(UsageError, match=type(cell).__name__):
        Recurrent(cell)

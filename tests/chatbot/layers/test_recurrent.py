"""The recurrent layer against the layers of Keras, with their own weights; all their options are in ``parity``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from chatbot.errors import LayerError
from chatbot.layers import CELLS, GRUCell, LSTMCell, Recurrent, Restarts, make_cell

UNITS, FEATURES, BATCH, STEPS = 5, 3, 4, 7
KERAS_LAYERS = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
every_cell = pytest.mark.parametrize("name", KERAS_LAYERS)
every_cell_of_ours = pytest.mark.parametrize("name", CELLS)


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


def started(name: str, randomised: Any, **arguments: Any) -> tuple[Recurrent, tf.Tensor, tuple[tf.Tensor, ...]]:
    """Any layer of ours with random weights, inputs and initial states."""
    layer, rng = Recurrent(make_cell(name, UNITS), **arguments), np.random.default_rng(6)
    layer.build((None, None, FEATURES))
    inputs = tf.constant(rng.normal(size=(BATCH, STEPS, FEATURES)), tf.float32)
    states = tuple(tf.constant(rng.normal(size=(BATCH, UNITS)), tf.float32) for _ in layer.cell.state_names)
    return randomised(layer, 3), inputs, states


@every_cell_of_ours
def test_a_single_step_without_a_loop_equals_the_first_step_of_the_loop(name: str, randomised: Any) -> None:
    layer, inputs, states = started(name, randomised)
    together = layer.unfold(inputs, states)
    for step in range(STEPS):
        after = layer.unfold(inputs[:, step : step + 1], states)
        for one, all_ in zip(after, together, strict=True):
            assert one.shape == (BATCH, 1, UNITS)
            np.testing.assert_allclose(one[:, 0], all_[:, step], atol=1e-6)
        states = tuple(state[:, 0] for state in after)


@every_cell_of_ours
def test_a_call_gives_what_unfolding_gives(name: str, randomised: Any) -> None:
    layer, inputs, states = started(name, randomised, return_sequences=True, return_state=True)
    mask = masks()["mask"]
    output, *last = layer(inputs, initial_state=list(states), mask=mask)
    after = layer.unfold(inputs, states, mask=mask)
    seen = np.cumsum(mask, axis=1)[..., None] > 0  # before, a call gives zeros, as Keras does
    np.testing.assert_allclose(output, np.where(seen, after[0], 0.0), atol=1e-6)
    for got, part in zip(last, after, strict=True):
        np.testing.assert_allclose(got, part[:, -1], atol=1e-6)


@every_cell_of_ours
def test_what_stands_in_masked_steps_is_not_computed_with(name: str, randomised: Any) -> None:
    layer, inputs, states = started(name, randomised)
    mask, found = masks()["mask"], []
    flags = np.random.default_rng(3).random((BATCH, STEPS)) < 0.3
    restarts = Restarts(flags, tuple(tf.stack([state] * STEPS, axis=1) for state in states))
    for value in (0.0, np.nan, np.inf):
        spoilt = tf.where(mask[..., None], inputs, tf.constant(value, tf.float32))
        sources = [spoilt, *states, *(v.value for v in layer.trainable_variables)]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            after = layer.unfold(spoilt, states, mask=mask, restarts=restarts)
            loss = tf.add_n([tf.reduce_sum(part**2) for part in after])
        found.append([*after, *tape.gradient(loss, sources, unconnected_gradients="zero")])
    for other in found[1:]:
        for got, want in zip(other, found[0], strict=True):
            np.testing.assert_array_equal(got, want)


@every_cell_of_ours
def test_truncation_is_that_of_the_layer_and_leaves_the_outputs_alone(name: str, randomised: Any) -> None:
    found = []
    for bptt_steps in (None, STEPS, 2):
        layer, inputs, states = started(name, randomised, bptt_steps=bptt_steps, return_sequences=True)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            output = layer(inputs, initial_state=list(states))
            loss = tf.reduce_sum(output[:, -1])
        found.append((output, np.asarray(tape.gradient(loss, inputs))))
    for output, _ in found[1:]:
        np.testing.assert_allclose(output, found[0][0], atol=1e-6)
    np.testing.assert_array_equal(found[1][1], found[0][1])
    last_stretch = (STEPS - 1) // 2 * 2
    assert not found[2][1][:, :last_stretch].any()
    np.testing.assert_allclose(found[2][1][:, last_stretch:], found[0][1][:, last_stretch:], atol=1e-6)


@every_cell
@pytest.mark.parametrize("masked", ["no mask", "mask"])
def test_making_the_traces_again_changes_nothing(name: str, masked: str, randomised: Any) -> None:
    found = []
    for recompute in (False, True):
        layer, inputs, states = started(name, randomised, recompute=recompute, **SEQUENCES)
        upstream = [np.ones((BATCH, STEPS, UNITS), np.float32), *[np.ones((BATCH, UNITS), np.float32)] * len(states)]
        found.append(results(layer, inputs, masks()[masked], states, upstream))
    for got, want in zip(*(outputs + gradients for outputs, gradients in found), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-6)


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
    with pytest.raises(LayerError, match=type(cell).__name__):
        Recurrent(cell)


@pytest.mark.parametrize("bptt_steps", [0, -1, 2.5, "3"], ids=repr)
def test_a_truncation_to_no_whole_number_of_steps_is_refused(bptt_steps: Any) -> None:
    with pytest.raises(LayerError, match="bptt_steps = ") as caught:
        Recurrent(make_cell("gru", UNITS), bptt_steps=bptt_steps)
    assert repr(bptt_steps) in caught.value.received


@pytest.mark.parametrize(
    ("cell", "arguments"),
    [
        (GRUCell(3, reset_after=False), {}),
        (LSTMCell(3, activation="relu"), {}),
        (LSTMCell(3, recurrent_dropout=0.5), {}),
        (GRUCell(3, implementation=1), {}),
        (GRUCell(3), {"unroll": True}),
    ],
    ids=["reset before", "relu", "recurrent dropout", "gates apart", "unrolled"],
)
def test_traces_are_not_made_again_where_none_are_kept(cell: Any, arguments: dict[str, bool]) -> None:
    Recurrent(cell, **arguments)
    with pytest.raises(LayerError):
        Recurrent(cell, recompute=True, **arguments)


@every_cell_of_ours
def test_inputs_and_states_of_another_shape_are_refused_in_words(name: str, randomised: Any) -> None:
    layer, inputs, states = started(name, randomised)
    for wrong in (inputs[..., :2], inputs[:, 0], inputs[None]):
        with pytest.raises(Exception, match=f"inputs of shape .*{wrong.shape[-1]}.*expected .batch, time, {FEATURES}"):
            layer(wrong)
    for wrong in ([*states, states[0]], [state[:, :-1] for state in states], [state[0] for state in states]):
        with pytest.raises(Exception, match=f"expected h .batch, {UNITS}"):
            layer(inputs, initial_state=list(wrong))


def test_inputs_of_another_shape_are_refused_with_a_layer_error(randomised: Any) -> None:
    layer, inputs, _ = started("lstm", randomised)
    with pytest.raises(LayerError):
        layer(inputs[..., :2])


@every_cell_of_ours
def test_a_configuration_makes_the_same_layer(name: str) -> None:
    layer = Recurrent(make_cell(name, UNITS), bptt_steps=3, go_backwards=True, recompute=name in KERAS_LAYERS)
    again = Recurrent.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert (again.bptt_steps, again.recompute, again.go_backwards) == (3, name in KERAS_LAYERS, True)
    assert type(again.cell) is type(layer.cell)

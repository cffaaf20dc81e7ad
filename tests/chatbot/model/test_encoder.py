"""The encoder: layers on top of each other, and a state that is carried from turn to turn."""

from __future__ import annotations

import dataclasses
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from chatbot.config import ModelConfig
from chatbot.layers import CELLS
from chatbot.model import Encoder

BATCH, STEPS = 3, 9
KERAS_LAYERS = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
CONFIG = ModelConfig(units=6, embedding_size=4, layers=3, dropout=0.5)
every_cell = pytest.mark.parametrize("name", CELLS)


def built(name: str, randomised: Any, **changes: Any) -> Encoder:
    encoder = Encoder(dataclasses.replace(CONFIG, cell=name, **changes))
    encoder.build((None, None, CONFIG.embedding_size))
    return randomised(encoder, 2)


def example(encoder: Encoder, seed: int) -> tuple[tf.Tensor, Any]:
    rng = np.random.default_rng(seed)
    initial = tf.nest.map_structure(
        lambda state: tf.constant(rng.normal(size=state.shape), tf.float32), encoder.initial_states(BATCH)
    )
    return tf.constant(rng.normal(size=(BATCH, STEPS, CONFIG.embedding_size)), tf.float32), initial


@pytest.mark.parametrize("name", KERAS_LAYERS)
def test_the_states_equal_those_of_a_stack_of_keras_layers(name: str, randomised: Any) -> None:
    encoder = built(name, randomised)
    inputs, initial = example(encoder, 0)
    outputs, sequences = inputs, encoder(inputs, initial)
    for ours, states, sequence in zip(encoder.recurrent, initial, sequences, strict=True):
        theirs = KERAS_LAYERS[name](CONFIG.units, return_sequences=True, return_state=True)
        theirs.build(outputs.shape)
        theirs.set_weights(ours.get_weights())
        outputs, *last = theirs(outputs, initial_state=list(states))
        np.testing.assert_allclose(sequence[0], outputs, atol=1e-5)
        for part, end in zip(sequence, last, strict=True):
            np.testing.assert_allclose(part[:, -1], end, atol=1e-5)


@every_cell
@pytest.mark.parametrize("cuts", [(4,), (1, 2, 8), tuple(range(1, STEPS))], ids=["2 turns", "4 turns", "pieces"])
def test_turn_by_turn_from_carried_states_equals_all_at_once(name: str, cuts: tuple[int, ...], randomised: Any) -> None:
    encoder = built(name, randomised)
    inputs, states = example(encoder, 1)
    whole = encoder(inputs, states)
    for start, end in zip((0, *cuts), (*cuts, STEPS), strict=True):
        part = encoder(inputs[:, start:end], states)
        for got, want in zip(tf.nest.flatten(part), tf.nest.flatten(whole), strict=True):
            np.testing.assert_allclose(got, want[:, start:end], atol=1e-5)
        states = tf.nest.map_structure(lambda sequence: sequence[:, -1], part)


@every_cell
def test_no_annotation_knows_what_comes_after_it_and_each_knows_what_came_before(name: str, randomised: Any) -> None:
    encoder = built(name, randomised)
    inputs, states = example(encoder, 2)
    changed = tf.concat([inputs[:, :5], -inputs[:, 5:6], inputs[:, 6:]], axis=1)
    a, b = np.asarray(encoder(inputs, states)[-1][0]), np.asarray(encoder(changed, states)[-1][0])
    np.testing.assert_array_equal(a[:, :5], b[:, :5])
    differs = np.abs(a - b)[:, 5:].max(-1) > 1e-6
    assert differs[:, 0].all()
    assert differs[:, 1:].all() if name != "memoryless" else not differs[:, 1:].any()


@pytest.mark.parametrize("name", KERAS_LAYERS)
def test_looking_back_is_a_keras_layer_that_goes_backwards_over_every_turn(name: str, randomised: Any) -> None:
    encoder = built(name, randomised, lookback=5)
    inputs = example(encoder, 4)[0]
    length = inputs.shape[1]
    ends = np.zeros((len(inputs), length), bool)
    ends[0, [2, length - 1]] = ends[1:, [0, 3, length - 1]] = True
    peer = KERAS_LAYERS[name](5, return_sequences=True, go_backwards=True)
    peer.build(inputs.shape)
    peer.set_weights(encoder.lookback.get_weights())
    got = np.asarray(encoder.look_back(inputs, tf.constant(ends)))
    (kernel,) = encoder.behind.get_weights()
    for row, flags in enumerate(ends):
        start = 0
        for end in np.flatnonzero(flags) + 1:
            turn = np.asarray(peer(inputs[row : row + 1, start:end]))[0, ::-1]
            np.testing.assert_allclose(got[row, start:end], turn @ kernel, atol=1e-5)
            start = end


def test_looking_back_step_by_step_equals_all_at_once(randomised: Any) -> None:
    encoder = built("lstm", randomised, lookback=5)
    inputs = example(encoder, 5)[0]
    length = inputs.shape[1]
    whole = np.asarray(encoder.look_back(inputs, tf.constant([[False] * (length - 1) + [True]] * len(inputs))))
    states = encoder.lookback.cell.get_initial_state(len(inputs))
    for place in reversed(range(length)):
        after, found = encoder.look_back_step(inputs[:, place : place + 1], states)
        np.testing.assert_allclose(np.asarray(found)[:, 0], whole[:, place], atol=1e-5)
        states = tuple(state[:, 0] for state in after)


@every_cell
def test_a_conversation_begins_with_zeros_in_every_layer(name: str, randomised: Any) -> None:
    states = built(name, randomised).initial_states(2)
    parts = len(CELLS[name].state_names)
    assert [len(layer) for layer in states] == [parts] * CONFIG.layers
    assert all(state.shape == (2, CONFIG.units) for layer in states for state in layer)
    assert not any(np.asarray(state).any() for layer in states for state in layer)


def test_dropout_works_in_training_alone(randomised: Any) -> None:
    encoder = built("lstm", randomised)
    inputs, states = example(encoder, 3)
    calm = np.asarray(encoder(inputs, states)[-1][0])
    np.testing.assert_array_equal(encoder(inputs, states, training=False)[-1][0], calm)
    assert np.abs(np.asarray(encoder(inputs, states, training=True)[-1][0]) - calm).max() > 1e-3

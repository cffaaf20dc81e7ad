"""The decoder: its wiring against NumPy, and pieces one by one against all at once."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from chatbot.config import ModelConfig
from chatbot.layers import CELLS, Restarts
from chatbot.model import Decoder, Encoder

BATCH, STEPS, POSITIONS = 3, 6, 8
CONFIG = ModelConfig(units=6, embedding_size=4, layers=2, dropout=0.5)
every_cell = pytest.mark.parametrize("name", CELLS)


def built(randomised: Any, **changes: Any) -> Decoder:
    decoder = Decoder(dataclasses.replace(CONFIG, **changes))
    decoder.build((None, None, CONFIG.embedding_size))
    return randomised(decoder, 2)


def example(decoder: Decoder, seed: int) -> tuple[tf.Tensor, Any, tf.Tensor, np.ndarray]:
    """Embedded pieces, initial states, annotations and what is visible of them."""
    rng = np.random.default_rng(seed)
    initial = tf.nest.map_structure(
        lambda state: tf.constant(rng.normal(size=state.shape), tf.float32),
        Encoder(decoder.config).initial_states(BATCH),
    )
    embedded = tf.constant(rng.normal(size=(BATCH, STEPS, CONFIG.embedding_size)), tf.float32)
    annotations = tf.constant(rng.normal(size=(BATCH, POSITIONS, CONFIG.units)), tf.float32)
    visible = rng.random((BATCH, STEPS, POSITIONS)) < 0.6
    visible[0, 0] = False
    return embedded, initial, annotations, visible


def oracle(decoder: Decoder, data: tuple[Any, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of vanilla layers, piece by piece: the first layer asks; what it is answered goes beside every later step."""
    embedded, initial, annotations, visible = (
        tf.nest.map_structure(lambda x: np.asarray(x, np.float64), d) for d in data
    )
    attention, readout, gate = (
        [w.astype(np.float64) for w in layer.get_weights()]
        for layer in (decoder.attention, decoder.readout, decoder.gate)
    )
    hidden = [states[0] for states in initial]
    found = []
    for t in range(STEPS):
        outputs = embedded[:, t]
        for number, layer in enumerate(decoder.recurrent):
            kernel, recurrent, bias = layer.get_weights()
            hidden[number] = outputs = np.tanh(outputs @ kernel + bias + hidden[number] @ recurrent)
            if number == 0:
                scores = np.einsum("bu,bpu->bp", outputs @ attention[0], annotations) / np.sqrt(CONFIG.units)
                powers = np.exp(scores) * visible[:, t]
                weights = powers / np.maximum(powers.sum(-1, keepdims=True), 1e-300)
                context = np.einsum("bp,bpu->bu", weights, annotations)
                outputs = np.concatenate([outputs, context], axis=-1)
        last = np.concatenate([hidden[-1], context], axis=-1)
        found.append((np.tanh(last @ readout[0] + readout[1]), (last @ gate[0] + gate[1])[:, 0], weights))
    features, copy, weights = (np.stack(part, axis=1) for part in zip(*found, strict=True))
    return features, copy, weights


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_wiring_equals_that_of_vanilla_layers_in_numpy(layers: int, randomised: Any) -> None:
    decoder = built(randomised, cell="rnn", layers=layers)
    data = example(decoder, 0)
    decoded = decoder(*data)
    for got, want in zip((decoded.features, decoded.copy, decoded.attention), oracle(decoder, data), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-5)


@every_cell
def test_piece_by_piece_from_carried_states_equals_all_at_once(name: str, randomised: Any) -> None:
    decoder = built(randomised, cell=name)
    embedded, states, annotations, visible = example(decoder, 1)
    whole = decoder(embedded, states, annotations, visible)
    for t in range(STEPS):
        one = decoder(embedded[:, t : t + 1], states, annotations, visible[:, t : t + 1])
        for got, want in zip(tf.nest.flatten(tuple(one)), tf.nest.flatten(tuple(whole)), strict=True):
            np.testing.assert_allclose(got[:, 0], want[:, t], atol=1e-5)
        states = tf.nest.map_structure(lambda sequence: sequence[:, -1], one.sequences)


@every_cell
def test_a_restart_begins_a_reply_of_its_own(name: str, randomised: Any) -> None:
    decoder = built(randomised, cell=name)
    embedded, states, annotations, visible = example(decoder, 2)
    _, begun, _, _ = example(decoder, 3)
    at = 4
    flags = tf.constant(np.broadcast_to(np.arange(STEPS) == at, (BATCH, STEPS)))
    restarts = tuple(
        Restarts(flags, tuple(tf.repeat(state[:, None], STEPS, axis=1) for state in layer)) for layer in begun
    )
    both = decoder(embedded, states, annotations, visible, restarts=restarts)
    first = decoder(embedded[:, :at], states, annotations, visible[:, :at])
    second = decoder(embedded[:, at:], begun, annotations, visible[:, at:])
    for got, one, two in zip(*(tf.nest.flatten(tuple(d)) for d in (both, first, second)), strict=True):
        np.testing.assert_allclose(got, tf.concat([one, two], axis=1), atol=1e-5)


@every_cell
def test_every_layer_has_a_state_after_every_piece(name: str, randomised: Any) -> None:
    decoder = built(randomised, cell=name)
    sequences = decoder(*example(decoder, 4)).sequences
    assert [len(layer) for layer in sequences] == [len(CELLS[name].state_names)] * CONFIG.layers
    assert all(state.shape == (BATCH, STEPS, CONFIG.units) for layer in sequences for state in layer)


def test_dropout_works_in_training_alone(randomised: Any) -> None:
    decoder = built(randomised)
    data = example(decoder, 5)
    calm = np.asarray(decoder(*data).features)
    np.testing.assert_array_equal(decoder(*data, training=False).features, calm)
    assert np.abs(np.asarray(decoder(*data, training=True).features) - calm).max() > 1e-3


def test_tied_layers_are_those_of_the_encoder_and_the_last_one_asks(randomised: Any, make_model: Any) -> None:
    model = randomised(make_model(cell="gru", layers=2, units=6, embedding_size=4, tied=True), 2)
    assert all(ours is its for ours, its in zip(model.decoder.recurrent, model.encoder.recurrent, strict=True))
    assert not [v.path for v in model.weights_to_save() if "decoder/recurrent" in v.path]
    embedded, initial, annotations, visible = example(model.decoder, 6)
    decoded = model.decoder(embedded, initial, annotations, visible)
    read = model.encoder(embedded, initial)
    for got, want in zip(tf.nest.flatten(decoded.sequences), tf.nest.flatten(read), strict=True):
        np.testing.assert_array_equal(got, want)
    context, weights = model.decoder.attention(read[-1][0], annotations, visible)
    outputs = tf.concat([read[-1][0], context], axis=-1)
    np.testing.assert_allclose(decoded.attention, weights, atol=1e-6)
    np.testing.assert_allclose(decoded.features, model.decoder.readout(outputs), atol=1e-6)


def test_a_word_that_is_dropped_leaves_no_trace_and_the_others_grow(make_model: Any) -> None:
    model = make_model(word_dropout=0.5, dropout=0.0)
    embedded = tf.ones((4, 50, 3))
    np.testing.assert_array_equal(model.word_dropout(embedded, training=False), embedded)
    dropped = np.asarray(model.word_dropout(embedded, training=True))
    assert set(np.unique(dropped)) == {0.0, 2.0}
    np.testing.assert_array_equal(dropped.min(-1), dropped.max(-1))
    assert 0.3 < (dropped == 0).mean() < 0.7


@pytest.mark.parametrize("tied", [False, True])
def test_a_pointer_of_its_own_asks_with_the_last_output(tied: bool, make_model: Any) -> None:
    decoder = make_model(units=6, embedding_size=4, cell="gru", layers=2, copying="continued", tied=tied).decoder
    embedded, initial, annotations, visible = example(decoder, 7)
    decoded = decoder(embedded, initial, annotations, visible)
    want = decoder.pointer(decoded.sequences[-1][0], annotations, visible)
    np.testing.assert_allclose(decoded.pointer, want, atol=1e-6)
    assert np.abs(np.asarray(decoded.pointer) - np.asarray(decoded.attention)).max() > 1e-3


@pytest.mark.parametrize("hops", [2, 3])
def test_each_hop_asks_with_what_the_one_before_found(hops: int, make_model: Any) -> None:
    shape = {"units": 6, "embedding_size": 4, "cell": "rnn", "layers": 1}
    decoder = make_model(**shape, hops=hops, copying="foreseen", tied=True).decoder
    _, _, annotations, visible = example(decoder, 9)
    last = np.random.default_rng(9).normal(size=(BATCH, STEPS, 6)).astype(np.float32)
    decoded = decoder.speak(tf.constant(last), annotations, visible)
    query = last
    for attention, asking in zip(decoder.earlier, decoder.asking, strict=True):
        found = np.asarray(attention(query, annotations, visible)[0])
        kernel, bias = asking.get_weights()
        query = query + np.tanh(found @ kernel + bias)
    context, weights = decoder.attention(query, annotations, visible)
    pointer = decoder.pointer(query, annotations, visible, last)
    kernel, bias = decoder.readout.get_weights()
    np.testing.assert_allclose(decoded.attention, weights, atol=1e-5)
    np.testing.assert_allclose(decoded.pointer, pointer, atol=1e-5)
    wanted = np.tanh(np.concatenate([query, np.asarray(context)], axis=-1) @ kernel + bias)
    np.testing.assert_allclose(decoded.features, wanted, atol=1e-5)


def test_without_one_it_copies_from_where_it_looks(randomised: Any) -> None:
    decoder = built(randomised)
    decoded = decoder(*example(decoder, 8))
    np.testing.assert_array_equal(decoded.pointer, decoded.attention)

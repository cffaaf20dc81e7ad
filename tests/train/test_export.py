"""Laws of the export: the graph that talks computes what the Keras model computes, and the weights survive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from chatbot.bundle import FILES, GRAPH, TOKENIZER, WEIGHTS, Bundle, read_bundle, write_bundle
from chatbot.config import ModelConfig
from chatbot.errors import BundleError
from chatbot.layers import CELLS
from chatbot.layers.cells.gates import gates_of
from chatbot.model import Seq2Seq
from chatbot.text.tokenizer import Tokenizer
from train.export import load_weights, make_bundle, open_model, pack_weights, to_litert


def runners(graph: bytes) -> tuple[Any, Any]:
    interpreter = Interpreter(model_content=graph)
    return interpreter.get_signature_runner("encode_step"), interpreter.get_signature_runner("decode_step")


def named(states: Any) -> dict[str, np.ndarray]:
    """Nested Keras states as the numbered inputs of the graph."""
    return {f"state_{number}": np.asarray(state) for number, state in enumerate(tf.nest.flatten(states))}


def only_states(result: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: value for name, value in result.items() if name.startswith("state_")}


def close(got: dict[str, np.ndarray], want: dict[str, Any], tolerance: float) -> None:
    assert set(got) == set(want)
    for name, value in want.items():
        assert got[name].shape == np.asarray(value).shape, name
        np.testing.assert_allclose(got[name], value, atol=tolerance, err_msg=name)


def conversation(model: Seq2Seq, graph: bytes, tolerance: float, steps: int = 6) -> None:
    """Reads some tokens and speaks some on both, each with its own carried states, and compares all that comes out."""
    encode, decode = runners(graph)
    config, rng = model.config, np.random.default_rng(3)
    states = model.encoder.initial_states(1)
    carried, annotations = named(states), np.zeros((1, config.memory_positions, config.units), np.float32)
    for step, token in enumerate(rng.integers(0, config.vocabulary_size, steps)):
        after = model.encoder(model.embed(tf.constant([[token]])), states)
        states = tf.nest.map_structure(lambda sequence: sequence[:, 0], after)
        got = encode(token=np.array([token], np.int32), **carried)
        close(got, {**named(states), "annotation": after[-1][0][:, 0]}, tolerance)
        carried, annotations[0, step] = only_states(got), got["annotation"][0]
    visible = (np.arange(config.memory_positions) < steps)[None]
    for token in rng.integers(0, config.vocabulary_size, steps):
        decoded = model.decoder(model.embed(tf.constant([[token]])), states, tf.constant(annotations), visible[:, None])
        states = tf.nest.map_structure(lambda sequence: sequence[:, 0], decoded.sequences)
        got = decode(
            token=np.array([token], np.int32), annotations=annotations, visible=visible.astype(np.float32), **carried
        )
        want = {
            "logits": model.logits(decoded.features)[:, 0],
            "copy": tf.sigmoid(decoded.copy)[:, 0],
            "attention": decoded.attention[:, 0],
            **({"pointer": decoded.pointer[:, 0]} if config.copying != "attended" or config.sink else {}),
        }
        close(got, {**named(states), **want}, tolerance)
        carried = only_states(got)


@pytest.mark.parametrize("name", [*CELLS, "tied lstm", "sink rnn", "continued gru", "tied foreseen sink lstm"])
def test_many_steps_of_the_graph_equal_those_of_keras(name: str, make_model: Any) -> None:
    layers = {"rnn": 1, "gru": 2, "lstm": 6}.get(name, 2)  # six of two states: state_10 must not stand before state_2
    copying = next((each for each in ("continued", "foreseen") if each in name), "attended")
    how = {"tied": "tied" in name, "sink": "sink" in name, "copying": copying}
    model = make_model(cell=name.split()[-1], layers=layers, **how)
    conversation(model, to_litert(model, "float32"), 1e-4)


@pytest.mark.parametrize("name", ["lstm", "gru", "mingru", "lstm_layernorm", "lstm_peephole", "tied lstm"])
def test_the_gates_of_the_graph_are_those_of_keras(name: str, make_model: Any) -> None:
    model = make_model(seed=2, cell=name.split()[-1], tied=name.startswith("tied"), layers=2)
    gates = Interpreter(model_content=to_litert(model, "float32")).get_signature_runner("gates_step")
    states, rng = model.encoder.initial_states(1), np.random.default_rng(4)
    for token in rng.integers(0, model.config.vocabulary_size, 4):
        embedded, want = model.embed(tf.constant([[token]])), {}
        outputs = embedded[:, 0]
        for number, (layer, before) in enumerate(zip(model.encoder.recurrent, states, strict=True)):
            projected = layer.cell.project(outputs)
            for gate, value in gates_of(layer.cell, projected, before).items():
                want[f"{gate}_{number}"] = value
            outputs = layer.cell.step(projected, before)[0]
        given = {"token": np.array([token], np.int32), **named(states)}
        close(gates(**{name: given[name] for name in gates.get_input_details()}), want, 1e-5)
        states = tf.nest.map_structure(lambda sequence: sequence[:, 0], model.encoder(embedded, states))


@pytest.mark.parametrize("name", ["rnn", "memoryless"])
def test_a_cell_that_shows_no_gates_has_no_function_for_them(name: str, make_model: Any) -> None:
    graph = to_litert(make_model(cell=name), "float32")
    assert set(Interpreter(model_content=graph).get_signature_list()) == {"encode_step", "decode_step"}


@pytest.mark.parametrize("precision", ["int8", "float32"])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_the_gates_share_the_weights_that_are_there(
    cell: str, precision: Any, make_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make_model(cell=cell, units=256, embedding_size=256, layers=1)
    whole = len(to_litert(model, precision))
    monkeypatch.setattr("train.export.shows_gates", lambda cell: False)
    without = len(to_litert(model, precision))
    assert 0 < whole - without < 60_000  # one kernel is 197 kB or more; what is new are steps and scales


def test_a_reply_to_nothing_looks_nowhere(bundle_float32: Bundle) -> None:
    _, decode = runners(bundle_float32.files[GRAPH])
    model = open_model(bundle_float32)
    empty = np.zeros((1, model.config.memory_positions, model.config.units), np.float32)
    got = decode(
        token=np.array([2], np.int32),
        annotations=empty,
        visible=empty[:, :, 0],
        **named(model.encoder.initial_states(1)),
    )
    assert not got["attention"].any()
    assert all(np.isfinite(value).all() for value in got.values())


def test_eight_bits_are_smaller_and_nearly_the_same(bundle_float32: Bundle, bundle_int8: Bundle) -> None:
    assert len(bundle_int8.files[GRAPH]) < len(bundle_float32.files[GRAPH])
    assert bundle_int8.files[WEIGHTS] == bundle_float32.files[WEIGHTS]
    conversation(open_model(bundle_int8), bundle_int8.files[GRAPH], 0.15)
    assert (bundle_int8.metadata["precision"], bundle_float32.metadata["precision"]) == ("int8", "float32")


def test_the_graph_computes_with_the_weights_of_the_bundle(bundle_float32: Bundle) -> None:
    conversation(open_model(bundle_float32), bundle_float32.files[GRAPH], 1e-4)


def scores(model: Seq2Seq) -> np.ndarray:
    rng = np.random.default_rng(5)
    ids = rng.integers(2, model.config.vocabulary_size, (2, 20))
    starts = np.repeat([[0] * 8 + [8] * 12], 2, axis=0)
    return np.asarray(model({"ids": tf.constant(ids, tf.int32), "starts": tf.constant(starts, tf.int32)}))


def test_a_bundle_that_was_written_and_read_gives_identical_scores(
    make_model: Any, tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.export.to_litert", lambda model, precision: b"graph")
    model = make_model(seed=8, cell="gru")
    bundle = make_bundle(model, tokenizer, name="mine", metadata={"credits": ["Ann"]})
    write_bundle(tmp_path / "mine", bundle)
    again = read_bundle(tmp_path / "mine")
    assert again == bundle
    assert again.metadata == {"credits": ["Ann"], "precision": "int8"}
    assert set(again.files) == set(FILES)
    np.testing.assert_array_equal(scores(open_model(again)), scores(model))
    assert Tokenizer(again.files[TOKENIZER]).encode("Hello, Ödön") == tokenizer.encode("Hello, Ödön")


@pytest.mark.parametrize("name", CELLS)
def test_packed_weights_are_the_weights_in_half_precision(name: str, make_model: Any) -> None:
    model, other = make_model(seed=1, cell=name), make_model(seed=2, cell=name)
    packed = pack_weights(model)
    load_weights(other, packed)
    for mine, its in zip(model.weights_to_save(), other.weights_to_save(), strict=True):
        assert mine.path == its.path
        np.testing.assert_array_equal(np.asarray(mine, np.float16).astype(np.float32), its)
    assert pack_weights(other) == packed
    assert len(safetensors.numpy.load(packed)) == len(model.weights)


@pytest.mark.parametrize(
    "change", [{"units": 17}, {"layers": 1}, {"layers": 3}, {"cell": "gru"}, {"vocabulary_size": 599}], ids=str
)
def test_weights_of_another_shape_are_refused(make_model: Any, change: dict[str, Any]) -> None:
    packed = pack_weights(make_model())
    with pytest.raises(BundleError, match="the bundle holds"):
        load_weights(make_model(**change), packed)


@pytest.mark.parametrize(
    "harm", [lambda p: b"", lambda p: b"noise" * 99, lambda p: p[:-1], lambda p: p[:40], lambda p: p + b"\0"]
)
def test_torn_weights_are_refused(make_model: Any, harm: Any) -> None:
    model = make_model()
    with pytest.raises(BundleError, match="cannot be read"):
        load_weights(model, harm(pack_weights(model)))


def test_weights_that_were_refused_leave_the_model_as_it_was(make_model: Any) -> None:
    model = make_model(seed=3)
    before = [np.array(v) for v in model.weights_to_save()]
    values = safetensors.numpy.load(pack_weights(make_model(seed=4)))
    last = model.weights_to_save()[-1].path
    values[last] = np.zeros((99,), np.float16)
    with pytest.raises(BundleError, match=last):
        load_weights(model, safetensors.numpy.save(values))
    for old, new in zip(before, model.weights_to_save(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_configuration_and_the_weights_are_all_a_model_is(bundle_float32: Bundle, tiny_config: ModelConfig) -> None:
    assert bundle_float32.model == tiny_config
    first, second = open_model(bundle_float32), open_model(bundle_float32)
    np.testing.assert_array_equal(scores(first), scores(second))

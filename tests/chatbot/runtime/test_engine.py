"""Laws of the engine: it computes what the Keras model does, keeps nothing, and refuses a graph that is not its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from chatbot.bundle import GRAPH, Bundle
from chatbot.errors import BundleError
from chatbot.layers import CELLS
from chatbot.runtime.engine import Decoded, Engine, State
from chatbot.text.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def engine(bundle_float32: Bundle) -> Engine:
    return Engine(bundle_float32)


def with_graph(bundle: Bundle, graph: bytes) -> Bundle:
    return dataclasses.replace(bundle, files={**bundle.files, GRAPH: graph})


def random_memory(engine: Engine, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Annotations, and a mask that hides some of them in the middle as well as at the end."""
    rng = np.random.default_rng(seed)
    positions = engine.config.memory_positions
    annotations = rng.uniform(-1, 1, (1, positions, engine.config.units)).astype(np.float32)
    visible = (rng.random((1, positions)) < 0.6).astype(np.float32)
    return annotations, visible


def keras_states(flat: State, layers: int) -> tuple[tuple[np.ndarray, ...], ...]:
    each = len(flat) // layers
    return tuple(flat[layer * each : (layer + 1) * each] for layer in range(layers))


def last(sequences: Any) -> tuple[np.ndarray, ...]:
    return tuple(np.asarray(state)[:, -1] for layer in sequences for state in layer)


def check_equal_to_keras(engine: Engine, model: Any, seed: int) -> None:
    """Seven tokens read and seven spoken, each side carrying its own states."""
    rng = np.random.default_rng(seed)
    layers = engine.config.layers
    ours = theirs = engine.initial_state()
    for token in rng.integers(0, engine.config.vocabulary_size, 7):
        ours, annotation = engine.encode_step(int(token), ours)
        sequences = model.encoder(model.embed(np.array([[token]])), keras_states(theirs, layers))
        theirs = last(sequences)
        np.testing.assert_allclose(annotation, np.asarray(sequences[-1][0])[0, -1], atol=1e-4)
    annotations, visible = random_memory(engine, seed)
    for token in rng.integers(0, engine.config.vocabulary_size, 7):
        decoded = engine.decode_step(int(token), ours, annotations, visible)
        expected = model.decoder(
            model.embed(np.array([[token]])), keras_states(theirs, layers), annotations, visible[:, None] > 0.5
        )
        ours, theirs = decoded.state, last(expected.sequences)
        np.testing.assert_allclose(decoded.logits, np.asarray(model.logits(expected.features))[0, 0], atol=1e-4)
        np.testing.assert_allclose(decoded.copy, 1 / (1 + np.exp(-float(expected.copy[0, 0]))), atol=1e-4)
        np.testing.assert_allclose(decoded.attention, np.asarray(expected.attention)[0, 0], atol=1e-4)
        assert all(np.abs(a - b).max() < 1e-4 for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_every_cell_computes_step_by_step_what_the_keras_model_does(
    cell: str, make_model: Callable[..., Any], tokenizer: Tokenizer
) -> None:
    from train.export import make_bundle

    model = make_model(seed=3, cell=cell)
    check_equal_to_keras(Engine(make_bundle(model, tokenizer, name=cell, precision="float32")), model, seed=4)


@pytest.mark.parametrize("layers", [1, 3])
def test_any_number_of_layers_computes_what_the_keras_model_does(
    layers: int, make_model: Callable[..., Any], tokenizer: Tokenizer
) -> None:
    from train.export import make_bundle

    model = make_model(seed=5, layers=layers, cell="gru")
    check_equal_to_keras(Engine(make_bundle(model, tokenizer, name="n", precision="float32")), model, seed=6)


def test_eight_bit_weights_give_nearly_the_same_distribution(bundle_int8: Bundle, engine: Engine) -> None:
    small = Engine(bundle_int8)
    annotations, visible = random_memory(engine, 1)

    def probabilities(one: Engine) -> np.ndarray:
        state, _ = one.encode_step(7, one.initial_state())
        logits = one.decode_step(9, state, annotations, visible).logits
        weights = np.exp(logits - logits.max())
        return weights / weights.sum()

    assert 0.5 * np.abs(probabilities(small) - probabilities(engine)).sum() < 0.02  # total variation


def test_a_conversation_starts_from_zeros(engine: Engine) -> None:
    state = engine.initial_state()
    assert len(state) == 2 * engine.config.layers  # an LSTM has two parts a layer
    assert all(part.shape == (1, engine.config.units) and not part.any() for part in state)


def test_attention_is_a_distribution_over_what_is_visible(engine: Engine) -> None:
    annotations, visible = random_memory(engine, 2)
    attention = engine.decode_step(9, engine.initial_state(), annotations, visible).attention
    assert attention.sum() == pytest.approx(1, abs=1e-5)
    assert not attention[visible[0] == 0].any()
    nothing = engine.decode_step(9, engine.initial_state(), annotations, np.zeros_like(visible)).attention
    assert not nothing.any()


def arrays(values: Any) -> list[np.ndarray]:
    """All arrays in a nest of tuples."""
    if isinstance(values, tuple):
        return [array for value in values for array in arrays(value)]
    return [np.asarray(values)]


def test_a_step_leaves_its_inputs_and_all_earlier_results_as_they_were(engine: Engine) -> None:
    annotations, visible = random_memory(engine, 3)
    state, annotation = engine.encode_step(11, engine.initial_state())
    spoken: Decoded = engine.decode_step(2, state, annotations, visible)
    held = arrays((state, annotation, tuple(spoken), annotations, visible))
    before = [array.copy() for array in held]
    for token in (5, 17, 23):
        engine.encode_step(token, state)
        engine.decode_step(token, spoken.state, annotations, visible)
    assert all(np.array_equal(now, then) for now, then in zip(held, before, strict=True))


def test_what_a_step_gives_does_not_depend_on_other_steps_in_between(engine: Engine) -> None:
    annotations, visible = random_memory(engine, 4)
    state, _ = engine.encode_step(11, engine.initial_state())
    first = arrays(tuple(engine.decode_step(8, state, annotations, visible)))
    for token in (30, 31):
        engine.decode_step(token, engine.encode_step(token, state)[0], 1 - annotations, 1 - visible)
    again = arrays(tuple(engine.decode_step(8, state, annotations, visible)))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


@pytest.mark.parametrize(("cell", "names"), [("lstm", {"kept", "written", "shown"}), ("mingru", {"kept", "written"})])
def test_gates_come_layer_after_layer(
    cell: str, names: set[str], make_model: Callable[..., Any], tokenizer: Tokenizer
) -> None:
    from train.export import make_bundle

    model = make_model(seed=3, cell=cell)
    engine = Engine(make_bundle(model, tokenizer, name=cell, precision="float32"))
    rng = np.random.default_rng(1)
    state: State = tuple(rng.normal(size=part.shape).astype(np.float32) for part in engine.initial_state())
    gates, after = engine.gates(7, state), engine.encode_step(7, state)[0]
    assert gates is not None
    assert set(gates) == names
    layers, units = engine.config.layers, engine.config.units
    assert all(gate.shape == (layers, units) and 0 <= gate.min() <= gate.max() <= 1 for gate in gates.values())
    parts = len(state) // layers
    for layer in range(layers):  # h = o tanh(c), or what is written is a share of what is new
        new = after[parts * layer : parts * layer + parts]
        if cell == "lstm":
            np.testing.assert_allclose(new[0][0], gates["shown"][layer] * np.tanh(new[1][0]), atol=1e-5)
        else:
            np.testing.assert_allclose(gates["written"][layer], 1 - gates["kept"][layer], atol=1e-6)


def test_a_bundle_from_before_there_were_gates_shows_none(
    make_model: Callable[..., Any], tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from train.export import make_bundle

    monkeypatch.setattr("train.export.shows_gates", lambda cell: False)
    engine = Engine(make_bundle(make_model(), tokenizer, name="old", precision="float32"))
    assert engine.gates(7, engine.initial_state()) is None


def test_threads_that_share_an_engine_get_what_is_theirs(engine: Engine) -> None:
    def read(seed: int) -> list[np.ndarray]:
        state = engine.initial_state()
        for token in np.random.default_rng(seed).integers(0, engine.config.vocabulary_size, 300):
            state, annotation = engine.encode_step(int(token), state)
        return [*state, annotation]

    alone = [read(seed) for seed in range(3)]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(read, range(3)))
    for one, other in zip(alone, together, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    "damage",
    [
        lambda graph: b"",
        lambda graph: b"no graph at all" * 50,
        lambda graph: b"\0" * len(graph),
        lambda graph: graph[: len(graph) // 2],
        lambda graph: graph[:-8],
        lambda graph: graph[:8] + bytes(range(256)) * 20,
    ],
    ids=["empty", "text", "zeros", "half", "short", "head"],
)
def test_a_torn_graph_is_refused(bundle_float32: Bundle, damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(BundleError, match="graph cannot be run"):
        Engine(with_graph(bundle_float32, damage(bundle_float32.files[GRAPH])))


def graph_of(**signatures: Any) -> bytes:
    """A sound LiteRT graph with signatures of our choice, each giving its token again."""
    import tensorflow as tf

    token = tf.TensorSpec([1], tf.int32, name="token")
    module = tf.Module()
    made = {}
    for name, output in signatures.items():
        function = tf.function(lambda token, output=output: {output: token + 1}).get_concrete_function(token)
        setattr(module, name, function)
        made[name] = function
    return bytes(tf.lite.TFLiteConverter.from_concrete_functions(list(made.values()), module).convert())


def test_a_graph_without_the_step_functions_is_refused(bundle_float32: Bundle) -> None:
    with pytest.raises(BundleError, match="graph"):
        Engine(with_graph(bundle_float32, graph_of(other="out")))


@pytest.mark.parametrize(
    "change",
    [{"units": 8}, {"memory_positions": 12}, {"vocabulary_size": 599}, {"layers": 3}],
    ids=lambda change: "-".join(map(str, next(iter(change.items())))),
)
def test_the_graph_of_another_configuration_is_refused(bundle_float32: Bundle, change: dict[str, Any]) -> None:
    with pytest.raises(BundleError, match="graph"):
        Engine(dataclasses.replace(bundle_float32, model=dataclasses.replace(bundle_float32.model, **change)))

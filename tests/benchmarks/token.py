"""One decoder token on LiteRT against the same model's step as a `tf.function`, interleaved in one process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from chatbot.catalog import open_bundle
from chatbot.runtime.engine import Engine
from tests.benchmarks.report import Row, spread

_TOKENS, _ROUNDS = 500, 10


def run(model: str | None) -> list[Row]:
    import tensorflow as tf

    from train.export import open_model

    bundle = open_bundle(model)
    engine, keras_model = Engine(bundle), open_model(bundle)
    config, rng = bundle.model, np.random.default_rng(1)
    annotations = rng.normal(size=(1, config.memory_positions, config.units)).astype(np.float32)
    visible = np.ones((1, config.memory_positions), np.float32)
    flat = [rng.normal(size=state.shape).astype(np.float32) for state in engine.initial_state()]
    parts = len(flat) // config.layers
    states = tuple(tuple(flat[i : i + parts]) for i in range(0, len(flat), parts))

    state = tf.TensorSpec([1, config.units])
    signature = (
        tf.TensorSpec([1], tf.int32),
        tf.nest.map_structure(lambda _: state, states),
        tf.TensorSpec([1, config.memory_positions, config.units]),
        tf.TensorSpec([1, config.memory_positions]),
    )

    @tf.function(input_signature=signature)
    def step(token: tf.Tensor, states: tuple, annotations: tf.Tensor, visible: tf.Tensor) -> tuple:
        decoded = keras_model.decoder(keras_model.embed(token[:, None]), states, annotations, visible[:, None] > 0.5)
        return keras_model.logits(decoded.features), decoded.copy, decoded.attention, decoded.sequences

    def run_step() -> object:  # arrays in, arrays out, as the engine's step: the loop over tokens is in Python
        return tf.nest.map_structure(
            lambda tensor: tensor.numpy(), step(np.array([7], np.int32), states, annotations, visible)
        )

    contenders: dict[str, Callable[[], object]] = {
        "litert": lambda: engine.decode_step(7, tuple(flat), annotations, visible),
        "tf.function": run_step,
        "encode": lambda: engine.encode_step(7, tuple(flat)),
    }
    times = _interleaved(contenders)
    ratio = statistics.median(times["litert"]) / statistics.median(times["tf.function"])
    detail = "; ".join(f"{name} {spread(values, 1e6)} µs" for name, values in times.items())
    return [Row("one decoder token / the tf.function step", ratio, 0.1, "×", detail)]


def _interleaved(contenders: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for call in contenders.values():
        for _ in range(20):
            call()
    for _ in range(_ROUNDS):
        for name, call in contenders.items():
            for _ in range(_TOKENS // _ROUNDS):
                began = time.perf_counter()
                call()
                times[name].append(time.perf_counter() - began)
    return times

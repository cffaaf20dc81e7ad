"""One implementation of one recurrent layer at one shape, in a process of its own; ``tests.benchmarks.layers`` runs it.

python -m tests.benchmarks.layer_worker '{"implementation": "ours", "layer": "lstm", "shape": [64, 32, 256, 512]}'

A call is forward and backward, float32, all outputs: the gradient of sum(outputs × a fixed random tensor) with respect
to the inputs and all weights.  Imports, weights and inputs are made before the first call and not timed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks.contest import serve

KERAS_NAMES = {"rnn": "SimpleRNN", "gru": "GRU", "lstm": "LSTM"}
TORCH_NAMES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
MATMUL_SIZE = 2048
_MASKED = 0.2
"""Share of the steps that a mask leaves out, anywhere in a sequence."""

Call = Callable[[], object]


def data_of(shape: tuple[int, int, int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For (batch, steps, in, units): inputs, upstream gradient of the outputs, and a mask [batch, steps]."""
    batch, steps, features, units = shape
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(batch, steps, features)).astype(np.float32)
    upstream = rng.normal(size=(batch, steps, units)).astype(np.float32)
    return inputs, upstream, rng.random((batch, steps)) >= _MASKED


def tensorflow_call(task: dict[str, Any], layer: Any, *, compiled: bool) -> Call:
    """A Keras layer in a ``tf.function``."""
    import tensorflow as tf

    inputs, upstream, mask = data_of(task["shape"])
    layer.build(inputs.shape)
    weights = [variable.value for variable in layer.trainable_variables]
    x, above = tf.constant(inputs), tf.constant(upstream)
    options = {"mask": tf.constant(mask)} if task.get("masked") else {}

    @tf.function(jit_compile=compiled)
    def step() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = layer(x, **options)
        return tape.gradient(outputs, [x, *weights], output_gradients=above)

    return lambda: step()[-1].numpy()


def make_ours(task: dict[str, Any]) -> Call:
    import chatbot.layers

    layer = getattr(chatbot.layers, KERAS_NAMES[task["layer"]])
    return tensorflow_call(task, layer(task["shape"][3], return_sequences=True), compiled=False)


def make_keras(task: dict[str, Any], *, compiled: bool = False) -> Call:
    import keras

    layer = getattr(keras.layers, KERAS_NAMES[task["layer"]])
    return tensorflow_call(task, layer(task["shape"][3], return_sequences=True), compiled=compiled)


def make_keras_jit(task: dict[str, Any]) -> Call:
    return make_keras(task, compiled=True)


def make_torch(task: dict[str, Any]) -> Call:
    import torch

    torch.set_num_threads(os.cpu_count() or 1)  # as TensorFlow does; torch's own default may be fewer
    inputs, upstream, _ = data_of(task["shape"])
    layer = getattr(torch.nn, TORCH_NAMES[task["layer"]])(*task["shape"][2:], batch_first=True)
    x, above = torch.tensor(inputs, requires_grad=True), torch.tensor(upstream)

    def call() -> None:
        layer.zero_grad()
        x.grad = None
        layer(x)[0].backward(above)

    return call


def make_matmul(task: dict[str, Any]) -> Call:
    """What the machine can do at the moment: one large product."""
    import tensorflow as tf

    matrix = tf.random.normal([MATMUL_SIZE, MATMUL_SIZE])
    product = tf.function(lambda: tf.matmul(matrix, matrix))
    return lambda: product()[0, 0].numpy()  # one number: copying all of it would count against the rate


IMPLEMENTATIONS: dict[str, Callable[[dict[str, Any]], Call]] = {
    "ours": make_ours,
    "keras": make_keras,
    "keras-jit": make_keras_jit,
    "torch": make_torch,
    "matmul": make_matmul,
}


def main() -> None:
    # Everything here is a comparison on the CPU: torch.nn stays there by itself, TensorFlow has to be told.
    os.environ.update({"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"})
    task = json.loads(sys.argv[1])
    serve(IMPLEMENTATIONS[task["implementation"]](task))


if __name__ == "__main__":
    main()

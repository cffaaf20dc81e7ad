"""Ours beside Keras's: the same arguments, random weights and inputs; what comes out and what flows back.

Everything is in one fixture, ``parity``, because test modules here cannot import each other
(``--import-mode=importlib``).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

import chatbot.layers

OURS = keras.layers if os.environ.get("PARITY_OF_KERAS") else chatbot.layers
UNITS, FEATURES, BATCH, STEPS = 5, 3, 4, 5
SHAPE = (BATCH, STEPS, FEATURES)
EVERYTHING = {"return_sequences": True, "return_state": True}


class Data(NamedTuple):
    """What a layer is called with."""

    inputs: np.ndarray
    initial: list[np.ndarray]


class Results(NamedTuple):
    """What came out of a call, and the gradients of a random mix of it by the name of what they belong to."""

    outputs: list[np.ndarray]
    gradients: dict[str, np.ndarray]


def plain(tensor: Any) -> np.ndarray:
    """The numbers of a tensor of any precision."""
    return tf.cast(tensor, tf.float64).numpy()


class Parity:
    """The comparison; ``randomised`` is the fixture that gives a layer random weights."""

    def __init__(self, randomised: Callable[[Any, int], Any]) -> None:
        self.randomised = randomised

    def layer(self, kind: str, *arguments: Any, **keywords: Any) -> Any:
        """A layer or cell of ours by its Keras name."""
        return getattr(OURS, kind)(*arguments, **keywords)

    def reference(self, kind: str, *arguments: Any, **keywords: Any) -> Any:
        """The layer or cell of Keras, by its own equations: cuDNN rounds otherwise and takes fewer arguments."""
        if kind in {"LSTM", "GRU"}:
            keywords = {"use_cudnn": False, **keywords}
        made = getattr(keras.layers, kind)(*arguments, **keywords)
        if kind == "SimpleRNN":  # takes this argument and forgets it
            assert made.activity_regularizer is None
            made.activity_regularizer = keras.regularizers.get(keywords.get("activity_regularizer"))
        return made

    def twins(
        self,
        kind: str,
        *,
        shape: tuple[int | None, ...] = SHAPE,
        units: int = UNITS,
        weights: int = 3,
        **arguments: Any,
    ) -> tuple[Any, Any]:
        """Our layer and Keras's, built, with the same random weights (drawn from the seed ``weights``)."""
        ours, theirs = self.layer(kind, units, **arguments), self.reference(kind, units, **arguments)
        for layer in (ours, theirs):
            layer.build(shape)
        self.copy(self.randomised(theirs, weights), ours)
        return ours, theirs

    def copy(self, source: Any, target: Any) -> None:
        """Gives ``target`` the weights of ``source``."""
        target.set_weights(source.get_weights())

    def data(
        self, kind: str, *, shape: tuple[int, ...] = SHAPE, units: int = UNITS, seed: int = 4, dtype: str = "float32"
    ) -> Data:
        """Random inputs and initial states."""
        rng = np.random.default_rng(seed)
        inputs = rng.normal(size=shape).astype(dtype)
        initial = [rng.normal(size=(shape[0], units)).astype(dtype) for _ in range(2 if kind == "LSTM" else 1)]
        return Data(inputs, initial)

    def mask(self, shape: tuple[int, ...] = SHAPE, seed: int = 2) -> np.ndarray:
        """Holes everywhere; where there are rows enough: one sees nothing, one starts late, one is padded."""
        mask = np.random.default_rng(seed).random(shape[:2]) < 0.6
        if shape[0] >= 4:
            mask[1], mask[2, : shape[1] // 2], mask[3] = False, False, np.arange(shape[1]) < (shape[1] + 1) // 2
        return mask

    def call(self, layer: Any, inputs: Any, initial: Any, mask: Any, training: bool) -> list[Any]:
        """Outputs and states in one flat list."""
        states = {} if initial is None else {"initial_state": list(initial)}
        return tf.nest.flatten(layer(inputs, mask=mask, training=training, **states))

    def results(
        self,
        layer: Any,
        data: Data,
        *,
        mask: Any = None,
        started: bool = False,
        training: bool = False,
        wrap: Callable[[Any], Any] = lambda function: function,
    ) -> Results:
        """Outputs, and gradients of inputs, initial states and weights for random upstream gradients.

        ``wrap`` may compile the computation.
        """
        names = [v.path.split("/")[-1] for v in layer.trainable_variables]
        names = [f"{i} {name}" for i, name in enumerate(names)]

        def compute(inputs: Any, *initial: Any) -> Any:
            rng = np.random.default_rng(9)
            with tf.GradientTape() as tape:
                tape.watch([inputs, *initial])
                outputs = self.call(layer, inputs, initial if started else None, mask, training)
                upstream = [tf.constant(rng.normal(size=o.shape), o.dtype) for o in outputs]
                loss = tf.add_n([tf.reduce_sum(o * u) for o, u in zip(outputs, upstream, strict=True)])
            sources = [inputs, *initial, *(v.value for v in layer.trainable_variables)]
            return outputs, tape.gradient(loss, sources, unconnected_gradients="zero")

        initial = [tf.constant(state) for state in data.initial] if started else []
        outputs, gradients = wrap(compute)(tf.constant(data.inputs), *initial)
        sources = ["inputs", *(f"initial state {i}" for i in range(len(initial))), *names]
        return Results(
            [plain(o) for o in outputs],
            {n: plain(tf.convert_to_tensor(g)) for n, g in zip(sources, gradients, strict=True)},
        )

    def close(self, got: Any, want: Any, tolerance: float, what: str = "") -> None:
        """Equal within ``tolerance`` of the largest entry; shapes too."""
        got, want = plain(tf.convert_to_tensor(got)), plain(tf.convert_to_tensor(want))
        largest = float(np.abs(want).max(initial=0.0))
        np.testing.assert_allclose(got, want, rtol=0.0, atol=tolerance * largest, err_msg=what)
        assert got.shape == want.shape, what

    def agree(self, got: Results, want: Results, outputs: float = 1e-6, gradients: float = 1e-5) -> None:
        """Outputs within ``outputs`` (of 1, or of the largest one), gradients within ``gradients`` of their largest."""
        assert len(got.outputs) == len(want.outputs)
        for index, (a, b) in enumerate(zip(got.outputs, want.outputs, strict=True)):
            assert a.shape == b.shape
            bound = outputs * max(1.0, float(np.abs(b).max(initial=0.0)))
            np.testing.assert_allclose(a, b, rtol=0.0, atol=bound, err_msg=f"output {index}")
        assert list(got.gradients) == list(want.gradients)
        assert any(np.abs(b).max(initial=0.0) > 1e-3 for b in want.gradients.values()), "nothing flows back at all"
        for name, b in want.gradients.items():
            self.close(got.gradients[name], b, gradients, f"gradient of {name}")

    def same(
        self,
        kind: str,
        *,
        mask: Any = None,
        started: bool = False,
        training: bool = False,
        shape: tuple[int, ...] = SHAPE,
        units: int = UNITS,
        outputs: float = 1e-6,
        gradients: float = 1e-5,
        **arguments: Any,
    ) -> None:
        """Both layers, made with ``arguments``, give the same outputs, states and gradients."""
        ours, theirs = self.twins(kind, shape=shape, units=units, **arguments)
        data = self.data(kind, shape=shape, units=units)
        got, want = (
            self.results(layer, data, mask=mask, started=started, training=training) for layer in (ours, theirs)
        )
        self.agree(got, want, outputs, gradients)


@pytest.fixture(scope="session")
def parity(randomised: Callable[[Any, int], Any]) -> Parity:
    """How ours and Keras's are compared."""
    return Parity(randomised)

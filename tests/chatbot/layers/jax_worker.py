"""Our layers beside Keras's on JAX: run by ``test_on_jax.py`` in a process of its own, since a process has one backend.

Prints one JSON object: for each case the largest difference of each output and gradient, and how large it may be at
most: the largest number there (at least 1 for outputs).  Judging them is the test's business.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")  # nearly all the time here is compiling

import jax
import keras
import numpy as np

import chatbot.layers

KINDS = ("SimpleRNN", "LSTM", "GRU")
BATCH, STEPS, FEATURES, UNITS = 4, 5, 3, 5
EVERYTHING = {"return_sequences": True, "return_state": True}
CALL = {"started": False, "training": False, "jit": True}
Found = dict[str, dict[str, float]]

OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "plain": (KINDS, {}),
    "eager": (("LSTM",), {"jit": False}),
    "mask": (KINDS, {"mask": "holes"}),
    "mask at the start": (KINDS, {"mask": "start"}),
    "backwards, mask": (KINDS, {"go_backwards": True, "mask": "holes"}),
    "zeroed": (KINDS, {"zero_output_for_mask": True, "mask": "holes", "started": True}),
    "initial state": (KINDS, {"started": True}),
    "initial state, mask": (KINDS, {"started": True, "mask": "holes"}),
    "unrolled": (KINDS, {"unroll": True, "mask": "holes"}),
    "relu, no bias": (KINDS, {"activation": "relu", "use_bias": False}),
    "gates apart": (("LSTM", "GRU"), {"implementation": 1, "recurrent_activation": "hard_sigmoid"}),
    "reset before": (("GRU",), {"reset_after": False, "mask": "holes"}),
    "both dropouts": (KINDS, {"dropout": 0.3, "recurrent_dropout": 0.3, "seed": 7, "training": True, "mask": "holes"}),
    "dropout": (("LSTM",), {"dropout": 0.4, "seed": 7, "training": True}),
    "dropout at rest": (("LSTM",), {"dropout": 0.3, "recurrent_dropout": 0.3, "seed": 7}),
}
"""For each case: the layers that know it, and its arguments; those that are the call's are taken out by ``compare``."""


def mask_of(name: str | None) -> np.ndarray | None:
    holes = np.random.default_rng(2).random((BATCH, STEPS)) < 0.6
    holes[1] = False
    start = (np.arange(STEPS)[None] < np.array([[5], [3], [1], [4]]))[:, ::-1]
    return {None: None, "holes": holes, "start": start}[name]


def twins(kind: str, wrap: Callable[[Any], Any] = lambda layer: layer, **arguments: Any) -> list[Any]:
    """Ours and Keras's with the same random weights."""
    layers = []
    for source, own in ((chatbot.layers, {}), (keras.layers, {} if kind == "SimpleRNN" else {"use_cudnn": False})):
        layer = wrap(getattr(source, kind)(UNITS, **arguments, **own))
        layer.build((BATCH, STEPS, FEATURES))
        layers.append(layer)
    rng = np.random.default_rng(3)
    weights = [rng.normal(scale=0.4, size=w.shape).astype(np.float32) for w in layers[1].get_weights()]
    for layer in layers:
        layer.set_weights(weights)
    return layers


def numbers(kind: str, states: int) -> tuple[np.ndarray, list[np.ndarray]]:
    rng = np.random.default_rng(4)
    inputs = rng.normal(size=(BATCH, STEPS, FEATURES)).astype(np.float32)
    return inputs, [rng.normal(size=(BATCH, UNITS)).astype(np.float32) for _ in range(states)]


def results(layer: Any, inputs: np.ndarray, initial: list[np.ndarray], mask: Any, training: bool, jit: bool) -> Any:
    """Outputs and gradients, by name; through ``stateless_call``, as Keras trains on JAX."""

    def loss(trainable: Any, inputs: Any, initial: Any) -> Any:
        rest = [v.value for v in layer.non_trainable_variables]
        states = {"initial_state": initial} if initial else {}
        outputs, rest = layer.stateless_call(trainable, rest, inputs, mask=mask, training=training, **states)
        outputs, rng = keras.tree.flatten(outputs), np.random.default_rng(9)
        mixed = sum((o * rng.normal(size=o.shape).astype(np.float32)).sum() for o in outputs)
        return mixed, (outputs, rest)

    function = jax.value_and_grad(loss, argnums=(0, 1, 2), has_aux=True)
    trainable = [v.value for v in layer.trainable_variables]
    (_, (outputs, rest)), gradients = (jax.jit(function) if jit else function)(trainable, inputs, initial)
    found = {f"output {i}": output for i, output in enumerate(outputs)}
    names = [v.path.split("/")[-1] for v in layer.trainable_variables]
    found |= {f"gradient of {i} {n}": g for i, (n, g) in enumerate(zip(names, gradients[0], strict=True))}
    found |= {"gradient of inputs": gradients[1]}
    found |= {f"gradient of initial state {i}": g for i, g in enumerate(gradients[2])}
    if getattr(layer, "dropout", 0):
        found["output of the seed"] = rest[0]
    return {name: np.asarray(value, np.float64) for name, value in found.items()}


def differences(got: dict[str, np.ndarray], want: dict[str, np.ndarray]) -> Found:
    assert list(got) == list(want)
    found = {}
    for name, b in want.items():
        assert got[name].shape == b.shape
        largest = float(np.abs(b).max(initial=0.0))
        bound = max(1.0, largest) if name.startswith("output") else largest
        found[name] = {"difference": float(np.abs(got[name] - b).max(initial=0.0)), "largest": bound}
    return found


def compare(kind: str, arguments: dict[str, Any]) -> Found:
    """One case."""
    arguments = {**EVERYTHING, **arguments}
    mask = mask_of(arguments.pop("mask", None))
    started, training, jit = (arguments.pop(name, usual) for name, usual in CALL.items())
    ours, theirs = twins(kind, **arguments)
    if started and mask is not None and not arguments.get("zero_output_for_mask"):
        # Before the first step that is seen Keras gives zeros in TensorFlow, and on JAX where it unrolls, but its scan
        # on JAX gives the initial state.  Ours gives zeros everywhere.
        theirs = twins(kind, **arguments, unroll=True)[1]
    inputs, initial = numbers(kind, len(ours.state_size) if started else 0)
    return differences(*(results(layer, inputs, initial, mask, training, jit) for layer in (ours, theirs)))


def bidirectional(kind: str) -> Found:
    """Both directions under a mask."""
    layers = twins(kind, keras.layers.Bidirectional, return_sequences=True)
    inputs, _ = numbers(kind, 0)
    return differences(*(results(layer, inputs, [], mask_of("holes"), False, True) for layer in layers))


def stateful(kind: str) -> Found:
    """Two calls, a reset, a third call."""
    found = []
    for layer in twins(kind, stateful=True):
        inputs, outputs = numbers(kind, 0)[0], []
        for call in range(3):
            outputs.append(np.asarray(layer(inputs)))
            if call == 1:
                layer.reset_state()
        found.append({f"output {i}": output for i, output in enumerate(outputs)})
    return differences(*found)


def trained(kind: str) -> Found:
    """The weights after ``fit``, which Keras compiles on JAX; as "gradients", since they are compared to their size."""
    rng, found = np.random.default_rng(1), []
    inputs, targets = rng.normal(size=(8, STEPS, FEATURES)), rng.normal(size=(8, UNITS))
    for layer in twins(kind):
        model = keras.Sequential([keras.Input((STEPS, FEATURES)), keras.layers.Masking(), layer])
        model.compile(optimizer=keras.optimizers.SGD(0.3), loss="mse")
        model.fit(inputs, targets, batch_size=4, epochs=3, shuffle=False, verbose=0)
        found.append({f"weight {i}": np.asarray(w) for i, w in enumerate(model.get_weights())})
    return differences(*found)


def spoilt(kind: str) -> Found:
    """Ours against ours: NaN at masked steps."""
    layer, _ = twins(kind, **EVERYTHING)
    inputs, _ = numbers(kind, 0)
    mask = mask_of("holes")
    assert mask is not None
    bad = np.where(mask[..., None], inputs, np.float32(np.nan))
    return differences(*(results(layer, given, [], mask, False, True) for given in (bad, inputs)))


def swapped(kind: str) -> Found:
    """Something that must differ: the columns of the kernel in another order."""
    layers = twins(kind)
    weights = layers[0].get_weights()
    layers[0].set_weights([np.roll(weights[0], UNITS, axis=1), *weights[1:]])
    inputs, _ = numbers(kind, 0)
    return differences(*(results(layer, inputs, [], None, False, True) for layer in layers))


def cases() -> dict[str, Callable[[], Found]]:
    made: dict[str, Callable[[], Found]] = {}
    for name, (kinds, arguments) in OPTIONS.items():
        for kind in kinds:
            made[f"{kind}, {name}"] = lambda kind=kind, arguments=arguments: compare(kind, arguments)
    for function in (bidirectional, stateful, trained, spoilt):
        made |= {f"{kind}, {function.__name__}": lambda kind=kind, run=function: run(kind) for kind in KINDS}
    return made | {"GRU, swapped": lambda: swapped("GRU")}


def outcome(case: Callable[[], Found]) -> Any:
    try:
        return case()
    except Exception:  # one case that fails must not hide the others
        return traceback.format_exc()


if __name__ == "__main__":
    report = {"backend": keras.backend.backend(), "cases": {name: outcome(case) for name, case in cases().items()}}
    json.dump(report, sys.stdout)

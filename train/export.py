"""From trained weights to a bundle: half-precision weights, and the step functions as a LiteRT graph.

The graph holds two signatures, for one conversation (batch 1), a third where the model looks back upon turns, and
another where the cell says what its gates do; states are numbered layer after layer:

    encode_step(token [1] int32, state_0 …) -> state_0 …, annotation [1, units]
    decode_step(token [1] int32, state_0 …, annotations [1, positions, units], visible [1, positions] float32)
        -> state_0 …, logits [1, vocabulary], copy [1], attention [1, positions]
           and, where a model has a pointer of its own, pointer [1, positions]
    lookback_step(token [1] int32, behind_0 …) -> behind_0 …, annotation [1, units]: for the pieces of a turn from its
        last to its first, beginning with zeros; to be added to the annotations of ``encode_step``
    gates_step(token [1] int32, state_0 …) -> for each gate of ``chatbot.layers.cells.gates`` and each layer of the
        encoder kept_0 …, [1, units]: what ``encode_step`` does with the same; weights are not stored a second time

``copy`` is the probability of copying.  Any cell made of ordinary operations converts; nothing is written per cell.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import safetensors.numpy
import tensorflow as tf
from keras import ops
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from chatbot.bundle import GRAPH, TOKENIZER, WEIGHTS, Bundle
from chatbot.config import ModelConfig, SamplingConfig
from chatbot.errors import BundleError
from chatbot.layers.cells.base import States
from chatbot.layers.cells.gates import gates_of, shows_gates
from chatbot.model import Seq2Seq
from chatbot.text.sanitize import one_line
from chatbot.text.tokenizer import Tokenizer

Precision = Literal["float32", "int8"]


def pack_weights(model: Seq2Seq) -> bytes:
    """The weights by variable path in half precision (safetensors)."""
    return bytes(safetensors.numpy.save({v.path: np.asarray(v, np.float16) for v in model.weights_to_save()}))


def load_weights(model: Seq2Seq, packed: bytes) -> None:
    """Set the weights of ``model`` from what ``pack_weights`` made.

    Raises:
        BundleError: if names or shapes are not those of the model.
    """
    try:
        values = safetensors.numpy.load(packed)
    except safetensors.SafetensorError as error:
        raise _mismatch(f"weights that cannot be read ({one_line(str(error))})", "safetensors") from error
    variables = {v.path: v for v in model.weights_to_save()}
    if set(values) != set(variables):
        differing = sorted(set(values) ^ set(variables))
        raise _mismatch(f"weights that differ in {', '.join(differing[:3])}", "the weights of its configuration")
    for path, variable in variables.items():
        if tuple(values[path].shape) != tuple(variable.shape):
            raise _mismatch(f"weight {path} of shape {values[path].shape}", f"shape {tuple(variable.shape)}")
    for path, variable in variables.items():
        variable.assign(values[path].astype(np.float32))


def _mismatch(received: str, expected: str) -> BundleError:
    return BundleError(f"the bundle holds {received}", expected=expected, remedy="train or fetch the bundle again")


def make_bundle(
    model: Seq2Seq,
    tokenizer: Tokenizer,
    *,
    name: str,
    sampling: SamplingConfig | None = None,
    metadata: Mapping[str, Any] | None = None,
    precision: Precision = "int8",
) -> Bundle:
    """Everything in one bundle.  The model's own weights are rounded to what is stored, so that both are the same."""
    weights = pack_weights(model)
    load_weights(model, weights)
    graph = to_litert(model, precision)
    return Bundle(
        model=model.config,
        sampling=sampling or SamplingConfig(),
        files={TOKENIZER: tokenizer.model, WEIGHTS: weights, GRAPH: graph},
        metadata={**(metadata or {}), "precision": precision},
        name=name,
    )


def open_model(bundle: Bundle) -> Seq2Seq:
    """The Keras model of a bundle."""
    model = Seq2Seq(bundle.model)
    load_weights(model, bundle.files[WEIGHTS])
    return model


class StepFunctions(tf.Module):
    """The step functions of a model, as TensorFlow functions of fixed shapes."""

    def __init__(self, model: Seq2Seq) -> None:
        super().__init__()
        self.model = model
        config: ModelConfig = model.config
        self._like = model.encoder.initial_states(1)
        states = {
            f"state_{number}": tf.TensorSpec([1, state.shape[-1]], tf.float32, name=f"state_{number}")
            for number, state in enumerate(s for layer in self._like for s in layer)
        }
        token = {"token": tf.TensorSpec([1], tf.int32, name="token")}
        memory = {
            "annotations": tf.TensorSpec([1, config.memory_positions, config.units], tf.float32, name="annotations"),
            "visible": tf.TensorSpec([1, config.memory_positions], tf.float32, name="visible"),
        }
        self.encode = tf.function(self._encode, autograph=False).get_concrete_function(**token, **states)
        self.decode = tf.function(self._decode, autograph=False).get_concrete_function(**token, **states, **memory)
        self.lookback, back = None, model.encoder.lookback
        if back is not None:
            behind = {
                f"behind_{number}": tf.TensorSpec([1, part.shape[-1]], tf.float32, name=f"behind_{number}")
                for number, part in enumerate(back.cell.get_initial_state(1))
            }
            self.lookback = tf.function(self._look_back, autograph=False).get_concrete_function(**token, **behind)
        self.gates = None
        if all(shows_gates(layer.cell) for layer in model.encoder.recurrent):
            self.gates = tf.function(self._gates, autograph=False).get_concrete_function(**token, **states)

    def _states(self, named: dict[str, Any]) -> tuple[States, ...]:
        flat = iter(named[f"state_{number}"] for number in range(len(named)))
        return tuple(tuple(next(flat) for _ in layer) for layer in self._like)

    @staticmethod
    def _named(sequences: tuple[States, ...]) -> dict[str, Any]:
        flat = (state[:, 0] for layer in sequences for state in layer)
        return {f"state_{number}": tf.identity(state) for number, state in enumerate(flat)}

    def _points(self) -> bool:
        """Whether what is copied comes from elsewhere than from where attention looks."""
        return self.model.config.copying != "attended" or self.model.config.sink

    def _encode(self, **states: Any) -> dict[str, Any]:
        token = states.pop("token")
        sequences = self.model.encoder(self.model.embed(token[:, None]), self._states(states))
        return {**self._named(sequences), "annotation": tf.identity(sequences[-1][0][:, 0])}

    def _look_back(self, **states: Any) -> dict[str, Any]:
        embedded = self.model.embed(states.pop("token")[:, None])
        before = tuple(states[f"behind_{number}"] for number in range(len(states)))
        after, annotation = self.model.encoder.look_back_step(embedded, before)
        named = {f"behind_{number}": tf.identity(part[:, 0]) for number, part in enumerate(after)}
        return {**named, "annotation": tf.identity(annotation[:, 0])}

    def _gates(self, **states: Any) -> dict[str, Any]:
        # As the encoder does it, to the letter: only so does the converter find that the weights are the same.
        named, outputs = {}, self.model.embed(states.pop("token")[:, None])[:, 0]
        for number, (layer, before) in enumerate(zip(self.model.encoder.recurrent, self._states(states), strict=True)):
            projected = layer.cell.project(outputs)
            for name, gate in gates_of(layer.cell, projected, before).items():
                named[f"{name}_{number}"] = tf.identity(gate)
            outputs = layer.cell.step(projected, before)[0]
        return named

    def _decode(self, **states: Any) -> dict[str, Any]:
        token, annotations, visible = (states.pop(name) for name in ("token", "annotations", "visible"))
        decoded = self.model.decoder(
            self.model.embed(token[:, None]), self._states(states), annotations, visible[:, None] > 0.5
        )
        return {
            **self._named(decoded.sequences),
            "logits": self.model.logits(decoded.features)[:, 0],
            "copy": ops.sigmoid(decoded.copy)[:, 0],
            "attention": decoded.attention[:, 0],
            **({"pointer": decoded.pointer[:, 0]} if self._points() else {}),
        }


def to_litert(model: Seq2Seq, precision: Precision) -> bytes:
    """The step functions as a LiteRT graph; int8 means 8-bit weights and dynamic-range arithmetic."""
    steps = StepFunctions(model)
    frozen = tf.Module()
    frozen.encode_step, frozen.decode_step = _frozen(steps.encode), _frozen(steps.decode)
    signatures = {"encode_step": frozen.encode_step, "decode_step": frozen.decode_step}
    if steps.lookback is not None:
        frozen.lookback_step = signatures["lookback_step"] = _frozen(steps.lookback)
    if steps.gates is not None:
        frozen.gates_step = signatures["gates_step"] = _frozen(steps.gates)
    with tempfile.TemporaryDirectory() as scratch:
        tf.saved_model.save(frozen, scratch, signatures=signatures)
        converter = tf.lite.TFLiteConverter.from_saved_model(scratch, signature_keys=list(signatures))
        if precision == "int8":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        return bytes(converter.convert())


def _frozen(function: Any) -> Any:
    """A concrete function with the weights as constants: as variables, the converter leaves them out of the graph."""
    constant = convert_variables_to_constants_v2(function)
    inputs = function.structured_input_signature[1]
    outputs = sorted(function.structured_outputs)  # tf.nest orders a dictionary by its keys

    @tf.function(autograph=False)
    def call(**named: Any) -> dict[str, Any]:
        values = constant(*(named[tensor.name.split(":")[0]] for tensor in constant.inputs))
        return dict(zip(outputs, values, strict=True))

    return call.get_concrete_function(**inputs)

"""The step functions of a bundle on LiteRT: one token in, one token's worth of numbers out, without TensorFlow.

The loops over tokens are ours (``memory`` for reading, ``decoding`` for speaking); no state is kept here, and threads
that use one engine take turns, step by step.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from chatbot.bundle import GRAPH, Bundle
from chatbot.errors import BundleError
from chatbot.text.sanitize import one_line

Array = NDArray[np.float32]
State = tuple[Array, ...]
"""The recurrent state: for each part, layer after layer, [1, units]."""

Gates = dict[str, Array]
"""What the gates of the encoder did in a step, by the names of ``chatbot.layers.cells.gates``: each [layers, units]."""

_THREADS = 1
"""A token is one pass over a few megabytes of weights: a second thread brought nothing, and the screen needs it."""


class Decoded(NamedTuple):
    """What the decoder says after one token."""

    logits: Array
    """[vocabulary], of choosing the next piece freely."""
    copy: float
    """Probability of copying it from the conversation instead."""
    attention: Array
    """[positions]: where the decoder looks."""
    state: State
    pointer: Array
    """[positions]: from where it would copy."""


class Engine:
    """``encode_step`` and ``decode_step`` of a bundle, and ``gates_step`` where it has one.

    Args:
        bundle: Whose graph to run.

    Raises:
        BundleError: if the graph cannot be run, or is not that of the bundle's configuration.
    """

    _gates: Any = None  # of a sub-class that has step functions of its own, too

    def __init__(self, bundle: Bundle) -> None:
        self.config = bundle.model
        try:
            self._interpreter = Interpreter(model_content=bundle.files[GRAPH], num_threads=_THREADS)
            self._encode = self._interpreter.get_signature_runner("encode_step")
            self._decode = self._interpreter.get_signature_runner("decode_step")
            inputs = self._decode.get_input_details()
            if self.config.lookback:
                self._lookback = self._interpreter.get_signature_runner("lookback_step")
                behind = self._lookback.get_input_details()
                self._behind = {name: tuple(behind[name]["shape"]) for name in sorted(behind) if name != "token"}
            if "gates_step" in self._interpreter.get_signature_list():
                self._gates = self._interpreter.get_signature_runner("gates_step")
                self._gates_see = set(self._gates.get_input_details())
        except (ValueError, RuntimeError) as error:
            raise _unusable(f"graph cannot be run ({one_line(str(error))[:200]})") from error
        self._names = sorted((name for name in inputs if name.startswith("state_")), key=lambda name: int(name[6:]))
        found = tuple(int(size) for size in inputs["annotations"]["shape"]) if "annotations" in inputs else ()
        if found != (1, self.config.memory_positions, self.config.units):
            raise _unusable(f"graph has annotations of shape {found}")
        if not self._names or len(self._names) % self.config.layers:
            raise _unusable(f"graph has {len(self._names)} states for {self.config.layers} layers")
        self._sizes = [tuple(int(size) for size in inputs[name]["shape"]) for name in self._names]
        self._warm_up()

    @cached_property
    def _lock(self) -> threading.Lock:
        """Held during a step, since LiteRT lets go of Python's own lock; made by the first, which warms up."""
        return threading.Lock()

    def _warm_up(self) -> None:
        """One step of each: the kernels are prepared at the first use, which shall not be the user's first turn."""
        state, annotation = self.encode_step(0, self.initial_state())
        self.look_back([0])
        annotations = np.zeros((1, self.config.memory_positions, len(annotation)), np.float32)
        logits = self.decode_step(0, state, annotations, annotations[:, :, 0]).logits
        if len(logits) != self.config.vocabulary_size:
            raise _unusable(f"graph has a vocabulary of {len(logits)}")

    def initial_state(self) -> State:
        """The state of an empty conversation."""
        return tuple(np.zeros(size, np.float32) for size in self._sizes)

    def encode_step(self, token: int, state: State) -> tuple[State, Array]:
        """Read one token: the next state, and the annotation [units] that it leaves."""
        named = dict(zip(self._names, state, strict=True))
        with self._lock:
            result = self._encode(token=np.array([token], np.int32), **named)
        return tuple(result[name] for name in self._names), result["annotation"][0]

    def look_back(self, ids: Sequence[int]) -> Array:
        """What the annotations of a turn know of what comes after their pieces: [n, units], to be added to them."""
        found = np.zeros((len(ids), self.config.units), np.float32)
        if not self.config.lookback:
            return found
        state = {name: np.zeros(shape, np.float32) for name, shape in self._behind.items()}
        for place in reversed(range(len(ids))):
            with self._lock:
                result = self._lookback(token=np.array([ids[place]], np.int32), **state)
            found[place] = result.pop("annotation")[0]
            state = result
        return found

    def gates(self, token: int, state: State) -> Gates | None:
        """What the gates do while ``encode_step`` reads the same; None if the cell has none, or the bundle is older."""
        if self._gates is None:
            return None
        named = zip(self._names, state, strict=True)
        seen = {name: part for name, part in named if name in self._gates_see}  # a state that no gate sees is no input
        with self._lock:
            result = self._gates(token=np.array([token], np.int32), **seen)
        names = {name.rpartition("_")[0] for name in result}
        layers = range(self.config.layers)
        return {name: np.concatenate([result[f"{name}_{layer}"] for layer in layers]) for name in names}

    def decode_step(self, token: int, state: State, annotations: Array, visible: Array) -> Decoded:
        """Speak after one token.

        Args:
            token: The last piece said, or the speaker's symbol.
            state: Where the last step, or the encoder, left off.
            annotations: [1, memory_positions, units].
            visible: [1, memory_positions], 1 where there is an annotation and 0 elsewhere.
        """
        named = dict(zip(self._names, state, strict=True))
        token_input = np.array([token], np.int32)
        with self._lock:
            result = self._decode(token=token_input, annotations=annotations, visible=visible, **named)
        return Decoded(
            result["logits"][0],
            float(result["copy"][0]),
            result["attention"][0],
            tuple(result[name] for name in self._names),
            result["pointer" if "pointer" in result else "attention"][0],
        )


def _unusable(received: str) -> BundleError:
    return BundleError(
        f"the bundle's {received}",
        expected="the step functions of its configuration",
        remedy="export or fetch the bundle again",
    )

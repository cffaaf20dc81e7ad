"""What holds for a cell that is written down: as a configuration, in a saved model, as a LiteRT graph."""

from __future__ import annotations

import inspect
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from chatbot.layers.cells.base import Cell
from chatbot.layers.recurrent import Recurrent
from chatbot.layers.testing.compare import Findings, all_off, not_equal, numbers, off
from chatbot.layers.testing.laws_gradient import LeftOut
from chatbot.layers.testing.laws_step import TOLERANCE
from chatbot.layers.testing.subject import Subject
from chatbot.native import native_silence


def the_configuration_is_complete(subject: Subject) -> Findings:
    """``get_config`` names every option, and ``from_config`` makes a cell of the same options and outputs."""
    cell, given = subject.cell(), subject.numbers()
    config = cell.get_config()
    missing = sorted(_option_names(subject.kind) - set(config))
    yield from not_equal("options that get_config leaves out", missing, [])
    again = subject.kind.from_config(config)
    yield from not_equal("get_config after from_config", again.get_config(), config)
    if not again.built:
        again.build((None, subject.features))
    again.set_weights(cell.get_weights())
    found, expected = (subject.stepwise(one, given) for one in (again, cell))
    yield from all_off("after from_config", subject.part_names(), found, expected, 1e-6)


def _option_names(kind: type[Cell]) -> set[str]:
    """Those of ``OPTIONS``, and what a constructor of the class or of its ancestors below ``Cell`` takes by name."""
    named = {"units", *kind.OPTIONS}
    for ancestor in kind.__mro__[: kind.__mro__.index(Cell)]:
        if "__init__" in vars(ancestor):
            parameters = list(inspect.signature(vars(ancestor)["__init__"]).parameters.values())[1:]
            named |= {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    return named


def a_saved_model_is_the_same(subject: Subject) -> Findings:
    """A model saved as ``.keras`` and loaded gives the same outputs."""
    cell, given = subject.cell(), subject.numbers()
    layer = Recurrent(cell, return_sequences=True)
    model = keras.Sequential([keras.layers.Input((None, subject.features)), layer])
    registered = keras.saving.get_registered_name(subject.kind) != subject.kind.__name__
    custom = {} if registered else {subject.kind.__name__: subject.kind}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        again = keras.saving.load_model(path, custom_objects=custom)
    inputs = ops.convert_to_tensor(given.inputs)
    yield from off("outputs of the loaded model", again(inputs), model(inputs), 1e-6)


def litert_gives_the_same(subject: Subject) -> Findings:
    """One step as a LiteRT graph (float32, one row) gives what the cell gives."""
    if keras.backend.backend() != "tensorflow":
        raise LeftOut("LiteRT graphs are made by TensorFlow alone")
    cell, given = subject.cell(), subject.numbers(batch=1)
    named = {"x": given.inputs[:, 0], **{f"state_{i}": state for i, state in enumerate(given.initial)}}
    with native_silence():
        found = _run_litert(_litert(cell, named), named)
    _, expected = cell(ops.convert_to_tensor(given.inputs[:, 0]), [ops.convert_to_tensor(s) for s in given.initial])
    results = [found[f"state_{number}"] for number in range(len(expected))]
    yield from all_off("LiteRT", subject.part_names(), results, [numbers(part) for part in expected], TOLERANCE)


def _litert(cell: Cell, named: dict[str, np.ndarray]) -> bytes:
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    @tf.function(autograph=False)
    def step(x: Any, **states: Any) -> dict[str, Any]:
        _, after = cell(x, [states[f"state_{number}"] for number in range(len(states))])
        return {f"state_{number}": tf.identity(state) for number, state in enumerate(after)}

    specs = {name: tf.TensorSpec(value.shape, tf.float32, name=name) for name, value in named.items()}
    constant = convert_variables_to_constants_v2(
        step.get_concrete_function(**specs)
    )  # variables are left out of graphs

    @tf.function(autograph=False)
    def frozen(**given: Any) -> dict[str, Any]:
        values = constant(*(given[tensor.name.split(":")[0]] for tensor in constant.inputs))
        return {f"state_{number}": value for number, value in enumerate(values)}

    module = tf.Module()
    module.step = frozen.get_concrete_function(**specs)
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures={"step": module.step})
        return bytes(tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=["step"]).convert())


def _run_litert(graph: bytes, named: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    from ai_edge_litert.interpreter import Interpreter

    run = Interpreter(model_content=graph, num_threads=1).get_signature_runner("step")
    wanted = run.get_input_details()  # an input that the step does not read is no input of the graph
    return {name: np.array(value) for name, value in run(**{n: v for n, v in named.items() if n in wanted}).items()}

"""What holds for one step, and for which numbers may depend on which."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from chatbot.layers.testing.compare import Findings, all_off, not_equal, numbers, off
from chatbot.layers.testing.subject import BATCH, STEPS, Subject

TOLERANCE = 1e-5
"""Of float32, over a few steps."""
_VISIBLE = 1e-4
"""A difference that rounding does not make."""


def shapes_and_dtypes(subject: Subject) -> Findings:
    """Output and states are [batch, units] in the cell's precision, and the output is the first state."""
    names, rows = subject.part_names(), (BATCH, subject.units)
    for dtype in ("float32", "mixed_bfloat16"):
        cell, given = subject.cell(dtype), subject.numbers()
        expected = (rows, cell.compute_dtype)
        initial = [ops.convert_to_tensor(state) for state in given.initial]
        output, states = cell(ops.convert_to_tensor(given.inputs[:, 0]), initial)
        yield from not_equal(f"{dtype}: number of states", len(states), len(names))
        for name, tensor in zip(["output", *names], [output, *states], strict=False):
            found = (tuple(tensor.shape), keras.backend.standardize_dtype(tensor.dtype))
            yield from not_equal(f"{dtype}: shape and dtype of {name}", found, expected)
        yield from off(f"{dtype}: the output beside the first state", output, states[0], 0.0)
        begin = cell.get_initial_state(BATCH)
        found_begin = [(tuple(state.shape), keras.backend.standardize_dtype(state.dtype)) for state in begin]
        yield from not_equal(f"{dtype}: what get_initial_state gives", found_begin, [expected] * len(names))
    sizes = cell.state_size if isinstance(cell.state_size, list | tuple) else [cell.state_size]
    yield from not_equal("state_size", list(sizes), [subject.units] * len(names))
    yield from not_equal("output_size", cell.output_size, subject.units)
    yield from not_equal("input_features", cell.input_features, subject.features)


def the_state_is_carried(subject: Subject) -> Findings:
    """Every part of the state changes what comes out later; of a class that says ``memoryless = True``, none does."""
    cell, given = subject.cell(), subject.numbers()
    output = subject.stepwise(cell, given)[0]
    for part, name in enumerate(subject.part_names()):
        other = list(given.initial)
        other[part] = other[part][::-1] + 1.0
        changed = numbers(subject.stepwise(cell, given._replace(initial=tuple(other)))[0])
        largest = float(np.abs(changed - numbers(output)).max())
        if (largest > _VISIBLE) is subject.memoryless:
            expected = "no change" if subject.memoryless else f"a change of more than {_VISIBLE}"
            yield f"outputs of {STEPS} steps from another {name}: expected {expected}, found {largest:.3g} at most"


def rows_are_independent(subject: Subject) -> Findings:
    """A row of a batch gives what it gives alone, in one step and in a sequence."""
    cell, given = subject.cell(), subject.numbers()
    layer = subject.layer(cell=cell)

    def run(rows: slice) -> list[np.ndarray]:
        part = given._replace(
            inputs=given.inputs[rows],
            initial=tuple(state[rows] for state in given.initial),
            flags=given.flags[rows],
            restart_states=tuple(states[rows] for states in given.restart_states),
        )
        initial = tuple(map(ops.convert_to_tensor, part.initial))
        inputs, mask = ops.convert_to_tensor(part.inputs), ops.convert_to_tensor(given.mask[rows])
        one = cell(inputs[:, 0], list(initial))[1]
        return [numbers(state) for state in (*one, *layer.unfold(inputs, initial, mask=mask, restarts=part.restarts()))]

    together = run(slice(None))
    names = [f"{name} of {what}" for what in ("one step", "a sequence") for name in subject.part_names()]
    for row in range(BATCH):
        alone = run(slice(row, row + 1))
        yield from all_off(f"row {row} in a batch", names, [part[[row]] for part in together], alone, TOLERANCE)


def no_step_sees_a_later_one(subject: Subject) -> Findings:
    """What is given from some step on changes nothing before it."""
    layer, given, at = subject.layer(), subject.numbers(), STEPS // 2
    later = given.inputs.copy()
    later[:, at:] += 1.0
    initial = tuple(map(ops.convert_to_tensor, given.initial))
    found, expected = (
        [numbers(part)[:, :at] for part in layer.unfold(ops.convert_to_tensor(inputs), initial)]
        for inputs in (later, given.inputs)
    )
    yield from all_off(f"the first {at} steps before other inputs", subject.part_names(), found, expected, 1e-6)

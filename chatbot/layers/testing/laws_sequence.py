"""What holds for a sequence: it is one step after the other, whatever a mask or a restart does in between."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from chatbot.layers.testing.compare import Findings, all_off, not_equal, not_finite, numbers
from chatbot.layers.testing.gradients import differentiated
from chatbot.layers.testing.laws_step import TOLERANCE
from chatbot.layers.testing.subject import STEPS, Subject, weights_of, with_weights

ROUNDING = {"mixed_bfloat16": 2.0**-8, "mixed_float16": 2.0**-11}
"""Half the distance of two numbers next to 1."""


def a_step_is_a_sequence(subject: Subject) -> Findings:
    """A layer over a sequence gives what the cell gives step by step, called or unfolded, and over one step too."""
    cell = subject.cell()
    layer, names = subject.layer(cell=cell), subject.part_names()
    for steps in (STEPS, 2, 1):
        given = subject.numbers(steps=steps)
        expected = subject.stepwise(cell, given)
        inputs, initial = ops.convert_to_tensor(given.inputs), tuple(map(ops.convert_to_tensor, given.initial))
        yield from all_off(f"{steps} steps, unfolded", names, layer.unfold(inputs, initial), expected, TOLERANCE)
        output, *last = layer(inputs, initial_state=list(initial))
        yield from all_off(f"{steps} steps, called", ["output"], [output], expected[:1], TOLERANCE)
        ends = [part[:, -1] for part in expected]
        yield from all_off(f"after {steps} steps", names, last, ends, TOLERANCE)


def a_mask_holds_the_state(subject: Subject) -> Findings:
    """A masked step leaves every part of the state as it was, in any pattern, even if a row is masked all through."""
    cell, given = subject.cell(), subject.numbers()
    layer = subject.layer(cell=cell)
    expected = subject.stepwise(cell, given, masked=True)
    initial, mask = tuple(map(ops.convert_to_tensor, given.initial)), ops.convert_to_tensor(given.mask)
    found = layer.unfold(ops.convert_to_tensor(given.inputs), initial, mask=mask)
    yield from all_off("masked", subject.part_names(), found, expected, TOLERANCE)


def what_is_masked_reaches_nothing(subject: Subject) -> Findings:
    """NaN at a masked step reaches no output and no gradient."""
    cell, given = subject.cell(), subject.numbers()
    layer, mask, weights = subject.layer(cell=cell), ops.convert_to_tensor(given.mask), weights_of(cell)
    run = with_weights(cell, lambda inputs, *initial: layer.unfold(inputs, initial, mask=mask), 1 + len(given.initial))
    names = subject.part_names()
    of = [*names, *(f"gradient of {name}" for name in ("the inputs", *names, *weights))]
    results = []
    for value in (given.inputs, np.float32(np.nan)):
        inputs = np.where(given.mask[..., None], given.inputs, value)
        outputs, gradients = differentiated(run, [inputs, *given.initial, *weights.values()])
        results.append([*outputs, *gradients])
    expected, found = results
    bad = [
        line for name, part in zip(of, found, strict=True) for line in not_finite(f"NaN at masked steps, {name}", part)
    ]
    yield from bad or all_off("NaN at masked steps", of, found, expected, 1e-6)


def a_sequence_can_be_cut_in_two(subject: Subject) -> Findings:
    """The second half, begun with the states that the first half left, goes on as if there were no cut."""
    layer, given = subject.layer(), subject.numbers()
    inputs, initial = ops.convert_to_tensor(given.inputs), tuple(map(ops.convert_to_tensor, given.initial))
    expected = layer.unfold(inputs, initial)
    for at in (1, STEPS // 2):
        first = layer.unfold(inputs[:, :at], initial)
        second = layer.unfold(inputs[:, at:], tuple(part[:, -1] for part in first))
        found = [np.concatenate([numbers(a), numbers(b)], axis=1) for a, b in zip(first, second, strict=True)]
        yield from all_off(f"cut after step {at}", subject.part_names(), found, expected, TOLERANCE)


def restarts_replace_the_state(subject: Subject) -> Findings:
    """Where a restart is flagged, the step goes on from the state given for it; elsewhere that state is not read."""
    cell, given = subject.cell(), subject.numbers()
    layer, names = subject.layer(cell=cell), subject.part_names()
    inputs, initial = ops.convert_to_tensor(given.inputs), tuple(map(ops.convert_to_tensor, given.initial))
    for masked in (False, True):
        mask, what = (ops.convert_to_tensor(given.mask), ", masked") if masked else (None, "")
        expected = subject.stepwise(cell, given, masked=masked, restarted=True)
        found = layer.unfold(inputs, initial, mask=mask, restarts=given.restarts())
        yield from all_off(f"with restarts{what}", names, found, expected, TOLERANCE)
    spoilt = tuple(np.where(given.flags[..., None], s, np.float32(1e3)) for s in given.restart_states)
    found = layer.unfold(inputs, initial, restarts=given._replace(restart_states=spoilt).restarts())
    expected = subject.stepwise(cell, given, restarted=True)
    yield from all_off("other states where no restart is flagged", names, found, expected, TOLERANCE)


def half_precision_stays_near(subject: Subject) -> Findings:
    """In mixed_bfloat16 and mixed_float16 a sequence gives what it gives in float32, but for rounding."""
    given, names = subject.numbers(), ["output", *subject.part_names()]
    exact = subject.layer()
    expected = exact(given.inputs, initial_state=list(given.initial))
    for policy, rounding in ROUNDING.items():
        layer = subject.layer(policy)
        weights = weights_of(layer.cell)
        run = with_weights(
            layer.cell,
            lambda inputs, *initial, layer=layer: layer(inputs, initial_state=list(initial)),
            1 + len(given.initial),
        )
        found, gradients = differentiated(run, [given.inputs, *given.initial, *weights.values()])
        yield from all_off(policy, names, found, expected, 16 * rounding)
        for name, tensor in zip(names, found, strict=False):
            dtype = keras.backend.standardize_dtype(tensor.dtype)
            yield from not_equal(f"{policy}: dtype of {name}", dtype, layer.compute_dtype)
        for name, gradient in zip(["the inputs", *names[1:], *weights], gradients, strict=True):
            yield from not_finite(f"{policy}: gradient of {name}", gradient)

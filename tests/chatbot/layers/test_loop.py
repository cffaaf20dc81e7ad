"""Both ways over a sequence against a plain loop in Python over the cell's own step, differentiated by TensorFlow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers import CELLS, Restarts, loop
from chatbot.layers.plan import Plan
from chatbot.layers.steps import run_any

FUSED = [name for name, kind in CELLS.items() if kind(1).fused]
WAYS = [*(("fused", name) for name in FUSED), *(("general", name) for name in CELLS), ("general", "lstm, unlike")]
every_way = pytest.mark.parametrize(("way", "name"), WAYS)
every_fused = pytest.mark.parametrize("name", FUSED)
RECOMPUTED = [*((*pair, False) for pair in WAYS), *(("fused", name, True) for name in FUSED)]
every_kept = pytest.mark.parametrize(("way", "name", "recompute"), RECOMPUTED)


def test_the_cells_with_a_gradient_of_their_own_are_among_those_tested() -> None:
    assert {"rnn", "lstm", "gru"} <= set(FUSED)


@every_kept
@pytest.mark.parametrize("restarted", [False, True], ids=["straight", "restarts"])
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
def test_values_and_gradients_equal_those_of_a_plain_loop(
    way: str, name: str, recompute: bool, masked: bool, restarted: bool, sequences: Any
) -> None:
    cell = sequences.cell(name)
    data = sequences.data(cell, 11)
    case = sequences.case(masked=masked, restarted=restarted, recompute=recompute)
    got = sequences.gradients(lambda: sequences.run(way, cell, data, case), cell, data)
    want = sequences.gradients(lambda: sequences.plain(cell, data, case), cell, data)
    sequences.close(got[0], want[0], 1e-6)
    sequences.close(got[1], want[1], 1e-5)
    assert max(np.abs(gradient).max() for gradient in want[1]) > 0.1


@every_kept
def test_in_float64_they_are_equal_to_the_last_digits(way: str, name: str, recompute: bool, sequences: Any) -> None:
    cell = sequences.cell(name, dtype="float64")
    data = sequences.data(cell, 12)
    case = sequences.case(masked=True, restarted=True, recompute=recompute, bptt_steps=3)
    got = sequences.gradients(lambda: sequences.run(way, cell, data, case), cell, data)
    want = sequences.gradients(lambda: sequences.plain(cell, data, case), cell, data)
    assert all(part.dtype == tf.float64 for part in tf.nest.flatten(got[0]))
    sequences.close(got[0], want[0], 1e-13)
    sequences.close(got[1], want[1], 1e-12)


@every_way
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_runs_and_stays_near(way: str, name: str, dtype: str, sequences: Any) -> None:
    known = CELLS[name.partition(",")[0]].OPTIONS
    plain_start = {"recurrent_initializer": "zeros"} if "recurrent_initializer" in known else {}  # no QR in bfloat16
    cell, exact = sequences.cell(name, dtype=dtype, **plain_start), sequences.cell(name)
    exact.set_weights([tf.cast(weight.value, tf.float32).numpy() for weight in cell.weights])
    data, case = sequences.data(cell, 13), sequences.case(masked=True, restarted=True)
    wide = data._replace(
        **{
            part: tf.nest.map_structure(lambda x: tf.cast(x, tf.float32), getattr(data, part))
            for part in ("inputs", "initial", "restart_states")
        }
    )
    got = sequences.gradients(lambda: sequences.run(way, cell, data, case), cell, data)
    want = sequences.gradients(lambda: sequences.plain(exact, wide, case), exact, wide)
    assert all(part.dtype == dtype for part in tf.nest.flatten(got[0]))
    rounding = {"bfloat16": 2.0**-8, "float16": 2.0**-11}[dtype]
    sequences.close(got[0], want[0], 8 * rounding)
    sequences.close(got[1], want[1], 16 * rounding)


@every_way
def test_two_halves_with_the_state_carried_equal_the_whole(way: str, name: str, sequences: Any) -> None:
    cell, case = sequences.cell(name), sequences.case()
    data = sequences.data(cell, 16)
    whole = sequences.run(way, cell, data, case)
    first = sequences.run(way, cell, data._replace(inputs=data.inputs[:, :2]), case)
    second = sequences.run(way, cell, data._replace(inputs=data.inputs[:, 2:], initial=first.last), case)
    for all_, one, two in zip(whole.sequences, first.sequences, second.sequences, strict=True):
        sequences.close(tf.concat([one, two], axis=1), all_, 1e-6)
    sequences.close(second.last, whole.last, 1e-6)


@every_way
@pytest.mark.parametrize(("batch", "steps"), [(1, 1), (1, 7), (6, 1)])
def test_one_row_and_one_step_are_no_special_case(way: str, name: str, batch: int, steps: int, sequences: Any) -> None:
    cell, case = sequences.cell(name), sequences.case(masked=True, restarted=True, bptt_steps=2)
    data = sequences.data(cell, 17, batch=batch, steps=steps)
    got = sequences.gradients(lambda: sequences.run(way, cell, data, case), cell, data)
    want = sequences.gradients(lambda: sequences.plain(cell, data, case), cell, data)
    sequences.close(got[0], want[0], 1e-6)
    sequences.close(got[1], want[1], 1e-5)


COMPILED = [
    *((*kept, False) for kept in RECOMPUTED),
    *(("fused", name, False, True) for name in FUSED),
    *(("general", name, False, True) for name in ("rnn", "gru", "lstm, unlike")),  # to compile takes its time
]


@pytest.mark.parametrize(("way", "name", "recompute", "jit"), COMPILED)
def test_one_compiled_function_serves_any_batch_and_any_number_of_steps(
    way: str, name: str, recompute: bool, jit: bool, sequences: Any
) -> None:
    cell, parts = sequences.cell(name), len(CELLS[name.partition(",")[0]].state_names)
    case = sequences.case(masked=True, restarted=True, bptt_steps=3, recompute=recompute)
    kinds = [tf.TensorSpec([None, None, cell.input_features]), *[tf.TensorSpec([None, cell.units])] * parts]
    kinds += [tf.TensorSpec([None, None], tf.bool)] * 2 + [tf.TensorSpec([None, None, cell.units])] * parts

    @tf.function(input_signature=kinds, jit_compile=jit)
    def compiled(inputs: tf.Tensor, *rest: tf.Tensor) -> Any:
        initial, (mask, flags), restart_states = rest[:parts], rest[parts : parts + 2], rest[parts + 2 :]
        sources = [inputs, *initial, *restart_states, *(v.value for v in cell.trainable_variables)]
        plan = Plan(mask, Restarts(flags, restart_states), case.bptt_steps, recompute)
        with tf.GradientTape() as tape:
            tape.watch(sources)
            if way == "fused":
                after = loop.run(cell, inputs, initial, plan)
            else:
                after = run_any(cell, cell.project(inputs), initial, plan)
            loss = tf.add_n([tf.reduce_sum(part**2) for part in (*after.sequences, *after.last)])
        return after, tape.gradient(loss, sources, unconnected_gradients="zero")

    for batch, steps in ((1, 1), (4, 7)):
        data = sequences.data(cell, steps, batch=batch, steps=steps)
        sources = [data.inputs, *data.initial, *data.restart_states, *(v.value for v in cell.trainable_variables)]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            want = sequences.plain(cell, data, case)
            loss = tf.add_n([tf.reduce_sum(part**2) for part in (*want.sequences, *want.last)])
        flags = (tf.constant(data.mask), tf.constant(data.flags))
        got = compiled(data.inputs, *data.initial, *flags, *data.restart_states)
        sequences.close(got[0], want, 1e-6)
        sequences.close(got[1], tape.gradient(loss, sources, unconnected_gradients="zero"), 1e-5)


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_thousands_of_steps_stay_finite(name: str, sequences: Any) -> None:
    # Recurrent weights large enough that states saturate, and an input that never rests.
    cell = sequences.cell(name, units=4)
    cell.recurrent_kernel.assign(2.0 * cell.recurrent_kernel)
    data = sequences.data(cell, 20, steps=4096, batch=2)

    @tf.function
    def long(inputs: tf.Tensor) -> Any:
        sources = [inputs, *data.initial, *(v.value for v in cell.trainable_variables)]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            after = loop.run(cell, inputs, data.initial, Plan())
            loss = tf.reduce_mean(after.sequences[0] ** 2)
        return after, tape.gradient(loss, sources)

    after, gradients = long(data.inputs)
    for number in tf.nest.flatten((after, gradients)):
        assert np.isfinite(number).all()
    assert np.asarray(gradients[0]).any(axis=(0, 2)).all()  # no step was left out
    at = 4000  # from the state at any step the rest follows
    rest = data._replace(inputs=data.inputs[:, at:], initial=tuple(part[:, at - 1] for part in after.sequences))
    sequences.close([part[:, at:] for part in after.sequences], sequences.plain(cell, rest, sequences.case())[0], 1e-5)


@every_fused
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
@pytest.mark.parametrize("restarted", [False, True], ids=["straight", "restarts"])
@pytest.mark.parametrize("bptt_steps", [None, 2])
def test_making_the_traces_again_changes_nothing(
    name: str, masked: bool, restarted: bool, bptt_steps: int | None, sequences: Any
) -> None:
    cell, found = sequences.cell(name), []
    data = sequences.data(cell, 21)
    for recompute in (False, True):
        case = sequences.case(masked=masked, restarted=restarted, bptt_steps=bptt_steps, recompute=recompute)
        run = lambda case=case: sequences.run("fused", cell, data, case)  # noqa: E731
        found.append(sequences.gradients(run, cell, data))
    sequences.close(found[1][0], found[0][0], 0.0)
    sequences.close(found[1][1], found[0][1], 1e-6)


def recorded_shapes(cell: Any, data: Any, sequences: Any, recompute: bool) -> list[int]:
    """The sizes of what the forward loop of a graph records at each step."""
    graph = tf.function(lambda: sequences.run("fused", cell, data, sequences.case(recompute=recompute)))
    operations = graph.get_concrete_function().graph.get_operations()
    loops = [operation for operation in operations if operation.type in ("While", "StatelessWhile")]
    assert len(loops) == 1
    return [output.dtype == tf.variant for output in loops[0].outputs].count(True)


@every_fused
def test_without_traces_the_forward_loop_records_less(name: str, sequences: Any) -> None:
    cell = sequences.cell(name)
    data = sequences.data(cell, 22)
    kept, made_again = (recorded_shapes(cell, data, sequences, recompute) for recompute in (False, True))
    assert made_again == 2 * len(cell.state_names)  # the states before and after
    assert kept > made_again


def test_a_cell_without_a_gradient_of_its_own_is_not_run(sequences: Any) -> None:
    cell = sequences.cell("lstm, unlike")
    with pytest.raises(AssertionError):
        sequences.run("fused", cell, sequences.data(cell, 23), sequences.case())

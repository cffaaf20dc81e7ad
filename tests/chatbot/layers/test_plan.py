"""What each part of a plan means, in both ways over a sequence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers import CELLS
from chatbot.layers.plan import carried_back, length_of

FUSED = [name for name, kind in CELLS.items() if kind(1).fused]
STEPS = 6
every_way = pytest.mark.parametrize(
    ("way", "name"), [*(("fused", name) for name in FUSED), *(("general", name) for name in CELLS)]
)


def started_at(data: Any, at: int) -> Any:
    """The same data with one restart in every row, before step ``at``."""
    return data._replace(flags=np.arange(STEPS)[None] == np.full((data.inputs.shape[0], 1), at))


# Masks


@every_way
def test_a_masked_step_holds_the_state(way: str, name: str, sequences: Any) -> None:
    cell = sequences.cell(name)
    data = sequences.data(cell, 15)
    after = sequences.run(way, cell, data, sequences.case(masked=True))
    assert not data.mask[1].any()
    for part, first, last in zip(after.sequences, data.initial, after.last, strict=True):
        before = np.concatenate([np.asarray(first)[:, None], np.asarray(part)[:, :-1]], axis=1)
        np.testing.assert_array_equal(np.asarray(part)[~data.mask], before[~data.mask])
        np.testing.assert_array_equal(part[:, -1], last)
        assert np.abs(np.asarray(part)[data.mask] - before[data.mask]).min(axis=-1).max() > 1e-3


@every_way
def test_what_stands_at_a_masked_step_is_without_effect(way: str, name: str, sequences: Any) -> None:
    cell, case = sequences.cell(name), sequences.case(masked=True)
    data = sequences.data(cell, 15)
    other = data._replace(inputs=tf.where(data.mask[..., None], data.inputs, 99.0))
    found = [
        sequences.gradients(lambda given=given: sequences.run(way, cell, given, case), cell, given)
        for given in (data, other)
    ]
    sequences.close(found[1], found[0], 1e-6)
    assert not found[0][1][0][~data.mask].any()


# Restarts


@every_way
def test_after_a_restart_the_states_are_those_of_a_fresh_run(way: str, name: str, sequences: Any) -> None:
    cell, at = sequences.cell(name), 3
    data = started_at(sequences.data(cell, 12), at)
    whole = sequences.run(way, cell, data, sequences.case(restarted=True))
    begun = tuple(states[:, at] for states in data.restart_states)
    fresh = sequences.run(way, cell, data._replace(inputs=data.inputs[:, at:], initial=begun), sequences.case())
    untouched = sequences.run(way, cell, data._replace(inputs=data.inputs[:, :at]), sequences.case())
    sequences.close([part[:, :at] for part in whole.sequences], untouched.sequences, 1e-6)
    sequences.close([part[:, at:] for part in whole.sequences], fresh.sequences, 1e-6)


@every_way
def test_no_gradient_crosses_a_restart_and_it_leaves_by_the_restart_states(way: str, name: str, sequences: Any) -> None:
    cell, at = sequences.cell(name), 3
    data = started_at(sequences.data(cell, 13), at)
    sources = [data.inputs, *data.initial, *data.restart_states]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        after = sequences.run(way, cell, data, sequences.case(restarted=True))
        loss = tf.reduce_sum(after.sequences[0][:, at:])
    d_inputs, *d_states = tape.gradient(loss, sources, unconnected_gradients="zero")
    parts = len(data.initial)
    assert not np.asarray(d_inputs[:, :at]).any()
    assert np.asarray(d_inputs[:, at:]).all()
    assert not any(np.asarray(gradient).any() for gradient in d_states[:parts])
    for gradient in d_states[parts:]:
        assert not np.delete(np.asarray(gradient), at, axis=1).any()
        assert np.asarray(gradient[:, at]).all() or getattr(cell, "memoryless", False)


@every_way
def test_restart_states_are_read_only_where_they_are_flagged(way: str, name: str, sequences: Any) -> None:
    cell, case = sequences.cell(name), sequences.case(masked=True, restarted=True)
    data = sequences.data(cell, 14)
    spoilt = tuple(tf.where(data.flags[..., None], states, 1e6) for states in data.restart_states)
    got = sequences.run(way, cell, data._replace(restart_states=spoilt), case)
    sequences.close(got, sequences.run(way, cell, data, case), 0.0)


# Truncation


@every_way
@pytest.mark.parametrize(
    ("stretch", "used"), [(1, {}), (4, {}), (2, {"masked": True, "restarted": True})], ids=["1", "4", "2, all"]
)
def test_truncated_gradients_are_those_of_stretches_with_the_state_held_fixed_between_them(
    way: str, name: str, stretch: int, used: dict[str, bool], sequences: Any
) -> None:
    cell = sequences.cell(name)
    data = sequences.data(cell, 18)

    def stretches() -> Any:
        found, states = [], data.initial
        for at in range(0, STEPS, stretch):
            part = data._replace(
                inputs=data.inputs[:, at : at + stretch],
                initial=states,
                restart_states=tuple(s[:, at : at + stretch] for s in data.restart_states),
                flags=data.flags[:, at : at + stretch],
                mask=data.mask[:, at : at + stretch],
            )
            found.append(sequences.run(way, cell, part, sequences.case(**used)))
            states = tuple(tf.stop_gradient(state) for state in found[-1].last)
        joined = zip(*(after.sequences for after in found), strict=True)
        return found[-1]._replace(sequences=tuple(tf.concat(part, axis=1) for part in joined))

    case = sequences.case(bptt_steps=stretch, **used)
    got = sequences.gradients(lambda: sequences.run(way, cell, data, case), cell, data)
    want = sequences.gradients(stretches, cell, data)
    sequences.close(got[0], want[0], 1e-6)
    sequences.close(got[1], want[1], 1e-5)
    whole = sequences.gradients(lambda: sequences.run(way, cell, data, sequences.case(**used)), cell, data)
    differs = max(np.abs(a - b).max() for a, b in zip(got[1], whole[1], strict=True)) > 1e-3
    assert differs is not getattr(cell, "memoryless", False)


@every_way
@pytest.mark.parametrize("stretch", [STEPS, STEPS + 1, 1000])
def test_a_stretch_as_long_as_the_sequence_truncates_nothing(way: str, name: str, stretch: int, sequences: Any) -> None:
    cell = sequences.cell(name)
    data, found = sequences.data(cell, 19), []
    for bptt_steps in (stretch, None):
        case = sequences.case(masked=True, restarted=True, bptt_steps=bptt_steps)
        found.append(sequences.gradients(lambda case=case: sequences.run(way, cell, data, case), cell, data))
    sequences.close(found[0], found[1], 0.0)


@pytest.mark.parametrize("known", [True, False], ids=["known length", "unknown length"])
def test_the_state_is_cut_where_a_stretch_begins_but_for_the_first(known: bool) -> None:
    signature = [tf.TensorSpec([2, 7 if known else None, 3])]
    for stretch, cut in ((3, {3, 6}), (1, {1, 2, 3, 4, 5, 6}), (7, set()), (6, {6})):
        passes = tf.function(lambda x, stretch=stretch: carried_back(x, stretch), input_signature=signature)
        found = np.asarray(passes(tf.zeros((2, 7, 3))))
        assert found.shape == (7, 1, 1)
        assert set(np.flatnonzero(~found)) == cut


# What is wanted, and how long it is


@every_way
@pytest.mark.parametrize("recompute", [False, True], ids=["kept", "made again"])
@pytest.mark.parametrize("wanted", [0, 1, None])
def test_only_the_wanted_parts_are_given_after_every_step(
    way: str, name: str, recompute: bool, wanted: int | None, sequences: Any
) -> None:
    cell = sequences.cell(name)
    data, case = sequences.data(cell, 24), sequences.case(masked=True, wanted=wanted, recompute=recompute)

    def first_parts() -> Any:
        after = sequences.plain(cell, data, case)
        return after._replace(sequences=after.sequences[:wanted])

    got = sequences.gradients(lambda: sequences.run(way, cell, data, case), cell, data)
    want = sequences.gradients(first_parts, cell, data)
    assert len(got[0].sequences) == (len(cell.state_names) if wanted is None else wanted)
    assert len(got[0].last) == len(cell.state_names)
    sequences.close(got[0], want[0], 1e-6)
    sequences.close(got[1], want[1], 1e-5)


def test_a_known_length_is_a_number_and_an_unknown_one_a_tensor() -> None:
    found: list[Any] = []
    for steps in (7, None):
        function = tf.function(lambda x: found.append(length_of(x)) or length_of(x))
        function.get_concrete_function(tf.TensorSpec([None, steps, 3]))
    assert found[0] == 7
    assert isinstance(found[0], int)
    assert tf.is_tensor(found[-1])

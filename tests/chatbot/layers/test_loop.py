"""The time loop against a plain loop over the cell's equations, differentiated by TensorFlow."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers import CELLS, Cell, Restarts, loop

UNITS, FEATURES, BATCH, STEPS = 5, 3, 4, 5
every_cell = pytest.mark.parametrize("name", CELLS)


class Given(NamedTuple):
    """What a sequence is computed from, all of it random."""

    inputs: tf.Tensor
    initial: tuple[tf.Tensor, ...]
    restart_states: tuple[tf.Tensor, ...]
    flags: np.ndarray
    mask: np.ndarray


def given(cell: Cell, seed: int, steps: int = STEPS) -> Given:
    rng = np.random.default_rng(seed)

    def normal(*shape: int) -> tf.Tensor:
        return tf.constant(rng.normal(size=shape), tf.float32)

    flags, mask = rng.random((BATCH, steps)) < 0.4, rng.random((BATCH, steps)) < 0.7
    flags[0], mask[1] = False, False  # a row without any restart, a row without anything to read
    return Given(
        normal(BATCH, steps, FEATURES),
        tuple(normal(BATCH, UNITS) for _ in cell.state_names),
        tuple(normal(BATCH, steps, UNITS) for _ in cell.state_names),
        flags,
        mask,
    )


def built(name: str, randomised: Any, backward: bool = True) -> Cell:
    kind = CELLS[name] if backward else type("Plain", (CELLS[name],), {"has_backward": False})
    cell = kind(UNITS)
    cell.build((None, FEATURES))
    return randomised(cell, 1)


def plain(cell: Cell, data: Given, masked: bool, restarted: bool) -> tuple[tf.Tensor, ...]:
    """The same, step by step in Python."""
    states, after = data.initial, []
    for t in range(data.inputs.shape[1]):
        if restarted:
            flag = data.flags[:, t, None]
            states = tuple(tf.where(flag, r[:, t], s) for r, s in zip(data.restart_states, states, strict=True))
        _, new = cell(data.inputs[:, t], states)
        if masked:
            new = [tf.where(data.mask[:, t, None], n, s) for n, s in zip(new, states, strict=True)]
        states = tuple(new)
        after.append(states)
    return tuple(tf.stack(part, axis=1) for part in zip(*after, strict=True))


def looped(cell: Cell, data: Given, masked: bool, restarted: bool) -> tuple[tf.Tensor, ...]:
    restarts = Restarts(tf.constant(data.flags), data.restart_states) if restarted else None
    mask = tf.constant(data.mask) if masked else None
    return loop.run(cell, cell.project(data.inputs), data.initial, mask=mask, restarts=restarts)


def with_gradients(run: Any, cell: Cell, data: Given, masked: bool, restarted: bool) -> tuple[list[Any], list[Any]]:
    rng = np.random.default_rng(9)
    sources = [data.inputs, *data.initial, *data.restart_states, *(v.value for v in cell.trainable_variables)]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        after = run(cell, data, masked, restarted)
        loss = tf.add_n([tf.reduce_sum(part * rng.normal(size=part.shape)) for part in after])
    return list(after), tape.gradient(loss, sources, unconnected_gradients="zero")


@every_cell
@pytest.mark.parametrize("restarted", [False, True], ids=["straight", "restarts"])
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
@pytest.mark.parametrize("backward", [True, False], ids=["own gradient", "automatic"])
def test_values_and_gradients_equal_those_of_a_plain_loop(
    name: str, restarted: bool, masked: bool, backward: bool, randomised: Any
) -> None:
    cell = built(name, randomised, backward)
    data = given(cell, 11)
    got, want = (with_gradients(run, cell, data, masked, restarted) for run in (looped, plain))
    for a, b in zip(got[0], want[0], strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    for a, b in zip(got[1], want[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5 * max(1.0, float(np.abs(b).max())))


@every_cell
def test_after_a_restart_the_states_are_those_of_a_fresh_run(name: str, randomised: Any) -> None:
    cell = built(name, randomised)
    data, at = given(cell, 12), 3
    data = data._replace(flags=np.arange(STEPS)[None] == np.full((BATCH, 1), at))
    whole = looped(cell, data, False, True)
    begun = tuple(states[:, at] for states in data.restart_states)
    fresh = loop.run(cell, cell.project(data.inputs[:, at:]), begun)
    untouched = loop.run(cell, cell.project(data.inputs[:, :at]), data.initial)
    for part, before, after in zip(whole, untouched, fresh, strict=True):
        np.testing.assert_allclose(part[:, :at], before, atol=1e-6)
        np.testing.assert_allclose(part[:, at:], after, atol=1e-6)


@every_cell
def test_no_gradient_crosses_a_restart_and_it_leaves_by_the_restart_states(name: str, randomised: Any) -> None:
    cell = built(name, randomised)
    data, at = given(cell, 13), 3
    data = data._replace(flags=np.arange(STEPS)[None] == np.full((BATCH, 1), at))
    sources = [data.inputs, *data.initial, *data.restart_states]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        loss = tf.reduce_sum(looped(cell, data, False, True)[0][:, at:])
    d_inputs, *d_states = tape.gradient(loss, sources)
    parts = len(data.initial)
    assert not np.asarray(d_inputs[:, :at]).any()
    assert np.asarray(d_inputs[:, at:]).all()
    assert not any(np.asarray(gradient).any() for gradient in d_states[:parts])
    for gradient in d_states[parts:]:
        assert np.asarray(gradient[:, at]).all()
        assert not np.delete(np.asarray(gradient), at, axis=1).any()


@every_cell
def test_restart_states_are_read_only_where_they_are_flagged(name: str, randomised: Any) -> None:
    cell = built(name, randomised)
    data = given(cell, 14)
    spoilt = tuple(tf.where(data.flags[..., None], states, 1e6) for states in data.restart_states)
    for a, b in zip(
        looped(cell, data, True, True), looped(cell, data._replace(restart_states=spoilt), True, True), strict=True
    ):
        np.testing.assert_array_equal(a, b)


@every_cell
def test_a_masked_step_holds_the_state_and_its_input_does_not_matter(name: str, randomised: Any) -> None:
    cell = built(name, randomised)
    data = given(cell, 15)
    after = looped(cell, data, True, False)
    for part, first in zip(after, data.initial, strict=True):
        before = np.concatenate([np.asarray(first)[:, None], np.asarray(part)[:, :-1]], axis=1)
        np.testing.assert_array_equal(np.asarray(part)[~data.mask], before[~data.mask])
    other = data._replace(inputs=tf.where(data.mask[..., None], data.inputs, 99.0))
    for a, b in zip(after, looped(cell, other, True, False), strict=True):
        np.testing.assert_array_equal(a, b)


@every_cell
def test_two_halves_with_the_state_carried_equal_the_whole(name: str, randomised: Any) -> None:
    cell = built(name, randomised)
    data = given(cell, 16)
    whole = looped(cell, data, False, False)
    first = loop.run(cell, cell.project(data.inputs[:, :2]), data.initial)
    second = loop.run(cell, cell.project(data.inputs[:, 2:]), tuple(part[:, -1] for part in first))
    for all_, one, two in zip(whole, first, second, strict=True):
        np.testing.assert_allclose(tf.concat([one, two], axis=1), all_, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "backward"),
    [*((name, True) for name in CELLS), ("lstm", False)],
    ids=[*(f"own gradient-{name}" for name in CELLS), "automatic-lstm"],
)
def test_one_compiled_function_serves_any_number_of_steps(name: str, backward: bool, randomised: Any) -> None:
    cell = built(name, randomised, backward)
    parts = len(cell.state_names)
    kinds = [tf.TensorSpec([None, None, FEATURES]), *[tf.TensorSpec([None, UNITS])] * parts]
    kinds += [tf.TensorSpec([None, None], tf.bool)] * 2 + [tf.TensorSpec([None, None, UNITS])] * parts

    @tf.function(input_signature=kinds)
    def compiled(inputs: tf.Tensor, *rest: tf.Tensor) -> Any:
        initial, (mask, flags), restart_states = rest[:parts], rest[parts : parts + 2], rest[parts + 2 :]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            after = loop.run(cell, cell.project(inputs), initial, mask=mask, restarts=Restarts(flags, restart_states))
            loss = tf.reduce_sum(after[0] ** 2)
        return after, tape.gradient(loss, [inputs, cell.recurrent_kernel.value])

    for steps in (1, 7):
        data = given(cell, steps, steps)
        masks = (tf.constant(data.mask), tf.constant(data.flags))
        after, gradients = compiled(data.inputs, *data.initial, *masks, *data.restart_states)
        with tf.GradientTape() as tape:
            tape.watch(data.inputs)
            want = plain(cell, data, True, True)
            loss = tf.reduce_sum(want[0] ** 2)
        expected = tape.gradient(loss, [data.inputs, cell.recurrent_kernel.value])
        for a, b in zip([*after, *gradients], [*want, *expected], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)

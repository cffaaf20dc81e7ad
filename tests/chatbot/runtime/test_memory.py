"""Laws of memory: reading turn by turn is reading at once, the window holds the last positions, a memory is a value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chatbot.bundle import Bundle
from chatbot.runtime.engine import Engine
from chatbot.runtime.memory import Memory

WINDOW = 24
"""memory_positions of the tiny bundles."""


@pytest.fixture(scope="module")
def engine(bundle_float32: Bundle) -> Engine:
    assert bundle_float32.model.memory_positions == WINDOW
    return Engine(bundle_float32)


def some_ids(engine: Engine, count: int, seed: int = 0) -> list[int]:
    return np.random.default_rng(seed).integers(5, engine.config.vocabulary_size, count).tolist()


def assert_close(one: Memory, other: Memory, tolerance: float = 1e-5) -> None:
    np.testing.assert_array_equal(one.ids, other.ids)
    np.testing.assert_allclose(one.annotations, other.annotations, atol=tolerance)
    for mine, theirs in zip(one.state, other.state, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=tolerance)


@pytest.mark.parametrize("cuts", [[4], [1, 2, 3], [7, 7, 30], [24], [25, 48], [10, 20, 30, 40, 50, 59]], ids=str)
def test_reading_turn_by_turn_is_reading_all_at_once(engine: Engine, cuts: list[int]) -> None:
    ids = some_ids(engine, 60)
    step_by_step = Memory.empty(engine)
    for start, end in zip([0, *cuts], [*cuts, len(ids)], strict=True):
        step_by_step = step_by_step.read(engine, ids[start:end])
    assert_close(step_by_step, Memory.empty(engine).read(engine, ids))


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_turns_are_looked_back_upon_as_in_training(cell: str, make_model: Any, tokenizer: Any) -> None:
    from train.export import make_bundle

    model: Any = make_model(cell=cell, tied=True, lookback=5)
    looking = Engine(make_bundle(model, tokenizer, name="looking", precision="float32"))
    turns = [some_ids(looking, count, seed=count) for count in (4, 1, 7, 3)]
    memory = Memory.empty(looking)
    for turn in turns:
        memory = memory.read(looking, turn)
    ids = np.concatenate(turns)[None]
    ends = np.cumsum([len(turn) for turn in turns]) - 1
    embedded = model.embed(ids)
    sequences = model.encoder(embedded, model.encoder.initial_states(1))
    known = model.encoder.look_back(embedded, np.isin(np.arange(ids.size), ends)[None])
    np.testing.assert_allclose(memory.annotations, np.asarray(sequences[-1][0] + known)[0], atol=1e-4)
    assert np.abs(np.asarray(known)).max() > 0.05


@pytest.mark.parametrize("count", [1, WINDOW - 1, WINDOW, WINDOW + 1, 3 * WINDOW + 5])
def test_a_memory_is_what_the_keras_encoder_makes_of_the_whole_text(
    engine: Engine, bundle_float32: Bundle, count: int
) -> None:
    from train.export import open_model

    model: Any = open_model(bundle_float32)
    ids = np.array(some_ids(engine, count, seed=count))
    sequences = model.encoder(model.embed(ids[None]), model.encoder.initial_states(1))
    memory = Memory.empty(engine)
    for start in range(0, count, 5):
        memory = memory.read(engine, ids[start : start + 5].tolist())
    np.testing.assert_array_equal(memory.ids, ids[-WINDOW:])
    np.testing.assert_allclose(memory.annotations, np.asarray(sequences[-1][0])[0, -WINDOW:], atol=1e-4)
    expected = [np.asarray(state)[:, -1] for layer in sequences for state in layer]
    for mine, theirs in zip(memory.state, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)


def test_an_empty_memory_holds_nothing(engine: Engine) -> None:
    memory = Memory.empty(engine)
    assert memory.ids.shape == (0,)
    assert memory.annotations.shape == (0, engine.config.units)
    assert not any(part.any() for part in memory.state)


def test_reading_nothing_gives_an_equal_memory(engine: Engine) -> None:
    for memory in (Memory.empty(engine), Memory.empty(engine).read(engine, some_ids(engine, 30))):
        assert_close(memory.read(engine, []), memory, tolerance=0)


def test_reading_on_leaves_the_old_memory_as_it_was(engine: Engine) -> None:
    old = Memory.empty(engine).read(engine, some_ids(engine, 20))
    held = [*old.state, old.annotations, old.ids]
    before = [array.copy() for array in held]
    one, other = old.read(engine, some_ids(engine, 9, seed=1)), old.read(engine, some_ids(engine, 40, seed=2))
    for changed in (one, other):
        for array in (*changed.state, changed.annotations, changed.ids):
            array[...] = 0  # a view of the old memory would carry this into it
    assert all(np.array_equal(now, then) for now, then in zip(held, before, strict=True))


def test_the_size_does_not_grow_with_the_text(engine: Engine) -> None:
    def size(memory: Memory) -> int:
        return sum(array.nbytes for array in (*memory.state, memory.annotations, memory.ids))

    full = Memory.empty(engine).read(engine, some_ids(engine, WINDOW))
    long = Memory.empty(engine).read(engine, some_ids(engine, 4000))
    assert size(long) == size(full)
    assert size(long.read(engine, some_ids(engine, 100))) == size(full)
    # Nor is the text kept alive behind a view of its end.
    assert all(array.base is None or array.base.nbytes <= 8 * array.nbytes for array in (long.annotations, long.ids))


def test_what_left_the_window_lives_on_in_the_state(engine: Engine) -> None:
    same_end = some_ids(engine, WINDOW)
    one = Memory.empty(engine).read(engine, [*some_ids(engine, 3, seed=1), *same_end])
    other = Memory.empty(engine).read(engine, [*some_ids(engine, 3, seed=2), *same_end])
    np.testing.assert_array_equal(one.ids, other.ids)
    assert any(np.abs(mine - theirs).max() > 0 for mine, theirs in zip(one.state, other.state, strict=True))

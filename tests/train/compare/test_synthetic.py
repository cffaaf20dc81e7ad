"""The synthetic task: its data by their definition, controls against leaks, and what its curves may not do."""

from __future__ import annotations

import numpy as np
import pytest

from train.compare import synthetic
from train.compare.synthetic import FEATURES, SYMBOLS, TASKS, Pupil, curve_of, lesson, make_reader, sequences


@pytest.mark.parametrize("alike", [False, True])
@pytest.mark.parametrize("distance", [1, 7])
def test_a_sequence_is_a_symbol_noise_and_the_question(distance: int, alike: bool) -> None:
    batch = sequences(3000, distance, np.random.default_rng(0), alike=alike)
    ids = batch.inputs.argmax(-1)
    assert batch.inputs.shape == (3000, distance + 1, FEATURES)
    assert np.array_equal(batch.inputs.sum(-1), np.ones(ids.shape)), "one-hot"
    assert np.array_equal(ids[:, 0], batch.symbols)
    assert (ids[:, -1] == FEATURES - 1).all()
    noise = ids[:, 1:-1]
    assert not noise.size or (
        noise.min() >= (0 if alike else SYMBOLS) and noise.max() < (SYMBOLS if alike else FEATURES - 1)
    )
    for t in range(1, distance):  # nothing but the first step tells the answer
        assert np.mean(ids[:, t] == batch.symbols) == pytest.approx(1 / SYMBOLS if alike else 0, abs=0.03)


def test_what_is_recalled_comes_from_the_first_step_and_from_nowhere_else() -> None:
    pupil = Pupil("gru", 24, 0, steps=150, seed=1)
    pupil.teach(TASKS[0], 4)
    reader = pupil.reader
    batch = sequences(400, 3, np.random.default_rng(5))
    named = lambda inputs: np.argmax(np.asarray(reader(inputs)), axis=-1)  # noqa: E731
    assert np.mean(named(batch.inputs) == batch.symbols) > 0.9
    other, erased, swapped = (batch.symbols + 3) % SYMBOLS, batch.inputs.copy(), batch.inputs.copy()
    erased[:, 0] = 0
    swapped[:, 0] = np.eye(FEATURES)[other]
    assert np.mean(named(erased) == batch.symbols) < 0.3
    assert np.mean(named(swapped) == other) > 0.9


def test_a_memoryless_cell_never_gets_beyond_chance() -> None:
    pupil = Pupil("memoryless", 32, 0, steps=60, seed=1)
    pupil.teach(TASKS[0], 4)
    assert max(pupil.accuracy([1, 3, 20])) < 1 / SYMBOLS + 0.08


def test_the_yardstick_looks_as_far_as_is_asked_and_names_what_it_sees() -> None:
    target = synthetic.reference(24)
    pupil = Pupil("transformer", synthetic.matched("transformer", target).units, target, steps=250, seed=1)
    each = next(task for task in TASKS if task.name == "each, opened")
    assert not pupil.teach(each, 60), "it has no gates that could be opened"
    assert pupil.accuracy([60])[0] > 0.9


def test_what_was_taught_before_is_forgotten() -> None:
    pupil = Pupil("lstm", 6, 0, steps=3, seed=2)
    opened = next(task for task in TASKS if task.opened)
    found = []
    for task in (TASKS[0], opened, TASKS[0]):
        assert pupil.teach(task, 3) == task.opened
        found.append([np.array(v) for v in pupil.reader.trainable_variables])
    assert all(np.array_equal(a, b) for a, b in zip(found[0], found[2], strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(found[0], found[1], strict=True))


def test_lessons_grow_to_the_longest_distance() -> None:
    rng = np.random.default_rng(0)
    early = [lesson(0, 1000, 200, rng) for _ in range(300)]
    late = [lesson(999, 1000, 200, rng) for _ in range(3000)]
    assert max(early) <= 2
    assert min(late) == 1
    assert 190 < max(late) <= 200
    assert np.median(late) == pytest.approx(np.sqrt(200), rel=0.2), "log-uniform"


def test_readers_of_all_cells_have_as_many_parameters() -> None:
    target = synthetic.reference(48)
    for name in ("memoryless", "rnn", "gru", "lstm_layernorm", "lstm_peephole", "mingru", "transformer"):
        match = synthetic.matched(name, target)
        assert abs(match.parameters - target) <= 0.02 * target
        assert match.parameters == make_reader(name, match.units, target).count_params()


def test_the_same_seed_gives_the_same_curve() -> None:
    runs = [curve_of("rnn", TASKS[2], units=48, steps=2, longest=3, seed=4, distances=(1, 3, 9)) for _ in range(2)]
    assert runs[0] == runs[1]
    assert runs[0]["distances"] == [1, 3], "a distance that is not trained on is not asked for"

"""Laws of moments: the memory after each is put together again number for number."""

from __future__ import annotations

import numpy as np
import pytest

from chatbot.conversation import Facts, Gain, Moment
from chatbot.conversation.moments import recall
from chatbot.runtime.memory import Memory
from chatbot.text.template import Turn

WINDOW = 12


def grown(rng: np.random.Generator, lengths: list[int], wiped_before: int | None = None) -> list[tuple[Moment, Memory]]:
    """Moments of turns of these lengths, and the whole memory after each, made by cutting one long list."""
    annotations, ids = np.zeros((0, 3), np.float32), np.zeros(0, np.int32)
    made = []
    for number, length in enumerate(lengths):
        if number == wiped_before:
            annotations, ids = annotations[:0], ids[:0]
        state = (rng.normal(size=(1, 3)).astype(np.float32),)
        annotations = np.concatenate([annotations, rng.normal(size=(length, 3)).astype(np.float32)])[-WINDOW:]
        ids = np.concatenate([ids, rng.integers(0, 99, length, np.int32)])[-WINDOW:]
        memory = Memory(state, annotations, ids)
        made.append((Moment(Turn("user", "x"), Facts(), Gain.of(memory, length, "m")), memory))
    return made


@pytest.mark.parametrize("seed", range(20))
def test_every_memory_comes_back_as_it_was(seed: int) -> None:
    rng = np.random.default_rng(seed)
    made = grown(rng, [int(n) for n in rng.integers(1, 20, 12)], wiped_before=int(rng.integers(0, 24)))
    moments = [moment for moment, _ in made]
    for end, (_, memory) in enumerate(made, start=1):
        found = recall(moments, end)
        assert found is not None
        np.testing.assert_array_equal(found.annotations, memory.annotations)
        np.testing.assert_array_equal(found.ids, memory.ids)
        np.testing.assert_array_equal(found.state[0], memory.state[0])


def test_what_misses_a_part_or_has_one_of_another_model_is_not_made_up() -> None:
    moments = [moment for moment, _ in grown(np.random.default_rng(0), [5, 5, 5, 5])]
    assert recall(moments, 4) is not None
    assert recall(moments[2:], 2) is None  # 10 of the 12 positions
    assert recall(moments[1:], 3) is not None
    gain = moments[2].gain
    assert gain is not None
    foreign = Gain(gain.state, gain.annotations, gain.ids, gain.positions, "other")
    for broken in (Moment(moments[2].turn), Moment(moments[2].turn, Facts(), foreign)):
        assert recall([*moments[:2], broken, moments[3]], 4) is None


def test_an_annotation_is_held_once_however_many_moments_remember_it() -> None:
    made = grown(np.random.default_rng(0), [2] * 50)
    held = sum(len(moment.gain.annotations) for moment, _ in made if moment.gain is not None)
    assert held == 100
    assert all(moment.gain is not None and moment.gain.annotations.base is None for moment, _ in made)


def test_speed_is_tokens_a_second_and_unknown_where_it_was_not_measured() -> None:
    assert Facts(seconds=2.0, tokens=50).tokens_per_second == 25
    for unknown in (Facts(), Facts(tokens=5), Facts(seconds=1.0), Facts(seconds=0.0, tokens=5)):
        assert unknown.tokens_per_second is None

"""States as rows of numbers."""

from __future__ import annotations

import numpy as np
import pytest

from chatbot.conversation.insight.states import distance, parts, state_summary


def states(count: int, each: int, seed: int = 0) -> list[tuple[np.ndarray, ...]]:
    rng = np.random.default_rng(seed)
    return [tuple(rng.normal(size=(1, 3)) for _ in range(2 * each)) for _ in range(count)]


def test_every_part_of_every_layer_is_units_by_tokens() -> None:
    given = states(4, each=2)
    found = parts(given, layers=2)
    assert [part.title for part in found] == ["layer 1 hidden", "layer 1 cell", "layer 2 hidden", "layer 2 cell"]
    for number, part in enumerate(found):
        assert part.values.shape == (3, 4)
        for token in range(4):
            np.testing.assert_array_equal(part.values[:, token], given[token][number][0])
    assert [part.title for part in parts(states(1, 1), 2)] == ["layer 1 hidden", "layer 2 hidden"]
    assert parts(states(1, 3), 2)[2].name == "part 3"
    assert parts([], 2) == ()


def test_distance_is_a_share() -> None:
    (one,), (other,) = states(1, 1, 1), states(1, 1, 2)
    assert distance(one, one) == 0
    assert distance(one, tuple(-part for part in one)) == pytest.approx(1)
    assert distance(one, tuple(0 * part for part in one)) == pytest.approx(1)
    assert 0 < distance(one, other) == distance(other, one) < 1
    assert distance((np.zeros(2),), (np.zeros(2),)) == 0
    # ‖a - b‖ = 5, ‖a‖ = 5, ‖b‖ = 0 and 1, 1, 2 of the other part: (5/5 + 1/3) / 2
    assert distance((np.array([3.0, 4.0]), np.array([1.0])), (np.zeros(2), np.array([2.0]))) == pytest.approx(2 / 3)


def test_the_summary_says_how_strong_the_state_is_and_what_a_token_changed() -> None:
    given = [(np.array([[0.9, 0.1]]),), (np.array([[0.9, -0.9]]),)]
    assert state_summary(given, "“a”", 0) == "After “a”: 50% of 2 numbers stronger than ½."
    moved = distance(*given)
    assert (
        state_summary(given, "“b”")
        == f"After “b”: 100% of 2 numbers stronger than ½, {moved:.0%} other than one token before."
    )
    assert state_summary([], "x") == "There is no state to see yet."

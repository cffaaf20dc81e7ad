"""Laws of how time is told: a line as often as was asked for and no more, and durations in a unit that suits them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from train.timing import Pace, duration


@pytest.mark.parametrize(("seconds", "times"), [(30.0, [30, 60, 90]), (45.0, [45, 90]), (101.0, [])])
def test_it_is_time_once_in_so_many_seconds(seconds: float, times: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=1000.0, monotonic=lambda: clock.now)
    monkeypatch.setattr("train.timing.time", clock)
    pace, due = Pace(seconds), []
    for second in range(1, 101):
        clock.now += 1.0
        if pace.due():
            due.append(second)
            assert not pace.due()
    assert due == times


def test_what_is_looked_at_seldom_is_due_once_and_not_as_often_as_was_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr("train.timing.time", clock)
    pace = Pace(10.0)
    clock.now = 95.0
    assert [pace.due() for _ in range(3)] == [True, False, False]
    clock.now = 104.9
    assert not pace.due()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.01234, "0.012 s"), (42.4, "42 s"), (99.4, "99 s"), (100.0, "2 min"), (5900.0, "98 min"), (7980.0, "2 h 13 min"),
     (99.6 * 60, "1 h 40 min")],
)  # fmt: skip
def test_a_duration_is_told_in_a_unit_that_suits_it(seconds: float, said: str) -> None:
    assert duration(seconds) == said

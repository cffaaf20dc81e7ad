"""Intervals that hold what they must as often as they say, and verdicts that never say more than they hold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from train.compare.significance import bootstrap, pairs, ratio_interval, verdict

RNG = np.random.default_rng(0)


def test_an_interval_covers_the_mean_about_as_often_as_it_says() -> None:
    held = [low < 1.0 < high for low, high in (bootstrap(RNG.normal(1, 2, 60), resamples=400) for _ in range(200))]
    assert 0.88 < np.mean(held) < 0.99


def test_no_difference_is_shown_where_there_is_none() -> None:
    words = np.full(40, 20.0)
    hard = RNG.normal(60, 20, 40)
    wrong = 0
    for number in range(60):
        one, other = (hard + RNG.normal(0, 3, (2, 40)) for _ in range(2))
        wrong += verdict(ratio_interval(one, other, words, seed=number)) != "no difference shown"
    assert wrong <= 12, "about 1 in 20 may be"


def test_pairing_sees_a_difference_that_the_spread_of_dialogues_would_hide() -> None:
    words, hard = np.full(40, 20.0), RNG.normal(60, 20, 40)
    one = hard + RNG.normal(0, 0.5, (3, 40))
    found = ratio_interval(one, one + 1.0, words)
    assert found == pytest.approx([math.exp(-1 / 20)] * 2)
    assert verdict(found) == "lower"


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ((0.8, 0.9), "lower"),
        ((1.1, 1.2), "higher"),
        ((0.9, 1.1), "no difference shown"),
        ((1.0, 1.2), "no difference shown"),
        ((0.8, 1.0), "no difference shown"),
        ((math.nan, math.nan), "no difference shown"),
    ],
)
def test_what_holds_one_is_never_called_a_difference(interval: tuple[float, float], expected: str) -> None:
    assert verdict(interval) == expected


def test_every_pair_is_judged_once_and_either_way_alike() -> None:
    words = np.full(30, 10.0)
    nats = {"a": RNG.normal(30, 1, (1, 30)), "b": RNG.normal(40, 1, (1, 30)), "c": RNG.normal(30, 1, (1, 30))}
    found = pairs(nats, words)
    assert [pair["cells"] for pair in found] == [["a", "b"], ["a", "c"], ["b", "c"]]
    back = pairs({"b": nats["b"], "a": nats["a"]}, words)[0]
    assert found[0]["ratio"] * back["ratio"] == pytest.approx(1)
    assert (found[0]["verdict"], back["verdict"]) == ("lower", "higher")


def test_of_nothing_nothing_is_known() -> None:
    assert all(map(math.isnan, bootstrap(np.array([]))))

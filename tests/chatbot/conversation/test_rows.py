"""Laws of moments as rows: they come back equal, and of what is not known the turn at least."""

from __future__ import annotations

import json

import numpy as np
import pytest

from chatbot.config import SamplingConfig
from chatbot.conversation import Facts, Moment, rows
from chatbot.text.template import Turn

LUCK = dict(np.random.default_rng(3).bit_generator.state)
FACTS = [
    Facts(),
    Facts(time=12.5),
    Facts(1e9, 0.25, 7, "tiny", "ab", SamplingConfig(seed=None, temperature=0.0), LUCK, stopped=True),
    Facts(1e9, 0.25, 7, "tiny", "ab", SamplingConfig(seed=2**63), LUCK),
]


@pytest.mark.parametrize("facts", FACTS)
@pytest.mark.parametrize("text", ["Hi", "a\0b", "\x1b[31mred\u202e", "🙂é\n\t", ""])
def test_a_moment_comes_back_equal(facts: Facts, text: str) -> None:
    moment = Moment(Turn("assistant", text), facts)
    found = rows.moment_of((*rows.row_of(moment), None, None))
    assert (found.turn, found.facts, found.gain) == (moment.turn, moment.facts, None)


def test_half_a_surrogate_pair_is_left_out() -> None:
    assert rows.row_of(Moment(Turn("user", "a\ud800b")))[1] == "ab"


@pytest.mark.parametrize("sampling", ['{"temprature": 1}', "{", "[]", "7", '{"temperature": -1}', "null"])
@pytest.mark.parametrize("luck", ["{}", "{", "7", '{"bit_generator": "PCG64", "state": 5}', "[" * 100_000])
def test_what_is_not_known_is_left_out(sampling: str, luck: str) -> None:
    row = list(rows.row_of(Moment(Turn("user", "Hi"), FACTS[2])))
    row[rows.COLUMNS.index("sampling")], row[rows.COLUMNS.index("luck")] = sampling, luck
    found = rows.moment_of((*row, "ab", b"no memory"))
    assert (found.facts.sampling, found.facts.luck, found.gain) == (None, None, None)
    assert (found.turn.text, found.facts.tokens) == ("Hi", 7)


def test_luck_goes_through_json() -> None:
    assert rows.luck_of(json.loads(json.dumps(LUCK))) == LUCK


@pytest.mark.parametrize("seed", range(20))
def test_worth_keeping_are_the_latest_and_what_the_first_of_them_needs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    window, positions, sizes = int(rng.integers(1, 800)), 0, []
    for _ in range(int(rng.integers(1, 400))):
        gained = min(window, int(rng.integers(1, 20)))
        positions = min(window, positions + gained)
        sizes.append((gained, positions))
    latest_first = sizes[::-1]
    kept = rows.worth_keeping(latest_first)
    assert kept >= min(rows.KEPT_TURNS, len(sizes))
    first = latest_first[: rows.KEPT_TURNS][-1]
    enough = sum(gained for gained, _ in latest_first[rows.KEPT_TURNS - 1 : kept])
    assert enough >= first[1] or kept == len(sizes)
    if kept > rows.KEPT_TURNS:
        assert sum(gained for gained, _ in latest_first[rows.KEPT_TURNS - 1 : kept - 1]) < first[1]

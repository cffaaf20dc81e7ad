"""Sentences say what the figures say, and no more."""

from __future__ import annotations

import pytest

from tests.train.compare.reports import made_up
from train.compare import sentences


def test_only_what_no_interval_leaves_open_is_called_a_difference() -> None:
    said = sentences.perplexity(made_up())
    assert "rnn is 10.0 to 20.0 % lower than my.cells:Lstm<i>" in said
    assert "transformer is 20.0 to 50.0 % lower than my.cells:Lstm<i>" in said, "the ratio turned around"
    assert "no difference is shown between rnn and transformer" in said


def test_one_seed_says_that_it_is_one() -> None:
    report = made_up()
    assert "luck" in sentences.perplexity(report)
    report["seeds"] = 3
    assert "luck" not in sentences.perplexity(report)
    assert "dialogues and seeds" in sentences.perplexity(report)


def test_where_nothing_differs_nothing_is_said_to() -> None:
    report = made_up()
    for pair in report["pairs"]:
        pair |= {"interval": [0.9, 1.1], "verdict": "no difference shown"}
    assert "lower" not in sentences.perplexity(report)


def test_one_cell_is_compared_with_nothing() -> None:
    assert "nothing to compare" in sentences.perplexity({**made_up(), "pairs": []})


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("at", "2.5 exchanges"),
        ("beyond", "more than 2"),
        ("within", "less than half even after"),
        ("none", "not above"),
    ],
)
def test_a_half_life_is_told_as_what_it_is(kind: str, text: str) -> None:
    report = made_up()
    report["cells"][0]["facts"]["half_life_kind"] = kind
    assert f"rnn {text}" in sentences.facts(report)


def test_who_recalls_more_than_chance_is_who_does_so_with_its_whole_interval() -> None:
    report = made_up()
    report["cells"][0]["facts"]["points"][0]["interval"] = [0.1, 1.0]
    said = sentences.facts(report)
    assert said.startswith("my.cells:Lstm<i> and transformer recall more")
    for cell in report["cells"]:
        cell["facts"]["points"][0]["interval"] = [0.1, 1.0]
    assert sentences.facts(report).startswith("No cell recalls")


def test_every_pair_of_clipping_is_counted_for_and_against() -> None:
    report = made_up()
    report["explosion"]["runs"][0]["clipped"]["last_loss"] = 9.0
    said = sentences.mending(report)
    assert "in 3 of 4 pairs: 1 of 2 at gain 1, rate 0.5; 2 of 2 at gain 2" in said
    assert "3 clipped and 0 unclipped" in said


def test_what_is_no_number_is_counted_and_not_left_out() -> None:
    assert "4 at gain 1; 1e+06 at gain 2, 1 of 2 no number" in sentences.explosion(made_up())


def test_gates_that_a_cell_has_not_are_named() -> None:
    assert "rnn (no such gates) 21.0 steps" in sentences.synthetic(made_up(), 3)
    assert "no such gates" not in sentences.synthetic(made_up(), 2)


def test_each_other_sentence_holds_its_figures() -> None:
    report = made_up()
    assert "× 0.5 a step, spectral radius 0.90" in sentences.gradients(report)
    assert "rnn 2 steps (6.5 of 30 dimensions used)" in sentences.states(report)
    assert "rnn's kept gate is open 0.60" in sentences.gates(report)
    assert "rnn 2.0 times" in sentences.growth(report)
    assert "keeps no keys" in sentences.growth(report)
    assert "After 40 steps" in sentences.learning(report)
    report["cells"][0]["steps"] = 41
    assert "same time" in sentences.learning(report)


def test_lists_read_as_such() -> None:
    assert sentences.joined(["a"]) == "a"
    assert sentences.joined(["a", "b", "c"]) == "a, b and c"

"""The rows of the summary."""

from __future__ import annotations

from tests.train.compare.reports import made_up
from train.compare.rows import HEADS, rows


def test_a_row_has_something_under_every_head() -> None:
    for row in rows(made_up()):
        assert len(row) == len(HEADS)
        assert all(row)


def test_figures_stand_with_their_intervals_and_what_is_absent_is_a_dash() -> None:
    first, _, transformer = rows(made_up())
    named = dict(zip(HEADS, first, strict=True))
    assert named["perplexity (95 %)"] == "50.0 (45.0 to 56.0)"
    assert named["fact recalled at once"] == "90% (80% to 100%)"
    assert named["half-life, exchanges"] == "2.5"
    assert named["gradient a step back"] == "× 0.5"
    absent = dict(zip(HEADS, transformer, strict=True))
    assert [absent[head] for head in ("half-life, steps alone", "gradient a step back", "bundle")] == ["–"] * 3

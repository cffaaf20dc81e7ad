"""What the README says of the cells holds in the report that is stored in ``data/comparison``."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest

from train.compare.reading import read_report

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "data" / "comparison"
GATED = ("lstm", "gru")
RECURRENT = ("rnn", *GATED)


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """The stored report."""
    return read_report(FOLDER)


@pytest.fixture(scope="module")
def cells(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What was found of each cell."""
    return {cell["cell"]: cell for cell in report["cells"]}


def synthetic(cell: dict[str, Any], task: str) -> dict[str, Any]:
    """What was found on one form of the synthetic task."""
    found: dict[str, Any] = next(each for each in cell["synthetic"] if each["task"] == task)
    return found


def recall(cell: dict[str, Any], task: str) -> dict[int, float]:
    """By distance, on one form of the synthetic task."""
    part = synthetic(cell, task)
    return dict(zip(part["distances"], part["recall"], strict=True))


def test_every_cell_was_trained_with_three_seeds_on_the_same(report: dict[str, Any], cells: dict[str, Any]) -> None:
    assert report["seeds"] >= 3
    assert not report["failed"]
    assert set(cells) >= {"memoryless", *RECURRENT, "transformer"}
    assert len(report["order"]) == report["seeds"]
    assert {cell["steps"] for cell in cells.values()} == {150}
    sizes = [cell["parameters"] for cell in cells.values()]
    assert max(sizes) <= 1.02 * min(sizes)


def test_without_recurrence_nothing_is_remembered(cells: dict[str, Any]) -> None:
    chance = cells["memoryless"]["synthetic"][0]["chance"]
    assert all(share < chance + 0.05 for share in recall(cells["memoryless"], "each").values())
    at_once = cells["memoryless"]["facts"]["points"][0]
    assert at_once["interval"][0] <= cells["memoryless"]["facts"]["chance"]


def test_gradients_reach_farther_through_gates(cells: dict[str, Any]) -> None:
    rnn, lstm, gru = (cells[cell]["gradients"]["end"]["factor"] for cell in RECURRENT)
    assert (round(rnn, 2), round(lstm, 2), round(gru, 2)) == (0.71, 0.91, 0.92)


def test_the_vanilla_cell_recalls_where_closed_gates_do_not(cells: dict[str, Any]) -> None:
    assert recall(cells["rnn"], "each")[50] > 0.9
    assert recall(cells["lstm"], "each")[20] > 0.9 > 0.2 > recall(cells["lstm"], "each")[50]
    assert recall(cells["gru"], "each")[10] > 0.9 > 0.2 > recall(cells["gru"], "each")[20]


@pytest.mark.parametrize(("task", "distance", "able"), [("each, opened", 50, GATED), ("growing", 200, RECURRENT)])
def test_open_gates_and_short_distances_first_are_what_it_takes(
    cells: dict[str, Any], task: str, distance: int, able: tuple[str, ...]
) -> None:
    for cell in able:
        found = synthetic(cells[cell], task)
        assert (found["half_life"], found["half_life_kind"]) == (distance, "beyond")


def test_it_explodes_and_clipping_helps_in_most_pairs(report: dict[str, Any]) -> None:
    text = (FOLDER / "report.md").read_text(encoding="utf-8")
    assert "1.88e+07 at gain 2" in text
    assert "in 13 of 18 pairs" in text
    assert len(report["explosion"]["runs"]) == 18


def test_the_vanilla_cell_and_the_gru_begin_faster_than_the_lstm(report: dict[str, Any]) -> None:
    lower = {
        tuple(pair["cells"] if pair["verdict"] == "lower" else reversed(pair["cells"]))
        for pair in report["pairs"]
        if pair["verdict"] != "no difference shown"
    }
    assert {("rnn", "lstm"), ("gru", "lstm"), ("rnn", "gru")} <= lower


def test_only_the_transformer_pays_for_a_longer_conversation(cells: dict[str, Any]) -> None:
    for name, cell in cells.items():
        growth = {each["pieces"]: each["milliseconds"] for each in cell["cost"]["growth"]}
        ratio = growth[max(growth)] / growth[min(growth)]
        assert ratio > 3 if name == "transformer" else ratio < 1.3


def test_every_picture_of_the_report_is_there() -> None:
    named = set(
        itertools.chain.from_iterable(
            re.findall(r"\]\((?:data/comparison/)?(plots/[^)]+)\)", path.read_text(encoding="utf-8"))
            for path in (FOLDER / "report.md", ROOT / "README.md")
        )
    )
    assert named == {f"plots/{path.name}" for path in (FOLDER / "plots").iterdir()}

"""The whole comparison: what is the same for all, what is used again, and what becomes of a cell that fails."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from chatbot.errors import ChatbotError, ConfigError
from chatbot.layers import Cell, register
from train.compare import lab as module
from train.compare.lab import Lab, _reason, _require_same
from train.compare.matching import match_units
from train.fitting import InterruptedTrainingError

if TYPE_CHECKING:
    from train.compare.conditions import Conditions

QUIET = Console(quiet=True)


@register("breaks-when-it-runs")
class Breaks(Cell):
    def advance(self, sums: Any, states: Any) -> Any:
        raise RuntimeError("it breaks")


def test_all_read_the_same_in_the_same_order_with_as_many_parameters(made: tuple[Path, dict[str, Any]]) -> None:
    report = made[1]
    counts = [cell["parameters"] for cell in report["cells"]]
    assert [cell["cell"] for cell in report["cells"]] == ["rnn", "lstm", "transformer"]
    assert max(counts) <= 1.02 / 0.98 * min(counts)
    assert len(report["order"]["1"]) == 64
    assert len({cell["steps"] for cell in report["cells"]}) == 1


def test_adding_a_cell_trains_that_alone_and_changes_no_figure(
    made: tuple[Path, dict[str, Any]], conditions: Conditions, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, before = made
    trained, run = [], module.run

    def watched(member: Any, console: Console) -> Any:
        trained.extend([] if member.kept() else [member.cell])
        return run(member, console)

    monkeypatch.setattr(module, "run", watched)
    cells = ["memoryless", "transformer", "breaks-when-it-runs", "lstm", "rnn"]
    after = Lab(conditions, cells, 1, out, [], "smoke").run(QUIET)
    assert trained == ["memoryless", "breaks-when-it-runs"]
    figures = {cell["cell"]: cell for cell in after["cells"]}
    assert {cell["cell"]: figures[cell["cell"]] for cell in before["cells"]} == {c["cell"]: c for c in before["cells"]}
    assert after["order"] == before["order"]
    assert after["failed"] == {"breaks-when-it-runs": "RuntimeError: it breaks"}


def test_what_cannot_be_matched_is_left_out_and_says_what_is_possible(
    conditions: Conditions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    units_for = module.units_for

    def coarse(settings: Any, cell: str, vocabulary_size: int) -> Any:
        if cell == "gru":
            return match_units(cell, lambda units: 1000 * units, 2500)
        return units_for(settings, cell, vocabulary_size)

    monkeypatch.setattr(module, "units_for", coarse)
    matches, failures = Lab(conditions, ["gru", "rnn"], 1, tmp_path, [], "smoke")._matches(QUIET)
    assert list(matches) == ["rnn"]
    assert "2,000 with 2 unit(s) and 3,000 with 3 unit(s)" in failures["gru"]
    with pytest.raises(ConfigError, match="3,000 with 3"):
        Lab(conditions, ["gru"], 1, tmp_path, [], "smoke").run(QUIET)


def test_ctrl_c_and_a_full_disk_are_no_faults_of_a_cell(
    conditions: Conditions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = InterruptedTrainingError("stopped", expected="", remedy="")
    full = ChatbotError("cannot be saved", expected="", remedy="")
    full.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    for error, kind, text in ((stopped, InterruptedTrainingError, "stopped"), (full, ChatbotError, "no space left")):

        def fails(member: Any, console: Console, error: Exception = error) -> Any:
            raise error

        monkeypatch.setattr(module, "run", fails)
        with pytest.raises(kind, match=text):
            Lab(conditions, ["rnn"], 1, tmp_path, [], "smoke").run(QUIET)


def test_cells_that_were_asked_otherwise_are_not_compared() -> None:
    member = {"steps": 1, "data": "d", "order": "o", "asked": "a"}
    _require_same({"x": [member], "y": [dict(member)]})
    with pytest.raises(ChatbotError, match="changed while"):
        _require_same({"x": [member], "y": [{**member, "asked": "b"}]})
    with pytest.raises(AssertionError):
        _require_same({"x": [member], "y": [{**member, "order": "p"}]})


def test_a_reason_is_one_line_without_what_keras_puts_around_it() -> None:
    around = "Exception encountered when calling Encoder.call().\n\n\x1b[1m{}\x1b[0m\n\nArguments received by x:\n  • y"
    text = around.format("it breaks")
    assert _reason(RuntimeError(text)) == "RuntimeError: it breaks"
    assert _reason(ValueError("a\nb")) == "ValueError: a b"

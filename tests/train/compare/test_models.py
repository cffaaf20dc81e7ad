"""From names to models: what is known, how they are matched, and when a cell is another one."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chatbot.errors import ConfigError
from train.compare.models import fingerprint, known_cells, make_model, units_for

if TYPE_CHECKING:
    from train.compare.settings import Settings


def test_an_unknown_cell_is_answered_with_the_list_of_names() -> None:
    with pytest.raises(ConfigError) as failed:
        known_cells("lstm,lsmt")
    for name in ("rnn", "gru", "mingru", "transformer"):
        assert name in str(failed.value)
    with pytest.raises(ConfigError):
        known_cells(" , ")


def test_each_cell_is_compared_once_in_the_order_given() -> None:
    assert known_cells("gru, lstm,gru,transformer") == ["gru", "lstm", "transformer"]


@pytest.mark.parametrize("cell", ["memoryless", "rnn", "gru", "lstm_layernorm", "mingru", "transformer"])
def test_parameters_match_within_two_percent(cell: str, tiny: Settings) -> None:
    settings = dataclasses.replace(tiny, units=40)
    target = units_for(settings, "lstm", 400)
    assert target.units == 40
    match = units_for(settings, cell, 400)
    assert abs(match.parameters - target.parameters) <= 0.02 * target.parameters
    assert match.parameters == make_model(settings, cell, match.units, 400).count_params()


def test_equal_units_are_taken_as_they_are(tiny: Settings) -> None:
    assert units_for(dataclasses.replace(tiny, match="units", units=9), "gru", 400).units == 9


def test_a_cell_whose_code_changes_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib
    import sys

    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    code = (
        "from chatbot.layers import Cell\nclass Mine(Cell):\n    def advance(self, sums, states):\n"
        "        return (sums[0] * {},)\n"
    )
    found = []
    for number in (1, 1, 22):
        Path("mine_cell.py").write_text(code.format(number))
        sys.modules.pop("mine_cell", None)
        importlib.invalidate_caches()
        import linecache

        linecache.clearcache()
        found.append(fingerprint("mine_cell:Mine"))
    assert found[0] == found[1] != found[2]

"""The report: what its description promises is there, as plain JSON, and it is written whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import ChatbotError
from train.compare import report as module
from train.compare.reading import REPORT, SCHEMA, read_report
from train.compare.report import write_report


def test_it_holds_what_its_description_names(report: dict[str, Any]) -> None:
    assert module.__doc__ is not None
    for name in report:
        assert name in module.__doc__
    for cell in report["cells"]:
        for name, part in cell.items():
            assert name in module.__doc__
            for inner in part if isinstance(part, dict) else ():
                assert inner in module.__doc__, f"{name}.{inner} is not described"
    assert report["version"] == SCHEMA


def test_it_is_plain_json_and_read_back_as_it_was(made: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    write_report(tmp_path, made[1])
    assert read_report(tmp_path) == json.loads((tmp_path / REPORT).read_text()) == made[1]


def test_what_a_transformer_has_not_is_null(report: dict[str, Any]) -> None:
    transformer = report["cells"][-1]
    assert (transformer["gradients"], transformer["states"]) == (None, None)
    assert [part["task"] for part in transformer["synthetic"]] == [
        part["task"] for part in report["cells"][0]["synthetic"]
    ]
    assert transformer["cost"]["bundle_bytes"] is None
    assert transformer["bundles"] == []


def test_the_spectral_radius_and_reach_stand_for_each_stage(report: dict[str, Any]) -> None:
    for cell in report["cells"][:2]:
        assert list(cell["gradients"]) == ["start", "middle", "end"]
        assert cell["gradients"]["start"]["spectral_radii"][0] > 0
        assert cell["gradients"]["start"]["norms"][0] == pytest.approx(1)
        assert cell["gradients"]["start"]["norms"] != cell["gradients"]["end"]["norms"]


def test_a_folder_that_takes_nothing_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ChatbotError, match="room"):
        write_report(tmp_path / "file", {})

"""One cell with one seed: kept, found again, and another one as soon as anything that matters differs."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from chatbot.bundle import read_bundle
from train.compare import member as module
from train.compare.matching import Match
from train.compare.member import RESULT, Member, run

if TYPE_CHECKING:
    from train.compare.conditions import Conditions


@pytest.fixture
def member(conditions: Conditions, tmp_path: Path) -> Member:
    return Member("gru", 1, Match(10, 0), 4, conditions, tmp_path)


def test_its_key_hangs_on_everything_that_changes_its_figures(member: Member) -> None:
    settings = dataclasses.replace(member.conditions.settings, learning_rate=0.1)
    others = [
        dataclasses.replace(member, cell="lstm"),
        dataclasses.replace(member, seed=2),
        dataclasses.replace(member, match=Match(11, 0)),
        dataclasses.replace(member, steps=5),
        dataclasses.replace(member, conditions=dataclasses.replace(member.conditions, settings=settings)),
    ]
    assert len({member.key, *(other.key for other in others)}) == 6
    assert member.key == dataclasses.replace(member, out=Path("elsewhere")).key


def test_other_code_or_other_questions_make_another_key(member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {member.key}
    monkeypatch.setattr(module, "code", lambda: "another")
    keys.add(member.key)
    monkeypatch.setattr(module, "asked", lambda settings: "another")
    keys.add(member.key)
    assert len(keys) == 3


def test_what_is_torn_or_of_another_key_is_not_used_again(member: Member) -> None:
    assert member.kept() is None
    member.folder.mkdir(parents=True)
    for text in ("{", "[]", json.dumps({"key": "another"})):
        (member.folder / RESULT).write_text(text)
        assert member.kept() is None
    (member.folder / RESULT).write_text(json.dumps({"key": member.key}))
    assert member.kept() == {"key": member.key}


def test_the_name_of_a_users_cell_makes_a_plain_folder(member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "fingerprint", lambda cell: "0")
    assert dataclasses.replace(member, cell="../my.cells:Mine").folder.parent == member.folder.parent


def test_it_trains_once_and_gives_the_same_figures_with_the_same_seed(member: Member, tmp_path: Path) -> None:
    console = Console(quiet=True)
    found = run(member, console)
    assert found == json.loads(json.dumps(found)), "plain values"
    assert run(member, console) == found
    again = run(dataclasses.replace(member, out=tmp_path / "other"), console)
    assert _timeless(again) == _timeless(found)
    assert found["steps"] == 4
    bundle = read_bundle(member.out / found["bundle"])
    assert bundle.model.cell == "gru"
    assert not list((member.folder / "checkpoints").glob("*"))


def _timeless(found: dict[str, Any]) -> dict[str, Any]:
    """Without what a clock says."""
    curve = [{k: v for k, v in point.items() if k != "seconds"} for point in found["learning"]["curve"]]
    return {**found, "cost": None, "learning": {**found["learning"], "curve": curve}}

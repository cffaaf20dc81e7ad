"""From places to dialogues: several sources, skipped ones, roles and masks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatbot.errors import CorpusError, UsageError
from train.corpora.corpus import Reading, conversations, dialogues
from train.corpora.dialogue import Skipped
from train.corpora.places import Place
from train.corpora.redact import Redactor
from train.corpora.roles import Roles


def line(*said: tuple[str, str]) -> str:
    return json.dumps({"turns": [{"speaker": speaker, "text": text} for speaker, text in said]}) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.jsonl").write_text(line(("Ada", "three"), ("Ben", "four")))
    (tmp_path / "a.jsonl").write_text(line(("Ada", "one"), ("Ben", "two a@b.org")) + "{}\n")
    (tmp_path / "c.png").write_bytes(b"\x89PNG" + bytes(100))
    return tmp_path


def test_all_sources_of_a_place_are_read_and_what_is_none_is_told(folder: Path) -> None:
    skipped: list[Skipped] = []
    found = list(conversations(Place(str(folder)), Reading(), skipped.append))
    assert [(each.source.filename, each.format, each.conversation.line) for each in found] == [
        ("a.jsonl", "jsonl", 1), ("b.jsonl", "jsonl", 1),
    ]  # fmt: skip
    assert [skip.where for skip in skipped] == [f"{folder}/a.jsonl:2", f"{folder}/c.png"]
    assert skipped[1].reason == "is no text"


def test_a_place_of_which_nothing_can_be_read_is_an_error(folder: Path) -> None:
    with pytest.raises(CorpusError, match=r"c\.png is no text"):
        list(conversations(Place(str(folder / "c.png")), Reading(), lambda skip: None))


def test_dialogues_without_the_assistant_are_skipped_and_without_any_it_is_a_mistake(folder: Path) -> None:
    (folder / "d.jsonl").write_text(line(("Ada", "five"), ("Cleo", "six")))
    skipped: list[Skipped] = []
    place = Place(str(folder))
    found = list(dialogues(place, Reading(roles=Roles("ben")), skipped.append))
    assert [dialogue.turns[1].text for dialogue in found] == ["two a@b.org", "four"]
    assert f"{folder}/d.jsonl:1" in [skip.where for skip in skipped]
    with pytest.raises(UsageError, match="Ada, Ben, Cleo"):
        list(dialogues(place, Reading(roles=Roles("Zoe")), lambda skip: None))


def test_every_text_is_masked(folder: Path) -> None:
    redactor = Redactor()
    found = list(dialogues(Place(str(folder)), Reading(redactor=redactor), lambda skip: None))
    assert found[0].turns[1].text == "two [email]"
    assert redactor.counts == {"email": 1}

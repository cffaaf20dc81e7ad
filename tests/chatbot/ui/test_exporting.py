"""A conversation as a file."""

from __future__ import annotations

import json

import pytest

from chatbot.conversation import Moment
from chatbot.errors import UsageError
from chatbot.text.template import Turn
from chatbot.ui.exporting import export

MOMENTS = [Moment(Turn("user", "Hi [b]")), Moment(Turn("assistant", "Hello \x1b[31mred"))]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ("", "a-title.md"), ("json", "a-title.json"), ("jsonl", "a-title.jsonl"), ("md", "a-title.md"),
        ("my file.json", "my file.json"), ("markdown notes.txt", "notes.txt"),
    ],
)  # fmt: skip
def test_format_and_name_are_chosen_or_follow_from_each_other(argument, name, tmp_path):
    assert export(argument, "A title / ..", MOMENTS) == (tmp_path / name).resolve()
    assert (tmp_path / name).is_file()


def test_the_formats_are_what_they_are_called(tmp_path):
    assert export("", "T", MOMENTS).read_text(encoding="utf-8").startswith("# T\n")
    assert json.loads(export("json", "T", MOMENTS).read_text(encoding="utf-8"))["title"] == "T"
    line = json.loads(export("jsonl", "T", MOMENTS).read_text(encoding="utf-8"))
    assert [turn["speaker"] for turn in line["turns"]] == ["a", "b"]
    assert not any("\x1b" in path.read_text(encoding="utf-8") for path in tmp_path.iterdir())


def test_nothing_is_written_over(tmp_path):
    names = [export("", "T", MOMENTS).name for _ in range(3)]
    assert names == ["t.md", "t-2.md", "t-3.md"]
    with pytest.raises(UsageError, match="exists"):
        export("t.md", "T", MOMENTS)


@pytest.mark.parametrize("argument", ["pdf", "x.docx", "nowhere/at/all.md", "json a\0b"])
def test_what_cannot_be_done_is_explained(argument):
    with pytest.raises(UsageError):
        export(argument, "T", MOMENTS)


def test_of_nothing_there_is_no_file(tmp_path):
    with pytest.raises(UsageError, match="nothing was said"):
        export("", "T", [])
    assert list(tmp_path.iterdir()) == []


def test_a_title_without_letters_still_gives_a_name():
    assert export("", "???", MOMENTS).name == "conversation.md"

"""Laws of commands about the conversation: what was said stays kept, whatever is done; the memory is told in a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chatbot.cli.slash.desk import Desk
from chatbot.errors import ChatbotError, UsageError

Do = Callable[[str], str | None]
Say = Callable[[str], str]


def kept(desk: Desk) -> list[tuple[str, int]]:
    assert desk.store is not None
    return [(each.title, each.turns) for each in desk.store.sessions()]


def test_a_new_conversation_leaves_the_old_one_kept(desk: Desk, do: Do, say: Say) -> None:
    say("Hello.")
    do("/new")
    assert desk.saved.conversation.transcript == ()
    say("Bye.")
    assert kept(desk) == [("Bye.", 2), ("Hello.", 2)]


def test_reset_wipes_the_memory_and_leaves_what_was_said(desk: Desk, do: Do, say: Say) -> None:
    say("Hello.")
    do("/reset")
    assert len(desk.saved.conversation.memory.ids) == 0
    assert len(desk.saved.conversation.transcript) == 2
    assert kept(desk) == [("Hello.", 2)]


def test_memory_is_one_line_with_turns_positions_and_what_was_told_last(desk: Desk, do: Do, say: Say) -> None:
    assert do("/memory") == "Memory: 0 turns said; 0 of 24 positions in the window taken."
    say("I am Ann.")
    told = desk.saved.conversation.moments[0].gain
    assert told is not None
    taken = len(desk.saved.conversation.memory.ids)
    answer = str(do("/memory"))
    assert answer.startswith(f"Memory: 2 turns said; {taken} of 24 positions in the window taken")
    assert answer.endswith(f"what you told last took {len(told.ids)}.")
    for _ in range(3):
        say("And I like long walks in the rain.")
    assert "24 of 24 positions in the window taken; what is older survives in the state alone" in str(do("/memory"))
    assert "\n" not in str(do("/memory"))


def test_save_says_where_and_gives_a_title(desk: Desk, do: Do, say: Say) -> None:
    for line in ("/save", "/save A title"):
        with pytest.raises(UsageError):
            do(line)
    say("Hello.")
    assert "number 1, Hello." in str(do("/save"))
    assert "number 1, Old friends" in str(do("/save Old  friends"))
    assert kept(desk) == [("Old friends", 2)]


def test_load_lists_and_opens_by_number_and_by_words(desk: Desk, do: Do, say: Say) -> None:
    assert do("/load") == "No conversation is kept yet."
    say("My cat is called Tom.")
    do("/new")
    say("My dog is called Rex.")
    lines = str(do("/load")).splitlines()
    assert [line.split(";")[0] for line in lines[:2]] == ["2: My dog is called Rex.", "1: My cat is called Tom."]
    assert "You said: My cat is called Tom." in str(do("/load 1"))
    assert desk.saved.conversation.transcript[0].text == "My cat is called Tom."
    assert str(do("/load dog")).startswith("Going on with My dog is called Rex., 2 turns; the memory is as it was.")
    assert len(str(do("/load called")).splitlines()) == 3
    assert desk.saved.conversation.transcript[0].text == "My dog is called Rex."
    assert "holds 'horse'" in str(do("/load horse"))
    assert "holds" in str(do("/load " + "9" * 40))


def test_a_number_that_is_none_leaves_the_conversation(desk: Desk, do: Do, say: Say) -> None:
    say("Hello.")
    with pytest.raises(ChatbotError, match="no conversation 7"):
        do("/load 7")
    assert len(desk.saved.conversation.transcript) == 2
    assert kept(desk) == [("Hello.", 2)]


def test_a_fork_goes_on_apart(desk: Desk, do: Do, say: Say) -> None:
    with pytest.raises(UsageError):
        do("/fork")
    say("One.")
    say("Two.")
    assert "2 turns" in str(do("/fork 2"))
    say("Three.")
    assert [turn.text for turn in desk.saved.conversation.transcript[::2]] == ["One.", "Three."]
    assert sorted(turns for _, turns in kept(desk)) == [4, 4]
    for line in ("/fork 99", "/fork x"):
        with pytest.raises(UsageError):
            do(line)


def test_export_writes_each_form_to_a_new_file_alone(
    desk: Desk, do: Do, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError):
        do("/export a.md")
    say("Hello.")
    do("/save A title")
    assert do("/export a.md") == "Written to a.md."
    assert (tmp_path / "a.md").read_text(encoding="utf-8").startswith("# A title\n")
    do("/export my chat.json")
    assert json.loads((tmp_path / "my chat.json").read_text())["title"] == "A title"
    do("/export a.jsonl")
    assert json.loads((tmp_path / "a.jsonl").read_text())["turns"][0] == {"speaker": "a", "text": "Hello."}
    before = (tmp_path / "a.md").read_bytes()
    say("More.")
    for line in ("/export a.md", "/export", "/export a.txt", "/export no/such/folder.md"):
        with pytest.raises(ChatbotError):
            do(line)
    assert (tmp_path / "a.md").read_bytes() == before


def test_without_a_store_it_talks_and_says_that_nothing_is_kept(desk: Desk, do: Do, say: Say) -> None:
    desk.store = desk.saved._store = None
    assert say("Hello.")
    for line in ("/load", "/load 1", "/save"):
        with pytest.raises(UsageError):
            do(line)
    assert "1 turn;" in str(do("/fork 1")).replace("with 1 turn", "1 turn")

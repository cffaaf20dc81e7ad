"""Laws of commands as such: names, mistakes, and what is told of how the conversation is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatbot.cli.slash import COMMANDS
from chatbot.cli.slash.desk import Desk, counted, number
from chatbot.conversation.database import StoreError
from chatbot.errors import UsageError

Do = Callable[[str], str | None]


def test_help_names_every_command(do: Do) -> None:
    lines = str(do("/help")).splitlines()
    assert [line.split()[0].rstrip(":") for line in lines[:-1]] == ["/" + name for name in COMMANDS]


@pytest.mark.parametrize(
    ("line", "near"), [("/tepm 1", "/temp"), ("/exprot x", "/export"), ("/quti", "/quit"), ("/mem", "/memory")]
)
def test_of_an_unknown_command_the_nearest_is_named(do: Do, line: str, near: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean {near}"):
        do(line)


@pytest.mark.parametrize("line", ["/", "/ x", "/xyzzy"])
def test_of_one_that_is_like_none_all_are_named(do: Do, line: str) -> None:
    with pytest.raises(UsageError, match=r"/new, /reset, .*type //"):
        do(line)


@pytest.mark.parametrize("line", ["/theme", "/train"])
def test_what_needs_a_screen_says_so(do: Do, line: str) -> None:
    with pytest.raises(UsageError, match="without --plain"):
        do(line)


def test_quit_answers_nothing(do: Do) -> None:
    assert do("/quit") is None


def test_trouble_is_told_once_until_it_changes(desk: Desk) -> None:
    assert list(desk.notices()) == []
    desk.saved.trouble = StoreError("full", expected="room", remedy="free some")
    desk.saved.notice = "a copy"
    assert [notice.split(";")[0] for notice in desk.notices()] == ["a copy", "full"]
    assert list(desk.notices()) == []
    desk.saved.trouble = None
    assert list(desk.notices()) == []
    desk.saved.trouble = StoreError("full", expected="room", remedy="free some")
    assert len(list(desk.notices())) == 1


def test_numbers_and_turns_are_read_and_said() -> None:
    assert (counted(0), counted(1), counted(2)) == ("0 turns", "1 turn", "2 turns")
    assert (number("3", int), number("0.5", float)) == (3, 0.5)
    for text, kind in (("x", float), ("1.5", int), ("", int)):
        with pytest.raises(UsageError):
            number(text, kind)

"""Laws of titles: one line, not long, safe to show, and the beginning of what was said."""

from __future__ import annotations

import sqlite3
import unicodedata

import pytest

from chatbot.conversation import schema
from chatbot.conversation.database import ConflictError, StoreError
from chatbot.conversation.summary import TITLE_CHARACTERS, read_summary, shorten


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello", "Hello"),
        ("  two\nlines\t and \x1b[31mred\u202e ", "two lines and red"),
        ("word " * 30, "word " * 11 + "word…"),
        ("x" * 200, "x" * 59 + "…"),
        ("", "(nothing said)"),
        ("\0", "(nothing said)"),
        ("y" * TITLE_CHARACTERS, "y" * TITLE_CHARACTERS),
    ],
)
def test_a_title_is_the_beginning_on_one_line(text: str, title: str) -> None:
    found = shorten(text)
    assert found == title
    assert len(found) <= TITLE_CHARACTERS
    assert not [c for c in found if unicodedata.category(c) in {"Cc", "Cf"}]


def test_a_session_that_there_is_not_is_said_with_the_error_that_was_asked_for() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection)
    for error in (StoreError, ConflictError):
        with pytest.raises(error, match="no conversation 7"):
            read_summary(connection, 7, error)
    connection.close()

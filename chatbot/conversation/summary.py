"""What there is to say of a session without reading it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from chatbot.conversation.database import StoreError
from chatbot.text.sanitize import one_line

TITLE_CHARACTERS = 60
QUERY = """SELECT s.id, s.title, s.created, s.updated, s.used, s.deleted, s.origin, s.revision,
    (SELECT count(*) FROM turn WHERE session = s.id),
    (SELECT text FROM turn WHERE session = s.id AND role = 'user' ORDER BY number LIMIT 1),
    (SELECT model FROM turn WHERE session = s.id AND model IS NOT NULL ORDER BY number DESC LIMIT 1)
FROM session s """
"""Rows for ``summary_of``; conditions and order may follow."""


@dataclass(frozen=True)
class Summary:
    """What there is to say of a session without reading it."""

    id: int
    title: str
    """On one line, safe to show; of the first user turn until it is renamed."""
    renamed: bool
    turns: int
    model: str | None
    """Name of the one that replied last."""
    created: float
    """Seconds since 1970, as all times here."""
    updated: float
    """When something was last said."""
    used: float
    """When it was last opened, or something was said."""
    deleted: float | None
    origin: int | None
    """The session that it was forked from, if that is still there."""
    revision: int
    """Counts the changes of its turns; see ``Store.write``."""


def shorten(text: str) -> str:
    """The beginning of a text as a title: one line, safe to show, cut after a word."""
    line = one_line(text)
    if len(line) <= TITLE_CHARACTERS:
        return line or "(nothing said)"
    cut = line[:TITLE_CHARACTERS]
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) > TITLE_CHARACTERS // 2 else cut[:-1]).rstrip() + "…"


def read_summary(connection: sqlite3.Connection, session: int, error: type[StoreError] = StoreError) -> Summary:
    """What there is to say of a session.

    Raises:
        StoreError: of the kind ``error``, if there is none with this id.
    """
    row = connection.execute(f"{QUERY} WHERE s.id = ?", (session,)).fetchone()
    if row is None:
        raise error(f"there is no conversation {session}", expected="one that is listed", remedy="choose another")
    return summary_of(row)


def summary_of(row: tuple[Any, ...]) -> Summary:
    """The summary that a row of ``QUERY`` is."""
    number, title, created, updated, used, deleted, origin, revision, turns, first, model = row
    shown_model = None if model is None else one_line(model)
    shown = shorten(first or "") if title is None else one_line(title)
    return Summary(
        number, shown, title is not None, turns, shown_model, created, updated, used, deleted, origin, revision
    )

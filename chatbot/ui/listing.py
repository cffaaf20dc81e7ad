"""Sessions as rows of a list: what is found, and how a row is drawn."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content
from textual.widgets.option_list import Option

from chatbot.text.sanitize import one_line

if TYPE_CHECKING:
    from chatbot.conversation.store import Store

SHOWN = 500
"""At most this many are listed; the rest is found by words."""


class Row(NamedTuple):
    """A session, and where in it something was found."""

    session: int
    title: str
    turns: int
    model: str | None
    updated: float
    """Seconds since 1970."""
    parts: tuple[tuple[str, bool], ...] = ()
    """A piece of text, cut into parts and whether each is what was looked for."""


def list_sessions(store: Store, words: str) -> list[Row]:
    """The sessions in which all words stand, the best first; without words all, the latest first.  Blocks.

    Raises:
        StoreError: if they cannot be read.
    """
    if not words.strip():
        return [Row(each.id, each.title, each.turns, each.model, each.updated) for each in store.sessions(limit=SHOWN)]
    rows: dict[int, Row] = {}
    for hit in store.search(words):
        if hit.session not in rows:
            found = store.summary(hit.session)
            rows[hit.session] = Row(found.id, found.title, found.turns, found.model, found.updated, hit.parts)
    return list(rows.values())


def option_of(row: Row, current: bool) -> Option:
    """A row as it is drawn, on two lines."""
    mark = ("● ", "bold $text-accent") if current else "  "
    facts = [ago(time.time() - row.updated), f"{row.turns:,} turn{'' if row.turns == 1 else 's'}"]
    if row.model is not None:
        facts.append(one_line(row.model))
    if current:
        facts.append("open now")
    lines = [
        Content.assemble(mark, (one_line(row.title), "bold")),
        Content.assemble("  ", (" · ".join(facts), "dim")),
    ]
    if row.parts:
        found = [(text, "bold underline") if marked else (text, "italic") for text, marked in row.parts]
        lines[1] = Content.assemble("  ", *found)
    return Option(Content("\n").join(lines))


def ago(seconds: float) -> str:
    """How long something is past, for people."""
    for size, unit in ((86400 * 365, "year"), (86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"

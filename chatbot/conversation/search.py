"""Looking for words in what was said: what the user types is plain words, whatever it looks like.

Words are found in any case and with or without accents, the last one, which may still be being typed, by its beginning.
What the index of SQLite does not part into words, as Chinese or an emoji, is looked for as it stands.
"""

from __future__ import annotations

import secrets
import sqlite3
import unicodedata
from dataclasses import dataclass

from chatbot.text.sanitize import one_line

SNIPPET_WORDS = 16
_SNIPPET_CHARACTERS = 80


@dataclass(frozen=True)
class Hit:
    """Something that was found."""

    session: int
    number: int | None
    """Of the turn, from 0; None if it is the title of the session."""
    role: str | None
    said: float | None
    """When; seconds since 1970."""
    parts: tuple[tuple[str, bool], ...]
    """A piece of it on one line, safe to show, cut into texts and whether each is what was looked for."""

    @property
    def snippet(self) -> str:
        """The piece without its marks."""
        return "".join(text for text, _ in self.parts)


@dataclass(frozen=True)
class Query:
    """What to look for; everything has to be in a turn, or in a title."""

    match: str
    """For FTS5, every word in quotes; empty if there is none that it knows."""
    literal: tuple[str, ...]
    """What has to be in the text as it stands, case aside, folded."""

    @classmethod
    def of(cls, text: str) -> Query:
        """The query that a user typed."""
        words = one_line(text).split()
        known = [word for word in words if _indexed(word)]
        quoted = ['"' + word.replace('"', '""') + '"' for word in known]
        if known and known[-1] == words[-1]:
            quoted[-1] += "*"
        return cls(" ".join(quoted), tuple(word.casefold() for word in words if not _indexed(word)))


def _indexed(word: str) -> bool:
    """Whether FTS5's unicode61 makes tokens of a word, and those are what a reader takes for words."""
    kinds = {unicodedata.category(character) for character in word}
    return "Lo" not in kinds and any(kind[0] in "LN" or kind == "Co" for kind in kinds)


_TURNS = """SELECT turn.session, turn.number, turn.role, turn.said, {snippet}
FROM {source} JOIN session ON session.id = turn.session
WHERE session.deleted IS NULL {conditions} ORDER BY {order} turn.id DESC LIMIT :limit"""
_TITLES = """SELECT session.id, NULL, NULL, session.updated, {snippet}
FROM {source} WHERE session.deleted IS NULL AND session.title IS NOT NULL {conditions}
ORDER BY {order} session.updated DESC LIMIT :limit"""


def find(connection: sqlite3.Connection, query: Query, limit: int) -> list[Hit]:
    """Titles first, then turns, of sessions that are not deleted; the best first, of equal ones the latest."""
    if not query.match and not query.literal:
        return []
    connection.create_function("folded", 1, lambda text: text.casefold(), deterministic=True)
    mark = secrets.token_hex(8)  # which no text holds but by design
    values: dict[str, object] = {"match": query.match, "limit": limit, "on": f"<{mark}>", "off": f"</{mark}>"}
    values |= {f"literal{number}": word for number, word in enumerate(query.literal)}
    hits: list[Hit] = []
    for template, table, column in ((_TITLES, "session", "title"), (_TURNS, "turn", "text")):
        words, conditions = f"{column.replace('text', 'turn')}_words", ""
        snippet, source, order = f"{table}.{column}", table, ""
        if query.match:
            snippet = f"snippet({words}, 0, :on, :off, '…', {SNIPPET_WORDS})"
            source, order = f"{words} JOIN {table} ON {table}.id = {words}.rowid", f"{words}.rank,"
            conditions = f" AND {words} MATCH :match"
        for number in range(len(query.literal)):
            conditions += f" AND instr(folded({table}.{column}), :literal{number}) > 0"
        statement = template.format(snippet=snippet, source=source, order=order, conditions=conditions)
        for session, turn, role, said, text in connection.execute(statement, values):
            parts = _marked(text, mark) if query.match else _cut(text, query.literal[0])
            hits.append(Hit(session, turn, role, said, parts))
    return hits[:limit]


def _marked(text: str, mark: str) -> tuple[tuple[str, bool], ...]:
    """The parts of a text in which what was found stands between marks."""
    plain, *marked = text.split(f"<{mark}>")
    parts = [(plain, False)]
    for piece in marked:
        found, _, rest = piece.partition(f"</{mark}>")
        parts += [(found, True), (rest, False)]
    return _shown(parts)


def _cut(text: str, word: str) -> tuple[tuple[str, bool], ...]:
    """The parts of a text around where a folded word first stands; folding may have moved it, then there is no mark."""
    at = text.casefold().find(word)
    end = at + len(word)
    if text[at:end].casefold() != word:
        return _shown([(text[:_SNIPPET_CHARACTERS], False)])
    start = max(0, at - _SNIPPET_CHARACTERS // 2)
    before, after = text[start:at], text[end : end + _SNIPPET_CHARACTERS // 2]
    return _shown([("…" * (start > 0) + before, False), (text[at:end], True), (after, False)])


def _shown(parts: list[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    """Parts as one line, with the blanks between them kept."""
    shown = []
    for text, found in parts:
        line = one_line(f"|{text}|")[1:-1]
        if line:
            shown.append((line, found))
    return tuple(shown)

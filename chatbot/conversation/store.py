"""The sessions of a user: kept in SQLite as they happen, found again, taken back, forked, and searched.

A session is its moments, in order.  All that ever happens to them is one operation, ``write``: from some turn on, what
is there is replaced by other moments, wholly or not at all; to append, to edit and to regenerate are cases of it.  The
file itself is the business of ``database``; which conversation is kept when, of ``saved``.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from chatbot.conversation import rows, search
from chatbot.conversation.database import ConflictError, Database, StoreError, default_path
from chatbot.conversation.moments import Moment
from chatbot.conversation.summary import QUERY, Summary, read_summary, summary_of
from chatbot.text.sanitize import one_line

PURGE_SECONDS = 30 * 86400.0
"""How long a deleted session can be brought back."""


class Store:
    """The sessions in one database; safe from several threads and beside other processes.

    Every operation raises ``StoreError`` if it fails, and has then changed nothing.

    Args:
        path: Of the file; None is that of the user.
        clock: Tells the time, in seconds since 1970.

    Raises:
        StoreError: if it cannot be opened, or is of a newer version.  A damaged one is set aside; see ``notice``.
    """

    def __init__(self, path: Path | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self._database = Database(path or default_path())
        self._clock = clock
        with contextlib.suppress(StoreError):  # a disk that is full, or another process at it: the next time, then
            self.purge()

    @property
    def path(self) -> Path:
        """Of the file."""
        return self._database.path

    @property
    def notice(self) -> str | None:
        """What the user has to be told: that the file was damaged, and where it is now; None if all is well."""
        return self._database.notice

    def renew(self) -> None:
        """After a ``DamagedError``: set the file aside and begin a new one; ``notice`` then says so."""
        self._database.renew()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    # Talking

    def create(self, moments: Sequence[Moment] = (), *, title: str | None = None, origin: int | None = None) -> int:
        """A new session; its id.

        Args:
            moments: What was said already.
            title: None follows the first user turn.
            origin: The session that it is a fork of.
        """
        now, named = self._clock(), None if title is None else one_line(title)
        with self._database.writing() as connection:
            session = connection.execute(
                "INSERT INTO session(title, created, updated, used, origin) VALUES (?, ?, ?, ?, ?)",
                (named or None, now, now, now, origin),
            ).lastrowid
            assert session is not None
            rows.insert(connection, session, 0, moments)
        return session

    def write(self, session: int, start: int | None, moments: Sequence[Moment], *, revision: int | None = None) -> int:
        """Put ``moments`` in the place of all turns from number ``start`` on; the new revision of the session.

        Args:
            session: Which one.
            start: From 0 to the number of turns; None is that number, which appends.
            moments: Any number, none truncates.
            revision: That which the session is believed to have; None takes any.

        Raises:
            ConflictError: if it has another, is deleted or gone: nothing is written over what others said.
        """
        now = self._clock()
        with self._database.writing() as connection:
            found = read_summary(connection, session, ConflictError)
            start = found.turns if start is None else start
            if found.deleted is not None or revision not in (None, found.revision) or not 0 <= start <= found.turns:
                raise ConflictError(
                    f"the conversation {found.title!r} was changed elsewhere ({found.turns} turns)",
                    expected="the one that was read",
                    remedy="open it again, or go on in a copy",
                )
            connection.execute("DELETE FROM turn WHERE session = ? AND number >= ?", (session, start))
            rows.insert(connection, session, start, moments)
            connection.execute(
                "UPDATE session SET updated = ?, used = ?, revision = revision + 1 WHERE id = ?", (now, now, session)
            )
        return found.revision + 1

    def append(self, session: int, *moments: Moment, revision: int | None = None) -> int:
        """Add to the end of a session; as ``write``."""
        return self.write(session, None, moments, revision=revision)

    def truncate(self, session: int, turns: int, *, revision: int | None = None) -> int:
        """Keep the first ``turns`` turns only; as ``write``."""
        return self.write(session, turns, (), revision=revision)

    def fork(self, session: int, turns: int | None = None) -> int:
        """A new session that begins as this one, with all or the first ``turns`` of its turns; its id."""
        now = self._clock()
        with self._database.writing() as connection:
            found = read_summary(connection, session)
            end = found.turns if turns is None else turns
            title = found.title if found.renamed else None
            new = connection.execute(
                "INSERT INTO session(title, created, updated, used, origin) VALUES (?, ?, ?, ?, ?)",
                (title, now, now, now, session),
            ).lastrowid
            assert new is not None
            rows.copy(connection, session, new, end)
        return new

    # Finding again

    def load(self, session: int) -> tuple[Summary, list[Moment]]:
        """A session and its moments; the latest have what they added to the memory (see ``rows.KEPT_TURNS``)."""
        with self._database.reading() as connection:
            found = read_summary(connection, session)
            return found, rows.select(connection, session)

    def summary(self, session: int) -> Summary:
        """A session without its moments."""
        with self._database.reading() as connection:
            return read_summary(connection, session)

    def sessions(self, *, limit: int = -1, offset: int = 0, deleted: bool = False) -> list[Summary]:
        """All sessions, that in which something was said last first; -1 is no limit.

        Args:
            limit: How many at most.
            offset: How many to pass over.
            deleted: Those that are deleted and can be brought back, instead of all others.
        """
        which = "IS NOT NULL" if deleted else "IS NULL"
        query = f"{QUERY} WHERE s.deleted {which} ORDER BY s.updated DESC, s.id DESC LIMIT ? OFFSET ?"
        with self._database.reading() as connection:
            return [summary_of(row) for row in connection.execute(query, (limit, offset))]

    def last_used(self) -> int | None:
        """The session that was opened or talked in last; None if there is none."""
        query = "SELECT id FROM session WHERE deleted IS NULL ORDER BY used DESC, id DESC LIMIT 1"
        with self._database.reading() as connection:
            row = connection.execute(query).fetchone()
        return None if row is None else int(row[0])

    def search(self, text: str, *, limit: int = 50) -> list[search.Hit]:
        """Where all words of ``text`` stand, the last perhaps unfinished; see ``search``."""
        with self._database.reading() as connection:
            return search.find(connection, search.Query.of(text), limit)

    # Keeping in order

    def touch(self, session: int) -> None:
        """Note that a session was opened."""
        self._set(session, "used", self._clock())

    def rename(self, session: int, title: str | None) -> None:
        """Give a session a title; None or blanks give back that of its first user turn."""
        self._set(session, "title", one_line(title or "") or None)

    def delete(self, session: int) -> None:
        """Take a session out of the list and the search; for 30 days it can be brought back."""
        self._set(session, "deleted", self._clock())

    def undelete(self, session: int) -> None:
        """Bring a deleted session back as it was."""
        self._set(session, "deleted", None)

    def _set(self, session: int, column: str, value: object) -> None:
        with self._database.writing() as connection:
            read_summary(connection, session)
            connection.execute(f"UPDATE session SET {column} = ? WHERE id = ?", (value, session))  # noqa: S608

    def purge(self, older_than: float = PURGE_SECONDS) -> int:
        """Remove for good what was deleted more than so many seconds ago; how many.  Opening the store does so too."""
        oldest = self._clock() - older_than
        with self._database.reading() as connection:  # which need not wait for another process that writes
            if not connection.execute("SELECT count(*) FROM session WHERE deleted < ?", (oldest,)).fetchone()[0]:
                return 0
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM session WHERE deleted < ?", (oldest,)).rowcount

"""The file that the sessions are in: opened, checked, brought to this version, and set aside if it is damaged.

Write-ahead logging: others read while one writes, a process that dies leaves what it had committed, and what it had not
is gone.  What is in the tables is the business of ``store``.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from chatbot.conversation import schema
from chatbot.errors import ChatbotError
from chatbot.locking import alone
from chatbot.text.sanitize import one_line

BUSY_SECONDS = 5.0
"""How long to wait for another process that is writing."""
CHECKED_BYTES = 64 << 20
"""A file up to this size is checked as a whole whenever it is opened, which takes a fraction of a second."""
_HEADER = b"SQLite format 3\0"
_UNSAVED = "nothing is saved until then; the conversation itself can go on"
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_TROUBLE = {
    sqlite3.SQLITE_FULL: ("is on a disk that is full", "room for it", f"free some space; {_UNSAVED}"),
    sqlite3.SQLITE_READONLY: ("may only be read", "the right to write it", f"change its permissions; {_UNSAVED}"),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "a file that may be read and written", f"mend that; {_UNSAVED}"),
    sqlite3.SQLITE_IOERR: ("cannot be read or written", "a disk that works and has room", f"mend that; {_UNSAVED}"),
}


class StoreError(ChatbotError):
    """Sessions cannot be kept, or not be found."""


class DamagedError(StoreError):
    """The database is damaged."""


class ConflictError(StoreError):
    """A session was changed or deleted by someone else since it was read."""


def default_path() -> Path:
    """Where the sessions of the user are; it need not exist."""
    from platformdirs import user_data_path  # not at the top: a conversation that is not kept needs no look into it

    return Path(user_data_path("chatbot", appauthor=False)) / "sessions" / "sessions.db"


class Database:
    """A connection to the sessions of a user, for any thread of this process.

    Args:
        path: Of the file; a folder that is missing is made, for the user alone to enter.

    Raises:
        StoreError: if it is of a newer version, not ours, or cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notice: str | None = None
        """What the user has to be told about how it was opened; None if there is nothing."""
        self._lock = threading.RLock()
        self._connection = self._open(thorough=False)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for queries that see one moment of the database.

        Raises:
            StoreError: if they fail.
        """
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection, for changes that are all made or none; on any error none is.

        Raises:
            StoreError: if they fail.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, _explained(self.path):
            self._connection.execute(begin)
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # some errors have ended it already
                    self._connection.execute("ROLLBACK")
                raise

    def renew(self) -> None:
        """Open the file again after it proved damaged: it is set aside, unless another process has done so already.

        Raises:
            StoreError: if that fails.
        """
        with self._lock:
            self.close()
            self._connection = self._open(thorough=True)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def _open(self, *, thorough: bool) -> sqlite3.Connection:
        self.notice = None
        # Of two that find it damaged, the second must not set aside what the first began.
        with _explained(self.path), alone(self.path):
            try:
                return _connect(self.path, thorough=thorough)
            except DamagedError:
                pass
            except sqlite3.DatabaseError as error:
                if _code(error) not in _DAMAGED:
                    raise
            aside = _set_aside(self.path)
            self.notice = (
                f"the sessions in {self.path} were damaged; the file is now {aside.name} beside it, as it was, and a "
                "new one has been begun"
            )
            return _connect(self.path, thorough=False)


def _connect(path: Path, *, thorough: bool) -> sqlite3.Connection:
    """A connection to a database of this version, made if it is missing."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives its other files the mode of this one
    with path.open("rb") as file:
        if file.read(len(_HEADER)) not in (b"", _HEADER):  # SQLite would take a very short file for an empty one
            raise _damaged(path)
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _admit(connection, path)
        if (thorough or path.stat().st_size <= CHECKED_BYTES) and not _sound(connection):
            raise _damaged(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        schema.migrate(connection)
        if not schema.whole(connection):
            raise _damaged(path)
    except BaseException:
        connection.close()
        raise
    return connection


def _admit(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse what is not for us, before anything is changed in it."""
    found = schema.version(connection)
    if not schema.ours(connection):
        raise StoreError(
            f"{path} is a database of another program",
            expected="one that this program made",
            remedy="move it elsewhere; it was not touched",
        )
    if found > schema.VERSION:
        raise StoreError(
            f"the sessions in {path} are of version {found}",
            expected=f"at most version {schema.VERSION}, which this program knows",
            remedy="use the newer program that made them, or move the file elsewhere; it was not touched",
        )


def _sound(connection: sqlite3.Connection) -> bool:
    return [row[0] for row in connection.execute("PRAGMA quick_check(1)")] == ["ok"]


def _set_aside(path: Path) -> Path:
    """Rename a database and the files that belong to it; the new name of the first."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    names = (f"{path.name}.damaged-{stamp}{number}" for number in ("", *(f"-{n}" for n in range(1, 1000))))
    aside = next(found for name in names if not (found := path.with_name(name)).exists())
    for suffix in ("-wal", "-shm", ""):  # the database last: as long as it is there, this can be begun once more
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say in our words what SQLite or the system say in theirs."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(error, path) from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be used ({error.strerror})", expected="a file in a folder of the user", remedy=_UNSAVED
        ) from error


def _explain(error: sqlite3.Error, path: Path) -> StoreError:
    code, what = _code(error), f"the sessions in {path}"
    if code in _DAMAGED:
        return _damaged(path)
    if code in _BUSY:
        return StoreError(
            f"{what} are held by another program",
            expected=f"that it lets go within {BUSY_SECONDS:.0f} s",
            remedy="close it and try again",
        )
    received, expected, remedy = _TROUBLE.get(code, ("fail", "a working database", _UNSAVED))
    return StoreError(f"{path} {received} ({one_line(str(error))})", expected=expected, remedy=remedy)


def _code(error: sqlite3.Error) -> int:
    """The primary result code; 0 if it did not come from SQLite itself."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _damaged(path: Path) -> DamagedError:
    return DamagedError(
        f"the sessions in {path} are damaged",
        expected="a whole database",
        remedy="start again: the file is then set aside under another name and a new one begun",
    )

"""The tables of the session database, and how a database of an older version becomes one of this.

Version n is made by the first n steps, so a new database goes the way of an old one.  A step that was released is never
changed: what is to be different is a further step.
"""

from __future__ import annotations

import sqlite3

APPLICATION = 0x63686174
"""SQLite's application_id of our files: "chat"."""

_TOKENS = 'tokenize="unicode61 remove_diacritics 2"'


def _index(words: str, table: str, column: str) -> tuple[str, ...]:
    """Statements that index the words of a column, those that are there and those to come."""
    added = f"INSERT INTO {words}(rowid, {column}) VALUES (new.id, new.{column});"  # noqa: S608 - names of ours
    gone = f"INSERT INTO {words}({words}, rowid, {column}) VALUES ('delete', old.id, old.{column});"  # noqa: S608
    return (
        f"CREATE VIRTUAL TABLE {words} USING fts5({column}, content='{table}', content_rowid='id', {_TOKENS})",
        f"CREATE TRIGGER {words}_added AFTER INSERT ON {table} BEGIN {added} END",
        f"CREATE TRIGGER {words}_gone AFTER DELETE ON {table} BEGIN {gone} END",
        f"CREATE TRIGGER {words}_changed AFTER UPDATE OF {column} ON {table} BEGIN {gone} {added} END",
        f"INSERT INTO {words}({words}) VALUES ('rebuild')",  # noqa: S608
    )


STEPS: tuple[tuple[str, ...], ...] = (
    (  # 1: sessions, their turns, and what the turns added to the memory
        """CREATE TABLE session (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            title TEXT,  -- NULL until it is renamed
            created REAL NOT NULL, updated REAL NOT NULL, used REAL NOT NULL, deleted REAL,  -- seconds since 1970
            origin INTEGER REFERENCES session(id) ON DELETE SET NULL,  -- what it was forked from
            revision INTEGER NOT NULL DEFAULT 0  -- counts the changes of its turns
        )""",
        """CREATE TABLE turn (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            session INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
            number INTEGER NOT NULL,  -- from 0, without gaps
            role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
            text TEXT NOT NULL,
            said REAL, seconds REAL, tokens INTEGER, model TEXT, fingerprint TEXT,
            sampling TEXT, luck TEXT,  -- JSON
            stopped INTEGER NOT NULL DEFAULT 0,
            UNIQUE (session, number)
        )""",
        # Apart from the turns, so that those are read without wading through it.
        """CREATE TABLE memory (
            turn INTEGER PRIMARY KEY REFERENCES turn(id) ON DELETE CASCADE,
            fingerprint TEXT NOT NULL,
            gained INTEGER NOT NULL,  -- annotations in it
            positions INTEGER NOT NULL,  -- annotations in the memory after the turn
            data BLOB NOT NULL
        )""",
        "CREATE INDEX session_by_time ON session(updated)",
    ),
    (  # 2: full-text search
        *_index("turn_words", "turn", "text"),
        *_index("title_words", "session", "title"),
    ),
)
VERSION = len(STEPS)
TABLES = frozenset({"session", "turn", "memory", "turn_words", "title_words"})


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database of this or an older version, or an empty one, to this version: wholly or not at all.

    Two processes may try at once; the second finds it done.  The connection is in autocommit mode.
    """
    if version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in STEPS[version(connection) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def version(connection: sqlite3.Connection) -> int:
    """The version of a database; 0 if nothing is in it."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def ours(connection: sqlite3.Connection) -> bool:
    """Whether a database is one of ours, or empty."""
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    return application == APPLICATION or not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def whole(connection: sqlite3.Connection) -> bool:
    """Whether a database of this version has all its tables."""
    return {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master")} >= TABLES

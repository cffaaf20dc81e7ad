"""Laws of the tables: a database of version 1 becomes one of this version with all that was in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from chatbot.conversation import Gain, schema
from chatbot.conversation.packing import pack
from chatbot.conversation.store import Store

VERSION_1 = """
PRAGMA application_id = 1667785076;
CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, created REAL NOT NULL, updated REAL NOT NULL, used REAL NOT NULL,
    deleted REAL, origin INTEGER REFERENCES session(id) ON DELETE SET NULL, revision INTEGER NOT NULL DEFAULT 0);
CREATE TABLE turn (
    id INTEGER PRIMARY KEY AUTOINCREMENT, session INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
    number INTEGER NOT NULL, role TEXT NOT NULL CHECK (role IN ('user', 'assistant')), text TEXT NOT NULL, said REAL,
    seconds REAL, tokens INTEGER, model TEXT, fingerprint TEXT, sampling TEXT, luck TEXT,
    stopped INTEGER NOT NULL DEFAULT 0, UNIQUE (session, number));
CREATE TABLE memory (
    turn INTEGER PRIMARY KEY REFERENCES turn(id) ON DELETE CASCADE, fingerprint TEXT NOT NULL, gained INTEGER NOT NULL,
    positions INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX session_by_time ON session(updated);
INSERT INTO session VALUES (1, NULL, 10, 20, 30, NULL, NULL, 2), (2, 'Renamed', 11, 12, 13, NULL, 1, 0);
INSERT INTO turn VALUES
    (1, 1, 0, 'user', 'My cat is Tom.', 15, NULL, NULL, NULL, NULL, NULL, NULL, 0),
    (2, 1, 1, 'assistant', 'Café!', 16, 0.5, 3, 'tiny', 'ab', '{"temperature": 0.0, "seed": 3}', NULL, 1),
    (3, 2, 0, 'user', 'A dog', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0);
PRAGMA user_version = 1;
"""
"""What version 1 wrote; never to be changed."""


@pytest.fixture
def version_1(place: Path) -> Path:
    place.parent.mkdir(parents=True)
    connection = sqlite3.connect(place)
    connection.executescript(VERSION_1)
    gain = Gain((np.ones((1, 2), np.float32),), np.ones((3, 2), np.float32), np.arange(3, dtype=np.int32), 3, "ab")
    connection.execute("INSERT INTO memory VALUES (2, 'ab', 3, 3, ?)", (pack(gain),))
    connection.commit()
    connection.close()
    return place


def test_version_1_is_brought_to_this_with_all_that_was_in_it(version_1: Path) -> None:
    store = Store(version_1)
    assert store.notice is None
    assert [(each.id, each.title, each.turns) for each in store.sessions()] == [
        (1, "My cat is Tom.", 2),
        (2, "Renamed", 1),
    ]
    summary, (user, reply) = store.load(1)
    assert (summary.created, summary.updated, summary.used, summary.revision) == (10, 20, 30, 2)
    assert (user.turn.text, user.facts.time, user.gain) == ("My cat is Tom.", 15, None)
    assert reply.facts.sampling is not None
    assert (reply.facts.sampling.seed, reply.facts.stopped, reply.facts.model) == (3, True, "tiny")
    assert reply.gain is not None
    assert reply.gain.ids.tolist() == [0, 1, 2]
    found = {query: [hit.session for hit in store.search(query)] for query in ("cat", "cafe", "dog", "renamed", "bird")}
    assert found == {"cat": [1], "cafe": [1], "dog": [2], "renamed": [2], "bird": []}
    store.close()
    with sqlite3.connect(version_1) as connection:
        assert schema.version(connection) == schema.VERSION > 1
    connection.close()


def test_the_way_of_a_new_database_is_that_of_an_old_one(version_1: Path, tmp_path: Path) -> None:
    Store(version_1).close()
    Store(tmp_path / "new.db").close()
    made = []
    for path in (version_1, tmp_path / "new.db"):
        connection = sqlite3.connect(path)
        rows = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        lines = ((name, "\n".join(line.split("--")[0] for line in (sql or "").splitlines())) for name, sql in rows)
        made.append({name: "".join(sql.split()) for name, sql in lines})
        connection.close()
    assert made[0] == made[1]


def test_a_step_that_fails_leaves_the_old_version(version_1: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = sqlite3.connect(version_1, isolation_level=None)
    before = list(connection.iterdump())
    with monkeypatch.context() as patch:
        patch.setattr(schema, "STEPS", (schema.STEPS[0], (*schema.STEPS[1], "CREATE TABLE session (id)")))
        with pytest.raises(sqlite3.OperationalError):
            schema.migrate(connection)
    assert list(connection.iterdump()) == before
    assert schema.version(connection) == 1
    schema.migrate(connection)
    schema.migrate(connection)
    assert schema.version(connection) == schema.VERSION
    assert schema.whole(connection)
    connection.close()


def test_what_is_ours_is_known() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    assert schema.ours(connection)
    assert not schema.whole(connection)
    connection.execute("CREATE TABLE other (id)")
    assert not schema.ours(connection)
    connection.close()

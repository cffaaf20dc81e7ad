"""Laws of the file: for its owner alone, checked, never overwritten, and every trouble in words that help."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from chatbot.conversation import Moment, database
from chatbot.conversation.database import ConflictError, DamagedError, Database, StoreError, default_path
from chatbot.conversation.store import Store

Dialogue = Callable[..., list[Moment]]


def filled(place: Path, dialogue: Dialogue, turns: int = 200) -> None:
    store = Store(place)
    for number in range(5):
        store.create(dialogue(*(f"turn {number} {turn} with a few words more" for turn in range(turns))))
    store.close()


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}


def test_it_is_in_the_data_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_path().is_relative_to(platformdirs.user_data_path("chatbot", appauthor=False))
    store = Store()
    assert store.path == default_path()
    assert store.path.is_file()
    store.close()


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_file_and_folder_are_for_their_owner_alone_whatever_the_mask(place: Path, dialogue: Dialogue) -> None:
    mask = os.umask(0)
    try:
        store = Store(place)
        store.create(dialogue("Hello"))
        found = modes(place.parent)
        store.close()
    finally:
        os.umask(mask)
    assert found.pop("sessions") == 0o700
    assert {"sessions.db", "sessions.db-wal", "sessions.db-shm"} <= set(found)
    assert set(found.values()) == {0o600}
    place.chmod(0o644)
    Store(place).close()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2 + 100]


def scratched(content: bytes) -> bytes:
    return content[:8192] + b"\xa5" * 8192 + content[16384:]


def zeroed(content: bytes) -> bytes:
    return content[:4096] + bytes(12288) + content[16384:]


DAMAGES = [
    cut,
    scratched,
    zeroed,
    lambda content: b"garbage" * 1000,
    lambda content: b"x",
    lambda content: content[:50],
]


@pytest.mark.parametrize("damage", DAMAGES, ids=["cut", "scratched", "zeroed", "garbage", "one byte", "header only"])
def test_a_damaged_file_is_set_aside_as_it_was_and_a_new_one_begun(
    place: Path, dialogue: Dialogue, damage: Callable[[bytes], bytes]
) -> None:
    filled(place, dialogue)
    broken = damage(place.read_bytes())
    place.write_bytes(broken)
    store = Store(place)
    (aside,) = place.parent.glob("sessions.db.damaged-*")
    assert aside.read_bytes() == broken
    assert store.notice is not None
    assert aside.name in store.notice
    assert store.sessions() == []
    assert store.create(dialogue("Hello")) == 1
    store.close()
    again = Store(place)
    assert again.notice is None
    assert len(again.sessions()) == 1
    again.close()


def test_several_that_were_damaged_are_all_kept(place: Path) -> None:
    place.parent.mkdir(parents=True)
    for number in range(4):
        place.write_bytes(b"garbage %d" % number)
        Store(place).close()
    contents = {
        path.read_bytes() for path in place.parent.glob("*.damaged-*") if not path.name.endswith(("-wal", "-shm"))
    }
    assert contents == {b"garbage %d" % number for number in range(4)}


def test_what_was_in_the_log_of_a_damaged_file_goes_with_it(place: Path) -> None:
    place.parent.mkdir(parents=True)
    place.write_bytes(b"garbage")
    place.with_name("sessions.db-wal").write_bytes(b"log")
    Store(place).close()
    (log,) = place.parent.glob("sessions.db.damaged-*-wal")
    assert log.read_bytes() == b"log"


def test_a_file_whose_tables_are_gone_is_damaged(place: Path, dialogue: Dialogue) -> None:
    filled(place, dialogue, 2)
    with sqlite3.connect(place) as connection:
        connection.execute("DROP TABLE memory")
    connection.close()
    store = Store(place)
    assert store.notice is not None
    store.close()


def test_damage_that_shows_later_is_told_and_then_set_aside(place: Path, dialogue: Dialogue) -> None:
    filled(place, dialogue)
    store = Store(place)
    connection_of(store).execute("PRAGMA cache_size = 1")  # so that it has to look
    whole = place.read_bytes()
    place.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    with pytest.raises(DamagedError, match="set aside"):
        store.load(1)
    assert not list(place.parent.glob("*.damaged-*"))
    store.renew()
    assert len(list(place.parent.glob("sessions.db.damaged-*"))) >= 1
    assert store.notice is not None
    assert store.sessions() == []
    store.close()


def test_renewed_without_damage_it_stays(place: Path, dialogue: Dialogue) -> None:
    filled(place, dialogue, 2)
    store = Store(place)
    store.renew()
    assert store.notice is None
    assert len(store.sessions()) == 5
    store.close()


def assert_untouched(place: Path, message: str) -> None:
    before = place.read_bytes()
    with pytest.raises(StoreError, match=message):
        Store(place)
    assert place.read_bytes() == before
    assert not list(place.parent.glob("*.damaged-*"))


def test_a_newer_version_is_refused_and_not_touched(place: Path, dialogue: Dialogue) -> None:
    filled(place, dialogue, 2)
    with sqlite3.connect(place) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert_untouched(place, r"version 99; expected at most version \d+.*newer program")


def test_a_database_of_another_program_is_refused_and_not_touched(place: Path) -> None:
    place.parent.mkdir(parents=True)
    with sqlite3.connect(place) as connection:
        connection.execute("CREATE TABLE bookmarks (id)")
    connection.close()
    assert_untouched(place, "another program")


@pytest.mark.parametrize("inside", [False, True], ids=["a folder", "within a file"])
def test_a_place_that_is_no_file_is_said(tmp_path: Path, inside: bool) -> None:
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" / "sessions.db" if inside else tmp_path
    with pytest.raises(StoreError, match="cannot be"):
        Store(place)


def connection_of(store: Store) -> sqlite3.Connection:
    return store._database._connection


def test_on_a_full_disk_nothing_is_changed_and_the_reason_is_said(store: Store, dialogue: Dialogue) -> None:
    session = store.create(dialogue("Hello"))
    pages = connection_of(store).execute("PRAGMA page_count").fetchone()[0]
    connection_of(store).execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match=r"full.*free some space.*can go on"):
        store.append(session, *dialogue("long " * 10_000))
    assert [moment.turn.text for moment in store.load(session)[1]] == ["Hello"]
    connection_of(store).execute("PRAGMA max_page_count = 1000000")
    store.append(session, *dialogue("long " * 10_000))


def test_what_may_only_be_read_is_read_and_the_reason_is_said(store: Store, dialogue: Dialogue) -> None:
    session = store.create(dialogue("Hello"))
    connection_of(store).execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match=r"only be read.*change its permissions"):
        store.append(session, *dialogue("Hm"))
    assert len(store.load(session)[1]) == 1


def test_a_file_that_another_holds_too_long_is_said(
    place: Path, store: Store, dialogue: Dialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.create(dialogue("Hello"))
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    other = Store(place)
    holder = sqlite3.connect(place, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="held by another program"):
        other.create(dialogue("Hm"))
    assert len(other.sessions()) == 1  # which can be read meanwhile
    holder.execute("ROLLBACK")
    other.create(dialogue("Hm"))
    holder.close()
    other.close()


def test_a_change_that_fails_is_none(place: Path, dialogue: Dialogue) -> None:
    opened = Database(place)

    def fail(error: BaseException) -> None:
        with opened.writing() as connection:
            connection.execute("INSERT INTO session(created, updated, used) VALUES (1, 1, 1)")
            raise error

    for error in (ZeroDivisionError(), KeyboardInterrupt(), ConflictError("a", expected="b", remedy="c")):
        with pytest.raises(type(error)):
            fail(error)
    with opened.reading() as connection:
        assert connection.execute("SELECT count(*) FROM session").fetchone() == (0,)
    opened.close()


def test_threads_may_use_it_at_once(store: Store, dialogue: Dialogue) -> None:
    failures: list[Any] = []

    def work(name: str) -> None:
        try:
            session = store.create(dialogue(name))
            for number in range(20):
                store.append(session, *dialogue(f"{name} {number}"))
                assert len(store.load(session)[1]) == number + 2
        except BaseException as error:  # handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"thread{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [each.turns for each in store.sessions()] == [21] * 4


def test_a_copy_of_the_file_opens_elsewhere(place: Path, dialogue: Dialogue, tmp_path: Path) -> None:
    filled(place, dialogue, 2)
    shutil.copy(place, tmp_path / "copy.db")
    copy = Store(tmp_path / "copy.db")
    assert len(copy.sessions()) == 5
    copy.close()

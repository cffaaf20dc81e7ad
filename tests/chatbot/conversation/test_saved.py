"""Laws of a conversation that is kept: opened again it is one that was never closed, and trouble never stops it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatbot.bundle import Bundle
from chatbot.conversation import Conversation
from chatbot.conversation.database import StoreError
from chatbot.conversation.saved import SavedConversation
from chatbot.conversation.store import Store
from chatbot.errors import UsageError
from chatbot.text.template import Turn

Converse = Callable[..., Conversation]
Same = Callable[..., None]
USER_TURNS = ["Hello, I am Martha.", "My old bicycle squeaks.", "What did you do today?", "Who am I?"]


def say(saved: SavedConversation, text: str) -> str:
    return "".join(saved.stream(text)).strip()


def stored(store: Store, session: int | None) -> list[Turn]:
    assert session is not None
    return [moment.turn for moment in store.load(session)[1]]


def assert_kept(saved: SavedConversation, store: Store) -> None:
    assert saved.trouble is None
    assert saved.session is not None
    moments = store.load(saved.session)[1]
    assert [(m.turn, m.facts) for m in moments] == [(m.turn, m.facts) for m in saved.conversation.moments]


def test_opened_again_it_goes_on_as_if_it_had_never_been_closed(
    converse: Converse, place: Path, same_memory: Same
) -> None:
    never_closed = converse(temperature=0)
    expected = [never_closed.say(text) for text in USER_TURNS]
    replies: list[str] = []
    for text in USER_TURNS:
        store = Store(place)
        saved = SavedConversation(converse(temperature=0), store)
        if (last := store.last_used()) is not None:
            resumed = saved.open(last)
            assert resumed == (2 * len(replies), 0, False)
        replies.append(say(saved, text))
        store.close()
    assert replies == expected
    assert saved.conversation.transcript == never_closed.transcript
    same_memory(saved.conversation.memory, never_closed.memory, atol=0)


def test_opened_again_a_reply_can_be_made_anew_and_turns_taken_back(
    converse: Converse, store: Store, same_memory: Same
) -> None:
    first = SavedConversation(converse(), store)
    for text in USER_TURNS:
        say(first, text)
    again = SavedConversation(converse(seed=1), store)
    again.open(first.session or 0)
    luck = first.conversation.moments[-1].facts.luck
    list(again.regenerate(luck=luck))
    assert again.conversation.transcript == first.conversation.transcript
    again.rewind(3)
    same_memory(again.conversation.memory, first.conversation.memory_at(3), atol=0)
    assert_kept(again, store)


def test_with_another_model_it_is_read_again_and_its_memory_kept_then(
    converse: Converse, bundle_int8: Bundle, store: Store
) -> None:
    first = SavedConversation(converse(), store)
    say(first, USER_TURNS[0])
    session = first.session or 0
    other = SavedConversation(Conversation(bundle_int8), store)
    assert other.open(session) == (2, 2, True)
    assert SavedConversation(converse(), store).open(session).read_again == 0  # to look takes nothing away
    say(other, USER_TURNS[1])
    assert SavedConversation(Conversation(bundle_int8), store).open(session) == (4, 0, False)
    assert SavedConversation(converse(), store).open(session) == (4, 4, True)
    assert_kept(other, store)


def test_the_model_is_switched_in_the_middle_and_each_reply_knows_whose_it_is(
    converse: Converse, bundle_int8: Bundle, store: Store
) -> None:
    saved = SavedConversation(converse(), store)
    say(saved, USER_TURNS[0])
    assert saved.switch(Conversation(bundle_int8)).other_model
    say(saved, USER_TURNS[1])
    assert_kept(saved, store)
    first, second = (moment.facts.fingerprint for moment in store.load(saved.session or 0)[1][1::2])
    assert first != second == saved.conversation.voice.fingerprint


def test_a_user_turn_is_kept_when_it_is_sent_and_the_reply_when_it_is_said(converse: Converse, store: Store) -> None:
    saved = SavedConversation(converse(), store)
    stream = saved.stream("Hello")
    assert stored(store, saved.session) == [Turn("user", "Hello")]
    next(stream)
    assert stored(store, saved.session) == [Turn("user", "Hello")]
    list(stream)
    assert len(stored(store, saved.session)) == 2
    assert_kept(saved, store)


def test_a_reply_that_never_came_is_asked_for_once_more(converse: Converse, store: Store) -> None:
    killed = SavedConversation(converse(temperature=0), store)
    say(killed, "Hello")
    broken_off = killed.stream("Who am I?")
    next(broken_off)  # and nothing more
    again = SavedConversation(converse(temperature=0), store)
    assert again.open(killed.session or 0) == (3, 1, False)
    other = converse(temperature=0)
    other.say("Hello")
    assert "".join(again.regenerate()).strip() == other.say("Who am I?")
    assert_kept(again, store)


@pytest.mark.parametrize("way", ["closed", "cancelled"])
def test_stopped_it_keeps_what_was_said(converse: Converse, store: Store, way: str) -> None:
    saved = SavedConversation(converse(), store)
    stream: Any = saved.stream("Hello")
    for _ in range(3):
        next(stream)
    if way == "closed":
        stream.close()
    else:
        saved.conversation.cancel()
        assert list(stream) == []
    assert len(saved.conversation.transcript) == 2
    assert saved.conversation.moments[-1].facts.stopped
    assert_kept(saved, store)


@pytest.mark.parametrize("way", ["stream", "replace", "regenerate"])
def test_a_reply_that_fails_leaves_what_was_kept(
    converse: Converse, store: Store, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    saved = SavedConversation(converse(), store)
    say(saved, "Hello")
    before = stored(store, saved.session)

    def failing(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(saved.conversation.voice.engine, "decode_step", failing)
    replies = {
        "stream": lambda: saved.stream("Hm"),
        "replace": lambda: saved.replace(0, "Hm"),
        "regenerate": saved.regenerate,
    }
    with pytest.raises(ZeroDivisionError):
        list(replies[way]())
    assert stored(store, saved.session) == before
    assert_kept(saved, store)


def test_an_empty_turn_is_not_kept(converse: Converse, store: Store) -> None:
    saved = SavedConversation(converse(), store)
    with pytest.raises(UsageError):
        saved.stream(" ")
    assert store.sessions() == []


def test_whatever_is_done_is_kept(converse: Converse, store: Store) -> None:
    saved = SavedConversation(converse(), store)
    for text in USER_TURNS:
        say(saved, text)
        assert_kept(saved, store)
    list(saved.regenerate())
    assert_kept(saved, store)
    list(saved.replace(4, "Do you sing?"))
    assert_kept(saved, store)
    assert len(saved.conversation.transcript) == 6
    saved.rewind(3)
    assert_kept(saved, store)
    list(saved.regenerate())
    saved.conversation.read([Turn("user", "From elsewhere")])
    saved.sync()
    assert_kept(saved, store)
    saved.rename("Mine")
    assert [(each.title, each.turns) for each in store.sessions()] == [("Mine", 5)]


def test_what_is_the_same_is_not_written_again(converse: Converse, store: Store) -> None:
    saved = SavedConversation(converse(), store)
    say(saved, "Hello")
    revision = store.summary(saved.session or 0).revision
    saved.sync()
    assert store.summary(saved.session or 0).revision == revision


def test_a_fork_is_kept_at_once_and_leaves_the_original(converse: Converse, store: Store, same_memory: Same) -> None:
    saved = SavedConversation(converse(), store)
    for text in USER_TURNS[:2]:
        say(saved, text)
    fork = saved.fork(2)
    assert_kept(fork, store)
    assert store.summary(fork.session or 0).origin == saved.session
    say(fork, "Do you sing?")
    saved.sync()
    assert_kept(fork, store)
    assert_kept(saved, store)
    opened = SavedConversation(converse(), store)
    assert opened.open(fork.session or 0).read_again == 0
    same_memory(opened.conversation.memory, fork.conversation.memory, atol=0)


def test_begun_anew_it_is_another_session(converse: Converse, store: Store) -> None:
    saved = SavedConversation(converse(), store)
    say(saved, "Hello")
    saved.begin()
    assert saved.session is None
    say(saved, "Hello again")
    assert [each.title for each in store.sessions()] == ["Hello again", "Hello"]


def test_without_a_store_it_talks(converse: Converse) -> None:
    saved = SavedConversation(converse(), None)
    assert say(saved, "Hello")
    assert (saved.session, saved.trouble) == (None, None)
    with pytest.raises(StoreError):
        saved.open(1)
    with pytest.raises(UsageError):
        saved.rename("x")


def test_on_a_full_disk_it_goes_on_and_is_kept_once_there_is_room(converse: Converse, store: Store) -> None:
    saved = SavedConversation(converse(), store)
    say(saved, "Hello")
    connection = store._database._connection
    connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")
    assert say(saved, "long " * 10_000)
    assert say(saved, "And?")
    assert saved.trouble is not None
    assert "full" in str(saved.trouble)
    assert "can go on" in saved.trouble.remedy
    connection.execute("PRAGMA max_page_count = 100000")
    assert say(saved, "Now?")
    assert len(saved.conversation.transcript) == 8
    assert_kept(saved, store)


def test_where_it_was_changed_elsewhere_it_goes_on_in_a_copy(converse: Converse, store: Store) -> None:
    saved = SavedConversation(converse(), store)
    say(saved, "Hello")
    elsewhere = SavedConversation(converse(seed=1), store)
    elsewhere.open(saved.session or 0)
    say(elsewhere, "I was here")
    say(saved, "So was I")
    assert saved.session != elsewhere.session
    assert saved.notice is not None
    assert "copy" in saved.notice
    assert_kept(saved, store)
    assert_kept(elsewhere, store)
    store.delete(elsewhere.session or 0)
    say(elsewhere, "Still here")
    assert_kept(elsewhere, store)
    assert len(store.sessions()) == 2


def test_where_the_store_proves_damaged_all_of_it_is_kept_in_a_new_one(
    converse: Converse, store: Store, place: Path
) -> None:
    saved = SavedConversation(converse(), store)
    for text in USER_TURNS:
        say(saved, text)
    connection = store._database._connection
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA cache_size = 1")
    whole = place.read_bytes()
    place.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    assert say(saved, "Hello?")
    assert saved.notice is not None
    assert "damaged" in saved.notice
    assert list(place.parent.glob("sessions.db.damaged-*"))
    assert len(saved.conversation.transcript) == 10
    assert_kept(saved, store)

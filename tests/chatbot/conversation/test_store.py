"""Laws of the store: what was written is read, in the order it was said, until it is taken back on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chatbot.config import SamplingConfig
from chatbot.conversation import Facts, Gain, Moment, rows
from chatbot.conversation.database import ConflictError, StoreError
from chatbot.conversation.store import PURGE_SECONDS, Store
from chatbot.text.template import Turn

Dialogue = Callable[..., list[Moment]]


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(place: Path, clock: Clock) -> Iterator[Store]:
    made = Store(place, clock=clock)
    yield made
    made.close()


def texts(store: Store, session: int) -> list[str]:
    return [moment.turn.text for moment in store.load(session)[1]]


def remembered(text: str, seed: int) -> Moment:
    rng = np.random.default_rng(seed)
    part = rng.normal(size=(1, 4)).astype(np.float32)
    gain = Gain((part, part + 1), rng.normal(size=(3, 4)).astype(np.float32), np.arange(3, dtype=np.int32), 9, "m")
    facts = Facts(12.0, 0.5, 3, "tiny", "m", SamplingConfig(seed=seed), dict(rng.bit_generator.state), stopped=True)
    return Moment(Turn("assistant", text), facts, gain)


def arrays(moment: Moment) -> list[Any]:
    gain = moment.gain
    assert gain is not None
    return [*gain.state, gain.annotations, gain.ids]


def test_what_was_written_is_read_with_all_that_is_known_of_it(store: Store, dialogue: Dialogue) -> None:
    moments = [*dialogue("Hello"), remembered("Hi", 1)]
    session = store.create(moments)
    store.append(session, *dialogue("And?"), remembered("So.", 2))
    summary, found = store.load(session)
    assert (summary.turns, summary.model, summary.revision) == (4, "tiny", 1)
    assert [moment.turn for moment in found][:2] == [moment.turn for moment in moments]
    for mine, theirs in ((found[1], moments[1]), (found[3], remembered("So.", 2))):
        assert mine.facts == theirs.facts
        assert mine.gain is not None
        assert (mine.gain.positions, mine.gain.model) == (9, "m")
        for one, other in zip(arrays(mine), arrays(theirs), strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_store_that_is_opened_again_has_it_all(place: Path, dialogue: Dialogue) -> None:
    first = Store(place)
    session = first.create(dialogue("Hello", "Hi"))
    first.close()
    again = Store(place)
    assert texts(again, session) == ["Hello", "Hi"]
    again.close()


@pytest.mark.parametrize("seed", range(10))
def test_any_writing_leaves_what_a_list_would_be(store: Store, dialogue: Dialogue, seed: int) -> None:
    rng = np.random.default_rng(seed)
    said: list[str] = []
    session, revision = store.create(), 0
    for step in range(40):
        start = int(rng.integers(0, len(said) + 1))
        new = [f"{step} {number}" for number in range(int(rng.integers(0, 4)))]
        said[start:] = new
        revision = store.write(session, start, dialogue(*new), revision=revision)
        assert texts(store, session) == said
        assert store.summary(session).turns == len(said)


def test_a_writing_that_fails_in_the_middle_changes_nothing(store: Store, dialogue: Dialogue) -> None:
    session = store.create(dialogue("a", "b", "c"))
    broken: Any = Moment(Turn("nobody", "x"))  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        store.write(session, 1, [*dialogue("new"), broken])
    assert texts(store, session) == ["a", "b", "c"]
    assert store.summary(session).revision == 0


def test_nothing_is_written_over_what_another_wrote(store: Store, dialogue: Dialogue) -> None:
    session = store.create(dialogue("a", "b"))
    store.append(session, *dialogue("mine"), revision=0)
    for start in (0, 2, None):
        with pytest.raises(ConflictError, match=r"changed elsewhere \(3 turns\).*copy"):
            store.write(session, start, dialogue("yours"), revision=0)
    assert texts(store, session) == ["a", "b", "mine"]
    store.delete(session)
    with pytest.raises(ConflictError):
        store.append(session, *dialogue("yours"))
    store.purge(older_than=-10)
    with pytest.raises(ConflictError, match="no conversation"):
        store.append(session, *dialogue("yours"))


@pytest.mark.parametrize("start", [-1, 3])
def test_no_gap_is_left(store: Store, dialogue: Dialogue, start: int) -> None:
    session = store.create(dialogue("a", "b"))
    with pytest.raises(ConflictError):
        store.write(session, start, dialogue("c"))
    assert texts(store, session) == ["a", "b"]


def test_truncated_it_has_the_first_turns(store: Store, dialogue: Dialogue) -> None:
    session = store.create(dialogue("a", "b", "c"))
    store.truncate(session, 1)
    assert texts(store, session) == ["a"]


def test_the_list_has_the_latest_first_and_everything_to_show(timed: Store, dialogue: Dialogue) -> None:
    first, second, third = (timed.create(dialogue(f"Session {name}\x1b[31m")) for name in "abc")
    timed.append(first, remembered("Hi", 0))
    timed.touch(second)
    assert [each.id for each in timed.sessions()] == [first, third, second]
    assert [each.id for each in timed.sessions(limit=1, offset=1)] == [third]
    found = timed.sessions()[0]
    assert (found.title, found.renamed, found.turns, found.model) == ("Session a", False, 2, "tiny")
    assert found.created < found.updated == found.used
    assert timed.last_used() == second
    timed.delete(second)
    assert timed.last_used() == first


def test_where_nothing_is_there_is_nothing(store: Store) -> None:
    assert store.sessions() == []
    assert store.last_used() is None
    assert store.search("x") == []
    for use in (store.load, store.summary, store.touch, store.delete, store.undelete, store.fork):
        with pytest.raises(StoreError, match="no conversation 7"):
            use(7)
    with pytest.raises(StoreError, match="no conversation 7"):
        store.rename(7, "x")


def test_the_title_is_the_first_user_turn_until_it_is_renamed(store: Store, dialogue: Dialogue) -> None:
    session = store.create(dialogue("My\nfirst turn"))
    assert store.summary(session).title == "My first turn"
    store.write(session, 0, dialogue("Another"))
    assert store.summary(session).title == "Another"
    store.rename(session, "  Mine\x1b]0;evil\x07\n[red] ")
    assert (store.summary(session).title, store.summary(session).renamed) == ("Mine [red]", True)
    store.write(session, 0, dialogue("A third"))
    assert store.summary(session).title == "Mine [red]"
    for nothing in (None, " ", "\0"):
        store.rename(session, nothing)
        assert (store.summary(session).title, store.summary(session).renamed) == ("A third", False)


def test_deleted_and_undone_it_is_as_it_was(timed: Store, dialogue: Dialogue) -> None:
    session = timed.create([*dialogue("Hello"), remembered("Hi", 0)], title="Mine")
    before = timed.load(session)
    timed.delete(session)
    assert timed.sessions() == []
    assert [each.id for each in timed.sessions(deleted=True)] == [session]
    timed.undelete(session)
    after = timed.load(session)
    assert after[0] == before[0]
    assert timed.sessions() == [before[0]]
    assert [(moment.turn, moment.facts) for moment in after[1]] == [(moment.turn, moment.facts) for moment in before[1]]
    np.testing.assert_array_equal(arrays(after[1][1])[2], arrays(before[1][1])[2])


def test_what_was_deleted_long_ago_is_removed_when_the_store_is_opened(
    place: Path, clock: Clock, dialogue: Dialogue
) -> None:
    store = Store(place, clock=clock)
    old, new, kept = (store.create([*dialogue("Hello"), remembered("Hi", 0)]) for _ in range(3))
    store.delete(old)
    clock.now += PURGE_SECONDS
    store.delete(new)
    store.close()
    again = Store(place, clock=clock)
    assert [each.id for each in again.sessions(deleted=True)] == [new]
    assert [each.id for each in again.sessions()] == [kept]
    with again._database.reading() as connection:
        counts = connection.execute("SELECT (SELECT count(*) FROM turn), (SELECT count(*) FROM memory)").fetchone()
    assert counts == (4, 2)
    assert again.create() == 4  # no number is given twice
    again.close()


def test_a_fork_is_a_session_of_its_own_and_leaves_the_original(store: Store, dialogue: Dialogue) -> None:
    session = store.create(
        [*dialogue("Hello"), remembered("Hi", 0), *dialogue("More"), remembered("Yes", 1)], title="Mine"
    )
    before = store.load(session)
    fork, early = store.fork(session), store.fork(session, 2)
    assert texts(store, fork) == ["Hello", "Hi", "More", "Yes"]
    summary, moments = store.load(early)
    assert (summary.title, summary.origin, summary.turns) == ("Mine", session, 2)
    np.testing.assert_array_equal(arrays(moments[1])[2], arrays(before[1][1])[2])
    store.append(early, *dialogue("Other way"))
    store.truncate(fork, 0)
    after = store.load(session)
    assert after[0] == before[0]
    assert [moment.turn for moment in after[1]] == [moment.turn for moment in before[1]]
    store.delete(session)
    store.purge(older_than=-10)
    assert store.summary(early).origin is None
    assert texts(store, early) == ["Hello", "Hi", "Other way"]


@pytest.mark.parametrize("at_once", [True, False])
def test_only_the_latest_memories_are_kept(store: Store, at_once: bool) -> None:
    moments = [remembered(f"{number}", number) for number in range(rows.KEPT_TURNS + 20)]
    session = store.create(moments if at_once else ())
    if not at_once:
        for moment in moments:
            store.append(session, moment)
    found = [moment.gain is not None for moment in store.load(session)[1]]
    # A memory of 9 positions, of which every turn adds 3: the first that is kept needs two before it.
    assert found == [False] * 18 + [True] * (rows.KEPT_TURNS + 2)


@pytest.mark.parametrize("text", ["🙂é", "a\0b", "\x1b[31m", "line\nline", "' OR 1=1 --", "\u202e", "x" * 1_000_000])
def test_any_text_is_kept_as_it_is(store: Store, dialogue: Dialogue, text: str) -> None:
    assert texts(store, store.create(dialogue(text))) == [text]

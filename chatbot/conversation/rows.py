"""Moments as rows of the session database, and back, with what of their memory is worth keeping.

What a program of another version may have written otherwise, as a sampling setting that is no more, is left out and not
trusted: how a turn came about is worth less than the turn.
"""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, get_args

from chatbot.config import SamplingConfig
from chatbot.conversation.moments import Facts, Luck, Moment
from chatbot.conversation.packing import pack, unpack
from chatbot.conversation.reply import generator_of
from chatbot.errors import ConfigError
from chatbot.text.template import Role, Turn

COLUMNS = ("role", "text", "said", "seconds", "tokens", "model", "fingerprint", "sampling", "luck", "stopped")
"""Of the table ``turn``, all that a moment fills."""
KEPT_TURNS = 100
"""Of so many of the latest turns of a session the memory is kept, about 16 KB each; to go back further a transcript is
read again, which takes a second or two for 5,000 turns."""

_NAMES = ", ".join(COLUMNS)
_INSERT = f"INSERT INTO turn(session, number, {_NAMES}) VALUES (?, ?{', ?' * len(COLUMNS)})"  # noqa: S608
_LOAD = f"""SELECT {", ".join("t." + name for name in COLUMNS)}, m.fingerprint, m.data
FROM turn t LEFT JOIN memory m ON m.turn = t.id WHERE t.session = ? ORDER BY t.number"""  # noqa: S608
_FORK_TURNS = f"""INSERT INTO turn(session, number, {_NAMES})
SELECT ?, number, {_NAMES} FROM turn WHERE session = ? AND number < ? ORDER BY number"""  # noqa: S608
_FORK_MEMORY = """INSERT INTO memory SELECT new.id, m.fingerprint, m.gained, m.positions, m.data
FROM turn new JOIN turn old ON old.number = new.number JOIN memory m ON m.turn = old.id
WHERE new.session = ? AND old.session = ?"""
_SIZES = """SELECT m.turn, m.gained, m.positions FROM memory m JOIN turn t ON t.id = m.turn
WHERE t.session = ? ORDER BY t.number DESC"""


def select(connection: sqlite3.Connection, session: int) -> list[Moment]:
    """The moments of a session."""
    return [moment_of(row) for row in connection.execute(_LOAD, (session,))]


def copy(connection: sqlite3.Connection, session: int, new: int, turns: int) -> None:
    """Let the session ``new``, in which there are no turns, begin with the first ``turns`` of another."""
    connection.execute(_FORK_TURNS, (new, session, turns))
    connection.execute(_FORK_MEMORY, (new, session))


def insert(connection: sqlite3.Connection, session: int, start: int, moments: Sequence[Moment]) -> None:
    """Add moments from number ``start`` on, where there are none, with the memory of the latest."""
    gains = [moment.gain for moment in moments]
    known = [(len(gain.ids), gain.positions) for gain in reversed(gains) if gain is not None]
    before = connection.execute(_SIZES, (session,)).fetchall()
    keep = worth_keeping([*known, *((gained, positions) for _, gained, positions in before)])
    forgotten = [(turn,) for turn, _, _ in before[max(0, keep - len(known)) :]]
    connection.executemany("DELETE FROM memory WHERE turn = ?", forgotten)
    skipped = max(0, len(known) - keep)
    for number, (moment, gain) in enumerate(zip(moments, gains, strict=True), start=start):
        turn = connection.execute(_INSERT, (session, number, *row_of(moment))).lastrowid
        if gain is None:
            continue
        if skipped:
            skipped -= 1
            continue
        values = (turn, gain.model, len(gain.ids), gain.positions, pack(gain))
        connection.execute("INSERT INTO memory VALUES (?, ?, ?, ?, ?)", values)


def row_of(moment: Moment) -> tuple[Any, ...]:
    """The values of ``COLUMNS``."""
    facts = moment.facts
    return (
        moment.turn.role,
        storable(moment.turn.text),
        facts.time,
        facts.seconds,
        facts.tokens,
        None if facts.model is None else storable(facts.model),
        facts.fingerprint,
        None if facts.sampling is None else json.dumps(facts.sampling.to_dict()),
        None if facts.luck is None else json.dumps(facts.luck),
        int(facts.stopped),
    )


def moment_of(row: tuple[Any, ...]) -> Moment:
    """The moment of the values of ``COLUMNS``, and of fingerprint and data of its memory, if there is one."""
    role, text, said, seconds, tokens, model, fingerprint, sampling, luck, stopped, owner, data = row
    assert role in get_args(Role)
    facts = Facts(said, seconds, tokens, model, fingerprint, _sampling(sampling), luck_of(_json(luck)), bool(stopped))
    return Moment(Turn(role, text), facts, None if data is None else unpack(data, owner))


def storable(text: str) -> str:
    """``text`` without halves of surrogate pairs, which are no characters and which no file takes."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def sampling_of(values: Any) -> SamplingConfig | None:
    """The settings in plain values; None if they are not what this version knows."""
    try:
        return SamplingConfig.from_dict(values) if isinstance(values, dict) else None
    except ConfigError:
        return None


@functools.lru_cache
def _sampling(text: str | None) -> SamplingConfig | None:
    return sampling_of(_json(text))  # thousands of turns have the same, and to check it takes longer than to read them


def luck_of(values: Any) -> Luck | None:
    """The state of a generator in plain values; None if it is none."""
    try:
        generator_of(values)
    except ConfigError:
        return None
    return dict(values)


def _json(text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError):
        return None


def worth_keeping(sizes: Iterable[tuple[int, int]]) -> int:
    """How many of the latest memories to keep: ``KEPT_TURNS``, and before them what the first of those needs.

    Args:
        sizes: For each memory that there is, the latest first: annotations that its turn added, and in all after it.
    """
    missing = count = 0
    for count, (gained, positions) in enumerate(sizes, start=1):
        if count <= KEPT_TURNS:
            missing = positions - gained
        elif missing <= 0:
            return count - 1
        else:
            missing -= gained
    return count

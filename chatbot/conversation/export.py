"""A session as a file: Markdown to read, JSON to keep, and a line of our corpus format to train on.

What was said is text and nothing else: in Markdown it makes no heading, link or tag and acts on no terminal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, get_args

from chatbot.conversation.moments import Facts, Moment
from chatbot.conversation.rows import luck_of, sampling_of, storable
from chatbot.errors import UsageError
from chatbot.text.sanitize import one_line, printable
from chatbot.text.template import Role, Turn

FORMAT = 1
"""Of the JSON."""
_SPEAKERS: dict[Role, str] = {"user": "a", "assistant": "b"}
_PUNCTUATION = re.compile(r"([\\`*_\[\]<>#&|~$!^])")
_MARKER = re.compile(r"^([-+=:]|\d{1,9}(?=[.)]))")
_END_OF_TIME = 2.0**37
"""Seconds since 1970; also more than any other number that is exported."""
_NUMBERS = {"time": float, "seconds": float, "tokens": int}


def markdown(title: str, moments: Sequence[Moment]) -> str:
    """A session as Markdown; it ends with a line break."""
    blocks = [f"# {escaped(one_line(title))}"]
    for moment in moments:
        speaker = "You" if moment.turn.role == "user" else moment.facts.model or "Chatbot"
        blocks += [f"**{escaped(one_line(speaker))}**{_note(moment.facts)}", _paragraphs(moment.turn.text)]
    return "\n\n".join(blocks) + "\n"


def _note(facts: Facts) -> str:
    """When and how fast, after the speaker."""
    parts = []
    if facts.time is not None and 0 <= facts.time < _END_OF_TIME:
        parts.append(datetime.fromtimestamp(facts.time, UTC).strftime("%Y-%m-%d %H:%M UTC"))
    if facts.seconds is not None:
        parts.append(f"{facts.seconds:.1f} s")
    if facts.tokens_per_second is not None:
        parts.append(f"{facts.tokens_per_second:.0f} tokens/s")
    if facts.stopped:
        parts.append("stopped")
    return "".join(f" · {part}" for part in parts)


def _paragraphs(text: str) -> str:
    """``text`` with its line breaks, every character of it a character to be seen."""
    lines = [escaped(" ".join(line.split())) for line in printable(text).split("\n")]
    paragraphs = "\n".join(lines).strip("\n")
    return re.sub(r"(?<=[^\n])\n(?=[^\n])", "\\\\\n", re.sub(r"\n{2,}", "\n\n", paragraphs))


def escaped(line: str) -> str:
    """A line without blanks around it, in which no character means anything to Markdown."""
    escaped = _PUNCTUATION.sub(r"\\\1", line)
    begun = _MARKER.match(escaped)
    if begun is None:
        return escaped
    mark = begun[0]
    return f"\\{escaped}" if not mark.isdigit() else f"{mark}\\{escaped[len(mark) :]}"


def to_json(title: str, moments: Sequence[Moment]) -> str:
    """A session as JSON without its memory, for ``from_json``; all of it is ASCII, so nothing in it acts."""
    turns = [
        {"role": moment.turn.role, "text": storable(moment.turn.text), **_facts_out(moment.facts)} for moment in moments
    ]
    return json.dumps({"format": FORMAT, "title": storable(title), "turns": turns}, indent=2) + "\n"


def _facts_out(facts: Facts) -> dict[str, Any]:
    values = {**vars(facts), "sampling": None if facts.sampling is None else facts.sampling.to_dict()}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def from_json(text: str) -> tuple[str, list[Moment]]:
    """Title and moments of what ``to_json`` made.

    Raises:
        UsageError: if it is something else.
    """
    try:
        values = json.loads(text)
        if values["format"] != FORMAT:
            raise _unreadable(f"format {one_line(repr(values['format']))[:40]}", f"format {FORMAT}")
        title, moments = values["title"], [_moment_in(turn) for turn in values["turns"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _unreadable(f"a conversation that cannot be read ({type(error).__name__})", "our JSON") from error
    if not isinstance(title, str):
        raise _unreadable("a title that is no text", "our JSON")
    return title, moments


def _moment_in(turn: dict[str, Any]) -> Moment:
    role, text = turn["role"], turn["text"]
    if role not in get_args(Role) or not isinstance(text, str):
        raise ValueError(role)
    known: dict[str, Any] = {name: turn[name] for name in ("model", "fingerprint") if isinstance(turn.get(name), str)}
    for name, kind in _NUMBERS.items():
        value = turn.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _END_OF_TIME:
            known[name] = kind(value)
    known["sampling"], known["luck"] = sampling_of(turn.get("sampling")), luck_of(turn.get("luck"))
    return Moment(Turn(role, text), Facts(**known, stopped=turn.get("stopped") is True))


def _unreadable(received: str, expected: str) -> UsageError:
    return UsageError(received, expected=expected, remedy="give a file that this program exported as JSON")


def corpus_line(moments: Sequence[Moment]) -> str:
    """A session as one dialogue of our corpus format, a line with its line break: the user is a, the model b."""
    turns = [
        {"speaker": _SPEAKERS[moment.turn.role], "text": storable(printable(moment.turn.text))} for moment in moments
    ]
    return json.dumps({"turns": turns}, ensure_ascii=False) + "\n"

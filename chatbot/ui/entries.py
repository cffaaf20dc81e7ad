"""From what was said to what the transcript shows: entries, the facts under them, and marks between them.

Everything is derived from the moments of a conversation, so it is the same whenever it is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chatbot.text.sanitize import one_line
from chatbot.ui.widgets.message import Entry, Role

if TYPE_CHECKING:
    from chatbot.config import SamplingConfig
    from chatbot.conversation import Conversation, Facts, Moment, Resumed


def entries_of(conversation: Conversation) -> list[Entry]:
    """The entries of all that was said, with a mark wherever another model went on."""
    entries: list[Entry] = []
    last: Facts | None = None
    usual = conversation.sampling
    for number, moment in enumerate(conversation.moments):
        facts = moment.facts
        if facts.fingerprint is not None:
            if last is not None and last.fingerprint != facts.fingerprint:
                entries.insert(len(entries) - _asked(entries), mark_of_model(facts.model or "another model"))
            last = facts
        entries.append(entry_of(number, moment, usual))
    if last is not None and last.fingerprint != conversation.voice.fingerprint:
        entries.append(mark_of_model(conversation.model.name))
    return entries


def _asked(entries: Sequence[Entry]) -> int:
    """1 if the message that the next reply answers stands last: a mark goes before it."""
    return int(bool(entries) and entries[-1].role is Role.USER)


def entry_of(number: int, moment: Moment, usual: SamplingConfig) -> Entry:
    """One turn as an entry."""
    facts = facts_line(moment.facts, usual) if moment.turn.role == "assistant" else ""
    return Entry(Role(moment.turn.role), moment.turn.text, turn=number, facts=facts)


def mark_of_model(name: str) -> Entry:
    """The mark where another model goes on."""
    return Entry(Role.MARK, f"{one_line(name)} goes on; it has read all of this")


def facts_line(facts: Facts, usual: SamplingConfig) -> str:
    """How a reply came about, in one line: ``1.3 s · 45 tokens/s · default``; what is not known is left out."""
    parts = []
    if facts.stopped:
        parts.append("stopped")
    if facts.seconds is not None:
        parts.append(duration(facts.seconds))
    if facts.tokens_per_second is not None:
        parts.append(f"{facts.tokens_per_second:,.0f} tokens/s")
    if facts.model is not None:
        parts.append(one_line(facts.model))
    if facts.sampling is not None and facts.sampling.temperature != usual.temperature:
        parts.append(f"temperature {facts.sampling.temperature:g}")
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """A span of time for people: ``40 ms`` below a second, ``1.3 s`` from there on."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def tell_resumed(resumed: Resumed, model: str) -> str | None:
    """What the user has to know of how a conversation was taken up; None if its memory is the one that was kept."""
    if resumed.other_model:
        return f"{one_line(model)} is another model than before: it has read the transcript again"
    if resumed.read_again > 1:
        return f"{resumed.read_again} of {resumed.turns} turns were read again: their memory had not been kept"
    return None


def plain(entries: Sequence[Entry]) -> str:
    """All that was said as plain text, for the clipboard."""
    said = [entry for entry in entries if entry.turn is not None]
    return "\n\n".join(f"{entry.role.label}: {entry.shown}" for entry in said)

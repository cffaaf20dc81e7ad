"""Traces of replies that were watched, for as long as the program runs."""

from __future__ import annotations

from chatbot.conversation.insight import Subject
from chatbot.conversation.moments import Moment
from chatbot.conversation.trace import Trace

MOST = 20
"""As many are kept: a trace of a long reply holds a few hundred kilobytes."""


class Traces:
    """Traces by the moment that their reply became."""

    def __init__(self) -> None:
        self._kept: dict[Moment, Trace] = {}

    def add(self, moment: Moment, trace: Trace) -> None:
        """Keep the trace of a reply; one that is not of its text (it failed, or nothing was said) is not kept."""
        if moment.turn.role == "assistant" and trace.choices and trace.text.strip() == moment.turn.text:
            self._kept[moment] = trace
            while len(self._kept) > MOST:
                self._kept.pop(next(iter(self._kept)))

    def get(self, moment: Moment) -> Trace | None:
        """The trace of a moment, if it was kept."""
        return self._kept.get(moment)

    def keep(self, subject: Subject | None) -> None:
        """Let go of what belongs to another conversation."""
        there = set(subject.moments) if subject is not None else set()
        self._kept = {moment: trace for moment, trace in self._kept.items() if moment in there}

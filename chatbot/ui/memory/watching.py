"""What the panel knows and how it comes to know it: turns read again in threads, a reply looked at while it is said.

What is drawn, and on which keys, is the business of ``panel``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.worker import get_current_worker

from chatbot.conversation.insight import Again, Gauge, Live, Subject, gauge
from chatbot.conversation.trace import Trace
from chatbot.text.template import Turn
from chatbot.ui.memory.cursor import Cursor
from chatbot.ui.memory.messages import MarksChanged, Measured, Seen
from chatbot.ui.memory.sight import Sight, look_into, look_on
from chatbot.ui.memory.traces import Traces

TICK_SECONDS = 0.1
"""How often a reply that is being said is looked at."""
REST = 12
"""So many times as long as a look took until it was painted, the next one waits: looking takes less than a tenth of the
time."""
LIVE_TABS = ("state", "gates", "attention", "confidence")
"""The pictures that change while a reply is said."""
GATES_A_TICK = 4
"""Of how many of its tokens the gates are made each time: that of a token costs about as much as reading it."""


class Watching(Vertical):
    """A widget that watches a conversation; a sub-class says what is shown and draws it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as every widget has it
        super().__init__(id=id)
        self._subject: Subject | None = None
        self._cursor = Cursor()
        self._sight: Sight | None = None
        self._live: Live | None = None
        self._before: tuple[Turn, ...] = ()
        self._gauge: Gauge | None = None
        self._measured: Subject | None = None
        self._again: Again | None = None
        self._traces = Traces()
        self._alternatives = True
        self._stale = True
        self._drawn = -1
        self._rest_until = 0.0
        self._timer: Timer | None = None

    @property
    def tab(self) -> str:
        """Name of the picture that is shown."""
        raise NotImplementedError

    def draw(self) -> None:
        """Draw it."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """The clock that runs while a reply is said."""
        self._timer = self.set_interval(TICK_SECONDS, self._tick, pause=True)
        self._look()

    # What the screen calls

    def show_conversation(self, conversation: Any) -> None:
        """Show another conversation, or what has become of this one."""
        self._end_live()
        self._subject = None if conversation is None else Subject.of(conversation)
        self._traces.keep(self._subject)
        self._cursor.over(len(self._subject.moments) if self._subject else 0)
        self._gauge, self._stale = None, True
        self._look()

    def reply_began(self, trace: Trace, turns: Sequence[Any]) -> None:
        """A reply is being said, and is looked at from now on."""
        self.workers.cancel_group(self, "memory")
        if self._subject is None:
            return
        self._before = tuple(Turn(turn.role, turn.text) for turn in turns)
        self._live = Live(self._subject, trace)
        self._cursor.follow()
        self._sight, self._again, self._drawn, self._rest_until = None, None, -1, 0.0
        if self._timer is not None:
            self._timer.resume()

    def reply_finished(self, conversation: Any) -> None:
        """It ended; what it was is kept, to be looked at later."""
        trace = None if self._live is None else self._live.trace
        subject = None if conversation is None else Subject.of(conversation)
        if trace is not None and subject is not None and subject.moments:
            self._traces.add(subject.moments[-1], trace)
        self.show_conversation(conversation)

    # Looking

    def _tick(self) -> None:
        """Look at the reply that is being said, if it is seen and there is more of it."""
        live, subject = self._live, self._subject
        if live is None or subject is None or time.monotonic() < self._rest_until or not self._seen():
            return
        began, tab, count = time.thread_time(), self.tab, len(live.trace.choices)
        if count == self._drawn and (tab != "gates" or len(live.openings) == count):
            return
        if tab == "gates":
            live.advance(GATES_A_TICK)
        self._drawn = count
        if tab in LIVE_TABS:
            self._sight = look_on(subject, live, self._before).go_on_from(self._sight)
            self.draw()
        self._rest_until = time.monotonic() + 1  # until it is painted
        self.call_after_refresh(self._rest, began)

    def _rest(self, began: float) -> None:
        self._rest_until = time.monotonic() + REST * (time.thread_time() - began)

    def _end_live(self) -> None:
        self._live, self._sight = None, None
        if self._timer is not None:
            self._timer.pause()

    def _seen(self) -> bool:
        return self.is_mounted and self.display and self.region.width > 0

    def on_show(self) -> None:
        """Catch up."""
        self._look()

    def on_hide(self) -> None:
        """What is not seen marks nothing."""
        self.post_message(MarksChanged(()))

    def _look(self) -> None:
        """Read the turn at the cursor, or measure what is left of each, in a thread; then draw."""
        if not self.is_mounted:
            return
        self._drawn = -1
        subject, turn = self._subject, self._cursor.turn
        if subject is not None and subject.moments and self._live is None and self.display:
            if self._stale or self._sight is None or self._sight.turn != turn:
                self._sight, self._stale = None, False
                trace = self._traces.get(subject.moments[turn])
                self._work(partial(self._read, subject, turn, trace))
            elif self.tab == "gauge" and self._measured is not subject:
                self._work(partial(self._measure, subject))
        self.draw()

    def _work(self, work: Callable[[], None]) -> None:
        self.run_worker(work, group="memory", thread=True, exclusive=True, exit_on_error=False)

    def _read(self, subject: Subject, turn: int, trace: Trace | None) -> None:
        worker = get_current_worker()
        sight = look_into(subject, turn, trace, lambda: worker.is_cancelled)
        if sight is not None:
            self._report(Seen(sight))

    def _measure(self, subject: Subject) -> None:
        worker = get_current_worker()
        found = gauge(subject, cancelled=lambda: worker.is_cancelled)
        if found is not None:
            self._report(Measured(found, subject))

    def _report(self, message: Message) -> None:
        try:
            self.post_message(message)
        except RuntimeError:  # the event loop is closed
            return

    def on_seen(self, event: Seen) -> None:
        """Show the turn, unless the reader has gone on."""
        sight = event.sight
        if sight.subject is self._subject and sight.turn == self._cursor.turn and self._live is None:
            self._sight = sight
            self._look()
            self._mark()

    def on_measured(self, event: Measured) -> None:
        """Show what is left of each turn."""
        if event.subject is self._subject:
            self._gauge, self._measured = event.gauge, self._subject
            self.draw()

    def _mark(self) -> None:
        looked = self._sight.looked(self._cursor.token) if self._sight is not None else None
        self.post_message(MarksChanged(looked.looks if looked is not None else ()))

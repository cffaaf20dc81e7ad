"""Seeing: the memory panel beside the transcript, opened and closed; what it is told, and what comes of what it asks.

The panel and what it draws are the business of ``chatbot.ui.memory``, which is imported when it is first opened.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.containers import Container
from textual.message import Message
from textual.reactive import var
from textual.worker import get_current_worker

from chatbot.ui.screens.conversation import Phase
from chatbot.ui.screens.writing import WritingScreen
from chatbot.ui.sources import Sources
from chatbot.ui.widgets.message import Entry, Role

if TYPE_CHECKING:
    from chatbot.conversation import Manner
    from chatbot.conversation.insight import Again
    from chatbot.ui.memory import ForkRequested, MarksChanged, MemoryPanel, WipeAndAskRequested

_UNWATCHED = "This reply began before the panel was open; what it leaves in the memory is shown once it is said."
_ASKING = "Asking again… Esc stops"
_AGAIN_SECONDS = 0.1
"""How often a reply of a wiped memory is drawn while it is said."""


class AgainGrew(Message, bubble=False):
    """More was said of the reply to a question that was asked again."""

    def __init__(self, again: Again) -> None:
        super().__init__()
        self.again = again


class _Heard(NamedTuple):
    """A turn, as the panel takes it."""

    role: str
    text: str


class SeeingScreen(WritingScreen):
    """A conversation whose memory can be looked at.  ``compose`` has to give it a container ``#talk``.

    Args:
        sources: Where conversations come from.
    """

    memory_shown: var[bool] = var(False, init=False)
    """Whether the panel is open; before there is a model, whether it will be."""

    def __init__(self, sources: Sources) -> None:
        super().__init__(sources)
        self.panel: MemoryPanel | None = None
        """The memory panel; None until it is first opened."""
        self._watched = False  # whether the reply that is being said is recorded for the panel
        self._seen: tuple[Any, ...] = ()
        self._asking: Again | None = None

    def settle(self) -> None:
        """Let the panel see what has become of the conversation."""
        super().settle()
        self._asking = None
        self._open_panel()
        if self.panel is not None and self._watched:
            self._watched, self._seen = False, self._now()
            self.panel.reply_finished(self.conversation)
        else:
            self._catch_up()

    # Open and closed

    def watch_memory_shown(self, shown: bool) -> None:
        """Open or close the panel; the transcript marks nothing without it."""
        if self.panel is not None:
            inside = self.panel.has_focus_within
            self.panel.display = shown
            if inside and not shown:
                self.set_focus(self.prompt)
        if shown and self.saved is not None:
            self._open_panel()
            self._catch_up()
        self.refresh_bindings()

    def _open_panel(self) -> None:
        """Make the panel, if it is wanted and was not made before."""
        if self.panel is not None or not self.memory_shown:
            return
        from chatbot.ui.memory import MemoryPanel  # takes a while: only for those who look

        self.panel = MemoryPanel(id="memory")
        self.query_one("#talk", Container).mount(self.panel)

    def _catch_up(self) -> None:
        """Show the conversation in the panel, unless it stands there already."""
        if self.panel is None or not self.memory_shown or self._watched:
            return
        if self.replying:
            self.panel.blind, self._seen = _UNWATCHED, ()
            self.panel.show_conversation(None)
            return
        now = self._now()
        if len(now) != len(self._seen) or any(one is not other for one, other in zip(now, self._seen, strict=True)):
            self._seen = now
            self.panel.show_conversation(self.conversation)

    def _now(self) -> tuple[Any, ...]:
        """What the conversation is: another one in any part is another one to look at."""
        conversation = self.conversation
        return (conversation.voice, conversation.memory, *conversation.moments)

    # Replies

    def watch_reply(self, entries: Sequence[Entry]) -> Manner:
        """Let the panel watch the reply that begins below these entries; how it has to be said for that."""
        if self.panel is None or not self.memory_shown:
            return {}
        from chatbot.conversation.trace import Trace

        trace, said = Trace(), (Role.USER, Role.ASSISTANT)
        self._watched = True
        heard = [entry for entry in entries if entry.role in said and (entry.turn is not None or entry is entries[-1])]
        self.panel.reply_began(trace, [_Heard(entry.role.value, entry.text) for entry in heard])
        return {"trace": trace}

    # What the panel asks for

    def on_marks_changed(self, event: MarksChanged) -> None:
        """Mark the words that were looked at, as long as they are seen beside the panel."""
        self.transcript.mark(event.looks if self.memory_shown else ())

    def on_left(self) -> None:
        """The reader of the panel is done there."""
        self.set_focus(self.prompt)

    def on_fork_requested(self, event: ForkRequested) -> None:
        """Go on in a copy, from the turn that was looked at."""
        if self.idle:
            self.fork(event.turns)
        else:
            self.refuse()

    def fork(self, turns: int) -> None:
        """Go on in a copy of the first ``turns`` turns."""
        raise NotImplementedError

    def on_wipe_and_ask_requested(self, event: WipeAndAskRequested) -> None:
        """Ask the last question again, of a memory that was wiped; nobody else may use the model meanwhile."""
        if self.idle:
            ask = partial(self._ask_again, state=event.state, annotations=event.annotations)
            self.work(ask, self._asked_again, _ASKING)
        else:
            self.refuse()

    def _ask_again(self, *, state: bool, annotations: bool) -> Again:
        from chatbot.conversation.insight import ask_again

        worker, shown = get_current_worker(), 0.0
        again = self._asking = ask_again(self.conversation, state=state, annotations=annotations)
        for _ in again.pieces:
            if worker.is_cancelled:
                again.conversation.cancel()
            if time.monotonic() > shown + _AGAIN_SECONDS:
                shown = time.monotonic()
                self.report(AgainGrew(again))
        return again

    def on_again_grew(self, event: AgainGrew) -> None:
        """Show what there is of it."""
        self.refresh_bindings()
        if self.panel is not None:
            self.panel.show_again(event.again)

    def _asked_again(self, again: Again) -> None:
        if self.panel is not None:
            self.panel.show_again(again)

    @property
    def asking_again(self) -> bool:
        """Whether a wiped memory is being asked."""
        return self._asking is not None and self.phase is Phase.WORKING

    def stop_asking(self) -> None:
        """Let the reply of the wiped memory end here."""
        if self._asking is not None:
            self._asking.conversation.cancel()

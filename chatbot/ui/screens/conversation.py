"""A conversation on a screen: its state, what is shown of it, and work on it that takes its time.

One thread at a time uses the model, for a piece of work or for a reply (``talking``).  Threads post messages and touch
no widget; all state changes in the handlers.
"""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.reactive import var
from textual.screen import Screen

from chatbot.text.sanitize import one_line, printable
from chatbot.ui.entries import entries_of, tell_resumed
from chatbot.ui.sources import Sources, TakenUp
from chatbot.ui.widgets.message import Entry, Role
from chatbot.ui.widgets.prompt import Prompt
from chatbot.ui.widgets.status import StatusLine, describe
from chatbot.ui.widgets.transcript import Transcript
from chatbot.ui.work import Work, WorkFailed, WorkFinished, do_work, explain

if TYPE_CHECKING:
    from chatbot.conversation import Conversation
    from chatbot.conversation.saved import SavedConversation
    from chatbot.conversation.store import Store


class Phase(enum.Enum):
    """What the screen is waiting for.  The value stands on the edge of the prompt meanwhile."""

    LOADING = "Loading the model…"
    READY = "Enter sends · Ctrl+J new line · Ctrl+Up messages"
    REPLYING = "Replying… Esc stops"
    WORKING = "One moment…"
    FAILED = "No model · Ctrl+Q quits"


class ConversationScreen(Screen[None]):
    """A conversation that is kept, and what it is doing.  ``compose`` has to give it status, transcript and prompt.

    Args:
        sources: Where conversations come from.
    """

    phase: var[Phase] = var(Phase.LOADING, init=False)

    def __init__(self, sources: Sources) -> None:
        super().__init__()
        self.sources = sources
        self.saved: SavedConversation | None = None
        """The conversation; None until it is loaded."""
        self.store: Store | None = None
        """Where it is kept; None if nothing is."""
        self.renamed: str | None = None
        """The title that the user gave it."""
        self.model_lock = threading.Lock()
        """Held by whoever uses the model."""
        self._told: str | None = None

    def find_parts(self) -> None:
        """Look up the widgets that are used all the time."""
        self.status = self.query_one(StatusLine)
        self.transcript = self.query_one(Transcript)
        self.prompt = self.query_one(Prompt)

    def watch_phase(self, phase: Phase) -> None:
        """Say what is going on where the user looks, and which keys do something."""
        self.prompt.stand(phase.value)
        self.refresh_bindings()

    @property
    def conversation(self) -> Conversation:
        """The conversation there is; only once it is loaded."""
        assert self.saved is not None
        return self.saved.conversation

    # Other work

    def work(self, do: Callable[[], Any], then: Callable[[Any], None], label: str = Phase.WORKING.value) -> None:
        """Do something in a thread, alone with the model, and then something on the screen with its result."""
        assert self.phase is Phase.READY
        self.phase = Phase.WORKING
        self.prompt.stand(label)
        work = partial(do_work, Work(do, then, label), self.model_lock, self.report)
        self.run_worker(work, name="work", description=label, thread=True, exit_on_error=False)

    def on_work_finished(self, event: WorkFinished) -> None:
        """Show what came of it."""
        self.phase = Phase.READY
        event.work.then(event.result)
        self.settle()

    def on_work_failed(self, event: WorkFailed) -> None:
        """Say why it could not be done."""
        self.tell(explain(event.error), trouble=True)
        self.settle()

    # Showing

    def taken_up(self, taken_up: TakenUp | None) -> None:
        """Show a conversation of earlier, and how it was taken up; None is a new one."""
        self.renamed = taken_up.title if taken_up is not None else None
        self.show()
        self.set_focus(self.prompt)
        turns = self.conversation.transcript
        self.prompt.past.fill(turn.text for turn in turns if turn.role == "user")
        said = tell_resumed(taken_up.resumed, self.conversation.model.name) if taken_up is not None else None
        if said is not None:
            self.tell(said)
        if turns and turns[-1].role == "user":
            self.note("Ctrl+R asks for the reply that this message never got", "unanswered")
        self.settle()

    def show(self) -> None:
        """Show the conversation as it is."""
        self.transcript.replace(entries_of(self.conversation))

    def settle(self) -> None:
        """Nothing runs any more: say what there is to say about keeping it."""
        assert self.saved is not None
        if self.phase is not Phase.FAILED:
            self.phase = Phase.READY
            self.prompt.stand(self.phase.value)
            self.refresh_bindings()
        if self.saved.notice is not None:
            self.note(self.saved.notice, "about what is kept")
            self.saved.notice = None
        trouble = str(self.saved.trouble) if self.saved.trouble is not None else None
        if trouble is not None and trouble != self._told:
            self.note(trouble, "what was said last is not saved")
        self._told = trouble
        kept = "" if trouble is None else "NOT SAVED · "
        self.status.say(kept + describe(self.conversation.model), self.title_shown, trouble=trouble is not None)

    @property
    def title_shown(self) -> str:
        """What the conversation is called; empty for one in which nothing was said."""
        from chatbot.conversation.summary import shorten

        said = [turn.text for turn in self.conversation.transcript[:2] if turn.role == "user"]
        return self.renamed or (shorten(said[0]) if said else "")

    def note(self, text: str, note: str) -> None:
        """Say something in the transcript."""
        self.transcript.extend([Entry(Role.NOTICE, text, note=note)])

    def tell(self, text: str, *, trouble: bool = False) -> None:
        """Say something beside the transcript, for a while."""
        self.notify(printable(one_line(text)), severity="error" if trouble else "information", markup=False)

    def report(self, message: Message) -> None:
        """Post from a thread; nothing happens if the screen has gone meanwhile."""
        try:
            self.post_message(message)
        except RuntimeError:  # the event loop is closed
            return

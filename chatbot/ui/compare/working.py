"""A screen that does its work in threads: loading first, one piece of work at a time, and a message when it is done.

Threads post messages and touch no widget.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.reactive import var
from textual.screen import Screen

from chatbot.errors import ChatbotError
from chatbot.text.sanitize import one_line, printable
from chatbot.ui.screens.conversation import Phase
from chatbot.ui.widgets.completions import Completions
from chatbot.ui.widgets.prompt import Prompt
from chatbot.ui.work import Work, WorkFailed, WorkFinished, do_work, explain

if TYPE_CHECKING:
    from _thread import LockType

_STANDING = {Phase.LOADING: "Loading…", Phase.READY: "Enter asks all · / for commands · Esc leaves"}


class WorkingScreen(Screen[None]):
    """Works in threads.  ``compose`` has to give it a prompt with completions.

    Args:
        lock: Held by whoever uses a model.
    """

    phase: var[Phase] = var(Phase.LOADING, init=False)

    def __init__(self, lock: LockType) -> None:
        super().__init__()
        self.model_lock: LockType = lock

    @property
    def prompt(self) -> Prompt:
        """Where the user types."""
        return self.query_one(Prompt)

    def work(self, do: Callable[[], Any], then: Callable[[Any], None], label: str) -> None:
        """Do something in a thread, and then something on the screen with its result."""
        self.phase = Phase.WORKING
        self.prompt.stand(label)
        self.begin(do, then, label)

    def begin(self, do: Callable[[], Any], then: Callable[[Any], None], label: str) -> None:
        """The same, while the screen goes on waiting for what it waits for."""
        work = partial(do_work, Work(do, then, label), self.model_lock, self.report)
        self.run_worker(work, name="work", description=label, thread=True, exit_on_error=False)

    def on_work_finished(self, event: WorkFinished) -> None:
        """Show what came of it."""
        self.phase = Phase.READY
        try:
            event.work.then(event.result)
        except ChatbotError as error:
            self.tell(explain(error), trouble=True)

    def on_work_failed(self, event: WorkFailed) -> None:
        """Say why; if that was the loading, there is nothing to stay for."""
        self.app.notify(printable(one_line(explain(event.error))), severity="error", markup=False)
        if self.phase is Phase.LOADING:
            self.dismiss(None)
        else:
            self.phase = Phase.READY

    def watch_phase(self, phase: Phase) -> None:
        """Say what is going on where the user looks."""
        self.prompt.stand(_STANDING.get(phase, phase.value))
        self.refresh_bindings()

    def on_completions_taken(self, event: Completions.Taken) -> None:
        """A click completes as Enter does."""
        self.prompt.put(event.completion.text)
        self.set_focus(self.prompt)

    def tell(self, text: str, *, trouble: bool = False) -> None:
        """Say something beside what is shown, for a while."""
        self.notify(printable(one_line(text)), severity="error" if trouble else "information", markup=False)

    def report(self, message: Message) -> None:
        """Post from a thread; nothing happens if the screen has gone meanwhile."""
        try:
            self.post_message(message)
        except RuntimeError:  # the event loop is closed
            return

"""The chat: transcript above, prompt below, and what happens between them.

Two kinds of thread are started here, one that loads the model and one for each reply.  They post messages and touch no
widget; all state of the screen changes in the handlers below.
"""

from __future__ import annotations

import enum
import time
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center
from textual.message import Message
from textual.reactive import var
from textual.screen import Screen
from textual.widgets import Footer

from chatbot.errors import ChatbotError
from chatbot.ui.conversation import ConversationLike, Loader
from chatbot.ui.replies import FLUSH_SECONDS, ConversationLoaded, LoadFailed, ReplyFailed, ReplyFeed, stream_reply
from chatbot.ui.widgets.message import Entry, Role
from chatbot.ui.widgets.prompt import Prompt
from chatbot.ui.widgets.status import StatusLine, describe
from chatbot.ui.widgets.transcript import Transcript


class Phase(enum.Enum):
    """What the screen is waiting for.  The value stands on the edge of the prompt meanwhile."""

    LOADING = "Loading the model…"
    READY = "Enter sends · Ctrl+J new line"
    REPLYING = "Replying… Esc stops"
    FAILED = "No model · Ctrl+Q quits"


class ChatScreen(Screen[None]):
    """A conversation with one model.

    Args:
        load: Returns the conversation; called once, in a thread, after the first paint.
    """

    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - Textual declares it without ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="chat.stop", tooltip="End the reply here; what was said is kept"),
        Binding("ctrl+n", "new", "New", id="chat.new", tooltip="Forget everything and begin again", priority=True),
        Binding("pageup", "page(-1)", "Earlier", id="chat.earlier", show=False, priority=True),
        Binding("pagedown", "page(1)", "Later", id="chat.later", show=False, priority=True),
    ]

    phase: var[Phase] = var(Phase.LOADING, init=False)

    def __init__(self, load: Loader) -> None:
        super().__init__()
        self._load = load
        self._conversation: ConversationLike | None = None
        self._asked = Entry(Role.USER)
        self._reply = Entry(Role.ASSISTANT)
        self._waiting: Entry | None = None
        self._feed = ReplyFeed()
        self._began = 0.0
        self._reset_after_reply = False

    def compose(self) -> ComposeResult:
        """Status, transcript, prompt, keys."""
        yield StatusLine()
        yield Transcript()
        with Center():
            yield Prompt()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Paint first, load then: importing and reading a model would hold up the first frame."""
        self._status = self.query_one(StatusLine)
        self._transcript = self.query_one(Transcript)
        self._prompt = self.query_one(Prompt)
        self._status.say("loading…")
        self.watch_phase(self.phase)
        self._prompt.focus()
        work = partial(self.run_worker, self._load_in_thread, name="load", thread=True, exit_on_error=False)
        self.call_after_refresh(work)

    def on_unmount(self) -> None:
        """Nobody is left to read the reply."""
        self.stop_reply()

    def watch_phase(self, phase: Phase) -> None:
        """Say what is going on where the user looks, and which keys do something."""
        self._prompt.stand(phase.value)
        self.refresh_bindings()

    # Loading

    def _load_in_thread(self) -> None:
        try:
            conversation = self._load()
        except Exception as error:
            self._report(LoadFailed(error))
        else:
            self._report(ConversationLoaded(conversation))

    def on_conversation_loaded(self, event: ConversationLoaded) -> None:
        """Show which model answers, what was said before, and send what waited."""
        self._conversation = event.conversation
        self._status.say(describe(event.conversation.model))
        self.phase = Phase.READY
        turns = [Entry(Role(turn.role), turn.text) for turn in event.conversation.transcript]
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._transcript.remove_entry(waiting)
        if turns:
            self._transcript.extend(turns)
        if waiting is not None:
            self._send(waiting.text)

    def on_load_failed(self, event: LoadFailed) -> None:
        """Say why there is nobody to talk to, and hand back what waited."""
        self._status.say("no model", trouble=True)
        self._take_back_waiting()
        self._transcript.extend([Entry(Role.NOTICE, explain(event.error), note="the model could not be loaded")])
        self.phase = Phase.FAILED

    # Talking

    def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        """Take the text if there is someone to say it to; else it stays where it is."""
        text = event.text.strip()
        if not text:
            self._prompt.hint("Type a message first")
        elif self.phase is Phase.READY:
            self._prompt.clear()
            self._send(text)
        elif self.phase is Phase.LOADING and self._waiting is None:
            self._prompt.clear()
            self._waiting = Entry(Role.USER, text, note="waiting for the model")
            self._transcript.extend([self._waiting])
        else:
            reason = {Phase.LOADING: "One message is waiting already", Phase.REPLYING: "Still replying · Esc stops"}
            self._prompt.hint(reason.get(self.phase, self.phase.value))

    def _send(self, text: str) -> None:
        """Begin a reply to ``text`` in a thread."""
        assert self._conversation is not None
        assert self.phase is Phase.READY
        self._asked, self._reply = Entry(Role.USER, text), Entry(Role.ASSISTANT, live=True)
        self._feed, self._began = ReplyFeed(), time.monotonic()
        self._transcript.extend([self._asked, self._reply])
        self.phase = Phase.REPLYING
        work = partial(stream_reply, self._conversation, text, self._feed, self._report)
        self.run_worker(work, name="reply", description="reply", thread=True, exit_on_error=False)

    def on_reply_advanced(self) -> None:
        """Give the pieces a moment to gather, then show them."""
        self.set_timer(FLUSH_SECONDS, self._show_pieces)

    def _show_pieces(self) -> None:
        if pieces := self._feed.take():
            self._reply.text += pieces
            self._transcript.refresh_entry(self._reply)

    def on_reply_finished(self) -> None:
        """Round off the reply; begin anew if that was asked for meanwhile."""
        took = duration(time.monotonic() - self._began)
        self._end_reply(f"stopped after {took}" if self._feed.stopped else took)

    def on_reply_failed(self, event: ReplyFailed) -> None:
        """Say why, and hand back the text so that it can be sent again."""
        failure = Entry(Role.NOTICE, explain(event.error), note="the reply failed; your text is back in the prompt")
        if not self._reset_after_reply:
            self._transcript.extend([failure])
        self._prompt.give_back(self._asked.text)
        self._end_reply("broken off")

    def _end_reply(self, note: str) -> None:
        self._reply.live, self._reply.note = False, note
        self._reply.text += self._feed.take()
        self._transcript.refresh_entry(self._reply)
        self.phase = Phase.READY
        if self._reset_after_reply:
            self._begin_anew()

    def stop_reply(self) -> None:
        """End the running reply, if there is one, after its current token.  Returns at once."""
        if self.phase is Phase.REPLYING and self._conversation is not None:
            self._feed.stop()
            self._conversation.cancel()

    def _begin_anew(self) -> None:
        assert self._conversation is not None
        self._reset_after_reply = False
        self._conversation.reset()
        self._transcript.clear()

    def _take_back_waiting(self) -> None:
        if self._waiting is not None:
            self._transcript.remove_entry(self._waiting)
            self._prompt.give_back(self._waiting.text)
            self._waiting = None

    def _report(self, message: Message) -> None:
        """Post from a thread; nothing happens if the screen has gone meanwhile."""
        try:
            self.post_message(message)
        except RuntimeError:  # the event loop is closed
            return

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc is dimmed while there is nothing to stop."""
        return None if action == "stop" and self.phase is not Phase.REPLYING else True

    def action_stop(self) -> None:
        """End the reply here."""
        self.stop_reply()

    def action_new(self) -> None:
        """Forget everything, as soon as nobody is speaking."""
        if self.phase is Phase.REPLYING:
            self._reset_after_reply = True
            self.stop_reply()
        elif self.phase is Phase.READY:
            self._begin_anew()
        else:
            self._take_back_waiting()

    def action_page(self, direction: int) -> None:
        """Scroll the transcript by a page, wherever the cursor is."""
        scroll = self._transcript.scroll_page_up if direction < 0 else self._transcript.scroll_page_down
        scroll(animate=False)


def duration(seconds: float) -> str:
    """A span of time for people: ``40 ms`` below a second, ``1.3 s`` from there on."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def explain(error: Exception) -> str:
    """An error for the reader of the transcript: ours say it all, others need their kind as well."""
    return str(error) if isinstance(error, ChatbotError) else f"{type(error).__name__}: {error}"

"""Talking: the model is loaded, messages are sent, replies come, are stopped, fail, and are asked for anew.

Which keys and commands lead here is the business of ``chat``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Unpack

from chatbot.ui.entries import facts_line
from chatbot.ui.replies import FLUSH_SECONDS, ReplyFailed, ReplyFeed, stream_reply
from chatbot.ui.screens.conversation import ConversationScreen, Phase
from chatbot.ui.sources import Sources, open_first
from chatbot.ui.widgets.message import Entry, Role
from chatbot.ui.work import Loaded, LoadFailed, explain

if TYPE_CHECKING:
    from chatbot.conversation import Manner


class TalkingScreen(ConversationScreen):
    """A conversation that one can take part in.

    Args:
        sources: Where conversations come from.
    """

    def __init__(self, sources: Sources) -> None:
        super().__init__(sources)
        self._asked = Entry(Role.USER)
        self._reply = Entry(Role.ASSISTANT)
        self._feed = ReplyFeed()
        self._waiting: Entry | None = None
        self._after_reply: Callable[[], None] | None = None

    def on_mount(self) -> None:
        """Paint first, load then: importing and reading a model would hold up the first frame."""
        self.find_parts()
        self.status.say("loading…")
        self.watch_phase(self.phase)
        self.prompt.focus()
        work = partial(self.run_worker, self._load, name="load", thread=True, exit_on_error=False)
        self.call_after_refresh(work)

    def on_unmount(self) -> None:
        """Nobody is left to read the reply."""
        self.stop_reply()

    # Loading

    def _load(self) -> None:
        try:
            with self.model_lock:
                opened = open_first(self.sources)
        except Exception as error:
            self.report(LoadFailed(error))
        else:
            self.report(Loaded(opened))

    def on_loaded(self, event: Loaded) -> None:
        """Show which model answers, what was said before, and send what waited."""
        self.saved, self.store, taken_up, trouble = event.opened
        waiting, self._waiting = self._waiting, None
        self.phase = Phase.READY
        self.taken_up(taken_up)
        if trouble is not None:
            self.note(trouble, "about what is kept")
        if waiting is not None:
            self.say(waiting.text)

    def on_load_failed(self, event: LoadFailed) -> None:
        """Say why there is nobody to talk to, and hand back what waited."""
        self.status.say("no model", trouble=True)
        self.take_back_waiting()
        self.note(explain(event.error), "the model could not be loaded")
        self.phase = Phase.FAILED

    def wait(self, text: str) -> bool:
        """Let a message wait for the model; only one can."""
        if self._waiting is not None:
            return False
        self._waiting = Entry(Role.USER, text, note="waiting for the model")
        self.transcript.extend([self._waiting])
        return True

    def take_back_waiting(self) -> None:
        """Hand back the message that waits."""
        if self._waiting is not None:
            self.transcript.remove_entry(self._waiting)
            self.prompt.give_back(self._waiting.text)
            self._waiting = None

    # Replies

    def say(self, text: str) -> None:
        """Send a message."""
        assert self.saved is not None
        self._asked = Entry(Role.USER, text)
        self.prompt.past.add(text)
        self._begin(partial(self.saved.stream, text), [*self.transcript.entries, self._asked])

    def say_instead(self, turn: int, text: str) -> None:
        """Send another message in the place of the one that was turn number ``turn``; what followed is dropped."""
        assert self.saved is not None
        self._asked = Entry(Role.USER, text)
        self.prompt.past.add(text)
        self._begin(partial(self.saved.replace, turn, text), [*self._before(turn), self._asked])

    def again(self, **manner: Unpack[Manner]) -> None:
        """Ask for another reply to the last message; there has to be one."""
        assert self.saved is not None
        turns = [number for number, turn in enumerate(self.conversation.transcript) if turn.role == "user"]
        self._asked = next(entry for entry in self.transcript.entries if entry.turn == turns[-1])
        self._begin(partial(self.saved.regenerate, **manner), [*self._before(turns[-1]), self._asked])

    def _before(self, turn: int) -> list[Entry]:
        entries = self.transcript.entries
        return list(entries[: next(n for n, entry in enumerate(entries) if entry.turn == turn)])

    def _begin(self, begin: Callable[..., Iterator[str]], entries: list[Entry]) -> None:
        """Begin a reply in a thread, below these entries."""
        assert self.phase is Phase.READY
        self._reply, self._feed = Entry(Role.ASSISTANT, live=True), ReplyFeed()
        self.transcript.replace([*entries, self._reply])
        self.phase = Phase.REPLYING
        begin = partial(begin, **self.watch_reply([*entries]))
        work = partial(stream_reply, begin, self.conversation.cancel, self._feed, self.model_lock, self.report)
        self.run_worker(work, name="reply", description="reply", thread=True, exit_on_error=False)

    def watch_reply(self, entries: Sequence[Entry]) -> Manner:
        """Who wants to watch the reply that begins below these entries says here how it is to be said."""
        return {}

    def on_reply_advanced(self) -> None:
        """Give the pieces a moment to gather, then show them."""
        self.set_timer(FLUSH_SECONDS, self._show_pieces)

    def _show_pieces(self) -> None:
        if self._reply.live and (pieces := self._feed.take()):
            self._reply.text += pieces
            self.transcript.refresh_entry(self._reply)

    def on_reply_finished(self) -> None:
        """Round off message and reply with what the conversation knows of them."""
        moments = self.conversation.moments
        replied = bool(moments) and moments[-1].turn.role == "assistant"
        if replied:
            self._reply.turn, self._reply.text = len(moments) - 1, moments[-1].turn.text
            self._reply.facts = facts_line(moments[-1].facts, self.conversation.sampling)
        else:
            self._reply.text += self._feed.take()
            self._reply.note = "stopped" if self._feed.stopped else ""
        self._asked.turn = len(moments) - 1 - replied
        self._end_reply()

    def on_reply_failed(self, event: ReplyFailed) -> None:
        """Say why, and hand back the text so that it can be sent again; the conversation is as it was before."""
        self._reply.text, self._reply.note = self._reply.text + self._feed.take(), "broken off"
        if sum(entry.turn is not None for entry in self.transcript.entries) < len(self.conversation.moments):
            self.show()  # what was to be replaced is there again
        sent = self._asked.turn is None
        if self._after_reply is None:
            note = "the reply failed" + ("; your text is back in the prompt" if sent else "")
            self.transcript.extend([Entry(Role.NOTICE, explain(event.error), note=note)])
        if sent:
            self.prompt.give_back(self._asked.text)
        self._end_reply()

    def _end_reply(self) -> None:
        self._reply.live = False
        self.transcript.refresh_entry(self._reply)
        # Once more when it is painted: of a reply that ends before it was, the new height has got lost now and then.
        self.call_after_refresh(self.transcript.refresh_entry, self._reply)
        self.settle()
        after, self._after_reply = self._after_reply, None
        if after is not None:
            after()

    def stop_reply(self, then: Callable[[], None] | None = None) -> None:
        """End the running reply, if there is one, after its current token, and do ``then``.  Returns at once."""
        if self.phase is Phase.REPLYING and self.saved is not None:
            self._after_reply = then or self._after_reply
            self._feed.stop()
            self.conversation.cancel()

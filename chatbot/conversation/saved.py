"""A conversation that is kept while it happens: every user turn once it is sent, every reply once it is said.

What the conversation is and what was stored of it are compared after each step, and the difference is written at once,
so whatever is done to a conversation is kept the same way.  If it cannot be kept, the conversation goes on, ``trouble``
says why, and everything is written once it can be.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Unpack

from chatbot.conversation.database import ConflictError, DamagedError, StoreError
from chatbot.conversation.moments import Facts, Moment
from chatbot.conversation.past import Resumed
from chatbot.conversation.reply import Manner
from chatbot.conversation.session import Conversation
from chatbot.conversation.store import Store
from chatbot.errors import UsageError
from chatbot.text.template import Turn


class SavedConversation:
    """A conversation and its place in a store; begun anew, that is made with the first turn.

    One thread at a time, as ``Conversation``.  Anything may be done to ``conversation`` itself too; ``sync`` then keeps
    it.  Nothing here raises ``StoreError`` but ``open``.

    Args:
        conversation: Who talks.
        store: Where to; None keeps nothing.
    """

    def __init__(self, conversation: Conversation, store: Store | None) -> None:
        self.conversation = conversation
        self.session: int | None = None
        """Id in the store; None as long as nothing is kept."""
        self.trouble: StoreError | None = None
        """Why what was said last is not kept; None if it is."""
        self.notice: str | None = None
        """What the user has to be told once: that it goes on in a copy, or that the store was damaged."""
        self._store = store
        self._revision = 0
        self._stored: list[Moment] = []

    # Talking

    def stream(self, text: str, **manner: Unpack[Manner]) -> Iterator[str]:
        """As ``Conversation.stream``."""
        reply = self.conversation.stream(text, **manner)
        return self._kept(reply, len(self.conversation.moments), text)

    def replace(self, turn: int, text: str, **manner: Unpack[Manner]) -> Iterator[str]:
        """As ``Conversation.replace``; in the store, what followed is dropped once the text is sent."""
        return self._kept(self.conversation.replace(turn, text, **manner), turn, text)

    def regenerate(self, **manner: Unpack[Manner]) -> Iterator[str]:
        """As ``Conversation.regenerate``; the old reply is stored until the new one is said."""
        return self._kept(self.conversation.regenerate(**manner), None, "")

    def _kept(self, reply: Iterator[str], start: int | None, text: str) -> Iterator[str]:
        """``reply``, after its user turn is stored in the place of what follows the first ``start`` turns."""
        if start is not None:
            sent = Moment(Turn("user", text), Facts(time=time.time()))
            self._write([*self.conversation.moments[:start], sent])
        return self._followed(reply)

    def _followed(self, reply: Iterator[str]) -> Iterator[str]:
        try:
            yield from reply
        finally:  # said, stopped, left or failed: the conversation is what it is now
            self.sync()

    def sync(self) -> None:
        """Keep the conversation as it is now."""
        self._write(self.conversation.moments)

    # Other conversations

    def begin(self) -> None:
        """Begin a new conversation; the one so far stays in the store."""
        self.conversation.reset()
        self.session, self._stored, self._revision = None, [], 0

    def open(self, session: int) -> Resumed:
        """Go on with a session of the store.

        Raises:
            StoreError: if it cannot be read; the conversation stays as it was.
        """
        if self._store is None:
            raise StoreError("nothing is kept", expected="a store", remedy="start with one")
        summary, moments = self._store.load(session)
        resumed = self.conversation.resume(moments)
        self.session, self._stored, self._revision = session, moments, summary.revision
        self.trouble = None
        try:
            self._store.touch(session)
        except StoreError as error:  # it is read, and that is what was asked for
            self.trouble = error
        return resumed

    def switch(self, conversation: Conversation) -> Resumed:
        """Go on with another model, which reads what was said; whatever ``conversation`` was is dropped."""
        resumed = conversation.resume(self.conversation.moments)
        self.conversation = conversation
        return resumed

    def rewind(self, turns: int) -> None:
        """As ``Conversation.rewind``, and so in the store."""
        self.conversation.rewind(turns)
        self.sync()

    def fork(self, turns: int | None = None) -> SavedConversation:
        """As ``Conversation.fork``; the fork is a session of its own, which is stored at once."""
        other = SavedConversation(self.conversation.fork(turns), self._store)
        other._write(other.conversation.moments, origin=self.session)
        return other

    def rename(self, title: str | None) -> None:
        """Give the session a title; None is that of its first turn.

        Raises:
            UsageError: if nothing was said in it yet.
        """
        if self.session is None or self._store is None:
            raise UsageError("a conversation that is not kept", expected="one that is", remedy="say something first")
        try:
            self._store.rename(self.session, title)
        except StoreError as error:
            self.trouble = error

    # Keeping

    def _write(self, moments: Sequence[Moment], origin: int | None = None) -> None:
        """Let the store hold these moments; what is the same is not written again."""
        if self._store is None:
            return
        pairs = zip(moments, self._stored, strict=False)
        same = next((number for number, (now, then) in enumerate(pairs) if now is not then), None)
        start = min(len(moments), len(self._stored)) if same is None else same
        if start == len(moments) == len(self._stored):
            return
        try:
            self._put(self._store, start, moments, origin)
        except StoreError as error:
            self.trouble = error
        else:
            self.trouble, self._stored = None, list(moments)

    def _put(self, store: Store, start: int, moments: Sequence[Moment], origin: int | None) -> None:
        try:
            if self.session is not None:
                self._revision = store.write(self.session, start, moments[start:], revision=self._revision)
            else:
                self._create(store, moments, origin)
        except ConflictError as error:
            self.notice = f"{error.received}; this one goes on in a copy"
            self._create(store, moments, None)
        except DamagedError:
            store.renew()
            self.notice = store.notice
            self._create(store, moments, None)

    def _create(self, store: Store, moments: Sequence[Moment], origin: int | None) -> None:
        self.session, self._stored = None, []  # also if it fails: what was there is not ours any more
        self.session, self._revision = store.create(moments, origin=origin), 0

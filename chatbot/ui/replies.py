"""The way of a reply from the worker thread that makes it to the screen that shows it.

The worker puts pieces into a ``ReplyFeed`` and posts a message only when the feed was empty; the screen takes whatever
has gathered a moment later.  So the number of messages depends on time, not on tokens, and no piece is left waiting for
the next one.  No widget is touched here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from textual.message import Message

FLUSH_SECONDS = 0.04
"""How long pieces gather before they are shown: faster than the eye follows, slower than the layout costs."""

Post = Callable[[Message], None]
"""Tells the screen; must be safe to call from a thread, also after the screen has gone."""


class ReplyAdvanced(Message, bubble=False):
    """The feed of the running reply is no longer empty."""


class ReplyFinished(Message, bubble=False):
    """The reply ended, by itself or because it was stopped."""


class ReplyFailed(Message, bubble=False):
    """The reply broke off, for the reason in ``error``."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class ReplyFeed:
    """Pieces of one reply that were made and not yet shown; safe between two threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pieces: list[str] = []
        self._stop = threading.Event()

    def put(self, piece: str) -> bool:
        """Add a piece; True if the feed was empty, so that its reader has to be told."""
        with self._lock:
            self._pieces.append(piece)
            return len(self._pieces) == 1

    def take(self) -> str:
        """All pieces since the last call, joined; the feed is empty afterwards."""
        with self._lock:
            text = "".join(self._pieces)
            self._pieces.clear()
            return text

    def stop(self) -> None:
        """Ask for the end of the reply."""
        self._stop.set()

    @property
    def stopped(self) -> bool:
        """Whether the end was asked for."""
        return self._stop.is_set()


def stream_reply(
    begin: Callable[[], Iterator[str]],
    cancel: Callable[[], None],
    feed: ReplyFeed,
    model: threading.Lock,
    post: Post,
) -> None:
    """Pass a reply on until it ends.  Runs in a worker thread and raises nothing.

    Args:
        begin: Begins the reply.
        cancel: Ends it after its current piece.
        feed: Where the pieces go.
        model: Held meanwhile: only one thread may use a model.
        post: Tells the screen.
    """
    try:
        with model:
            for piece in begin():
                if feed.put(piece):
                    post(ReplyAdvanced())
                if feed.stopped:  # a cancel that came before the stream had begun may have been forgotten by it
                    cancel()
    except Exception as error:
        post(ReplyFailed(error))
    else:
        post(ReplyFinished())

"""The way of several replies at once from the thread that makes them to the screen: as ``ui.replies``, with numbers."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING

from textual.message import Message

from chatbot.ui.replies import Post

if TYPE_CHECKING:
    from chatbot.conversation.side_by_side import SideBySide


class StepsAdvanced(Message, bubble=False):
    """The feed of the running replies is no longer empty."""


class StepsFinished(Message, bubble=False):
    """All replies ended."""


class StepFeed:
    """Pieces of several replies that were made and not yet shown; safe between two threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pieces: dict[int, list[str]] = defaultdict(list)

    def put(self, side: int, piece: str) -> bool:
        """Add a piece; True if the feed was empty, so that its reader has to be told."""
        with self._lock:
            empty = not self._pieces
            self._pieces[side].append(piece)
            return empty

    def take(self) -> dict[int, str]:
        """All pieces since the last call, joined, by side; the feed is empty afterwards."""
        with self._lock:
            found = {side: "".join(pieces) for side, pieces in self._pieces.items()}
            self._pieces.clear()
            return found


def stream_sides(comparison: SideBySide, text: str, feed: StepFeed, post: Post) -> None:
    """Pass all replies on until they end.  Runs in a worker thread; what fails stands in the sides."""
    try:
        for step in comparison.say(text):
            if step.piece and feed.put(step.side, step.piece):
                post(StepsAdvanced())
    finally:
        post(StepsFinished())

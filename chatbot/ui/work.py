"""What takes its time and is no reply: loading, opening, switching, keeping.  One piece of work at a time.

It is done in a worker thread, which touches no widget; what is to be shown of it is done when its message arrives.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from textual.message import Message

from chatbot.errors import ChatbotError
from chatbot.ui.replies import Post
from chatbot.ui.sources import Opened


class Loaded(Message, bubble=False):
    """The model is in memory and a conversation is open."""

    def __init__(self, opened: Opened) -> None:
        super().__init__()
        self.opened = opened


class LoadFailed(Message):
    """There is no conversation, for the reason in ``error``."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class GhostSeen(Message, bubble=False):
    """The model has an idea how ``text`` goes on."""

    def __init__(self, text: str, following: str) -> None:
        super().__init__()
        self.text = text
        self.following = following


class Requested(Message):
    """The user asked for another part of the program: ``compare`` or ``train``."""

    def __init__(self, what: str, argument: str = "") -> None:
        super().__init__()
        self.what = what
        self.argument = argument
        """What was typed after the command."""


class Decided(Message):
    """The user chose a setting of ``remembering.REMEMBERED`` in the chat."""

    def __init__(self, name: str, value: str | bool) -> None:
        super().__init__()
        self.name = name
        self.value = value


@dataclass(frozen=True)
class Work:
    """Something to do, and what follows on the screen."""

    do: Callable[[], Any]
    """Done in a thread; may raise."""
    then: Callable[[Any], None]
    """Called on the screen with what ``do`` returned."""
    label: str
    """What the user reads meanwhile."""


class WorkFinished(Message, bubble=False):
    """A piece of work was done."""

    def __init__(self, work: Work, result: Any) -> None:
        super().__init__()
        self.work = work
        self.result = result


class WorkFailed(Message, bubble=False):
    """A piece of work could not be done, for the reason in ``error``."""

    def __init__(self, work: Work, error: Exception) -> None:
        super().__init__()
        self.work = work
        self.error = error


def do_work(work: Work, model: threading.Lock, post: Post) -> None:
    """Do it and tell.  Runs in a worker thread and raises nothing; ``model`` is held meanwhile."""
    try:
        with model:
            result = work.do()
    except Exception as error:
        post(WorkFailed(work, error))
    else:
        post(WorkFinished(work, result))


def explain(error: Exception) -> str:
    """An error for the reader of the screen: ours say it all, others need their kind as well."""
    return str(error) if isinstance(error, ChatbotError) else f"{type(error).__name__}: {error}"

"""The terminal interface: shows a conversation and lets a person take part in it.

This is the only part of the project that imports Textual, and it imports nothing heavy: the model is loaded by the
function that ``run`` is given, after the first screen has been painted.  What is said, and how, is decided in
``chatbot.conversation``.
"""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from chatbot.errors import ChatbotError
from chatbot.text.sanitize import printable

if TYPE_CHECKING:
    from chatbot.preferences import Preferences
    from chatbot.ui.sources import Loader

__all__ = ["run"]


def run(load: Loader, preferences: Preferences | None = None) -> int:
    """Show the chat screen until the user quits.

    Args:
        load: Returns a new conversation with the model to begin with; called in a thread, after the first paint.
        preferences: How the user wants it; None is as the program has it.

    Returns:
        The exit code: 0, or 1 if the conversation could not be loaded (the reason is then also on standard error).
    """
    from chatbot.ui.app import ChatApp  # Textual takes a moment to import: only when a screen is wanted
    from chatbot.ui.remembering import state_path
    from chatbot.ui.sources import sources_of
    from chatbot.ui.terminal import own_terminal

    app = ChatApp(sources_of(load), preferences, state_path())
    with own_terminal():
        app.run()
    app.close()
    error = app.load_error
    if error is None:
        return app.return_code or 0
    if isinstance(error, ChatbotError):
        print(printable(str(error)), file=sys.stderr)
    else:  # not the user's doing: whoever mends it needs to see where it happened
        print(printable("".join(traceback.format_exception(error))), file=sys.stderr, end="")
    return 1

"""The Textual application: the frame around the chat screen, the keys that end it, and how it ended."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from chatbot.ui.conversation import Loader
from chatbot.ui.replies import LoadFailed
from chatbot.ui.screens.chat import ChatScreen


class ChatApp(App[None]):
    """Talk to a model in the terminal.

    Args:
        load: Returns the conversation to show; called once, in a thread, after the first paint.
    """

    TITLE = "Chatbot"
    CSS_PATH = "chat.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", id="app.quit", tooltip="Leave; a running reply is stopped", priority=True)
    ]

    def __init__(self, load: Loader) -> None:
        super().__init__()
        self.load_error: Exception | None = None
        """Why there is no conversation; None while there is hope, or once there is one."""
        self._chat = ChatScreen(load)

    def get_default_screen(self) -> ChatScreen:
        """The one screen there is."""
        return self._chat

    def on_load_failed(self, event: LoadFailed) -> None:
        """Remember the reason for the exit code; the screen shows it."""
        self.load_error = event.error

    async def action_quit(self) -> None:
        """Stop the reply, so that its thread ends, and leave."""
        self._chat.stop_reply()
        self.exit(return_code=0 if self.load_error is None else 1)

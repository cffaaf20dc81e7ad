"""The Textual application: the frame around the chat screen, looks and keys, and how it ended."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from chatbot.preferences import Preferences
from chatbot.text.sanitize import one_line
from chatbot.ui.clipboard import copy_natively, native_command
from chatbot.ui.palette import CommandChoices
from chatbot.ui.parts import Parts
from chatbot.ui.remembering import Remembering
from chatbot.ui.screens.chat import ChatScreen
from chatbot.ui.sources import Sources
from chatbot.ui.themes import THEMES
from chatbot.ui.work import Decided, LoadFailed, Requested

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from chatbot.ui.train.messages import CompareRequested, TalkRequested


class ChatApp(App[None]):
    """Talk to a model in the terminal.

    Args:
        sources: Where conversations come from.
        preferences: How the user wants it.
        remembered: Where it is kept what the user chooses in the chat; None keeps it nowhere.
    """

    TITLE = "Chatbot"
    CSS_PATH = "chat.tcss"
    COMMANDS = {CommandChoices}  # noqa: RUF012 - Textual declares it with ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "command_palette", "Menu", id="app.palette", tooltip="All commands", priority=True),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", tooltip="Leave; a running reply is stopped", priority=True),
    ]

    def __init__(
        self, sources: Sources, preferences: Preferences | None = None, remembered: Path | None = None
    ) -> None:
        super().__init__()
        self.load_error: Exception | None = None
        """Why there is no conversation; None while there is hope, or once there is one."""
        self._remembering = Remembering(preferences or Preferences(), remembered)
        self._preferences = wanted = self._remembering.preferences
        self._chat = ChatScreen(sources, facts=wanted.show_details, ghost=wanted.ghost_text, memory=wanted.memory_panel)
        self._parts = Parts(self, self._chat)
        for theme in THEMES:
            self.register_theme(theme)
        if self._preferences.reduced_motion:
            self.animation_level = "none"

    def get_default_screen(self) -> ChatScreen:
        """The chat, on which all else is laid."""
        return self._chat

    def on_mount(self) -> None:
        """Colours and keys as the user wants them."""
        self.set_keymap(dict(self._preferences.keys))
        theme = self._preferences.theme
        if theme in self.available_themes:
            self.theme = theme
        elif theme is not None:
            self.notify(f"No theme is called {one_line(theme)}; /theme lists them", severity="warning", markup=False)

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        """A key that was given to two bindings does what it was given to last."""
        keys = ", ".join(sorted({binding.key for binding in clashed_bindings}))
        self.notify(f"Your keys leave nothing for what was on {keys} before", severity="warning", markup=False)

    def on_load_failed(self, event: LoadFailed) -> None:
        """Remember the reason for the exit code; the screen shows it."""
        self.load_error = event.error

    def on_decided(self, event: Decided) -> None:
        """Remember it for the next time."""
        self._remembering.choose(event.name, event.value)

    def on_requested(self, event: Requested) -> None:
        """Open another part of the program."""
        if event.what != "compare":
            parts = self._parts
            {"train": parts.open_train, "teach": parts.open_teach, "report": parts.open_report}[event.what](
                event.argument
            )
            return
        from chatbot.ui.compare.loading import Loading
        from chatbot.ui.compare.screen import ComparisonScreen  # takes a while: only for those who compare

        chat = self._chat
        loading = Loading(chat.sources, chat.first_model, chat.conversation)
        self.push_screen(ComparisonScreen(event.argument, loading, chat.known, chat.model_lock))

    def on_talk_requested(self, event: TalkRequested) -> None:
        """Let the model of a training go on in the chat."""
        self._parts.talk(event.bundle)

    def on_compare_requested(self, event: CompareRequested) -> None:
        """Compare the model of a training with the one it comes from."""
        self._parts.compare(event.parent, event.bundle)

    def copy_to_clipboard(self, text: str) -> None:
        """Tell the terminal (OSC 52), and the desktop if this runs on one."""
        super().copy_to_clipboard(text)
        command = native_command(os.environ) if self.is_headless is False else None
        if command is not None:
            self.run_worker(partial(copy_natively, command, text), name="clipboard", thread=True, exit_on_error=False)

    async def action_quit(self) -> None:
        """Stop the reply, so that its thread ends, and leave."""
        self._chat.stop_reply()
        self.exit(return_code=0 if self.load_error is None else 1)

    def close(self) -> None:
        """Let go of what is kept; once the screen is gone."""
        if self._chat.store is not None:
            self._chat.store.close()

"""The chat: transcript above, prompt below, and the keys and commands that act on them.

How replies come about is the business of ``talking``, what is typed of ``writing``, what commands do of ``performing``.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Container
from textual.reactive import var
from textual.widgets import Footer

from chatbot.ui.commands import COMMANDS, Request
from chatbot.ui.performing import Performer
from chatbot.ui.screens.seeing import SeeingScreen
from chatbot.ui.sources import Sources
from chatbot.ui.widgets.completions import Completions
from chatbot.ui.widgets.message import MessageView
from chatbot.ui.widgets.prompt import Prompt
from chatbot.ui.widgets.status import StatusLine
from chatbot.ui.widgets.transcript import Transcript

_ALWAYS = ("new", "theme", "help", "quit", "facts", "ghost", "memory")
"""Commands that need no model."""


class ChatScreen(SeeingScreen):
    """A conversation with one model at a time.

    Args:
        sources: Where conversations come from.
        facts: Whether time, speed and model stand under replies.
        ghost: Whether the model guesses how messages go on.
        memory: Whether the memory panel opens once there is a model.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - Textual declares it without ClassVar
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - Textual declares it without ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave it", id="chat.leave", tooltip="Close the list, or leave the edit"),
        Binding("escape", "stop", "Stop", id="chat.stop", tooltip="End the reply here; what was said is kept"),
        *(
            Binding(each.key, f"command('{each.name}')", each.label or each.title, id=f"chat.{each.name}",
                    tooltip=each.help, show=bool(each.label))
            for each in COMMANDS if each.key
        ),
        Binding("ctrl+up", "messages", "Messages", id="chat.messages", show=False,
                tooltip="Choose a message: copy, edit, fork; a click does so too"),
        Binding("pageup", "page(-1)", "Earlier", id="chat.earlier", show=False, priority=True),
        Binding("pagedown", "page(1)", "Later", id="chat.later", show=False, priority=True),
    ]  # fmt: skip

    facts: var[bool] = var(True, init=False)

    def __init__(self, sources: Sources, *, facts: bool = True, ghost: bool = True, memory: bool = False) -> None:
        super().__init__(sources)
        self.set_reactive(ChatScreen.facts, facts)
        self.set_reactive(ChatScreen.ghost, ghost)
        self.set_reactive(ChatScreen.memory_shown, memory)
        self._performer = Performer(self)

    def compose(self) -> ComposeResult:
        """Status, transcript, prompt, keys."""
        yield StatusLine()
        with Container(id="talk"):
            yield Transcript(self.facts)
        completions = Completions()
        with Center(id="writing"):
            yield completions
            yield Prompt(completions)
        yield Footer(show_command_palette=False, compact=True)

    def watch_facts(self, shown: bool) -> None:
        """Show what stands under replies, or not."""
        self.transcript.show_facts(shown)

    # Commands and messages

    def perform(self, request: Request) -> bool:
        """Do what a command says, if it can be done now; whether it was tried."""
        if not (self.idle or (request.command.any_time and self.saved is not None) or request.command.name in _ALWAYS):
            self.refuse()
            return False
        self._performer.perform(request)
        return True

    def on_message_view_chosen(self, event: MessageView.Chosen) -> None:
        """Do with a message what was chosen."""
        if event.what == "copy":
            self.copy(event.entry.shown)
        elif event.what == "leave":
            self.set_focus(self.prompt)
        elif not self.idle or event.entry.turn is None:
            self.refuse()
        elif event.what == "edit":
            self.edit(event.entry.turn)
        else:
            self.fork(event.entry.turn + 1)

    def fork(self, turns: int) -> None:
        """Go on in a copy of the first ``turns`` turns."""
        self._performer.fork(turns)

    def copy(self, text: str) -> None:
        """Put a text on the clipboard."""
        self.app.copy_to_clipboard(text)
        self.tell(f"Copied {len(text):,} characters")

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what does something now stands in the footer."""
        if action == "leave":
            return self.query_one(Completions).showing or (self.editing is not None and not self.replying)
        if action == "stop":
            return self.replying or self.asking_again
        if action == "messages":
            return bool(self.saved is not None and self.conversation.moments)
        if action == "command" and parameters == ("again",):
            return self.idle and self.saved is not None and bool(self.conversation.moments)
        return True

    def action_command(self, name: str) -> None:
        """A key of a command."""
        self.perform(Request(next(each for each in COMMANDS if each.name == name), ""))

    def action_leave(self) -> None:
        """Close the completions, or leave the message that is edited as it was."""
        if self.query_one(Completions).showing:
            self.prompt.clear()
        else:
            self.leave_edit()

    def action_stop(self) -> None:
        """End the reply here."""
        self.stop_reply()
        self.stop_asking()

    def action_messages(self) -> None:
        """Go to the last message."""
        self.transcript.focus_last()

    def action_page(self, direction: int) -> None:
        """Scroll the transcript by a page, wherever the cursor is."""
        scroll = self.transcript.scroll_page_up if direction < 0 else self.transcript.scroll_page_down
        scroll(animate=False)

"""The conversations of earlier: found by words, opened, renamed, deleted and brought back, forked.

The input keeps the focus; the list below it follows the arrow keys, the mouse, and what is typed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, Input, OptionList, Static

from chatbot.errors import ChatbotError
from chatbot.text.sanitize import one_line
from chatbot.ui.listing import Row, list_sessions, option_of
from chatbot.ui.screens.ask import AskScreen

if TYPE_CHECKING:
    from chatbot.conversation.store import Store

_PAUSE_SECONDS = 0.12


class Visit(NamedTuple):
    """What came of looking at the conversations."""

    session: int | None
    """The one to open; None opens none."""
    gone: bool
    """Whether the current one was deleted."""


class SessionsScreen(Screen[Visit]):
    """A list of conversations.

    Args:
        store: Where they are.
        current: The one that is open.
        words: What to look for at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="sessions.open", tooltip="Go on with this conversation"),
        Binding("ctrl+r", "rename", "Rename", id="sessions.rename", tooltip="Give it a title", priority=True),
        Binding("ctrl+d", "delete", "Delete", id="sessions.delete", tooltip="Delete it, for 30 days", priority=True),
        Binding("ctrl+z", "undo", "Undo", id="sessions.undo", tooltip="Bring back what was deleted", priority=True),
        Binding("ctrl+f", "fork", "Fork", id="sessions.fork", tooltip="Make a copy of it", priority=True),
        Binding("escape", "leave", "Back", id="sessions.leave"),
        Binding("f1", "help", "Help", id="sessions.help"),
    ]

    class Found(Message, bubble=False):
        """The list is known."""

        def __init__(self, rows: list[Row], words: str) -> None:
            super().__init__()
            self.rows = rows
            self.words = words

    class Failed(Message, bubble=False):
        """The store could not do something."""

        def __init__(self, error: Exception) -> None:
            super().__init__()
            self.error = error

    def __init__(self, store: Store, current: int | None, words: str = "") -> None:
        super().__init__()
        self._store, self._current, self._words = store, current, words
        self._rows: list[Row] = []
        self._deleted: list[Row] = []
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Search, list, a line for what happened."""
        yield Input(self._words, placeholder="Search in all conversations", id="search")
        yield OptionList(markup=False, id="list")
        yield Static("", markup=False, id="said")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Look for them."""
        self._list = self.query_one(OptionList)
        self._list.can_focus = False
        self.query_one(Input).focus()
        self._look()

    # Looking

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look again once the user pauses."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE_SECONDS, self._look)

    def _look(self, change: Callable[[], object] | None = None) -> None:
        """Change something, perhaps, and list what there is then, in a thread."""
        work = partial(self._in_thread, self.query_one(Input).value, change)
        self.run_worker(work, name="sessions", group="sessions", thread=True, exit_on_error=False)

    def _in_thread(self, words: str, change: Callable[[], object] | None) -> None:
        try:
            if change is not None:
                change()
            rows = list_sessions(self._store, words)
        except Exception as error:
            self._report(self.Failed(error))
        else:
            self._report(self.Found(rows, words))

    def _report(self, message: Message) -> None:
        try:
            self.post_message(message)
        except RuntimeError:  # the event loop is closed
            return

    def on_sessions_screen_found(self, event: SessionsScreen.Found) -> None:
        """Show the list; the highlight stays on the conversation that it was on."""
        if event.words != self.query_one(Input).value:
            return
        before = self._row.session if self._row is not None else self._current
        self._rows = event.rows
        self._list.clear_options()
        self._list.add_options(option_of(row, row.session == self._current) for row in event.rows)
        places = [place for place, row in enumerate(event.rows) if row.session == before]
        self._list.highlighted = places[0] if places else (0 if event.rows else None)
        if not event.rows:
            self._say("Nothing found" if event.words.strip() else "No conversations yet")
        elif not self._deleted:
            what = "found" if event.words.strip() else f"conversation{'' if len(event.rows) == 1 else 's'}"
            self._say(f"{len(event.rows):,} {what} · Enter or a click opens")

    def on_sessions_screen_failed(self, event: SessionsScreen.Failed) -> None:
        """Say why."""
        error = event.error
        self._say(str(error) if isinstance(error, ChatbotError) else f"{type(error).__name__}: {error}")

    @property
    def _row(self) -> Row | None:
        at = self._list.highlighted
        return self._rows[at] if at is not None and at < len(self._rows) else None

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(one_line(text))

    # Keys and mouse

    def on_key(self, event: events.Key) -> None:
        """Arrow keys move in the list while the input has the focus."""
        moves = {
            "up": self._list.action_cursor_up,
            "down": self._list.action_cursor_down,
            "pageup": self._list.action_page_up,
            "pagedown": self._list.action_page_down,
        }
        if event.key in moves:
            event.stop()
            moves[event.key]()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter opens."""
        event.stop()
        self.action_open()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """So does a click."""
        event.stop()
        self._list.highlighted = event.option_index
        self.action_open()

    def action_open(self) -> None:
        """Go on with the one that is highlighted."""
        if (row := self._row) is not None:
            self.dismiss(Visit(row.session, self._gone))

    def action_leave(self) -> None:
        """Go back to where one was."""
        self.dismiss(Visit(None, self._gone))

    @property
    def _gone(self) -> bool:
        return any(row.session == self._current for row in self._deleted)

    def action_rename(self) -> None:
        """Ask for a title."""
        if (row := self._row) is not None:
            ask = AskScreen("Title", row.title)
            self.app.push_screen(ask, partial(self._renamed, row))

    def _renamed(self, row: Row, title: str | None) -> None:
        if title is not None:
            self._look(partial(self._store.rename, row.session, title))

    def action_delete(self) -> None:
        """Delete it."""
        if (row := self._row) is not None and row not in self._deleted:
            self._deleted.append(row)
            self._say(f"Deleted “{row.title}” · Ctrl+Z brings it back")
            self._look(partial(self._store.delete, row.session))

    def action_undo(self) -> None:
        """Bring back what was deleted last."""
        if not self._deleted:
            self._say("Nothing was deleted here")
            return
        row = self._deleted.pop()
        self._say(f"“{row.title}” is back")
        self._look(partial(self._store.undelete, row.session))

    def action_fork(self) -> None:
        """Make a copy."""
        if (row := self._row) is not None:
            self._say(f"A copy of “{row.title}” was made")
            self._look(partial(self._store.fork, row.session))

    def action_help(self) -> None:
        """The keys of this list."""
        from chatbot.ui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen.of(self))

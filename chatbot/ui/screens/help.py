"""Help for where one is: the keys that do something there, with the names by which they can be changed; commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Footer, Static

from chatbot.ui.commands import COMMANDS, Command


class Key(NamedTuple):
    """A key, what it does, and the id of its binding."""

    key: str
    does: str
    id: str


class HelpScreen(ModalScreen[None]):
    """Shows keys and commands.

    Args:
        keys: Those that do something where the user was.
        commands: The slash commands that can be typed there.
        panel: Those of the memory panel, if it is open and they are not among ``keys``.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "leave", "Close", id="help.close")]

    def __init__(self, keys: list[Key], commands: Sequence[Command], panel: Sequence[Key] = ()) -> None:
        super().__init__()
        self._keys, self._commands = keys, commands
        self.panel_keys = panel

    @classmethod
    def of(cls, screen: Screen[Any]) -> HelpScreen:
        """For a screen as it is now."""
        found: dict[str, tuple[list[str], str]] = {}
        for active in sorted(screen.active_bindings.values(), key=lambda active: not active.binding.show):
            binding = active.binding
            if binding.id is None or not active.enabled:
                continue
            shown, _ = found.setdefault(binding.id, ([], binding.tooltip or binding.description))
            shown.append(screen.app.get_key_display(binding))
        keys = [Key(", ".join(dict.fromkeys(names)), does, id_) for id_, (names, does) in found.items()]
        panel: Widget | None = getattr(screen, "panel", None)
        elsewhere = panel is not None and panel.display and not panel.has_focus
        commands = getattr(screen, "commands", COMMANDS) if hasattr(screen, "perform") else ()
        return cls(keys, commands, _keys_of(panel) if panel is not None and elsewhere else ())

    def compose(self) -> ComposeResult:
        """A box with the lists."""
        with VerticalScroll(id="box") as box:
            box.border_title = "Help"
            yield Static("Keys here", classes="title", markup=False)
            yield Static(_table([(key.key, key.does, key.id) for key in self._keys]))
            if self.panel_keys:
                yield Static("Keys in the memory panel (Shift+Tab goes there)", classes="title", markup=False)
                yield Static(_table([(key.key, key.does, key.id) for key in self.panel_keys]))
            if self._commands:
                yield Static("Commands", classes="title", markup=False)
                yield Static(_table([(f"/{each.name} {each.argument}".strip(), each.help) for each in self._commands]))
                yield Static("A message that begins with a slash is sent if it begins with two.\n", markup=False)
            yield Static("The names at the right are for your configuration: chatbot config.", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one(VerticalScroll).focus()

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)


def _keys_of(widget: Widget) -> list[Key]:
    """The keys of a widget that is not focused, as they are now."""
    found: dict[str, tuple[list[str], str]] = {}
    bindings = widget._bindings.copy()
    bindings.apply_keymap(widget.app._keymap)
    for _, binding in bindings:
        if binding.id is not None:
            shown, _ = found.setdefault(binding.id, ([], binding.tooltip or binding.description))
            shown.append(widget.app.get_key_display(binding))
    return [Key(", ".join(dict.fromkeys(names)), does, id_) for id_, (names, does) in found.items()]


def _table(rows: Sequence[Sequence[str]]) -> Table:
    """Columns, of which the first is a key or what is typed; a long text stays in its column."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    table.add_column(style="dim", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    return table

"""The panel itself: one picture at a time, a line that says it in words, and the keys to move over tokens and turns."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from chatbot.conversation.insight import Again
from chatbot.ui.memory.body import Body
from chatbot.ui.memory.messages import ForkRequested, Left, WipeAndAskRequested
from chatbot.ui.memory.tabs import TABS, TabBar
from chatbot.ui.memory.watching import Watching

BLIND = "This conversation shows nothing of its memory."
EMPTY = "Say something, and see here what it leaves in the memory."
READING = "Reading it again…"


class MemoryPanel(Watching, can_focus=True):
    """Shows the memory of a conversation; see ``chatbot.ui.memory`` for what a screen does with it."""

    DEFAULT_CSS = """
    MemoryPanel { layout: vertical; padding-left: 1; background: $background; }
    MemoryPanel:focus > TabBar { color: $text-accent; }
    MemoryPanel > Static { width: 1fr; height: 1; }
    MemoryPanel > #where { color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    MemoryPanel > VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    MemoryPanel > #words { height: auto; max-height: 6; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="memory.leave", tooltip="Back to the prompt; the panel stays"),
        Binding("left", "token(-1)", "Token", id="memory.token-back", tooltip="The token before, or after",
                key_display="←→"),
        Binding("right", "token(1)", "Next token", id="memory.token-on", show=False),
        Binding("up", "turn(-1)", "Turn", id="memory.turn-back", tooltip="The turn before, or after",
                key_display="↑↓"),
        Binding("down", "turn(1)", "Next turn", id="memory.turn-on", show=False),
        Binding("a", "alternatives", "Instead", id="memory.instead", tooltip="What else a token could have been"),
        Binding("f", "fork", "Fork", id="memory.fork", tooltip="A conversation that goes on after the turn shown"),
        Binding("b", "again(True,True)", "Wipe", id="memory.wipe-both",
                tooltip="Ask the last question again of a wiped memory, with the same seed"),
        Binding("w", "again(True,False)", "Wipe state", id="memory.wipe-state", show=False,
                tooltip="As b, with the state alone wiped"),
        Binding("n", "again(False,True)", "Wipe notes", id="memory.wipe-notes", show=False,
                tooltip="As b, with the notes alone wiped"),
        Binding("home", "edge(0)", "First token", id="memory.first", show=False),
        Binding("end", "edge(-1)", "Last token", id="memory.last", show=False),
        Binding("full_stop", "follow", "Newest", id="memory.newest", show=False,
                tooltip="The newest turn, and what follows"),
        Binding("shift+up", "roll(-1)", "Scroll up", id="memory.up", show=False),
        Binding("shift+down", "roll(1)", "Scroll down", id="memory.down", show=False),
        *(
            Binding(str(number), f"tab('{name}')", tab.title, id=f"memory.{name}", show=False)
            for number, (name, tab) in enumerate(TABS.items(), start=1)
        ),
    ]  # fmt: skip

    blind = BLIND
    """What is said while there is no conversation to look into."""

    def compose(self) -> ComposeResult:
        """Which picture, of what, the picture, and what it says."""
        yield TabBar()
        yield Static(id="where", markup=False)
        with VerticalScroll(can_focus=False):
            yield Body()
        yield Static(id="words", markup=False)

    @property
    def tab(self) -> str:
        """Name of the picture that is shown."""
        return self.query_one(TabBar).active

    def show_again(self, again: Again | None) -> None:
        """Show a reply beside another; ``again`` may still grow."""
        fresh, self._again = self._again is not again, again
        bar = self.query_one(TabBar)
        if again is not None and fresh:
            bar.active = "again"
        elif again is None and bar.active == "again":
            bar.active = "state"
        self.draw()

    def show_tab(self, name: str) -> None:
        """Bring a picture to the front: state, gates, attention, confidence, gauge or again."""
        self.query_one(TabBar).active = name
        self._look()

    @property
    def summary(self) -> str:
        """What is shown, in one line."""
        tab = self.tab
        if tab == "again":
            return self._again.summary if self._again else "Wipe something (w, n or b) and the question is asked again."
        if self._subject is None:
            return self.blind
        if tab == "gauge":
            empty = "Measuring…" if self._subject.moments else EMPTY
            return self._gauge.summary if self._gauge else empty
        if self._sight is None:
            return READING if self._subject.moments or self._live else EMPTY
        return self._sight.summary(tab, self._cursor.token)

    # Drawing

    def draw(self) -> None:
        """Where, the picture, and what it says; nothing while it is not displayed."""
        if not self._seen():
            return
        tab, body = self.tab, self.query_one(Body)
        cursor = self._cursor
        self.query_one("#where", Static).update(Content(self._where()))
        self.query_one("#words", Static).update(Content(self.summary))
        if tab == "again":
            body.show_again(self._again)
        elif tab == "gauge":
            body.show_gauge(self._gauge, cursor.turn)
        else:
            body.show_sight(tab, self._sight, cursor.token, self._alternatives)

    def _where(self) -> str:
        """Which turn and which token is looked at."""
        sight, token = self._sight, self._cursor.token
        if sight is None:
            return ""
        who = "you" if sight.role == "user" else "reply"
        count = len(sight.pieces)
        at = f"{count} tokens" if token is None else f"token {token + 1}/{count} {sight.label(token)}"
        return f"turn {sight.turn + 1} · {who}{' · being said' if sight.live else ''} · {at}"

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self.draw)

    # Keys

    def on_tab_bar_chosen(self, event: TabBar.Chosen) -> None:
        """A click on the name of a picture."""
        self.show_tab(event.name)

    def action_tab(self, name: str) -> None:
        """Show another picture."""
        self.show_tab(name)

    def action_token(self, by: int) -> None:
        """Go to another token."""
        if self._sight is not None and self._live is None:
            self._cursor.move_token(by, len(self._sight.pieces))
            self._moved()

    def action_edge(self, token: int) -> None:
        """Go to the first or the last token."""
        if self._sight is not None and self._live is None:
            self._cursor.to_token(token, len(self._sight.pieces))
            self._moved()

    def _moved(self) -> None:
        self.draw()
        self._mark()

    def action_turn(self, by: int) -> None:
        """Go to another turn."""
        if self._live is None:
            self._cursor.move_turn(by)
            self._look()

    def action_follow(self) -> None:
        """Go to all of the newest turn."""
        if self._live is None:
            self._cursor.follow()
            self._look()
            self._mark()

    def action_alternatives(self) -> None:
        """Show or hide what else a token could have been; the least sure one if none was chosen."""
        said = self._sight.confidences() if self._sight is not None else []
        self._alternatives = not self._alternatives or self._cursor.token is None
        if said and self._cursor.token is None and self._live is None:
            self._cursor.token = 1 + min(range(len(said)), key=lambda number: said[number].probability)
        self.show_tab("confidence")

    def action_fork(self) -> None:
        """Ask for a conversation that goes on after the turn that is shown."""
        if self._subject is not None and self._subject.moments and self._live is None:
            self.post_message(ForkRequested(self._cursor.turn + 1))

    def action_again(self, state: bool, annotations: bool) -> None:
        """Ask for the last question to be asked again."""
        if self._subject is not None and self._live is None:
            self.post_message(WipeAndAskRequested(state=state, annotations=annotations))

    def action_leave(self) -> None:
        """Report that the reader is done here."""
        self.post_message(Left())

    def action_roll(self, by: int) -> None:
        """Scroll the picture."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

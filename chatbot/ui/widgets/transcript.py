"""What was said, oldest first.  Everything is kept as data; only a window of it exists as widgets.

A thousand mounted messages take more than a second to lay out, so the window moves over them instead: to the end when
something is said, a page up or down when the reader reaches its edge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from chatbot.ui.widgets.message import Entry, Mark, MessageView
from chatbot.ui.widgets.welcome import Welcome

MOUNTED = 80
"""At most this many messages are mounted."""
COPIED = 0.5
"""From this share on a word is shown as copied."""
LEAST_LOOK, WEAK, STRONG = 0.01, 0.2, 0.6
"""A word stands out from this share of all looking on and from this of the strongest look; strongly from this."""
PAGE = 40
"""By how many the window moves; half of it stays, so the reader keeps the place."""


class Looked(Protocol):
    """A word that was looked at; see ``chatbot.conversation.insight.Look``."""

    @property
    def turn(self) -> int:
        """In which turn of the conversation."""

    @property
    def start(self) -> int:
        """Where it begins in the text of the turn."""

    @property
    def end(self) -> int:
        """Where it ends there."""

    @property
    def weight(self) -> float:
        """Share of all looking."""

    @property
    def copied(self) -> float:
        """Share that what was said owes to copying it."""


def marks_of(looks: Iterable[Looked]) -> dict[int, tuple[Mark, ...]]:
    """For each turn the words of it that stand out: those that got a good part of what the strongest got."""
    found = list(looks)
    most = max((look.weight for look in found), default=0.0)
    marks: dict[int, list[Mark]] = defaultdict(list)
    for look in found:
        copied = look.copied >= COPIED
        if copied or look.weight >= max(LEAST_LOOK, most * WEAK):
            strong = look.weight >= most * STRONG
            shape = f"{'bold ' * (strong or copied)}{'underline ' * copied}"
            style = f"{shape}on $accent {45 if strong else 22}%"
            marks[look.turn].append(Mark(look.start, look.end, style))
    return {turn: tuple(each) for turn, each in marks.items()}


class Transcript(VerticalScroll, can_focus=False):
    """A scrolling list of entries that follows the newest until the reader scrolls up.

    Args:
        facts: Whether to show what stands under replies.
    """

    def __init__(self, facts: bool = True) -> None:
        super().__init__(classes="-empty")
        self._entries: list[Entry] = []
        self._views: dict[int, MessageView] = {}
        self._facts = facts

    def compose(self) -> ComposeResult:
        """The frame of the list; messages are mounted between its two edges."""
        yield Welcome()
        yield Static(id="earlier", classes="edge", markup=False)
        yield Static(id="later", classes="edge", markup=False)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, mounted or not."""
        return tuple(self._entries)

    def extend(self, entries: Iterable[Entry]) -> None:
        """Add entries at the end and go there."""
        self._entries.extend(entries)
        last = len(self._entries)
        first = min(self._views, default=0)
        self._show_window(first if last - first <= MOUNTED else last - PAGE, last)
        self.anchor()

    def refresh_entry(self, entry: Entry) -> None:
        """Draw ``entry`` again, if it is mounted."""
        for view in reversed(self._views.values()):
            if view.entry is entry:
                view.show()
                return

    def mark(self, looks: Iterable[Looked]) -> None:
        """Let the words that were looked at stand out, copied ones underlined, and no others."""
        marks = marks_of(looks)
        for index, entry in enumerate(self._entries):
            new = marks.get(entry.turn, ()) if entry.turn is not None else ()
            if new != entry.marks:
                entry.marks = new
                if index in self._views:
                    self._views[index].show()

    def remove_entry(self, entry: Entry) -> None:
        """Take ``entry`` away."""
        self.replace([other for other in self._entries if other is not entry])

    def replace(self, entries: Iterable[Entry]) -> None:
        """Show these entries in the place of all others; those at the beginning that stay are not drawn anew."""
        new = list(entries)
        pairs = zip(new, self._entries, strict=False)
        same = next((n for n, (now, then) in enumerate(pairs) if now != then), min(len(new), len(self._entries)))
        if not new:
            self.clear()
            return
        self.remove_children([self._views.pop(index) for index in list(self._views) if index >= same])
        del self._entries[same:]
        self.extend(new[same:])

    def show_facts(self, shown: bool) -> None:
        """Show what stands under the replies, or hide it."""
        self._facts = shown
        for view in self._views.values():
            view.show(shown)

    def focus_last(self) -> bool:
        """Focus the last message that can be acted on; whether there is one."""
        for _, view in sorted(self._views.items(), reverse=True):
            if view.can_focus:
                view.focus()
                return True
        return False

    def clear(self) -> None:
        """Empty the transcript; the welcome shows again."""
        self._entries.clear()
        self.anchor(False)
        self._show_window(0, 0)
        self.scroll_home(animate=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Move the window when the reader reaches its edge."""
        super().watch_scroll_y(old_value, new_value)
        if not self._views:
            return
        first, last = min(self._views), max(self._views) + 1
        if new_value <= 0 < old_value and first > 0:
            self._turn_page(max(0, first - PAGE), first)
        elif old_value < new_value >= self.max_scroll_y and last < len(self._entries):
            self._turn_page(min(first + PAGE, len(self._entries) - PAGE), last - 1)

    def _turn_page(self, first: int, held: int) -> None:
        """Begin the window at ``first``, and keep the entry ``held`` where the reader sees it."""
        self.release_anchor()  # at the lower edge it has just taken hold, and would flash the new end by
        self._show_window(first, min(first + MOUNTED, len(self._entries)))
        self.call_after_refresh(self.scroll_to_widget, self._views[held], animate=False, top=True)

    def _show_window(self, first: int, last: int) -> None:
        """Mount exactly the entries from ``first`` up to, not including, ``last``."""
        gone = [self._views.pop(index) for index in list(self._views) if not first <= index < last]
        start = min(self._views, default=last)
        before = {index: MessageView(self._entries[index], self._facts) for index in range(first, start)}
        rest = [index for index in range(start, last) if index not in self._views]
        after = {index: MessageView(self._entries[index], self._facts) for index in rest}
        self._views = before | self._views | after
        with self.app.batch_update():
            self.remove_children(gone)
            self.mount_all(before.values(), after="#earlier")
            self.mount_all(after.values(), before="#later")
            self._label("#earlier", first, "earlier")
            self._label("#later", len(self._entries) - last, "later")
            self.query_one(Welcome).display = not self._entries
            self.set_class(not self._entries, "-empty")

    def _label(self, edge: str, count: int, which: str) -> None:
        line = self.query_one(edge, Static)
        line.display = count > 0
        line.update(f"… {count:,} {which} message{'' if count == 1 else 's'}")

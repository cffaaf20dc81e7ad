"""One of those that are compared: who it is, what it says, and what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chatbot.ui.entries import facts_line
from chatbot.ui.memory.colours import column as upright
from chatbot.ui.memory.heat import HeatMap
from chatbot.ui.widgets.message import Entry, Role
from chatbot.ui.widgets.transcript import Transcript
from chatbot.ui.work import explain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatbot.conversation.side import Side

_MAP_LINES, _MAP_LINES_SHORT = 10, 6
"""Of the heat map, where there is room and where there is little."""
_SHORT = 36
"""Rows of a screen below which there is little."""
_BEGIN = "Say something: all of them answer"
_WIPED = "the memory was wiped here; nothing above is remembered"


class Column(Vertical):
    """Shows a side.

    Args:
        side: What to show.
        facts: Whether time and speed stand under replies.
        drawn: Whether the states over the last message are drawn.
    """

    def __init__(self, side: Side, facts: bool = True, drawn: bool = False) -> None:
        super().__init__()
        self.side = side
        self._head = Static(classes="head", markup=False)
        self._transcript = Transcript(facts)
        self._heat = HeatMap()
        self._heat.display = False
        self._drawn = drawn
        self._measures = Static(classes="measures", markup=False)
        self._reply = Entry(Role.ASSISTANT)
        self._seen = side.measured

    def compose(self) -> ComposeResult:
        """Head, transcript, measures."""
        yield self._head
        yield self._transcript
        yield self._heat
        yield self._measures

    def on_mount(self) -> None:
        """What it has read so far."""
        self.show()

    def number(self, number: int, more: str = "") -> None:
        """Which it is, from 1: by that it is wiped, replaced and removed; and what else there is to say."""
        name = Content.assemble((f"{number} {self.side.label}", "bold"), f"   {more}" if more else "")
        self._head.update(Content.assemble(name, "\n", (self.side.described, "dim")))

    def show(self) -> None:
        """Show what was said so far, or that nothing was."""
        turns = self.side.conversation.transcript
        said = [Entry(Role(turn.role), turn.text) for turn in turns]
        self._transcript.replace(said or [Entry(Role.MARK, _BEGIN)])
        self.show_measures()

    def begin(self, text: str) -> None:
        """It was asked something."""
        self._reply, self._seen = Entry(Role.ASSISTANT, live=True), self.side.measured
        kept = [entry for entry in self._transcript.entries if entry.text != _BEGIN or entry.role is not Role.MARK]
        self._transcript.replace([*kept, Entry(Role.USER, text), self._reply])
        self._measures.update("reading…")

    def grow(self, pieces: str) -> None:
        """It said more; what reading the message did is known before the first piece."""
        self._reply.text += pieces
        self._transcript.refresh_entry(self._reply)
        if self.side.measured is not self._seen:
            self._seen = self.side.measured
            self.show_measures()

    def finish(self) -> None:
        """It has said it all, or failed."""
        found = self.side.measured
        self._reply.live = False
        if found.facts is not None:
            self._reply.text = self.side.conversation.transcript[-1].text
            self._reply.facts = facts_line(found.facts, self.side.conversation.sampling)
        else:
            self._reply.note = "stopped before it said anything" if found.error is None else "broken off"
        if found.error is not None:
            self._transcript.extend([Entry(Role.NOTICE, explain(found.error), note="the reply failed")])
        self._transcript.refresh_entry(self._reply)
        self.call_after_refresh(self._transcript.refresh_entry, self._reply)
        self.show_measures()

    def forgotten(self) -> None:
        """Its memory was wiped."""
        self._transcript.extend([Entry(Role.MARK, _WIPED)])

    def page(self, direction: int) -> None:
        """Scroll what was said by a page; where that ends, all of the column, if it is higher than the screen."""
        below = direction > 0 and self._transcript.scroll_y >= self._transcript.max_scroll_y
        scrolled = self if self.scroll_y > 0 or below else self._transcript
        scroll = scrolled.scroll_page_up if direction < 0 else scrolled.scroll_page_down
        scroll(animate=False)

    def focus_last(self) -> bool:
        """Go to the last message; whether there is one."""
        return self._transcript.focus_last()

    def show_facts(self, shown: bool) -> None:
        """Show what stands under replies, or hide it."""
        self._transcript.show_facts(shown)

    def show_map(self, shown: bool) -> None:
        """Draw the states over the last message, or not."""
        self._drawn = shown
        self.show_measures()

    def show_measures(self) -> None:
        """Say what was measured with the last message, and draw it if that is wanted."""
        found, answered = self.side.measured, self.side.answered
        lines = [*answered.measures, gates_line(found.gates)]
        self._heat.display = self._drawn and bool(found.states)
        if self._heat.display:
            room = _MAP_LINES_SHORT if self.app.size.height < _SHORT else _MAP_LINES
            self._heat.show(found.parts, len(found.states) - 1, room)
            lines += [found.state, found.sentence]
        self._measures.update("\n".join(line for line in lines if line))


def gates_line(gates: Mapping[str, float]) -> str:
    """How far each gate was open on average, as a bar and a number; empty where there are none."""
    return "  ".join(f"{name} {upright(mean)}{mean:.0%}" for name, mean in gates.items())

"""One of those that are compared: who it is, what it says, and what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chatbot.ui.entries import facts_line
from chatbot.ui.memory.heat import HeatMap
from chatbot.ui.widgets.message import Entry, Role
from chatbot.ui.widgets.transcript import Transcript
from chatbot.ui.work import explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatbot.conversation.side import Side
    from chatbot.text.template import Turn

_MAP_LINES = 8
"""Of the heat map."""
_BEGIN = "Say something: all of them answer"


class Column(Vertical):
    """Shows a side.

    Args:
        side: What to show.
        facts: Whether time and speed stand under replies.
    """

    def __init__(self, side: Side, facts: bool = True) -> None:
        super().__init__()
        self.side = side
        self._transcript = Transcript(facts)
        self._reply = Entry(Role.ASSISTANT)
        self._asked = Entry(Role.USER)

    def compose(self) -> ComposeResult:
        """Head, transcript, measures."""
        yield Static(classes="head", markup=False)
        yield self._transcript
        yield HeatMap()
        yield Static(classes="measures", markup=False)

    def on_mount(self) -> None:
        """Nothing was said yet."""
        self.query_one(HeatMap).display = False
        self.show(())

    def number(self, number: int) -> None:
        """Which it is, from 1: by that it is wiped and removed."""
        head = Content.assemble((f"{number} {self.side.label}", "bold"), "\n", (self.side.described, "dim"))
        self.query_one(".head", Static).update(head)

    def show(self, turns: Sequence[Turn]) -> None:
        """Show what was said elsewhere, or that nothing was."""
        said = [Entry(Role(turn.role), turn.text) for turn in turns]
        self._transcript.replace(said or [Entry(Role.MARK, _BEGIN)])
        self.show_measures()

    def begin(self, text: str) -> None:
        """It was asked something."""
        self._asked, self._reply = Entry(Role.USER, text), Entry(Role.ASSISTANT, live=True)
        kept = [entry for entry in self._transcript.entries if entry.text != _BEGIN or entry.role is not Role.MARK]
        self._transcript.replace([*kept, self._asked, self._reply])

    def grow(self, pieces: str) -> None:
        """It said more."""
        self._reply.text += pieces
        self._transcript.refresh_entry(self._reply)

    def finish(self) -> None:
        """It has said it all, or failed."""
        found = self.side.measured
        self._reply.live = False
        if found.facts is not None:
            self._reply.text = self.side.conversation.transcript[-1].text
            self._reply.facts = facts_line(found.facts, self.side.conversation.sampling)
        elif found.error is not None:
            self._reply.note = "broken off"
            self._transcript.extend([Entry(Role.NOTICE, explain(found.error), note="the reply failed")])
        self._transcript.refresh_entry(self._reply)
        self.call_after_refresh(self._transcript.refresh_entry, self._reply)
        self.show_measures()

    def forgotten(self) -> None:
        """Its memory was wiped."""
        self._transcript.extend([Entry(Role.MARK, "the memory was wiped here; nothing above is remembered")])

    def show_facts(self, shown: bool) -> None:
        """Show what stands under replies, or hide it."""
        self._transcript.show_facts(shown)

    def show_map(self, shown: bool) -> None:
        """Draw the states over the last message, or not."""
        self.query_one(HeatMap).display = shown
        self.show_measures()

    def show_measures(self) -> None:
        """Say what was measured with the last message."""
        found, heat = self.side.measured, self.query_one(HeatMap)
        lines = [self.side.summary]
        if heat.display and found.states:
            heat.show(found.parts, len(found.states) - 1, _MAP_LINES)
            lines += [found.state, found.gates]
        self.query_one(".measures", Static).update("\n".join(line for line in lines if line))

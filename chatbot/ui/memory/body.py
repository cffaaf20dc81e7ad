"""The picture itself: a heat map, or text."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chatbot.conversation.insight import Again, Gauge, parts
from chatbot.ui.memory.heat import HeatMap
from chatbot.ui.memory.pictures import (
    again_picture,
    attention_picture,
    confidence_picture,
    gates_picture,
    gauge_picture,
    lines,
)  # fmt: skip
from chatbot.ui.memory.sight import Sight

MOST_LIVE = 60
"""Of a longer reply that is being said so many tokens, the last, are drawn: laying out more takes too long."""


class Body(Vertical):
    """One picture at a time."""

    DEFAULT_CSS = """
    Body { height: auto; }
    Body > Static { height: auto; width: 1fr; }
    """

    def compose(self) -> ComposeResult:
        """Both kinds; only one is displayed."""
        yield HeatMap()
        yield Static(id="text", markup=False)

    def _say(self, content: Content) -> None:
        self.query_one(HeatMap).display = False
        text = self.query_one("#text", Static)
        text.display = True
        text.update(content)

    @property
    def _width(self) -> int:
        parent = self.parent
        return max(20, getattr(parent, "scrollable_content_region", self.region).width)

    def show_again(self, again: Again | None) -> None:
        """A reply beside another."""
        self._say(again_picture(again, self._width) if again is not None else Content(""))

    def show_gauge(self, gauge: Gauge | None, turn: int) -> None:
        """What is left of each turn."""
        self._say(gauge_picture(gauge, turn, self._width) if gauge is not None and gauge.held else Content(""))

    def show_sight(self, tab: str, sight: Sight | None, token: int | None, alternatives: bool) -> None:
        """Something of a turn."""
        if sight is None:
            self._say(Content(""))
        elif tab == "state":
            self._show_states(sight, token)
        elif tab == "gates":
            self._say(gates_picture(sight.openings, token, self._width))
        elif tab == "attention":
            names = [f"turn {number}" for number in range(1, len(sight.before) + 1)]
            looked = sight.looked(token)
            self._say(attention_picture(looked, names, self._width) if looked is not None else Content(""))
        else:
            said = sight.confidences()[-MOST_LIVE if sight.live else 0 :]
            shown = alternatives and not sight.live
            self._say(confidence_picture(said, token, self._width, alternatives=shown) if said else lines([]))

    def _show_states(self, sight: Sight, token: int | None) -> None:
        count = len(sight.states)
        at = count - 1 if token is None else min(token, count - 1)
        columns = self._width
        first = max(0, min(count - columns, at - columns // 2))
        heat = self.query_one(HeatMap)
        heat.display, self.query_one("#text", Static).display = True, False
        room = getattr(self.parent, "region", self.region).height
        shown = parts(sight.states[first : first + columns], sight.subject.layers)
        heat.show(shown, max(0, at - first), room)

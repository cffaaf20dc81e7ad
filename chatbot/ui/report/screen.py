"""The report of a comparison: its plots in a list, the chosen one beside it with a sentence on what it shows."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option
from textual_plot import PlotWidget

from chatbot.reports import Report
from chatbot.text.sanitize import one_line
from chatbot.ui.report.drawing import draw
from chatbot.ui.report.words import legend, shares, summary
from chatbot.ui.screens.help import HelpScreen

_SUMMARY = "Summary"


class ReportScreen(Screen[None]):
    """Shows a report.

    Args:
        report: As it was read.
        title: Where it comes from.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-wide")]  # noqa: RUF012 - Textual declares it without ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "view", "View", id="report.view", tooltip="Another view of this plot: by tokens, by stage"),
        Binding("escape", "leave", "Back", id="report.leave", tooltip="Back to the chat"),
        Binding("f1", "help", "Help", id="report.help"),
    ]

    def __init__(self, report: Report, title: str) -> None:
        super().__init__()
        self._report, self._from = report, title
        self._views: dict[str, int] = {}

    def compose(self) -> ComposeResult:
        """A head, the list, and what is chosen."""
        yield Static(f"Comparison · {one_line(self._from)}", id="state", markup=False)
        with Horizontal(id="report"):
            yield OptionList(_SUMMARY, *(Option(plot.title) for plot in self._report.plots), id="list", markup=False)
            with Vertical(id="shown"):
                yield Static(id="sentence", markup=False)
                yield Static(id="legend", markup=False)
                yield PlotWidget(id="plot")
                with VerticalScroll(id="words"):
                    yield Static(markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """The summary first."""
        plot = self.query_one(PlotWidget)
        plot.margin_top, plot.margin_bottom = 1, 2  # its axes are named above it
        listed = self.query_one("#list", OptionList)
        listed.highlighted = 0
        listed.focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show what is chosen."""
        self._show(event.option_index)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter goes into the plot, to move about in it."""
        if self.query_one(PlotWidget).display:
            self.query_one(PlotWidget).focus()

    def _show(self, place: int) -> None:
        plot = self._report.plots[place - 1] if place else None
        view = plot.views[self._views.get(plot.name, 0)] if plot else None
        drawn = view is not None and view.marks != "shares"
        chosen = f" · {plot.choose} {view.name} (V changes it)" if plot and view and plot.choose else ""
        for name, text in (("#sentence", f"{plot.sentence}{chosen}" if plot else None),
                           ("#legend", legend(view) if view and drawn else None)):  # fmt: skip
            self.query_one(name, Static).update(text or "")
            self.query_one(name).display = text is not None
        self.query_one(PlotWidget).display = drawn
        words = self.query_one("#words")
        words.display = not drawn
        if view is None:
            words.query_one(Static).update(summary(self._report))
        elif drawn:
            draw(self.query_one(PlotWidget), view)
        else:
            words.query_one(Static).update(shares(view))

    def action_view(self) -> None:
        """Another view of what is shown."""
        place = self.query_one("#list", OptionList).highlighted or 0
        if place:
            plot = self._report.plots[place - 1]
            self._views[plot.name] = (self._views.get(plot.name, 0) + 1) % len(plot.views)
            self._show(place)

    def action_leave(self) -> None:
        """Out of the plot, then back to the chat."""
        listed = self.query_one("#list", OptionList)
        if not listed.has_focus:
            listed.focus()
        else:
            self.dismiss(None)

    def action_help(self) -> None:
        """Keys."""
        self.app.push_screen(HelpScreen.of(self))

"""What a report has in words and bars."""

from __future__ import annotations

from rich.console import Console, RenderableType

from chatbot.reports import Axis, Report, Rule, Series, View
from chatbot.ui.report.words import legend, shares, summary

Y = Axis("share of the time", log=False, names=None)


def rendered(what: RenderableType, width: int = 60) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(what)
    return captured.get()


def test_the_summary_holds_every_figure_of_every_cell_also_where_it_is_narrow() -> None:
    report = Report(("cell", "units", "bundle"), (("[b]rnn", "30", "0.3 MB"), ("gru", "20", "–")), ("A note.",), ())
    shown = rendered(summary(report), width=30)
    for text in ("[b]rnn", "units", "30", "0.3 MB", "gru", "20", "–", "A note."):
        assert text in shown


def test_the_legend_names_series_rules_and_axes() -> None:
    series = (Series("rnn", (0.0,), (1.0,), None, None), Series("gru", (0.0,), (1.0,), None, None))
    view = View("", "line", Axis("steps", log=False, names=None), Y, series, (Rule("chance", 0.2),))
    assert " ".join(legend(view).plain.split()) == "● rnn ■ gru ┄ chance (0.2) ↑ share of the time → steps"
    assert "→" not in legend(view._replace(x=Axis("", log=False, names=None))).plain


def test_a_share_is_as_long_as_it_is_large() -> None:
    names = Axis("", log=False, names=("gru: z", "gru: r"))
    low = Series("low", (0.0, 1.0), (0.5, 1.0), None, None)
    high = Series("high", (0.0,), (0.25,), None, None)
    lines = rendered(shares(View("", "shares", names, Y, (low, high), ()))).splitlines()
    assert [line.count("█") for line in lines if "%" in line] == [12, 6, 24, 0]
    assert [line.split()[:2] for line in lines if "%" in line] == [
        ["low", "50%"], ["high", "25%"], ["low", "100%"], ["high", "0%"],
    ]  # fmt: skip

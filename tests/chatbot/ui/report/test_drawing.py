"""Axes of ratios and of names, and what is put on the canvas."""

from __future__ import annotations

import math

import pytest
from textual.app import App, ComposeResult
from textual_plot import PlotWidget

from chatbot.reports import Axis, Rule, Series, View
from chatbot.ui.report.drawing import MARKS, Names, Ratios, draw

NUMBERS = Axis("x", log=False, names=None)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-6.0, 3.0), (-40.0, 2.0), (1.2, 1.4)])
def test_ticks_of_ratios_are_round_numbers_within_the_axis(low: float, high: float) -> None:
    ticks, labels = Ratios().get_ticks_and_labels(low, high)
    assert len(ticks) <= 12
    assert all(low <= tick <= high for tick in ticks)
    for tick, label in zip(ticks, labels, strict=True):
        assert math.log10(float(label)) == pytest.approx(tick)
        assert label.replace("0", "").replace(".", "")[0] in "125"


def test_names_stand_at_their_places_and_those_out_of_sight_are_left_out() -> None:
    assert Names(["rnn", "lstm", "gru"]).get_ticks_and_labels(0.5, 2.5) == ([1.0, 2.0], ["lstm", "gru"])


class Canvas(App[None]):
    def compose(self) -> ComposeResult:
        yield PlotWidget()


async def text_of(view: View) -> str:
    app = Canvas()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        draw(app.query_one(PlotWidget), view)
        await pilot.pause()
        return "\n".join("".join(s.text for s in strip) for strip in app.screen._compositor.render_strips())


@pytest.mark.parametrize("marks", ["line", "points", "intervals"])
async def test_every_series_has_a_mark_of_its_own(marks: str) -> None:
    series = tuple(
        Series(
            name, (1.0 + n / 2, 2.0 + n / 2, 3.0 + n / 2), (n + 1.0, n + 2.0, n + 2.5), (0.5, 1.0, 2.0), (5.0, 6.0, 7.0)
        )
        for n, name in enumerate(("rnn", "lstm"))
    )
    shown = await text_of(View("", marks, NUMBERS, NUMBERS, series, (Rule("chance", 2.2),)))
    assert all(mark in shown for mark in MARKS[:2])
    assert MARKS[2] not in shown
    assert "┄" in shown


async def test_an_axis_of_ratios_puts_equal_ratios_equally_far_apart() -> None:
    values = (1.0, 10.0, 100.0)
    shown = await text_of(
        View("", "points", NUMBERS, Axis("y", log=True, names=None), (Series("a", values, values, None, None),), ())
    )
    rows = [line for line, text in enumerate(shown.splitlines()) if MARKS[0] in text]
    assert len(rows) == 3
    assert abs((rows[1] - rows[0]) - (rows[2] - rows[1])) <= 1
    assert all(label in shown for label in ("1", "10", "100"))


async def test_a_single_value_and_none_at_all_can_be_drawn() -> None:
    one = Series("a", (3.0,), (3.0,), None, None)
    assert MARKS[0] in await text_of(View("", "line", NUMBERS, NUMBERS, (one,), ()))
    assert MARKS[0] not in await text_of(View("", "line", NUMBERS, NUMBERS, (), ()))

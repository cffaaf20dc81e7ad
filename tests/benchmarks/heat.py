"""A redraw of the memory panel's heat map against Rich drawing the same cells as styled text, interleaved."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult

from chatbot.conversation.insight import Part
from chatbot.ui.memory.heat import HeatMap
from tests.benchmarks.report import Row, spread

_LINES, _WIDTH, _TOKENS, _ROUNDS = 19, 64, 64, 100
_BOUND = 3.0
"""Milliseconds: a fifth of the time between two frames of a screen at 60 Hz."""


class _Panel(App[None]):
    def compose(self) -> ComposeResult:
        yield HeatMap()


def _style(r: int, g: int, b: int, *below: int) -> Style:
    return Style(color=f"rgb({r},{g},{b})", bgcolor="rgb({},{},{})".format(*below))


def run(model: str | None) -> list[Row]:
    return asyncio.run(_run())


async def _run() -> list[Row]:
    app, rng, console = _Panel(), np.random.default_rng(0), Console(width=_WIDTH, color_system="truecolor")
    async with app.run_test(size=(_WIDTH + 6, 30)):
        heat = app.query_one(HeatMap)

        def redraw() -> None:
            heat.show([Part(1, "hidden", rng.normal(size=(512, _TOKENS)))], _TOKENS - 1, _LINES)
            assert len(heat._draw(_WIDTH)) == _LINES

        def styled() -> None:
            colours = rng.integers(0, 256, size=(_LINES, _WIDTH, 6))
            for line in colours.tolist():
                console._render_buffer([Segment("▀", _style(*cell)) for cell in line])

        times: dict[Callable[[], None], list[float]] = {redraw: [], styled: []}
        for _ in range(_ROUNDS):
            for draw, taken in times.items():
                began = time.thread_time()
                draw()
                taken.append((time.thread_time() - began) * 1e3)
    ours, theirs = statistics.median(times[redraw]), statistics.median(times[styled])
    detail = f"{spread(times[redraw])} ms; Rich, cell by cell, {spread(times[styled])} ms"
    return [
        Row(f"heat map of {_LINES} × {_WIDTH}: one redraw", ours, _BOUND, "ms", detail),
        Row("heat map: one redraw / Rich, cell by cell", ours / theirs, 0.5, "×", detail),
    ]

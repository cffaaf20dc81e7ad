"""The line that names the model."""

from __future__ import annotations

import pytest
from textual.app import App

from chatbot.ui.widgets.status import StatusLine, describe, size


def test_the_model_is_described_in_one_line(scripted):
    assert describe(scripted().card) == "default · LSTM 2×256 · 13 MB · word perplexity 62"


def test_a_perplexity_that_was_not_measured_is_left_out(scripted):
    model = scripted(word_perplexity=None, cell="simple", name="a\nb\x1b[1m", size_bytes=400_000).card
    assert describe(model) == "a b · Simple 2×256 · 400 kB"


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0.0 kB"), (9_400, "9.4 kB"), (999_000, "999 kB"), (1_000_000, "1.0 MB"), (31_000_000, "31 MB")],
)
def test_sizes_are_readable(count, text):
    assert size(count) == text


async def test_the_title_stands_beside_and_is_no_markup(screen_text):
    class Host(App[None]):
        def compose(self):
            yield StatusLine()

    app = Host()
    async with app.run_test() as pilot:
        line = app.query_one(StatusLine)
        line.say("a [b]model[/b]", "a [i]title[/i]\x1b[31m")
        await pilot.pause()
        assert "Chatbot  a [b]model[/b]  │  a [i]title[/i]" in screen_text(app)
        line.say("gone", trouble=True)
        await pilot.pause()
        assert "│" not in screen_text(app)
        assert line.has_class("-trouble")

"""What an empty transcript says."""

from __future__ import annotations

import pytest
from textual.app import App

from chatbot.ui.widgets.welcome import SUGGESTIONS, Welcome


class Host(App[None]):
    """Nothing but the welcome."""

    def compose(self):
        yield Welcome()


@pytest.mark.parametrize("size", [(80, 24), (38, 20)])
async def test_it_is_honest_and_names_three_things_to_try(screen_text, size):
    app = Host()
    async with app.run_test(size=size):
        shown = " ".join(screen_text(app).split())
    assert "small recurrent network" in shown
    assert "generated" in shown
    assert "may be wrong" in shown
    assert len(SUGGESTIONS) == 3
    for first, _, then in SUGGESTIONS:
        assert first in shown
        assert then in shown

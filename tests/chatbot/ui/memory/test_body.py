"""One picture at a time."""

from __future__ import annotations

from textual.widgets import Static

from chatbot.conversation.insight import Subject
from chatbot.ui.memory.body import Body
from chatbot.ui.memory.heat import HeatMap
from chatbot.ui.memory.sight import look_into


async def test_a_heat_map_or_text(host, scripted_memory) -> None:
    app = host()
    sight = look_into(Subject.of(scripted_memory("a b c")), 0, None, lambda: False)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        body, heat, text = app.query_one(Body), app.query_one(HeatMap), app.query_one("#text", Static)
        body.show_sight("state", sight, 1, True)
        assert (heat.display, text.display) == (True, False)
        assert heat._cursor == 1
        body.show_sight("gates", sight, None, True)
        assert (heat.display, text.display) == (False, True)
        for tab in ("attention", "confidence"):
            body.show_sight(tab, sight, None, True)
            assert str(text.content) == ""
        body.show_sight("state", None, None, True)
        body.show_gauge(None, 0)
        body.show_again(None)
        assert str(text.content) == ""

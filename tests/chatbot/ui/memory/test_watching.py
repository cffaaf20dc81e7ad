"""What the panel finds out of a real, tiny model: of replies that nobody watched too."""

from __future__ import annotations

import pytest

from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation, Trace
from chatbot.conversation.insight import ask_again
from chatbot.text.template import Turn

SAMPLING = SamplingConfig(seed=7, temperature=1.5, top_k=0, top_p=1.0, min_length=6, max_length=30, no_repeat_ngram=0)


@pytest.fixture
def conversation(bundle_float32) -> Conversation:
    made = Conversation(bundle_float32, sampling=SAMPLING)
    made.say("Hello, I am Ann.")
    return made


async def test_a_reply_of_earlier_is_thought_through_again(host, conversation, until) -> None:
    app = host()
    async with app.run_test(size=(80, 30)) as pilot:
        app.panel.show_conversation(conversation)
        await until(lambda: app.panel._sight is not None)
        assert app.panel._sight.trace is not None
        await pilot.press("4")
        assert "sure on average" in app.panel.summary
        await pilot.press("2")
        assert "the memory kept" in app.panel.summary


async def test_a_reply_that_was_watched_is_kept_as_it_was_thought(host, conversation, until) -> None:
    app = host()
    async with app.run_test(size=(80, 30)) as pilot:
        app.panel.show_conversation(conversation)
        trace = Trace()
        app.panel.reply_began(trace, [*conversation.transcript, Turn("user", "Who am I?")])
        list(conversation.stream("Who am I?", trace=trace))
        app.panel.reply_finished(conversation)
        await until(lambda: app.panel._sight is not None and app.panel._sight.turn == 3)
        assert app.panel._sight.trace is trace
        await pilot.press("up")
        await until(lambda: app.panel._sight is not None and app.panel._sight.turn == 2)
        assert app.panel._sight.trace is None
        await pilot.press("full_stop")
        await until(lambda: app.panel._sight is not None and app.panel._sight.turn == 3)
        assert app.panel._sight.trace is trace


async def test_old_and_new_reply_stand_side_by_side(host, conversation, until, screen_text) -> None:
    app = host()
    async with app.run_test(size=(100, 30)) as pilot:
        app.panel.show_conversation(conversation)
        await until(lambda: app.panel._sight is not None)
        again = ask_again(conversation, state=True, annotations=True)
        app.panel.show_again(again)
        for _ in again.pieces:
            app.panel.show_again(again)
        await pilot.pause()
        assert app.panel.tab == "again"
        shown = screen_text(app)
        assert "before" in shown
        assert "wiped" in shown
        assert again.summary in shown
        app.panel.show_again(None)
        assert app.panel.tab == "state"

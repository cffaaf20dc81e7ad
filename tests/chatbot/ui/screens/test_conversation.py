"""Work beside replies, and what is told of keeping a conversation."""

from __future__ import annotations

import threading

from chatbot.errors import UsageError
from chatbot.ui.screens.conversation import Phase


async def test_work_is_done_in_a_thread_alone_and_shown_on_the_screen(scripted, opened, until):
    gate, seen = threading.Event(), []

    async with opened(scripted(["one"])) as chat:

        def do():
            assert gate.wait(10)
            return threading.current_thread()

        def then(thread):
            seen.extend([thread, threading.current_thread()])

        chat.screen.work(do, then, "Working at [b]it[/b]…")
        await until(lambda: "Working at [b]it[/b]…" in chat.shown())
        assert chat.screen.phase is Phase.WORKING
        await chat.say("hello")
        assert chat.prompt.text == "hello", "nothing is sent meanwhile"
        gate.set()
        await chat.ready()
        assert seen[0] is not seen[1] is threading.current_thread()
        await chat.talk("hello")
        assert chat.said()[-1] == ("assistant", "one")


async def test_work_that_fails_is_explained(scripted, opened):
    def do():
        raise UsageError("[b]this[/b]", expected="that", remedy="mend it")

    async with opened(scripted(["one"]), size=(120, 30), notifications=True) as chat:
        chat.screen.work(do, lambda _: None)
        await chat.ready()
        assert chat.told() == ["[b]this[/b]; expected that; mend it"]
        await chat.pilot.pause(0.1)
        assert "[b]this[/b]" in chat.shown()
        await chat.talk("a")
        assert chat.said()[-1] == ("assistant", "one")


async def test_the_title_is_that_of_the_first_message_until_it_is_given_one(scripted, opened, place):
    async with opened(scripted(["one"]), place=place, size=(120, 30)) as chat:
        assert chat.screen.title_shown == ""
        await chat.talk("How is the rain?")
        assert chat.screen.title_shown == "How is the rain?"
        assert "│  How is the rain?" in chat.shown()
        await chat.say("/save Weather")
        await chat.ready()
        assert "│  Weather" in chat.shown()
        assert chat.screen.store.summary(1).title == "Weather"
    async with opened(scripted(), place=place, size=(120, 30)) as chat:
        assert "│  Weather" in chat.shown()

"""The panel in a tiny app, with a model whose memory is known."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from chatbot.ui.memory import ForkRequested, MarksChanged, WipeAndAskRequested
from chatbot.ui.memory.panel import BLIND, EMPTY
from chatbot.ui.memory.tabs import TABS

SAID = ("my name is Mara", "hello there")


async def ready(app, until) -> None:
    await until(lambda: app.panel._sight is not None)


def marks(app) -> list[MarksChanged]:
    return [event for event in app.posted if isinstance(event, MarksChanged)]


async def test_a_conversation_is_seen_as_soon_as_it_is_shown(host, scripted_memory, until, screen_text) -> None:
    app = host()
    async with app.run_test(size=(80, 30)) as pilot:
        app.panel.show_conversation(scripted_memory(*SAID))
        await ready(app, until)
        await pilot.pause()
        shown = screen_text(app)
        assert "turn 2 · reply · 4 tokens" in shown
        assert "layer 1 hidden ±" in shown
        assert "layer 1 cell" in shown
        assert "▀" in shown
        assert "▲" in shown
        assert app.panel.summary in " ".join(shown.split())


async def test_every_picture_has_its_key_and_its_words(host, scripted_memory, until, replied, screen_text) -> None:
    app = host()
    async with app.run_test(size=(80, 30)) as pilot:
        conversation = scripted_memory(*SAID)
        app.panel.show_conversation(conversation)
        replied(app, conversation)
        await ready(app, until)
        words = {}
        for number, name in enumerate(TABS, start=1):
            await pilot.press(str(number))
            if name == "gauge":
                await until(lambda: app.panel._gauge is not None)
            await pilot.pause()
            words[name] = app.panel.summary
            assert "\n" not in words[name]
            assert words[name] in " ".join(screen_text(app).split())
        assert "kept 80% of what it held, wrote in 25% of what is new and let 50%" in words["gates"]
        assert words["attention"] == "Looked most at “Mara” 33%, “name” 33%, “my” 33%. Copied “Mara”."
        assert words["confidence"] == "3 pieces, 70% sure on average; least of “are” (40%); 1 copied."
        assert words["gauge"].startswith("The state owes")
        assert "asked again" in words["again"]


async def test_the_reader_moves_over_tokens_and_turns(host, scripted_memory, until, screen_text) -> None:
    app = host()
    async with app.run_test(size=(80, 30)) as pilot:
        app.panel.show_conversation(scripted_memory(*SAID))
        await ready(app, until)
        await pilot.press("right", "right")
        assert "token 2/4 “hello”" in screen_text(app)
        await pilot.press("left", "left")
        assert "4 tokens" in screen_text(app)
        await pilot.press("left")
        assert "token 4/4 the sign of the end" in screen_text(app)
        await pilot.press("home")
        assert "token 1/4 the sign that a reply begins" in screen_text(app)
        await pilot.press("end")
        assert "token 4/4" in screen_text(app)
        await pilot.press("up")
        await until(lambda: app.panel._sight is not None and app.panel._sight.turn == 0)
        await pilot.pause()
        assert "turn 1 · you · 6 tokens" in screen_text(app)
        await pilot.press("up", "down", "down")
        await until(lambda: app.panel._sight is not None and app.panel._sight.turn == 1)
        await pilot.press("up", "full_stop")
        await until(lambda: app.panel._sight is not None and app.panel._sight.turn == 1)


async def test_what_a_reply_looked_at_is_marked_in_the_transcript(host, scripted_memory, until, replied) -> None:
    app = host()
    async with app.run_test(size=(80, 30)) as pilot:
        conversation = scripted_memory(*SAID)
        app.panel.show_conversation(conversation)
        replied(app, conversation)
        await until(lambda: marks(app) and marks(app)[-1].looks)
        looks = {look.text: look for look in marks(app)[-1].looks if look.weight or look.copied}
        assert set(looks) == {"my", "name", "Mara"}
        assert (looks["Mara"].turn, looks["Mara"].start, looks["Mara"].end) == (0, 11, 15)
        assert looks["Mara"].copied > 0.5 > looks["my"].copied
        await pilot.press("3", "home", "right", "right", "right")  # the sign, then the third word
        await pilot.pause()
        assert [look.text for look in marks(app)[-1].looks if look.weight] == ["Mara"]
        app.panel.display = False
        await until(lambda: marks(app)[-1].looks == ())


async def test_the_alternatives_stand_under_the_reply_on_a_key(
    host, scripted_memory, until, replied, screen_text
) -> None:
    app = host()
    async with app.run_test(size=(80, 30)) as pilot:
        conversation = scripted_memory(*SAID)
        app.panel.show_conversation(conversation)
        replied(app, conversation)
        await ready(app, until)
        await pilot.press("a")  # goes to the least sure
        await pilot.pause()
        shown = screen_text(app)
        assert "you₉ are₄ Mara₉" in shown
        assert "▸ ·are" in shown
        assert "40.0%" in shown
        assert shown.count("  ·other") == 4
        await pilot.press("a")
        await pilot.pause()
        assert "·other" not in screen_text(app).split("token 3/5")[1].split("“are” 40%")[0]


async def test_keys_ask_for_a_fork_and_for_the_question_again(host, scripted_memory, until) -> None:
    app = host()
    async with app.run_test(size=(80, 30)) as pilot:
        app.panel.show_conversation(scripted_memory(*SAID))
        await ready(app, until)
        await pilot.press("up")
        await until(lambda: app.panel._sight is not None and app.panel._sight.turn == 0)
        await pilot.press("f", "w", "n", "b")
        await pilot.pause()
        asked = [event for event in app.posted if not isinstance(event, MarksChanged)]
        assert isinstance(asked[0], ForkRequested)
        assert asked[0].turns == 1
        wipes = [event for event in asked[1:] if isinstance(event, WipeAndAskRequested)]
        assert [(event.state, event.annotations) for event in wipes] == [(True, False), (False, True), (True, True)]


async def test_a_reply_is_seen_while_it_is_said(host, scripted_memory, until, screen_text) -> None:
    app = host()
    async with app.run_test(size=(80, 30)) as pilot:
        conversation = scripted_memory(*SAID)
        app.panel.show_conversation(conversation)
        await ready(app, until)
        conversation.hear("who am I")
        trace = conversation.trace()
        app.panel.reply_began(trace, conversation.transcript)
        for tab, seen in (("2", "kept"), ("3", "turn 1"), ("4", "are₄"), ("1", "being said")):
            await pilot.press(tab)
            conversation.say(trace, "are", 0.4, looks=4)
            await until(lambda seen=seen: seen in screen_text(app))
        await pilot.press("up", "f", "w")  # nothing can be done to it meanwhile
        assert not [event for event in app.posted if not isinstance(event, MarksChanged)]
        conversation.hear("are are are are")
        app.panel.reply_finished(conversation)
        await until(lambda: "turn 4 · reply · 6 tokens" in screen_text(app))


async def test_looking_rests_longer_than_it_takes(host, scripted_memory, until) -> None:
    app = host()
    async with app.run_test(size=(80, 30)):
        conversation = scripted_memory(*SAID)
        app.panel.show_conversation(conversation)
        await ready(app, until)
        trace = conversation.trace()
        app.panel.reply_began(trace, conversation.transcript)
        looks = []
        app.panel.draw = lambda: looks.append(1)  # type: ignore[method-assign]
        app.panel._rest_until = float("inf")
        conversation.say(trace, "are", 0.4)
        app.panel._tick()
        assert not looks
        app.panel._rest_until = 0.0
        app.panel._tick()
        app.panel._tick()
        assert len(looks) == 1


async def test_a_panel_that_is_hidden_does_nothing_and_catches_up(host, scripted_memory, until, monkeypatch) -> None:
    app, read = host(), []
    from chatbot.ui.memory import watching

    look_into = watching.look_into
    monkeypatch.setattr(watching, "look_into", lambda *args: read.append(args) or look_into(*args))
    async with app.run_test(size=(80, 30)) as pilot:
        app.panel.display = False
        await pilot.pause()
        app.panel.show_conversation(scripted_memory(*SAID))
        await pilot.pause(0.1)
        assert not read
        app.panel.display = True
        await ready(app, until)
        assert len(read) == 1


async def test_another_conversation_takes_the_place_of_the_first(host, scripted_memory, until, screen_text) -> None:
    app = host()
    async with app.run_test(size=(80, 30)) as pilot:
        app.panel.show_conversation(scripted_memory(*SAID))
        await ready(app, until)
        app.panel.show_conversation(scripted_memory("a b c", "d", "e f"))
        await until(lambda: "turn 3 · you" in screen_text(app))
        app.panel.show_conversation(scripted_memory())
        await pilot.pause()
        assert app.panel.summary == EMPTY
        app.panel.show_conversation(object())
        await pilot.pause()
        assert BLIND in screen_text(app)
        app.panel.show_conversation(None)
        await pilot.press("f", "w", "a", "left", "up", "full_stop", "5")
        assert app.panel.summary == BLIND


async def test_a_model_without_gates_says_so(host, scripted_memory, fading, until, screen_text) -> None:
    app = host()
    engine = fading()
    engine.gated = False
    async with app.run_test(size=(80, 30)) as pilot:
        app.panel.show_conversation(scripted_memory(*SAID, engine=engine))
        await ready(app, until)
        await pilot.press("2")
        await pilot.pause()
        assert "has no gates" in screen_text(app)


@pytest.mark.parametrize("size", [(30, 12), (30, 40), (60, 20), (120, 36)])
@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
async def test_nothing_overflows_at_any_size(host, scripted_memory, until, replied, size, theme) -> None:
    app = host()
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        conversation = scripted_memory(*SAID)
        app.panel.show_conversation(conversation)
        replied(app, conversation)
        await ready(app, until)
        for number in range(1, 7):
            await pilot.press(str(number), "left")
            await pilot.pause()
            for widget in app.panel.query("*"):
                assert widget.region.right <= size[0]
            assert app.panel.query_one("#words", Static).region.bottom <= size[1]


async def test_without_colour_shapes_tell_the_numbers(host, scripted_memory, until, screen_text, monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = host()
    async with app.run_test(size=(80, 30)) as pilot:
        app.panel.show_conversation(scripted_memory(*SAID))
        await ready(app, until)
        await pilot.pause()
        shown = screen_text(app)
        assert "▀" not in shown
        assert "░▒▓█ above zero, .-=# below" in shown


async def test_nothing_that_was_said_is_markup(host, scripted_memory, until, replied, screen_text) -> None:
    app = host()
    async with app.run_test(size=(100, 30)) as pilot:
        conversation = scripted_memory("my name is [red]Mara[/] \x1b[31m", "[bold]hi there")
        app.panel.show_conversation(conversation)
        replied(app, conversation)
        await ready(app, until)
        for key in ("5", "3", "4"):
            await pilot.press(key)
            await pilot.pause(0.1)
            assert "\x1b" not in screen_text(app)
        await pilot.press("5")
        await until(lambda: app.panel._gauge is not None)
        await pilot.pause()
        assert "[red]Mara[/]" in screen_text(app)

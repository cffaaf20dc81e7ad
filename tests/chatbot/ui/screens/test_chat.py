"""The chat screen as a whole: keys, sizes, messages that can be acted on, and harmless text."""

from __future__ import annotations

import pytest

from chatbot.ui.widgets.message import MessageView


async def test_a_new_conversation_leaves_the_old_one_in_the_store(scripted, opened, place, knows):
    async with opened(scripted(["hello"], ["again"]), place=place) as chat:
        await chat.talk("hi")
        await chat.pilot.press("ctrl+n")
        await chat.ready()
        assert chat.said() == []
        assert knows(chat.conversation) == 0
        assert "Three things to try" in chat.shown()
        await chat.talk("other")
        assert [each.title for each in chat.screen.store.sessions()] == ["other", "hi"]


async def test_a_new_conversation_waits_for_the_end_of_the_running_reply(scripted, opened, until):
    async with opened(scripted(["hello", None, " again"])) as chat:
        await chat.say("hi")
        await until(lambda: "hello" in chat.shown())
        await chat.pilot.press("ctrl+n")
        await until(lambda: chat.said() == [])
        await chat.ready()
        assert chat.conversation.transcript == ()


async def test_page_keys_scroll_the_transcript_and_the_reader_is_left_in_peace(scripted, opened, until):
    replies = [[f"reply {n}"] for n in range(12)]
    async with opened(scripted(*replies, ["a", None, "b\n" * 30 + "c"])) as chat:
        await chat.talk(*[f"message {n}" for n in range(12)])

        def rows():
            return [line[:70] for line in chat.shown().splitlines()[1:19]]  # without the scroll bar

        await chat.say("more")
        await until(lambda: chat.voice.streaming)
        await chat.pilot.press("pageup", "pageup")
        before = rows()
        assert not any("more" in row for row in before)
        chat.voice.go()
        await chat.ready()
        assert rows() == before
        await chat.pilot.press(*["pagedown"] * 8)
        await until(lambda: any(row.split() == ["┃", "c"] for row in rows()))


async def test_a_message_can_be_focused_copied_and_left(scripted, opened):
    async with opened(scripted(["one"], ["two"])) as chat:
        await chat.talk("a", "b")
        await chat.pilot.press("ctrl+up", "up", "up")
        assert "Copy" in chat.shown()
        assert "Fork here" in chat.shown()
        await chat.pilot.press("c")
        assert chat.app.clipboard == "one"
        await chat.pilot.press("escape")
        assert chat.prompt.has_focus
        await chat.pilot.press("ctrl+up", "down")
        assert chat.prompt.has_focus


async def test_a_message_can_be_clicked(scripted, opened):
    async with opened(scripted(["one"])) as chat:
        await chat.talk("a")
        await chat.pilot.click(chat.screen.query(MessageView).last(), offset=(4, 1))
        await chat.pilot.pause()
        assert isinstance(chat.screen.focused, MessageView)


async def test_a_fork_goes_on_from_a_message_and_leaves_the_original(scripted, opened, place, knows):
    async with opened(scripted(["one"], ["two"], ["three"]), place=place) as chat:
        await chat.talk("a", "b")
        await chat.pilot.press("ctrl+up", "up", "up", "f")
        await chat.ready()
        assert chat.said() == [("user", "a"), ("assistant", "one")]
        assert knows(chat.conversation) == 2
        await chat.talk("c")
        store = chat.screen.store
        texts = {each.id: [m.turn.text for m in store.load(each.id)[1]] for each in store.sessions()}
        assert texts == {1: ["a", "one", "b", "two"], 2: ["a", "one", "c", "three"]}


async def test_the_facts_can_be_hidden(scripted, opened):
    async with opened(scripted(["one"])) as chat:
        await chat.talk("a")
        assert "tokens/s" in chat.shown()
        await chat.pilot.press("f4")
        await chat.pilot.pause()
        assert "tokens/s" not in chat.shown()
        await chat.pilot.press("f4")
        await chat.pilot.pause()
        assert "tokens/s" in chat.shown()


async def test_neither_the_model_nor_the_user_can_use_markup_or_control_codes(scripted, opened, place):
    reply = ["[red]x[/red] \x1b[3", "1mred\x1b[0m \u202egnp.exe \x07[@click=app.quit]y[/]"]
    voice = scripted(reply, name="[b]m[/b]\x1b]0;title\x07")
    async with opened(voice, place=place, size=(120, 30), notifications=True) as chat:
        await chat.talk("[blink]hey[/blink]")
        shown = chat.shown()
        assert "[red]x[/red] " in shown
        assert "gnp.exe [@click=app.quit]y[/]" in shown
        assert "[blink]hey[/blink]" in shown
        assert "[b]m[/b]" in shown
        await chat.say("/save [green]t[/]\x1b[31m\u202e")
        await chat.ready()
        await chat.say("/model [i]\x1b[1mx[/i]")
        await chat.ready()
        await chat.pilot.pause(0.1)
        assert "[green]t[/]" in chat.shown()
        seen = shown + chat.shown()
        await chat.pilot.press("ctrl+o")
        await chat.pilot.pause(0.2)
        seen += chat.shown()
        assert "[green]t[/]" in chat.shown()
        assert not {"\x1b", "\x07", "\u202e"} & set(seen)


@pytest.mark.parametrize("size", [(60, 20), (40, 12), (300, 100)])
async def test_it_works_in_terminals_small_and_large(scripted, opened, size):
    async with opened(scripted(["The end of a long reply. " * 8, "Done."]), size=size) as chat:
        await chat.talk("a\n" * 30 + "b")
        chat.prompt.text = "line\n" * 30
        await chat.pilot.pause()
        shown = chat.shown()
        assert "Done." in shown
        assert "LSTM" in shown
        assert size[0] < 60 or "Enter sends" in shown
        assert size[0] < 60 or ("Quit" in shown and "Menu" in shown)
        assert chat.prompt.region.height <= (5 if size[1] < 20 else 12)
        assert chat.prompt.region.bottom == size[1] - 1, "the prompt stands on the footer"


async def test_it_follows_when_the_terminal_is_resized(scripted, opened):
    async with opened(scripted(["words " * 60]), size=(120, 40)) as chat:
        await chat.talk("hi")
        for size in ((60, 20), (300, 100), (61, 21)):
            await chat.pilot.resize_terminal(*size)
            await chat.pilot.pause()
            assert "tokens/s" in chat.shown()
            assert chat.prompt.region.bottom == size[1] - 1

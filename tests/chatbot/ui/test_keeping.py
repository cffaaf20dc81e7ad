"""Commands about whole conversations."""

from __future__ import annotations

from chatbot.ui.screens.sessions import SessionsScreen


async def test_a_conversation_is_exported(scripted, opened, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with opened(scripted(["one [b]"])) as chat:
        await chat.talk("Hello there")
        await chat.say("/export")
        await chat.say("/export out.jsonl")
        await chat.pilot.pause()
        assert "one" in (tmp_path / "hello-there.md").read_text(encoding="utf-8")
        assert (tmp_path / "out.jsonl").is_file()
        assert f"Written to {tmp_path.resolve() / 'out.jsonl'}" in chat.told()
        await chat.say("/export out.jsonl")
        await chat.pilot.pause()
        assert "exists" in chat.told()[-1]


async def test_the_last_reply_or_all_is_copied(scripted, opened):
    async with opened(scripted(["one"], ["two \x1b[31m"])) as chat:
        await chat.say("/copy")
        await chat.pilot.pause()
        assert "nothing was said" in chat.told()[-1]
        chat.prompt.text = ""
        await chat.talk("a", "b")
        await chat.say("/copy")
        await chat.pilot.pause()
        assert chat.app.clipboard == "two "
        await chat.say("/copy all")
        await chat.pilot.pause()
        assert chat.app.clipboard == "You: a\n\nChatbot: one\n\nYou: b\n\nChatbot: two "
        await chat.say("/copy some")
        await chat.pilot.pause()
        assert "expected nothing, or all" in chat.told()[-1]


async def test_all_of_it_goes_on_in_a_copy(scripted, opened, place, knows):
    async with opened(scripted(["one"]), place=place) as chat:
        await chat.say("/fork")
        await chat.pilot.pause()
        assert "nothing was said" in chat.told()[-1]
        await chat.talk("a")
        await chat.say("/fork")
        await chat.ready()
        assert chat.said() == [("user", "a"), ("assistant", "one")]
        assert knows(chat.conversation) == 2
        assert chat.screen.store.summary(2).origin == 1


async def test_a_title_is_asked_for_and_can_be_taken_back(scripted, opened, place):
    async with opened(scripted(["one"]), place=place, size=(120, 30)) as chat:
        await chat.say("/save")
        await chat.pilot.pause()
        assert "nothing was said" in chat.told()[-1]
        await chat.talk("a")
        await chat.say("/save")
        await chat.pilot.pause()
        await chat.pilot.press("end", *"bc", "enter")
        await chat.ready()
        assert chat.screen.store.summary(1).title == "abc"
        await chat.say("/save")
        await chat.pilot.pause()
        await chat.pilot.press("end", *["backspace"] * 3, "enter")
        await chat.ready()
        assert chat.screen.title_shown == "a"


async def test_words_after_load_are_looked_for(scripted, opened, place, until):
    async with opened(scripted(["one"], ["two"]), place=place) as chat:
        await chat.talk("rain")
        await chat.pilot.press("ctrl+n")
        await chat.ready()
        await chat.talk("sun")
        await chat.say("/load rain")
        await until(lambda: isinstance(chat.app.screen, SessionsScreen) and len(chat.app.screen._rows) == 1)
        await chat.pilot.press("enter")
        await chat.ready()
        assert chat.said()[0] == ("user", "rain")


async def test_where_nothing_is_kept_there_is_nothing_to_open(scripted, opened):
    async with opened(scripted()) as chat:
        await chat.pilot.press("ctrl+o")
        await chat.pilot.pause()
        assert "nothing is kept" in chat.told()[-1]

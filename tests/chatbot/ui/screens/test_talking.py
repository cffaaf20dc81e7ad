"""Loading, sending, streaming, stopping, failing, and asking anew, with a scripted model."""

from __future__ import annotations

import threading

import pytest

from chatbot.conversation import Conversation
from chatbot.conversation.store import Store
from chatbot.errors import BundleError
from chatbot.ui.widgets.message import MessageView
from chatbot.ui.widgets.prompt import Prompt


async def test_a_message_is_sent_and_answered(scripted, opened):
    async with opened(scripted(["Nice to ", "meet you, ", "Mara."])) as chat:
        await chat.talk("Hi, my name is Mara.")
        assert chat.voice.heard == ["Hi, my name is Mara."]
        assert chat.said() == [("user", "Hi, my name is Mara."), ("assistant", "Nice to meet you, Mara.")]
        assert chat.prompt.text == ""
        assert "Nice to meet you, Mara." in chat.shown()
        assert "Three things" not in chat.shown()


async def test_a_reply_is_shown_while_it_is_being_made(scripted, opened, until):
    async with opened(scripted(["It is ", "raining", None, " hard."])) as chat:
        await chat.say("How is the weather?")
        await until(lambda: "It is raining" in chat.shown())
        assert "hard" not in chat.shown()
        chat.voice.go()
        await until(lambda: "It is raining hard." in chat.shown())


async def test_time_speed_and_model_stand_under_the_reply(scripted, opened):
    async with opened(scripted(["Hello."])) as chat:
        await chat.talk("Hi")
        facts = chat.screen.transcript.entries[-1].facts
        assert facts.endswith(" tokens/s · default")
        assert facts in chat.shown()


async def test_escape_stops_the_reply_and_keeps_what_was_said(scripted, opened, until):
    async with opened(scripted(["It is", None, " raining"], ["Yes."])) as chat:
        await chat.say("How is the weather?")
        await until(lambda: "It is" in chat.shown())
        await chat.pilot.press("escape")
        await chat.ready()
        assert chat.said()[-1] == ("assistant", "It is")
        assert "stopped" in chat.shown()
        await chat.talk("Really?")
        assert chat.said()[-1] == ("assistant", "Yes.")


async def test_stopped_before_anything_was_said_the_message_stands_alone(scripted, opened, until, knows):
    async with opened(scripted([None, "never"], ["Yes."])) as chat:
        await chat.say("Hello?")
        await until(lambda: chat.voice.streaming)
        await chat.pilot.press("escape")
        await chat.ready()
        assert [turn.role for turn in chat.conversation.transcript] == ["user"]
        assert "(nothing)" in chat.shown()
        await chat.pilot.press("ctrl+r")
        await chat.ready()
        assert chat.said() == [("user", "Hello?"), ("assistant", "Yes.")]
        assert knows(chat.conversation) == 2


async def test_a_failed_reply_says_why_gives_the_text_back_and_unlocks_the_prompt(scripted, opened):
    async with opened(scripted(["par", RuntimeError("out of [bold]memory")], ["fine"])) as chat:
        await chat.talk("tell me")
        assert "RuntimeError: out of [bold]memory" in chat.shown()
        assert ("assistant", "par") in chat.said()
        assert chat.prompt.text == "tell me"
        await chat.pilot.press("enter")
        await chat.ready()
        assert chat.said()[-1] == ("assistant", "fine")
        assert [turn.text for turn in chat.conversation.transcript] == ["tell me", "fine"]


async def test_a_text_given_back_goes_before_what_was_typed_since(scripted, opened, until):
    async with opened(scripted(["par", None, ValueError("no")])) as chat:
        await chat.say("first")
        await until(lambda: chat.voice.streaming)
        chat.prompt.text = "second"
        chat.voice.go()
        await chat.ready()
        assert chat.prompt.text == "first\nsecond"


async def test_another_reply_takes_the_place_of_the_last_one(scripted, opened, knows):
    async with opened(scripted(["one"], ["two"], ["three"])) as chat:
        await chat.talk("a", "b")
        await chat.pilot.press("ctrl+r")
        await chat.ready()
        assert chat.said() == [("user", "a"), ("assistant", "one"), ("user", "b"), ("assistant", "three")]
        assert knows(chat.conversation) == 4


@pytest.mark.parametrize("way", ["again", "edit"])
async def test_where_another_reply_fails_the_old_one_is_there_again(scripted, opened, way):
    async with opened(scripted(["one"], ["two"], ["par", ValueError("no")])) as chat:
        await chat.talk("a", "b")
        before = chat.said()
        if way == "again":
            await chat.pilot.press("ctrl+r")
        else:
            await chat.say("/edit 1")
            await chat.say("other")
        await chat.ready()
        assert chat.said()[:4] == before
        assert chat.said()[4] == ("notice", "ValueError: no")
        assert [turn.text for turn in chat.conversation.transcript] == ["a", "one", "b", "two"]
        assert chat.prompt.text == ("" if way == "again" else "other")


async def test_a_retry_has_a_temperature_of_its_own(scripted, opened):
    async with opened(scripted(["one"], ["two"], ["three"])) as chat:
        await chat.talk("a")
        await chat.say("/retry 1.25")
        await chat.ready()
        assert chat.said()[-1] == ("assistant", "two")
        assert "temperature 1.25" in chat.shown()
        await chat.talk("b")
        assert [sampling.temperature for sampling in chat.voice.samplings] == [0.5, 1.25, 0.5]


async def test_an_earlier_message_is_edited_and_what_followed_is_gone(scripted, opened, place, knows):
    async with opened(scripted(["one"], ["two"], ["three"]), place=place) as chat:
        await chat.talk("a", "b")
        await chat.pilot.press("ctrl+up", "up", "up", "up", "e")
        assert chat.prompt.text == "a"
        assert "Editing" in chat.shown()
        await chat.say("A!")
        await chat.ready()
        assert chat.said() == [("user", "A!"), ("assistant", "three")]
        assert knows(chat.conversation) == 2
        assert "Editing" not in chat.shown()
        assert [moment.turn.text for moment in chat.screen.store.load(1)[1]] == ["A!", "three"]


async def test_a_message_typed_while_loading_waits_and_is_sent_then(scripted, opened, until):
    gate, voice = threading.Event(), scripted(["hello"])

    def load():
        assert gate.wait(10)
        return Conversation(voice)

    chat = opened(voice, load=load)
    async with chat.app.run_test() as pilot:
        await pilot.press("h", "i", "enter")
        await until(lambda: "waiting for the model" in chat.shown())
        prompt = chat.app.screen.query_one(Prompt)
        prompt.text = "and this"
        await pilot.press("enter")
        assert prompt.text == "and this", "a second one stays where it is"
        gate.set()
        await until(lambda: "hello" in chat.shown())
        assert voice.heard == ["hi"]
        assert "waiting for the model" not in chat.shown()
        assert prompt.text == "and this"


async def test_a_failed_load_is_explained_and_loses_no_text(scripted, opened, until):
    gate = threading.Event()

    def load():
        assert gate.wait(10)
        raise BundleError("model [b]x[/b] is torn", expected="a whole one", remedy="train it again")

    chat = opened(scripted(), load=load)
    async with chat.app.run_test(size=(100, 24)) as pilot:
        await pilot.press("h", "i", "enter")
        gate.set()
        await until(lambda: "model [b]x[/b] is torn; expected a whole one; train it again" in chat.shown())
        prompt = chat.app.screen.query_one(Prompt)
        assert prompt.text == "hi"
        await pilot.press("enter")
        await pilot.pause()
        assert prompt.text == "hi"
        for keys in ("/again", "/model x", "/copy", "/load", "/export"):
            prompt.text = keys
            await pilot.press("enter")
        await pilot.press("ctrl+n", "ctrl+r", "ctrl+o", "ctrl+q")
    assert chat.app.return_code == 1
    assert isinstance(chat.app.load_error, BundleError)


async def test_it_opens_on_the_conversation_used_last_and_remembers(scripted, opened, place, knows):
    async with opened(scripted(["one"], ["two"]), place=place) as chat:
        await chat.talk("a", "b")
    async with opened(scripted(["three"]), place=place) as chat:
        assert chat.said() == [("user", "a"), ("assistant", "one"), ("user", "b"), ("assistant", "two")]
        assert chat.voice.heard == [], "nothing had to be read again"
        assert knows(chat.conversation) == 4
        await chat.talk("c")
        assert len(chat.screen.store.load(1)[1]) == 6
        await chat.pilot.press("up", "up")
        assert chat.prompt.text == "b", "what was sent before can be sent again"


async def test_opened_with_another_model_it_says_that_the_transcript_was_read_again(scripted, opened, place):
    async with opened(scripted(["one"]), place=place) as chat:
        await chat.talk("a")
    async with opened(scripted(name="other"), place=place, notifications=True) as chat:
        assert ("mark", "other goes on; it has read all of this") in chat.said()
        assert "other is another model than before: it has read the transcript again" in chat.told()
        assert chat.voice.heard == ["a"]


async def test_a_reply_that_was_lost_with_the_program_can_be_asked_for(scripted, opened, place):
    store = Store(place)
    conversation = Conversation(scripted())
    conversation.voice.replies = [[]]
    list(conversation.stream("still there?"))
    store.create(conversation.moments)
    store.close()
    async with opened(scripted(["Yes."]), place=place) as chat:
        assert "Ctrl+R asks for the reply" in chat.shown()
        await chat.pilot.press("ctrl+r")
        await chat.ready()
        assert chat.said() == [("user", "still there?"), ("assistant", "Yes.")]


async def test_a_damaged_database_is_set_aside_and_told(scripted, opened, place):
    place.parent.mkdir(parents=True)
    place.write_bytes(b"this is no database" * 100)
    async with opened(scripted(["hello"]), place=place) as chat:
        assert any(role == "notice" and "damaged" in text for role, text in chat.said())
        assert list(place.parent.glob("*damaged*"))
        await chat.talk("hi")
        assert len(chat.screen.store.load(1)[1]) == 2


async def test_where_nothing_can_be_kept_it_says_so_and_talks(scripted, opened, place):
    place.parent.parent.mkdir(exist_ok=True)
    place.parent.write_text("a file where a folder should be")
    async with opened(scripted(["hello"]), place=place) as chat:
        assert any(role == "notice" for role, _ in chat.said())
        await chat.talk("hi")
        assert chat.said()[-1] == ("assistant", "hello")


async def test_a_full_disk_is_told_once_and_the_talk_goes_on(scripted, opened, place):
    async with opened(scripted(["one"], ["two"], ["three"]), place=place, size=(120, 40)) as chat:
        await chat.talk("a")
        connection = chat.screen.store._database._connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        await chat.talk("long " * 10_000, "c")
        assert "NOT SAVED" in chat.shown()
        assert sum(role == "notice" for role, _ in chat.said()) == 1
        connection.execute("PRAGMA max_page_count = 100000")
        await chat.pilot.press("ctrl+r")
        await chat.ready()


async def test_changed_elsewhere_it_goes_on_in_a_copy_and_says_so(scripted, opened, place):
    async with opened(scripted(["one"], ["two"]), place=place) as chat:
        await chat.talk("a")
        elsewhere = Store(place)
        elsewhere.truncate(1, 1)
        elsewhere.close()
        await chat.talk("b")
        assert any(role == "notice" and "copy" in text for role, text in chat.said())
        assert chat.screen.saved.session == 2


async def test_a_long_conversation_keeps_few_widgets_and_the_end_in_view(scripted, opened):
    replies = [[f"reply {n}."] for n in range(60)]
    async with opened(scripted(*replies)) as chat:
        for n in range(55):
            await chat.talk(f"message {n}")
            assert len(chat.screen.query(MessageView)) <= 80
        assert "reply 54." in chat.shown()
        assert len(chat.said()) == 110

"""What the chat screen does with what is typed, said, stopped and failed."""

from __future__ import annotations

import threading

import pytest

from chatbot.errors import BundleError
from chatbot.ui.app import ChatApp
from chatbot.ui.screens.chat import Phase, duration
from chatbot.ui.widgets.message import MessageView
from chatbot.ui.widgets.prompt import Prompt
from chatbot.ui.widgets.transcript import Transcript


@pytest.fixture
def opened(scripted, until):
    """Opens the app on a conversation and waits until it is loaded."""

    class Opened:
        def __init__(self, talk, size=(80, 24)):
            self.app, self.talk = ChatApp(lambda: talk), talk
            self._running = self.app.run_test(size=size)

        async def __aenter__(self):
            self.pilot = await self._running.__aenter__()
            self.screen = self.app.screen
            self.prompt = self.screen.query_one(Prompt)
            await self.ready()
            return self

        async def __aexit__(self, *error):
            self.talk.cancel()
            await self._running.__aexit__(*error)

        async def ready(self):
            await until(lambda: self.screen.phase is Phase.READY)
            await self.pilot.pause()

        async def say(self, text):
            self.prompt.text = text
            await self.pilot.press("enter")

        def said(self):
            return [(entry.role.value, entry.text) for entry in self.screen.query_one(Transcript).entries]

    return Opened


async def test_a_message_is_sent_and_answered(scripted, opened, screen_text):
    async with opened(scripted(["Nice to ", "meet you, ", "Mara."])) as chat:
        await chat.say("Hi, my name is Mara.")
        await chat.ready()
        assert chat.talk.heard == ["Hi, my name is Mara."]
        assert chat.said() == [("user", "Hi, my name is Mara."), ("assistant", "Nice to meet you, Mara.")]
        assert chat.prompt.text == ""
        assert "Nice to meet you, Mara." in screen_text(chat.app)
        assert "Three things" not in screen_text(chat.app)


async def test_a_reply_is_shown_while_it_is_being_made(scripted, opened, until, screen_text):
    async with opened(scripted(["It is ", "raining", None, " hard."])) as chat:
        await chat.say("How is the weather?")
        await until(lambda: "It is raining" in screen_text(chat.app))
        assert "hard" not in screen_text(chat.app)
        chat.talk.go()
        await until(lambda: "It is raining hard." in screen_text(chat.app))


async def test_escape_stops_the_reply_and_keeps_what_was_said(scripted, opened, until, screen_text):
    async with opened(scripted(["It is", None, " raining"], ["Yes."])) as chat:
        await chat.say("How is the weather?")
        await until(lambda: "It is" in screen_text(chat.app))
        await chat.pilot.press("escape")
        await chat.ready()
        assert chat.said()[-1] == ("assistant", "It is")
        assert "stopped" in screen_text(chat.app)
        await chat.say("Really?")
        await chat.ready()
        assert chat.said()[-1] == ("assistant", "Yes.")


async def test_what_is_typed_while_a_reply_runs_stays(scripted, opened, until, screen_text):
    async with opened(scripted(["one", None, " two"])) as chat:
        await chat.say("first")
        await until(lambda: chat.talk.streaming)
        await chat.say("second")
        await until(lambda: "Still replying" in screen_text(chat.app))
        assert chat.prompt.text == "second"
        assert chat.talk.heard == ["first"]
        chat.talk.go()
        await chat.ready()
        assert chat.prompt.text == "second"


@pytest.mark.parametrize("typed", ["", "   ", "\n \n"])
async def test_nothing_but_blanks_is_not_sent(scripted, opened, until, screen_text, typed):
    async with opened(scripted()) as chat:
        await chat.say(typed)
        await until(lambda: "Type a message first" in screen_text(chat.app))
        assert chat.talk.heard == []
        assert chat.said() == []


async def test_a_failed_reply_says_why_gives_the_text_back_and_unlocks_the_prompt(scripted, opened, screen_text):
    async with opened(scripted(["par", RuntimeError("out of [bold]memory")], ["fine"])) as chat:
        await chat.say("tell me")
        await chat.ready()
        assert "RuntimeError: out of [bold]memory" in screen_text(chat.app)
        assert ("assistant", "par") in chat.said()
        assert chat.prompt.text == "tell me"
        await chat.pilot.press("enter")
        await chat.ready()
        assert chat.said()[-1] == ("assistant", "fine")


async def test_a_text_given_back_goes_before_what_was_typed_since(scripted, opened, until):
    async with opened(scripted(["par", None, ValueError("no")])) as chat:
        await chat.say("first")
        await until(lambda: chat.talk.streaming)
        chat.prompt.text = "second"
        chat.talk.go()
        await chat.ready()
        assert chat.prompt.text == "first\nsecond"


async def test_a_new_conversation_forgets_everything(scripted, opened, screen_text):
    async with opened(scripted(["hello"])) as chat:
        await chat.say("hi")
        await chat.ready()
        await chat.pilot.press("ctrl+n")
        await chat.pilot.pause()
        assert chat.talk.resets == 1
        assert chat.said() == []
        assert "Three things to try" in screen_text(chat.app)


async def test_a_new_conversation_waits_for_the_end_of_the_running_reply(scripted, opened, until, screen_text):
    async with opened(scripted(["hello", None, " again"])) as chat:
        await chat.say("hi")
        await until(lambda: "hello" in screen_text(chat.app))
        await chat.pilot.press("ctrl+n")  # the script asserts that no reset comes while it streams
        await until(lambda: chat.talk.resets == 1)
        await chat.ready()
        assert chat.said() == []


async def test_what_was_said_before_is_shown(scripted, opened, turn, screen_text):
    async with opened(scripted(turns=(turn("user", "remember?"), turn("assistant", "I do.")))) as chat:
        assert chat.said() == [("user", "remember?"), ("assistant", "I do.")]
        assert "I do." in screen_text(chat.app)


async def test_a_message_typed_while_loading_waits_and_is_sent_then(scripted, until, screen_text):
    gate, talk = threading.Event(), scripted(["hello"])

    def load():
        assert gate.wait(10)
        return talk

    app = ChatApp(load)
    async with app.run_test() as pilot:
        await pilot.press("h", "i", "enter")
        await until(lambda: "waiting for the model" in screen_text(app))
        prompt = app.screen.query_one(Prompt)
        prompt.text = "and this"
        await pilot.press("enter")
        assert prompt.text == "and this", "a second one stays where it is"
        gate.set()
        await until(lambda: "hello" in screen_text(app))
        assert talk.heard == ["hi"]
        assert "waiting for the model" not in screen_text(app)
        assert prompt.text == "and this"


async def test_a_failed_load_is_explained_and_loses_no_text(until, screen_text):
    gate = threading.Event()

    def load():
        assert gate.wait(10)
        raise BundleError("model [b]x[/b] is torn", expected="a whole one", remedy="train it again")

    app = ChatApp(load)
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.press("h", "i", "enter")
        gate.set()
        await until(lambda: "model [b]x[/b] is torn; expected a whole one; train it again" in screen_text(app))
        prompt = app.screen.query_one(Prompt)
        assert prompt.text == "hi"
        await pilot.press("enter")
        await pilot.pause()
        assert prompt.text == "hi"
        await pilot.press("ctrl+q")
    assert app.return_code == 1
    assert isinstance(app.load_error, BundleError)


async def test_neither_the_model_nor_the_user_can_use_markup_or_control_codes(scripted, opened, screen_text):
    reply = ["[red]x[/red] \x1b[3", "1mred\x1b[0m \u202egnp.exe \x07[@click=app.quit]y[/]"]
    async with opened(scripted(reply, name="[b]m[/b]\x1b]0;title\x07")) as chat:
        await chat.say("[blink]hey[/blink]")
        await chat.ready()
        shown = screen_text(chat.app)
        assert "[red]x[/red] red gnp.exe [@click=app.quit]y[/]" in shown
        assert "[blink]hey[/blink]" in shown
        assert "[b]m[/b]" in shown
        assert not {"\x1b", "\x07", "\u202e"} & set(shown)


@pytest.mark.parametrize("size", [(40, 12), (300, 100)])
async def test_it_works_in_terminals_small_and_large(scripted, opened, screen_text, size):
    async with opened(scripted(["The end of a long reply. " * 8, "Done."]), size=size) as chat:
        await chat.say("a\n" * 30 + "b")
        await chat.ready()
        chat.prompt.text = "line\n" * 30
        await chat.pilot.pause()
        shown = screen_text(chat.app)
        assert "Done." in shown
        assert "LSTM" in shown
        assert "Quit" in shown
        assert chat.prompt.region.height <= (5 if size[1] < 20 else 12)
        assert chat.prompt.region.bottom == size[1] - 1, "the prompt stands on the footer"


async def test_a_long_conversation_keeps_few_widgets_and_the_end_in_view(scripted, opened, turn, screen_text):
    past = tuple(turn(role, f"{role} {n}") for n in range(150) for role in ("user", "assistant"))
    async with opened(scripted(*[[f"reply {n}."] for n in range(15)], turns=past)) as chat:
        assert "assistant 149" in screen_text(chat.app)
        for n in range(15):
            await chat.say(f"message {n}")
            await chat.ready()
            assert f"reply {n}." in screen_text(chat.app)
            assert len(chat.screen.query(MessageView)) <= 80
        assert len(chat.said()) == 330


async def test_page_keys_scroll_the_transcript_and_the_reader_is_left_in_peace(
    scripted, opened, turn, until, screen_text
):
    past = tuple(turn(role, f"{role} {n}") for n in range(12) for role in ("user", "assistant"))

    async with opened(scripted(["a", None, "b\n" * 30 + "c"], turns=past)) as chat:

        def rows():
            return [line[:70] for line in screen_text(chat.app).splitlines()[1:19]]  # without the scroll bar

        await chat.say("more")
        await until(lambda: chat.talk.streaming)
        await chat.pilot.press("pageup", "pageup")
        before = rows()
        assert not any("more" in row for row in before)
        chat.talk.go()
        await chat.ready()
        assert rows() == before
        await chat.pilot.press(*["pagedown"] * 6)
        await until(lambda: any(row.split() == ["┃", "c"] for row in rows()))


@pytest.mark.parametrize(("seconds", "text"), [(0.0123, "12 ms"), (0.9, "900 ms"), (1.26, "1.3 s")])
def test_durations_are_short_to_read(seconds, text):
    assert duration(seconds) == text

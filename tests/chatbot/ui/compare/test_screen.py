"""Laws of the comparison on the screen: all answer, each in its column; the chat stays as it was."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.ui.screens.conversation import Phase
from chatbot.ui.widgets.completions import Completions
from tests.chatbot.ui.test_pictures import take

SIZES = [(60, 20), (100, 30), (300, 100)]


async def test_all_answer_the_same_message_each_in_its_column(compared: Any) -> None:
    async with compared() as found:
        await found.type("How are you?")
        await found.type("//Really?")
        assert found.said() == [
            [("user", "How are you?"), ("assistant", "Hello there"), ("user", "/Really?"), ("assistant", "Yes")],
            [("user", "How are you?"), ("assistant", "Good day"), ("user", "/Really?"), ("assistant", "No")],
        ]


async def test_what_was_said_in_the_chat_is_read_by_all_and_the_chat_stays(
    scripted: Any, opened: Any, compared: Any, until: Any, knows: Any
) -> None:
    first, other = scripted(["Hi"], ["Yes"], ["Well"]), scripted(["No"], name="small", cell="gru")
    async with opened(first, other) as chat:
        await chat.talk("I am Ada.")
        await chat.say("/compare gru")
        await until(lambda: len(chat.app.screen_stack) > 1 and chat.app.screen.phase is Phase.READY)
        await chat.pilot.pause()
        screen = chat.app.screen
        assert [side.conversation.transcript for side in screen.comparison.sides] == [chat.conversation.transcript] * 2
        screen.prompt.put("And now?")
        await chat.pilot.press("enter")
        await until(lambda: screen.comparison.log and screen.phase is Phase.READY)
        await chat.pilot.press("escape")
        await until(lambda: len(chat.app.screen_stack) == 1)
        assert chat.said() == [("user", "I am Ada."), ("assistant", "Hi")]
        assert knows(chat.conversation) == 2
        await chat.talk("Still there?")
        assert chat.said()[-1] == ("assistant", "Well")


async def test_pieces_are_seen_as_they_come_and_esc_stops_all(compared: Any, scripted: Any) -> None:
    voices = scripted(["Hel", None, "lo"]), scripted(["Good ", None, "day"], name="small", cell="gru")
    async with compared(*voices) as found:
        await found.type("Hi", wait=False)
        await found.until(lambda: "Hel" in found.said()[0][-1][1])
        await found.type("Too early", wait=False)
        assert found.screen.phase is Phase.REPLYING
        assert "Esc stops" in str(found.screen.prompt.border_subtitle)
        assert found.screen.prompt.text == "Too early"
        await found.pilot.press("escape")
        await found.ready()
        assert [answer.stopped for answer in found.screen.comparison.log[0].answers] == [True, True]
        assert [column[-1] for column in found.said()] == [("assistant", "Hel"), ("assistant", "Good")]


async def test_one_that_fails_says_so_in_its_column(compared: Any, scripted: Any) -> None:
    async with compared(scripted([RuntimeError("[red]burnt")]), scripted(["Day"], name="small", cell="gru")) as found:
        await found.type("Hi")
        broken, well = found.said()
        assert broken[-1] == ("notice", "RuntimeError: [red]burnt")
        assert well[-1] == ("assistant", "Day")
        assert "[red]burnt" in found.chat.shown()


@pytest.mark.parametrize("command", ["/compare heat=1", "/compare default default default default default"])
async def test_what_cannot_be_compared_leads_back_to_the_chat(
    scripted: Any, opened: Any, until: Any, command: str
) -> None:
    async with opened(scripted(["Hi"])) as chat:
        await chat.say(command)
        await until(lambda: chat.told())
        await until(lambda: len(chat.app.screen_stack) == 1)
        await chat.talk("Hello")
        assert chat.said()[-1] == ("assistant", "Hi")


async def test_commands_and_names_are_completed(compared: Any) -> None:
    async with compared() as found:
        for typed, labels in (("/rep", ["/replace"]), ("/replace 1 sm", ["small"]), ("/add small te", ["temp="])):
            found.screen.prompt.put(typed)
            await found.pilot.pause()
            offered = found.screen.query_one(Completions)._found
            assert [each.label.split()[0] for each in offered][: len(labels)] == labels
        assert offered[0].text == "/add small temp="
        await found.pilot.press("escape")
        assert found.screen.prompt.text == ""


async def test_what_is_no_command_is_said_and_left_standing(compared: Any) -> None:
    async with compared() as found:
        await found.type("/fork")
        assert "/fork" in str(found.screen.prompt.border_subtitle)
        assert found.screen.prompt.text == "/fork"
        await found.type("")
        assert "Type a message" in str(found.screen.prompt.border_subtitle)


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_where_it_is_shown(compared: Any, size: tuple[int, int]) -> None:
    async with compared(size=size) as found:
        await found.type("Hi")
        picture = await take(found.chat, size)
        for part in ("1 default", "Hello there", "Enter asks all", "seed 1", "Back"):
            assert part in picture.text, part
        if found.screen.columns.single:
            await found.pilot.press("f3")
            picture = await take(found.chat, size)
        for part in ("2 small", "Good day", "gru 2×256"):
            assert part in picture.text, part


async def test_help_names_the_keys_and_commands_of_the_comparison(compared: Any) -> None:
    async with compared(size=(120, 60)) as found:
        await found.pilot.press("f1")
        await found.pilot.pause()
        shown = found.chat.shown()
        assert "compare.leave" in shown
        assert "/add" in shown
        assert "/edit" not in shown


async def test_a_message_is_copied_by_keyboard(compared: Any) -> None:
    async with compared() as found:
        await found.type("Hi")
        await found.pilot.press("ctrl+up", "c")
        await found.pilot.pause()
        assert found.chat.app.clipboard == "Hello there"
        assert found.screen.prompt.has_focus

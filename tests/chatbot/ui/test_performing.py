"""What commands do."""

from __future__ import annotations

import pytest
from textual.command import CommandPalette

from chatbot.ui.commands import COMMANDS
from chatbot.ui.performing import _NUMBERS, Performer
from chatbot.ui.screens.help import HelpScreen


def test_every_command_of_the_table_does_something():
    for command in COMMANDS:
        assert command.name in _NUMBERS or callable(getattr(Performer, f"do_{command.name}"))


async def test_the_model_is_switched_and_the_change_is_marked(scripted, opened, place, knows):
    other = scripted(["I am two."], name="two", cell="gru")
    async with opened(scripted(["one"]), other, place=place) as chat:
        await chat.talk("a")
        await chat.say("/model two")
        await chat.ready()
        assert other.heard == ["a"], "it reads the transcript"
        assert knows(chat.conversation) == 2
        assert chat.said()[-1] == ("mark", "two goes on; it has read all of this")
        assert "GRU" in chat.shown()
        await chat.talk("b")
        assert [role for role, _ in chat.said()] == ["user", "assistant", "mark", "user", "assistant"]
        await chat.say("/model default")
        await chat.ready()
        assert chat.said()[-1][0] == "mark"
        assert [m.facts.model for m in chat.screen.store.load(1)[1]] == [None, "default", None, "two"]
    async with opened(other, place=place) as chat:
        roles = [role for role, _ in chat.said()]
        assert roles == ["user", "assistant", "mark", "user", "assistant"], "the mark is there next week as well"


async def test_a_cell_is_a_model_that_has_it(scripted, opened):
    async with opened(scripted(["one"]), scripted(name="two", cell="gru"), size=(120, 30)) as chat:
        await chat.talk("a")
        await chat.pilot.pause(0.1)
        await chat.say("/cell gru")
        await chat.ready()
        assert chat.conversation.model.name == "two"
        await chat.say("/cell rnn")
        await chat.ready()
        assert "expected one of gru, lstm" in chat.told()[-1]


async def test_a_model_that_is_not_there_changes_nothing(scripted, opened):
    async with opened(scripted(["one"], ["two"])) as chat:
        await chat.talk("a")
        await chat.say("/model nothing")
        await chat.ready()
        assert "KeyError" in chat.told()[-1]
        await chat.talk("b")
        assert chat.said()[-1] == ("assistant", "two")


async def test_how_replies_are_chosen_is_changed_told_and_taken_along(scripted, opened):
    async with opened(scripted(), scripted(name="two")) as chat:
        for typed in ("/temp 0.9", "/topk 7", "/topp 0.5", "/seed 3"):
            await chat.say(typed)
        await chat.pilot.pause()
        sampling = chat.conversation.sampling
        assert (sampling.temperature, sampling.top_k, sampling.top_p, sampling.seed) == (0.9, 7, 0.5, 3)
        assert "temperature: 0.9 (the model recommends 0.5)" in chat.told()
        await chat.say("/seed none")
        await chat.say("/model two")
        await chat.ready()
        sampling = chat.conversation.sampling
        assert (sampling.temperature, sampling.seed) == (0.9, None)
        assert chat.conversation.model.name == "two"


@pytest.mark.parametrize("typed", ["/temp -1", "/topp 2", "/topk x", "/seed 1.5", "/retry 1", "/edit 1", "/theme x"])
async def test_what_cannot_be_is_refused_and_explained(scripted, opened, typed):
    async with opened(scripted()) as chat:
        await chat.say(typed)
        await chat.ready()
        assert "expected" in chat.told()[-1]


async def test_without_a_value_one_is_told_or_offered(scripted, opened, until):
    async with opened(scripted(["one"], ["two"])) as chat:
        await chat.talk("a")
        await chat.say("/topk")
        await chat.pilot.pause()
        assert chat.told()[-1] == "top-k: 40"
        await chat.pilot.press("ctrl+t")
        await until(lambda: isinstance(chat.app.screen, CommandPalette) and "wild" in chat.shown())
        await chat.pilot.press(*"1.5", "enter")
        await until(lambda: len(chat.voice.samplings) == 2)
        await chat.ready()
        assert chat.voice.samplings[-1].temperature == 1.5


async def test_the_memory_is_wiped_and_the_transcript_stays(scripted, opened, knows):
    async with opened(scripted(["one"], ["two"])) as chat:
        await chat.talk("a")
        await chat.say("/reset")
        await chat.ready()
        assert knows(chat.conversation) == 0
        assert chat.said()[-1][0] == "mark"
        await chat.talk("b")
        assert knows(chat.conversation) == 2
        assert len(chat.conversation.transcript) == 4


async def test_the_comparison_opens_over_the_chat(scripted, opened, until):
    async with opened(scripted()) as chat:
        await chat.say("/compare default default temp=1")
        await until(lambda: len(chat.app.screen_stack) == 2)
        await until(lambda: "temperature 1" in chat.shown())


async def test_messages_are_edited_by_their_number(scripted, opened):
    async with opened(scripted(["one"], ["two"])) as chat:
        await chat.talk("a", "b")
        await chat.say("/edit")
        assert chat.prompt.text == "b"
        await chat.pilot.press("escape")
        await chat.say("/edit 1")
        assert chat.prompt.text == "a"
        await chat.pilot.press("escape")
        await chat.say("/edit 3")
        await chat.pilot.pause()
        assert "expected 1 to 2" in chat.told()[-1]


async def test_help_and_leaving(scripted, opened):
    async with opened(scripted()) as chat:
        await chat.say("/help")
        await chat.pilot.pause()
        assert isinstance(chat.app.screen, HelpScreen)
        await chat.pilot.press("escape")
        await chat.pilot.pause()
        await chat.say("/quit")
        await chat.pilot.pause()
    assert chat.app.return_code == 0


@pytest.mark.parametrize(("then", "remembered"), [((), 2), (("more",), 2)])
async def test_a_wipe_says_that_it_is_kept_once_more_is_said(scripted, opened, place, knows, then, remembered):
    async with opened(scripted(["a"], ["b"]), place=place) as chat:
        await chat.talk("hi")
        await chat.say("/reset")
        await chat.ready()
        assert chat.said()[-1][1].endswith("nothing above is remembered (this is kept once more is said)")
        assert knows(chat.conversation) == 0
        await chat.talk(*then)
    async with opened(scripted(), place=place) as chat:
        assert knows(chat.conversation) == remembered, "all of it, or what came after the wipe"


async def test_a_wipe_of_what_is_kept_nowhere_says_nothing_of_keeping(scripted, opened):
    async with opened(scripted(["a"])) as chat:
        await chat.talk("hi")
        await chat.say("/reset")
        await chat.ready()
        assert chat.said()[-1][1].endswith("nothing above is remembered")

"""A window of widgets over a list of entries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.app import App

import chatbot.ui
from chatbot.conversation.insight import Look
from chatbot.ui.widgets.message import Entry, MessageView, Role
from chatbot.ui.widgets.transcript import MOUNTED, Transcript, marks_of


class Host(App[None]):
    """A transcript, dressed as in the chat."""

    CSS_PATH = Path(chatbot.ui.__file__).with_name("chat.tcss")

    def compose(self):
        yield Transcript()

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    def mounted(self) -> list[str]:
        return [view.entry.text for view in self.query(MessageView)]


@pytest.fixture
def many():
    """Some numbered entries."""
    return lambda count, start=0: [Entry(Role.USER, f"entry {n}") for n in range(start, start + count)]


async def test_an_empty_transcript_welcomes_and_a_filled_one_does_not(many, screen_text):
    app = Host()
    async with app.run_test() as pilot:
        assert "Three things to try" in screen_text(app)
        app.transcript.extend(many(1))
        await pilot.pause()
        assert "Three things to try" not in screen_text(app)
        assert "entry 0" in screen_text(app)
        app.transcript.clear()
        await pilot.pause()
        assert "Three things to try" in screen_text(app)
        assert app.mounted() == []


async def test_however_long_it_gets_the_mounted_part_is_the_end_and_bounded(many, screen_text):
    app = Host()
    async with app.run_test() as pilot:
        for start in range(0, 300, 15):
            app.transcript.extend(many(15, start))
            await pilot.pause()
            mounted = app.mounted()
            assert len(mounted) <= MOUNTED
            assert mounted == [f"entry {n}" for n in range(start + 15 - len(mounted), start + 15)]
        assert len(app.transcript.entries) == 300
        assert "entry 299" in screen_text(app)


async def settled(pilot, screen_text) -> str:
    """What the screen shows once nothing moves on it any more: a page is turned in several steps."""
    before, shown = None, screen_text(pilot.app)
    while shown != before:
        await pilot.pause()
        before, shown = shown, screen_text(pilot.app)
    return shown


async def test_scrolling_up_reaches_the_first_entry_and_down_the_last(many, screen_text, until):
    app = Host()
    async with app.run_test() as pilot:
        app.transcript.extend(many(200))
        await pilot.pause()
        shown = screen_text(app)
        seen = set(re.findall(r"entry \d+", shown))
        for _ in range(300):
            app.transcript.scroll_page_up(animate=False)
            await pilot.pause()
            shown = await settled(pilot, screen_text)
            assert len(app.mounted()) <= MOUNTED
            seen |= set(re.findall(r"entry \d+", shown))
            if "entry 0 " in shown:
                break
        assert "entry 0 " in shown
        assert "earlier message" not in shown
        assert len(seen) == 200, "the reader saw them all on the way up"
        seen = set(re.findall(r"entry \d+", shown))
        for _ in range(300):
            app.transcript.scroll_page_down(animate=False)
            await pilot.pause()
            shown = await settled(pilot, screen_text)
            assert len(app.mounted()) <= MOUNTED
            seen |= set(re.findall(r"entry \d+", shown))
            if "entry 199" in seen:
                break
        assert len(seen) == 200, "and on the way down"


async def test_the_number_of_messages_not_mounted_is_told(many, screen_text):
    app = Host()
    async with app.run_test() as pilot:
        app.transcript.extend(many(1_300))
        await pilot.pause()
        app.transcript.scroll_to(y=1, animate=False)
        await pilot.pause()
        hidden = 1_300 - len(app.mounted())
        assert f"… {hidden:,} earlier messages" in str(app.query_one("#earlier").render())
        assert app.query_one("#earlier").display
        assert not app.query_one("#later").display


async def test_it_follows_growing_text_until_the_reader_scrolls_up(many, screen_text):
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        reply = Entry(Role.ASSISTANT, "begin", live=True)
        app.transcript.extend([*many(20), reply])
        await pilot.pause()
        reply.text += "\nmore" * 30 + "\nthe end"
        app.transcript.refresh_entry(reply)
        await pilot.pause()
        assert "the end" in screen_text(app)
        app.transcript.scroll_page_up(animate=False)
        await pilot.pause()
        before = screen_text(app)
        reply.text += "\nand on" * 30
        app.transcript.refresh_entry(reply)
        await pilot.pause()
        assert [line[:50] for line in screen_text(app).splitlines()] == [line[:50] for line in before.splitlines()]
        app.transcript.extend(many(1, 20))
        await pilot.pause()
        assert "entry 20" in screen_text(app)


async def test_an_entry_can_be_taken_away(many):
    app = Host()
    async with app.run_test() as pilot:
        entries = many(3)
        app.transcript.extend(entries)
        await pilot.pause()
        app.transcript.remove_entry(entries[1])
        await pilot.pause()
        assert app.mounted() == ["entry 0", "entry 2"]


async def test_entries_are_replaced_and_what_stays_is_not_drawn_anew(many):
    app = Host()
    async with app.run_test() as pilot:
        app.transcript.extend(many(5))
        await pilot.pause()
        before = list(app.query(MessageView))
        app.transcript.replace([*many(3), *many(2, 7)])
        await pilot.pause()
        assert app.mounted() == ["entry 0", "entry 1", "entry 2", "entry 7", "entry 8"]
        assert list(app.query(MessageView))[:3] == before[:3]
        app.transcript.replace([])
        await pilot.pause()
        assert app.mounted() == []


async def test_entries_are_replaced_wherever_the_window_is(many, screen_text):
    app = Host()
    async with app.run_test() as pilot:
        app.transcript.extend(many(300))
        await pilot.pause()
        app.transcript.replace(many(100))
        await pilot.pause()
        assert app.mounted()[-1] == "entry 99"
        assert len(app.mounted()) <= MOUNTED
        app.transcript.replace(many(5_000, 1_000))
        await pilot.pause()
        assert "entry 5999" in screen_text(app)
        assert len(app.mounted()) <= MOUNTED


async def test_facts_are_shown_or_not(screen_text):
    app = Host()
    async with app.run_test() as pilot:
        app.transcript.extend([Entry(Role.ASSISTANT, "text", facts="1.0 s · [b]fast[/b]")])
        await pilot.pause()
        assert "1.0 s · [b]fast[/b]" in screen_text(app)
        app.transcript.show_facts(False)
        await pilot.pause()
        assert "fast" not in screen_text(app)
        app.transcript.extend([Entry(Role.ASSISTANT, "more", facts="2.0 s")])
        await pilot.pause()
        assert "2.0 s" not in screen_text(app)


async def test_the_last_message_can_be_focused_but_no_notice():
    app = Host()
    async with app.run_test() as pilot:
        assert not app.transcript.focus_last()
        app.transcript.extend([Entry(Role.USER, "a", turn=0), Entry(Role.NOTICE, "n"), Entry(Role.MARK, "m")])
        await pilot.pause()
        assert app.transcript.focus_last()
        await pilot.pause()
        assert isinstance(app.focused, MessageView)
        assert app.focused.entry.text == "a"


def look(turn: int, start: int, end: int, weight: float, copied: float = 0.0) -> Look:
    return Look(turn, start, end, "", weight, copied)


def test_words_stand_out_by_their_share_of_the_strongest_and_copied_ones_always():
    looks = [look(0, 0, 1, 0.5), look(0, 2, 3, 0.11), look(1, 0, 4, 0.09), look(2, 0, 4, 0.001, copied=0.8)]
    marks = marks_of(looks)
    assert {turn: [(mark.start, mark.end) for mark in each] for turn, each in marks.items()} == {
        0: [(0, 1), (2, 3)],
        2: [(0, 4)],
    }
    assert "bold" in marks[0][0].style
    assert "bold" not in marks[0][1].style
    assert ["underline" in marks[turn][0].style for turn in (0, 2)] == [False, True]
    assert marks_of([]) == {}


async def test_marks_are_shown_and_taken_away_mounted_or_not(many):
    app = Host()
    async with app.run_test() as pilot:
        entries = many(100)
        for number, entry in enumerate(entries):
            entry.turn = number
        app.transcript.extend(entries)
        await pilot.pause()
        app.transcript.mark([look(0, 0, 5, 0.5), look(99, 0, 5, 0.5)])
        view = app.query(MessageView).last()
        assert entries[0].marks
        assert view.entry is entries[99]
        assert any("accent" in str(span.style) for span in view.content.spans)
        app.transcript.mark([])
        assert not entries[0].marks
        assert not any("accent" in str(span.style) for span in view.content.spans)

"""Typing, new lines, pasting and sending."""

from __future__ import annotations

import pytest
from textual import events
from textual.app import App

from chatbot.ui.commands import Completion
from chatbot.ui.widgets.completions import Completions
from chatbot.ui.widgets.prompt import Prompt


class Host(App[None]):
    """A prompt and a list of what it submitted."""

    CSS = "Prompt { height: auto; max-height: 12; }"

    def __init__(self) -> None:
        super().__init__()
        self.submitted: list[str] = []

    def compose(self):
        completions = Completions()
        yield completions
        yield Prompt(completions)

    def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        self.submitted.append(event.text)

    @property
    def prompt(self) -> Prompt:
        return self.query_one(Prompt)


async def test_enter_submits_and_leaves_the_text_to_whoever_takes_it():
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press("h", "i", "enter")
        await pilot.pause()
        assert app.submitted == ["hi"]
        assert app.prompt.text == "hi"


@pytest.mark.parametrize("keys", [["shift+enter"], ["ctrl+j"], ["backslash", "enter"]])
async def test_three_ways_to_a_new_line(keys):
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press("a", *keys, "b")
        assert app.prompt.text == "a\nb"
        assert app.submitted == []
        await pilot.press("enter")
        await pilot.pause()
        assert app.submitted == ["a\nb"]


async def test_a_backslash_elsewhere_is_an_ordinary_character():
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press("a", "backslash", "b", "enter")
        await pilot.pause()
        assert app.submitted == ["a\\b"]


async def test_a_new_line_replaces_the_selection():
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press("a", "b", "c", "shift+left", "ctrl+j")
        assert app.prompt.text == "ab\n"


async def test_it_grows_with_the_text_up_to_ten_rows():
    app = Host()
    async with app.run_test() as pilot:
        heights = []
        for lines in (1, 4, 10, 40):
            app.prompt.text = "\n".join("x" * lines)
            await pilot.pause()
            heights.append(app.prompt.content_size.height)
        assert heights == [1, 4, 10, 10]


@pytest.mark.parametrize("text", ["x" * 100_000, "some words " * 9_000, "a line\n" * 14_000])
async def test_a_huge_paste_arrives_whole(text, until):
    app = Host()
    async with app.run_test() as pilot:
        app.post_message(events.Paste(text))
        await until(lambda: app.prompt.text)
        await pilot.pause()
        assert app.prompt.text == text
        assert app.prompt.content_size.height == 10
        await pilot.press("enter")
        await until(lambda: app.submitted)
        assert app.submitted == [text]


async def test_a_paste_brings_no_control_codes(until):
    app = Host()
    async with app.run_test():
        app.post_message(events.Paste("a\x1b[31mb\x1b]0;title\x07\u202ec\r\nd"))
        await until(lambda: app.prompt.text)
        assert app.prompt.text == "abc\nd"


async def test_a_hint_goes_when_the_user_types_on():
    app = Host()
    async with app.run_test() as pilot:
        app.prompt.stand("standing [b]text[/b]")
        app.prompt.hint("a hint")
        assert "a hint" in str(app.prompt.border_subtitle)
        await pilot.press("x")
        await pilot.pause()
        assert "a hint" not in str(app.prompt.border_subtitle)
        assert "standing" in str(app.prompt.border_subtitle)


@pytest.mark.parametrize(("typed", "result"), [("", "failed"), ("  ", "failed"), ("new", "failed\nnew")])
async def test_a_text_given_back_is_joined_with_what_was_typed_since(typed, result):
    app = Host()
    async with app.run_test():
        app.prompt.text = typed
        app.prompt.give_back("failed")
        assert app.prompt.text == result


async def test_enter_does_not_overtake_the_letters_typed_just_before_it():
    app = Host()
    async with app.run_test() as pilot:
        for key in "hello":  # all at once, as a fast typist or a busy machine delivers them
            app.post_message(events.Key(key, key))
        app.post_message(events.Key("enter", "\r"))
        await pilot.pause()
        await pilot.pause()
        assert app.submitted == ["hello"]


async def test_up_on_the_first_row_and_down_on_the_last_walk_through_what_was_sent():
    app = Host()
    async with app.run_test() as pilot:
        app.prompt.past.fill(["first", "second\nwith two rows"])
        await pilot.press("d", "up")
        assert app.prompt.text == "second\nwith two rows"
        await pilot.press("up")
        assert app.prompt.text == "second\nwith two rows", "the cursor went up a row"
        await pilot.press("up")
        assert app.prompt.text == "first"
        await pilot.press("up")
        assert app.prompt.text == "first"
        await pilot.press("down", "down")
        assert app.prompt.text == "d", "what was being typed is not lost"
        await pilot.press("down")
        assert app.prompt.text == "d"


async def test_up_in_a_long_wrapped_line_moves_the_cursor_first():
    app = Host()
    async with app.run_test(size=(20, 10)) as pilot:
        app.prompt.past.add("sent")
        app.prompt.put("words " * 10)
        await pilot.pause()
        await pilot.press("up")
        assert app.prompt.text == "words " * 10


async def test_while_completions_show_the_keys_are_theirs():
    app = Host()
    async with app.run_test() as pilot:
        app.prompt.put("/t")
        found = [Completion(text, text, "", complete=done) for text, done in (("/temp ", False), ("/train", True))]
        app.query_one(Completions).offer(found)
        await pilot.press("tab")
        assert app.prompt.text == "/temp "
        assert app.prompt.has_focus
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.submitted == ["/train"]


async def test_a_suggestion_for_another_text_is_not_shown():
    app = Host()
    async with app.run_test() as pilot:
        app.prompt.put("one")
        app.prompt.suggest("on", "ce")
        assert app.prompt.suggestion == ""
        app.prompt.suggest("one", " two")
        assert app.prompt.suggestion == " two"
        await pilot.press("backspace")
        await pilot.pause()
        assert app.prompt.suggestion == ""


async def test_what_stands_on_the_edges_is_no_markup(screen_text):
    app = Host()
    app.CSS = "Prompt { height: 5; border: round red; }"
    async with app.run_test() as pilot:
        app.prompt.head("[b]title[/b]")
        app.prompt.hint("[i]hint[/i]")
        await pilot.pause()
        assert "[b]title[/b]" in screen_text(app)
        assert "[i]hint[/i]" in screen_text(app)

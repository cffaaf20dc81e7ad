"""How one entry is drawn."""

from __future__ import annotations

import pytest
from textual.app import App

from chatbot.ui.widgets.message import SHOWN_CHARACTERS, Entry, Mark, MessageView, Role


def test_label_note_and_text_stand_in_this_order():
    assert Entry(Role.USER, "hello\nthere", note="waiting").content().plain == "You  waiting\nhello\nthere"


def test_every_role_has_a_label_of_its_own():
    labels = {Entry(role, "x").content().plain.splitlines()[0] for role in Role}
    assert len(labels) == len(Role)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[red]x[/red]", "[red]x[/red]"),
        ("[/]", "[/]"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("a\u202eb\u2066c", "abc"),
        ("\x1b]8;;http://x\x07link", "link"),
    ],
)
def test_text_is_neither_markup_nor_control_code(text, shown):
    content = Entry(Role.ASSISTANT, text, note=text).content()
    assert content.plain == f"Chatbot  {shown}\n{shown}"
    assert {str(span.style) for span in content.spans} == {"bold", "dim"}


def test_an_escape_sequence_split_over_two_pieces_is_still_one():
    entry = Entry(Role.ASSISTANT, "a\x1b[3")
    entry.text += "1mb"
    assert entry.content().plain == "Chatbot\nab"


def test_a_huge_text_is_drawn_in_part_and_says_so():
    plain = Entry(Role.USER, "x" * (SHOWN_CHARACTERS + 1234)).content().plain
    assert plain.count("x") == SHOWN_CHARACTERS
    assert plain.endswith("… 1,234 more characters, not shown")


def test_an_empty_reply_is_visible_as_such_and_a_running_one_as_running():
    assert Entry(Role.ASSISTANT).content().plain == "Chatbot\n(nothing)"
    assert Entry(Role.ASSISTANT, "so", live=True).content().plain == "Chatbot\nso▍"


def test_facts_stand_under_the_text_unless_they_are_hidden():
    entry = Entry(Role.ASSISTANT, "text", facts="1.0 s · \x1b[1mx")
    assert entry.content().plain == "Chatbot\ntext\n1.0 s · x"
    assert entry.content(facts=False).plain == "Chatbot\ntext"


def test_a_mark_is_one_line():
    assert Entry(Role.MARK, "gru\ngoes on").content().plain == "── gru goes on ──"


class Host(App[None]):
    """Some messages, and what was chosen of them."""

    def __init__(self, *entries: Entry) -> None:
        super().__init__()
        self.entries = entries
        self.chosen: list[tuple[str, str]] = []

    def compose(self):
        yield from map(MessageView, self.entries)

    def on_message_view_chosen(self, event: MessageView.Chosen) -> None:
        self.chosen.append((event.entry.text, event.what))


async def test_keys_of_a_focused_message_report_what_to_do_with_it():
    app = Host(Entry(Role.USER, "mine", turn=0), Entry(Role.ASSISTANT, "yours", turn=1))
    async with app.run_test() as pilot:
        app.query(MessageView).first().focus()
        await pilot.press("c", "e", "f", "down", "e", "f", "down")
        await pilot.pause()
    done = [("mine", "copy"), ("mine", "edit"), ("mine", "fork"), ("yours", "fork"), ("yours", "leave")]
    assert app.chosen == done


async def test_what_is_no_turn_can_only_be_copied():
    app = Host(Entry(Role.USER, "mine"))
    async with app.run_test() as pilot:
        app.query(MessageView).first().focus()
        await pilot.press("c", "e", "f", "up")
        await pilot.pause()
    assert app.chosen == [("mine", "copy")]


@pytest.mark.parametrize(
    ("text", "word", "shown"),
    [
        ("I am Mara.", "Mara", "I am Mara."),
        ("\n\nI am [b]Mara", "Mara", "I am [b]Mara"),
        ("\x1b[31mI\u202e am\r\n Mara", "Mara", "I am\n Mara"),
        ("日本 Mara", "Mara", "日本 Mara"),
    ],
)
def test_a_marked_word_stands_out_where_it_is_shown(text, word, shown):
    start = text.index(word)
    content = Entry(Role.USER, text, marks=(Mark(start, start + len(word), "bold underline"),)).content()
    assert content.plain == f"You\n{shown}"
    (span,) = [span for span in content.spans if span.style == "bold underline"]
    assert content.plain[span.start : span.end] == word


@pytest.mark.parametrize("mark", [Mark(0, 1, "underline"), Mark(90, 95, "underline"), Mark(3, 3, "underline")])
def test_a_mark_on_what_is_not_shown_marks_nothing(mark):
    content = Entry(Role.USER, "\nx" + " " * 20, marks=(mark,)).content()
    assert not [span for span in content.spans if span.style == "underline"]


def test_marks_make_no_other_entry_of_it():
    assert Entry(Role.USER, "x", marks=(Mark(0, 1, "bold"),)) == Entry(Role.USER, "x")

"""How one entry is drawn."""

from __future__ import annotations

import pytest

from chatbot.ui.widgets.message import SHOWN_CHARACTERS, Entry, Role


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

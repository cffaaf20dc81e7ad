"""Sessions as rows."""

from __future__ import annotations

import pytest

from chatbot.conversation import Moment
from chatbot.conversation.store import Store
from chatbot.text.template import Turn
from chatbot.ui.listing import Row, ago, list_sessions, option_of


def test_without_words_all_are_listed_and_with_words_each_once(place):
    store = Store(place)
    rain = store.create([Moment(Turn("user", "rain and rain")), Moment(Turn("assistant", "rain"))])
    sun = store.create([Moment(Turn("user", "sun"))])
    assert [row.session for row in list_sessions(store, " ")] == [sun, rain]
    (row,) = list_sessions(store, "rai")
    assert (row.session, row.turns) == (rain, 2)
    assert any(marked for _, marked in row.parts)
    store.close()


def test_a_row_is_text_and_says_what_is_open():
    prompt = option_of(Row(1, "[b]x[/b]\x1b[1m", 2, "m", 0.0), current=True).prompt
    assert "● [b]x[/b]\n" in str(prompt)
    assert "open now" in str(prompt)
    found = option_of(Row(1, "x", 1, None, 0.0, (("[i]a", False), ("b", True))), current=False).prompt
    assert "[i]ab" in str(found)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "just now"), (59, "just now"), (60, "1 minute ago"), (7300, "2 hours ago"), (86400 * 400, "1 year ago")],
)
def test_times_are_told_as_people_do(seconds, text):
    assert ago(seconds) == text

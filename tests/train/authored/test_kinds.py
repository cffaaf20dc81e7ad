"""What is read from tables of the grammar."""

from __future__ import annotations

import pytest

from chatbot.errors import CorpusError
from train.authored.kinds import OF_THE_KEY, Ask, Intent, Key, Kind


def test_a_table_becomes_templates_and_what_is_missing_or_unknown_is_named() -> None:
    ask = Ask.of("here", {"user": ["Where [do|did] I live?"], "reply": ["You live in {value}."], "about": "value"})
    assert ask == Ask(("Where [do|did] I live?",), ("You live in {value}.",), about="value")
    with pytest.raises(CorpusError, match=r"here: no reply"):
        Ask.of("here", {"user": ["Where?"]})
    with pytest.raises(CorpusError, match=r"here: no user"):
        Intent.of("here", {"user": [], "reply": ["Hello!"]})
    with pytest.raises(CorpusError, match=r"unknown name 'answer'"):
        Intent.of("here", {"user": ["Hi"], "answer": ["Hello!"]})


def test_the_slots_of_a_key_are_its_forms_and_american_only_where_it_is_written_otherwise() -> None:
    filling = Key("favourite colour", us="favorite color").filling
    assert (filling["key"], filling["key.us"]) == ("favourite colour", "favorite color")
    assert Key("sister", "she", "her", "her").filling["key.us"] == "sister"


def test_values_come_from_the_list_of_the_slot_or_of_the_key() -> None:
    kind = Kind("deed", {"what": OF_THE_KEY, "when": "time_past"}, key="deed")
    key = Key("baked", values="food")
    assert (kind.list_of("what", key), kind.list_of("when", key)) == ("food", "time_past")


@pytest.mark.parametrize(
    ("tell", "named"), [("My {key} {value} [is|was] here.", True), ("My {key} is {value}.", False)]
)
def test_a_name_is_known_by_standing_right_behind_whose_it_is(tell: str, named: bool) -> None:
    assert Kind("pet_name", {"value": "name"}, (tell,), key="pet").named is named
    assert not Kind("pet_name", {"value": "name"}, (tell,)).named

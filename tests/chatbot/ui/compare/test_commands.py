"""Laws of the table of commands: each is done by a method, and keys are not given twice."""

from __future__ import annotations

from chatbot.ui.compare.choices import choices
from chatbot.ui.compare.commands import COMMANDS
from chatbot.ui.compare.performing import Performer


def test_each_is_done_by_a_method() -> None:
    assert {f"do_{each.name}" for each in COMMANDS} == {name for name in vars(Performer) if name.startswith("do_")}


def test_names_and_keys_are_given_once() -> None:
    keys = [each.key for each in COMMANDS if each.key]
    assert len(keys) == len(set(keys))
    assert len({each.name for each in COMMANDS}) == len(COMMANDS)


def test_every_list_that_is_named_is_there() -> None:
    assert {each.choices for each in COMMANDS if each.choices} <= set(choices([], ""))

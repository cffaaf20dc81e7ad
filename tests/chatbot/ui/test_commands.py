"""The one table of commands, and what is typed of it."""

from __future__ import annotations

import pytest

from chatbot.errors import UsageError
from chatbot.ui.commands import COMMANDS, complete, is_command, parse

ASKED = {
    "new", "reset", "model", "cell", "temp", "topk", "topp", "seed", "save", "load", "fork", "memory", "compare",
    "train", "export", "theme", "help", "quit",
}  # fmt: skip


def test_everything_that_was_asked_for_is_there_once():
    names = [command.name for command in COMMANDS]
    assert set(names) >= ASKED
    assert len(set(names)) == len(names)
    keys = [command.key for command in COMMANDS if command.key]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("text", "is_one"), [("/new", True), ("//new", False), ("new /x", False), ("", False)])
def test_one_slash_makes_a_command(text, is_one):
    assert is_command(text) is is_one


def test_name_and_argument_are_parted():
    request = parse("/MODEL   my \x1b[1m model ")
    assert (request.command.name, request.argument) == ("model", "my model")


@pytest.mark.parametrize("text", ["/", "/nothing", "/nwe", "/new now"])
def test_what_is_no_command_is_refused(text):
    with pytest.raises(UsageError):
        parse(text)


def test_the_nearest_command_is_named():
    with pytest.raises(UsageError, match="perhaps /theme"):
        parse("/thmee")


def test_names_are_completed_by_their_beginning_and_found_by_what_they_do():
    assert complete("/te", {})[0].text == "/temp "
    assert [each.text for each in complete("/clip", {})] == ["/copy "]
    assert len(complete("/", {})) == len(COMMANDS)


def test_arguments_are_completed_from_their_list():
    choices = {"themes": [("dark", ""), ("light", ""), ("dracula", "")]}
    found = complete("/theme d", choices)
    assert [each.text for each in found] == ["/theme dark", "/theme dracula"]
    assert complete("/theme dark", {"themes": [("dark", ""), ("darker", "")]}) == [], "it is whole"
    assert len(complete("/temp ", {"temperatures": [("1", ""), ("1.5", "")]})) == 2
    assert complete("/temp 1", {"temperatures": [("1.5", "")]}) == [], "a number of the user's own"
    assert complete("/new d", choices) == []
    assert complete("/nothing d", choices) == []


@pytest.mark.parametrize("text", ["", "hello", "//x", "/export\nmore"])
def test_other_texts_are_not_completed(text):
    assert complete(text, {}) == []

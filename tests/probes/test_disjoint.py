"""Training never holds what is tested with: neither the last turn of a script nor the word that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import pytest

from tests.probes.expectation import Expectation, Item, read_groups
from tests.probes.held_out import current
from tests.probes.scripts import Script, read_scripts
from train.authored.compose import Composer
from train.authored.held_out import PATH
from train.authored.library import load
from train.authored.words import CLOSED

SCRIPTS, VALUES = read_scripts(), load().values
DIALOGUES = 2000
ASKED_FOR = ("remember", "pairs", "update")
"""Kinds whose expectations are what was told."""
EVERYDAY = frozenset(("olive", "sunny"))
"""A colour and a kind of weather, which are the language itself; that pets are called so too changes nothing."""
_NUMBERS = frozenset(
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
     "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty",
     "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand")
)  # fmt: skip
_REGEX_SIGN = re.compile(r"[\\^$.|?*+()\[\]{}]")
_ARTICLE = re.compile(r"^(?:an?|the) ")


def normal(text: str) -> str:
    """Lower case without punctuation: what is left of a turn however it is typed."""
    return re.sub(r"[^\w ]", "", text.lower()).strip()


def trained_turns(composer: Composer, count: int) -> set[str]:
    """What users say in composed dialogues."""
    return {normal(turn.text) for dialogue in composer.dialogues(count) for turn in dialogue.turns[::2]}


def repeated(scripts: Iterable[Script], trained: set[str]) -> list[str]:
    """The last turns that stand in training."""
    return [f"{script.where}: {script.turns[-1]}" for script in scripts if normal(script.turns[-1]) in trained]


def open_values(values: Mapping[str, Sequence[str]]) -> set[str]:
    """The entries of the lists that are not the language itself, with and without their article."""
    entries = {entry.lower() for name, listed in values.items() if name not in CLOSED for entry in listed}
    return entries | {_ARTICLE.sub("", entry) for entry in entries}


def is_number(text: str) -> bool:
    return all(word.isdigit() or word in _NUMBERS for word in re.split(r"[ -]", text.lower()))


def listed(scripts: Iterable[Script], entries: set[str]) -> list[str]:
    """The plain words asked for, where training draws them from a list."""
    return [
        f"{script.where}: {item.written}"
        for script in scripts
        if script.kind in ASKED_FOR
        for item in (*script.expected.any, *script.expected.all)
        if not item.written.startswith("@") and not _REGEX_SIGN.search(item.written)
        if item.written.lower() in entries - EVERYDAY and not is_number(item.written)
    ]


def planted(kind: str, last: str, expected: Expectation) -> Script:
    return Script("planted", kind, 1, ("My hen is Tock.", last), expected, "planted:1")


def test_what_scripts_ask_is_held_out_of_training() -> None:
    assert PATH.read_text(encoding="utf-8") == current()


def test_no_script_asks_in_words_of_the_training() -> None:
    trained = trained_turns(Composer(1), DIALOGUES)
    assert len(trained) > 4 * DIALOGUES
    assert repeated(SCRIPTS, trained) == []


def test_a_question_of_the_training_is_found_however_it_is_typed() -> None:
    said = next(Composer(1).dialogues(1)).turns[0].text
    script = planted("talk", f"  {said.upper()} ?!", SCRIPTS[0].expected)
    assert repeated([*SCRIPTS, script], trained_turns(Composer(1), 1)) == [f"planted:1: {script.turns[-1]}"]
    assert repeated([script], set()) == []


def test_no_script_asks_for_a_value_of_the_training() -> None:
    assert listed(SCRIPTS, open_values(VALUES)) == []


@pytest.mark.parametrize("kind", ASKED_FOR)
@pytest.mark.parametrize("key", ["any", "all"])
@pytest.mark.parametrize(("entry", "written"), [("Tock", "tock"), ("a potter", "potter"), ("the Rhine", "The Rhine")])
def test_a_value_of_the_training_is_found(kind: str, key: str, entry: str, written: str) -> None:
    script = planted(kind, "And?", _expecting(key, written))
    assert listed([script], open_values({**VALUES, "planted": [entry]})) == [f"planted:1: {written}"]
    assert listed([script], open_values({"city": ["Tockton"]})) == []


def test_values_of_real_lists_are_found_in_real_scripts() -> None:
    script = next(script for script in SCRIPTS if script.name == "name-thandeka")
    assert listed(SCRIPTS, open_values({**VALUES, "person_name": [*VALUES["person_name"], "Thandeka"]})) == [
        f"{script.where}: thandeka"
    ]


@pytest.mark.parametrize(
    ("kind", "name", "written"),
    [
        ("remember", "city", "47"),
        ("remember", "city", "forty-seven"),
        ("remember", "city", "sunny"),
        ("remember", "day", "tuesday"),
        ("remember", "city", "tocks?"),
        ("talk", "city", "tock"),
    ],
)
def test_numbers_words_of_every_day_closed_lists_and_other_kinds_may_be_the_same(
    kind: str, name: str, written: str
) -> None:
    assert listed([planted(kind, "And?", _expecting("any", written))], open_values({name: [written]})) == []


def _expecting(key: str, written: str) -> Expectation:
    item = Item.of(written, read_groups())
    return Expectation(any=(item,) if key == "any" else (), all=(item,) if key == "all" else ())

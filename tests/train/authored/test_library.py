"""The grammar's files: the real ones can be read and are rich enough; mistakes in them are named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import CorpusError
from train.authored.kinds import Intent, Library
from train.authored.library import load

PHRASINGS = 15
"""For telling, and for asking, at the least."""


@pytest.fixture(scope="module")
def real() -> Library:
    return load()


def every(intents: tuple[Intent, ...]) -> Iterator[Intent]:
    for intent in intents:
        yield intent
        yield from every(intent.then)


def test_a_kind_that_can_be_told_can_be_told_in_many_ways_and_asked_in_many(real: Library) -> None:
    assert len(real.kinds) >= 70
    for kind in real.kinds:
        if kind.name.startswith(("weather_", "exam_")) or not kind.values:  # states, told in a few words
            continue
        assert len(kind.tell) >= PHRASINGS, kind.name
        assert max(len(ask.user) for ask in kind.ask) >= PHRASINGS, kind.name


def test_who_does_not_know_says_so(real: Library) -> None:
    known = re.compile(r"don't know|haven't told|only know")
    for kind in real.kinds:
        for asked in (*kind.ask, *kind.follow, *kind.check):
            for reply in asked.unknown:
                assert known.search(reply), (kind.name, reply)


def test_the_assistant_is_brief(real: Library) -> None:
    for intent in every(real.intents):
        for reply in intent.reply:
            assert len(re.sub(r"\[.*?\]", "", reply).split()) <= 22, reply


@pytest.mark.parametrize(
    ("part", "old", "new", "message"),
    [
        ("facts", "[city]\n", "[city]\ncolour = 3\n", r"unknown name 'colour'"),
        ("facts", "My {key} is called {value}.", "My {kay} is called {value}.", r"slot 'kay'"),
        ("facts", 'value = "town"', 'value = "village"', r"value list 'village'"),
        ("facts", 'key = "animal"', 'key = "beast"', r"key list 'beast'"),
        ("facts", "My home is[ now|] in", "My home is[ now| in", r"brackets that do not match"),
        ("talk", 'reply = ["Hello!"]', "", r"no reply"),
        ("talk", "I ate {food}.", "I ate {fud}.", r"slot 'fud'"),
        ("talk", "I ate {food}.", "@what_to_eat", r"the list '@what_to_eat'"),
        ("values", 'day = ["Monday", "Friday"]', "day = [", r"a\.toml"),
    ],
)
def test_a_mistake_is_named(
    part: str, old: str, new: str, message: str, tmp_path: Path, write_grammar: Callable[..., Path], grammar: Any
) -> None:
    texts = dict(grammar)
    assert old in texts[part]
    texts[part] = texts[part].replace(old, new)
    with pytest.raises(CorpusError, match=message):
        load(write_grammar(tmp_path / "home", **texts))


def test_a_value_list_can_be_added_to_in_another_file(
    tmp_path: Path, write_grammar: Callable[..., Path], grammar: Any
) -> None:
    home = write_grammar(tmp_path / "home", **grammar)
    (home / "values" / "b.toml").write_text('town = ["Oslo", "Bergen"]', encoding="utf-8")
    assert load(home).values["town"] == ("Oslo", "Lisbon", "Rome", "Quito", "Bergen")
    (home / "values" / "c.toml").write_text('animal = ["ape"]', encoding="utf-8")
    with pytest.raises(CorpusError, match="another list 'animal'"):
        load.__wrapped__(home)


def test_a_list_of_the_frames_can_be_named_among_what_the_user_says(
    tmp_path: Path, write_grammar: Callable[..., Path], grammar: Any
) -> None:
    talk = grammar["talk"].replace('"I ate {food}."', '"I ate {food}.", "@what_you_said", "@ home"')
    library = load(write_grammar(tmp_path / "home", **{**grammar, "talk": talk}))
    listed = library.frames["what_you_said"]
    assert library.intents[1].user == ("I ate {food}.", *listed, "@ home")


def test_what_follows_can_also_be_said_at_once(
    tmp_path: Path, write_grammar: Callable[..., Path], grammar: Any
) -> None:
    talk = grammar["talk"].replace("[hello]\n", "[hello]\nat_once = 0.25\n")
    apart, together, *_ = load(write_grammar(tmp_path / "home", **{**grammar, "talk": talk})).intents
    assert apart.then
    assert (together.user, together.reply) == (
        ("Hello[!|.] How are you?", "Hi there. How are you?"), ("Fine, thank you.",),
    )  # fmt: skip
    assert (apart.weight, together.weight, together.then) == (1.0, 0.25, ())

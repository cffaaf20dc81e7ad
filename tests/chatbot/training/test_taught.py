"""Laws of lessons: what was taught is there, readable as a corpus, and nothing else is lost."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from chatbot.errors import UsageError
from chatbot.text.template import Turn
from chatbot.training import Lesson, Taught
from train.cli.reading import read
from train.corpora.corpus import Reading
from train.corpora.places import Place
from train.corpora.roles import Roles

SAID = (Turn("user", "I am Ada."), Turn("assistant", "Hello!"), Turn("user", "Who am I?"))


def test_a_lesson_is_what_was_said_and_what_should_have_been(tmp_path: Path) -> None:
    taught = Taught(tmp_path / "data" / "taught.jsonl")
    lesson = taught.add(SAID, " You are Ada.\n")
    assert lesson == Lesson((*SAID, Turn("assistant", "You are Ada.")))
    assert (lesson.asked, lesson.reply) == ("Who am I?", "You are Ada.")
    assert Taught(taught.path).all() == [lesson]
    assert stat.S_IMODE(taught.path.stat().st_mode) == 0o600


def test_it_can_be_learned_from_as_it_is(tmp_path: Path) -> None:
    taught = Taught(tmp_path / "taught.jsonl")
    taught.add(SAID, "You are Ada.")
    reading = Reading(roles=Roles("assistant"))
    (dialogue,) = read([Place(str(taught.path))], reading)
    assert [turn.text for turn in dialogue.turns] == ["I am Ada.", "Hello!", "Who am I?", "You are Ada."]
    assert dialogue.turns[-1].role == "assistant"


def test_nothing_is_learned_from_nothing(tmp_path: Path) -> None:
    taught = Taught(tmp_path / "taught.jsonl")
    for turns, reply in (((), "Hi"), (SAID[:2], "Hi"), (SAID, "  ")):
        with pytest.raises(UsageError, match="nothing to learn"):
            taught.add(turns, reply)
    assert taught.all() == []


def test_a_torn_line_loses_itself_and_no_other(tmp_path: Path) -> None:
    taught = Taught(tmp_path / "taught.jsonl")
    first = taught.add(SAID, "You are Ada.")
    with taught.path.open("a") as file:
        file.write('{"turns": [{"spea')
    second = taught.add(SAID, "Ada, of course.")
    assert taught.all() == [first, second]


def test_one_is_taken_out_by_its_number(tmp_path: Path) -> None:
    taught = Taught(tmp_path / "taught.jsonl")
    lessons = [taught.add(SAID, reply) for reply in ("A.", "B.", "C.")]
    taught.remove(1)
    assert taught.all() == [lessons[0], lessons[2]]
    with pytest.raises(UsageError, match="1 to 2"):
        taught.remove(2)


def test_what_is_taught_while_another_is_taken_out_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "taught.jsonl"
    for number in range(20):
        Taught(path).add(SAID, f"Old {number}.")
    adding = threading.Thread(target=lambda: [Taught(path).add(SAID, f"New {number}.") for number in range(20)])
    adding.start()
    for _ in range(20):
        Taught(path).remove(0)
    adding.join()
    assert [lesson.reply for lesson in Taught(path).all()] == [f"New {number}." for number in range(20)]


def test_what_cannot_be_written_is_said_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taught = Taught(tmp_path / "taught.jsonl")
    lesson = taught.add(SAID, "You are Ada.")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left"):
        taught.remove(0)
    assert taught.all() == [lesson]


def test_a_long_conversation_is_kept_from_its_end(tmp_path: Path) -> None:
    long = tuple(Turn("user" if n % 2 == 0 else "assistant", f"turn {n}") for n in range(31))
    lesson = Taught(tmp_path / "taught.jsonl").add(long, "Well.")
    assert [turn.text for turn in lesson.turns[-3:]] == ["turn 29", "turn 30", "Well."]
    assert len(lesson.turns) <= 13

"""The laws of the probe scripts: enough of every kind, no answer given away, nothing sensible refused."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tests.probes.scripts import GAPS, HERE, KINDS, NEED_MEMORY, ScriptError, draw, read_fillers, read_scripts

SCRIPTS, FILLERS = read_scripts(), read_fillers()
SENSIBLE = tomllib.loads((HERE / "sensible.toml").read_text(encoding="utf-8"))
FEWEST = {
    "remember": 110, "pairs": 40, "update": 35, "abstain": 40, "follow_up": 45, "sum_up": 12, "talk": 70,
}  # fmt: skip
GOOD = {"name": "x", "turns": ["My hen is Tock.", "What's my hen called?"], "any": ["tock"]}


def written(directory: Path, *records: object, kind: str = "remember") -> Path:
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    (directory / f"{kind}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return directory


def test_there_are_enough_of_every_kind() -> None:
    counts = Counter(script.kind for script in SCRIPTS)
    assert {kind: counts[kind] for kind in KINDS if counts[kind] < FEWEST[kind]} == {}
    assert len(SCRIPTS) >= 320
    gaps = Counter(script.gap for script in SCRIPTS if script.kind == "remember")
    assert min(gaps[gap] for gap in GAPS) >= 25


def test_no_script_is_there_twice() -> None:
    assert len({script.name for script in SCRIPTS}) == len({script.turns for script in SCRIPTS}) == len(SCRIPTS)
    assert len({filler.casefold() for filler in FILLERS}) == len(FILLERS) >= 120


@pytest.mark.parametrize("kind", ["remember", "pairs", "update"])
def test_what_is_asked_for_was_told_and_neither_the_question_nor_small_talk_gives_it_away(kind: str) -> None:
    for script in (script for script in SCRIPTS if script.kind == kind):
        items = script.expected.any
        assert any(item.stands_in(turn) for item in items for turn in script.turns[:-1]), script.where
        leaks = [turn for turn in (script.turns[-1], *FILLERS) if any(item.stands_in(turn) for item in items)]
        assert not leaks, f"{script.where}: {leaks}"


def test_no_question_holds_its_own_answer() -> None:
    for script in (script for script in SCRIPTS if script.kind in NEED_MEMORY):
        assert script.expected.complaint(script.turns[-1]), script.where


@pytest.mark.parametrize("kind", ["pairs", "update"])
def test_what_must_not_come_back_was_told_too(kind: str) -> None:
    for script in (script for script in SCRIPTS if script.kind == kind):
        for item in script.expected.none:
            found = any(item.stands_in(turn) for turn in script.turns[:-1])
            assert found or len(script.expected.none) > 1, f"{script.where}: {item.written}"
        assert script.expected.none, script.where


def test_every_summary_asks_for_most_of_what_was_told() -> None:
    for script in (script for script in SCRIPTS if script.kind == "sum_up"):
        expected = script.expected
        assert len(expected.any) / 2 < expected.least <= len(expected.any), script.where
        assert all(any(item.stands_in(turn) for turn in script.turns) for item in expected.any), script.where


def test_admitting_passes_every_abstention_and_inventing_none() -> None:
    for script in (script for script in SCRIPTS if script.kind == "abstain"):
        for reply in ("I don't know that yet. What is it?", "You haven’t told me that yet.", "Sorry, I'm not sure."):
            assert not script.expected.complaint(reply), script.where
        for reply in ("It is Bob.", "You are a baker, I think.", "That's great!", ""):
            assert script.expected.complaint(reply), script.where


def test_small_talk_fills_the_gap_always_the_same_and_never_twice_the_same() -> None:
    script = next(script for script in SCRIPTS if script.gap == 30)
    turns = script.played(FILLERS)
    assert turns == script.played(tuple(reversed(FILLERS)))
    assert turns[0] == script.turns[0]
    assert turns[-1] == script.turns[-1]
    assert len(turns) == len(set(turns)) == len(script.turns) + 29
    assert draw("one", 9, FILLERS) != draw("another", 9, FILLERS)


@pytest.mark.parametrize(
    ("record", "named"),
    [
        ('{"name": ', "no JSON"),
        (["x"], "a JSON list"),
        ({**GOOD, "gaps": 3}, "gaps"),
        ({**GOOD, "name": " "}, "name"),
        ({**GOOD, "gap": 2}, "gap = 2"),
        ({**GOOD, "gap": True}, "gap = True"),
        ({**GOOD, "turns": ["Hi"]}, "1 turns"),
        ({**GOOD, "turns": "Hi"}, "turns = 'Hi'"),
        ({**GOOD, "turns": ["Hi", ""]}, "none of them empty"),
        ({**GOOD, "any": []}, 'neither "any" nor "all"'),
        ({**GOOD, "any": ["(tock"]}, "no regular expression"),
        ({**GOOD, "none": ["@tock"]}, "no group is called '@tock'"),
        ({**GOOD, "least": 2}, "least = 2"),
        (GOOD, "the name 'x' again"),
    ],
)
def test_a_malformed_script_is_refused_with_its_line(tmp_path: Path, record: object, named: str) -> None:
    with pytest.raises(ScriptError) as refused:
        read_scripts(["remember"], written(tmp_path, GOOD, "", record))
    assert "remember.jsonl:3: " in str(refused.value)
    assert named in str(refused.value)


@pytest.mark.parametrize("kind", SENSIBLE)
def test_a_sensible_reply_passes(kind: str) -> None:
    scripts = {script.name: script for script in SCRIPTS if script.kind == kind}
    assert kind != "talk" or set(scripts) == set(SENSIBLE[kind])
    for name, replies in SENSIBLE[kind].items():
        for reply in replies:
            complaint = scripts[name].expected.complaint(reply)
            assert not complaint, f"{scripts[name].where}: {reply} {complaint}"


@pytest.mark.parametrize(
    "reply",
    [
        "I don't know.",
        "I'm sorry to hear that.",
        "That sounds nice.",
        "I'm doing great, thanks!",
        "What do you like to do for fun?",
        "I thought it was a great movie.",
        "I don't have a favorite.",
        "I am a bot who was created by humans.",
    ],
)
def test_no_reply_suits_every_occasion(reply: str) -> None:
    talk = [script for script in SCRIPTS if script.kind == "talk"]
    assert sum(not script.expected.complaint(reply) for script in talk) < len(talk) / 4
    memory = [script for script in SCRIPTS if script.kind in NEED_MEMORY]
    assert all(script.expected.complaint(reply) for script in memory)

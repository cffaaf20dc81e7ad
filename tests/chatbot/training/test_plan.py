"""Laws of plans: the command they come to, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatbot.errors import UsageError
from chatbot.training import Plan
from chatbot.training.plan import corpus_command, described


def plan(name: str = "mine") -> Plan:
    return Plan(name, ("a.jsonl", "b dir/"), cell="gru", preset="tiny", prompts=("Hi!",), assistant="Ada")


def test_the_command_is_that_of_the_program() -> None:
    found = plan().arguments(Path("runs/mine"))
    assert found == [
        "--out", "runs/mine", "--name", "mine", "--cell", "gru", "--preset", "tiny", "--assistant", "Ada",
        "--prompt", "Hi!", "--", "a.jsonl", "b dir/",
    ]  # fmt: skip
    finer = Plan("x", ("a",), parent="default", mix="default:0.3").arguments(Path("x"))
    assert finer == ["--out", "x", "--name", "x", "--from", "default", "--mix", "default:0.3", "--", "a"]


@pytest.mark.parametrize(("name", "corpora"), [("../x", ("a",)), ("", ("a",)), ("x", ()), ("x", ("--overwrite",))])
def test_what_could_be_taken_for_something_else_is_refused(name: str, corpora: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        Plan(name, corpora)


def test_a_plan_is_kept_and_found_again() -> None:
    assert Plan.from_dict(json.loads(json.dumps(plan().to_dict()))) == plan()
    with pytest.raises(UsageError, match="damaged"):
        Plan.from_dict({"name": "x"})


def test_a_report_is_told_in_a_few_lines() -> None:
    report = {
        "format": "jsonl", "dialogues": 1200, "turns": 5000, "words": 30000, "duplicates": 3, "skipped": [1, 2],
        "turns_per_dialogue": {"mean": 4.2}, "words_per_turn": {"mean": 6.0},
        "samples": [{"turns": [{"speaker": "a", "text": "Hi\x1b[31m\nthere"}]}],
    }  # fmt: skip
    found = described(report)
    assert "1,200 dialogues" in found
    assert "2 records skipped" in found
    assert "\x1b" not in found
    assert "Hi" in found.splitlines()[-1]


def test_the_report_is_asked_of_the_program() -> None:
    assert corpus_command(("a", "b"), "Ada")[3:] == ["corpus", "--json", "--assistant", "Ada", "--", "a", "b"]

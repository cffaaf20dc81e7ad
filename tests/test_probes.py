"""What is counted of the probe scripts is right; how good a model is, is not tested here.

That the scripts are well written is tested beside them, in `probes/test_scripts.py`.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from chatbot.catalog import open_bundle
from chatbot.config import SamplingConfig
from chatbot.errors import UsageError
from tests.probes.__main__ import chosen, main, sampling_of
from tests.probes.expectation import Expectation, Item, read_groups
from tests.probes.play import Answer, Outcome, play, play_all
from tests.probes.report import as_record, describe, show, write_json
from tests.probes.scripts import GAPS, KINDS, NEED_MEMORY, read_fillers, read_scripts
from tests.probes.tally import Count, rows

SCRIPTS, FILLERS, GROUPS = read_scripts(), read_fillers(), read_groups()


def expecting(**lists: list[str]) -> Expectation:
    return Expectation(**{"any": (), **{key: tuple(Item.of(t, GROUPS) for t in texts) for key, texts in lists.items()}})


# What a reply must hold


@pytest.mark.parametrize(
    ("reply", "complaint"),
    [
        ("Your hen is called TOCK!", ""),
        ("Tock, of course.", ""),
        ("She's stocky.", "holds 0 of /tock/, /hen tick/, expected 1 or more"),
        ("", "holds 0 of /tock/, /hen tick/, expected 1 or more"),
        ("That is hen  Tick.", ""),
        ("Tock or Duck, who knows?", "holds /duck\\w*/"),
    ],
)
def test_a_reply_holds_words_and_not_parts_of_them(reply: str, complaint: str) -> None:
    assert expecting(any=["tock", "hen tick"], none=["duck\\w*"]).complaint(reply) == complaint


def test_all_is_all_and_least_counts_items() -> None:
    assert expecting(all=["ann", "bob"]).complaint("Bob and Carl") == "lacks /ann/"
    assert not expecting(all=["ann", "bob"]).complaint("Bob and Ann")
    most = Expectation(tuple(Item.of(text, {}) for text in ("ann|anna", "bob", "carl")), least=2)
    assert most.complaint("Ann, Anna")
    assert not most.complaint("Carl, Anna")


# Playing and counting


class Parrot:
    """Says back all that it was told since it last forgot; then it knows nothing."""

    def __init__(self) -> None:
        self.sampling = SamplingConfig(seed=7)
        self.heard: list[str] = []
        self.seeds: list[object] = []

    def reset(self) -> None:
        self.heard = []

    forget = reset

    def say(self, text: str) -> str:
        self.heard.append(text)
        return " ".join(self.heard[:-1]) or "I don't know."

    def sample_with(self, **changes: object) -> None:
        self.seeds.append(changes["seed"])


def outcomes(*kinds: str) -> list[Outcome]:
    talker = Parrot()
    return [play(talker, script, FILLERS) for script in SCRIPTS if script.kind in kinds]


def test_who_says_everything_back_remembers_all_and_nothing_once_it_is_wiped() -> None:
    for outcome in outcomes("remember"):
        assert outcome.as_is.passed
        assert outcome.wiped == Answer("I don't know.", outcome.wiped.complaint)
        assert not outcome.wiped.passed


def test_who_says_everything_back_keeps_nothing_apart() -> None:
    assert not any(outcome.as_is.passed for outcome in outcomes("pairs", "update"))


def test_the_question_is_asked_twice_with_the_same_luck_and_once_where_no_memory_is_needed() -> None:
    talker = Parrot()
    for kind, times in (("remember", 2), ("abstain", 1), ("talk", 1)):
        talker.seeds.clear()
        outcome = play(talker, next(script for script in SCRIPTS if script.kind == kind), FILLERS)
        assert talker.seeds == [7] * times
        assert (outcome.wiped is not None) == (kind in NEED_MEMORY) == (times == 2)


def test_the_rows_add_up() -> None:
    table = {(row.kind, row.gap): row for row in rows(outcomes(*KINDS))}
    assert sum(row.as_is.total for (_, gap), row in table.items() if gap) == len(SCRIPTS)
    assert table["total", None].as_is.total == len(SCRIPTS)
    assert table["total", None].wiped.total == sum(script.kind in NEED_MEMORY for script in SCRIPTS)
    for kind in ("remember", "pairs"):
        parts = [table[kind, gap] for gap in GAPS]
        assert table[kind, None].as_is == Count(*(sum(part.as_is[i] for part in parts) for i in (0, 1)))
    assert table["remember", None].as_is.percent == 100
    assert table["remember", None].wiped.percent == 0
    assert table["talk", 1].wiped == Count(0, 0)


@pytest.mark.parametrize(
    ("count", "interval"),  # as R gives them: prop.test(x, n, correct = FALSE)
    [(Count(0, 10), (0.0, 27.75)), (Count(5, 10), (23.66, 76.34)), (Count(81, 263), (25.53, 36.62))],
)
def test_the_interval_is_wilsons(count: Count, interval: tuple[float, float]) -> None:
    assert count.interval == pytest.approx(interval, abs=0.01)


# The command


def test_a_reply_is_shown_as_it_is_and_never_as_markup(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    made = Outcome("x", "talk", 1, "[bold]Hi", Answer("[red]no\x1b[31m", "holds 0 of /[a-z]/"), None)
    passed = Outcome("y", "remember", 3, "Who?", Answer("Tock", ""), Answer("[/]", "lacks /tock/"))
    shown = describe([made, passed], failed_only=True)
    assert shown.splitlines() == [
        "talk x, gap 1", "  asked  [bold]Hi", "  reply  [red]no", "         holds 0 of /[a-z]/",
    ]  # fmt: skip
    assert "  wiped  [/]" in describe([made, passed], failed_only=False)
    show("[link]me", SamplingConfig(seed=3), [made, passed], Console(width=100))
    table = capsys.readouterr().out
    assert "[link]me (temperature 0.5, seed 3)" in table
    assert "1/2" in table
    write_json(tmp_path / "found.json", [as_record("me", SamplingConfig(seed=3), [made, passed])])
    (found,) = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert found["sampling"]["seed"] == 3
    assert found["rows"][-1]["as_is"]["passed"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["found.json"]


def test_a_limit_is_spread_over_the_gaps() -> None:
    some = chosen("remember, talk", 6)
    assert Counter(script.kind for script in some) == {"remember": 6, "talk": 6}
    assert {script.gap for script in some if script.kind == "remember"} == set(GAPS)
    with pytest.raises(UsageError, match="some of remember, pairs"):
        chosen("remembers", None)


def test_what_cannot_be_used_is_one_line_and_the_exit_code_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--kinds", "chat"]) == 2
    assert main(["no-such-model-anywhere", "--limit", "1"]) == 1
    assert main(["--json", "no-such-directory/found.json"]) == 2
    assert [line[:8] for line in capsys.readouterr().err.splitlines()] == ["probes: "] * 3


@pytest.mark.parametrize("greedy", [False, True])
def test_the_real_model_says_the_same_each_time(greedy: bool) -> None:
    bundle = open_bundle()
    sampling = sampling_of(bundle, greedy, seed=4)
    assert (sampling.temperature == 0) is greedy
    two = chosen("pairs,talk", 1)
    first, again = (list(play_all(bundle, two, FILLERS, sampling)) for _ in range(2))
    assert [outcome.kind for outcome in first] == ["pairs", "talk"]
    assert all(outcome.as_is.reply for outcome in first)
    assert again == first

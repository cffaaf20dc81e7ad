"""A survey as it is drawn."""

from __future__ import annotations

import io
import itertools
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from train.corpora.corpus import Found
from train.corpora.dialogue import Conversation, Skipped, Utterance
from train.corpora.places import sources
from train.corpora.show import _binned, show
from train.corpora.survey import Survey


def drawn(survey: Survey, width: int = 100) -> str:
    out = io.StringIO()
    show(survey, Console(file=out, width=width, highlight=False))
    return out.getvalue()


@pytest.fixture
def survey(tmp_path: Path) -> Survey:
    path = tmp_path / "a.txt"
    path.write_text("x")
    (source,) = sources(str(path))
    made = Survey()
    for turns in (2, 2, 2, 12):
        texts = [f"turn {number} of {turns}" for number in range(turns)]
        said = tuple(Utterance("[b]me" if n % 2 else "you", text) for n, text in enumerate(texts))
        made.add(Found(source, "jsonl", Conversation(said, turns)))
    made.skip(Skipped("a.txt:7", "no text"))
    return made


def test_figures_samples_and_skips_are_there(survey: Survey) -> None:
    lines = drawn(survey).splitlines()
    rows = dict(line.split("  ", 1) for line in lines[:9] if "  " in line)
    shown = {name: value.strip() for name, value in rows.items()}
    assert shown["unusual characters"] == "none"
    assert shown["dialogues"] == "4, 2 repeated"
    assert (shown["format"], shown["turns"], shown["words"], shown["skipped"]) == ("jsonl", "18", "72", "1 record(s)")
    assert (shown["scripts"], shown["speakers"]) == ("Latin 100.0%", "you (9), [b]me (9)")
    assert "  1 × no text" in lines
    assert "      a.txt:7: no text" in lines
    assert "… 4 more" in drawn(survey), "of a long dialogue the beginning"


def test_nothing_is_wider_than_the_terminal(survey: Survey) -> None:
    assert max(map(len, drawn(survey, width=60).splitlines())) <= 60


def test_an_empty_survey_can_be_drawn() -> None:
    assert "none" in drawn(Survey())


@pytest.mark.parametrize(
    "counts",
    [{2: 5}, {2: 3, 3: 1}, dict.fromkeys(range(1, 101), 1), {1: 1000, 5: 900, 10_000: 1}, {0: 1, 7: 2}],
)
def test_bins_hold_everything_once_and_do_not_overlap(counts: dict[int, int]) -> None:
    bins = _binned(Counter(counts))
    assert sum(bins.values()) == sum(counts.values())
    assert len(bins) <= 11
    edges = list(bins)
    assert edges == sorted(edges)
    assert all(high < low for (_, high), (low, _) in itertools.pairwise(edges))
    assert edges[0][0] == min(counts)
    assert edges[-1][1] >= max(counts)
    for (low, high), count in bins.items():
        assert count == sum(times for number, times in counts.items() if low <= number <= high)

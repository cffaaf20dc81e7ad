"""The whole comparison: the cells one after another, each as far as it comes, and what they are beside each other."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from chatbot.errors import ChatbotError, ConfigError
from chatbot.text.sanitize import one_line
from train.compare.conditions import Conditions
from train.compare.exploding import kept_grid
from train.compare.matching import TOLERANCE, Match
from train.compare.member import Member, run
from train.compare.models import REFERENCE, units_for
from train.compare.pace import steps_for
from train.compare.report import assemble, write_report
from train.fitting import InterruptedTrainingError, say

_AROUND = re.compile(
    r"Exception encountered when calling [^\n]*\n+(?:\x1b\[1m)?(.*?)(?:\x1b\[0m)?\n+Arguments received.*", re.DOTALL
)


@dataclass(frozen=True)
class Lab:
    """What is to be compared.

    Args:
        conditions: For all of them.
        cells: By name.
        seeds: How many, from 1.
        out: The folder of the comparison.
        corpora: What is said of the data.
        preset: What is said of the settings.
    """

    conditions: Conditions
    cells: Sequence[str]
    seeds: int
    out: Path
    corpora: Sequence[Mapping[str, Any]]
    preset: str

    def run(self, console: Console) -> dict[str, Any]:
        """Train and measure all that is not there yet, and write ``report.json``.

        Raises:
            ConfigError: if no cell can be given the size that is asked for.
            InterruptedTrainingError: on Ctrl-C; the same call goes on.
            ChatbotError: if the disk is full.
        """
        matches, failures = self._matches(console)
        results: dict[str, list[dict[str, Any]]] = {}
        for cell, match in matches.items():
            try:
                results[cell] = self._cell(cell, match, console)
            except InterruptedTrainingError:
                raise
            except Exception as error:  # whatever it is, the others can still be compared
                _require_space(error, self.out)
                failures[cell] = _reason(error)
                say(console, f"{one_line(cell)} failed and is left out: {failures[cell]}")
        _require_same(results)
        report = assemble(
            self.conditions.settings,
            results,
            failures,
            corpora=self.corpora,
            preset=self.preset,
            explosion=kept_grid(self.out),
        )
        write_report(self.out, report)
        return report

    def _matches(self, console: Console) -> tuple[dict[str, Match], dict[str, str]]:
        """The units of every cell that can be matched, before anything is trained."""
        settings, matches, failures = self.conditions.settings, {}, {}
        error: ChatbotError | None = None
        for cell in self.cells:
            try:
                matches[cell] = units_for(settings, cell, self.conditions.vocabulary_size)
            except Exception as raised:  # a user's cell may raise anything
                failures[cell], error = _reason(raised), raised if isinstance(raised, ChatbotError) else error
                say(console, f"{one_line(cell)} is left out: {failures[cell]}")
        if not matches:
            raise error or ConfigError(
                "; ".join(failures.values()), expected="a cell that can be compared", remedy="correct the cells"
            )
        if settings.match != "units":
            self._assert_matched(matches)
        return matches, failures

    def _assert_matched(self, matches: Mapping[str, Match]) -> None:
        conditions = self.conditions
        target = units_for(conditions.settings, REFERENCE, conditions.vocabulary_size).parameters
        for match in matches.values():
            assert abs(match.parameters - target) <= TOLERANCE * target

    def _cell(self, cell: str, match: Match, console: Console) -> list[dict[str, Any]]:
        steps = steps_for(cell, match, self.conditions, self.out)
        members = [Member(cell, seed, match, steps, self.conditions, self.out) for seed in range(1, self.seeds + 1)]
        return [run(member, console) for member in members]


def _require_same(results: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """All cells have read the same examples in the same order, seed by seed, and were asked the same.

    Raises:
        ChatbotError: if what is asked has changed since the first of them was measured.
    """
    for members in zip(*results.values(), strict=True):
        steps = {member["steps"] for member in members}
        assert len({member["data"] for member in members}) == 1
        if len({member["asked"] for member in members}) > 1:
            raise ChatbotError(
                "what is asked of the cells (train/authored) changed while they were measured",
                expected="the same questions for all",
                remedy="give the same command again: what was asked otherwise is measured anew",
            )
        assert len(steps) > 1 or len({member["order"] for member in members}) == 1


def _require_space(error: Exception, out: Path) -> None:
    """A full disk is no fault of a cell's.

    Raises:
        ChatbotError: then.
    """
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, OSError) and chain.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ChatbotError(
                f"no space left in {one_line(str(out))}",
                expected="room for the runs; what is measured already is kept",
                remedy="free some space, then give the same command again",
            ) from error
        chain = chain.__cause__ or chain.__context__


def _reason(error: Exception) -> str:
    """In a line; without what Keras puts around the errors of a layer."""
    text = str(error) if isinstance(error, ChatbotError) else f"{type(error).__name__}: {error}"
    return one_line(_AROUND.sub(r"\1", text))[:500]

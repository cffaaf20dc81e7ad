"""How many scripts passed: by kind and gap, with the interval that so few of them leave."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tests.probes.play import Answer, Outcome
from tests.probes.scripts import KINDS

_Z = 1.959964
"""Of the normal distribution, 95 % lie within so many standard deviations."""


class Count(NamedTuple):
    """Passed of so many."""

    passed: int
    total: int

    @classmethod
    def of(cls, answers: Iterable[Answer | None]) -> Count:
        """Over the answers that there are."""
        verdicts = [answer.passed for answer in answers if answer is not None]
        return cls(sum(verdicts), len(verdicts))

    @property
    def percent(self) -> float:
        """Per cent that passed; not a number if there is none."""
        return 100 * self.passed / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Per cent, 95 %, by the score of Wilson (1927), which holds for few and for shares near 0 and 1 too."""
        if not self.total:
            return math.nan, math.nan
        n, share, z2 = self.total, self.passed / self.total, _Z**2
        middle = (share + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n**2)) / (1 + z2 / n)
        return max(0.0, 100 * (middle - half)), min(100.0, 100 * (middle + half))


class Row(NamedTuple):
    """One line of the table."""

    kind: str
    gap: int | None
    """None: all gaps together."""
    as_is: Count
    wiped: Count
    """Of 0 for what needs no memory."""


TOTAL = "total"


def rows(outcomes: Sequence[Outcome]) -> list[Row]:
    """A row for each gap of each kind, one for all gaps of a kind that has several, and the total."""
    table = []
    for kind in KINDS:
        mine = [outcome for outcome in outcomes if outcome.kind == kind]
        gaps = sorted({outcome.gap for outcome in mine})
        table += [_row(kind, gap, [outcome for outcome in mine if outcome.gap == gap]) for gap in gaps]
        if len(gaps) > 1:
            table.append(_row(kind, None, mine))
    return [*table, _row(TOTAL, None, outcomes)]


def _row(kind: str, gap: int | None, outcomes: Sequence[Outcome]) -> Row:
    return Row(kind, gap, Count.of(o.as_is for o in outcomes), Count.of(o.wiped for o in outcomes))

"""What was found: a table, the replies themselves as plain text, and a JSON file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chatbot.config import SamplingConfig
from chatbot.text.sanitize import one_line
from tests.probes.play import Answer, Outcome
from tests.probes.tally import TOTAL, Count, Row, rows

_WIDTH = 90
"""Of the table where the output is no terminal: it must not be squeezed there."""


def show(model: str, sampling: SamplingConfig, outcomes: Sequence[Outcome], console: Console | None = None) -> None:
    """Print the table of one model."""
    console = console or Console(width=None if sys.stdout.isatty() else _WIDTH)
    luck = "greedy" if sampling.temperature == 0 else f"temperature {sampling.temperature:g}, seed {sampling.seed}"
    table = Table(title=Text(f"{one_line(model)} ({luck})"), box=box.SIMPLE_HEAD)
    for name in ("kind", "gap", "as is", "%  (95 %)", "wiped", "%  (95 %)"):
        table.add_column(name, justify="left" if name == "kind" else "right", no_wrap=True)
    for row in rows(outcomes):
        total = row.kind == TOTAL
        gap = "" if total else "all" if row.gap is None else str(row.gap)
        if total:
            table.add_section()
        style = "bold" if total or row.gap is None else None
        table.add_row(row.kind, gap, *_cells(row.as_is), *_cells(row.wiped), style=style)
    console.print(table)


def _cells(count: Count) -> tuple[str, str]:
    if not count.total:
        return "–", ""
    low, high = count.interval
    return f"{count.passed}/{count.total}", f"{count.percent:.1f}  ({low:.1f} to {high:.1f})"


def describe(outcomes: Iterable[Outcome], failed_only: bool) -> str:
    """The last question and what was replied, as it was said: plain text, in which nothing is markup."""
    blocks = []
    for outcome in outcomes:
        if failed_only and outcome.as_is.passed:
            continue
        lines = [f"{outcome.kind} {outcome.name}, gap {outcome.gap}", f"  asked  {one_line(outcome.question)}"]
        lines += _answered("reply", outcome.as_is)
        if outcome.wiped is not None and not failed_only:
            lines += _answered("wiped", outcome.wiped)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _answered(name: str, answer: Answer) -> list[str]:
    return [f"  {name}  {one_line(answer.reply)}", f"         {one_line(answer.complaint) or 'passed'}"]


def as_record(model: str, sampling: SamplingConfig, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All that was found with one model, ready for JSON."""
    return {
        "model": model,
        "sampling": sampling.to_dict(),
        "rows": [_row(row) for row in rows(outcomes)],
        "outcomes": [asdict(outcome) for outcome in outcomes],
    }


def _row(row: Row) -> dict[str, Any]:
    counts = {"as_is": row.as_is, "wiped": row.wiped}
    return {
        "kind": row.kind,
        "gap": row.gap,
        **{
            name: {"passed": c.passed, "total": c.total, "percent": c.percent, "interval": c.interval}
            for name, c in counts.items()
            if c.total
        },
    }


def write_json(path: Path, records: Sequence[dict[str, Any]]) -> None:
    """Write the records of all models, beside and then in place."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(list(records), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)

"""A survey drawn in the terminal: figures, histograms, samples, and what was skipped."""

from __future__ import annotations

import math
from collections import Counter

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chatbot.text.sanitize import one_line
from train.corpora.survey import SHOWN, Survey, summary

_BINS = 10
_BAR = 40
_LONGEST = 160
"""Characters of a turn that are shown of a sample."""
_TURNS = 8
"""Turns that are shown of a sample."""


def show(survey: Survey, console: Console) -> None:
    """Print it; every text of the corpus is shown as text, whatever it holds."""
    for part in (
        _figures(survey),
        _histogram("turns per dialogue", survey.turns_per_dialogue),
        _histogram("words per turn", survey.words_per_turn),
        *_samples(survey),
    ):
        console.print(part)
        console.print()
    for line in _skipped(survey):
        console.print(line, soft_wrap=True)  # a path is not broken


def _figures(survey: Survey) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    rows = {
        "format": ", ".join(f"{name} ({count:,})" if len(survey.formats) > 1 else name
                            for name, count in survey.formats.most_common()) or "none",
        "dialogues": f"{survey.dialogues:,}" + (f", {survey.duplicates:,} repeated" if survey.duplicates else ""),
        "turns": f"{survey.turns:,}",
        "words": f"{survey.words:,}",
        "speakers": _most(survey.speakers, 6),
        "scripts": _shares(survey.scripts),
        "unusual characters": _most(survey.unusual, 4) if survey.unusual else "none",
        "skipped": f"{sum(survey.skipped.values()):,} record(s)",
    }  # fmt: skip
    if survey.validation:
        rows["validation"] = f"{survey.validation:,} dialogues, {survey.overlap:,} of them stand in the corpus too"
    for name, value in rows.items():
        table.add_row(Text(name, "bold"), Text(value))
    return table


def _most(counts: Counter[str], shown: int) -> str:
    first = ", ".join(f"{one_line(name) or '(empty)'} ({count:,})" for name, count in counts.most_common(shown))
    return first + (f" and {len(counts) - shown:,} more" if len(counts) > shown else "")


def _shares(counts: Counter[str]) -> str:
    total = sum(counts.values())
    return ", ".join(f"{name} {count / total:.1%}" for name, count in counts.most_common(6)) if total else "no letters"


def _histogram(title: str, counts: Counter[int]) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    if counts:
        bins = _binned(counts)
        highest = max(bins.values())
        for (low, high), count in bins.items():
            # A bar of at least one cell for whatever is there at all.
            bar = "█" * max(1 if count else 0, round(_BAR * count / highest))
            table.add_row(Text(f"{low}" if low == high else f"{low}-{high}", justify="right"), bar, f"{count:,}")
    facts = summary(counts)
    median = f", median {facts['median']}, mean {facts['mean']}" if facts else ""
    return Group(Text(f"{title}{median}", "bold"), Padding(table, (0, 2)))


def _binned(counts: Counter[int]) -> dict[tuple[int, int], int]:
    """Bins of equal width from the least to the 99th percentile; the last holds whatever is longer."""
    numbers = sorted(counts)
    total, reached = sum(counts.values()), 0
    for number in numbers:
        reached += counts[number]
        top = number
        if reached >= 0.99 * total:
            break
    least = numbers[0]
    width = max(1, math.ceil((top - least + 1) / _BINS))
    bins = {(low, low + width - 1): 0 for low in range(least, top + 1, width)}
    last = max(bins)
    if numbers[-1] > last[1]:  # the last one is open: it says up to where
        del bins[last]
        last = (last[0], numbers[-1])
        bins[last] = 0
    for number, count in counts.items():
        low = min(least + (number - least) // width * width, last[0])
        key = last if low == last[0] else (low, low + width - 1)
        bins[key] += count
    return bins


def _samples(survey: Survey) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for source, _, conversation in survey.samples:
        table = Table.grid(padding=(0, 2))
        for speaker, text in conversation.utterances[:_TURNS]:
            line = one_line(text)
            table.add_row(
                Text(one_line(speaker)[:20], "cyan"), Text(line[:_LONGEST] + ("…" if len(line) > _LONGEST else ""))
            )
        left = len(conversation.utterances) - _TURNS
        if left > 0:
            table.add_row("", Text(f"… {left} more", "dim"))
        title = Text(f"{one_line(source.name)}:{conversation.line}", "bold")
        parts.append(Group(title, Padding(table, (0, 2))))
    return parts


def _skipped(survey: Survey) -> list[Text]:
    if not survey.skipped:
        return []
    lines = [Text("skipped", "bold")]
    for reason, count in survey.skipped.most_common():
        lines.append(Text(f"  {count:,} × {reason}"))
        shown = survey.skipped_shown[reason][:SHOWN]
        lines += [Text(f"      {one_line(skip.where)}: {skip.reason}", "dim") for skip in shown]
    return lines

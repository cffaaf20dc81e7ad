"""`chatbot evaluate`."""

from __future__ import annotations

import argparse
import itertools
import json
from typing import TYPE_CHECKING, Any

from chatbot.errors import UsageError
from chatbot.native import native_silence
from chatbot.text.sanitize import one_line
from train.cli.reading import add_reading, places_of, read, reading_of

if TYPE_CHECKING:
    from chatbot.bundle import Bundle
    from train.corpora.dialogue import Dialogue

_WIDE = 1000
"""Columns of the table, at the most: a figure is not broken by the edge of a terminal."""
_EXAMPLE = """example:
  chatbot evaluate default data/sample.jsonl --json
  chatbot evaluate runs/gru/bundle held_out.jsonl --against runs/rnn/bundle default --intervals
"""


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    """The arguments of `chatbot evaluate`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = "Measure a bundle on dialogues: word perplexity, and how varied its greedy replies are."
    parser.epilog = _EXAMPLE
    parser.add_argument("bundle", metavar="BUNDLE", help="a model of `chatbot models`, or the directory of a bundle")
    add_reading(parser)
    parser.add_argument("--against", nargs="+", default=[], metavar="BUNDLE", help="other bundles, to set beside it")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--limit", type=int, default=None, metavar="N", help="only the first N dialogues")
    parser.add_argument("--no-replies", action="store_true", help="what needs no replies alone, which is faster")
    parser.add_argument("--intervals", action="store_true", help="95 %% intervals, by the bootstrap over dialogues")
    parser.set_defaults(run=run_evaluate)


def run_evaluate(args: argparse.Namespace) -> int:
    """Run `chatbot evaluate`."""
    if args.limit is not None and args.limit < 1:
        raise UsageError(f"--limit {args.limit}", expected="at least 1", remedy="change --limit")
    from chatbot.catalog import open_bundle

    names = list(dict.fromkeys([args.bundle, *args.against]))
    bundles = {name: open_bundle(name) for name in names}  # what is no bundle is an error before anything is measured
    dialogues = list(itertools.islice(read(places_of(args.paths), reading_of(args)), args.limit))
    reports = {name: _measured(bundle, dialogues, args) for name, bundle in bundles.items()}
    if args.json:
        print(json.dumps(reports[args.bundle] if len(reports) == 1 else reports))
    else:
        _print_table(reports)
    return 0


def _measured(bundle: Bundle, dialogues: list[Dialogue], args: argparse.Namespace) -> dict[str, Any]:
    from rich.console import Console
    from rich.progress import track

    from train.evaluate import Evaluator, report

    with native_silence():
        evaluator = Evaluator(bundle)
    console = Console(stderr=True)
    records = evaluator.run(dialogues, greedy=not args.no_replies)
    progress = track(records, "dialogues", len(dialogues), console=console, disable=not console.is_terminal)
    return report(list(progress), intervals=args.intervals)


def _print_table(reports: dict[str, dict[str, Any]]) -> None:
    """A measure a line, a bundle a column; intervals stand behind what they belong to."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    first = next(iter(reports.values()))
    table = Table.grid(padding=(0, 2))
    if len(reports) > 1:
        table.add_row("", *(Text(one_line(name), "bold") for name in reports))
    for name in first:
        if not name.endswith("_interval"):
            table.add_row(name, *(Text(_shown(report, name)) for report in reports.values()))
    Console(highlight=False, width=_WIDE).print(table)


def _shown(report: dict[str, Any], name: str) -> str:
    value = report[name]
    if not isinstance(value, float):
        return str(value)
    text = format(value, ".4f")
    if f"{name}_interval" in report:
        low, high = report[f"{name}_interval"]
        text += f" ({low:.4f} to {high:.4f})"
    return text

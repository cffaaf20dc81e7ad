"""`chatbot evaluate`."""

from __future__ import annotations

import argparse
import collections
import json

from chatbot.errors import UsageError
from chatbot.native import native_silence
from train.cli.reading import add_reading, places_of, read, reading_of

_EXAMPLE = """example:
  chatbot evaluate default data/sample.jsonl --json
"""


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    """The arguments of `chatbot evaluate`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = "Measure a bundle on dialogues: word perplexity, and how varied its greedy replies are."
    parser.epilog = _EXAMPLE
    parser.add_argument("bundle", metavar="BUNDLE", help="a model of `chatbot models`, or the directory of a bundle")
    add_reading(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--limit", type=int, default=None, metavar="N", help="only the first N dialogues")
    parser.add_argument("--no-replies", action="store_true", help="perplexity alone, which is faster")
    parser.set_defaults(run=run_evaluate)


def run_evaluate(args: argparse.Namespace) -> int:
    """Run `chatbot evaluate`."""
    if args.limit is not None and args.limit < 1:
        raise UsageError(f"--limit {args.limit}", expected="at least 1", remedy="change --limit")
    from rich.console import Console
    from rich.progress import track

    from chatbot.catalog import open_bundle
    from train.evaluate import Evaluator

    bundle = open_bundle(args.bundle)
    dialogues = read(places_of(args.paths), reading_of(args))[: args.limit]
    with native_silence():
        evaluator = Evaluator(bundle)
    console = Console(stderr=True)
    tallies = evaluator.run(dialogues, greedy=not args.no_replies)
    progress = track(tallies, "dialogues", len(dialogues), console=console, disable=not console.is_terminal)
    report = collections.deque(progress, maxlen=1)[0].report()
    if args.json:
        print(json.dumps(report))
    else:
        for name, value in report.items():
            print(f"{name:18} {value if isinstance(value, int) else format(value, '.4f')}")
    return 0

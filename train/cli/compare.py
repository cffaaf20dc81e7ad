"""`chatbot compare`."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.errors import UsageError
from train.cli.extra import require_extra
from train.cli.reading import add_reading, described, places_of, read, reading_of, source_of

if TYPE_CHECKING:
    from train.compare.settings import Settings
    from train.prepare import Corpus

_PRESETS, _MATCHES = ("smoke", "small", "base"), ("params", "units", "time")
_EXAMPLE = """examples:
  chatbot compare data/sample.jsonl --cells memoryless,rnn,lstm --preset smoke --out runs/cells
  chatbot compare chats/ --cells lstm,gru,mycell:MyCell,transformer --seeds 3 --out runs/cells
  chatbot compare --replay runs/cells
"""


def add_compare(parser: argparse.ArgumentParser) -> None:
    """The arguments of `chatbot compare`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = (
        "Train several cells under the same conditions, and report what each remembers, costs and says. The same "
        "command again goes on where it stood, and trains only what is not there yet."
    )
    parser.epilog = _EXAMPLE
    add_reading(parser, optional=True)
    parser.add_argument(
        "--cells",
        default="memoryless,rnn,lstm,gru",
        metavar="CELL,...",
        help="cells as --cell of `chatbot train` names them, and transformer, a yardstick (default: %(default)s)",
    )
    parser.add_argument(
        "--preset", choices=_PRESETS, default="smoke", help="how large it all is (default: %(default)s)"
    )
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="trainings of each cell (default: 1)")
    parser.add_argument(
        "--match",
        choices=_MATCHES,
        default="params",
        help="what is equal: parameters within 2 %% and steps, units and steps, or parameters and time "
        "(default: %(default)s)",
    )
    parser.add_argument("--units", type=int, metavar="N", help="of the LSTM that all are matched to (default: preset)")
    parser.add_argument("--steps", type=int, metavar="N", help="of each training (default: the preset's)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the folder of the comparison")
    parser.add_argument("--replay", type=Path, metavar="DIR", help="render the report of a comparison again, and end")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="where prepared corpora are kept")
    parser.set_defaults(run=run_compare)


def run_compare(args: argparse.Namespace) -> int:
    """Run `chatbot compare`."""
    _check(args)
    if args.replay is not None:
        from train.compare.reading import read_report

        _show(read_report(args.replay), args.replay)
        return 0
    require_extra()
    report = _compared(args)
    _show(report, args.out)
    return 1 if report["failed"] else 0


def _check(args: argparse.Namespace) -> None:
    """What can be known before anything is loaded.

    Raises:
        UsageError: if it cannot be run so.
    """
    if args.replay is not None and (args.paths or args.out):
        raise UsageError("--replay with a PATH or --out", expected="--replay DIR alone", remedy="leave the others out")
    if args.replay is None and not (args.paths and args.out):
        missing = "no PATH" if not args.paths else "no --out"
        raise UsageError(missing, expected="dialogues and a folder to write to", remedy="name it, or give --replay DIR")
    for name in ("seeds", "units", "steps"):
        value = getattr(args, name)
        if value is not None and value < 1:
            raise UsageError(f"--{name} {value}", expected="at least 1", remedy=f"change --{name}")


def _compared(args: argparse.Namespace) -> dict[str, Any]:
    from rich.console import Console

    from train.compare.conditions import conditions_of
    from train.compare.lab import Lab
    from train.compare.models import known_cells
    from train.compare.render import require_drawing
    from train.fitting import say
    from train.prepare import default_cache

    console = Console(stderr=True)
    cells = known_cells(args.cells)
    require_drawing()
    corpora = [described(place) for place in places_of(args.paths)]
    corpus = _corpus(args, corpora)
    conditions = conditions_of(corpus, _settings(args), args.cache or default_cache(), lambda text: say(console, text))
    return Lab(conditions, cells, args.seeds, args.out, corpora, args.preset).run(console)


def _settings(args: argparse.Namespace) -> Settings:
    from train.compare.settings import PRESETS

    given = {name: getattr(args, name) for name in ("units", "steps") if getattr(args, name) is not None}
    return dataclasses.replace(PRESETS[args.preset], match=args.match, **given)


def _corpus(args: argparse.Namespace, corpora: list[dict[str, Any]]) -> Corpus:
    from train.prepare import Corpus

    places, reading = places_of(args.paths), reading_of(args)
    return Corpus(lambda: read(places, reading), None, source_of(corpora, reading))


def _show(report: dict[str, Any], folder: Path) -> None:
    """Write all that is drawn, print the table, and say where it lies."""
    from train.compare.render import render
    from train.compare.table import print_table

    render(report, folder)
    print_table(report)
    print(f"report: {folder / 'report.html'}, or in the chat: /report {folder}", file=sys.stderr)
    for cell in report["cells"]:
        for bundle in cell["bundles"][:1]:
            print(f"chatbot --model {folder / bundle}", file=sys.stderr)

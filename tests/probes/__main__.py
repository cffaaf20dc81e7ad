"""`make probes`: plays the probe scripts with a model and counts the last replies that hold what they must.

make probes                                            the model that ships
make probes ARGS="runs/mine/bundle default"            some models, one table each
make probes ARGS="--kinds remember,update --limit 10"  some kinds, ten scripts of each, spread over the gaps
make probes ARGS="--show failed --json probes.json"    what was asked and replied where it failed; all of it as JSON

"wiped" is the same question with the memory wiped before it: what passes then was guessed.  The sampling is what the
bundle recommends, with a fixed seed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import track

from chatbot.bundle import Bundle
from chatbot.catalog import DEFAULT, open_bundle
from chatbot.config import SamplingConfig
from chatbot.errors import ChatbotError, UsageError
from chatbot.text.sanitize import one_line
from tests.probes.play import Outcome, play_all
from tests.probes.report import as_record, describe, show, write_json
from tests.probes.scripts import KINDS, Script, read_fillers, read_scripts


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="make probes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundles", nargs="*", metavar="BUNDLE", help="name or directory (default: the one that ships)")
    parser.add_argument("--kinds", default=",".join(KINDS), metavar="KIND,…", help=f"of {', '.join(KINDS)}")
    parser.add_argument("--limit", type=_positive, metavar="N", help="at most so many scripts of each kind")
    parser.add_argument("--greedy", action="store_true", help="always the likeliest piece, instead of sampling")
    parser.add_argument("--seed", type=int, default=1, help="of the sampling (default: 1)")
    parser.add_argument("--processes", type=_positive, default=1, metavar="N", help="that play scripts (default: 1)")
    parser.add_argument("--show", choices=("failed", "all"), help="questions and replies")
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything that was found")
    return parser


def _positive(text: str) -> int:
    if int(text) < 1:
        raise ValueError(text)  # argparse says which option, and what it was given
    return int(text)


def chosen(kinds: str, limit: int | None) -> list[Script]:
    """The scripts of some kinds, with commas between; those of a short gap first; where there are more than
    ``limit``, evenly spread over them.

    Raises:
        UsageError: on an unknown kind.
    """
    names = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    if not names or set(names) - set(KINDS):
        raise UsageError(f"--kinds {kinds}", expected=f"some of {', '.join(KINDS)}, with commas", remedy="correct it")
    scripts = []
    for kind in dict.fromkeys(names):
        mine = sorted(read_scripts([kind]), key=lambda script: script.gap)
        count = min(limit or len(mine), len(mine))
        scripts += [mine[number * len(mine) // count] for number in range(count)]
    return scripts


def sampling_of(bundle: Bundle, greedy: bool, seed: int) -> SamplingConfig:
    """What the bundle recommends, with a seed."""
    sampling = replace(bundle.sampling, seed=seed)
    return replace(sampling, temperature=0.0, beams=1) if greedy else sampling


def _probe(
    name: str, bundle: Bundle, scripts: Sequence[Script], sampling: SamplingConfig, processes: int
) -> list[Outcome]:
    played = play_all(bundle, scripts, read_fillers(), sampling, processes)
    console = Console(stderr=True)
    label = "".join(c for c in one_line(name) if c not in "[]")  # the bar reads markup
    return list(track(played, label, total=len(scripts), console=console, disable=not console.is_terminal))


def run(args: argparse.Namespace) -> None:
    """Probe every bundle that was named.

    Raises:
        ChatbotError: if a bundle or a script cannot be used.
    """
    if args.json and not args.json.parent.is_dir():
        raise UsageError(f"--json {args.json}", expected="a file in a directory that exists", remedy="make it first")
    scripts = chosen(args.kinds, args.limit)
    bundles = {name: open_bundle(name) for name in args.bundles or [DEFAULT]}  # all of them, before one is played
    records = []
    for name, bundle in bundles.items():
        sampling = sampling_of(bundle, args.greedy, args.seed)
        outcomes = _probe(name, bundle, scripts, sampling, args.processes)
        if args.show:
            print(describe(outcomes, failed_only=args.show == "failed"))
        show(name, sampling, outcomes)
        records.append(as_record(name, sampling, outcomes))
    if args.json:
        write_json(args.json, records)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; the exit code."""
    try:
        run(build_parser().parse_args(argv))
    except (ChatbotError, OSError) as error:
        print(f"probes: {one_line(str(error))}", file=sys.stderr)
        return getattr(error, "exit_code", 1)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`make bench`: speed and memory, each beside a peer measured in the same run.

make bench                       all; layers takes a quarter of an hour or more, data and whole_model some minutes
make bench ARGS="cold_start"     some: cold_start, token, growth, heat, data, layers, whole_model
make bench ARGS="--model DIR"    of another bundle

make bench ARGS="layers --layer lstm --shape 64,32,256,512"    some of the layers, at some shapes

On a machine with an NVIDIA GPU there is also `python -m tests.benchmarks.gpu`.
"""

from __future__ import annotations

import argparse
import functools
import os
import platform
import sys
from collections.abc import Callable

from tests.benchmarks import cold_start, data, growth, heat, layers, token, whole_model
from tests.benchmarks.report import Row, show

BENCHMARKS: dict[str, Callable[..., list[Row]]] = {
    "cold_start": cold_start.run,
    "token": token.run,
    "growth": growth.run,
    "heat": heat.run,
    "data": data.run,
    "layers": layers.run,
    "whole_model": whole_model.run,
}


def parse_shape(text: str) -> layers.Shape:
    """ "64,32,256,512" to a shape."""
    sizes = [int(part) for part in text.split(",")]
    if len(sizes) != 4 or min(sizes) < 1:
        raise ValueError(text)  # argparse says which option, and what it was given
    return sizes[0], sizes[1], sizes[2], sizes[3]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--model", default=None, metavar="NAME|DIR", help="the bundle (default: the one that ships)")
    parser.add_argument(
        "--layer", action="append", choices=layers.GATES, help="for layers, whole_model: may be repeated (default: all)"
    )
    parser.add_argument(
        "--shape",
        action="append",
        type=parse_shape,
        metavar="BATCH,STEPS,IN,UNITS",
        help="for layers: may be repeated (default: those with bounds)",
    )
    args = parser.parse_args()
    unknown = set(args.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"unknown benchmark {', '.join(sorted(unknown))}; expected some of {', '.join(BENCHMARKS)}")
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    )
    chosen = {
        "layers": functools.partial(layers.run, layers=args.layer, shapes=args.shape),
        "whole_model": functools.partial(whole_model.run, layers=args.layer),
    }
    rows: list[Row] = []
    for name in args.names or BENCHMARKS:
        print(f"running {name} …", file=sys.stderr)
        rows += chosen.get(name, BENCHMARKS[name])(args.model)
    show(rows)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

"""`make bench`: speed and memory, each beside a peer measured in the same run.

make bench                       all
make bench ARGS="cold_start"     some: cold_start, token, growth
make bench ARGS="--model DIR"    of another bundle
"""

from __future__ import annotations

import argparse
import os
import platform
import sys

from tests.benchmarks import cold_start, growth, token
from tests.benchmarks.report import Row, show

BENCHMARKS = {"cold_start": cold_start.run, "token": token.run, "growth": growth.run}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--model", default=None, metavar="NAME|DIR", help="the bundle (default: the one that ships)")
    args = parser.parse_args()
    unknown = set(args.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"unknown benchmark {', '.join(sorted(unknown))}; expected some of {', '.join(BENCHMARKS)}")
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    )
    rows: list[Row] = []
    for name in args.names or BENCHMARKS:
        print(f"running {name} …", file=sys.stderr)
        rows += BENCHMARKS[name](args.model)
    show(rows)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

"""`chatbot models`: which bundles there are, and what they are."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chatbot.cli import options
from chatbot.errors import BundleError
from chatbot.text.sanitize import one_line

_EXAMPLE = """example:
  chatbot models
  chatbot models --model runs/mine/bundle --json
"""
_COLUMNS = ("name", "cell", "size", "perplexity", "corpora", "from", "directory")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `chatbot models`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = "List the models that ship with the program, those in your data directory, and --model DIR."
    parser.epilog = _EXAMPLE
    options.add_model(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List them; 1 if one of them cannot be used."""
    from chatbot.catalog import user_models

    rows, broken = [], 0
    for origin, directory in _directories(getattr(args, "model", None)):
        try:
            rows.append(_describe(origin, directory))
        except BundleError as error:
            broken += 1
            print(f"chatbot: {one_line(str(error))}", file=sys.stderr)
    if args.json:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
    elif rows:
        _print_table(rows)
    if not rows and not broken:
        print(f"no models found; bundles are looked for in {one_line(str(user_models()))}", file=sys.stderr)
    return 1 if broken else 0


def _directories(model: str | None) -> Iterator[tuple[str, Path]]:
    from chatbot.catalog import bundle_directories, find_bundle

    found = list(bundle_directories())
    yield from found
    if model is not None:
        given = find_bundle(model)
        if given not in (directory for _, directory in found):
            yield "--model", given


def _describe(origin: str, directory: Path) -> dict[str, Any]:
    from chatbot.bundle import read_bundle
    from chatbot.conversation.card import ModelCard

    card = ModelCard.of(read_bundle(directory))
    return {
        "name": card.name,
        "cell": card.cell,
        "units": card.units,
        "layers": card.layers,
        "size_bytes": card.size_bytes,
        "word_perplexity": card.word_perplexity,
        "corpora": list(card.corpora),
        "from": origin,
        "directory": str(directory),
    }


def _print_table(rows: list[dict[str, Any]]) -> None:
    """Columns as wide as they need to be; plain text, so that it can be cut and grepped."""
    table = [_COLUMNS]
    for row in rows:
        perplexity = row["word_perplexity"]
        table.append(
            (
                row["name"],
                f"{row['cell']} {row['layers']}×{row['units']}",
                f"{row['size_bytes'] / 1e6:.1f} MB",
                "-" if perplexity is None else f"{perplexity:.1f}",
                ", ".join(row["corpora"]) or "-",
                row["from"],
                one_line(row["directory"]),
            )
        )
    widths = [max(len(line[column]) for line in table) for column in range(len(_COLUMNS))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())

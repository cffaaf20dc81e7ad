"""`chatbot config`: where the user's settings are, what holds, and where that comes from."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from chatbot.config import SamplingConfig
from chatbot.errors import ChatbotError, UsageError
from chatbot.preferences import TABLES, Preferences, load_preferences, preferences_path, template, written
from chatbot.text.sanitize import one_line
from chatbot.ui.remembering import REMEMBERED, Remembering, state_path

_EXAMPLE = """examples:
  chatbot config           where the file is, and every setting
  chatbot config --init    write a file in which every setting stands as a comment
  chatbot config --json | jq -r .path

A file that cannot be used is named on standard error, the defaults hold, and the exit code is 1; every other command
then goes on with the defaults.  What is given on the command line counts more than the file; what was chosen in the
chat (theme, ghost text, …) does too, until the file says something else than it did then.
"""
_COLUMNS = ("setting", "value", "default", "source")


class Setting(NamedTuple):
    """One setting as it holds."""

    name: str
    value: Any
    default: Any
    source: str
    """``file``, ``default``, or ``chosen`` in the chat, which holds until the file says something else."""
    meaning: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `chatbot config`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = "Show the settings that hold without the command line, and the file that they come from."
    parser.epilog = _EXAMPLE
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="one JSON object")
    how.add_argument("--init", action="store_true", help="write the file, if there is none")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show or write them; 1 if the file cannot be used.

    Raises:
        ChatbotError: if it cannot be written, or is there already.
    """
    path = preferences_path()
    if args.init:
        write_template(path)
        print(one_line(str(path)))
        return 0
    preferences, problem = load_preferences(path)
    rows = list(settings(preferences, written(path) if problem is None else frozenset(), _chosen(preferences)))
    there = os.path.lexists(path)
    if args.json:
        print(json.dumps(_report(path, there, problem, rows), ensure_ascii=False))
    else:
        print(f"{one_line(str(path))}{'' if there else ' (not there; `chatbot config --init` writes it)'}\n")
        _print_table(rows)
    if problem is not None:
        print(f"chatbot: {problem}", file=sys.stderr)
    return 0 if problem is None else 1


def write_template(path: Path) -> None:
    """Write the file with everything in it as a comment.

    Raises:
        ChatbotError: if there is one, or it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError as error:
        raise UsageError(
            f"{path} is there already",
            expected="no such file yet",
            remedy="edit it, or move it away; it was not touched",
        ) from error
    except OSError as error:
        raise ChatbotError(
            f"{path} cannot be written ({error.strerror})",
            expected="a folder that you may write in",
            remedy="mend that",
        ) from error


def _chosen(preferences: Preferences) -> dict[str, Any]:
    """What holds otherwise since it was chosen in the chat."""
    holds = Remembering(preferences, state_path()).preferences
    return {name: getattr(holds, name) for name in REMEMBERED if getattr(holds, name) != getattr(preferences, name)}


def settings(
    preferences: Preferences, given: Collection[str], chosen: Mapping[str, Any] | None = None
) -> Iterator[Setting]:
    """Every setting there is, those of the tables by a dotted name.

    Args:
        preferences: As the file has them.
        given: Those that stand in the file.
        chosen: Those that hold otherwise since they were chosen in the chat.
    """
    chosen = chosen or {}
    default, texts = Preferences(), Preferences.describe()
    sampling = SamplingConfig.describe()
    known = [(name, value, getattr(default, name), texts[name]) for name, value in vars(preferences).items()]
    rows = [row for row in known if row[0] not in TABLES]
    rows += [(f"sampling.{name}", preferences.sampling.get(name), None, sampling[name]) for name in sampling]
    rows += [(f"keys.{name}", key, None, texts["keys"]) for name, key in preferences.keys.items()]
    for name, value, usual, meaning in rows:
        if name in chosen:
            yield Setting(name, chosen[name], usual, "chosen", meaning)
        else:
            yield Setting(name, value, usual, "file" if name in given else "default", meaning)


def _report(path: Path, there: bool, problem: str | None, rows: list[Setting]) -> dict[str, Any]:
    return {
        "path": str(path),
        "exists": there,
        "problem": problem,
        "settings": [row._asdict() for row in rows],
    }


def _print_table(rows: list[Setting]) -> None:
    """Columns as wide as they need to be; plain text, so that it can be cut and grepped."""
    shown = [(one_line(row.name), _shown(row, row.value), _shown(row, row.default), row.source) for row in rows]
    table = [_COLUMNS, *shown]
    widths = [max(len(line[column]) for line in table) for column in range(len(_COLUMNS))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _shown(row: Setting, value: Any) -> str:
    if value is None:
        return "the model's" if row.name.startswith("sampling.") else "the program's"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else one_line(str(value))

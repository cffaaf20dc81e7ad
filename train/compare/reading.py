"""Reads a ``report.json`` back, without anything that trains."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chatbot.errors import ChatbotError, UsageError
from chatbot.text.sanitize import one_line

SCHEMA = 1
"""Version of ``report.json``; it is described in ``report``."""
REPORT = "report.json"


def read_report(folder: Path) -> dict[str, Any]:
    """The report of a folder.

    Raises:
        UsageError: if there is none.
        ChatbotError: if it is none of this version.
    """
    path = folder / REPORT
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{one_line(str(path))} cannot be read ({error.strerror})",
            expected="the folder of a comparison",
            remedy="name the --out of one, or run `chatbot compare` first",
        ) from error
    except ValueError as error:
        raise ChatbotError(
            f"{one_line(str(path))} is not JSON", expected="a whole report", remedy="run the comparison again"
        ) from error
    version = found.get("version") if isinstance(found, dict) else None
    if version != SCHEMA:
        raise ChatbotError(
            f"{one_line(str(path))} has version {one_line(repr(version))}",
            expected=f"version {SCHEMA}",
            remedy="run the comparison again: what is trained is used again",
        )
    return dict(found)

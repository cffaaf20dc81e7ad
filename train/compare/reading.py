"""Reads a ``report.json`` back, without anything that trains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chatbot.reports import read_versioned

SCHEMA = 1
"""Version of ``report.json``; it is described in ``report``."""
REPORT = "report.json"


def read_report(folder: Path) -> dict[str, Any]:
    """The report of a folder.

    Raises:
        UsageError: if there is none.
        ChatbotError: if it is none of this version.
    """
    return read_versioned(
        folder / REPORT,
        SCHEMA,
        "a whole report",
        f"version {SCHEMA}",
        missing="name the --out of one, or run `chatbot compare` first",
        broken="run the comparison again",
        other="run the comparison again: what is trained is used again",
    )

"""A conversation into a file that the user can find; what it looks like is the business of ``conversation.export``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.errors import UsageError
from chatbot.text.sanitize import one_line

if TYPE_CHECKING:
    from chatbot.conversation import Moment

FORMATS = {"markdown": ".md", "json": ".json", "jsonl": ".jsonl"}
"""Names of the formats, and what their files end with."""
_NAME_CHARACTERS = 40


def export(argument: str, title: str, moments: Sequence[Moment]) -> Path:
    """Write a conversation; the file it was written to.

    Args:
        argument: A format, a file, or both in this order; without a file one in the current folder is named after the
            title, without a format it is that of the file's ending, or Markdown.
        title: Of the conversation.
        moments: What was said.

    Raises:
        UsageError: if nothing was said, the format is unknown, the file exists or cannot be written.
    """
    if not moments:
        raise UsageError("nothing was said yet", expected="a conversation", remedy="say something first")
    kind, path = _target(argument, title)
    text = _text(kind, title, moments)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{path} exists", expected="a new name", remedy="give another name") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"{path} cannot be written ({reason})", expected="a file in a folder of yours", remedy="give another name"
        ) from error
    return path.resolve()


def _text(kind: str, title: str, moments: Sequence[Moment]) -> str:
    from chatbot.conversation import export as formats

    if kind == "jsonl":
        return formats.corpus_line(moments)
    return formats.markdown(title, moments) if kind == "markdown" else formats.to_json(title, moments)


def _target(argument: str, title: str) -> tuple[str, Path]:
    """Format and file that an argument asks for."""
    endings = {ending: name for name, ending in FORMATS.items()}
    first, _, rest = argument.strip().partition(" ")
    kind = "markdown" if first == "md" else first
    if kind in FORMATS:
        return kind, Path(rest.strip()).expanduser() if rest.strip() else _free(title, FORMATS[kind])
    if not argument.strip():
        return "markdown", _free(title, FORMATS["markdown"])
    path = Path(argument.strip()).expanduser()
    if path.suffix not in endings:
        raise UsageError(
            f"export to {one_line(argument)!r}",
            expected=f"one of {', '.join(FORMATS)}, or a file that ends with one of {', '.join(endings)}",
            remedy="choose a format",
        )
    return endings[path.suffix], path


def _free(title: str, ending: str) -> Path:
    """A name in the current folder that is not taken."""
    stem = re.sub(r"[^\w-]+", "-", one_line(title).lower())[:_NAME_CHARACTERS].strip("-") or "conversation"
    names = (f"{stem}{number}{ending}" for number in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(path for name in names if not (path := Path(name)).exists())

"""The line at the top: which model and which cell is being talked to, or what keeps it from being so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from chatbot.text.sanitize import one_line

if TYPE_CHECKING:
    from chatbot.conversation import ModelCard

_ACRONYM = 5
"""Cell names up to this long are acronyms (LSTM, GRU) and written in capitals."""


def describe(model: ModelCard) -> str:
    """The model in one line: ``default · LSTM 2×256 · 13 MB · word perplexity 62``."""
    cell = one_line(model.cell)
    cell = cell.upper() if len(cell) <= _ACRONYM else cell.capitalize()
    parts = [one_line(model.name), f"{cell} {model.layers}×{model.units}", size(model.size_bytes)]
    if model.word_perplexity is not None:
        parts.append(f"word perplexity {model.word_perplexity:.0f}")
    return " · ".join(parts)


def size(count: int) -> str:
    """A number of bytes, for people: ``13 MB``; one decimal below ten."""
    amount, unit = (count / 1e6, "MB") if count >= 1e6 else (count / 1e3, "kB")
    return f"{amount:.0f} {unit}" if amount >= 10 else f"{amount:.1f} {unit}"


class StatusLine(Static):
    """The program's name, one fact beside it, and the title of the conversation."""

    def __init__(self) -> None:
        super().__init__(markup=False)

    def say(self, text: str, title: str = "", *, trouble: bool = False) -> None:
        """Show ``text``, on one line and as it stands; ``trouble`` marks it as such."""
        self.set_class(trouble, "-trouble")
        name = ("Chatbot", "bold")
        line = Content.assemble(name, "  ", one_line(text))
        if title:
            line = Content.assemble(line, "  │  ", (one_line(title), "italic"))
        self.update(line)

"""Tables as text: which character parts their columns, and their rows with the lines they begin on."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from train.corpora.reader import Head, OnSkip

DELIMITERS = "\t,;|"
"""What may part columns; of equally good ones the first is taken."""


class Layout(NamedTuple):
    """How the rows of a table are cut into cells."""

    delimiter: str
    quoted: bool
    """Whether a cell may stand in quotation marks, so that delimiters and new lines in it are text."""
    columns: int
    """As many as most rows of the head have."""
    agreement: float
    """The share of the head's rows that have as many."""
    prose: bool
    """Whether most delimiters are followed by a blank, as in speech."""

    @classmethod
    def of(cls, head: Head, delimiters: str = DELIMITERS) -> Layout:
        """The layout by which the head's rows have the most constant number of columns.

        Quotation marks count as such where that explains the rows as well as taking them for text does.  Without any
        in the head, those to come are expected to quote cells between commas and semicolons alone: a stray one would
        else swallow what follows.
        """
        text = head.text if head.whole else head.text[: head.text.rfind("\n") + 1] or head.text
        layouts = [cls._measured(text, delimiter, quoted) for delimiter in delimiters for quoted in (True, False)]
        quotes = '"' in text

        def merit(one: Layout) -> tuple[float, bool, bool]:
            return one.agreement, not one.prose, one.quoted == (quotes or one.delimiter in ",;")

        return max(layouts, key=merit)

    @classmethod
    def _measured(cls, text: str, delimiter: str, quoted: bool) -> Layout:
        rows = _strict(text, delimiter, quoted)
        counts = Counter(0 if cells is None else len(cells) for cells in rows if cells is None or any(cells))
        columns = max((columns for columns in counts if columns > 1), key=lambda n: (counts[n], -n), default=1)
        agreement = counts[columns] / counts.total() if columns > 1 else 0.0
        prose = delimiter in ",;" and text.count(f"{delimiter} ") * 2 > text.count(delimiter)
        return cls(delimiter, quoted, columns, agreement, prose)

    def rows(self, lines: Iterable[str], on_skip: OnSkip) -> Iterator[tuple[int, list[str]]]:
        """(line it begins on, cells) of all rows that are not empty; a row that cannot be cut is told to ``on_skip``.

        Args:
            lines: With their ends.
            on_skip: As of a reader.
        """
        reader = csv.reader(lines, **_options(self.delimiter, self.quoted))
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                on_skip(line, "a cell without an end: is a quotation mark missing?")
                continue
            if any(cell.strip() for cell in cells):
                yield line, cells


def _options(delimiter: str, quoted: bool) -> dict[str, Any]:
    quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    return {"delimiter": delimiter, "quoting": quoting, "skipinitialspace": delimiter != "\t"}


def _strict(text: str, delimiter: str, quoted: bool) -> Iterator[list[str] | None]:
    """The rows of a text; None for one with misplaced quotation marks."""
    reader = csv.reader(io.StringIO(text, newline=None), strict=True, **_options(delimiter, quoted))
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None

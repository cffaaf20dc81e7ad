"""fbdialog (bAbI, ConvAI2): ``N text<TAB>reply[<TAB>reward[<TAB>cand|cand]]``; N back at 1 starts a dialogue."""

from __future__ import annotations

import re
from collections.abc import Iterator

from train.corpora.dialogue import Conversation, Utterance
from train.corpora.reader import Head, OnSkip, Reader
from train.corpora.source import Source
from train.corpora.turns import conversation

_NUMBERED = re.compile(r"\s{0,9}(\d{1,9})(?: (.*)|$)")


class FbDialogReader(Reader):
    """Reads fbdialog; lines without a tab are knowledge or a persona, and no speech."""

    name = "fbdialog"
    expects = "lines of `N text<TAB>reply`, N counting from 1 anew in every dialogue"

    def recognises(self, head: Head) -> float:
        """By numbers that count from 1, and tabs."""
        numbers = [int(found[1]) if (found := _NUMBERED.match(line)) else -9 for line in head.lines]
        if not numbers or numbers[0] not in (0, 1) or not any("\t" in line for line in head.lines):
            return 0.0
        pairs = zip([-9, *numbers], numbers, strict=False)
        good = sum(number in (0, 1) or number == before + 1 for before, number in pairs)
        return 0.97 if good * 10 >= len(numbers) * 9 else 0.0

    def read(self, source: Source, on_skip: OnSkip) -> Iterator[Conversation]:
        """The dialogues; ``\\n`` in a text is a new line, as in ParlAI."""
        said: list[Utterance] = []
        first = last = 0
        for line, text in source.lines():
            found = _NUMBERED.match(text)
            if not found:
                if text.strip():
                    on_skip(line, "no number at the beginning of the line")
                continue
            number = int(found[1])
            if not first or number <= last:
                if first:
                    yield from conversation(said, first, on_skip)
                first, said = line, []
            last = number
            cells = (found[2] or "").replace("\\n", "\n").split("\t")
            if len(cells) > 1:
                said += (Utterance("a", cells[0]), Utterance("b", cells[1]))
        if first:
            yield from conversation(said, first, on_skip)

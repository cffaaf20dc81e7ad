"""What was sent before, to be sent again: Up and Down walk through it, and what was being typed is not lost."""

from __future__ import annotations

from collections.abc import Iterable


class History:
    """Texts that were sent, the oldest first, and a place among them; past the last is what is being typed."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._place = 0
        self._draft = ""

    def fill(self, texts: Iterable[str]) -> None:
        """Begin with what was sent in a conversation of earlier."""
        self._texts = []
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Remember ``text`` as sent last, and stand behind it."""
        if not self._texts or self._texts[-1] != text:
            self._texts.append(text)
        self._place, self._draft = len(self._texts), ""

    def earlier(self, typed: str) -> str | None:
        """The text before the place; None at the first.  ``typed`` is kept if nothing was taken from here yet."""
        if self._place == 0:
            return None
        if self._place == len(self._texts):
            self._draft = typed
        self._place -= 1
        return self._texts[self._place]

    def later(self) -> str | None:
        """The text after the place, at last what was being typed; None behind that."""
        if self._place >= len(self._texts):
            return None
        self._place += 1
        return self._draft if self._place == len(self._texts) else self._texts[self._place]

"""Masks what should not be learned by heart: e-mail addresses, telephone and card numbers, addresses with user data.

Numbers are judged by the tables of ``phonenumbers`` (Google's libphonenumber) and the check digit (``stdnum``), not by
their looks alone, so that a price or a year stays.  What replaces them is a word a reply can hold.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_EMAIL = re.compile(r"[\w.+'%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
_URL = re.compile(r"\b(?:https?|ftps?|wss?)://[^\s<>\"'()\[\]{}]+|\bwww\.[^\s<>\"'()\[\]{}]+", re.IGNORECASE)
_CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){11,18}(?![\w-])")
_USER_DATA = re.compile(r"//[^/@\s]+@|[?#]|/~|/(?:users?|profile|account|u)/", re.IGNORECASE)
"""What of an address tells of a person: a login, a query, a page of one's own."""


@dataclass
class Redactor:
    """Masks texts and counts what it masked, by kind.

    Args:
        region: Country (ISO 3166, "US") whose way of writing telephone numbers counts where no +code stands.
    """

    region: str | None = None
    counts: Counter[str] = field(default_factory=Counter)

    def __call__(self, text: str) -> str:
        """The text with every finding replaced by [kind]."""
        text = self._replace(_URL, "url", text, lambda found: bool(_USER_DATA.search(found)))
        text = self._replace(_EMAIL, "email", text, lambda found: True)
        text = self._replace(_CARD, "card", text, _is_card)
        for start, end in reversed(list(self._telephones(text))):
            text = f"{text[:start]}[phone]{text[end:]}"
            self.counts["phone"] += 1
        return text

    def _replace(self, pattern: re.Pattern[str], kind: str, text: str, really: Callable[[str], bool]) -> str:
        def mask(match: re.Match[str]) -> str:
            if not really(match[0]):
                return match[0]
            self.counts[kind] += 1
            return f"[{kind}]"

        return pattern.sub(mask, text)

    def _telephones(self, text: str) -> Iterator[tuple[int, int]]:
        if sum(map(str.isdigit, text)) < 6:
            return
        import phonenumbers

        for match in phonenumbers.PhoneNumberMatcher(text, self.region):
            yield match.start, match.end


def _is_card(found: str) -> bool:
    from stdnum import luhn

    digits = re.sub(r"\D", "", found)
    return len(digits) >= 12 and len(set(digits)) > 1 and luhn.is_valid(digits)

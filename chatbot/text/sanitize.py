"""Makes any text harmless to show: no terminal control codes, no hidden or re-ordering characters.

What a model, a corpus or a user says is data.  Line breaks and tabs stay; everything else that would act on a terminal
instead of being seen is taken out (escape sequences as a whole, so that no "[31m" is left behind).
"""

from __future__ import annotations

import re
import unicodedata

_STRING = "[^\x07\x1b\x90\x98\x9c-\x9f]*"  # no opening inside, so that a text made of openings alone is read once
_ESCAPES = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    f"|(?:\x1b[\\]PX^_]|[\x90\x98\x9d\x9e\x9f]){_STRING}(?:\x07|\x1b\\\\|\x9c)"  # OSC, DCS, …: titles, clipboard
    "|\x1b[ -/]*[0-~]?",  # two-character sequences, and openings that are never closed
)
_BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks, embeddings, overrides and isolates: right-to-left letters show well without them."""
_KEPT = set("\n\t\u200c\u200d")
"""Line break, tab, and the joiners that emoji and many scripts are written with."""


_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Controls, format characters, lone surrogates, line and paragraph separators."""


def printable(text: str) -> str:
    """``text`` without anything that acts instead of being seen; new lines and tabs are kept."""
    if text.isascii() and text.isprintable():
        return text
    return visible(_ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def visible(text: str) -> str:
    """``printable`` character by character: what a sequence's opening leaves behind stays, as harmless letters.

    For text that is still growing: of a longer text it never gives less.
    """
    return "".join(c for c in text if c in _KEPT or (c not in _BIDI and unicodedata.category(c) not in _HIDDEN))


def one_line(text: str) -> str:
    """``printable`` on a single line, blanks folded: for titles, notices and line-by-line output."""
    return " ".join(printable(text).split())

"""Colours and shapes of numbers.  No picture is told by colour alone: beside it stands a shape or a number.

Blue and orange are told apart by nearly everybody (Okabe & Ito 2008); nothing is the colour of the background.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color

LEVELS = 8
"""Steps of colour on each side of zero."""
POSITIVE_DARK, NEGATIVE_DARK = Color.parse("#ffa94d"), Color.parse("#4dabff")
POSITIVE_LIGHT, NEGATIVE_LIGHT = Color.parse("#b34700"), Color.parse("#0050b3")
POSITIVE_SHAPES, NEGATIVE_SHAPES = " ░▒▓█", " .-=#"
"""Where there is no colour: from zero to the strongest."""
BARS = " ▁▂▃▄▅▆▇█"
TENTHS = "₀₁₂₃₄₅₆₇₈₉"


@lru_cache(maxsize=4)
def scale(background: Color, dark: bool) -> tuple[Color, ...]:
    """Colours of the levels -LEVELS to LEVELS, on a background."""
    negative, positive = (NEGATIVE_DARK, POSITIVE_DARK) if dark else (NEGATIVE_LIGHT, POSITIVE_LIGHT)
    return tuple(
        background.blend(positive if level > 0 else negative, abs(level) / LEVELS)
        for level in range(-LEVELS, LEVELS + 1)
    )


@lru_cache(maxsize=2048)
def halves(upper: RichColor, lower: RichColor) -> Style:
    """The style of an upper half block whose halves have these colours."""
    return Style(color=upper, bgcolor=lower)


def bar(share: float, width: int) -> str:
    """A horizontal bar of at most ``width`` cells, in eighths of a cell."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (" ▏▎▍▌▋▊▉"[rest] if rest else "")


def column(share: float) -> str:
    """A vertical bar in one cell; empty only for nothing at all."""
    return BARS[max(1, round(max(0.0, min(1.0, share)) * 8))] if share > 0 else BARS[0]


def tenth(share: float) -> str:
    """A probability as one small digit: how many tenths of it there are, at most nine."""
    return TENTHS[min(9, int(max(0.0, share) * 10))]

"""Values for slots: from the lists, or made up, so that copying is learned and not the lists."""

from __future__ import annotations

import random
import re

from train.authored.kinds import Library
from train.invention import made_up

_MADE_UP = 0.5
"""Share of made-up values where a list is open."""
_OPEN = 25
"""Lists with fewer entries are closed: there are seven days, and no other."""
_LAST = re.compile(r"([^\W\d_]{3,})(\W*)$")
_NUMBER = re.compile(r"\d+")
_ARTICLE = re.compile(r"^(an?) ")
CLOSED = frozenset(
    ("colour", "season", "day", "month", "time_future", "time_past", "time", "time_meet", "date", "spot", "children",
     "favourite_place", "sibling_count", "weather", "dream", "language", "number", "age", "small_number", "occasion",
     "time_of_day", "evening_plan", "party_where", "appointment", "companion", "visitor",
     "relative_age", "pet_age", "married_years", "weather_word", "event_day", "deed_why", "doer_singular")
)  # fmt: skip
"""Lists whose words are the language itself, however many they are."""


def draw(library: Library, name: str, rng: random.Random) -> str:
    """A value of a list, or one like those in it that nobody has ever seen."""
    entries = library.values[name]
    entry = entries[int(rng.random() * len(entries))]
    if _NUMBER.search(entry):
        return _NUMBER.sub(lambda match: _like(match[0], rng), entry) if rng.random() < _MADE_UP else entry
    if name in CLOSED or len(entries) < _OPEN or rng.random() >= _MADE_UP:
        return entry
    return _invented(entry, rng)


def _like(number: str, rng: random.Random) -> str:
    """Another number of as many digits."""
    first = rng.choice("123456789") if len(number) == 1 or number[0] != "0" else "0"
    return first + "".join(rng.choice("0123456789") for _ in number[1:])


def _invented(entry: str, rng: random.Random) -> str:
    """The entry with its last word replaced; a single word may become two."""
    found = _LAST.search(entry)
    if found is None:
        return entry
    old, new = found[1], made_up(rng)
    if old.endswith("ing") and not old[0].isupper():
        new = new.rstrip("aeiouy") + "ing"
    new = new.capitalize() if old[0].isupper() else new
    if " " not in entry and rng.random() < 0.1:
        more = made_up(rng)
        new = f"{new} {more.capitalize() if old[0].isupper() else more}"
    made = entry[: found.start()] + new + found[2]
    article = "an" if re.match(r"an? [aeiou]", made) else "a"
    return _ARTICLE.sub(f"{article} ", made)

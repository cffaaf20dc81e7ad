"""What can follow the commands of a comparison, for their completion."""

from __future__ import annotations

from collections.abc import Sequence

SETTINGS = (
    ("temp=", "temperature of the one before it"),
    ("topk=", "among how many pieces it chooses"),
    ("topp=", "among pieces of how much probability it chooses"),
    ("seed=", "a seed of its own"),
)


def contenders(known: Sequence[tuple[str, str]], first: str) -> list[tuple[str, str]]:
    """Who can be compared, and what may be otherwise with them.

    Args:
        known: Models that have a name, and their cells.
        first: The model that is talked to; empty if there is none.
    """
    found = {name: f"cell {cell}" for name, cell in known}
    if first:
        found.setdefault(first, "the one that is talked to")
    for name, cell in known:
        found.setdefault(cell, f"model {name}")
    return [*found.items(), *SETTINGS]


def choices(known: Sequence[tuple[str, str]], first: str) -> dict[str, Sequence[tuple[str, str]]]:
    """For each list that the commands of a comparison name, values and what they mean."""
    return {"contenders": contenders(known, first), "settings": SETTINGS, "copies": [("json", "with every figure")]}

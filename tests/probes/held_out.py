"""Writes the hashes of what the scripts ask, for training to leave out: python -m tests.probes.held_out."""

from __future__ import annotations

from tests.probes.scripts import read_scripts
from train.authored.held_out import PATH, listed


def current() -> str:
    """What the file should hold."""
    return listed(script.turns[-1] for script in read_scripts())


if __name__ == "__main__":
    PATH.write_text(current(), encoding="utf-8")

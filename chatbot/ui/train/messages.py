"""What the training screens ask the program for."""

from __future__ import annotations

from pathlib import Path

from textual.message import Message


class TalkRequested(Message):
    """The user wants to talk to the model in ``bundle``."""

    def __init__(self, bundle: Path) -> None:
        super().__init__()
        self.bundle = bundle


class CompareRequested(Message):
    """The user wants to compare the model in ``bundle`` with the one it comes from."""

    def __init__(self, parent: str, bundle: Path) -> None:
        super().__init__()
        self.parent = parent
        self.bundle = bundle

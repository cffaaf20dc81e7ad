"""What was chosen in the chat is so the next time too: theme, facts under replies, ghost text, memory panel.

It is kept with the state of the program (platformdirs), not in the user's ``config.toml``: that file is theirs alone,
and what is never written cannot be damaged.  Of two decisions the later one holds: with each choice stands what the
settings said when it was made, and once they say something else, they are obeyed again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from pathlib import Path
from typing import Any

from chatbot.preferences import Preferences

REMEMBERED = ("theme", "show_details", "ghost_text", "memory_panel")
"""Settings that can be chosen in the chat."""


def state_path() -> Path:
    """The file; it need not exist."""
    from platformdirs import user_state_path  # not at the top: it is not needed to import this

    return Path(user_state_path("chatbot", appauthor=False)) / "chosen.json"


class Remembering:
    """What was chosen in the chat, over what the settings say.

    Nothing here raises: a choice that cannot be kept holds until the end of the program.

    Args:
        settings: As the user wrote them.
        path: Of the file; None remembers nothing.
    """

    def __init__(self, settings: Preferences, path: Path | None = None) -> None:
        self._settings, self._path = settings, path

    @property
    def preferences(self) -> Preferences:
        """What holds."""
        chosen = {name: choice["chosen"] for name, choice in self._read().items() if self._holds(name, choice)}
        return dataclasses.replace(self._settings, **chosen)

    def choose(self, name: str, value: Any) -> None:
        """Keep that ``value`` was chosen for a setting of ``REMEMBERED``."""
        assert name in REMEMBERED
        usual = getattr(self._settings, name)
        choices = self._read()
        choices.pop(name, None)
        if value != usual:
            choices[name] = {"chosen": value, "instead_of": usual}
        self._write(choices)

    def _holds(self, name: str, choice: dict[str, Any]) -> bool:
        """Whether a choice is of its kind, and later than what the settings say."""
        kind = str if name == "theme" else bool
        return isinstance(choice["chosen"], kind) and choice["instead_of"] == getattr(self._settings, name)

    def _read(self) -> dict[str, dict[str, Any]]:
        """What is kept, by setting; what cannot be understood is not there."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8")) if self._path is not None else {}
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {
            name: choice
            for name, choice in found.items()
            if name in REMEMBERED and isinstance(choice, dict) and {"chosen", "instead_of"} <= set(choice)
        }

    def _write(self, choices: dict[str, dict[str, Any]]) -> None:
        if self._path is None:
            return
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(choices, indent=2) + "\n", encoding="utf-8")
            beside.replace(self._path)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)

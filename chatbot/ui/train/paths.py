"""Completes the path that is typed last."""

from __future__ import annotations

from pathlib import Path

from textual.suggester import Suggester


class PathSuggester(Suggester):
    """Suggests how the last of several paths could go on: by the first file or folder that begins so."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The whole input with the last path completed."""
        before, _, last = value.rpartition(" ")
        if not last:
            return None
        folder, _, begun = last.rpartition("/")
        home = Path(f"{folder}/" if folder or last.startswith("/") else ".").expanduser()
        try:
            names = sorted(path.name + "/" * path.is_dir() for path in home.iterdir() if path.name.startswith(begun))
        except (OSError, RuntimeError):
            return None
        if not names or (not begun and not folder):
            return None
        completed = f"{folder}/{names[0]}" if folder or last.startswith("/") else names[0]
        return f"{before} {completed}".lstrip() if before else completed

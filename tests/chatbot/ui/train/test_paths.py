"""Laws of completing paths."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chatbot.ui.train.paths import PathSuggester

Until = Callable[[Callable[[], object]], Awaitable[None]]
Grow = Callable[[Path], None]


async def test_the_last_path_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "one.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    suggest = PathSuggester().get_suggestion
    assert await suggest("ta") == "talks/"
    assert await suggest("a.txt talks/o") == "a.txt talks/one.jsonl"
    assert await suggest(f"{tmp_path}/t") == f"{tmp_path}/talks/"
    assert [await suggest(text) for text in ("", "nothing", "talks/x", "a ")] == [None] * 4

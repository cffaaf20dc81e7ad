"""Reports that cannot be read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.errors import ChatbotError, UsageError
from train.compare.reading import REPORT, read_report


def test_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="folder of a comparison"):
        read_report(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"version": 999}'])
def test_it_is_none_of_this_version(text: str, tmp_path: Path) -> None:
    (tmp_path / REPORT).write_text(text)
    with pytest.raises(ChatbotError, match="comparison again"):
        read_report(tmp_path)

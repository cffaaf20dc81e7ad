"""The arguments of `chatbot evaluate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatbot.cli import main


def test_a_bundle_is_measured_on_any_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "chat.txt"
    path.write_text("Ada: Hi!\nBen: Hello, how are you?\n", encoding="utf-8")
    assert main(["evaluate", "default", str(path), "--format", "jsonl"]) == 1, "not in that format"
    capsys.readouterr()
    own = tmp_path / "chat.jsonl"
    turns = [{"speaker": "a", "text": "Hi!"}, {"speaker": "b", "text": "Hello, how are you?"}]
    own.write_text(json.dumps({"turns": turns}), encoding="utf-8")
    assert main(["evaluate", "default", str(own), "--no-replies", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["replies"], report["words"]) == (1, 4)
    assert 1 < report["word_perplexity"] < 5000


@pytest.mark.parametrize("limit", ["0", "-3"])
def test_a_limit_below_one_is_a_mistake_of_usage(
    limit: str, sample_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "default", str(sample_path), "--limit", limit]) == 2
    assert f"--limit {limit}" in capsys.readouterr().err

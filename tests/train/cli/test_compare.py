"""The arguments of `chatbot compare`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chatbot.cli import main
from tests.train.compare.reports import made_up, tiny_settings

pytest.importorskip("vl_convert")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], "no PATH"),
        (["a.jsonl"], "no --out"),
        (["a.jsonl", "--out", "x", "--seeds", "0"], "--seeds 0"),
        (["a.jsonl", "--out", "x", "--units", "-1"], "--units -1"),
        (["--replay", "x", "--out", "y"], "--replay DIR alone"),
        (["--replay", "nowhere"], "folder of a comparison"),
    ],
)
def test_a_mistake_of_usage_is_told(words: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *words]) == 2
    assert text in capsys.readouterr().err


def test_an_unknown_cell_is_told_before_the_corpus_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "nowhere.jsonl", "--cells", "lsmt", "--out", str(tmp_path)]) == 2
    shown = capsys.readouterr().err
    assert "unknown cell 'lsmt'" in shown
    assert "transformer" in shown


def test_replaying_draws_again_and_loads_nothing_that_trains(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(json.dumps(made_up()))
    code = (
        "import sys\nfrom chatbot.cli import main\n"
        f"code = main(['compare', '--replay', {str(tmp_path)!r}])\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules), 'loaded'\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "12,000" in done.stdout
    assert (tmp_path / "report.html").exists()


def test_a_comparison_is_made_from_the_command_line(
    tmp_path: Path, sample_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from train.compare import settings

    monkeypatch.setitem(settings.PRESETS, "smoke", tiny_settings())
    words = ["compare", str(sample_path), "--cells", "memoryless", "--out", str(tmp_path / "out"), "--steps", "3"]
    assert main([*words, "--cache", str(tmp_path / "cache")]) == 0
    shown = capsys.readouterr()
    assert "memoryless" in shown.out
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["cells"][0]["steps"] == 3
    assert report["corpora"][0]["name"] == "data/sample.jsonl"
    assert str(sample_path.parent.parent) not in (tmp_path / "out" / "report.json").read_text(), "no path of somebody's"

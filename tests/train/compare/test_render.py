"""What is written for a report, and what is said where it cannot be drawn."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from chatbot.errors import ChatbotError, MissingExtraError
from tests.train.compare.reports import made_up
from train.compare.render import render

pytest.importorskip("vl_convert")


def test_page_text_and_images_are_written_and_the_same_again(tmp_path: Path) -> None:
    render(made_up(), tmp_path)
    files = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"report.html", "report.md", "plots.json", "plots/facts.png", "plots/facts.svg"} <= set(files)
    assert files["plots/facts.png"].startswith(b"\x89PNG")
    assert len(files) == 3 + 2 * 13
    assert b"vegaEmbed" in files["report.html"]
    assert b"cdn" not in files["report.html"].lower().split(b"</script>")[-1]
    render(made_up(), tmp_path)
    assert files["plots/facts.svg"] == (tmp_path / "plots/facts.svg").read_bytes()
    assert files["report.html"] == (tmp_path / "report.html").read_bytes()


def test_without_the_package_that_draws_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"chatbot\[compare\]"):
        render(made_up(), tmp_path)


def test_a_folder_that_takes_nothing_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ChatbotError, match="--replay"):
        render(made_up(), tmp_path / "file")

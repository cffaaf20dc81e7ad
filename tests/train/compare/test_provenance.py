"""Hashes that change with what figures hang on, and with nothing else."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.train.compare.reports import tiny_settings
from train.compare import provenance
from train.compare.provenance import asked, code


def test_code_that_changes_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = code()
    assert before == code()
    (tmp_path / "a.py").write_text("x = 1")
    packages = SimpleNamespace(layers=SimpleNamespace(__file__=str(tmp_path / "a.py")), model=provenance.chatbot.model)
    monkeypatch.setattr(provenance, "chatbot", packages)
    one = code()
    (tmp_path / "a.py").write_text("x = 2")
    assert len({before, one, code()}) == 3


def test_what_is_asked_hangs_on_the_scripts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tiny_settings()
    before = asked(settings)
    assert before == asked(dataclasses.replace(settings, units=99))
    assert before != asked(dataclasses.replace(settings, fact_gaps=(0, 3)))
    scripts = provenance.scripts
    monkeypatch.setattr(provenance, "scripts", lambda gap, count: [s._replace(value="x") for s in scripts(gap, count)])
    assert asked(settings) != before

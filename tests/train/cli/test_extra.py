"""What training needs is asked for before anything else."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from chatbot.errors import MissingExtraError
from train.cli.extra import require_extra


@pytest.mark.parametrize("missing", ["tensorflow", "keras", "safetensors"])
def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    find: Any = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == missing else find(name, *rest))
    with pytest.raises(MissingExtraError, match=rf"^{missing} not installed.*pip install"):
        require_extra()


def test_where_all_is_there_nothing_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    require_extra()
    assert capfd.readouterr() == ("", "")

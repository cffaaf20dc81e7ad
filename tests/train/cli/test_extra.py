"""What training needs is asked for before anything else."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from chatbot.cli import main
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


@pytest.mark.parametrize(
    ("name", "content", "package"),
    [
        ("a.yml", b"categories: [x]\nconversations:\n- - Hi\n  - Hello\n", "yaml"),
        ("a.txt", b"Tr\xe8s bien\nd\xe9j\xe0 vu\n", "charset_normalizer"),
        ("a.zst", b"\x28\xb5\x2f\xfd" + bytes(20), "zstandard"),
    ],
)
def test_a_corpus_that_needs_a_package_says_which(
    name: str, content: bytes, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    (tmp_path / name).write_bytes(content)
    monkeypatch.setitem(sys.modules, package, None)
    assert main(["corpus", str(tmp_path / name)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert f"{package} not installed" in err
    assert "pip install 'chatbot[train]'" in err


def test_any_other_module_that_is_missing_is_a_mistake_of_ours(
    monkeypatch: pytest.MonkeyPatch, sample_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "train.corpora.show", None)
    with pytest.raises(ModuleNotFoundError):
        main(["corpus", str(sample_path)])

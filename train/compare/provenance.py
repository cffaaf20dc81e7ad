"""Hashes of what figures hang on besides settings and data: the code of the models, and what is asked of them; and how
figures are kept under them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import chatbot.layers
import chatbot.model
from train.compare.facts import scripts
from train.compare.settings import Settings


def code() -> str:
    """Of everything in ``chatbot.layers`` and ``chatbot.model``: a figure of other code is another figure."""
    digest = hashlib.sha256()
    for package in (chatbot.layers, chatbot.model):
        home = Path(str(package.__file__)).parent
        for path in sorted(home.rglob("*.py")):
            digest.update(path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def asked(settings: Settings) -> str:
    """Of the scripts of facts, made by the grammar of ``train.authored``: who is asked the same can be compared."""
    found = [scripts(gap, settings.fact_scripts) for gap in settings.fact_gaps]
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]


def keep(path: Path, content: Mapping[str, Any]) -> None:
    """Write figures: all of them or nothing."""
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(content), encoding="utf-8")
    beside.replace(path)

"""What the public probes ask is never said in training, however the grammar grows: it is known by its hash alone.

``held_out.toml`` is written by ``python -m tests.probes.held_out``; a test sees to it that it is up to date.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

PATH = Path(__file__).with_suffix(".toml")
_LETTERS = 12
"""Hexadecimal digits of a hash that are kept."""
_SIGNS = re.compile(r"[^\w ]")


def hash_of(text: str) -> str:
    """Of a text in lower case without punctuation: the same however it is typed."""
    normal = " ".join(_SIGNS.sub("", text.lower()).split())
    return hashlib.sha256(normal.encode()).hexdigest()[:_LETTERS]


def is_held_out(text: str) -> bool:
    """Whether a probe asks this."""
    return hash_of(text) in _hashes()


def listed(texts: Iterable[str]) -> str:
    """The file's content for what is asked."""
    lines = "".join(f'  "{each}",\n' for each in sorted(set(map(hash_of, texts))))
    return f"# Hashes of what the probes ask: see held_out.py.\nhashes = [\n{lines}]\n"


@functools.cache
def _hashes() -> frozenset[str]:
    return frozenset(tomllib.loads(PATH.read_text(encoding="utf-8"))["hashes"])

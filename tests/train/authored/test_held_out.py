"""Laws of what is held out: it is known however it is typed, and never said."""

from __future__ import annotations

import pytest

from train.authored import held_out
from train.authored.compose import Composer
from train.authored.held_out import hash_of, is_held_out, listed


def test_it_is_the_same_however_it_is_typed() -> None:
    assert hash_of("What's my  name?") == hash_of("whats my name")
    assert hash_of("What's my name?") != hash_of("What's your name?")


def test_the_file_lists_each_once_and_in_order() -> None:
    text = listed(["b", "A!", "a"])
    assert text.count(hash_of("a")) == 1
    assert text.index(min(hash_of("a"), hash_of("b"))) < text.index(max(hash_of("a"), hash_of("b")))


def test_what_is_held_out_is_never_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def said() -> list[str]:
        composer = Composer(3)
        return [turn.text for dialogue in composer.dialogues(150) for turn in dialogue.turns[::2]]

    held = {hash_of(text) for text in said() if text.endswith("?")}
    assert len(held) > 50
    monkeypatch.setattr(held_out, "_hashes", lambda: frozenset(held))
    asked = [text for text in said() if is_held_out(text)]
    assert asked == []

"""Dialogues on their way: many processes make the same of them as one, and nothing of what is in them is lost."""

from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import ChatbotError
from chatbot.text.template import Turn
from chatbot.text.tokenizer import Tokenizer
from train import spool
from train.corpora import Dialogue, Utterance
from train.pieces import pieces_of
from train.spool import Spool, Tokenizing


def filled(path: Path, dialogues: list[Dialogue]) -> Spool:
    made = Spool(path)
    for dialogue in dialogues:
        made.add(dialogue)
    return made


@pytest.mark.parametrize(("longest", "invented"), [(None, ()), (40, (0.0, frozenset()))])
def test_in_one_process_and_in_many_the_ids_are_the_same_in_the_same_order(
    longest: int | None,
    invented: tuple[Any, ...],
    dialogues: list[Dialogue],
    tokenizer: Tokenizer,
    tmp_path: Path,
    monkeypatch: Any,
) -> None:
    strange = Dialogue((Turn("user", "a\nb\x1b[31m\u2028c\ud800 \x00"), Turn("assistant", "ß\U0001f600")), "assistant")
    given = [*dialogues[:60], strange]
    want = [pieces for dialogue in given for pieces in pieces_of(dialogue, tokenizer, longest)]
    assert list(filled(tmp_path / "one", given).pieces(Tokenizing(tokenizer, longest, *invented))) == want
    monkeypatch.setattr(spool, "_CHUNK", 2000)
    monkeypatch.setattr(spool, "_ALONE", 0)
    assert list(filled(tmp_path / "many", given).pieces(Tokenizing(tokenizer, longest, *invented))) == want


def test_its_content_hangs_on_every_text_role_and_order(tmp_path: Path) -> None:
    one = Dialogue.of([Utterance("a", "Hi"), Utterance("b", "Hello")])
    two = Dialogue.of([Utterance("a", "Bye"), Utterance("b", "See you")])
    kinds = [[one, two], [two, one], [one], [one, two._replace(only="user")], [one, two._replace(turns=two.turns[:1])]]
    contents = [filled(tmp_path / str(n), kind).content for n, kind in enumerate(kinds)]
    assert len(set(contents)) == len(kinds)
    assert contents[0] == filled(tmp_path / "again", kinds[0]).content
    assert contents[0].startswith("2 (")


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    filled(tmp_path / "spool", [])
    assert stat.S_IMODE((tmp_path / "spool").stat().st_mode) == 0o600


def test_a_helper_that_is_killed_is_an_error_with_a_remedy(
    dialogues: list[Dialogue], tokenizer: Tokenizer, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(spool, "_ALONE", 0)
    monkeypatch.setattr(spool, "_CHUNK", 1)
    pieces = filled(tmp_path / "spool", dialogues).pieces(Tokenizing(tokenizer))
    next(pieces)
    for helper in multiprocessing.active_children():
        helper.kill()
    with pytest.raises(ChatbotError, match="was killed") as caught:
        list(pieces)
    assert caught.value.remedy

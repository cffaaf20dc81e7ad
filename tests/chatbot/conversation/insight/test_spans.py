"""Pieces are found again in the text that they were made of."""

from __future__ import annotations

import pytest

from chatbot.conversation.insight.spans import seen, spans, words


def found(pieces: list[str], text: str) -> list[str | None]:
    return [None if span is None else text[span.start : span.end] for span in spans(pieces, text)]


def test_pieces_stand_where_their_letters_are() -> None:
    text = "My  name\nis Mara, Mara!"
    assert found(["▁My", "▁na", "me", "▁is", "▁Ma", "ra", ",", "▁Ma", "ra", "!"], text) == [
        "My", "na", "me", "is", "Ma", "ra", ",", "Ma", "ra", "!",
    ]  # fmt: skip
    first, second = [span for span in spans(["▁Mara", ",", "▁Mara"], "Mara, Mara") if span][::2]
    assert (first.start, second.start) == (0, 6)


def test_the_bytes_of_a_character_all_stand_at_it() -> None:
    assert found(["▁Z", "<0xC3>", "<0xBC>", "ri", "ch"], "Zürich") == ["Z", "ü", "ü", "ri", "ch"]
    assert found(["<0xF0>", "<0x9F>", "<0x99>", "<0x82>", "▁ok"], "🙂 ok") == ["🙂"] * 4 + ["ok"]


def test_what_was_normalised_is_found_where_it_was_one_letter_or_several() -> None:
    assert found(["▁so", "...", "▁fi", "ne"], "so… ﬁne") == ["so", "…", "ﬁ", "ne"]


def test_what_cannot_be_found_does_not_keep_the_rest_from_it() -> None:
    assert found(["▁a", "▁zz", "▁b", "<0xC3>", "▁c"], "a b c") == ["a", None, "b", None, "c"]
    assert found(["▁b", "▁a"], "a b") == ["b", None]
    assert found([], "a") == []
    assert found(["▁a"], "") == [None]


def test_with_a_real_tokenizer_every_letter_belongs_to_a_piece(tokenizer) -> None:
    text = "Hello there, I'm Ann — from  Zürich; 3pm?"
    ids = tokenizer.encode(text)
    covered = {place for span in spans([tokenizer.piece(i) for i in ids], text) if span for place in range(*span)}
    assert {place for place, letter in enumerate(text) if not letter.isspace()} <= covered


def test_words_are_what_people_call_words() -> None:
    text = "I'm here -- it’s 3pm!"
    assert [text[a:b] for a, b in words(text)] == ["I'm", "here", "--", "it’s", "3pm", "!"]


@pytest.mark.parametrize(("piece", "text"), [("▁the", "·the"), ("▁", "·"), ("a\x1b[31m", "a"), ("<0x0A>", "<0x0A>")])
def test_a_piece_is_shown_harmless(piece: str, text: str) -> None:
    assert seen(piece) == text

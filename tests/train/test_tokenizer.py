"""Laws of training a tokenizer."""

from __future__ import annotations

import pytest

from chatbot.errors import CorpusError
from chatbot.text.tokenizer import ASSISTANT, CONTROL_SYMBOLS, END, PAD, UNKNOWN, USER, Tokenizer
from train.corpora import Dialogue
from train.tokenizer import train_tokenizer


@pytest.fixture(scope="module")
def texts(dialogues: list[Dialogue]) -> list[str]:
    return [turn.text for dialogue in dialogues for turn in dialogue.turns]


def test_the_symbols_have_the_same_ids_in_every_model(tokenizer: Tokenizer) -> None:
    for trained in (tokenizer, train_tokenizer(["Some other text."] * 3, 400)):
        assert tuple(trained.piece(i) for i in (USER, ASSISTANT, END)) == CONTROL_SYMBOLS
        assert (trained.piece(PAD), trained.piece(UNKNOWN)) == ("<pad>", "<unk>")


def test_the_same_texts_give_the_same_model(texts: list[str]) -> None:
    assert train_tokenizer(iter(texts), 500).model == train_tokenizer(texts, 500).model


def test_other_texts_give_another_model(texts: list[str]) -> None:
    assert train_tokenizer(texts[::2], 500).model != train_tokenizer(texts, 500).model


def test_words_of_the_corpus_become_few_pieces(tokenizer: Tokenizer, texts: list[str]) -> None:
    pieces = sum(len(tokenizer.encode(text)) for text in texts)
    assert pieces < 0.5 * sum(map(len, texts))


def test_every_printable_ascii_character_has_a_piece_of_its_own() -> None:
    trained = train_tokenizer(["only a few words"] * 3, 600)
    pieces = {trained.piece(i) for i in range(trained.vocabulary_size)}
    assert {chr(code) for code in range(0x21, 0x7F)} <= pieces
    assert {f"<0x{value:02X}>" for value in range(256)} <= pieces


def test_the_vocabulary_is_what_was_asked_for_or_what_the_corpus_holds(texts: list[str]) -> None:
    assert train_tokenizer(texts, 450).vocabulary_size == 450
    assert 600 < train_tokenizer(texts, 20_000).vocabulary_size < 20_000


def test_turns_with_control_characters_and_symbols_teach_neither(texts: list[str]) -> None:
    dirty = [f"{text}\x00\x1b[31m <user> \ud800" for text in texts]
    trained = train_tokenizer(dirty, 600)
    assert trained.decode(trained.encode("<user> Hello")) == "<user> Hello"
    assert USER not in trained.encode("<user> Hello")


@pytest.mark.parametrize("nothing", [[], [""], ["  \n", "\x00\x1b[0m"]], ids=["no text", "empty", "blank"])
def test_nothing_to_learn_from_is_a_corpus_error(nothing: list[str]) -> None:
    with pytest.raises(CorpusError, match="no tokenizer") as caught:
        train_tokenizer(nothing, 600)
    assert "\n" not in str(caught.value)


def test_a_vocabulary_too_small_for_every_byte_is_an_error_that_names_the_option(texts: list[str]) -> None:
    with pytest.raises(CorpusError, match="--vocabulary"):
        train_tokenizer(texts, 50)


def test_one_short_text_is_enough() -> None:
    trained = train_tokenizer(["Hi"], 6000)
    assert trained.decode(trained.encode("Hi, 日本!")) == "Hi, 日本!"

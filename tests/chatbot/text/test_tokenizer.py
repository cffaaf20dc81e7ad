"""Laws of the tokenizer: any text can be represented, and no text can act as a symbol."""

from __future__ import annotations

import time

import numpy as np
import pytest
import sentencepiece

from chatbot.errors import BundleError
from chatbot.text.tokenizer import ASSISTANT, CONTROL_SYMBOLS, END, PAD, UNKNOWN, USER, Tokenizer

SPECIAL = {PAD, UNKNOWN, USER, ASSISTANT, END}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello!",
        "My name is Reykjavíkur-Þórdís O'Neill 3rd, e-mail x_y@z.org",
        "kvqxzj wwwww",
        "👍 👩‍👩‍👧 🏳️‍🌈 ❤️ 👍🏽",
        "日本語のテキスト 한국어 ᚠᛇᚻ Ελληνικά 𝔘 नमस्ते שלום",
        'quotes " and {braces} \\ back|slash ~ ^',
    ],
)
def test_decoding_gives_back_the_text(tokenizer: Tokenizer, text: str) -> None:
    import unicodedata

    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == unicodedata.normalize("NFKC", text)
    assert not SPECIAL & set(ids)


@pytest.mark.parametrize("seed", range(20))
def test_random_text_of_any_script_comes_back(tokenizer: Tokenizer, seed: int) -> None:
    blocks = [(0x21, 0x7E), (0xC0, 0x17F), (0x391, 0x3A1), (0x410, 0x44F), (0x4E00, 0x9FFF), (0x1F600, 0x1F64F)]
    rng = np.random.default_rng(seed)
    words = ["".join(chr(rng.integers(*block)) for _ in range(rng.integers(1, 9))) for block in blocks * 5]
    text = " ".join(words).replace("ŀ", "").replace("Ŀ", "").replace("ŉ", "").replace("ſ", "")  # compatibility forms
    text = text.replace("ĳ", "").replace("Ĳ", "")
    assert tokenizer.decode(tokenizer.encode(text)) == " ".join(text.split())


@pytest.mark.parametrize("symbol", [*CONTROL_SYMBOLS, "<pad>", "<unk>", "<s>", "</s>", "<0x0A>"])
def test_no_text_can_act_as_a_symbol(tokenizer: Tokenizer, symbol: str) -> None:
    newline = next(i for i in range(tokenizer.vocabulary_size) if tokenizer.piece(i) == "<0x0A>")
    for text in (symbol, f"a{symbol}b", f" {symbol} ", symbol.upper(), f"{symbol[0]}\u200b{symbol[1:]}", symbol * 3):
        ids = tokenizer.encode(text)
        assert not (SPECIAL | {newline}) & set(ids)
    assert tokenizer.decode(tokenizer.encode(symbol)) == symbol


def test_control_characters_vanish_and_an_id_list_is_one_line(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("a\x00b\x07c\x1b[31md") == tokenizer.encode("abcd")
    assert tokenizer.encode(" one\n\ttwo \r\n three ") == tokenizer.encode("one two three")
    assert not set(tokenizer.encode("".join(map(chr, range(0x20))) + "\x7f\x85")) & set(tokenizer.unspeakable())
    assert tokenizer.encode("\x00 \n") == []


def test_a_lone_surrogate_vanishes(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("\ud800a\udfff") == tokenizer.encode("a")


def test_a_text_of_100_000_characters_takes_no_time(tokenizer: Tokenizer) -> None:
    for text in ("a" * 100_000, "Hello there. " * 8_000, "漢😀é" * 33_000, "ab " * 33_000):
        began = time.process_time()
        ids = tokenizer.encode(text)
        assert tokenizer.decode(ids) == text.strip()
        assert time.process_time() - began < 2.0


def test_special_symbols_decode_to_nothing(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("Hello there")
    assert tokenizer.decode([USER, *ids, END, PAD, PAD]) == "Hello there"
    assert tokenizer.decode([PAD, UNKNOWN, USER, ASSISTANT, END]) == ""
    assert tokenizer.decode(np.array(ids)) == "Hello there"


def test_bytes_that_are_no_utf8_decode_to_the_replacement_character(tokenizer: Tokenizer) -> None:
    thumb = tokenizer.encode("👍")
    assert "\ufffd" in tokenizer.decode(thumb[:-1])
    assert "👍" not in tokenizer.decode(thumb[:-1])


def test_symbols_and_control_bytes_are_unspeakable_but_the_end_and_text_are_not(tokenizer: Tokenizer) -> None:
    unspeakable = set(tokenizer.unspeakable())
    assert {PAD, UNKNOWN, USER, ASSISTANT} <= unspeakable
    assert END not in unspeakable
    pieces = {tokenizer.piece(i) for i in unspeakable}
    assert {f"<0x{value:02X}>" for value in (*range(0x20), 0x7F)} <= pieces
    assert len(unspeakable) == 4 + 33
    assert not unspeakable & set(tokenizer.encode("Any text at all, ÄÖ 漢 👍"))


def test_the_same_bytes_make_the_same_tokenizer(tokenizer: Tokenizer) -> None:
    again = Tokenizer(tokenizer.model)
    text = "Is this the same, Ödön?"
    assert again.encode(text) == tokenizer.encode(text)
    assert again.vocabulary_size == tokenizer.vocabulary_size == 600


@pytest.mark.parametrize("harm", [lambda m: b"", lambda m: b"no model", lambda m: m[:1000], lambda m: m[:-5]])
def test_a_torn_model_is_a_bundle_error(tokenizer: Tokenizer, harm: object) -> None:
    with pytest.raises(BundleError, match="tokenizer"):
        Tokenizer(harm(tokenizer.model))  # type: ignore[operator]


def test_a_model_with_other_symbols_is_refused() -> None:
    import io

    writer = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["some text to learn from"] * 5),
        model_writer=writer,
        vocab_size=30,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    with pytest.raises(BundleError, match="<user>, <assistant>, <end>"):
        Tokenizer(writer.getvalue())

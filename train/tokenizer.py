"""Trains the SentencePiece model of a corpus."""

from __future__ import annotations

import io
from collections.abc import Iterable

import sentencepiece

from chatbot.errors import CorpusError
from chatbot.text.sanitize import one_line
from chatbot.text.tokenizer import CONTROL_SYMBOLS, PAD, UNKNOWN, Tokenizer

_SAMPLE = 500_000
"""Sentences that SentencePiece looks at, at the most: enough for its statistics, and bounded in memory."""
_LONGEST = 4096
"""Bytes of one sentence; SentencePiece drops longer ones."""


_ALWAYS = "".join(chr(code) for code in range(0x21, 0x7F))
"""Characters that get a piece even where a corpus hardly uses them: names and numbers are to be copied whole."""


def train_tokenizer(texts: Iterable[str], vocabulary_size: int, *, threads: int = 2) -> Tokenizer:
    """A unigram model (Kudo 2018) with byte fallback.

    Args:
        texts: The turns to learn from.
        vocabulary_size: Pieces wanted; a corpus too small to fill it gives fewer.
        threads: Of SentencePiece.

    Raises:
        CorpusError: if the texts hold nothing to learn from.
    """
    writer = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=(line for text in texts if (line := one_line(text))),
            model_writer=writer,
            model_type="unigram",
            vocab_size=vocabulary_size,
            hard_vocab_limit=False,  # a small corpus gives what it holds
            byte_fallback=True,
            character_coverage=0.9998,
            required_chars=_ALWAYS,
            control_symbols=list(CONTROL_SYMBOLS),
            pad_id=PAD,
            unk_id=UNKNOWN,
            bos_id=-1,
            eos_id=-1,
            input_sentence_size=_SAMPLE,
            max_sentence_length=_LONGEST,
            shuffle_input_sentence=True,
            num_threads=threads,
            minloglevel=2,
        )
    except (RuntimeError, OSError) as error:
        raise CorpusError(
            f"no tokenizer can be learned from this corpus ({one_line(str(error))})",
            expected="dialogues with some text in them",
            remedy="give a larger corpus or a smaller vocabulary (--vocabulary)",
        ) from error
    return Tokenizer(writer.getvalue())

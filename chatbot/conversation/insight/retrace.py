"""A trace of a reply that was said when nobody looked: what the model thinks of its pieces, one after another."""

from __future__ import annotations

from collections.abc import Callable

from chatbot.conversation.insight.replay import never
from chatbot.conversation.insight.subject import Subject
from chatbot.conversation.trace import Trace, Witness
from chatbot.runtime.engine import Engine
from chatbot.text.sanitize import visible
from chatbot.text.tokenizer import Tokenizer

MOST = 400
"""Of a longer reply (one that was said elsewhere) the beginning is looked at."""


def retrace(subject: Subject, turn: int, cancelled: Callable[[], bool] = never) -> Trace | None:
    """What was thought at each piece of a reply, the number of whose turn is ``turn``; None if that cannot be known.

    The pieces are those in which its text is read, which need not be those in which it was said.
    """
    engine, tokenizer, memory = subject.reader, subject.tokenizer, subject.memory_after(turn)
    speaks = isinstance(engine, Engine) and isinstance(tokenizer, Tokenizer)
    if subject.moments[turn].turn.role != "assistant" or memory is None or not speaks:
        return None
    assert isinstance(engine, Engine)
    assert isinstance(tokenizer, Tokenizer)
    trace, witness = Trace(), Witness(engine, tokenizer, memory)
    trace.begin(memory, tokenizer)
    for token in subject.ids(turn)[1:-1][:MOST]:
        if cancelled():
            return None
        text = _text(tokenizer.piece(token))
        trace.choices.append(witness.chosen(token, text if trace.choices else text.lstrip()))
    return trace


def _text(piece: str) -> str:
    """Of a byte nothing can be seen by itself."""
    return "" if piece.startswith("<0x") else visible(piece.replace("▁", " "))

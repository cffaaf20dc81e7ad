"""How a message that is being typed could go on, as the model itself expects it: it has learned both sides.

Headless and slow enough (a fraction of a millisecond for each piece) to belong into a worker thread.  The interpreter
under it may be used by one thread at a time: whoever calls ``predict`` sees to that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from chatbot.runtime.speaker import Speaker
from chatbot.text.sanitize import one_line, printable
from chatbot.text.template import SYMBOLS
from chatbot.text.tokenizer import END, UNKNOWN

if TYPE_CHECKING:
    from chatbot.conversation import Voice
    from chatbot.runtime.engine import Array, State
    from chatbot.runtime.memory import Memory

_BLANK = "▁"
_MAX_PIECES, _MAX_WORDS = 16, 6
_SURE = 0.25
"""A word is shown as long as the model thinks it this likely."""
_MAX_TYPED = 400
"""Of longer messages only the end would matter, and to read them takes time."""


class Ghost:
    """Guesses how messages to one model go on; it remembers how far it has read, so each key costs one word at most.

    Args:
        voice: The model.
    """

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        count = voice.tokenizer.vocabulary_size
        self._pieces = [voice.tokenizer.piece(token) for token in range(count)]
        self._banned = [UNKNOWN, *voice.tokenizer.unspeakable(), *voice.tokenizer.byte_pieces()]
        self._memory: Memory | None = None
        self._ids: list[int] = []
        self._read: list[tuple[Array, State]] = []

    def predict(self, memory: Memory, typed: str, cancelled: Callable[[], bool] = lambda: False) -> str:
        """What could follow ``typed``, in whole words; empty if the model has no clear idea, or was interrupted."""
        if not one_line(typed) or len(typed) > _MAX_TYPED or "\n" in typed:
            return ""
        head, partial = _split(typed)
        speaker = Speaker(self._voice.engine, self._voice.tokenizer, memory)
        read = self._follow(speaker, memory, [SYMBOLS["user"], *self._voice.tokenizer.encode(head)], cancelled)
        if read is None:
            return ""
        return self._go_on(speaker, *read, _BLANK + partial, cancelled)

    def _follow(
        self, speaker: Speaker, memory: Memory, ids: Sequence[int], cancelled: Callable[[], bool]
    ) -> tuple[Array, State] | None:
        """Read the message so far, from where this and the last one part; None if interrupted."""
        if memory is not self._memory:
            self._memory, self._ids, self._read = memory, [], []
        pairs = zip(ids, self._ids, strict=False)
        same = next((n for n, (now, then) in enumerate(pairs) if now != then), min(len(ids), len(self._ids)))
        del self._ids[same:], self._read[same:]
        for token in ids[same:]:
            if cancelled():
                return None
            state = self._read[-1][1] if self._read else memory.state
            self._read.append(speaker.score(token, state))
            self._ids.append(token)
        return self._read[-1]

    def _go_on(
        self, speaker: Speaker, log_probs: Array, state: State, pending: str, cancelled: Callable[[], bool]
    ) -> str:
        """The likeliest pieces one after another; the first have to spell ``pending``, which was typed already."""
        guessed = ""
        for _ in range(_MAX_PIECES):
            if cancelled():
                return ""
            token, probability = self._likeliest(log_probs, pending)
            if token is None or token == END:
                break
            piece = self._pieces[token]
            begins_word = piece.startswith(_BLANK) and not pending
            if probability < _SURE and (begins_word or not guessed):
                break
            guessed += piece[len(pending) :]
            pending = pending[len(piece) :]
            log_probs, state = speaker.score(token, state)
        else:  # broken off amid a word, perhaps
            guessed = guessed.rpartition(_BLANK)[0]
        words = guessed.split(_BLANK)[: _MAX_WORDS + 1]
        return "" if pending else printable(" ".join(words)).rstrip()

    def _likeliest(self, log_probs: Array, pending: str) -> tuple[int | None, float]:
        """The likeliest piece that agrees with what was typed, and its probability among those that do."""
        allowed = log_probs.astype(np.float64)
        allowed[self._banned] = -np.inf
        if pending:
            fits = [piece.startswith(pending) or pending.startswith(piece) for piece in self._pieces]
            allowed[~np.asarray(fits)] = -np.inf
        best = int(allowed.argmax())
        if not np.isfinite(allowed[best]):
            return None, 0.0
        return best, float(1.0 / np.exp(allowed - allowed[best]).sum())


def _split(typed: str) -> tuple[str, str]:
    """What was typed up to its last blank, and the word after it that may not be whole."""
    head, _, partial = typed.rpartition(" ")
    return head, partial

"""What was said in a conversation and what is remembered of it: it grows by turns, and can be taken back.

How a reply comes about is the business of ``session``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from chatbot.conversation.moments import Facts, Moment, recall
from chatbot.conversation.voice import Voice
from chatbot.errors import UsageError
from chatbot.runtime.memory import Memory
from chatbot.text.template import Turn


class Resumed(NamedTuple):
    """How a conversation of earlier was taken up."""

    turns: int
    """That it has."""
    read_again: int
    """How many of them, at its end, had to be read again; 0 if the memory is the one that was kept."""
    other_model: bool
    """Whether that was because the memory that was kept is another model's."""


class Past:
    """The moments of a conversation, and the memory after the last of them.

    Args:
        voice: The model that remembers.
    """

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self.moments: list[Moment] = []
        """The oldest first."""
        self.memory = voice.empty()
        """What is known now: a value, which later turns do not change."""

    def hear(self, memory: Memory, turn: Turn, facts: Facts) -> tuple[Memory, Moment]:
        """The memory after one more turn, and the moment that it is; neither is added yet."""
        memory, gain = self._voice.hear(memory, turn)
        return memory, Moment(turn, facts, gain)

    def add(self, kept: int, moments: Sequence[Moment], memory: Memory) -> None:
        """Put moments in the place of all after the first ``kept``; ``memory`` is that after them."""
        self.memory = memory
        self.moments[kept:] = moments

    def read(self, turns: Sequence[Turn]) -> None:
        """Take turns in that were said elsewhere."""
        memory, new = self.memory, []
        for turn in turns:
            memory, moment = self.hear(memory, turn, Facts())
            new.append(moment)
        self.add(len(self.moments), new, memory)

    def memory_at(self, turns: int) -> Memory:
        """The memory after the first ``turns`` turns, as it was then; what is not known any more is read again.

        Raises:
            UsageError: if fewer were said.
        """
        if not 0 <= turns <= len(self.moments):
            raise UsageError(
                f"turn {turns}", expected=f"a number from 0 to {len(self.moments)}", remedy="choose another turn"
            )
        known, memory = turns, None
        while known and (memory := recall(self.moments, known)) is None:
            known -= 1
        memory = memory or self._voice.empty()
        for number in range(known, turns):
            moment = self.moments[number]
            memory, self.moments[number] = self.hear(memory, moment.turn, moment.facts)
        return memory

    def rewind(self, turns: int) -> None:
        """Go back to when only the first ``turns`` turns had been said, and to what was remembered then.

        Raises:
            UsageError: if fewer were said.
        """
        self.memory = self.memory_at(turns)
        del self.moments[turns:]

    def fork(self, turns: int | None) -> Past:
        """A second past, equal to this one or to its first ``turns`` turns.

        Raises:
            UsageError: if fewer were said.
        """
        other = Past(self._voice)
        memory = self.memory if turns is None else self.memory_at(turns)
        other.add(0, self.moments[:turns], memory)
        return other

    def wipe(self, *, state: bool, annotations: bool) -> None:
        """Wipe the recurrent state, the annotations, or both; the moments stay."""
        empty, held = self._voice.empty(), self.memory
        noted = empty if annotations else held
        self.memory = Memory(empty.state if state else held.state, noted.annotations, noted.ids)

    def resume(self, moments: Sequence[Moment]) -> Resumed:
        """Take up a past of earlier in the place of this one.

        Its memory is the one that was kept if that is this model's and whole; what is missing of it is read again, with
        another model everything.
        """
        fitting = [moment.gain is None or self._voice.fits(moment.gain) for moment in moments]
        held = [moment if fits else replace(moment, gain=None) for moment, fits in zip(moments, fitting, strict=True)]
        self.moments = list(held)
        self.memory = self.memory_at(len(held))
        again = sum(now is not then for now, then in zip(self.moments, held, strict=True))
        return Resumed(len(held), again, other_model=again > 0 and not all(fitting))

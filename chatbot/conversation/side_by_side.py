"""Several models answer the same messages, each from a memory of its own; headless.

The same seed is drawn from for each reply of each of them, so what differs between two that are alike but for the cell
is the cell's doing.  They take turns piece by piece in one thread, and each is timed by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chatbot.config import SamplingConfig
from chatbot.conversation.side import Answer, Measured, Side
from chatbot.errors import UsageError
from chatbot.text.template import Turn

FEWEST, MOST = 2, 4
"""How many can be compared."""


def require_count(count: int) -> None:
    """Whether so many can be compared.

    Raises:
        UsageError: if not.
    """
    if not FEWEST <= count <= MOST:
        raise UsageError(f"{count} to compare", expected=f"{FEWEST} to {MOST}", remedy="name some more or less")


class Step(NamedTuple):
    """Something one of them said."""

    side: int
    """Its number from 0."""
    piece: str


class Exchange(NamedTuple):
    """A message and what was answered."""

    said: str
    answers: list[Answer]
    """Of each side, in their order; an empty one of a side that was not there yet."""


class SideBySide:
    """A comparison: 2 to 4 sides that hear the same.

    Args:
        sides: Who is compared.
        seed: Drawn from for each reply of each of them that has no seed of its own.

    Raises:
        UsageError: if they are too few or too many.
        ConfigError: if the seed is none.
    """

    def __init__(self, sides: Sequence[Side], seed: int = 1) -> None:
        require_count(len(sides))
        self.sides = list(sides)
        self.log: list[Exchange] = []
        """What was said since it began."""
        self._cancelled = False
        self.draw_from(seed)

    def draw_from(self, seed: int) -> None:
        """Let ``seed`` be the seed from now on.

        Raises:
            ConfigError: if it is none.
        """
        SamplingConfig(seed=seed)
        self.seed = seed

    def read(self, turns: Sequence[Turn]) -> None:
        """Let all of them read what was said elsewhere, in the place of what was said here."""
        self.begin_anew()
        for side in self.sides:
            side.conversation.read(turns)

    def say(self, text: str) -> Iterator[Step]:
        """What they answer to a message, piece by piece in turns.

        One that fails is out of it, with the reason in its ``measured.error``; the others go on.  Left before its end,
        all replies end where they are.
        """
        self._cancelled = False
        for side in self.sides:
            side.begin()
        running = {number: side.answer(text, self.seed) for number, side in enumerate(self.sides)}
        try:
            while running:
                for number in list(running):
                    piece = self._next(number, running)
                    if piece is not None:
                        yield Step(number, piece)
        finally:
            for reply in running.values():
                reply.close()  # type: ignore[attr-defined]  # generators, all of them
            for side in self.sides:
                side.finish()
            self.log.append(Exchange(text, [side.answered for side in self.sides]))

    def _next(self, number: int, running: dict[int, Iterator[str]]) -> str | None:
        side = self.sides[number]
        if self._cancelled:
            side.conversation.cancel()
        try:
            return next(running[number])
        except StopIteration:
            del running[number]
        except Exception as error:  # whatever it is, the others are not to blame
            side.measured.error = error
            del running[number]
        return None

    def cancel(self) -> None:
        """End all replies after the current token; from any thread."""
        self._cancelled = True
        for side in list(self.sides):
            side.conversation.cancel()

    def add(self, side: Side) -> None:
        """One more, who reads what was said so far, with the replies of the first.

        Raises:
            UsageError: if they are too many.
        """
        if len(self.sides) >= MOST:
            raise UsageError(f"one more than {MOST}", expected=f"at most {MOST}", remedy="remove one first")
        self._let_read(side, self.sides[0])
        self.sides.append(side)
        for exchange in self.log:
            exchange.answers.append(Answer())

    def remove(self, number: int) -> Side:
        """Take one out, by its number from 1.

        Raises:
            UsageError: if there is none of that number, or too few would be left.
        """
        self.side(number)
        if len(self.sides) <= FEWEST:
            raise UsageError("one less", expected=f"at least {FEWEST}", remedy="add or replace one")
        for exchange in self.log:
            exchange.answers.pop(number - 1)
        return self.sides.pop(number - 1)

    def replace(self, number: int, side: Side) -> None:
        """Put another in the place of one, by its number from 1; it reads what that one heard and said.

        Raises:
            UsageError: if there is none of that number.
        """
        self._let_read(side, self.side(number))
        self.sides[number - 1] = side
        for exchange in self.log:
            exchange.answers[number - 1] = Answer()

    @staticmethod
    def _let_read(side: Side, other: Side) -> None:
        side.conversation.reset()
        side.conversation.read(other.conversation.transcript)

    def side(self, number: int) -> Side:
        """The one of a number from 1.

        Raises:
            UsageError: if there is none.
        """
        if not 1 <= number <= len(self.sides):
            raise UsageError(
                f"number {number}", expected=f"1 to {len(self.sides)}", remedy="see the heads of the columns"
            )
        return self.sides[number - 1]

    def forget(self, number: int | None = None) -> None:
        """Wipe the memory of one, by its number from 1, or of all.

        Raises:
            UsageError: if there is none of that number.
        """
        for side in self.sides if number is None else [self.side(number)]:
            side.conversation.forget()

    def begin_anew(self) -> None:
        """Nothing was said, and nothing is remembered."""
        self.log.clear()
        for side in self.sides:
            side.conversation.reset()
            side.measured = Measured()

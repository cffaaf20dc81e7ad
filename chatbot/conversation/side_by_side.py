"""Several models answer the same messages, each from a memory of its own; headless.

The same seed is drawn from for each reply of each of them, so what differs between two that are alike but for the cell
is the cell's doing.  They take turns token by token in one thread, and each is timed by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from chatbot.conversation.side import Measured, Side, measured
from chatbot.errors import UsageError
from chatbot.text.sanitize import one_line
from chatbot.text.template import Turn

FEWEST, MOST = 2, 4
"""How many can be compared."""


class Step(NamedTuple):
    """Something one of them said."""

    side: int
    piece: str
    """Often empty: a token that is not seen yet."""


class SideBySide:
    """A comparison: 2 to 4 sides that hear the same.

    Args:
        sides: Who is compared.
        seed: Drawn from for each reply of each of them.

    Raises:
        UsageError: if they are too few or too many.
    """

    def __init__(self, sides: Sequence[Side], seed: int = 1) -> None:
        if not FEWEST <= len(sides) <= MOST:
            raise UsageError(
                f"{len(sides)} to compare", expected=f"{FEWEST} to {MOST}", remedy="name some more or less"
            )
        self.sides = list(sides)
        self.seed = seed
        self.log: list[tuple[str, list[str]]] = []
        """What the user wrote, and what each of them answered; empty where one answered nothing."""
        self._cancelled = False

    def read(self, turns: Sequence[Turn]) -> None:
        """Let all of them read what was said elsewhere, in the place of what was said here."""
        self.begin_anew()
        for side in self.sides:
            side.conversation.read(turns)

    def say(self, text: str) -> Iterator[Step]:
        """What they answer to a message, token by token in turns.

        One that fails is out of it, with the reason in its ``measured.error``; the others go on.  Left before its end,
        all replies end where they are.
        """
        self._cancelled = False
        for side in self.sides:
            side.measured = measured(side.conversation, text)
        running = {number: self._begin(side, text) for number, side in enumerate(self.sides)}
        try:
            while running:
                for number in list(running):
                    piece = self._next(number, running)
                    if piece is not None:
                        yield Step(number, piece)
        finally:
            for reply in running.values():
                reply.close()
            self.log.append((text, [side.finish() for side in self.sides]))

    def _begin(self, side: Side, text: str) -> Any:
        sampling = replace(side.conversation.sampling, seed=self.seed)
        return side.conversation.stream(text, sampling=sampling)

    def _next(self, number: int, running: dict[int, Any]) -> str | None:
        side = self.sides[number]
        if self._cancelled:
            side.conversation.cancel()
        try:
            piece: str = next(running[number])
        except StopIteration:
            del running[number]
            return None
        except Exception as error:
            side.measured.error = error
            del running[number]
            return None
        return piece

    def cancel(self) -> None:
        """End all replies after the current token; from any thread."""
        self._cancelled = True

    def add(self, side: Side) -> None:
        """One more, who reads what was said so far, with the replies of the first.

        Raises:
            UsageError: if they are too many.
        """
        if len(self.sides) >= MOST:
            raise UsageError(f"one more than {MOST}", expected=f"at most {MOST}", remedy="remove one first")
        side.conversation.reset()
        side.conversation.read(self.sides[0].conversation.transcript)
        self.sides.append(side)
        for _, replies in self.log:
            replies.append("")

    def remove(self, number: int) -> Side:
        """Take one out, by its number from 1.

        Raises:
            UsageError: if there is none of that number, or too few would be left.
        """
        if not 1 <= number <= len(self.sides):
            raise UsageError(
                f"number {number}", expected=f"1 to {len(self.sides)}", remedy="see the heads of the columns"
            )
        if len(self.sides) <= FEWEST:
            raise UsageError("one less", expected=f"at least {FEWEST}", remedy="add another first")
        for _, replies in self.log:
            replies.pop(number - 1)
        return self.sides.pop(number - 1)

    def forget(self, number: int | None = None) -> None:
        """Wipe the memory of one, by its number from 1, or of all.

        Raises:
            UsageError: if there is none of that number.
        """
        if number is not None and not 1 <= number <= len(self.sides):
            raise UsageError(
                f"number {number}", expected=f"1 to {len(self.sides)}", remedy="see the heads of the columns"
            )
        for side in self.sides if number is None else [self.sides[number - 1]]:
            side.conversation.forget()

    def begin_anew(self) -> None:
        """Nothing was said, and nothing is remembered."""
        self.log.clear()
        for side in self.sides:
            side.conversation.reset()
            side.measured = Measured()


def as_markdown(comparison: SideBySide) -> str:
    """All that was said, message by message, as Markdown."""
    lines = ["# Comparison", "", f"Seed {comparison.seed}.", ""]
    lines += [f"- **{side.label}**: {side.described}" for side in comparison.sides]
    for number, (said, replies) in enumerate(comparison.log, start=1):
        lines += ["", f"## {number}. {one_line(said)}", ""]
        answers = zip(comparison.sides, replies, strict=True)
        lines += [f"- **{side.label}**: {one_line(reply) or '(nothing)'}" for side, reply in answers]
    return "\n".join(lines) + "\n"


def as_dict(comparison: SideBySide) -> dict[str, Any]:
    """The same for JSON."""
    return {
        "seed": comparison.seed,
        "models": [
            {"name": side.name, "model": side.described, "sampling": side.conversation.sampling.to_dict()}
            for side in comparison.sides
        ],
        "messages": [{"user": said, "replies": replies} for said, replies in comparison.log],
    }

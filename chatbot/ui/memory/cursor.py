"""Where the reader of the panel is: at a turn, and at one of its tokens or at all of them."""

from __future__ import annotations


class Cursor:
    """A place among the turns.  It follows the newest turn until it is moved to another."""

    def __init__(self) -> None:
        self.turn = 0
        """From 0."""
        self.token: int | None = None
        """From 0; None is all of the turn."""
        self._turns = 0
        self._following = True

    def over(self, turns: int) -> None:
        """There are so many turns now."""
        kept = not self._following and self.turn < turns
        self._turns = turns
        if not kept:
            self.follow()

    def follow(self) -> None:
        """Go to all of the newest turn, and stay with what comes."""
        self._following, self.turn, self.token = True, max(0, self._turns - 1), None

    def move_turn(self, by: int) -> None:
        """Go to another turn, all of it."""
        self.turn = max(0, min(self._turns - 1, self.turn + by))
        self.token = None
        self._following = self.turn == self._turns - 1

    def move_token(self, by: int, tokens: int) -> None:
        """Go to another of ``tokens`` tokens; beyond the last and before the first is all of the turn."""
        if not tokens:
            return
        if self.token is None:
            self.token = tokens - 1 if by < 0 else 0
            return
        moved = self.token + by
        self.token = moved if 0 <= moved < tokens else None

    def to_token(self, token: int, tokens: int) -> None:
        """Go to a token, counted from the end if it is negative."""
        self.token = token % tokens if tokens else None

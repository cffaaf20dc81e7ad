"""Where the reader is."""

from __future__ import annotations

from chatbot.ui.memory.cursor import Cursor


def test_it_follows_the_newest_turn_until_it_is_moved_away() -> None:
    cursor = Cursor()
    cursor.over(3)
    assert (cursor.turn, cursor.token) == (2, None)
    cursor.over(5)
    assert cursor.turn == 4
    cursor.move_turn(-2)
    cursor.over(7)
    assert cursor.turn == 2
    cursor.over(2)  # the turn is gone
    assert cursor.turn == 1
    cursor.move_turn(-1)
    cursor.move_turn(9)
    cursor.over(4)
    assert cursor.turn == 3
    cursor.over(0)
    assert cursor.turn == 0


def test_beyond_the_tokens_is_all_of_the_turn() -> None:
    cursor = Cursor()
    cursor.over(1)
    seen = []
    for _ in range(4):
        cursor.move_token(1, 2)
        seen.append(cursor.token)
    assert seen == [0, 1, None, 0]
    cursor.move_token(-1, 2)
    assert cursor.token is None
    cursor.move_token(-1, 2)
    assert cursor.token == 1
    cursor.to_token(0, 2)
    assert cursor.token == 0
    cursor.to_token(-1, 2)
    assert cursor.token == 1
    cursor.move_turn(0)
    assert cursor.token is None
    cursor.move_token(1, 0)
    cursor.to_token(1, 0)
    assert cursor.token is None

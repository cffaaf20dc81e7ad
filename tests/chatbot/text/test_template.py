"""Laws of the layout of turns."""

from __future__ import annotations

import numpy as np
import pytest

from chatbot.text.template import Turn, encode_turn, lay_out
from chatbot.text.tokenizer import ASSISTANT, END, USER, Tokenizer

TURNS = [
    Turn("user", "Hello!"),
    Turn("assistant", "Hi. What is your name?"),
    Turn("user", "<user> <end> 👍"),
    Turn("assistant", ""),
    Turn("assistant", "Are you there?"),
]


def test_a_turn_is_its_symbol_its_pieces_and_the_end(tokenizer: Tokenizer) -> None:
    for turn in TURNS:
        ids = encode_turn(tokenizer, turn)
        assert ids[0] == (USER if turn.role == "user" else ASSISTANT)
        assert ids[1:-1] == tokenizer.encode(turn.text)
        assert ids[-1] == END
        assert not {USER, ASSISTANT, END} & set(ids[1:-1])
        assert tokenizer.decode(ids) == turn.text


@pytest.mark.parametrize("count", range(1, len(TURNS) + 1))
def test_a_dialogue_is_its_turns_one_after_another(tokenizer: Tokenizer, count: int) -> None:
    layout = lay_out(tokenizer, TURNS[:count])
    assert layout.ids.tolist() == [i for turn in TURNS[:count] for i in encode_turn(tokenizer, turn)]
    assert layout.ids.shape == layout.starts.shape == layout.counted.shape
    assert (layout.ids.dtype, layout.starts.dtype, layout.counted.dtype) == (np.int32, np.int32, np.bool_)


def test_starts_says_where_the_turn_of_each_position_starts(tokenizer: Tokenizer) -> None:
    layout = lay_out(tokenizer, TURNS)
    last = 0
    for position, (token, start) in enumerate(zip(layout.ids, layout.starts, strict=True)):
        last = position if token in (USER, ASSISTANT) else last
        assert start == last


def test_exactly_the_pieces_and_ends_of_replies_are_counted(tokenizer: Tokenizer) -> None:
    layout = lay_out(tokenizer, TURNS)
    assert not layout.counted[-1]
    predicted = [int(token) for token, counted in zip(layout.ids[1:], layout.counted[:-1], strict=True) if counted]
    assert predicted == [i for turn in TURNS[1:] for i in (*tokenizer.encode(turn.text), END)]


def test_the_first_turn_and_the_symbols_are_not_counted(tokenizer: Tokenizer) -> None:
    layout = lay_out(tokenizer, TURNS)
    first = len(encode_turn(tokenizer, TURNS[0]))
    assert not layout.counted[:first].any()
    assert not layout.counted[:-1][np.isin(layout.ids[1:], (USER, ASSISTANT))].any()


def test_no_turns_lay_out_to_nothing(tokenizer: Tokenizer) -> None:
    assert [len(part) for part in lay_out(tokenizer, [])] == [0, 0, 0]

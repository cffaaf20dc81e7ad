"""Dialogues to ids: nothing lost, nothing twice, nothing longer than it was asked to be where it can be cut."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from chatbot.text.template import Layout, Turn, encode_turn, lay_out, layout_of
from chatbot.text.tokenizer import END, Tokenizer
from train.corpora import NOTHING, UNKNOWN, Dialogue
from train.pieces import count_words, pieces_of


class Example:
    """A part, laid out."""

    def __init__(self, layout: Layout, words: int) -> None:
        self.layout, self.words = layout, words


def examples_of(dialogue: Dialogue, tokenizer: Tokenizer, longest: int | None = None) -> Iterator[Example]:
    for ids, only, words, _ in pieces_of(dialogue, tokenizer, longest):
        yield Example(layout_of(ids, only), words)


def made_up(seed: int) -> Dialogue:
    """Turns of very different lengths, some empty, some longer than any bound."""
    rng = np.random.default_rng(seed)
    sizes = rng.choice([0, 1, 3, 8, 20, 60], size=rng.integers(2, 12))
    return Dialogue(
        tuple(
            Turn(("user", "assistant")[n % 2], " ".join(f"{seed}{n}{chr(97 + w % 26)}" for w in range(size)))  # type: ignore[arg-type]
            for n, size in enumerate(sizes)
        )
    )


def replies_in(example: Example) -> list[list[int]]:
    """The replies that are counted, as ids up to and including the end."""
    counted = example.layout.ids[1:][example.layout.counted[:-1]].tolist()
    ends = [-1, *(at for at, token in enumerate(counted) if token == END)]
    return [counted[a + 1 : b + 1] for a, b in itertools.pairwise(ends)]


def test_a_guide_names_the_same_turn_after_a_cut_and_none_before_it(tokenizer: Tokenizer) -> None:
    turns = tuple(Turn(("user", "assistant")[n % 2], f"turn number {n} of them") for n in range(8))  # type: ignore[arg-type]
    whole = Dialogue(turns, "assistant", (UNKNOWN, 0, UNKNOWN, 0, UNKNOWN, NOTHING, UNKNOWN, 4))
    assert [part.guides for part in pieces_of(whole, tokenizer)] == [whole.guides]
    size = len(encode_turn(tokenizer, turns[0]))
    parts = list(pieces_of(whole, tokenizer, 3 * size + 2))
    assert [part.guides for part in parts] == [
        (UNKNOWN, 0, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN),
        (UNKNOWN, NOTHING, UNKNOWN),
        (UNKNOWN, UNKNOWN),
    ]
    assert [part.guides for part in pieces_of(whole, tokenizer, 4 * size + 2)][1:] == [
        (UNKNOWN, UNKNOWN, NOTHING, UNKNOWN),
        (UNKNOWN, UNKNOWN),
    ]
    assert [part.guides for part in pieces_of(whole._replace(guides=()), tokenizer, 3 * size)] == [()] * len(parts)


def test_words_are_what_stands_between_blanks_and_each_reply_has_an_end() -> None:
    turns = [Turn("assistant", "It's  a\tnice day."), Turn("user", ""), Turn("assistant", " Yes! ")]
    assert count_words(turns) == (4 + 1) + (0 + 1) + (1 + 1)
    assert count_words([]) == 0


def test_a_whole_dialogue_is_one_example_whose_first_turn_has_no_words(tokenizer: Tokenizer) -> None:
    dialogue = made_up(1)
    (example,) = examples_of(dialogue, tokenizer)
    for got, want in zip(example.layout, lay_out(tokenizer, dialogue.turns), strict=True):
        np.testing.assert_array_equal(got, want)
    assert example.words == count_words(dialogue.turns[1:])


@pytest.mark.parametrize("longest", [1, 20, 60, 150, 400])
@pytest.mark.parametrize("seed", range(15))
def test_cutting_keeps_every_reply_exactly_once_and_its_words(seed: int, longest: int, tokenizer: Tokenizer) -> None:
    dialogue = made_up(seed)
    parts = list(examples_of(dialogue, tokenizer, longest))
    counted = [reply for part in parts for reply in replies_in(part)]
    assert counted == [encode_turn(tokenizer, turn)[1:] for turn in dialogue.turns[1:]]
    assert sum(part.words for part in parts) == count_words(dialogue.turns[1:])


@pytest.mark.parametrize("longest", [1, 20, 60, 150, 400])
@pytest.mark.parametrize("seed", range(15))
def test_a_part_is_longer_than_asked_for_only_if_it_is_a_single_reply_to_a_turn(
    seed: int, longest: int, tokenizer: Tokenizer
) -> None:
    for part in examples_of(made_up(seed), tokenizer, longest):
        turns = int((part.layout.ids == END).sum())
        assert turns >= 2
        assert len(part.layout.ids) <= longest or turns == 2


@pytest.mark.parametrize("seed", range(5))
def test_the_turn_before_a_cut_opens_the_next_part(seed: int, tokenizer: Tokenizer) -> None:
    dialogue = made_up(seed)
    pieces = [encode_turn(tokenizer, turn) for turn in dialogue.turns]
    at = 0
    for part in examples_of(dialogue, tokenizer, 60):
        turns = int((part.layout.ids == END).sum())
        assert part.layout.ids.tolist() == [i for turn in pieces[at : at + turns] for i in turn]
        at += turns - 1
    assert at == len(pieces) - 1


def test_a_dialogue_that_just_fits_is_not_cut(tokenizer: Tokenizer) -> None:
    dialogue = made_up(3)
    length = len(lay_out(tokenizer, dialogue.turns).ids)
    assert len(list(examples_of(dialogue, tokenizer, length))) == 1
    assert len(list(examples_of(dialogue, tokenizer, length - 1))) > 1


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("longest", [None, 60])
def test_where_one_side_is_learned_its_replies_alone_are_counted(
    seed: int, longest: int | None, tokenizer: Tokenizer
) -> None:
    dialogue = made_up(seed)._replace(only="assistant")
    found = list(examples_of(dialogue, tokenizer, longest))
    replies = [turn for turn in dialogue.turns[1:] if turn.role == "assistant"]
    assert [reply for example in found for reply in replies_in(example)] == [
        encode_turn(tokenizer, turn)[1:] for turn in replies
    ]
    assert sum(example.words for example in found) == count_words(replies)

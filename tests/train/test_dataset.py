"""Laws of making batches: nothing lost, nothing twice, nothing over the bound, and the same for the same seed."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from chatbot.text.template import Turn, encode_turn, lay_out
from chatbot.text.tokenizer import END, PAD, Tokenizer
from train.corpora import Dialogue
from train.dataset import Example, collate, count_words, examples_of, plan, training_dataset, validation_dataset


@pytest.fixture(scope="module")
def examples(dialogues: list[Dialogue], tokenizer: Tokenizer) -> list[Example]:
    return [example for dialogue in dialogues[:30] for example in examples_of(dialogue, tokenizer)]


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


def test_padding_stands_at_the_end_and_is_never_counted(examples: list[Example]) -> None:
    chosen = examples[:7]
    batch = collate(chosen)
    positions = max(len(example.layout.ids) for example in chosen)
    assert batch["ids"].shape == batch["starts"].shape == (7, positions)
    assert batch["counted"].shape == (7, positions - 1)
    for row, example in enumerate(chosen):
        length = len(example.layout.ids)
        np.testing.assert_array_equal(batch["ids"][row, :length], example.layout.ids)
        np.testing.assert_array_equal(batch["starts"][row, :length], example.layout.starts)
        np.testing.assert_array_equal(batch["counted"][row, : length - 1], example.layout.counted[:-1])
        assert (batch["ids"][row, length:] == PAD).all()
        assert not batch["counted"][row, length - 1 :].any()
        assert not (batch["starts"][row, length:] == np.arange(length, positions)).any(), "no reply begins in padding"
    np.testing.assert_array_equal(batch["words"], [example.words for example in chosen])


@pytest.mark.parametrize("bound", [1, 50, 300, 10_000])
@pytest.mark.parametrize("count", [1, 7, 2048, 5000])
@pytest.mark.parametrize("mixed", [False, True], ids=["by length", "mixed"])
def test_a_plan_holds_every_example_once_within_the_bound(mixed: bool, count: int, bound: int) -> None:
    lengths = np.random.default_rng(count).integers(2, 120, size=count).tolist()
    batches = plan(lengths, bound, np.random.default_rng(1) if mixed else None)
    assert sorted(index for batch in batches for index in batch) == list(range(count))
    for batch in batches:
        assert len(batch) == 1 or max(lengths[index] for index in batch) * len(batch) <= bound


def test_a_plan_wastes_little_on_padding_and_mixes_lengths() -> None:
    lengths = np.random.default_rng(2).integers(10, 500, size=3000).tolist()
    batches = plan(lengths, 4096, np.random.default_rng(3))
    padded = sum(max(lengths[i] for i in batch) * len(batch) for batch in batches)
    assert padded < 1.05 * sum(lengths)
    longest = [max(lengths[i] for i in batch) for batch in batches]
    assert abs(np.corrcoef(longest, range(len(longest)))[0, 1]) < 0.2


def test_without_mixing_the_order_is_by_length() -> None:
    lengths = [5, 3, 9, 1, 7]
    assert [i for batch in plan(lengths, 10, None) for i in batch] == [3, 1, 0, 4, 2]


def same(one: dict[str, Any], two: dict[str, Any]) -> bool:
    return all(np.array_equal(one[key], two[key]) for key in one)


def first(examples: list[Example], seed: int, count: int) -> list[dict[str, Any]]:
    return list(training_dataset(examples, 600, seed).take(count).as_numpy_iterator())


def test_the_same_seed_gives_the_same_batches_and_another_gives_others(examples: list[Example]) -> None:
    one, again, other = (first(examples, seed, 6) for seed in (1, 1, 2))
    assert all(same(a, b) for a, b in zip(one, again, strict=True))
    assert not all(same(a, b) for a, b in zip(one, other, strict=True))


def test_every_pass_has_all_examples_in_an_order_of_its_own(examples: list[Example]) -> None:
    lengths = [len(example.layout.ids) for example in examples]
    per_pass = [len(plan(lengths, 600, np.random.default_rng((4, number)))) for number in range(2)]
    batches = first(examples, 4, sum(per_pass))
    passes = [batches[: per_pass[0]], batches[per_pass[0] :]]
    rows = [[tuple(row[row != PAD].tolist()) for batch in one for row in batch["ids"]] for one in passes]
    assert sorted(rows[0]) == sorted(rows[1]) == sorted(tuple(example.layout.ids.tolist()) for example in examples)
    assert rows[0] != rows[1]


def test_validation_has_every_example_once_and_knows_how_many_batches(examples: list[Example]) -> None:
    dataset = validation_dataset(examples, 600)
    batches = list(dataset.as_numpy_iterator())
    assert int(dataset.cardinality()) == len(batches)
    assert sum(batch["words"].sum() for batch in batches) == sum(example.words for example in examples)
    assert sum(len(batch["ids"]) for batch in batches) == len(examples)
    again = list(validation_dataset(examples, 600).as_numpy_iterator())
    assert all(same(a, b) for a, b in zip(batches, again, strict=True))


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

"""Laws of making batches: nothing lost, nothing twice, nothing over the bound, and the same for the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chatbot.text.template import layout_of
from chatbot.text.tokenizer import ASSISTANT, END, PAD, USER, Tokenizer
from train.corpora import NOTHING, UNKNOWN, Dialogue
from train.dataset import Example, collate, plan, training_dataset, validation_dataset
from train.pieces import pieces_of


@pytest.fixture(scope="module")
def examples(dialogues: list[Dialogue], tokenizer: Tokenizer) -> list[Example]:
    found = (pieces for dialogue in dialogues[:30] for pieces in pieces_of(dialogue, tokenizer))
    return [Example(layout_of(pieces.ids, pieces.only), pieces.words) for pieces in found]


def test_padding_stands_at_the_end_and_is_never_counted(examples: list[Example]) -> None:
    chosen = examples[:7]
    batch = collate(chosen)
    positions = max(len(example.layout.ids) for example in chosen)
    assert batch["ids"].shape == batch["starts"].shape == (7, positions)
    most = max(int(example.layout.counted[:-1].sum()) for example in chosen)
    assert batch["counted"].shape == batch["asked"].shape == (7, most)
    for row, example in enumerate(chosen):
        length = len(example.layout.ids)
        np.testing.assert_array_equal(batch["ids"][row, :length], example.layout.ids)
        np.testing.assert_array_equal(batch["starts"][row, :length], example.layout.starts)
        asked = np.flatnonzero(example.layout.counted[:-1])
        np.testing.assert_array_equal(batch["asked"][row, : len(asked)], asked)
        assert batch["counted"][row].sum() == batch["counted"][row, : len(asked)].sum() == len(asked)
        assert (batch["ids"][row, length:] == PAD).all()
        assert not (batch["starts"][row, length:] == np.arange(length, positions)).any(), "no reply begins in padding"
    np.testing.assert_array_equal(batch["words"], [example.words for example in chosen])


def test_the_first_pieces_of_a_reply_are_guided_to_where_it_is_told() -> None:
    lengths, guides = (5, 12, 4, 6, 3, 4), (UNKNOWN, 0, UNKNOWN, NOTHING, UNKNOWN, 2)
    ids = [i for n, size in enumerate(lengths) for i in ((USER, ASSISTANT)[n % 2], *range(10, 8 + size), END)]
    layout = layout_of(ids, "assistant")
    batch = collate([Example(layout, 3, guides), Example(layout_of(ids[:17], "assistant"), 1)])
    found = dict(zip(batch["asked"][0].tolist(), batch["guide"][0].tolist(), strict=True))
    opens = np.cumsum([0, *lengths])[:-1]
    wanted = {
        **{int(opens[1]) + n: 0 if n < 8 else UNKNOWN for n in range(11)},
        **{int(opens[3]) + n: NOTHING for n in range(5)},
        **{int(opens[5]) + n: int(opens[2]) for n in range(3)},
    }
    assert found == wanted
    assert (batch["guide"][1] == UNKNOWN).all(), "nobody knows"
    assert batch["guide"].dtype == np.int32


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

"""Laws of how it is typed who is compared."""

from __future__ import annotations

import pytest

from chatbot.conversation.side_specs import Spec, contenders, parse_changes, parse_specs
from chatbot.errors import UsageError

KNOWN = [("default", "lstm"), ("small", "gru"), ("tiny", "rnn"), ("rnn", "lstm")]


def test_models_are_named_or_known_by_their_cell() -> None:
    assert [each.name for each in parse_specs("small gru ./mine a=b/c", KNOWN)] == ["small", "small", "./mine", "a=b/c"]


def test_a_name_counts_more_than_a_cell() -> None:
    assert parse_specs("rnn small", KNOWN)[0] == Spec("rnn", {})


def test_settings_belong_to_the_name_before_them() -> None:
    found = parse_specs("default small temp=1.2 topk=5 seed=3", KNOWN)
    assert found == [Spec("default", {}), Spec("small", {"temperature": 1.2, "top_k": 5, "seed": 3})]
    assert parse_changes("topp=0.5") == {"top_p": 0.5}


def test_a_folder_may_have_blanks_in_its_name() -> None:
    assert [spec.name for spec in parse_specs("'my runs/a b' default", [])] == ["my runs/a b", "default"]
    with pytest.raises(UsageError, match="quotation mark"):
        parse_specs("'my runs default", [])


def test_one_name_is_compared_with_the_model_that_is_talked_to() -> None:
    assert contenders("gru", "default", KNOWN) == [Spec("default", {}), Spec("small", {})]


def test_unasked_one_of_each_other_cell_is_taken_and_without_any_the_model_itself() -> None:
    assert {each.name for each in contenders("", "default", KNOWN)} == {"default", "tiny", "small"}
    assert contenders("", "mine", []) == [Spec("mine", {}), Spec("mine", {"temperature": 1.0})]
    assert contenders("", "default", KNOWN[:1]) == [Spec("default", {}), Spec("default", {"temperature": 1.0})]


@pytest.mark.parametrize(
    "typed", ["temp=1", "default heat=2", "default temp=warm", "default topk=1.5", "default temp="]
)
def test_what_means_nothing_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        contenders(typed, "default", KNOWN)

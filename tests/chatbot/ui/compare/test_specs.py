"""Laws of how it is typed who is compared."""

from __future__ import annotations

import pytest

from chatbot.errors import UsageError
from chatbot.ui.compare.specs import Spec, parse_specs
from chatbot.ui.sources import Known

KNOWN = [Known("default", "lstm"), Known("small", "gru"), Known("tiny", "rnn"), Known("rnn", "lstm")]


def test_models_are_named_or_known_by_their_cell() -> None:
    assert parse_specs("small gru ./mine", "default", KNOWN) == [
        Spec("small", {}),
        Spec("small", {}),
        Spec("./mine", {}),
    ]


def test_a_name_counts_more_than_a_cell() -> None:
    assert parse_specs("rnn small", "default", KNOWN)[0] == Spec("rnn", {})


def test_settings_belong_to_the_name_before_them() -> None:
    found = parse_specs("default small temp=1.2 topk=5", "default", KNOWN)
    assert found == [Spec("default", {}), Spec("small", {"temperature": 1.2, "top_k": 5})]


def test_one_name_is_compared_with_the_model_that_is_talked_to() -> None:
    assert parse_specs("gru", "default", KNOWN) == [Spec("default", {}), Spec("small", {})]


def test_unasked_one_of_each_other_cell_is_taken_and_without_any_the_model_itself() -> None:
    assert [each.name for each in parse_specs("", "default", KNOWN)] == ["default", "rnn", "tiny", "small"]
    assert parse_specs("", "mine", []) == [Spec("mine", {}), Spec("mine", {"temperature": 1.0})]


@pytest.mark.parametrize("typed", ["temp=1", "default heat=2", "default temp=warm"])
def test_what_means_nothing_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        parse_specs(typed, "default", KNOWN)

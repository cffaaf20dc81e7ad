"""Laws of the errors that a user reads."""

from __future__ import annotations

import pytest

from chatbot import errors
from chatbot.errors import ChatbotError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ChatbotError)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_says_what_was_received_what_was_expected_and_what_to_do(kind: type[ChatbotError]) -> None:
    error = kind("a goose", expected="a swan", remedy="wait a year")
    assert str(error) == "a goose; expected a swan; wait a year"
    assert (error.received, error.expected, error.remedy) == ("a goose", "a swan", "wait a year")


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_without_expectation_or_remedy_cannot_be_made(kind: type[ChatbotError]) -> None:
    with pytest.raises(TypeError):
        kind("a goose")


@pytest.mark.parametrize("kind", KINDS)
def test_misuse_ends_with_2_and_every_other_error_with_1(kind: type[ChatbotError]) -> None:
    assert kind.exit_code == (2 if issubclass(kind, errors.UsageError) else 1)


def test_a_wrong_setting_is_misuse_and_only_a_layers_error_is_a_builtin_one() -> None:
    assert issubclass(errors.ConfigError, errors.UsageError)
    others = [kind for kind in KINDS if kind is not errors.LayerError]
    assert {base for kind in others for base in kind.__mro__} - set(KINDS) == {Exception, BaseException, object}
    assert issubclass(errors.LayerError, ValueError)

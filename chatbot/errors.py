"""The one family of errors that a user is meant to read.

Every message says what was received, what was expected and what to do about it; the command line prints it as one
line and ends with ``exit_code``.  Mistakes of our own are assertions or ordinary exceptions and never come from here.
"""

from __future__ import annotations


class ChatbotError(Exception):
    """Base of every error a user can cause or mend.

    Args:
        received: What was found ("line 7 of chat.jsonl is not JSON").
        expected: What should have been there ("an object with the key 'turns'").
        remedy: What to do about it ("correct the line or remove it").
    """

    exit_code = 1

    def __init__(self, received: str, *, expected: str, remedy: str) -> None:
        self.received = received
        self.expected = expected
        self.remedy = remedy
        super().__init__(f"{received}; expected {expected}; {remedy}")


class UsageError(ChatbotError):
    """The command line or a function was given something it cannot take."""

    exit_code = 2


class ConfigError(UsageError):
    """A setting is unknown, of the wrong type or out of range."""


class LayerError(UsageError, ValueError):
    """A layer or cell was given something it cannot take; a ValueError too, as Keras's own layers raise."""

    _keras_call_info_injected = True  # Keras wraps any other error of a layer's call in a RuntimeError of many lines


class CorpusError(ChatbotError):
    """A corpus cannot be read, or holds nothing to learn from."""


class BundleError(ChatbotError):
    """A model bundle is missing, torn, of another version or of another hash."""


class MissingExtraError(ChatbotError):
    """A command needs packages that the base installation leaves out."""

    PACKAGES = frozenset(
        ("charset_normalizer", "keras", "phonenumbers", "sacrebleu", "safetensors", "stdnum", "tensorboard",
         "tensorflow", "tensorflow_datasets", "yaml", "zstandard")
    )  # fmt: skip
    """What the extra ``train`` brings, as it is imported."""

    @classmethod
    def of(cls, *missing: str) -> MissingExtraError:
        """For packages by name."""
        return cls(
            f"{', '.join(missing)} not installed",
            expected="the packages that making models and reading all corpora needs",
            remedy="run: pip install 'chatbot[train]' (in a checkout: pip install '.[train]', or make train)",
        )

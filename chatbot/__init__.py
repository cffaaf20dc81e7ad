"""A recurrent encoder-decoder to talk to in the terminal, to retrain, and to take apart.

Example:
    >>> from chatbot import Conversation
    >>> print(Conversation.load().say("Hi"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chatbot.conversation import Conversation

__version__ = "0.1.0"
__all__ = ["Conversation", "__version__"]


def __getattr__(name: str) -> Any:
    """``Conversation`` on first use: importing ``chatbot.layers`` in training needs no inference engine."""
    if name == "Conversation":
        from chatbot.conversation import Conversation

        return Conversation
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

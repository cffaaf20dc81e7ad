"""A conversation with memory, headless: the user interface and the command line only show it."""

from chatbot.conversation.card import ModelCard
from chatbot.conversation.session import Conversation

__all__ = ["Conversation", "ModelCard"]

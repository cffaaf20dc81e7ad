"""A conversation with memory, headless: the user interface and the command line only show it."""

from chatbot.conversation.card import ModelCard
from chatbot.conversation.moments import Facts, Gain, Moment
from chatbot.conversation.past import Resumed
from chatbot.conversation.reply import Manner
from chatbot.conversation.session import Conversation
from chatbot.conversation.trace import Alternative, Choice, Trace
from chatbot.conversation.voice import Surprise, Voice

__all__ = [
    "Alternative", "Choice", "Conversation", "Facts", "Gain", "Manner", "ModelCard", "Moment", "Resumed", "Surprise",
    "Trace", "Voice",
]  # fmt: skip

"""What can be seen of a memory, headless: states and gates token by token, where a reply looked, how sure it was, and
how much of each turn is still there.  Each with one line that says it in words."""

from chatbot.conversation.insight.again import Again, ask_again
from chatbot.conversation.insight.attention import Attention, Look, Place, Sums, attention, places
from chatbot.conversation.insight.confidence import Said, confidence, summarise
from chatbot.conversation.insight.gates import Opening, opening, sentence
from chatbot.conversation.insight.gauge import Gauge, Held, gauge
from chatbot.conversation.insight.live import Live
from chatbot.conversation.insight.replay import Replay, replay
from chatbot.conversation.insight.retrace import retrace
from chatbot.conversation.insight.spans import Span, seen, spans
from chatbot.conversation.insight.states import Part, parts, state_summary
from chatbot.conversation.insight.subject import Pieces, Reader, Subject

__all__ = [
    "Again", "Attention", "Gauge", "Held", "Live", "Look", "Opening", "Part", "Pieces", "Place", "Reader", "Replay",
    "Said", "Span", "Subject", "Sums", "ask_again", "attention", "confidence", "gauge", "opening", "parts", "places",
    "replay", "retrace", "seen", "sentence", "spans", "state_summary", "summarise",
]  # fmt: skip

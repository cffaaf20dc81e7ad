"""See the memory: a panel that shows what the network remembers, and what it did while it spoke.

What the chat screen does with a ``MemoryPanel``:

    panel.show_conversation(conversation)        whenever it is another one or has changed outside of a reply: loaded,
                                                 switched, taken back, read into, wiped, begun anew; None: there is none
    panel.reply_began(trace, turns)              a reply begins; ``trace`` was given to ``stream``, ``turns`` are those
                                                 before it, the question included (anything with ``role`` and ``text``)
    panel.reply_finished(conversation)           it ended: said, stopped or failed
    panel.show_again(again)                      an ``Again`` grows or is finished; None takes it away
    panel.show_tab("gauge")                      brings a picture to the front

Nothing is to be done for each piece: while a reply is said, the panel looks at the trace ten times a second.  A panel
that is not displayed does nothing; displayed, it catches up.  ``conversation`` is a ``Conversation``; with any other
kind the panel says that nothing can be seen.  Call from the event loop, and while no reply is being said but for
``reply_began``; what takes time is done in threads of the worker group ``memory``, which ``reply_began`` cancels.

This package imports the runtime: import it once the model is loaded, not before the first paint.

``panel.blind`` is what it says while there is no conversation.

What it posts to the screen (all bubble):

    ForkRequested(turns)                         fork the conversation after its first ``turns`` turns
    WipeAndAskRequested(state, annotations)      see ``ask_again``; the result goes to ``show_again``
    Left()                                       Esc: back to the prompt
    MarksChanged(looks)                          words to mark in the transcript, those of ``copied`` >= 0.5 as
                                                 copied; empty: none
"""

from chatbot.ui.memory.messages import ForkRequested, Left, MarksChanged, WipeAndAskRequested
from chatbot.ui.memory.panel import MemoryPanel

__all__ = ["ForkRequested", "Left", "MarksChanged", "MemoryPanel", "WipeAndAskRequested"]

"""Corpora: from files in whatever format to dialogues.

In the order in which data flows: ``places`` (what the user names), ``source`` (its bytes), ``detect`` and ``reader``
(which format), ``formats`` (one reader each), ``redact``, ``roles``, ``corpus`` (dialogues).
``survey`` and ``show`` report.
"""

from train.corpora.dialogue import NOTHING, UNKNOWN, Conversation, Dialogue, Skipped, Utterance

__all__ = ["NOTHING", "UNKNOWN", "Conversation", "Dialogue", "Skipped", "Utterance"]

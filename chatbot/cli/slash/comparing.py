"""The comparison of the plain chat: several models answer one message, each of them after reading what was said."""

from __future__ import annotations

import argparse

from chatbot.cli import options
from chatbot.cli.slash.desk import Desk
from chatbot.conversation.session import Conversation
from chatbot.conversation.voice import Voice
from chatbot.errors import UsageError
from chatbot.native import native_silence
from chatbot.text.sanitize import one_line

SEED = 1
"""Unless one was chosen."""
_APART = ":"
"""Between those who are compared and the message."""


def compare(desk: Desk, operand: str) -> str:
    """Let the models that are named before the colon answer what stands after it; the conversation stays as it is."""
    from chatbot.conversation.side_by_side import SideBySide, require_count
    from chatbot.conversation.side_specs import contenders
    from chatbot.ui.sources import sources_of

    words = operand.split(" ")
    if _APART not in words:
        raise UsageError(
            f"/compare {operand}".strip(),
            expected="models, a colon between blanks, and a message",
            remedy="try /compare default default temp=1 : How are you?",
        )
    at = words.index(_APART)
    names, message = " ".join(words[:at]), " ".join(words[at + 1 :])
    if not message.strip():
        raise UsageError("no message", expected="one after the colon", remedy="say what they are to answer")
    talk = desk.saved.conversation
    known = [(talk.model.name, talk.model.cell), *sources_of(lambda: talk).models()]
    specs = contenders(names, talk.model.name, known)
    require_count(len(specs))
    voices, seed = {talk.model.name: talk.voice}, talk.sampling.seed
    sides = [spec.side(lambda name: _load(desk, name, voices)) for spec in specs]
    comparison = SideBySide(sides, SEED if seed is None else seed)
    comparison.read(talk.transcript)
    for _ in comparison.say(message):
        pass
    return "\n".join(
        f"{number} {side.label}: {one_line(answer.text) or 'nothing'}\n"
        f"{number} {side.label}: {' · '.join([side.described, answer.summary]).rstrip(' ·')}"
        for number, (side, answer) in enumerate(zip(comparison.sides, comparison.log[0].answers, strict=True), start=1)
    )


def _load(desk: Desk, name: str, voices: dict[str, Voice]) -> Conversation:
    """A conversation with a model by its name, as the options of the desk have it; what is loaded already is shared."""
    if name not in voices:
        with native_silence():
            voices[name] = options.open_conversation(argparse.Namespace(**{**vars(desk.args), "model": name})).voice
    new = Conversation(voices[name])
    new.sample_with(**options.check_sampling(desk.args))
    return new

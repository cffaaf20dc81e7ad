"""Plays scripts with a model and judges the last replies, with the memory as it is and wiped before the last turn."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from chatbot.bundle import Bundle
from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation
from chatbot.native import native_silence
from tests.probes.scripts import NEED_MEMORY, Script


class Talker(Protocol):
    """What of a ``Conversation`` is needed; a test brings one that follows a script of its own."""

    sampling: SamplingConfig

    def reset(self) -> None: ...
    def forget(self) -> None: ...
    def say(self, text: str) -> str: ...
    def sample_with(self, **changes: object) -> None: ...


@dataclass(frozen=True)
class Answer:
    """The reply to the last turn."""

    reply: str
    complaint: str
    """What is wrong with it; "" if it passed."""

    @property
    def passed(self) -> bool:
        """Whether it holds what it must."""
        return not self.complaint


@dataclass(frozen=True)
class Outcome:
    """What one script gave."""

    name: str
    kind: str
    gap: int
    question: str
    as_is: Answer
    wiped: Answer | None
    """With the memory wiped before the question; None for the kinds that need no memory."""


def play(talker: Talker, script: Script, fillers: Sequence[str]) -> Outcome:
    """One script from the beginning of a conversation.

    Wiping leaves nothing of what was said before, so the question is simply asked once more then.  The random choices
    begin anew for each of the two replies: nothing but the memory differs.
    """
    *told, question = script.played(fillers)
    talker.reset()
    for turn in told:
        talker.say(turn)

    def ask() -> Answer:
        talker.sample_with(seed=talker.sampling.seed)
        reply = talker.say(question)
        return Answer(reply, script.expected.complaint(reply))

    as_is, wiped = ask(), None
    if script.kind in NEED_MEMORY:
        talker.forget()
        wiped = ask()
    return Outcome(script.name, script.kind, script.gap, question, as_is, wiped)


def play_all(
    bundle: Bundle, scripts: Sequence[Script], fillers: Sequence[str], sampling: SamplingConfig, processes: int = 1
) -> Iterator[Outcome]:
    """The outcomes in the order of the scripts, as they come; the same for any number of processes."""
    if processes == 1:
        _open(bundle, fillers, sampling)
        yield from map(_play, scripts)
        return
    context = multiprocessing.get_context("spawn")  # the interpreter has threads, which a fork would leave behind
    with ProcessPoolExecutor(processes, context, initializer=_open, initargs=(bundle, fillers, sampling)) as pool:
        yield from pool.map(_play, scripts)


_opened: tuple[Conversation, Sequence[str]] | None = None
"""Of this process: opening a bundle takes longer than playing a script."""


def _open(bundle: Bundle, fillers: Sequence[str], sampling: SamplingConfig) -> None:
    global _opened
    with native_silence():
        _opened = Conversation(bundle, sampling=sampling), fillers


def _play(script: Script) -> Outcome:
    assert _opened is not None
    return play(_opened[0], script, _opened[1])

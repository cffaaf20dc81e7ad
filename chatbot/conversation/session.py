"""A conversation: turns go in, replies come out, and the memory is carried from one to the next.

The memory is a function of the transcript alone, unless it is wiped: it is what the encoder makes of the turns, one
after another.  What every turn added to it is kept, so a conversation can be taken back to any of its moments and go on
from there.  Keeping it beyond the life of the program is the business of ``store`` and ``saved``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self, Unpack

import numpy as np

from chatbot.bundle import Bundle
from chatbot.catalog import open_bundle
from chatbot.config import SamplingConfig
from chatbot.conversation.moments import Facts, Luck, Moment
from chatbot.conversation.past import Past, Resumed
from chatbot.conversation.reply import Manner, Reply, generator_for, generator_of
from chatbot.conversation.trace import Trace
from chatbot.conversation.voice import Surprise, Voice
from chatbot.errors import UsageError
from chatbot.runtime.memory import Memory
from chatbot.text.sanitize import one_line
from chatbot.text.template import Turn


class Conversation:
    """One conversation with one model.

    Nothing but ``cancel`` may be called while a reply is being said, and that from any thread.

    Args:
        model: The model; a ``Voice`` is one that is loaded already, which conversations that take turns may share.
        sampling: How replies are chosen; None takes what the bundle recommends.

    Raises:
        BundleError: if the bundle cannot be run.
    """

    def __init__(self, model: Bundle | Voice, *, sampling: SamplingConfig | None = None) -> None:
        self.voice = model if isinstance(model, Voice) else Voice(model)
        self.model = self.voice.card
        self.sampling = sampling or self.voice.sampling
        self._cancelled = threading.Event()
        self._past = Past(self.voice)
        self._rng = np.random.default_rng(self.sampling.seed)

    @classmethod
    def load(cls, model: str | Path | None = None, *, sampling: SamplingConfig | None = None) -> Self:
        """A conversation with a model by name or directory; None is the one that ships with the program.

        Raises:
            BundleError: if there is no such model, or it is not whole.
        """
        return cls(open_bundle(model), sampling=sampling)

    @property
    def transcript(self) -> tuple[Turn, ...]:
        """What was said so far."""
        return tuple(moment.turn for moment in self._past.moments)

    @property
    def moments(self) -> tuple[Moment, ...]:
        """What was said so far, with all that is kept of how it was said."""
        return tuple(self._past.moments)

    @property
    def memory(self) -> Memory:
        """What the model knows of it: a value, which later turns do not change."""
        return self._past.memory

    # Talking

    def say(self, text: str, **manner: Unpack[Manner]) -> str:
        """The reply to one user turn; as ``stream``."""
        for _ in self.stream(text, **manner):
            pass
        return self._past.moments[-1].turn.text if self._past.moments[-1].turn.role == "assistant" else ""

    def stream(
        self, text: str, *, sampling: SamplingConfig | None = None, luck: Luck | None = None, trace: Trace | None = None
    ) -> Iterator[str]:
        """The reply to one user turn, in pieces of text as they come; for the options see ``Manner``.

        Cancelled, or left before its end, the reply is what was said so far.  On any error the conversation stays as
        it was before the turn.

        Raises:
            UsageError: if the turn holds nothing that can be seen; it is not added to the conversation.
            ConfigError: if ``luck`` is none.
        """
        return self._begin(len(self._past.moments), text, {"sampling": sampling, "luck": luck, "trace": trace})

    def replace(self, turn: int, text: str, **manner: Unpack[Manner]) -> Iterator[str]:
        """The reply to another text in the place of the user turn number ``turn``, from 0; what followed is dropped.

        As ``stream`` otherwise; nothing is dropped before the reply is said.

        Raises:
            UsageError: if there is no such user turn, or nothing can be seen of the text.
            ConfigError: if the luck in ``manner`` is none.
        """
        if not 0 <= turn < len(self._past.moments) or self._past.moments[turn].turn.role != "user":
            raise UsageError(f"turn {turn}", expected="the number of a user turn", remedy="choose another turn")
        return self._begin(turn, text, manner)

    def regenerate(self, **manner: Unpack[Manner]) -> Iterator[str]:
        """Another reply to the last user turn, with new luck; it takes the place of the old one once it is said.

        As ``stream`` otherwise.  A user turn that has no reply yet gets its first.

        Raises:
            UsageError: if nothing was said to reply to.
            ConfigError: if the luck in ``manner`` is none.
        """
        heard = [number for number, moment in enumerate(self._past.moments, start=1) if moment.turn.role == "user"]
        if not heard:
            raise UsageError("nothing to reply to", expected="a user turn", remedy="say something first")
        return self._begin(heard[-1], None, manner)

    def _begin(self, kept: int, text: str | None, manner: Manner) -> Iterator[str]:
        if text is not None and not one_line(text):
            raise UsageError("an empty turn", expected="some text", remedy="type something")
        rng = generator_for(manner, self._rng)
        self._cancelled.clear()
        return self._reply(kept, text, manner, rng)

    def _reply(self, kept: int, text: str | None, manner: Manner, rng: np.random.Generator) -> Iterator[str]:
        """Reply after the first ``kept`` turns, and a user turn of ``text`` unless that is None."""
        past, heard = self._past, []
        memory = past.memory if kept == len(past.moments) else past.memory_at(kept)
        if text is not None:
            memory, moment = past.hear(memory, Turn("user", text), Facts(time=time.time()))
            heard.append(moment)
        reply = Reply(self.voice, memory, manner.get("sampling") or self.sampling, rng, manner.get("trace"))
        try:
            yield from reply.pieces(self._cancelled.is_set)
        except GeneratorExit:  # the reader has heard enough
            self._keep(kept, heard, reply)
            raise
        except BaseException:
            reply.take_back()
            raise
        self._keep(kept, heard, reply)

    def _keep(self, kept: int, heard: list[Moment], reply: Reply) -> None:
        """Add the turn, and what was replied if anything was, in the place of what came after those kept."""
        memory, new = reply.memory, list(heard)
        if reply.text:
            memory, moment = self._past.hear(memory, Turn("assistant", reply.text), reply.facts())
            new.append(moment)
        if new:
            self._past.add(kept, new, memory)

    def cancel(self) -> None:
        """End the reply that is being said after its current token; what was said so far is kept."""
        self._cancelled.set()

    def surprise(self, text: str) -> Surprise:
        """How unexpected a user turn of this text would be now; it is not said."""
        return self.voice.surprise(self._past.memory, text)

    # Going back, and beginning anew

    def memory_at(self, turns: int) -> Memory:
        """The memory after the first ``turns`` turns, as it was then; what is not known any more is read again.

        Raises:
            UsageError: if fewer were said.
        """
        return self._past.memory_at(turns)

    def rewind(self, turns: int) -> None:
        """Go back to when only the first ``turns`` turns had been said, and to what was remembered then.

        A wipe is undone by it; random choices are not: what is said next has new luck.

        Raises:
            UsageError: if fewer were said.
        """
        self._past.rewind(turns)

    def fork(self, turns: int | None = None) -> Conversation:
        """A second conversation with the same past, all of it or its first ``turns`` turns; this one is not changed.

        They share the loaded model, so they take turns: only one may speak at a time.

        Raises:
            UsageError: if fewer were said.
        """
        other = Conversation(self.voice, sampling=self.sampling)
        other._past = self._past.fork(turns)
        other._rng = generator_of(dict(self._rng.bit_generator.state))
        return other

    def wipe(self, *, state: bool = True, annotations: bool = True) -> None:
        """Wipe the recurrent state, the annotations, or both; the transcript stays."""
        self._past.wipe(state=state, annotations=annotations)

    def forget(self) -> None:
        """Wipe the memory; the transcript stays, but the model knows nothing of it any more."""
        self.wipe()

    def reset(self) -> None:
        """Begin a new conversation; with a seed, its random choices begin anew as well."""
        self._past = Past(self.voice)
        self._rng = np.random.default_rng(self.sampling.seed)

    def read(self, turns: Sequence[Turn]) -> None:
        """Take turns that were said elsewhere into this conversation, as if they had been said here."""
        self._past.read(turns)

    def resume(self, moments: Sequence[Moment]) -> Resumed:
        """Take up a conversation of earlier in the place of this one.

        It goes on from the memory that was kept if that is this model's and whole; what is missing of it is read again,
        with another model everything.
        """
        self.reset()
        return self._past.resume(moments)

    def sample_with(self, **changes: object) -> None:
        """Change how replies are chosen from now on; see ``SamplingConfig`` for the names.

        Raises:
            ConfigError: on an unknown name or a value out of range.
        """
        self.sampling = SamplingConfig.from_dict({**self.sampling.to_dict(), **changes})
        if "seed" in changes:
            self._rng = np.random.default_rng(self.sampling.seed)

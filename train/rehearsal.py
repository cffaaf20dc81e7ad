"""Pseudo-rehearsal (Robins 1995): a model talks with itself, and what it says today is learned along with what is new.

No corpus of its is needed.  It answers first turns of others, then both sides go on, sampled as the model is meant to
be.  What was made is kept in the run folder: a training that goes on reads it again instead of making it anew.
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from chatbot.bundle import TOKENIZER, Bundle
from chatbot.errors import ChatbotError
from chatbot.native import native_silence
from chatbot.runtime.engine import Engine
from chatbot.runtime.memory import Memory
from chatbot.runtime.speaker import Speaker
from chatbot.text.sanitize import one_line
from chatbot.text.template import Role, Turn, encode_turn
from chatbot.text.tokenizer import Tokenizer
from train.corpora import Dialogue
from train.corpora.writing import line_of, private_file

_TURNS = (4, 8)
"""A dialogue has from so many to so many."""
_PROMPTS = 10_000
"""First turns that are used, at the most; after the last the first comes again and is answered otherwise."""
_IN_VAIN = 500
"""Dialogues in a row of which none could be used, after which it is given up."""


class Talker:
    """A model that talks with itself.

    Args:
        bundle: The model; it is sampled from as it recommends.
        seed: Of the random choices; each dialogue has some of its own.
    """

    def __init__(self, bundle: Bundle, seed: int) -> None:
        with native_silence():
            self._engine = Engine(bundle)
        self._tokenizer = Tokenizer(bundle.files[TOKENIZER])
        self._unspeakable = self._tokenizer.unspeakable()
        self._sampling, self._seed = bundle.sampling, seed

    def dialogues(self, prompts: Sequence[str]) -> Iterator[Dialogue | None]:
        """One after another, for ever.  A reply that is empty, was said before or never comes to its end is not taken,
        and ends its dialogue; None stands for each that is then too short.

        Raises:
            ChatbotError: if that never ends.
        """
        in_vain = 0
        for number, prompt in enumerate(itertools.cycle(prompts)):
            made = self._dialogue(prompt, np.random.default_rng((self._seed, number)))
            in_vain = 0 if made else in_vain + 1
            if in_vain == _IN_VAIN:
                raise ChatbotError(
                    f"{_IN_VAIN} dialogues in a row with an empty, repeated or endless reply",
                    expected="a model that can talk",
                    remedy="give --mix another model, or a corpus",
                )
            yield made

    def _dialogue(self, prompt: str, rng: np.random.Generator) -> Dialogue | None:
        fewest, most = _TURNS
        turns = [Turn("user", prompt)]
        said = {prompt.casefold()}
        memory = Memory.empty(self._engine)
        roles: tuple[Role, Role] = ("user", "assistant")
        for number in range(1, int(rng.integers(fewest, most + 1))):
            memory = memory.read(self._engine, encode_turn(self._tokenizer, turns[-1]))
            role = roles[number % 2]
            text = self._reply(memory, role, rng)
            if not text or text.casefold() in said:
                break
            said.add(text.casefold())
            turns.append(Turn(role, text))
        return Dialogue(tuple(turns)) if len(turns) >= fewest else None

    def _reply(self, memory: Memory, role: Role, rng: np.random.Generator) -> str:
        """Empty too if it was cut off where it became too long."""
        speaker = Speaker(self._engine, self._tokenizer, memory)
        tokens = list(speaker.reply(role, sampling=self._sampling, rng=rng, banned=self._unspeakable))
        cut = len(tokens) >= self._sampling.max_length
        return "" if cut else one_line(self._tokenizer.decode(tokens).replace("\ufffd", ""))


def first_turns(dialogues: Iterable[Dialogue], seed: int) -> list[str]:
    """Different first turns, in an order that hangs on the seed and on them alone."""
    found: dict[str, bytes] = {}
    for dialogue in dialogues:
        text = one_line(dialogue.turns[0].text)
        if text and text not in found:
            found[text] = hashlib.sha256(f"{seed}\x1f{text}".encode("utf-8", "replace")).digest()
            if len(found) >= 2 * _PROMPTS:
                found = dict(_lowest(found))
    return [text for text, _ in _lowest(found)]


def _lowest(found: dict[str, bytes]) -> list[tuple[str, bytes]]:
    return sorted(found.items(), key=lambda each: each[1])[:_PROMPTS]


def interleaved(*prompts: Sequence[str]) -> list[str]:
    """One of each in turn, each text once: what is talked of is half the user's matter and half what people say."""
    mixed = itertools.chain.from_iterable(itertools.zip_longest(*prompts))
    return list(dict.fromkeys(text for text in mixed if text is not None))


def fingerprint(bundle: Bundle, prompts: Sequence[str], seed: int, size: float) -> str:
    """What a rehearsal is made of, in short: equal ones need not be made twice."""
    made_of = {
        "bundle": {name: hashlib.sha256(content).hexdigest() for name, content in bundle.files.items()},
        "sampling": bundle.sampling.to_dict(),
        "prompts": prompts,
        "turns": _TURNS,
        "seed": seed,
        "size": round(size),
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]


def keep(path: Path, dialogues: Sequence[Dialogue], made_of: str) -> None:
    """Write dialogues in our own format, for their owner alone to read; whole or not at all.

    Raises:
        ChatbotError: if they cannot be written.
    """
    try:
        with private_file(path) as file:
            for number, dialogue in enumerate(dialogues):
                file.write(line_of(dialogue, **({"made_of": made_of} if number == 0 else {})))
    except OSError as error:
        raise ChatbotError(
            f"{one_line(str(path))} cannot be written ({error.strerror})",
            expected="a folder that can be written to, with enough space",
            remedy="choose another place with --out",
        ) from error


def kept(path: Path, made_of: str) -> list[Dialogue] | None:
    """What was kept there, if it is whole and was made of the same."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            records = [json.loads(line) for line in file]
        if not records or records[0].get("made_of") != made_of:
            return None
        return [Dialogue(tuple(Turn(turn["speaker"], turn["text"]) for turn in each["turns"])) for each in records]
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError):
        return None

"""Recall of a fact in a dialogue, by how long ago it was told: a choice among values, so that chance is known exactly.

A user tells something ("My name is Ida."), so many exchanges of small talk follow, then it is asked for.  The reply
with the value that was told is scored beside the same reply with other values; it is recalled if the model finds the
true one the likeliest.  Which of the values is told is drawn, so a model that has not listened is right once in
``CHOICES`` times, however it likes the values.  That can be asked of any model that scores a dialogue, however little
it has learned; whether it *says* the value is another measure (``talk``).  The texts are those of ``train.authored``.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from chatbot.text.template import Turn, encode_turn, layout_of
from chatbot.text.tokenizer import Tokenizer
from train.authored.grammar import slots
from train.authored.kinds import Ask, Kind, Library
from train.authored.library import load
from train.authored.scene import Scene
from train.authored.typist import Typist
from train.compare.halflife import half_life
from train.compare.learning import Scorer
from train.dataset import Example
from train.metrics import interval

CHOICES = 5
"""Values of which one was told."""


class Script(NamedTuple):
    """A dialogue up to a question, and what may be answered."""

    turns: tuple[Turn, ...]
    """Telling first, the question last."""
    gap: int
    """Exchanges between the one that tells and the question."""
    replies: tuple[str, ...]
    """One for each value; the first is right."""
    value: str
    """That was told."""


def scripts(gap: int, count: int, seed: int = 1, library: Library | None = None) -> list[Script]:
    """So many scripts of a gap; those of other gaps tell and ask the same, so that nothing but the gap differs."""
    library = library or load()
    kinds = [kind for kind in library.kinds if _fits(kind, library)]
    found: list[Script] = []
    number = 0
    while len(found) < count:
        script = _script(library, kinds, gap, f"{seed} {number}")
        found += [script] if script is not None else []
        number += 1
    return found


def _fits(kind: Kind, library: Library) -> bool:
    """Whether it is about nothing else, has one value of a long enough list, and is not there by chance."""
    plain = kind.key is None and kind.shared is None and set(kind.values) == {"value"}
    return plain and bool(kind.tell and kind.reply and _asks(kind)) and len(library.values[kind.values["value"]]) >= 20


def _asks(kind: Kind) -> list[Ask]:
    return [ask for ask in kind.ask if ask.about in (None, "value") and any("{value}" in r for r in ask.reply)]


def _script(library: Library, kinds: Sequence[Kind], gap: int, seed: str) -> Script | None:
    rng = random.Random(seed)
    kind = rng.choice(kinds)
    scene = Scene(library, rng, Typist())
    values = rng.sample(library.values[kind.values["value"]], CHOICES)
    told, ask = {"value": values[0]}, rng.choice(_asks(kind))
    tell = scene.typed([text for text in kind.tell if slots(text) == {"value"}] or kind.tell, told)
    noted, question = scene.pick(kind.reply, told), scene.typed(ask.user, told)
    answer = rng.choice([text for text in ask.reply if "{value}" in text])
    state = rng.getstate()
    replies = []
    for value in values:  # the same way through the choices of the template for each
        rng.setstate(state)
        replies.append(scene.pick([answer], {"value": value}, need="value"))
    if tell is None or noted is None or question is None or None in replies or len(set(replies)) < CHOICES:
        return None
    scene.say(tell, noted)
    asides = [intent for intent in library.intents if intent.group == "asides" and not intent.values]
    while scene.exchanges <= gap:
        aside = rng.choice(asides)
        user, reply = scene.typed(aside.user, {}), scene.pick(aside.reply, {})
        if user is not None and reply is not None:
            scene.say(user, reply)
    turns = (*scene.turns, Turn("user", question))
    return Script(turns, gap, tuple(str(reply) for reply in replies), values[0])


def example_of(tokenizer: Tokenizer, turns: Sequence[Turn], reply: str) -> Example:
    """A dialogue of which nothing but the last reply is scored."""
    ids = [i for turn in (*turns, Turn("assistant", reply)) for i in encode_turn(tokenizer, turn)]
    layout = layout_of(ids)
    counted = layout.counted & (layout.starts == layout.starts[-1])
    return Example(layout._replace(counted=counted), len(reply.split()) + 1)


def choices(scorer: Scorer, tokenizer: Tokenizer, asked: Sequence[Script]) -> list[bool]:
    """Whether the true value is the likeliest, script by script; a tie is not."""
    lowered = [[Turn(turn.role, turn.text.lower()) for turn in script.turns] for script in asked]
    examples = [
        example_of(tokenizer, turns, reply.lower())
        for turns, script in zip(lowered, asked, strict=True)
        for reply in script.replies
    ]
    nats = scorer(examples).reshape(len(asked), CHOICES)
    return (nats[:, 0] < nats[:, 1:].min(axis=1)).tolist()


def tokens_between(tokenizer: Tokenizer, script: Script) -> int:
    """Pieces between the end of the turn that tells and the question."""
    return sum(len(encode_turn(tokenizer, turn)) for turn in script.turns[1:-1])


def recall(scorer: Scorer, tokenizer: Tokenizer, gaps: Sequence[int], count: int) -> dict[str, Any]:
    """Recall by gap.

    Returns:
        ``points`` (each ``turns``, ``tokens``, ``recall``, ``interval``, ``scripts`` and ``right``, whether it was
        recalled script by script), ``chance``, ``untold`` (the same questions where nothing was told, a check on
        chance), and the half-life in exchanges and in pieces, see ``halflife``.
    """
    points: list[dict[str, Any]] = []
    for gap in gaps:
        asked = scripts(gap, count)
        right = choices(scorer, tokenizer, asked)
        points.append(
            {
                "turns": gap,
                "tokens": float(np.mean([tokens_between(tokenizer, script) for script in asked])),
                "recall": float(np.mean(right)),
                "interval": interval(np.array(right, float)[:, None], lambda sums: sums[..., 0] / count),
                "scripts": count,
                "right": [int(each) for each in right],
            }
        )
    untold = choices(scorer, tokenizer, [script._replace(turns=script.turns[-1:]) for script in scripts(0, count)])
    rates, chance = [point["recall"] for point in points], 1 / CHOICES
    turns = half_life([point["turns"] for point in points], rates, chance, count)
    tokens = half_life([point["tokens"] for point in points], rates, chance, count)
    return {
        "points": points,
        "chance": chance,
        "untold": float(np.mean(untold)),
        "half_life_turns": turns.distance,
        "half_life_tokens": tokens.distance,
        "half_life_kind": turns.kind,
    }

"""Composes dialogues: how long, about what, what happens in which order; the same number gives the same dialogue."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from train.authored.around import Around
from train.authored.kinds import Intent, Library
from train.authored.library import load
from train.authored.moves import ABOUT_FACTS, MOVES
from train.authored.scene import Scene
from train.authored.typist import Typist
from train.authored.words import draw
from train.corpora import Dialogue

Exchange = tuple[str, str]
"""What somebody said, and what was answered."""


class Profile(NamedTuple):
    """A way for a dialogue to go."""

    share: float
    """Of all dialogues."""
    shortest: int
    longest: int
    """Exchanges."""
    moves: Mapping[str, float]
    """How often each happens; "talk" is an exchange of the grammar with what follows it, "aside" one by itself."""


PROFILES = (
    Profile(
        0.28, 2, 7,
        {"tell": 5, "ask": 5, "follow": 2, "abstain": 1.1, "correct": 1.4, "check": 1, "sum_up": 1.1, "say_again": 0.3,
         "talk": 1, "aside": 1},
    ),
    Profile(
        0.34, 7, 22,
        {"tell": 3, "ask": 5, "follow": 1.5, "abstain": 0.9, "correct": 1.6, "check": 1, "sum_up": 1.1,
         "say_again": 0.3, "talk": 1.6, "aside": 2},
    ),
    Profile(
        0.03, 22, 45,
        {"tell": 1, "ask": 3, "follow": 0.5, "abstain": 0.4, "correct": 0.3, "check": 0.4, "sum_up": 0.3,
         "say_again": 0.1, "talk": 1.5, "aside": 5},
    ),
    Profile(
        0.35, 1, 6,
        {"talk": 9, "aside": 1, "abstain": 0.5, "say_again": 0.4, "sum_up": 0.1, "tell": 0.5, "ask": 0.5},
    ),
)  # fmt: skip
_GO_ON = 0.65
"""How often what may follow an exchange does."""
_AND_OTHER = 0.15
"""How often, as a share of the rest, what was asked of one is asked of another."""
_TELL_FIRST = 0.5
"""How often a long dialogue begins with something to remember."""
_TRIES = 8


@dataclass
class Composer:
    """Makes dialogues by number.

    Args:
        seed: Another one makes other dialogues.
        exchanges: Of real dialogues, said between other things.
        library: The grammar.
        around: What real people say that tells nothing, to stand beside what is told.
    """

    seed: int = 1
    exchanges: Sequence[Exchange] = ()
    library: Library = field(default_factory=load)
    around: Around = field(default_factory=Around)

    def __post_init__(self) -> None:
        asides = [intent for intent in self.library.intents if intent.group == "asides"]
        self._asides = asides or list(self.library.intents)
        self._intents = [intent for intent in self.library.intents if intent.group != "asides"]
        self._weights = [intent.weight for intent in self._intents]

    def dialogues(self, count: int) -> Iterator[Dialogue]:
        """The first ``count`` of them."""
        return (self.dialogue(number) for number in range(count))

    def dialogue(self, number: int) -> Dialogue:
        """One of them; its assistant alone is learned from."""
        rng = random.Random(f"{self.seed} {number}")
        profile = rng.choices(PROFILES, [each.share for each in PROFILES])[0]
        scene = Scene(self.library, rng, Typist.drawn(rng), around=self.around)
        length = rng.randint(profile.shortest, profile.longest)
        if profile.longest > 8 and rng.random() < _TELL_FIRST:
            for _ in range(rng.randint(1, 4)):
                MOVES["tell"](scene)
        failed = 0
        while scene.exchanges < length and failed < _TRIES * length:
            failed += not self._move(scene, profile)
        return Dialogue(tuple(scene.turns), "assistant", tuple(scene.guides))

    def _move(self, scene: Scene, profile: Profile) -> bool:
        weights = dict(profile.moves)
        weights["tell"] = weights.get("tell", 0) / (1 + len(scene.told) / 4)
        if scene.topic is None:
            weights.pop("follow", None)
        if scene.answered is not None:  # it can only follow at once
            weights["and_other"] = _AND_OTHER * sum(weights.values())
        move = scene.rng.choices(list(weights), list(weights.values()))[0]
        if move == "talk":
            return self._talk(scene, scene.rng.choices(self._intents, self._weights)[0], {})
        if move == "aside":
            return self._aside(scene)
        if scene.vague and move in ABOUT_FACTS:
            return False
        scene.asked |= move in ABOUT_FACTS
        return MOVES[move](scene)

    def _talk(self, scene: Scene, intent: Intent, outer: Mapping[str, str]) -> bool:
        filling = self._said(scene, intent, outer)
        if filling is None:
            return False
        if intent.then and scene.rng.random() < _GO_ON:
            self._talk(scene, scene.rng.choice(intent.then), filling)
        return True

    def _aside(self, scene: Scene) -> bool:
        if self.exchanges and scene.rng.random() < 0.5:
            return scene.say_both(*scene.rng.choice(self.exchanges))
        any_other = scene.rng.random() < 0.3
        intent = scene.rng.choices(self._intents, self._weights)[0] if any_other else scene.rng.choice(self._asides)
        return self._said(scene, intent, {}) is not None

    def _said(self, scene: Scene, intent: Intent, outer: Mapping[str, str]) -> dict[str, str] | None:
        """Add one exchange; what its slots were filled with, or None if it cannot be said."""
        if intent.tells and (scene.told or scene.asked):
            return None
        drawn = {slot: scene.typist.value(draw(self.library, name, scene.rng)) for slot, name in intent.values.items()}
        filling = {**outer, **drawn}
        user, reply = scene.typed(intent.user, filling), scene.pick(intent.reply, filling)
        if not scene.say_both(user, reply):
            return None
        scene.vague |= intent.tells
        return filling

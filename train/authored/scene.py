"""One dialogue while it is being composed: what was said, and what the user has told."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chatbot.text.template import Turn
from train.authored.around import Around
from train.authored.grammar import choose, fill, sentence, slots
from train.authored.held_out import is_held_out
from train.authored.kinds import Ask, Key, Kind, Library
from train.authored.typist import Typist
from train.authored.words import draw
from train.corpora import NOTHING, UNKNOWN

_MY = re.compile(r"\b[Mm]y\b")
_SHARED, _BARE = 0.12, 0.4
"""How often "our dog" is said in the place of "my dog", and below that "Mum" in that of "my mum"."""
_PARENTS = frozenset(
    ("mother", "mum", "mom", "mummy", "dad", "daddy", "father", "grandma", "grandpa", "granny", "grandad", "nan")
)
_OPENER = 30
"""Letters at the start of a question in which it may have an opener of its own."""

Name = tuple[str, str | None]
"""Of a fact: its kind, and the text of its key."""


@dataclass
class Fact:
    """What a user has told."""

    kind: Kind
    key: Key | None
    values: dict[str, str]
    """By slot, only those that were told."""
    turn: int = NOTHING
    """In which it was told."""

    @property
    def name(self) -> Name:
        """What it is called by."""
        return name_of(self.kind, self.key)

    @property
    def filling(self) -> dict[str, str]:
        """What slots are filled with."""
        return {**self.values, **(self.key.filling if self.key else {})}


def name_of(kind: Kind, key: Key | None) -> Name:
    """What a fact is called by; facts that exclude each other share a name."""
    return kind.shared or kind.name, key.text if key else None


@dataclass
class Scene:
    """A dialogue so far."""

    library: Library
    rng: random.Random
    typist: Typist
    turns: list[Turn] = field(default_factory=list)
    guides: list[int] = field(default_factory=list)
    """For each turn which one tells what is said in it, see ``Dialogue``."""
    told: dict[Name, Fact] = field(default_factory=dict)
    corrected: set[Name] = field(default_factory=set)
    """Which of them took the place of others."""
    topic: Fact | None = None
    """What the last exchange was about."""
    answered: Ask | None = None
    """What the last exchange asked for and got."""
    asked: bool = False
    """Whether anything was asked or told."""
    vague: bool = False
    """Whether something was said that may or may not be taken for a fact: nobody can say what is not known."""
    around: Around = field(default_factory=Around)
    """What stands around what is told."""

    @property
    def exchanges(self) -> int:
        """How many there were."""
        return len(self.turns) // 2

    @property
    def now(self) -> int:
        """The number of the turn in which the user says something next."""
        return len(self.turns)

    def say(self, user: str, reply: str, topic: Fact | None = None, guide: int = UNKNOWN) -> None:
        """Add an exchange; ``guide`` is the turn that tells what the reply says."""
        self.turns += [Turn("user", user), Turn("assistant", reply)]
        self.guides += [UNKNOWN, guide]
        self.topic, self.answered = topic, None

    def say_both(self, user: str | None, reply: str | None, topic: Fact | None = None, guide: int = UNKNOWN) -> bool:
        """Add an exchange if both sides of it could be made, and no probe asks the same; whether it was added."""
        if user is None or reply is None or is_held_out(user):
            return False
        self.say(user, reply, topic, guide)
        return True

    def fact(self, kind: Kind, key: Key | None) -> Fact:
        """What was told of a kind and key; without values if nothing was."""
        return self.told.get(name_of(kind, key), Fact(kind, key, {}))

    def pick(self, templates: Sequence[str], filling: Mapping[str, str], *, need: str | None = None) -> str | None:
        """What the assistant says: one of the templates all of whose slots can be filled, filled.

        Args:
            templates: To choose from.
            filling: What the slots can be filled with.
            need: A slot that has to be in it.
        """
        fitting = [
            template
            for template in (choose(each, self.rng) for each in templates)
            if slots(template) <= filling.keys() and (need is None or need in slots(template))
        ]
        # A value in lower case at the start of a sentence would have to be spelled otherwise than it was told.
        opening = [t for t in fitting if not (t.startswith("{") and filling[t[1 : t.index("}")]][:1].islower())]
        if not fitting:
            return None
        mine = {slot: _MY.sub("your", value) for slot, value in filling.items()}
        return fill(sentence(self.rng.choice(opening or fitting)), mine)

    def typed(self, templates: Sequence[str], filling: Mapping[str, str], *, frames: str | None = None) -> str | None:
        """What the user says: likewise, as this user types it; ``frames`` names what may stand around it."""
        for _ in range(4):
            template = choose(self.rng.choice(templates), self.rng)
            if slots(template) <= filling.keys():
                break
        else:
            return None
        if frames is not None and ":" not in template[:_OPENER]:  # one opener is enough
            frame = choose(self.rng.choice(self.library.frames[frames]), self.rng)
            if not frame.startswith("{"):
                template = uncapitalised(template)
            template = frame.replace("{question}", template)
        return self.write(template, filling, about_facts=frames is not None)

    def write(
        self, template: str, filling: Mapping[str, str], *, about_facts: bool = True, remarks: bool = False
    ) -> str:
        """What the user writes: a template filled, in this user's way to name what is theirs and to type.

        Args:
            template: Of which nothing is left to choose.
            filling: Of its slots.
            about_facts: Whether it tells or asks for a fact.
            remarks: Whether something else may be said beside it.
        """
        template = self.around.worn(template, self.rng, about_facts=about_facts)
        if remarks:
            template = self.around.with_remarks(template, self.rng)
        draw, key = self.rng.random(), filling.get("key", "").lower()
        if draw < _SHARED:
            template = template.replace("my {key}", "our {key}").replace("My {key}", "Our {key}")
        elif key in _PARENTS and draw < _BARE:
            template = re.sub(r"\b[Mm]y \{key\}", key.capitalize(), template)
        return fill(self.typist.type(template, self.rng), filling)

    def draw(self, kind: Kind, key: Key | None) -> dict[str, str]:
        """Values for all slots of a kind, no two alike, as this user types them."""
        drawn: dict[str, str] = {}
        for slot in kind.values:
            for _ in range(4):
                value = self.typist.value(draw(self.library, kind.list_of(slot, key), self.rng))
                if value not in drawn.values():
                    break
            drawn[slot] = value
        return drawn

    def any_kind(self) -> Kind:
        """A kind, the common ones more often."""
        return self.rng.choices(self.library.kinds, cum_weights=self.library.common)[0]

    def key_for(self, kind: Kind) -> Key | None:
        """A key for a kind that has some; rather not one that sounds like another in this dialogue."""
        if kind.key is None:
            return None
        keys = self.library.keys[kind.key]
        used = {fact.key.text for fact in self.told.values() if fact.key is not None}
        for _ in range(6):
            key = self.rng.choice(keys)
            if key.text in used or not any(_alike(key.text, other) for other in used):
                return key
        return None


def uncapitalised(text: str) -> str:
    """The text as it stands inside a sentence."""
    first = text.split(" ", 1)[0].rstrip(",.!?")
    keeps = first == "I" or first.startswith(("I'", "I’")) or first[1:] != first[1:].lower() or text[:1] == "{"
    return text if keeps else text[:1].lower() + text[1:]


def _alike(one: str, other: str) -> bool:
    """Whether one is another of the same: "sister" and "older sister"."""
    return one.split()[-1] == other.split()[-1] or one in other or other in one

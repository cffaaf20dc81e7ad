"""Moves by which the user asks for something: told or not, directly, by pronoun, or to be answered with yes or no."""

from __future__ import annotations

from dataclasses import replace

from train.authored.kinds import Ask, Key, Kind
from train.authored.scene import Fact, Scene, name_of
from train.authored.telling import tell_shortly
from train.corpora import NOTHING

_NEW_VALUE = 0.4
"""How often what was corrected is asked for, where anything was: the old value is in the memory too."""
_TOLD_OTHER = 0.8
"""How often "And my brother?" asks for what is known."""
_SAME_KIND, _SAME_KEY = 0.4, 0.6
"""Up to where what is asked in vain is what was told of another, and up to where something else of the same one: the
sister's name where the brother's was told, and the brother's age."""
_PERSON = "who"
"""The slot of whom a fact is about, where that is no key."""
_OTHER_PERSON = 0.85
"""Up to where, after those, it is asked of somebody else what somebody did."""
_TELLS = 0.4
"""How often a user who is asked back answers."""


def ask(scene: Scene) -> bool:
    """For something that was told."""
    if not scene.told:
        return False
    facts = list(scene.told.values())
    if scene.corrected and scene.rng.random() < _NEW_VALUE:
        facts = [fact for fact in facts if fact.name in scene.corrected] or facts
    # The longer ago, the more is learned from it.
    fact = facts[int(len(facts) * scene.rng.random() ** 1.3)]
    return bool(fact.kind.ask) and _answered(scene, fact, scene.rng.choice(fact.kind.ask))


def follow(scene: Scene) -> bool:
    """A question by pronoun for something about what the last exchange was about."""
    topic = scene.topic
    if topic is None:
        return False
    kinds = [k for k in scene.library.kinds if k.follow and (k == topic.kind or (k.key and k.key == topic.kind.key))]
    if not kinds:
        return False
    told = [k for k in kinds if name_of(k, topic.key) in scene.told]
    kind = scene.rng.choice(told if told and scene.rng.random() < 0.7 else kinds)
    fact = scene.fact(kind, topic.key)
    asked = scene.rng.choice(kind.follow)
    return _answered(scene, fact, asked) or _unanswered(scene, fact, asked)


def and_other(scene: Scene) -> bool:
    """What was just asked of one, asked of another in words that name nothing else: "And my brother?"."""
    topic, asked = scene.topic, scene.answered
    if topic is None or asked is None or topic.key is None or asked.about == "key":
        return False
    others = [f for f in scene.told.values() if f.kind == topic.kind and f.key is not None and f.key != topic.key]
    key = scene.rng.choice(others).key if others and scene.rng.random() < _TOLD_OTHER else scene.key_for(topic.kind)
    if key is None or key == topic.key:
        return False
    called = _called(topic.kind, key)
    if called is None:
        return False
    other = scene.fact(topic.kind, key)
    asked = replace(asked, user=tuple(each.replace("{other}", called) for each in scene.library.frames["and_other"]))
    return _answered(scene, other, asked, frames=None) or _unanswered(scene, other, asked, frames=None)


def _called(kind: Kind, key: Key) -> str | None:
    """Whose a fact of this kind is, as it is called without saying what is asked for; None if nobody says it so."""
    if key.text[:1].isupper():
        return "{key}"
    if (kind.key or "").startswith("favourite"):
        return "my favourite {key}"
    return "my {key}" if any("my {key}" in each.lower() for each in kind.tell) else None


def _answered(scene: Scene, fact: Fact, asked: Ask, frames: str | None = "ask") -> bool:
    about = asked.about
    if about is not None and about != "key" and about not in fact.values:
        return False
    reply = scene.pick(asked.reply, fact.filling, need=about)
    user = scene.typed(asked.user, fact.filling, frames=frames)
    said = scene.say_both(user, reply, fact, fact.turn)
    if said:
        scene.answered = asked
    return said


def abstain(scene: Scene) -> bool:
    """A question for what was never told; some users then tell it."""
    rng = scene.rng
    near = [fact for fact in scene.told.values() if fact.kind.key]
    kind, key, how = scene.any_kind(), None, rng.random()
    if _SAME_KEY < how < _OTHER_PERSON and of_somebody_else(scene):
        return True
    if near and how < _SAME_KEY:
        beside = rng.choice(near)
        kind = beside.kind
        if how > _SAME_KIND:
            key = beside.key
            kind = rng.choice([k for k in scene.library.kinds if k.key == kind.key])
    key = key or scene.key_for(kind)
    if (kind.key and key is None) or not kind.ask:
        return False
    return _unanswered(scene, scene.fact(kind, key), rng.choice(kind.ask))


def of_somebody_else(scene: Scene) -> bool:
    """What somebody did or said, asked of another: "What did my uncle paint?" where my aunt painted something."""
    rng = scene.rng
    facts = [fact for fact in scene.told.values() if _PERSON in fact.values]
    if not facts:
        return False
    fact = rng.choice(facts)
    asks = [
        replace(each, user=user)
        for each in fact.kind.ask
        if each.about != _PERSON and (user := tuple(text for text in each.user if f"{{{_PERSON}}}" in text))
    ]
    known = {other.values.get(_PERSON) for other in scene.told.values()}
    person = scene.draw(fact.kind, fact.key)[_PERSON]
    if not asks or person in known:
        return False
    asked = rng.choice(asks)
    filling = {**fact.filling, _PERSON: person}
    question = scene.typed(asked.user, filling, frames="ask")
    return scene.say_both(question, scene.pick(asked.unknown, filling), guide=NOTHING)


def _unanswered(scene: Scene, fact: Fact, asked: Ask, frames: str | None = "ask") -> bool:
    about = asked.about
    told = fact.name in scene.told
    if not asked.unknown or (told and (about is None or about == "key" or about in fact.values)):
        return False
    if told and fact.kind.shared:
        return False
    guess = scene.draw(fact.kind, fact.key) if about == "key" else {}
    filling = {**guess, **fact.filling}
    if about == "key" and any(set(guess.values()) & set(other.values.values()) for other in scene.told.values()):
        return False
    user, reply = scene.typed(asked.user, filling, frames=frames), scene.pick(asked.unknown, filling)
    if not scene.say_both(user, reply, fact, NOTHING):
        return False
    slot = about or "value"  # what else a kind has is not what the assistant asks back for
    if slot in fact.kind.values and scene.turns[-1].text.endswith("?") and scene.rng.random() < _TELLS:
        tell_shortly(scene, fact, slot)
    return True


def check(scene: Scene) -> bool:
    """A question that yes or no answers, of something told or not."""
    told = [fact for fact in scene.told.values() if fact.kind.check]
    if told and scene.rng.random() < 0.8:
        fact = scene.rng.choice(told)
    else:
        kind = scene.any_kind()
        key = scene.key_for(kind)
        if kind.key and key is None:
            return False
        fact = scene.fact(kind, key)
    if not fact.kind.check:
        return False
    asked = scene.rng.choice(fact.kind.check)
    value, guess = fact.values.get(asked.about), scene.draw(fact.kind, fact.key).get(asked.about)
    if value is not None and scene.rng.random() < 0.5:
        guess = value
    filling = {**fact.filling, **({"guess": guess} if guess else {})}
    known = fact.name in scene.told
    if known and value is None and fact.kind.values:
        return False
    answers = (asked.yes if guess == value or not fact.kind.values else asked.no) if known else asked.unknown
    user, reply = scene.typed(asked.user, filling, frames="ask"), scene.pick(answers, filling)
    return scene.say_both(user, reply, fact, fact.turn)

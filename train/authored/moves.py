"""What may happen in a dialogue: each move adds an exchange or two to a scene, or says that it cannot."""

from __future__ import annotations

from train.authored.asking import abstain, and_other, ask, check, follow
from train.authored.grammar import choose, tidy
from train.authored.scene import Scene
from train.authored.telling import correct, tell
from train.corpora import NOTHING

_MOST_SUMMED_UP = 5
_OF_ONE_SORT = 0.6
"""How often what is summed up is of one sort: the pets, the plans."""
_NONE_OF_IT = 0.1
"""How often that is asked for if nothing of the sort was told."""
_SORTS = {
    "sum_family": ("relative_", "parents_", "siblings_", "children", "married_"),
    "sum_pets": ("pet", "pet_"),
    "sum_plans": ("plan_", "appointment", "exam", "exam_", "visitor", "moving", "party", "event_"),
    "sum_likes": ("like", "favourite", "favourite_"),
    "sum_things": ("bought_", "owned_", "thing_", "named_thing", "car_", "quality"),
    "sum_done": ("i_did", "i_went", "past_", "watched_", "read_", "cooking"),
    "sum_hobbies": ("instrument", "sport", "exercise", "learning", "learning_", "i_do", "weekly"),
    "sum_self": ("name", "age", "city", "origin", "job", "school", "birthday", "language", "height"),
    "sum_friends": ("friend_",),
}
"""The kinds of a sort by their names, or by how they begin if that ends in _; ``frames.toml`` asks for the sort."""
_LONGEST_QUOTE = 12
"""Words of what is said again."""


def is_of(kind: str, sort: str) -> bool:
    """Whether a kind of fact belongs to a sort: ``name`` tells of the user, ``named_job`` does not."""
    return kind in _SORTS[sort] or kind.startswith(tuple(each for each in _SORTS[sort] if each.endswith("_")))


def sum_up(scene: Scene) -> bool:
    """All that was told, or all of one sort, if it is not too much."""
    frames, rng = scene.library.frames, scene.rng
    sort = rng.choice(list(_SORTS)) if rng.random() < _OF_ONE_SORT else None
    told = [fact for fact in scene.told.values() if sort is None or is_of(fact.kind.name, sort)]
    if len(told) > _MOST_SUMMED_UP or (sort and not told and rng.random() > _NONE_OF_IT):
        return False
    clauses = [scene.pick(fact.kind.summary, fact.filling) for fact in told if fact.kind.summary]
    if len(clauses) < len(told) or None in clauses:
        return False
    user = scene.typed(frames[sort or "summary"], {})
    assert user is not None
    if not clauses:
        reply = choose(rng.choice(frames["sort_none" if sort else "summary_none"]), rng)
        return scene.say_both(user, reply, guide=NOTHING)
    facts = [text[:1].lower() + text[1:] for text in clauses if text]
    joined = facts[0] if len(facts) == 1 else f"{', '.join(facts[:-1])} and {facts[-1]}"
    reply = tidy(choose(rng.choice(frames["sum_up"]), rng).replace("{facts}", joined))
    return scene.say_both(user, reply, guide=told[0].turn)


def say_again(scene: Scene) -> bool:
    """What one of them has just said, word by word."""
    frames, rng = scene.library.frames, scene.rng
    mine = rng.random() < 0.5
    question, answer = ("what_you_said", "you_said") if mine else ("what_i_said", "i_said")
    user = scene.typed(frames[question], {})
    assert user is not None
    if not scene.turns:
        return scene.say_both(user, choose(rng.choice(frames["nothing_said"]), rng))
    number = scene.now - (1 if mine else 2)
    said = scene.turns[number].text
    if len(said.split()) > _LONGEST_QUOTE or said.startswith(("You said: ", "I said: ")):
        return False
    return scene.say_both(user, frames[answer][0].replace("{mine}" if mine else "{said}", said), guide=number)


MOVES = {
    "tell": tell, "ask": ask, "follow": follow, "and_other": and_other, "abstain": abstain, "correct": correct,
    "check": check, "sum_up": sum_up, "say_again": say_again,
}  # fmt: skip
ABOUT_FACTS = frozenset(MOVES) - {"say_again"}

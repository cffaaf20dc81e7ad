"""Moves by which the user tells something: a fact, several at once, a short answer, another value than before."""

from __future__ import annotations

from collections.abc import Sequence

from train.authored.grammar import choose, sentence, slots
from train.authored.held_out import is_held_out
from train.authored.kinds import Kind
from train.authored.scene import Fact, Scene, name_of, uncapitalised

_ANY_CORRECTION = 0.4
"""How often a correction is a fact in words that fit any."""
_ALIKE = 0.4
"""How often what is told in one breath is of one kind: "My brother is Leo and my sister is Ada"."""
_IN_PASSING = 0.25
"""How often a name is told while something is said of who has it."""


def tell(scene: Scene) -> bool:
    """A fact that was not told before, alone or with one or two others in the same turn."""
    rng = scene.rng
    together = rng.choices((1, 2, 3), (0.72, 0.22, 0.06))[0]
    alike = rng.random() < _ALIKE
    facts: list[Fact] = []
    for _ in range(together):
        fact = _new(scene, facts[0].kind if alike and facts and facts[0].key else None)
        facts += [fact] if fact is not None else []
    if not facts or len({fact.name for fact in facts}) < len(facts):
        return False
    if len(facts) > 1 or (facts[0].kind.clause and rng.random() < 0.25):
        said = _told_in_clauses(scene, facts)
    else:
        said = _told_alone(scene, facts[0])
    if said is None or is_held_out(said):
        return False
    chosen = rng.choice(facts)
    reply = scene.pick(chosen.kind.reply, chosen.filling) if rng.random() < 0.9 else None
    for fact in facts:
        fact.turn = scene.now
    scene.say(said, reply or choose(rng.choice(scene.library.frames["noted"]), rng), chosen, scene.now)
    scene.told.update({fact.name: fact for fact in facts})
    return True


def _new(scene: Scene, same: Kind | None = None) -> Fact | None:
    """A fact that can be told: of this kind, else of a new one or, often, of one that was told of something else."""
    known = [fact.kind for fact in scene.told.values() if fact.kind.key]
    for _ in range(6):
        kind = same or (scene.rng.choice(known) if known and scene.rng.random() < 0.3 else scene.any_kind())
        related = [f.key for f in scene.told.values() if f.key and f.kind.key == kind.key]
        key = scene.rng.choice(related) if related and scene.rng.random() < 0.3 else scene.key_for(kind)
        if (kind.key is None or key is not None) and name_of(kind, key) not in scene.told and kind.tell:
            return Fact(kind, key, scene.draw(kind, key))
    return None


def _told_alone(scene: Scene, fact: Fact) -> str | None:
    template = choose(scene.rng.choice(fact.kind.tell), scene.rng)
    if fact.kind.named and scene.rng.random() < _IN_PASSING:
        template = scene.around.in_passing(scene.rng) or template
    used = slots(template)
    if not used <= fact.filling.keys():
        return None
    fact.values = {slot: value for slot, value in fact.values.items() if slot in used}
    return scene.write(template, fact.filling, remarks=True)


def _told_in_clauses(scene: Scene, facts: Sequence[Fact]) -> str | None:
    """Clauses in a frame; the slots of the second are renamed so that each finds its own values."""
    frame = choose(scene.rng.choice(scene.library.frames[("tell", "two", "three")[len(facts) - 1]]), scene.rng)
    filling: dict[str, str] = {}
    for number, (place, fact) in enumerate(zip(("clause", "other", "third"), facts, strict=False)):
        if not fact.kind.clause:
            return None
        clause = choose(scene.rng.choice(fact.kind.clause), scene.rng)
        used = slots(clause)
        if not used <= fact.filling.keys():
            return None
        fact.values = {slot: value for slot, value in fact.values.items() if slot in used}
        for slot in used:
            renamed = f"{'abc'[number]}_{slot.replace('.', '_')}"
            clause = clause.replace(f"{{{slot}}}", f"{{{renamed}}}")
            filling[renamed] = fact.filling[slot]
        frame = _placed(frame, place, clause)
    return scene.write(frame, filling, remarks=True)


def _placed(frame: str, place: str, clause: str) -> str:
    """The frame with a clause in its place: with a capital letter where a sentence begins."""
    opens = frame.startswith(f"{{{place}}}") or f". {{{place}}}" in frame or f"! {{{place}}}" in frame
    return frame.replace(f"{{{place}}}", sentence(clause) if opens else uncapitalised(clause))


def tell_shortly(scene: Scene, fact: Fact, slot: str) -> None:
    """The answer to a question of the assistant's: the value alone."""
    value = scene.draw(fact.kind, fact.key)[slot]
    fact = Fact(fact.kind, fact.key, {**fact.values, slot: value})
    reply = scene.pick(fact.kind.reply, fact.filling, need=slot)
    user = scene.typed(scene.library.frames["short"], {"value": value})
    if reply is not None and user is not None and not is_held_out(user):
        fact.turn = scene.now
        scene.told[fact.name] = fact
        scene.say(user, reply, fact, scene.now)


def _correction(scene: Scene, kind: Kind) -> str:
    """In the words of the kind, or as any change of anything is told."""
    if not kind.clause or scene.rng.random() > _ANY_CORRECTION:
        return choose(scene.rng.choice(kind.correct), scene.rng)
    frame = choose(scene.rng.choice(scene.library.frames["correct"]), scene.rng)
    clause = choose(scene.rng.choice(kind.clause), scene.rng)
    return _placed(frame, "clause", clause)


def correct(scene: Scene) -> bool:
    """A value that takes the place of one that was told."""
    facts = [fact for fact in scene.told.values() if fact.kind.correct]
    if not facts:
        return False
    fact = scene.rng.choice(facts)
    kind = fact.kind
    if kind.shared:
        kind = scene.rng.choice([k for k in scene.library.kinds if k.shared == kind.shared and k.correct])
    template = _correction(scene, kind)
    kept = fact.values if kind == fact.kind else {}
    changed = slots(template) & set(kind.values)
    drawn = {slot: value for slot, value in scene.draw(kind, fact.key).items() if slot in changed}
    filling = {**(fact.key.filling if fact.key else {}), **drawn}
    if len(changed) == 1 and (old := kept.get(next(iter(changed)))):
        filling["old"] = old
    new = Fact(kind, fact.key, {**kept, **drawn})
    if not slots(template) <= filling.keys() or (kept and new.values == kept):
        return False
    need = next(iter(changed)) if len(changed) == 1 else None
    reply = scene.pick(kind.corrected or kind.reply, new.filling, need=need)
    if reply is None:
        reply = scene.pick(scene.library.frames["noted"], {})
        assert reply is not None
    user = scene.write(template, filling)
    if is_held_out(user):
        return False
    new.turn = scene.now
    scene.told[new.name] = new
    scene.corrected.add(new.name)
    scene.say(user, reply, new, scene.now)
    return True

"""Laws of composed dialogues as a whole."""

from __future__ import annotations

import collections
import re

from train.authored.compose import Composer
from train.authored.kinds import Library
from train.corpora import NOTHING, UNKNOWN, Dialogue


def test_user_and_assistant_take_turns_and_the_assistant_alone_is_learned(composed: list[Dialogue]) -> None:
    for dialogue in composed:
        assert [turn.role for turn in dialogue.turns] == ["user", "assistant"] * (len(dialogue.turns) // 2)
        assert len(dialogue.turns) >= 2
        assert dialogue.only == "assistant"


def test_replies_are_guided_to_turns_that_hold_what_they_say() -> None:
    composed = list(Composer(5).dialogues(300))  # of the grammar that ships
    common = collections.Counter(w for each in composed for turn in each.turns for w in set(_words(turn.text)))
    told, nothing = [], []
    for dialogue in composed:
        assert len(dialogue.guides) == len(dialogue.turns)
        assert set(dialogue.guides[::2]) == {UNKNOWN}
        for number, guide in enumerate(dialogue.guides):
            said = {w for w in _words(dialogue.turns[number].text) if common[w] < 12}
            asked = set(_words(dialogue.turns[number - 1].text))
            if guide >= 0:
                assert guide < number
                said -= asked if guide < number - 1 else set()
                told += [bool(said & set(_words(dialogue.turns[guide].text)))] if said else []
            elif guide == NOTHING:
                before = {w for turn in dialogue.turns[: number - 1] for w in _words(turn.text)}
                nothing.append(not (said - asked) & before)
    assert len(told) > 200
    assert len(nothing) > 100
    assert sum(told) / len(told) > 0.85, "but for what follows from it: it is windy, hold on to your hat"
    assert sum(nothing) / len(nothing) > 0.9, "but for of whom it was asked"


def _words(text: str) -> list[str]:
    return re.findall(r"[\w'-]+", text.lower())


def test_nothing_of_the_grammar_is_left_in_what_is_said(composed: list[Dialogue]) -> None:
    for dialogue in composed:
        for turn in dialogue.turns:
            assert not re.search(r"[\[\]{}|]|  | [,.!?]", turn.text), turn.text
            assert turn.text == turn.text.strip() != ""


def test_the_same_number_gives_the_same_dialogue_and_another_seed_others(library: Library) -> None:
    one, again, other = (Composer(seed, library=library) for seed in (3, 3, 4))
    assert [one.dialogue(n) for n in (5, 1, 9)] == [again.dialogue(n) for n in (5, 1, 9)]
    assert sum(one.dialogue(n) == other.dialogue(n) for n in range(30)) < 5


def test_gaps_between_telling_and_asking_reach_far(composed: list[Dialogue]) -> None:
    assert max(len(dialogue.turns) for dialogue in composed) > 60
    assert sum(len(dialogue.turns) <= 6 for dialogue in composed) > len(composed) / 10


def test_real_exchanges_are_said_in_between(library: Library) -> None:
    said = ("It is late.", "Then sleep well!")
    composer = Composer(1, [said], library)
    assert any(("user", said[0]) in dialogue.turns for dialogue in composer.dialogues(60))

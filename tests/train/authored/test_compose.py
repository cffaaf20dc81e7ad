"""Laws of composed dialogues, on a small grammar whose answers can be worked out from the transcript alone."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from train.authored.compose import Composer
from train.authored.library import Library
from train.authored.typist import Typist
from train.corpora import Dialogue

COUNT = 600


@pytest.fixture(scope="module")
def composed(library: Library) -> list[Dialogue]:
    """By careful typists, whose words can be recognised."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Typist, "drawn", lambda rng: Typist())
        return list(Composer(3, library=library).dialogues(COUNT))


def exchanges(dialogues: list[Dialogue]) -> list[tuple[int, list[str]]]:
    """(dialogue, all texts up to and including one reply), for every reply."""
    return [
        (number, [turn.text for turn in dialogue.turns[: place + 1]])
        for number, dialogue in enumerate(dialogues)
        for place in range(1, len(dialogue.turns), 2)
    ]


def test_user_and_assistant_take_turns_and_the_assistant_alone_is_learned(composed: list[Dialogue]) -> None:
    for dialogue in composed:
        assert [turn.role for turn in dialogue.turns] == ["user", "assistant"] * (len(dialogue.turns) // 2)
        assert len(dialogue.turns) >= 2
        assert dialogue.only == "assistant"


def test_nothing_of_the_grammar_is_left_in_what_is_said(composed: list[Dialogue]) -> None:
    for dialogue in composed:
        for turn in dialogue.turns:
            assert not re.search(r"[\[\]{}|]|  | [,.!?]", turn.text), turn.text
            assert turn.text == turn.text.strip() != ""


def test_the_same_number_gives_the_same_dialogue_and_another_seed_others(library: Library) -> None:
    one, again, other = (Composer(seed, library=library) for seed in (3, 3, 4))
    assert [one.dialogue(n) for n in (5, 1, 9)] == [again.dialogue(n) for n in (5, 1, 9)]
    assert sum(one.dialogue(n) == other.dialogue(n) for n in range(30)) < 5


TOLD = r"(?:I live in|[Hh]ome is(?: now)? in|I moved to) ([A-Z]\w+(?: [A-Z]\w+)?)"


def told_towns(texts: list[str]) -> list[str]:
    """The towns that the user has told before the last question, by the words of the grammar."""
    said = [text for text in texts[:-2:2] if "Do I live" not in text and "do I live" not in text]
    return [match[1] for text in said for match in re.finditer(TOLD, text)]


def answered_shortly(texts: list[str]) -> bool:
    """Whether the user has told it as a short answer, which cannot be told from other short answers."""
    return any("Where is it?" in text for text in texts[1:-2:2])


def test_what_is_answered_is_what_was_told_last(composed: list[Dialogue]) -> None:
    checked = 0
    for _, texts in exchanges(composed):
        match = re.match(r"You live in (.+)\.$", texts[-1])
        if match and not answered_shortly(texts):
            assert match[1] == told_towns(texts)[-1]
            checked += 1
    assert checked > 100


def test_the_pet_of_the_question_is_the_pet_of_the_answer(composed: list[Dialogue]) -> None:
    checked = Counter[str]()
    for _, texts in exchanges(composed):
        match = re.match(r"Your (dog|cat) is called (.+)\.$", texts[-1])
        if match and "called?" in texts[-2]:
            assert f"my {match[1]} called?" in texts[-2]
            said = " ".join(texts[:-2:2])
            assert re.search(rf"[Mm]y {match[1]} is called {match[2]}\b", said) or "What is it?" in " ".join(
                texts[1::2]
            )
            checked[match[1]] += 1
    assert min(checked["dog"], checked["cat"]) > 15


def test_what_was_never_told_is_not_known(composed: list[Dialogue]) -> None:
    checked = 0
    for _, texts in exchanges(composed):
        if texts[-1].startswith("I don't know where you live."):
            assert not told_towns(texts)
            checked += 1
    assert checked > 40


def test_only_slots_that_were_told_are_in_an_answer(composed: list[Dialogue]) -> None:
    checked = 0
    for _, texts in exchanges(composed):
        if re.match(r"To \w+( \w+)? on (Monday|Friday)\.$", texts[-1], re.IGNORECASE):
            assert any(re.search(r"monday|friday", text, re.IGNORECASE) for text in texts[:-2:2])
            checked += 1
    assert checked > 10


def test_yes_and_no_are_right(composed: list[Dialogue]) -> None:
    answers = Counter[str]()
    for _, texts in exchanges(composed):
        match = re.match(r"(Yes|No), you live in (.+)\.$", texts[-1])
        if match:
            guess = re.search(r"live in (.+)\?", texts[-2])
            assert guess is not None
            assert (guess[1] == match[2]) == (match[1] == "Yes")
            answers[match[1]] += 1
    assert min(answers["Yes"], answers["No"]) > 15


def test_a_summary_holds_all_that_was_told(composed: list[Dialogue]) -> None:
    checked = 0
    for _, texts in exchanges(composed):
        if texts[-1].startswith(("You told me that", "I know that")):
            for town in told_towns(texts)[-1:]:
                assert f"you live in {town}" in texts[-1]
            for animal in ("dog", "cat"):
                if any(f"y {animal} is called" in text for text in texts[:-2:2]):
                    assert f"your {animal} is called" in texts[-1]
            checked += 1
    assert checked > 10


def test_what_was_said_is_said_again_word_by_word(composed: list[Dialogue]) -> None:
    checked = Counter[str]()
    for _, texts in exchanges(composed):
        for opening, place in (("You said: ", -4), ("I said: ", -3)):
            if texts[-1].startswith(opening):
                assert texts[-1].removeprefix(opening) == texts[place]
                checked[opening] += 1
    assert min(checked.values()) > 5
    assert len(checked) == 2


def test_gaps_between_telling_and_asking_reach_far(composed: list[Dialogue]) -> None:
    assert max(len(dialogue.turns) for dialogue in composed) > 60
    assert sum(len(dialogue.turns) <= 6 for dialogue in composed) > COUNT / 10


def test_real_exchanges_are_said_in_between(library: Library) -> None:
    said = ("It is late.", "Then sleep well!")
    composer = Composer(1, [said], library)
    assert any(("user", said[0]) in dialogue.turns for dialogue in composer.dialogues(60))

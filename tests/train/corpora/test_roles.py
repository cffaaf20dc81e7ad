"""Who gets which role."""

from __future__ import annotations

import pytest

from train.corpora.dialogue import Conversation, Utterance
from train.corpora.roles import Roles


def said(*speakers: str) -> Conversation:
    return Conversation(tuple(Utterance(speaker, f"{number}") for number, speaker in enumerate(speakers)), 1)


def roles(conversation: Conversation, assistant: str | None = None) -> str | None:
    dialogue = Roles(assistant).dialogue(conversation)
    return None if dialogue is None else "".join(turn.role[0] for turn in dialogue.turns)


@pytest.mark.parametrize(
    ("speakers", "want"),
    [
        (("a", "b", "a"), "uau"),
        (("Ada", "Ben", "Cleo", "Ada"), "uaau"),
        (("assistant", "user", "assistant"), "aua"),
        (("SYSTEM", "USER"), "au"),
        (("gpt", "human", "gpt"), "aua"),
        (("Bob", "user"), "au"),
        (("ada", "ADA", "bot"), "uua"),
        (("agent", "system"), "ua"),
    ],
)
def test_the_usual_names_count_before_who_speaks_first(speakers: tuple[str, ...], want: str) -> None:
    assert roles(said(*speakers)) == want


def test_a_speaker_who_is_named_is_the_assistant_whoever_speaks_first() -> None:
    assert roles(said("Ada", "Ben", "ada"), "ADA") == "aua"
    assert roles(said("user", "assistant"), "user") == "au"


@pytest.mark.parametrize("assistant", ["Cleo", "Ada"])
def test_without_that_speaker_or_anybody_else_there_is_nothing_to_learn(assistant: str) -> None:
    assert roles(said("Ben", "Bob") if assistant == "Cleo" else said("Ada", "Ada"), assistant) is None


def test_no_name_is_left_in_a_dialogue() -> None:
    dialogue = Roles("Zaphod").dialogue(said("Zaphod", "Trillian"))
    assert "Zaphod" not in repr(dialogue)
    assert "Trillian" not in repr(dialogue)


def test_with_a_speaker_named_only_that_side_is_learned_and_else_both() -> None:
    conversation = said("Ada", "Ben", "Ada", "Ben")
    both, ben = (Roles(name).dialogue(conversation) for name in (None, "Ben"))
    assert both is not None
    assert ben is not None
    assert [turn.text for turn in both.replies] == ["1", "2", "3"]
    assert [turn.text for turn in ben.replies] == ["1", "3"]
    assert ben.lower().replies == ben.replies

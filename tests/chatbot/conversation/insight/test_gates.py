"""Gates in numbers and in words."""

from __future__ import annotations

import numpy as np
import pytest

from chatbot.conversation.insight.gates import NO_GATES, Opening, opening, sentence


def test_openings_are_means_over_units_in_the_order_of_reading() -> None:
    found = opening({"shown": np.array([[0.0, 1.0], [1.0, 1.0]]), "kept": np.array([[0.2, 0.4], [0.6, 0.8]])})
    assert [list(layer) for layer in found.layers] == [["kept", "shown"]] * 2
    assert [layer["kept"] for layer in found.layers] == pytest.approx([0.3, 0.7])
    assert found.mean == pytest.approx({"kept": 0.5, "shown": 0.75})


@pytest.mark.parametrize(
    ("gates", "words"),
    [
        ({"kept": 0.9, "written": 0.1, "shown": 0.5}, "it held on to what it knew"),
        ({"kept": 0.9, "written": 0.8, "shown": 0.5}, "took in a lot beside it"),
        ({"kept": 0.1, "written": 0.9, "reset": 0.5}, "let go for something new"),
        ({"kept": 0.1, "written": 0.1, "shown": 0.5}, "took in little"),
        ({"kept": 0.5, "written": 0.5}, "old and new were mixed"),
    ],
)
def test_the_sentence_says_the_numbers_and_what_they_mean(gates: dict[str, float], words: str) -> None:
    said = sentence([Opening((gates,))], "“the”")
    assert said.startswith(f"At “the” the memory kept {gates['kept']:.0%} of what it held")
    assert f"wrote in {gates['written']:.0%}" in said
    assert said.endswith(f"{words}.")
    assert ("be seen" in said) == ("shown" in gates)


def test_over_several_tokens_it_is_the_mean() -> None:
    said = sentence([Opening(({"kept": 0.2},)), None, Opening(({"kept": 0.6},))], "all of it")
    assert said == "At all of it the memory kept 40% of what it held."


def test_gates_of_other_names_are_told_too() -> None:
    assert sentence([Opening(({"mixed": 0.25},))], "“a”") == "At “a” the memory had mixed 25% open."


def test_no_gates_are_said_to_be_none() -> None:
    assert sentence([None], "“a”") == sentence([], "“a”") == NO_GATES

"""Laws of comparing line by line: all answer after reading what was said, and the conversation stays as it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatbot.cli.slash.desk import Desk
from chatbot.errors import ChatbotError

Do = Callable[[str], str | None]


def test_each_answers_with_its_figures_and_nothing_is_kept(desk: Desk, do: Do, say: Callable[[str], str]) -> None:
    say("I am Martha.")
    before = desk.saved.conversation.moments
    lines = str(do("/compare tiny tiny temp=0.1 topk=1 : Who am I?")).split("\n")
    assert [line.split(":")[0] for line in lines] == ["1 tiny"] * 2 + ["2 tiny · temperature 0.1 · top-k 1"] * 2
    assert all("perplexity" in line and "tokens/s" in line and "kept" in line for line in lines[1::2])
    assert desk.saved.conversation.moments == before
    again = str(do("/compare tiny tiny temp=0.1 topk=1 : Who am I?")).split("\n")
    assert again[::2] == lines[::2], "the same seed says the same"


def test_without_names_the_model_is_compared_with_itself_at_least(do: Do) -> None:
    assert str(do("/compare : Hello")).startswith("1 tiny: ")


@pytest.mark.parametrize(
    "line", ["/compare", "/compare tiny", "/compare tiny tiny :", "/compare heat=1 : Hi", "/compare a b c d e : Hi"]
)
def test_what_cannot_be_is_refused(do: Do, line: str) -> None:
    with pytest.raises(ChatbotError):
        do(line)

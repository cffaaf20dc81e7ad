"""Laws of one that is compared: it is measured without being changed, and says what is special about it."""

from __future__ import annotations

import pytest

from chatbot.bundle import Bundle
from chatbot.conversation import Conversation, Voice
from chatbot.conversation.insight.gates import NO_GATES
from chatbot.conversation.side import Answer, Measured, Side, measured
from chatbot.errors import ChatbotError, ConfigError
from chatbot.text.template import Turn


@pytest.fixture
def conversation(bundle_float32: Bundle) -> Conversation:
    return Conversation(Voice(bundle_float32))


def test_what_a_message_does_is_measured_and_nothing_is_read(conversation: Conversation) -> None:
    before = conversation.memory
    found = measured(conversation, "Hello there!")
    assert conversation.memory is before
    assert found.perplexity == conversation.surprise("Hello there!").word_perplexity
    read = conversation.voice.hear(before, Turn("user", "Hello there!"))[1].ids
    assert len(found.states) == len(found.openings) == len(read)
    assert set(found.gates) == {"kept", "written", "shown"}
    assert all(0 < mean < 1 for mean in found.gates.values())
    assert found.sentence.startswith("At your message the memory kept")
    assert found.state.startswith("After your message")
    assert [part.name for part in found.parts][:2] == ["hidden", "cell"]


def test_the_figures_say_nothing_of_what_is_not_known() -> None:
    assert Answer().summary == ""
    assert Measured().gates == {}
    assert Measured().sentence == NO_GATES
    found = Answer("Yes", perplexity=12.3, tokens=1, tokens_per_second=40.0, gates={"kept": 0.5}, stopped=True)
    assert found.measures == ("your words: perplexity 12", "reply: 1 token · 40 tokens/s")
    assert found.summary == "your words: perplexity 12 · reply: 1 token · 40 tokens/s · kept 50% · stopped"
    assert Answer(error="burnt").summary == "failed: burnt"


def test_a_label_says_what_is_special_and_a_description_what_it_is(conversation: Conversation) -> None:
    side = Side("mine", conversation, {"temperature": 1.2})
    assert side.label == "mine · temperature 1.2"
    assert side.described.startswith("lstm ")
    assert side.described.endswith(" MB")
    assert side.conversation.sampling.temperature == 1.2


def test_a_change_holds_or_nothing_is_changed(conversation: Conversation) -> None:
    side = Side("mine", conversation)
    side.change({"top_k": 3})
    with pytest.raises(ConfigError):
        side.change({"temperature": -1.0})
    assert side.changes == {"top_k": 3}
    assert (side.conversation.sampling.top_k, side.label) == (3, "mine · top-k 3")


def test_a_seed_of_its_own_counts_more(conversation: Conversation) -> None:
    own, other = Side("a", conversation, {"seed": 7}), Side("b", conversation.fork())
    for side, seed in ((own, 7), (other, 3)):
        side.begin()
        list(side.answer("Hi", 3))
        side.finish()
        assert side.measured.facts is not None
        assert side.measured.facts.sampling is not None
        assert side.measured.facts.sampling.seed == seed


def test_a_reply_that_never_began_is_not_the_one_before(conversation: Conversation) -> None:
    side = Side("a", conversation)
    conversation.say("Hi")
    side.begin()
    side.finish()
    assert side.answered == Answer()
    side.measured.error = ChatbotError("[red]", expected="\x1b[31m", remedy="")
    assert "\x1b" not in (side.answered.error or "")

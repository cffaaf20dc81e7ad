"""What the model expects of a message that is being typed, with a model that is scripted number by number."""

from __future__ import annotations

import numpy as np
import pytest

from chatbot.conversation import Conversation
from chatbot.runtime.speaker import Speaker
from chatbot.text.template import SYMBOLS
from chatbot.text.tokenizer import END
from chatbot.ui.ghost import Ghost


@pytest.fixture
def conversation(bundle_float32):
    """A conversation with the tiny model."""
    return Conversation(bundle_float32)


@pytest.fixture
def expect(conversation, monkeypatch):
    """Let the model expect a text, piece by piece, each with this probability; the steps that it took are listed."""
    tokenizer = conversation.voice.tokenizer
    steps: list[int] = []

    def script(text, sure=0.9):
        ids = [SYMBOLS["user"], *tokenizer.encode(text), END]

        def score(self, token, state):
            place = int(state[0][0, 0])
            steps.append(token)
            log_probs = np.full(tokenizer.vocabulary_size, np.log((1 - sure) / tokenizer.vocabulary_size), np.float32)
            if ids[place] == token and place + 1 < len(ids):
                log_probs[ids[place + 1]] = np.log(sure)
            return log_probs, (np.full((1, 1), place + 1, np.float32),)

        monkeypatch.setattr(Speaker, "score", score)
        return steps

    return script


@pytest.fixture
def ask(conversation):
    """What follows a text."""
    ghost = Ghost(conversation.voice)
    state = (np.zeros((1, 1), np.float32),)
    memory = type(conversation.memory)(state, conversation.memory.annotations, conversation.memory.ids)
    return lambda typed, cancelled=lambda: False: ghost.predict(memory, typed, cancelled)


@pytest.mark.parametrize("typed", ["how are", "how ar", "how are ", "how", "h"])
def test_it_goes_on_wherever_the_typing_stopped(expect, ask, typed):
    expect("how are you today")
    assert typed + ask(typed) == "how are you today"


def test_without_a_clear_idea_it_says_nothing(expect, ask):
    expect("how are you", sure=0.1)
    assert ask("how are") == ""


def test_it_says_only_a_few_words(expect, ask):
    expect("a b c d e f g h i j k l m")
    assert 1 <= len(ask("a ").split()) <= 7


@pytest.mark.parametrize("typed", ["", "  ", "two\nlines", "x" * 1000])
def test_some_texts_are_not_worth_a_guess(expect, ask, typed):
    steps = expect("how are you")
    assert ask(typed) == ""
    assert steps == []


def test_what_was_read_is_not_read_again(expect, ask):
    steps = expect("how are you today my dear")
    ask("how are you ")
    read = len(steps)
    ask("how are you ")
    assert len(steps) < 2 * read
    assert steps.count(SYMBOLS["user"]) == 1


def test_it_stops_when_it_is_not_wanted_any_more(expect, ask):
    steps = expect("how are you")
    assert ask("how are", lambda: True) == ""
    assert steps == []


def test_with_a_real_network_it_goes_on_with_text(conversation):
    conversation.say("Hello")
    guess = Ghost(conversation.voice).predict(conversation.memory, "I am")
    assert guess.isprintable()

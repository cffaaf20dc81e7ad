"""Attention that we made up comes back on the words that we meant."""

from __future__ import annotations

import dataclasses

import pytest

from chatbot.conversation.insight.attention import attention

#        0 1  2    3  4    5   | 6 7  8   | 9 10  11 12  13
#        U My name is Mara E   | A Hi E   | U who am I   E
TEXTS = ("My name is Mara", "Hi", "who am I")


def test_weights_are_means_over_the_reply_on_the_words(subject_of, trace_of, words) -> None:
    subject = subject_of(*TEXTS)
    trace = trace_of(
        subject,
        ("You", 0.5, 0.0, {1: 0.5, 10: 0.5}, {}),
        ("are", 0.5, 0.0, {4: 0.2, 0: 0.1, 8: 0.1}, {}),
    )
    result = attention(trace, subject.turns, words)
    weights = {(look.turn, look.text): look.weight for look in result.looks if look.weight}
    assert weights == pytest.approx({(0, "My"): 0.25, (0, "Mara"): 0.1, (2, "who"): 0.25})
    assert result.marks == pytest.approx(0.1)
    assert result.nowhere == pytest.approx(0.3)
    assert sum(weights.values()) + result.marks + result.nowhere == pytest.approx(1)
    mara = next(look for look in result.looks if look.text == "Mara")
    assert TEXTS[0][mara.start : mara.end] == "Mara"
    assert result.strongest[0].text == "who"  # as much as My, and later
    assert result.summary == "Looked most at “who” 25%, “My” 25%, “Mara” 10%. Copied nothing. Looked nowhere 30%."


def test_a_copy_is_what_the_piece_that_was_said_owes_to_the_pointer(subject_of, trace_of, words) -> None:
    subject = subject_of(*TEXTS)
    # p(Mara) = copy · pointer on Mara + (1 - copy) P(Mara) = 0.8 · 0.75 + 0.2 · 0.5 = 0.7
    trace = trace_of(subject, ("Mara", 0.7, 0.8, {4: 1.0}, {4: 0.75, 2: 0.25}))
    result = attention(trace, subject.turns, words)
    copied = {look.text: look.copied for look in result.looks}
    assert copied["Mara"] == pytest.approx(0.6 / 0.7)
    assert copied["name"] == 0  # it pointed there too, but that is not what was said
    assert [look.text for look in result.copies] == ["Mara"]
    assert "Copied “Mara”." in result.summary


def test_one_piece_can_be_looked_at_alone(subject_of, trace_of, words) -> None:
    subject = subject_of(*TEXTS)
    trace = trace_of(subject, ("You", 0.5, 0, {1: 1.0}, {}), ("are", 0.5, 0, {4: 1.0}, {}))
    only = attention(trace, subject.turns, words, trace.choices[1:])
    assert [look.text for look in only.looks if look.weight] == ["Mara"]


@pytest.mark.parametrize("window", [3, 7, 12])
def test_a_window_that_cuts_a_turn_moves_nothing(subject_of, trace_of, words, window: int) -> None:
    subject = subject_of(*TEXTS, window=window)
    trace = trace_of(subject, ("You", 0.5, 0, {window - 2: 1.0}, {}))
    assert [look.text for look in attention(trace, subject.turns, words).looks if look.weight] == ["I"]


def test_pieces_of_one_word_are_looked_at_together(converse, spell) -> None:
    from chatbot.conversation import Trace

    conversation, trace = converse(), Trace()
    spell("Yes")
    list(conversation.stream("Zürich is nice", trace=trace))
    result = attention(trace, conversation.transcript[:1], conversation.voice.tokenizer)
    assert [look.text for look in result.looks] == ["Zürich", "is", "nice"]
    whole = sum(choice.attention.sum() for choice in trace.choices) / len(trace.choices)
    assert sum(look.weight for look in result.looks) + result.marks == pytest.approx(float(whole), abs=1e-5)


def test_without_a_reply_or_a_memory_there_is_nothing(subject_of, trace_of, words) -> None:
    subject = subject_of(*TEXTS)
    nothing = attention(trace_of(subject), subject.turns, words)
    assert (nothing.looks, nothing.nowhere) == ((), 1.0)
    assert nothing.summary == "It looked at no word of the conversation."


def test_turns_that_the_transcript_lacks_have_no_place(subject_of, trace_of, words) -> None:
    subject = subject_of(*TEXTS)
    trace = trace_of(subject, ("You", 0.5, 0, {1: 0.5, 11: 0.5}, {}))
    result = attention(trace, subject.turns[2:], words)
    assert [(look.turn, look.text) for look in result.looks if look.weight] == [(0, "am")]
    assert result.marks == pytest.approx(0.5)


def test_text_is_harmless_and_probabilities_of_zero_too(subject_of, trace_of, words) -> None:
    subject = subject_of("a \x1b[31m[red]b")
    trace = trace_of(subject, ("x", 0.0, 1.0, {1: 1.0}, {1: 1.0}))
    trace.choices[0] = dataclasses.replace(trace.choices[0], token=int(trace.ids[1]))
    result = attention(trace, subject.turns, words)
    assert result.looks[0].copied == 1.0
    assert "\x1b" not in result.summary

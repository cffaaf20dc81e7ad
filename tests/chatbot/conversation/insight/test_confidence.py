"""How sure a model was, of a trace that says it."""

from __future__ import annotations

import dataclasses

import pytest

from chatbot.conversation.insight.confidence import confidence, summarise


def test_each_piece_comes_with_how_sure_it_was_and_what_else_was_likely(subject_of, trace_of) -> None:
    subject = subject_of("Mara")
    trace = trace_of(subject, ("Mara", 0.9, 0.9, {1: 1.0}, {1: 1.0}), ("ok", 0.3, 0.0, {}, {}))
    first, second = confidence(trace)
    assert (first.text, first.level, second.level) == (" Mara", "sure", "open")
    assert first.copied == pytest.approx(1.0)
    assert second.copied == 0
    assert first.alternatives[0] == ("·Mara", 0.9)
    assert len(first.alternatives) == 5
    assert first.summary.startswith("“Mara” 90%, sure, copied (100%); likeliest: “·Mara” 90%, ")
    assert confidence(trace, 1) == (second,)


@pytest.mark.parametrize(("p", "level"), [(1, "sure"), (0.8, "sure"), (0.5, "likely"), (0.2, "open"), (0, "guessed")])
def test_levels_begin_where_they_say(p: float, level: str, subject_of, trace_of) -> None:
    assert confidence(trace_of(subject_of("a"), ("b", p, 0.0, {}, {})))[0].level == level


def test_a_piece_that_shows_nothing_goes_by_its_name(subject_of, trace_of) -> None:
    trace = trace_of(subject_of("a"), ("b", 0.5, 0.0, {}, {}))
    trace.choices[0] = dataclasses.replace(trace.choices[0], piece="<0xC3>", text="")
    assert confidence(trace)[0].text == "<0xC3>"


def test_the_mean_is_that_of_perplexity(subject_of, trace_of) -> None:
    trace = trace_of(subject_of("a"), ("b", 0.5, 0.0, {}, {}), ("c", 0.125, 0.0, {}, {}))
    assert summarise(confidence(trace)) == "2 pieces, 25% sure on average; least of “c” (12%); none copied."
    assert summarise(()) == "Nothing was said yet."

"""Laws of a dialogue, whatever it was read from."""

from __future__ import annotations

import numpy as np

from chatbot.text.template import Turn
from train.corpora import Dialogue, Utterance


def made_up(seed: int) -> Dialogue:
    rng = np.random.default_rng(seed)
    texts = ["".join(rng.choice(list("abc dÉ日👍"), 12)) for _ in range(rng.integers(2, 6))]
    return Dialogue.of(Utterance("ab"[number % 2], text) for number, text in enumerate(texts))


def test_who_speaks_first_is_the_user_and_all_others_the_assistant() -> None:
    speakers = ["Bo", "Al", "Bo", "Bo", "Cy", "user", "Al"]
    dialogue = Dialogue.of(Utterance(speaker, f"text {n}") for n, speaker in enumerate(speakers))
    roles = [turn.role for turn in dialogue.turns]
    assert roles == ["user", "assistant", "user", "user", "assistant", "assistant", "assistant"]
    assert [turn.text for turn in dialogue.turns] == [f"text {n}" for n in range(len(speakers))]


def test_an_empty_name_is_a_name() -> None:
    dialogue = Dialogue.of([Utterance("", "a"), Utterance("x", "b"), Utterance("", "c")])
    assert [turn.role for turn in dialogue.turns] == ["user", "assistant", "user"]


def test_lower_case_changes_letters_alone() -> None:
    dialogue = Dialogue((Turn("user", "I'm ÄNNE 👍!"), Turn("assistant", "OK 3")))
    assert dialogue.lower() == Dialogue((Turn("user", "i'm änne 👍!"), Turn("assistant", "ok 3")))
    assert dialogue.lower().lower() == dialogue.lower()


def test_a_share_hangs_on_content_and_salt_alone() -> None:
    for seed in range(20):
        first, again = made_up(seed), made_up(seed)
        assert first is not again
        assert first.share("x") == again.share("x")
        assert first.share("x") != first.share("y")
        assert first.share("x") == Dialogue(tuple(Turn("user", turn.text) for turn in first.turns)).share("x")


def test_the_bounds_between_turns_matter_to_the_share() -> None:
    one = Dialogue((Turn("user", "ab"), Turn("assistant", "c")))
    other = Dialogue((Turn("user", "a"), Turn("assistant", "bc")))
    assert one.share("x") != other.share("x")


def test_shares_are_spread_evenly_and_salts_are_independent() -> None:
    dialogues = [Dialogue((Turn("user", f"question {n}"), Turn("assistant", "answer"))) for n in range(4000)]
    one, two = (np.array([dialogue.share(salt) for dialogue in dialogues]) for salt in ("validation", "case"))
    for shares in (one, two):
        assert shares.min() >= 0.0
        assert shares.max() < 1.0
        counts, _ = np.histogram(shares, bins=10, range=(0, 1))
        assert np.abs(counts - 400).max() < 100  # five standard deviations
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.08


def test_a_text_that_is_no_unicode_has_a_share() -> None:
    assert 0 <= Dialogue((Turn("user", "\ud800"), Turn("assistant", "b"))).share("x") < 1

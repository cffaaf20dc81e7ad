"""Laws of mixing: shares are met, what is drawn hangs on the seed and the content, and what is small comes again."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from chatbot.errors import CorpusError
from chatbot.text.template import lay_out
from chatbot.text.tokenizer import Tokenizer
from train.corpora import Dialogue, Utterance
from train.mixing import draw, measure_by, until, wanted


def made_up(seed: int, turns: int = 4) -> Dialogue:
    rng = np.random.default_rng(seed)
    texts = (" ".join(f"w{seed}" for _ in range(rng.integers(1, 12))) for _ in range(turns))
    return Dialogue.of(Utterance("ab"[n % 2], text) for n, text in enumerate(texts))


MANY = [made_up(seed) for seed in range(800)]
words = measure_by(None)


@pytest.mark.parametrize("only", [None, "assistant", "user"])
def test_the_measure_is_what_the_loss_counts(only: str | None, tokenizer: Tokenizer, dialogues: list[Dialogue]) -> None:
    measure = measure_by(tokenizer)
    for dialogue in dialogues[:20]:
        of_one = dialogue._replace(only=only)  # type: ignore[arg-type]
        assert measure(of_one) == lay_out(tokenizer, of_one.turns, of_one.only).counted.sum()


def test_without_a_tokenizer_words_and_signs_are_counted() -> None:
    said = Dialogue.of([Utterance("a", "Not counted"), Utterance("b", "Well, it's fine."), Utterance("a", "")])
    assert words(said) == len(["Well", ",", "it", "'", "s", "fine", ".", "end"]) + len(["end"])


@pytest.mark.parametrize("shares", [[0.5], [0.1, 0.2], [0.3, 0.3, 0.3]])
def test_what_is_wanted_makes_up_the_shares_of_the_whole(shares: list[float]) -> None:
    sizes = wanted(1234.0, shares)
    assert [size / (1234.0 + sum(sizes)) for size in sizes] == pytest.approx(shares)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_share_is_met_within_a_few_percent(share: float, seed: int) -> None:
    own = MANY[:200]
    size = sum(map(words, own))
    drawn = draw(MANY[200:], wanted(size, [share])[0], words, seed)
    assert drawn.size == sum(map(words, drawn.dialogues))
    assert drawn.size / (drawn.size + size) == pytest.approx(share, rel=0.02)
    assert len(set(drawn.dialogues)) == len(drawn.dialogues)
    assert drawn.rounds < 1


def test_what_is_too_small_comes_again_and_equally_often() -> None:
    few = MANY[:7]
    drawn = draw(few, 10.5 * sum(map(words, few)), words, 1)
    times = Counter(drawn.dialogues)
    assert set(times) == set(few)
    assert set(times.values()) <= {10, 11}
    assert drawn.rounds == pytest.approx(10.5)


def test_the_seed_and_the_content_decide_and_not_the_order() -> None:
    first = draw(MANY, 900, words, 1)
    assert draw(iter(MANY[::-1]), 900, words, 1) == first
    other = draw(MANY, 900, words, 2)
    assert set(other.dialogues) != set(first.dialogues)


def test_more_holds_what_less_held() -> None:
    small, large = (draw(MANY, size, words, 1).dialogues for size in (500, 2000))
    assert set(small) <= set(large)


def test_dialogues_without_a_reply_to_learn_are_not_drawn() -> None:
    mute = [dialogue._replace(turns=dialogue.turns[:2], only="user") for dialogue in MANY[:50]]
    assert draw([*mute, MANY[60]], 1, words, 1).dialogues == [MANY[60]]
    for nothing in (mute, []):
        with pytest.raises(CorpusError):
            draw(nothing, 100, words, 1)


@pytest.mark.parametrize("size", [1, 40, 95, 100, 105, 1000])
def test_of_a_stream_as_many_are_taken_as_come_nearest(size: int) -> None:
    sizes = [10, 30, 50, 20, 70] * 20
    taken = [own for own, _ in until(((own, MANY[0]) for own in sizes), size)]
    totals = list(itertools.accumulate(sizes))
    assert taken == sizes[: len(taken)]
    assert abs(sum(taken) - size) == min(abs(total - size) for total in totals)

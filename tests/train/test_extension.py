"""Laws of giving a model new pieces: the old ones keep their ids, their texts, their boundaries and their chances."""

from __future__ import annotations

import dataclasses
import io
import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import tensorflow as tf
from rich.console import Console

from chatbot.bundle import TOKENIZER, WEIGHTS, Bundle
from chatbot.config import ModelConfig, SamplingConfig
from chatbot.errors import CorpusError, UsageError
from chatbot.model import Seq2Seq
from chatbot.text.tokenizer import CONTROL_SYMBOLS, END, Tokenizer
from train.callbacks import ProgressBar
from train.config import TrainingConfig
from train.corpora import Dialogue, Utterance
from train.export import load_weights, pack_weights
from train.extension import describe, extend, foreseeing, grow_weights
from train.fitting import InterruptedTrainingError
from train.prepare import Corpus
from train.trainer import Run, train

NEW = 60


def foreign_texts(seed: int, count: int) -> list[str]:
    """Sentences of some two hundred made-up words, with letters that the sample corpus has not."""
    rng = random.Random(0)
    syllables = ["grü", "ñal", "vorr", "zwi", "øst", "kep", "trå", "ulm", "dja", "schn"]
    words = ["".join(rng.choices(syllables, k=rng.randint(2, 3))) for _ in range(200)]
    rng = random.Random(seed)
    return [f"{' '.join(rng.choices(words, k=6))}." for _ in range(count)]


@pytest.fixture(scope="module")
def old_texts(dialogues: list[Dialogue]) -> list[str]:
    return [turn.text for dialogue in dialogues for turn in dialogue.turns]


@pytest.fixture(scope="module")
def grown(tokenizer: Tokenizer) -> Tokenizer:
    return extend(tokenizer, foreign_texts(1, 600), NEW)


def ends(tokenizer: Tokenizer, text: str) -> set[int]:
    """After how many characters a piece ends."""
    return set(itertools.accumulate(len(tokenizer.piece(token)) for token in tokenizer.encode(text)))


def test_new_ids_come_after_the_old_ones(tokenizer: Tokenizer, grown: Tokenizer) -> None:
    old = tokenizer.vocabulary_size
    assert grown.vocabulary_size == old + NEW
    assert [grown.piece(i) for i in range(old)] == [tokenizer.piece(i) for i in range(old)]
    assert len({grown.piece(i) for i in range(grown.vocabulary_size)}) == grown.vocabulary_size


def test_new_pieces_are_text_of_the_usual_length(tokenizer: Tokenizer, grown: Tokenizer) -> None:
    new = [grown.piece(i) for i in range(tokenizer.vocabulary_size, grown.vocabulary_size)]
    assert all(1 <= len(piece) <= 16 for piece in new)
    assert not [piece for piece in new if piece in CONTROL_SYMBOLS or piece.startswith("<0x")]
    assert grown.byte_pieces() == tokenizer.byte_pieces()
    assert grown.unspeakable() == tokenizer.unspeakable()


def test_words_that_had_to_be_spelt_take_far_fewer_pieces(tokenizer: Tokenizer, grown: Tokenizer) -> None:
    unseen = foreign_texts(2, 100)
    before, after = (sum(len(each.encode(text)) for text in unseen) for each in (tokenizer, grown))
    assert after < 0.6 * before
    assert f"{NEW} new pieces" in describe(tokenizer, grown, unseen)
    used = {token for text in unseen for token in grown.encode(text)}
    assert len([token for token in used if token >= tokenizer.vocabulary_size]) > 0.8 * NEW


def test_old_sequences_decode_as_before_and_any_text_comes_back(
    tokenizer: Tokenizer, grown: Tokenizer, old_texts: list[str]
) -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        ids = rng.integers(0, tokenizer.vocabulary_size, 12).tolist()
        assert grown.decode(ids) == tokenizer.decode(ids)
    for text in (*old_texts[:300], *foreign_texts(4, 30), "🦊 ẞ 漢字 ñañ"):
        assert grown.decode(grown.encode(text)) == tokenizer.decode(tokenizer.encode(text))


def test_in_old_texts_pieces_are_joined_and_no_boundary_moves(
    tokenizer: Tokenizer, grown: Tokenizer, old_texts: list[str]
) -> None:
    plain = [text for text in old_texts if text.isascii()]
    moved = [text for text in plain if not ends(grown, text) <= ends(tokenizer, text)]
    changed = [text for text in plain if grown.encode(text) != tokenizer.encode(text)]
    assert len(moved) <= 0.005 * len(plain)
    assert len(changed) < 0.2 * len(plain)


def test_the_same_texts_give_the_same_pieces(tokenizer: Tokenizer, grown: Tokenizer) -> None:
    assert extend(tokenizer, foreign_texts(1, 600), NEW).model == grown.model


def test_an_extension_can_be_extended(tokenizer: Tokenizer, grown: Tokenizer) -> None:
    again = extend(grown, ["xylophonquark brimborium " * 3, "brimborium xylophonquark"] * 60, 5)
    assert grown.vocabulary_size < again.vocabulary_size <= grown.vocabulary_size + 5
    assert [again.piece(i) for i in range(grown.vocabulary_size)] == [
        grown.piece(i) for i in range(grown.vocabulary_size)
    ]


def test_texts_in_which_nothing_is_new_are_a_corpus_error(tokenizer: Tokenizer) -> None:
    with pytest.raises(CorpusError, match="--extend"):
        extend(tokenizer, ["a b c"] * 50, 5)


def grown_model(model: Seq2Seq, tokenizer: Tokenizer, grown: Tokenizer) -> Seq2Seq:
    config: ModelConfig = dataclasses.replace(model.config, vocabulary_size=grown.vocabulary_size)
    larger = Seq2Seq(config)
    load_weights(larger, grow_weights(pack_weights(model), tokenizer, grown))
    return larger


@pytest.fixture
def pair(make_model: Callable[..., Seq2Seq], tokenizer: Tokenizer, grown: Tokenizer) -> tuple[Seq2Seq, Seq2Seq]:
    """A model of half-precision weights, so that storing changes none, and the same one grown."""
    model = make_model(seed=5)
    load_weights(model, pack_weights(model))
    return model, grown_model(model, tokenizer, grown)


def test_the_old_pieces_keep_their_chances_up_to_the_tenth_that_the_new_ones_may_take(
    pair: tuple[Seq2Seq, Seq2Seq],
) -> None:
    rng, config = np.random.default_rng(6), pair[0].config
    old = config.vocabulary_size
    for scale in (0.3, 1.0, 3.0):
        features = tf.constant(rng.normal(scale=scale, size=(1, 200, config.embedding_size)), tf.float32)
        before, after = (tf.nn.softmax(each.logits(features)).numpy()[0] for each in pair)
        taken = after[:, old:].sum(axis=-1)
        assert taken.max() < 0.101
        assert taken.min() > 0
        np.testing.assert_allclose(after[:, :old] / (1 - taken[:, None]), before, rtol=1e-4, atol=1e-8)


def test_what_an_old_dialogue_is_scored_changes_by_no_more_than_what_is_taken(
    pair: tuple[Seq2Seq, Seq2Seq], tokenizer: Tokenizer
) -> None:
    ids = tf.constant(np.random.default_rng(7).integers(END, tokenizer.vocabulary_size, (2, 20)), tf.int32)
    inputs = {"ids": ids, "starts": tf.constant([[0] * 8 + [8] * 12] * 2, tf.int32)}
    before, after = (each(inputs).numpy() for each in pair)
    assert (after <= before + 1e-5).all()
    assert (after >= before + np.log(0.89)).all()


def test_a_new_row_is_the_mean_of_the_pieces_its_text_was_split_into(
    make_model: Callable[..., Seq2Seq], tokenizer: Tokenizer, grown: Tokenizer
) -> None:
    packed = pack_weights(make_model(seed=8))
    before, after = (safetensors.numpy.load(each) for each in (packed, grow_weights(packed, tokenizer, grown)))
    assert before.keys() == after.keys()
    table = before["embedding/embeddings"].astype(np.float32)
    checked = 0
    for token in range(tokenizer.vocabulary_size, grown.vocabulary_size):
        if (piece := grown.piece(token)).startswith("▁"):  # alone, the tokenizer sees it as it stands
            want = table[tokenizer.encode(piece[1:])].mean(axis=0)
            np.testing.assert_allclose(after["embedding/embeddings"][token], want, atol=2e-3)
            checked += 1
    assert checked > 3
    for name, values in before.items():
        np.testing.assert_array_equal(after[name][: len(values)], values)
        assert len(after[name]) - len(values) == (NEW if name in ("embedding/embeddings", "seq2seq/bias") else 0)


def test_with_nothing_new_the_weights_are_those_of_the_parent(
    make_model: Callable[..., Seq2Seq], tokenizer: Tokenizer
) -> None:
    packed = pack_weights(make_model(seed=9))
    assert grow_weights(packed, tokenizer, tokenizer) == packed


def test_a_gate_that_foresees_speaks_at_first_as_the_one_that_did_not(make_model: Callable[..., Seq2Seq]) -> None:
    old = make_model(seed=10, copying="continued")
    packed = pack_weights(old)
    load_weights(old, packed)  # of the digits that are stored
    new = Seq2Seq(dataclasses.replace(old.config, copying="foreseen"))
    load_weights(new, foreseeing(packed, new.config))
    ids = tf.constant(np.random.default_rng(11).integers(END, old.config.vocabulary_size, (2, 20)), tf.int32)
    inputs = {"ids": ids, "starts": tf.constant([[0] * 8 + [8] * 12] * 2, tf.int32)}
    np.testing.assert_allclose(new(inputs).numpy(), old(inputs).numpy(), atol=1e-5)
    assert foreseeing(packed, old.config) == packed


@pytest.mark.slow
def test_a_training_that_goes_on_has_the_same_pieces_and_ends_in_the_same_weights(
    bundle_float32: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.export.to_litert", lambda model, precision: b"graph")
    texts = iter(foreign_texts(9, 600))
    corpus = [Dialogue.of(Utterance("ab"[n % 2], next(texts)) for n in range(5)) for _ in range(100)]
    settings = TrainingConfig(passes=1.0, batch_positions=1024, warmup_steps=2, validate_every=3)

    def trained(folder: str, extend: int = 30) -> Bundle:
        run = Run(tmp_path / folder, bundle_float32.model, settings, SamplingConfig(), parent=bundle_float32)
        console = Console(file=io.StringIO())
        return train(dataclasses.replace(run, extend=extend), Corpus.of(corpus[:90], corpus[90:]), console)

    whole = trained("whole")
    with monkeypatch.context() as patch:
        steps = itertools.count(1)
        ordinary = ProgressBar.on_train_batch_end

        def interrupted(self: ProgressBar, batch: int, logs: dict[str, Any] | None = None) -> None:
            if next(steps) == 5:
                raise KeyboardInterrupt
            ordinary(self, batch, logs)

        patch.setattr(ProgressBar, "on_train_batch_end", interrupted)
        with pytest.raises(InterruptedTrainingError):
            trained("resumed")
    with pytest.raises(UsageError, match="extend was 30, is 20"):
        trained("resumed", 20)
    monkeypatch.setattr("train.trainer.extend", lambda *_: pytest.fail("the pieces are learned already"))
    resumed = trained("resumed")
    assert resumed.model.vocabulary_size == bundle_float32.model.vocabulary_size + 30
    assert resumed.files[TOKENIZER] == whole.files[TOKENIZER]
    weights = [safetensors.numpy.load(bundle.files[WEIGHTS]) for bundle in (whole, resumed)]
    for name, values in weights[0].items():
        np.testing.assert_allclose(weights[1][name], values, atol=1e-3, err_msg=name)


def test_a_tokenizer_of_another_model_is_a_mistake_of_usage(tokenizer: Tokenizer, grown: Tokenizer) -> None:
    from train.tokenizer import train_tokenizer

    other: Any = train_tokenizer(foreign_texts(5, 100), 450)
    for stranger in (other, extend(other, ["xylophonquark brimborium"] * 60, 5)):
        with pytest.raises(UsageError, match="--overwrite"):
            grow_weights(b"", tokenizer, stranger)
    with pytest.raises(UsageError):
        grow_weights(b"", grown, tokenizer)

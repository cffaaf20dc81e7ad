"""The dialogue model: its scores against scoring one piece at a time, and what they may and may not depend on."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from chatbot.errors import LayerError
from chatbot.layers import CELLS
from chatbot.model import Seq2Seq
from chatbot.text.tokenizer import ASSISTANT, END, USER

VOCABULARY, WINDOW = 40, 9
SMALL: dict[str, Any] = {"vocabulary_size": VOCABULARY, "memory_positions": WINDOW}
LENGTHS = (4, 5, 3, 6, 4)
"""Pieces of the turns; from the third reply on, the window is smaller than what was said before."""
SHAPES = (
    "tied lstm",
    "continued rnn",
    "sink rnn",
    "tied continued sink gru",
    "foreseen rnn",
    "tied foreseen sink lstm",
    "tied foreseen sink looking-back asking-twice gru",
)
every_cell = pytest.mark.parametrize("name", [*CELLS, *SHAPES])


def dialogue(seed: int, lengths: tuple[int, ...] = LENGTHS) -> tuple[np.ndarray, np.ndarray]:
    """Random ids [positions] and the start of each one's turn; few pieces, so that there is something to copy."""
    rng = np.random.default_rng(seed)
    ids, starts = [], []
    for number, length in enumerate(lengths):
        starts += [len(ids)] * (length + 2)
        ids += [(USER, ASSISTANT)[number % 2], *rng.integers(END + 1, 14, length), END]
    return np.array(ids, np.int32), np.array(starts, np.int32)


@pytest.fixture(scope="module")
def model_of(make_model: Any) -> Callable[[str], Seq2Seq]:
    """The model of each cell, made once, since what takes long is to trace it."""

    def made(name: str) -> Seq2Seq:
        *how, cell = name.split()
        copying = next((each for each in ("continued", "foreseen") if each in how), "attended")
        flags = {flag: flag in how for flag in ("tied", "sink")}
        more = {"lookback": 5} if "looking-back" in how else {}
        if "asking-twice" in how:
            more |= {"hops": 2, "layers": 1}
        return make_model(cell=cell, copying=copying, **flags, **more, **SMALL)

    return functools.cache(made)


@functools.cache
def compiled(model: Seq2Seq) -> Any:
    kinds = [tf.TensorSpec([None, None], tf.int32)] * 2
    return tf.function(lambda ids, starts: model({"ids": ids, "starts": starts}), input_signature=kinds)


def score(model: Seq2Seq, ids: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Of one dialogue, or of several: ids and starts may be [positions] or [batch, positions]."""
    batch = np.atleast_2d(ids)
    likelihoods = compiled(model)(tf.constant(batch), tf.constant(np.broadcast_to(starts, batch.shape)))
    return np.asarray(likelihoods, np.float64).reshape(*ids.shape[:-1], -1)


def every_continuation(ids: np.ndarray, position: int) -> np.ndarray:
    """The dialogue once for each piece that could come next, [vocabulary, positions]."""
    batch = np.repeat(ids[None], VOCABULARY, 0)
    batch[:, position + 1] = np.arange(VOCABULARY)
    return batch


def looked_back(model: Seq2Seq, ids: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """What each annotation knows of the rest of its turn, piece by piece from the ends: [positions, units]."""
    found = np.zeros((len(ids), model.config.units), np.float32)
    for place in reversed(range(len(ids))):
        if place == len(ids) - 1 or starts[place + 1] != starts[place]:
            states = model.encoder.lookback.cell.get_initial_state(1)
        after, known = model.encoder.look_back_step(model.embed(tf.constant([[ids[place]]])), states)
        states, found[place] = tuple(state[:, 0] for state in after), np.asarray(known)[0, 0]
    return found


@functools.cache
def step_by_step(model: Seq2Seq, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Of ``dialogue(seed)``, as talking would compute them: log-likelihoods [positions - 1] and distributions
    [positions, vocabulary]."""
    ids, starts = dialogue(seed)
    states, annotations, before = model.encoder.initial_states(1), [], []
    for token in ids:
        before.append(states)
        after = model.encoder(model.embed(tf.constant([[token]])), states)
        states = tf.nest.map_structure(lambda sequence: sequence[:, 0], after)
        annotations.append(np.asarray(after[-1][0])[0, 0])
    if model.config.lookback:
        annotations = list(np.array(annotations) + looked_back(model, ids, starts))
    distributions = []
    for position, (token, start) in enumerate(zip(ids, starts, strict=True)):
        if position == start:
            states = before[start]
        first = max(0, start - WINDOW)
        memory = np.zeros((1, WINDOW, model.config.units), np.float32)
        memory[0, : start - first] = np.array(annotations[first:start]).reshape(-1, model.config.units)
        visible = (np.arange(WINDOW) < start - first)[None, None]
        decoded = model.decoder(model.embed(tf.constant([[token]])), states, tf.constant(memory), visible)
        states = tf.nest.map_structure(lambda sequence: sequence[:, 0], decoded.sequences)
        logits = np.asarray(model.logits(decoded.features), np.float64)[0, 0]
        gate = 1.0 / (1.0 + np.exp(-float(decoded.copy[0, 0])))
        mixed = (1.0 - gate) * np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
        np.add.at(mixed, ids[first:start], gate * np.asarray(decoded.pointer, np.float64)[0, 0, : start - first])
        distributions.append(mixed)
    likelihoods = [np.log(mixed[token]) for mixed, token in zip(distributions[:-1], ids[1:], strict=True)]
    return np.array(likelihoods), np.array(distributions)


@every_cell
def test_scores_equal_those_of_reading_and_speaking_piece_by_piece(name: str, model_of: Any) -> None:
    model = model_of(name)
    ids, starts = dialogue(1)
    np.testing.assert_allclose(score(model, ids, starts), step_by_step(model, 1)[0], atol=1e-5)


@every_cell
def test_only_the_pieces_that_are_asked_for_are_scored_and_to_the_same(name: str, model_of: Any) -> None:
    model, (ids, starts) = model_of(name), dialogue(1)
    asked = np.array([[1, 5, 5, 17, 20], [24, 0, 9, 2, 3]], np.int32)
    inputs = {"ids": np.stack([ids, ids[::-1]]), "starts": np.stack([starts, starts]), "asked": asked}
    got = np.asarray(model({key: tf.constant(value) for key, value in inputs.items()}))
    for row, (one, places) in enumerate(zip(inputs["ids"], asked, strict=True)):
        np.testing.assert_allclose(got[row], score(model, one, starts)[places], atol=1e-5)


@every_cell
def test_a_distribution_sums_to_one_with_its_copying_mass(name: str, model_of: Any) -> None:
    model, position = model_of(name), 15
    ids, starts = dialogue(1)
    assert starts[position] > 0
    got = np.exp(score(model, every_continuation(ids, position), starts)[:, position])
    assert got.sum() == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(got, step_by_step(model, 1)[1][position], atol=1e-6)


def test_with_the_gate_open_only_what_was_said_can_come(make_model: Any) -> None:
    model = make_model(**SMALL)
    model.decoder.gate.bias.assign([30.0])
    ids, starts = dialogue(2)
    position = int(starts[-1]) + 1
    said = set(ids[starts[-1] - WINDOW : starts[-1]].tolist())
    got = np.exp(score(model, every_continuation(ids, position), starts)[:, position])
    assert {token for token in range(VOCABULARY) if got[token] > 1e-6} == said
    assert got.sum() == pytest.approx(1.0, abs=1e-4)


@every_cell
def test_padding_changes_nothing_before_it(name: str, model_of: Any) -> None:
    model = model_of(name)
    (short, short_starts), (long, long_starts) = dialogue(3, (3, 4)), dialogue(4)
    rng, total = np.random.default_rng(5), len(long) + 3
    for filler in (np.zeros(total, np.int32), rng.integers(0, VOCABULARY, total).astype(np.int32)):
        ids, starts = np.stack([filler, filler]), np.full((2, total), total, np.int32)
        for row, (one, its) in enumerate(((short, short_starts), (long, long_starts))):
            ids[row, : len(one)], starts[row, : len(one)] = one, its
        batch = score(model, ids, starts)
        np.testing.assert_allclose(batch[0, : len(short) - 1], score(model, short, short_starts), atol=1e-5)
        np.testing.assert_allclose(batch[1, : len(long) - 1], score(model, long, long_starts), atol=1e-5)
        assert np.isfinite(batch).all()


@every_cell
def test_a_likelihood_does_not_depend_on_what_comes_later(name: str, model_of: Any) -> None:
    model = model_of(name)
    ids, starts = dialogue(6)
    whole = score(model, ids, starts)
    for length in (8, len(ids) - 1):
        np.testing.assert_allclose(score(model, ids[:length], starts[:length]), whole[: length - 1], atol=1e-5)
    changed = np.repeat(ids[None], len(ids), 0)
    np.fill_diagonal(changed, 20)
    for position, likelihoods in enumerate(score(model, changed, starts)[1:], start=1):
        np.testing.assert_allclose(likelihoods[: position - 1], whole[: position - 1], atol=1e-5)


@every_cell
def test_a_likelihood_depends_on_every_turn_before_also_outside_the_window(name: str, model_of: Any) -> None:
    model = model_of(name)
    ids, starts = dialogue(7)
    last = int(starts[-1])
    assert last > WINDOW + 6  # the first turn has left the window, its trace is in the state
    changed = np.repeat(ids[None], last + 1, 0)
    np.fill_diagonal(changed[:last], 20)
    *scores, whole = score(model, changed, starts)  # in one batch: another one may be rounded otherwise
    differences = np.abs(np.array(scores) - whole)[:, last:].max(-1)
    rounding = 1e-6  # the rows of a batch may be rounded differently, by the share of each thread
    assert (differences[last - WINDOW :] > rounding).all()
    if name == "memoryless":
        assert (differences[: last - WINDOW] < rounding).all()
        return
    assert differences[3] > rounding
    assert (differences[last - WINDOW - 2 : last - WINDOW] > rounding).all()


def test_what_is_copied_comes_from_the_window_alone(make_model: Any) -> None:
    model = make_model(**SMALL)
    model.decoder.gate.bias.assign([30.0])
    ids, starts = dialogue(8)
    last = int(starts[-1])
    likelihoods = {}
    for place in (last - WINDOW - 1, last - WINDOW, last - 1):
        told = ids.copy()
        told[place] = told[last + 1] = 39  # said once before, and then the first piece of the reply
        likelihoods[place - last + WINDOW] = score(model, told, starts)[last]
    assert likelihoods[-1] < -15
    assert likelihoods[0] > -8
    assert likelihoods[WINDOW - 1] > -8


def test_loss_is_the_mean_over_what_is_counted_alone(make_model: Any) -> None:
    model = make_model(**SMALL)
    rng = np.random.default_rng(9)
    likelihoods = -rng.uniform(0.1, 9.0, size=(3, 12)).astype(np.float32)
    counted = (rng.random((3, 12)) < 0.4).astype(np.float32)
    counted[2] = 0.0
    expected = -likelihoods[counted > 0].mean()
    x = {"counted": tf.constant(counted), "words": tf.constant([3.0, 4.0, 0.0])}
    assert float(model.compute_loss(x, y_pred=tf.constant(likelihoods))) == pytest.approx(expected, rel=1e-5)
    spoilt = np.where(counted > 0, likelihoods, -99.0).astype(np.float32)
    assert float(model.compute_loss(x, y_pred=tf.constant(spoilt))) == pytest.approx(expected, rel=1e-5)


def test_loss_and_perplexity_are_weighted_by_pieces_and_words(make_model: Any) -> None:
    model, rng = make_model(**SMALL), np.random.default_rng(10)
    total = pieces = words = 0.0
    for count in (2, 11):
        likelihoods, counted = -rng.uniform(size=(1, 12)), np.zeros((1, 12))
        counted[0, :count] = 1.0
        x = {"counted": tf.constant(counted, tf.float32), "words": tf.constant([count / 2.0])}
        model.compute_loss(x, y_pred=tf.constant(likelihoods, tf.float32))
        total, pieces, words = total - (likelihoods * counted).sum(), pieces + count, words + count / 2.0
    found = model.compute_metrics(None, None, None)
    assert set(found) == {"loss", "word_perplexity"}
    assert float(found["loss"]) == pytest.approx(total / pieces, rel=1e-5)
    assert float(found["word_perplexity"]) == pytest.approx(np.exp(total / words), rel=1e-5)


def test_a_batch_in_which_nothing_counts_has_no_loss_and_no_nan(make_model: Any) -> None:
    x = {"counted": tf.zeros((2, 5)), "words": tf.zeros(2)}
    assert float(make_model(**SMALL).compute_loss(x, y_pred=-tf.ones((2, 5)))) == 0.0


def test_guidance_is_the_share_of_attention_that_lies_where_it_should(make_model: Any) -> None:
    model = make_model(cell="gru", tied=True, sink=True, hops=2, layers=1, **SMALL)
    ids, starts = dialogue(3)
    last = int(starts[-1])
    asked = np.arange(last, last + 4, dtype=np.int32)
    told = int(starts[last - 3])
    guide = np.array([told, told, -1, -2], np.int32)
    x = {"ids": ids[None], "starts": starts[None], "asked": asked[None], "guide": guide[None]}
    x |= {"counted": np.ones((1, 4), np.float32), "words": np.ones(1, np.float32)}
    x = {name: tf.constant(value) for name, value in x.items()}
    plain = float(model.compute_loss(x, y_pred=model(x, training=True)))
    model.guidance = 0.5
    guided = float(model.compute_loss(x, y_pred=model(x, training=True)))
    assert float(model.compute_loss(x, y_pred=model(x), training=False)) == pytest.approx(plain, abs=1e-6)
    encoded = model.encoder(model.embed(tf.constant(ids[None])), model.encoder.initial_states(1))[-1][0]
    visible = (np.arange(len(ids)) < last) & (np.arange(len(ids)) >= last - WINDOW)
    decoded = model.decoder.speak(encoded[:, last : last + 4], encoded, visible[None, None])
    attention = np.asarray(decoded.attention)[0]
    shares = [*attention[:2, starts == told].sum(-1), 1 - attention[2].sum()]
    assert guided - plain == pytest.approx(-0.5 * np.log(np.array(shares) + 1e-3).sum() / 4, rel=1e-3)
    assert 0.01 < min(shares) < 0.99, "or nothing would be tested"


@every_cell
def test_every_weight_learns_from_a_dialogue(name: str, model_of: Any) -> None:
    model = model_of(name)
    ids, starts = dialogue(11)
    with tf.GradientTape() as tape:
        y_pred = model({"ids": tf.constant(ids[None]), "starts": tf.constant(starts[None])}, training=True)
        counted = tf.constant(starts[None, :-1] > 0, tf.float32)
        loss = model.compute_loss({"counted": counted, "words": tf.ones(1)}, y_pred=y_pred)
    variables = model.weights_to_save()
    assert len({variable.path for variable in variables}) == len(variables)
    for variable, gradient in zip(variables, tape.gradient(loss, [v.value for v in variables]), strict=True):
        assert gradient is not None, variable.path
        values = np.asarray(tf.convert_to_tensor(gradient))
        assert np.isfinite(values).all(), variable.path
        assert values.any(), variable.path


@pytest.mark.parametrize("dtype", ["float32", "float64", "bool"])
def test_ids_that_are_no_whole_numbers_are_refused(dtype: str, make_model: Any) -> None:
    model, (ids, starts) = make_model(**SMALL), dialogue(12)
    for given in (ids[None].astype(dtype), tf.cast(ids[None], dtype)):
        with pytest.raises(LayerError, match=f"{dtype} ids; expected integer ids") as caught:
            model.embed(given)
        assert "cast" in caught.value.remedy
    with pytest.raises(Exception, match="ids; expected integer ids"):  # Keras may pack it into an error of its own
        model({"ids": tf.cast(ids[None], dtype), "starts": tf.constant(starts[None])})


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64"])
def test_ids_of_any_integer_type_mean_the_same(dtype: str, make_model: Any) -> None:
    model, (ids, _) = make_model(**SMALL), dialogue(12)
    np.testing.assert_array_equal(model.embed(ids[None].astype(dtype)), model.embed(tf.constant(ids[None])))

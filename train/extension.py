"""Gives a trained model new pieces: its tokenizer learns some from a new corpus, its weights get a row for each.

The scores of a unigram model (Kudo 2018) are log-probabilities, and those of two models are not on one scale: each was
counted in a corpus and a vocabulary of its own.  So the new corpus's model only proposes pieces.  A new piece is scored
by the *old* model, as the sum of what it was split into until now, and a little more for each piece it saves.  The best
segmentation of any text is then one that the old model liked best (up to that little), with some of its runs of pieces
joined into new ones: boundaries go, and none moves.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import safetensors.numpy
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as protobuf

from chatbot.config import ModelConfig
from chatbot.errors import CorpusError, UsageError
from chatbot.text.tokenizer import Tokenizer
from train.tokenizer import train_tokenizer

_SAVED = 0.1
"""What a new piece is better by, for each piece it saves: far above what single precision loses in a long text, and
far below what usually lies between the best segmentation and the next."""
_UNKNOWN = 10.0
"""How much less than its worst piece SentencePiece gives a character that it must spell in bytes."""
_COUNTED = 100_000
"""Texts in which the use of new pieces is counted, at the most."""
_REPORTED = 2_000
_NEW_SHARE = 0.1
"""Probability that all new pieces have together before they are trained, at the most."""
_EMBEDDINGS, _BIAS = "embedding/embeddings", "seq2seq/bias"
_GATE = "decoder/gate/kernel"


class _Candidate(NamedTuple):
    piece: str
    score: float
    saved: int
    """Old pieces it stands for, less one."""


def extend(parent: Tokenizer, texts: Iterable[str], pieces: int) -> Tokenizer:
    """A tokenizer with up to ``pieces`` more, behind the old ones, which keep their ids.

    Args:
        parent: The old one.
        texts: The turns to learn from, gone through once.
        pieces: How many; fewer where the texts hold no more that save something.

    Raises:
        CorpusError: if the texts hold nothing new at all.
    """
    sample = _Sample(texts)
    # As large as the result: pieces that both have are then left to the old one instead of being cut up anew.
    proposed = train_tokenizer(sample, parent.vocabulary_size + pieces)
    candidates = {each.piece: each for each in _candidates(parent, proposed)}
    chosen = _choose(parent, candidates, sorted(candidates), len(candidates))
    for wanted in (2 * pieces, pieces):  # what is left out leaves its work to others, which is to be counted too
        uses = Counter(itertools.chain.from_iterable(map(_with(parent, chosen).encode, sample.kept)))
        worth = {each.piece: uses[parent.vocabulary_size + n] * each.saved for n, each in enumerate(chosen)}
        ranked = sorted((piece for piece in worth if worth[piece]), key=lambda piece: (-worth[piece], piece))
        chosen = _choose(parent, candidates, ranked, wanted)
    if not chosen:
        raise CorpusError(
            "no piece of this corpus is new to the tokenizer",
            expected="words that the other model has to spell",
            remedy="leave --extend out",
        )
    return _with(parent, chosen)


def grow_weights(packed: bytes, parent: Tokenizer, grown: Tokenizer) -> bytes:
    """The weights of ``parent``'s model for the pieces of ``grown``; they are as they were if nothing is new.

    The embedding of a new piece is the mean of those of the pieces it was split into (Hewitt 2021).  It is left
    shorter than they are: the table also makes the logits, and only of a true mean it is known what it can do there.
    With a bias that is the mean of theirs, less the logarithm of how many new pieces share each of them, Jensen's
    inequality bounds what all new pieces together take from the old ones, whatever was said: the model talks as before
    until it learns better.  With the plain mean, many would each get a frequent part's probability.

    Raises:
        UsageError: if ``grown`` is no extension of ``parent``.
    """
    old = parent.vocabulary_size
    if [parent.piece(i) for i in range(old)] != [grown.piece(i) for i in range(min(old, grown.vocabulary_size))]:
        raise UsageError(
            "a tokenizer of another model",
            expected="the one of the model to go on from, and what it was extended by",
            remedy="give another --out, or --overwrite to begin anew",
        )
    if grown.vocabulary_size == old:
        return packed
    weights = safetensors.numpy.load(packed)
    shares = np.zeros((grown.vocabulary_size - old, old), np.float32)
    bare = _without_normalising(parent)
    for row in range(len(shares)):
        parts = _split(bare, grown.piece(old + row))
        np.add.at(shares[row], parts, 1 / len(parts))
    crowd = np.maximum(shares.sum(axis=0), 1.0)  # new pieces that an old one is a part of
    bias = weights[_BIAS].astype(np.float32) - np.log(crowd)
    rows = {
        _EMBEDDINGS: shares @ weights[_EMBEDDINGS].astype(np.float32),
        _BIAS: shares @ bias + np.log(_NEW_SHARE / (1 - _NEW_SHARE)),
    }
    for name, new in rows.items():
        weights[name] = np.concatenate([weights[name], new.astype(weights[name].dtype)])
    return bytes(safetensors.numpy.save(weights))


def foreseeing(packed: bytes, model: ModelConfig) -> bytes:
    """The weights of a model that copies ``continued`` for one that copies ``foreseen``, if ``model`` is one.

    What the gate sees besides counts nothing at first, so that the new model speaks as the old one.
    """
    if model.copying != "foreseen":
        return packed
    weights = safetensors.numpy.load(packed)
    gate = weights[_GATE]
    missing = np.zeros((3 * model.units - len(gate), 1), gate.dtype)
    weights[_GATE] = np.concatenate([gate, missing])
    return bytes(safetensors.numpy.save(weights))


def describe(parent: Tokenizer, grown: Tokenizer, texts: Iterable[str]) -> str:
    """How many pieces are new, and what that does to the first few of the texts."""
    shown = list(itertools.islice(texts, _REPORTED))
    words = max(1, sum(len(text.split()) for text in shown))
    before, after = (sum(len(each.encode(text)) for text in shown) / words for each in (parent, grown))
    new = grown.vocabulary_size - parent.vocabulary_size
    return f"{new:,} new pieces: {before:.2f} pieces a word before, {after:.2f} with them"


class _Sample:
    """Passes texts on, once, and keeps an even sample of them (Vitter 1985, algorithm R)."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = texts
        self.kept: list[str] = []

    def __iter__(self) -> Iterator[str]:
        rng = random.Random(0)
        for number, text in enumerate(self._texts):
            if number < _COUNTED:
                self.kept.append(text)
            elif (place := rng.randrange(number + 1)) < _COUNTED:
                self.kept[place] = text
            yield text


def _model(tokenizer: Tokenizer) -> Any:
    model = protobuf.ModelProto()
    model.ParseFromString(tokenizer.model)
    return model


def _normal(model: Any) -> Iterator[Any]:
    """The pieces that are neither symbols nor bytes."""
    return (each for each in model.pieces if each.type == protobuf.ModelProto.SentencePiece.NORMAL)


def _without_normalising(tokenizer: Tokenizer) -> Any:
    """A processor that splits a piece as it stands: before it would come a blank that it does not begin with."""
    model = _model(tokenizer)
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.precompiled_charsmap = b""
    model.normalizer_spec.add_dummy_prefix = False
    model.normalizer_spec.remove_extra_whitespaces = False
    return sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString())


def _split(bare: Any, piece: str) -> list[int]:
    return list(bare.EncodeAsIds(piece.replace("▁", " ")))


def _candidates(parent: Tokenizer, proposed: Tokenizer) -> Iterator[_Candidate]:
    """The pieces that the old tokenizer has not, as it sees them."""
    model, bare = _model(parent), _without_normalising(parent)
    there = {each.piece for each in model.pieces}
    scores = {each.piece: each.score for each in _normal(model)}
    unknown = min(scores.values()) - _UNKNOWN
    for each in _normal(_model(proposed)):
        if each.piece not in there:
            parts = [model.pieces[i].piece for i in _split(bare, each.piece)]
            known = [part for part in parts if part in scores]
            spelt = len(each.piece) - sum(map(len, known))
            score = sum(scores[part] for part in known) + spelt * unknown
            yield _Candidate(each.piece, score + _SAVED * (len(parts) - 1), len(parts) - 1)


def _choose(
    parent: Tokenizer, candidates: Mapping[str, _Candidate], ranked: Iterable[str], wanted: int
) -> list[_Candidate]:
    """The first of ``ranked``, each after the new characters in it.

    A longer piece would otherwise change how a character is spelt that no piece has.
    """
    known = {each.piece for each in _normal(_model(parent))}
    chosen: dict[str, _Candidate] = {}
    for piece in ranked:
        new = [part for part in dict.fromkeys((*piece, piece)) if part not in known and part not in chosen]
        if len(chosen) + len(new) <= wanted and all(part in candidates for part in new):
            chosen |= {part: candidates[part] for part in new}
    return list(chosen.values())


def _with(parent: Tokenizer, chosen: Sequence[_Candidate]) -> Tokenizer:
    model = _model(parent)
    for each in chosen:
        model.pieces.add(piece=each.piece, score=each.score, type=protobuf.ModelProto.SentencePiece.NORMAL)
    model.trainer_spec.vocab_size = len(model.pieces)
    return Tokenizer(model.SerializeToString(deterministic=True))

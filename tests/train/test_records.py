"""Examples on disk: what was written is read, in any order, by us and by TensorFlow; what is torn is noticed."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from chatbot.errors import CorpusError
from chatbot.text.template import layout_of
from chatbot.text.tokenizer import ASSISTANT, END, USER
from train.pieces import Pieces
from train.records import Records, Writer, read_manifest, write_manifest


def made_up(count: int, seed: int = 0) -> list[Pieces]:
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        turns = [
            [(USER, ASSISTANT)[n % 2], *rng.integers(END + 1, 70_000, rng.integers(0, 9)).tolist(), END]
            for n in range(rng.integers(2, 6))
        ]
        only = (None, "user", "assistant")[number % 3]
        guides = tuple(rng.integers(-2, 5, len(turns)).tolist()) if number % 2 else ()
        found.append(Pieces([i for turn in turns for i in turn], only, int(rng.integers(1, 99)), guides))
    return found


def written(folder: Path, pieces: list[Pieces], shard_bytes: int = 500) -> Path:
    with Writer(folder, shard_bytes) as writer:
        for each in pieces:
            writer.add(*each)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Pieces]]:
    pieces = made_up(60)
    return written(tmp_path_factory.mktemp("records") / "train", pieces), pieces


def test_every_example_is_what_was_written_in_any_order(made: tuple[Path, list[Pieces]]) -> None:
    folder, pieces = made
    records = Records(folder)
    assert len(records) == len(pieces)
    assert len(list(folder.glob("*.tfrecord"))) > 3
    for number in np.random.default_rng(1).permutation(len(pieces)).tolist():
        example, (ids, only, words, guides) = records[number], pieces[number]
        for got, want in zip(example.layout, layout_of(ids, only), strict=True):
            np.testing.assert_array_equal(got, want)
        assert (example.words, example.guides) == (words, guides)
    assert [example.words for example in records[7:30:5]] == [each.words for each in pieces[7:30:5]]


def test_lengths_and_words_are_known_without_reading(made: tuple[Path, list[Pieces]]) -> None:
    records = Records(made[0])
    assert records.positions.tolist() == [len(each.ids) for each in made[1]]
    assert records.words.tolist() == [each.words for each in made[1]]


def test_the_shards_are_tfrecords_that_tensorflow_reads_and_checks(made: tuple[Path, list[Pieces]]) -> None:
    folder, pieces = made
    dataset = tf.data.TFRecordDataset(sorted(map(str, folder.glob("*.tfrecord"))))
    features = {"ids": tf.io.RaggedFeature(tf.int64)}
    found = [tf.io.parse_single_example(record, features)["ids"].numpy().tolist() for record in dataset]
    assert found == [each.ids for each in pieces]


def test_none_is_an_empty_sequence(tmp_path: Path) -> None:
    assert len(Records(written(tmp_path / "none", []))) == 0


def test_only_the_owner_can_look_into_the_folder(made: tuple[Path, list[Pieces]]) -> None:
    assert stat.S_IMODE(made[0].stat().st_mode) == 0o700


@pytest.mark.parametrize("harm", ["cut", "gone", "no index", "torn index"])
def test_what_is_not_whole_is_named(harm: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "train", made_up(20))
    shard = sorted(folder.glob("*.tfrecord"))[1]
    if harm == "cut":
        shard.write_bytes(shard.read_bytes()[:-1])
    elif harm == "gone":
        shard.unlink()
    elif harm == "no index":
        (folder / "index.npy").unlink()
    else:
        (folder / "index.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(CorpusError, match="not whole"):
        Records(folder)


def test_a_manifest_is_read_back_and_a_torn_one_is_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None
    write_manifest(tmp_path, {"version": 3})
    assert read_manifest(tmp_path) == {"version": 3}
    (tmp_path / "manifest.json").write_text('{"version": ')
    assert read_manifest(tmp_path) is None

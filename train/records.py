"""Examples on disk: shards of TFRecords, and an index by which any of them is read alone.

A training reads its examples in an order of its own in every pass, and goes on in the middle of one: so each can be had
by its number at once, and what stays in memory is a few bytes for each.  A record is a ``tf.train.Example`` in the
framing of TFRecord (length, checksum, data, checksum): other programs can read the shards from end to end.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Self, overload

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from chatbot.errors import CorpusError
from chatbot.text.sanitize import one_line
from chatbot.text.template import Role, layout_of
from train.dataset import Example

_SHARD = 64 << 20
"""Bytes after which a new shard begins."""
_HEAD, _FOOT = 12, 4
"""Bytes around the data of a record: its length (8, little-endian) and two checksums of 4."""
_INDEX = np.dtype([("shard", "<i4"), ("offset", "<i8"), ("size", "<i4"), ("positions", "<i4"), ("words", "<i4")])
_ROLES: tuple[Role | None, ...] = (None, "user", "assistant")


class Writer:
    """Writes examples one after another into a new folder.

    Args:
        folder: Must not exist; only its owner can read it.
        shard_bytes: Size of a shard.
    """

    def __init__(self, folder: Path, shard_bytes: int = _SHARD) -> None:
        folder.mkdir(mode=0o700, parents=True)
        self._folder, self._limit = folder, shard_bytes
        self._shard, self._offset = -1, shard_bytes
        self._file: Any = None
        self._rows: list[NDArray[Any]] = []
        self._pending: list[tuple[int, ...]] = []

    def add(self, ids: Sequence[int], only: Role | None, words: int, guides: Sequence[int] = ()) -> None:
        """One example: its ids, whose replies are learned, how many words they have, and what tells of what."""
        if self._offset >= self._limit:
            self._open_next()
        example = tf.train.Example()
        features = example.features.feature
        features["ids"].int64_list.value.extend(ids)
        features["only"].int64_list.value.append(_ROLES.index(only))
        features["guides"].int64_list.value.extend(guides)
        data = example.SerializeToString()
        self._file.write(data)
        self._pending.append((self._shard, self._offset, len(data), len(ids), words))
        self._offset += _HEAD + len(data) + _FOOT
        if len(self._pending) >= 1 << 16:
            self._flush()

    def close(self) -> None:
        """Finish the shards and write the index."""
        if self._file is not None:
            self._file.close()
        self._flush()
        np.save(self._folder / "index.npy", np.concatenate([np.empty(0, _INDEX), *self._rows]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _open_next(self) -> None:
        if self._file is not None:
            self._file.close()
        self._shard, self._offset = self._shard + 1, 0
        self._file = tf.io.TFRecordWriter(str(_shard(self._folder, self._shard)))

    def _flush(self) -> None:
        self._rows.append(np.array(self._pending, _INDEX))
        self._pending.clear()


class Records(Sequence[Example]):
    """The examples of a folder that a ``Writer`` has made, by their numbers.

    Args:
        folder: Of the examples.

    Raises:
        CorpusError: if they are not whole.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._index = np.load(folder / "index.npy", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise _torn(folder, one_line(str(error))) from error
        self.positions: NDArray[np.int32] = self._index["positions"]
        """Of each example."""
        self.words: NDArray[np.int32] = self._index["words"]
        """Of the replies of each example, and one end for each reply."""
        self._files: dict[int, IO[bytes]] = {}
        self._lock = threading.Lock()
        for shard in np.unique(self._index["shard"]).tolist():
            last = self._index[self._index["shard"] == shard][-1]
            path = _shard(folder, shard)
            if not path.exists() or path.stat().st_size != int(last["offset"]) + _HEAD + int(last["size"]) + _FOOT:
                raise _torn(folder, f"{path.name} is not as long as it was written")

    def __len__(self) -> int:
        return len(self._index)

    @overload
    def __getitem__(self, number: int) -> Example: ...
    @overload
    def __getitem__(self, number: slice) -> list[Example]: ...
    def __getitem__(self, number: int | slice) -> Example | list[Example]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        row = self._index[number]
        shard, size = int(row["shard"]), int(row["size"])
        with self._lock:
            if shard not in self._files:
                self._files[shard] = _shard(self._folder, shard).open("rb")
            self._files[shard].seek(int(row["offset"]))
            record = self._files[shard].read(_HEAD + size)
        if int.from_bytes(record[:8], "little") != size or len(record) != _HEAD + size:
            raise _torn(self._folder, f"record {number}")
        features = tf.train.Example.FromString(record[_HEAD:]).features.feature
        only = _ROLES[features["only"].int64_list.value[0]]
        layout = layout_of(features["ids"].int64_list.value, only)
        return Example(layout, int(row["words"]), tuple(features["guides"].int64_list.value))

    def close(self) -> None:
        """Let go of the shards; reading opens them again."""
        while self._files:
            self._files.popitem()[1].close()

    def __del__(self) -> None:
        if hasattr(self, "_files"):
            self.close()


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """What is known of prepared examples; written last, it says that they are whole."""
    beside = folder / "manifest.part"
    beside.write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
    beside.replace(folder / "manifest.json")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest, or None where there is no whole one."""
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _shard(folder: Path, number: int) -> Path:
    return folder / f"{number:05d}.tfrecord"


def _torn(folder: Path, what: str) -> CorpusError:
    return CorpusError(
        f"the prepared examples in {one_line(str(folder))} are not whole ({what})",
        expected="what was written there",
        remedy="remove that folder, then give the same command again",
    )

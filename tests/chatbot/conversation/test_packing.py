"""Laws of memory as bytes: the same numbers come back, and bytes that are not ours give nothing."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from chatbot.conversation import Gain
from chatbot.conversation.packing import pack, unpack


def gain(seed: int = 0, length: int = 7, parts: int = 4) -> Gain:
    rng = np.random.default_rng(seed)
    extremes = np.array([np.finfo(np.float32).tiny, np.finfo(np.float32).max, -0.0, 1e-45], np.float32)
    return Gain(
        tuple(rng.normal(size=(1, 4)).astype(np.float32) for _ in range(parts)),
        np.concatenate([rng.normal(size=(length, 4)).astype(np.float32)[1:], extremes[None]])[:length],
        rng.integers(0, 99, length, dtype=np.int32),
        20,
        "m",
    )


@pytest.mark.parametrize(("length", "parts"), [(7, 4), (1, 1), (24, 12)])
def test_the_same_numbers_come_back(length: int, parts: int) -> None:
    held = gain(1, length, parts)
    found = unpack(pack(held), "m")
    assert found is not None
    assert (found.positions, found.model) == (20, "m")
    for mine, theirs in zip(
        (*found.state, found.annotations, found.ids), (*held.state, held.annotations, held.ids), strict=True
    ):
        assert mine.dtype == theirs.dtype
        assert mine.tobytes() == theirs.tobytes()


def packed(**changes: Any) -> bytes:
    held = gain()
    named = {"state_0": held.state[0], "annotations": held.annotations, "ids": held.ids, "positions": np.int32(20)}
    buffer = io.BytesIO()
    np.savez(buffer, **{name: value for name, value in {**named, **changes}.items() if value is not None})
    return buffer.getvalue()


def test_the_made_up_bytes_are_read() -> None:
    assert unpack(packed(), "m") is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"annotations": None},
        {"ids": None},
        {"positions": None},
        {"annotations": np.zeros((7, 4))},
        {"annotations": np.zeros((6, 4), np.float32)},
        {"annotations": np.zeros(7, np.float32)},
        {"ids": np.zeros(7, np.int64)},
        {"state_0": np.zeros((1, 4), np.float16)},
        {"state_0": np.array([[{}]], dtype=object)},
        {"state_7": np.zeros((1, 4), np.float32)},
        {"more": np.zeros(3)},
        {"positions": np.zeros(2, np.int32)},
    ],
)
def test_other_arrays_give_nothing(changes: dict[str, Any]) -> None:
    assert unpack(packed(**changes), "m") is None


def test_damaged_bytes_give_nothing_or_what_was_there() -> None:
    whole = pack(gain())
    assert unpack(b"", "m") is None
    assert unpack(b"\x80\x04K\x01.", "m") is None  # a pickle
    rng = np.random.default_rng(0)
    for at in rng.integers(0, len(whole), 200):
        broken = bytearray(whole)
        broken[at] ^= 0xFF
        unpack(bytes(broken), "m")
    for end in rng.integers(0, len(whole) - 30, 50):
        assert unpack(whole[:end], "m") is None

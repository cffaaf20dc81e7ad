"""What a turn added to the memory as bytes, and back: the very same numbers, compressed; never pickled.

A ``.npz`` of float32 and int32 arrays: half precision would save half of it, but the replies of a conversation that was
opened again would no longer be those of one that was never closed.
"""

from __future__ import annotations

import io
import zipfile
import zlib

import numpy as np

from chatbot.conversation.moments import Gain

_ANNOTATIONS, _IDS, _POSITIONS, _STATE = "annotations", "ids", "positions", "state_"


def pack(gain: Gain) -> bytes:
    """The arrays of a gain; whose memory it is has to be kept beside them."""
    buffer = io.BytesIO()
    states = {f"{_STATE}{number}": part for number, part in enumerate(gain.state)}
    positions = np.array(gain.positions, np.int32)
    np.savez_compressed(
        buffer, **states, **{_ANNOTATIONS: gain.annotations, _IDS: gain.ids, _POSITIONS: positions}, allow_pickle=False
    )
    return buffer.getvalue()


def unpack(data: bytes, model: str) -> Gain | None:
    """The gain of bytes that ``pack`` made of the memory of ``model``; None if they are damaged.

    Types and ranks are checked here; whether the sizes are those of a model, by ``Voice.fits``.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            named = {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, KeyError, EOFError, TypeError, NotImplementedError, zipfile.BadZipFile, zlib.error):
        return None
    forms = {name: (array.dtype, array.ndim) for name, array in named.items()}
    layers = len(named) - 3
    expected = {_ANNOTATIONS: (np.dtype(np.float32), 2), _IDS: (np.dtype(np.int32), 1)}
    expected |= {_POSITIONS: (np.dtype(np.int32), 0)}
    expected |= {f"{_STATE}{number}": (np.dtype(np.float32), 2) for number in range(layers)}
    if forms != expected or len(named[_ANNOTATIONS]) != len(named[_IDS]):
        return None
    state = tuple(named[f"{_STATE}{number}"] for number in range(layers))
    return Gain(state, named[_ANNOTATIONS], named[_IDS], int(named[_POSITIONS]), model)

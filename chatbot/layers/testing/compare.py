"""Whether numbers are those expected, and the sentence that says how far they are off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from keras import ops

Findings = Iterator[str]
"""One line for each thing that is not as it must be; none: all is well."""


def numbers(tensor: Any) -> np.ndarray:
    """The numbers of a tensor of any backend and precision, in float64."""
    array = tensor if isinstance(tensor, np.ndarray) else ops.convert_to_numpy(tensor)
    return np.asarray(array, dtype=np.float64)  # through NumPy, since JAX has no float64 unless told


def off(what: str, found: Any, expected: Any, tolerance: float) -> Findings:
    """What is to say if two tensors differ by more than ``tolerance`` × the largest number expected, at least 1."""
    got, want = numbers(found), numbers(expected)
    if got.shape != want.shape:
        yield f"{what}: expected shape {want.shape}, found {got.shape}"
        return
    bound = tolerance * max(1.0, float(np.abs(want).max(initial=0.0)))
    distance = np.where(got == want, 0.0, np.abs(got - want))  # NaN differs from everything, NaN too
    wrong = ~(distance <= bound)
    if wrong.any():
        at = np.unravel_index(int(np.argmax(np.where(np.isnan(distance), np.inf, distance))), got.shape)
        place = f" at {[int(index) for index in at]}" if got.shape else ""
        yield (
            f"{what}: expected {want[at]:.9g}, found {got[at]:.9g}{place} "
            f"({int(wrong.sum())} of {got.size} numbers differ by more than {bound:.2g})"
        )


def all_off(what: str, names: Sequence[str], found: Any, expected: Any, tolerance: float) -> Findings:
    """The same for several tensors, each by its name."""
    if len(found) != len(expected):
        yield f"{what}: expected {len(expected)} tensors ({', '.join(names)}), found {len(found)}"
        return
    for name, got, want in zip(names, found, expected, strict=True):
        yield from off(f"{what}, {name}", got, want, tolerance)


def not_equal(what: str, found: Any, expected: Any) -> Findings:
    """What is to say if two values are not equal."""
    if found != expected:
        yield f"{what}: expected {expected!r}, found {found!r}"


def not_finite(what: str, tensor: Any) -> Findings:
    """What is to say of NaN and infinities."""
    bad = ~np.isfinite(numbers(tensor))
    if bad.any():
        yield f"{what}: expected finite numbers, found {int(bad.sum())} of {bad.size} that are NaN or infinite"

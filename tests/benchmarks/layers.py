"""Forward and backward of our recurrent layers against Keras's, PyTorch's and the rate of a matrix product.

Each bound is on a ratio within one contest (see ``tests.benchmarks.contest``): absolute times say little on a shared
machine, and are given as detail.  All of it takes a quarter of an hour or more.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.benchmarks.contest import Result, contest
from tests.benchmarks.layer_worker import MATMUL_SIZE
from tests.benchmarks.report import Row, spread

Shape = tuple[int, int, int, int]
"""(batch, steps, features of the inputs, units)"""

GATES = {"rnn": 1, "gru": 3, "lstm": 4}
MASKED, LARGEST = (64, 32, 256, 512), (32, 64, 512, 1024)
SHAPES: tuple[Shape, ...] = (MASKED, LARGEST, (128, 16, 128, 256), (1, 256, 256, 512))
AGAINST_KERAS = {"rnn": 1.2, "gru": 1.6, "lstm": 1.6}
AGAINST_FASTER_KERAS = {"rnn": 1.05, "gru": 1.1, "lstm": 1.3}
_AGAINST_TORCH = 1.0
_OF_THE_PRODUCT, _FIRST_CALL, _MASK_COST = 0.7, 2.0, 1.1
_SHORT, _LONG, _GROWTH = 512, 4096, 1.1
_WORKER = "tests.benchmarks.layer_worker"


def run(model: str | None, layers: Sequence[str] | None = None, shapes: Sequence[Shape] | None = None) -> list[Row]:
    """The rows of some layers at some shapes (default: all); ``model`` plays no part.

    The cost of a mask is measured if its shape is among them, the growth with the steps if no shapes are chosen.
    """
    implementations = ["ours", "keras", "keras-jit", "torch", "matmul"]
    if importlib.util.find_spec("torch") is None:
        print("torch is not installed, its rows are left out; to have them: pip install torch", file=sys.stderr)
        implementations.remove("torch")
    rows: list[Row] = []
    first_calls: dict[str, float] = {}
    for layer in layers or GATES:
        for shape in shapes or SHAPES:
            tasks = {name: _task(name, layer, shape) for name in implementations}
            if shape == MASKED:
                tasks["ours, masked"] = _task("ours", layer, shape, masked=True)
            results = contest(_WORKER, tasks)
            found = list(rows_of(layer, shape, results))
            first_calls[_title(layer, shape)] = results["ours"].first
            print("\n".join(f"  {row.what}: {row.value:.3g}" for row in found), file=sys.stderr)
            rows += found
        if not shapes:
            rows.append(_growth(layer))
    slowest = max(first_calls, key=lambda title: first_calls[title])
    return [*rows, Row("first call of ours, the slowest", first_calls[slowest], _FIRST_CALL, "s", slowest)]


def _task(implementation: str, layer: str, shape: Shape, *, masked: bool = False) -> dict[str, Any]:
    return {"implementation": implementation, "layer": layer, "shape": shape, "masked": masked}


def _title(layer: str, shape: Shape) -> str:
    return f"{layer} {shape}"


def rows_of(layer: str, shape: Shape, results: Mapping[str, Result]) -> Iterator[Row]:
    """The rows of a contest of ours, keras, keras-jit, matmul and, where they took part, torch and ours with a mask."""
    title, ours = _title(layer, shape), results["ours"]
    share, product_rate = _share_of_product(layer, shape, results)

    def against(peer: str, name: str, bound: float) -> Row:
        theirs = results[peer]
        detail = f"ours {_ms(ours)}; {peer} {_ms(theirs)}; ours {share:.2f} of the product's {product_rate:.0f} GFLOP/s"
        return Row(f"{title}: {name} / ours", theirs.median / ours.median, bound, "×", detail, at_least=True)

    yield against("keras", "keras", AGAINST_KERAS[layer])
    faster = min("keras", "keras-jit", key=lambda name: results[name].median)
    yield against(faster, "the faster of keras and keras-jit", AGAINST_FASTER_KERAS[layer])
    if "torch" in results:
        yield against("torch", "torch", _AGAINST_TORCH)
    if shape == LARGEST:
        detail = f"{share * product_rate:.0f} of {product_rate:.0f} GFLOP/s"
        name = f"{title}: rate / that of a {MATMUL_SIZE}³ product"
        yield Row(name, share, _OF_THE_PRODUCT, "×", detail, at_least=True)
    keras = results["keras"]
    detail = f"{ours.peak_mb:.0f} and {keras.peak_mb:.0f} MB above what stood before the first call"
    yield Row(f"{title}: peak memory / keras's", ours.peak_mb / keras.peak_mb, 1.0, "×", detail)
    if "ours, masked" in results:
        masked = results["ours, masked"]
        detail = f"{_ms(masked)}; without {_ms(ours)}"
        yield Row(f"{title}: with a mask / without", masked.median / ours.median, _MASK_COST, "×", detail)


def _share_of_product(layer: str, shape: Shape, results: Mapping[str, Result]) -> tuple[float, float]:
    """How much of the product's rate our layer reaches, and that rate in GFLOP/s.

    Of a layer the matrix products alone are counted: one forward and two backward, two operations for each element.
    """
    batch, steps, features, units = shape
    operations = 3 * 2 * batch * steps * (features + units) * GATES[layer] * units
    product_rate = 2 * MATMUL_SIZE**3 / results["matmul"].median / 1e9
    return operations / results["ours"].median / 1e9 / product_rate, product_rate


def _growth(layer: str) -> Row:
    """Whether a step costs more in a longer sequence."""
    results = contest(_WORKER, {str(steps): _task("ours", layer, (4, steps, 32, 64)) for steps in (_SHORT, _LONG)})
    short, long = results[str(_SHORT)], results[str(_LONG)]
    ratio = (long.median / _LONG) / (short.median / _SHORT)
    detail = f"{spread(long.times, 1e6 / _LONG)} and {spread(short.times, 1e6 / _SHORT)} µs"
    return Row(f"{layer}: a step of {_LONG} / a step of {_SHORT}", ratio, _GROWTH, "×", detail)


def _ms(result: Result) -> str:
    return f"{spread(result.times, 1e3)} ms"

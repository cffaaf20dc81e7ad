"""Our recurrent layers on an NVIDIA GPU: Keras on JAX, against keras.layers and torch.nn, which runs on cuDNN.

python -m tests.benchmarks.gpu           on the GPU; needs keras, jax[cuda12], numpy; with torch, its column is filled
python -m tests.benchmarks.gpu --cpu     tiny shapes on the CPU: says only whether this script works

First the check: outputs and gradients equal those of keras.layers with the same weights.  Then the times of forward and
backward, all outputs, gradients of the inputs and all weights, compiled (``jax.jit``), each call waited for.  A
GPU is not shared with others the way a CPU is, so all run in one process, turn by turn.  TensorFlow is not needed.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.benchmarks.layer_worker import KERAS_NAMES, TORCH_NAMES, data_of
from tests.benchmarks.layers import SHAPES, Shape

DTYPES = ("float32", "bfloat16")
_TINY: tuple[Shape, ...] = ((4, 6, 5, 8), (1, 12, 5, 8))
_CHECKED: Shape = (8, 24, 40, 64)
_TOLERANCE = 2e-5
"""Of the largest number of a tensor; single precision, and sums of a few hundred products in another order."""
_WARM_UP, _TURNS = 3, 15
CONTENDERS = ("ours", "keras", "keras without cuDNN", "torch")

Call = Callable[[], object]


def make_layer(library: Any, name: str, units: int, **options: Any) -> Any:
    # The default, an orthogonal kernel, cannot be drawn in bfloat16; which one it is does not matter here.
    return getattr(library, KERAS_NAMES[name])(
        units, return_sequences=True, recurrent_initializer="glorot_uniform", **options
    )


def gradient_function(layer: Any) -> Callable[..., Any]:
    """(weights, inputs, upstream) to (loss, outputs), gradients of weights and inputs; pure, for ``jax.jit``."""
    import jax

    rest = [variable.value for variable in layer.non_trainable_variables]

    def loss(weights: list[Any], inputs: Any, upstream: Any) -> tuple[Any, Any]:
        outputs, _ = layer.stateless_call(weights, rest, inputs)
        return (outputs * upstream).sum(), outputs

    return jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)


def weights_of(layer: Any) -> list[Any]:
    return [variable.value for variable in layer.trainable_variables]


def deviation(name: str) -> float:
    """The largest difference of ours from keras.layers, in parts of the largest number of the tensor it is found in."""
    import jax
    import keras

    import chatbot.layers

    batch, steps, features, units = _CHECKED
    inputs, upstream, _ = data_of(_CHECKED)
    without = {} if name == "rnn" else {"use_cudnn": False}  # cuDNN chooses its own precision
    ours, theirs = make_layer(chatbot.layers, name, units), make_layer(keras.layers, name, units, **without)
    rng, results = np.random.default_rng(1), []
    for layer in (theirs, ours):
        layer.build((batch, steps, features))
    theirs.set_weights([rng.normal(scale=0.1, size=weight.shape) for weight in theirs.get_weights()])
    ours.set_weights(theirs.get_weights())
    for layer in (ours, theirs):
        with jax.default_matmul_precision("highest"):
            (_, outputs), gradients = jax.jit(gradient_function(layer))(weights_of(layer), inputs, upstream)
        results.append([np.asarray(tensor) for tensor in jax.tree.leaves((outputs, gradients))])
    return max(float(np.abs(got - want).max() / np.abs(want).max()) for got, want in zip(*results, strict=True))


def jax_call(layer: Any, shape: Shape, dtype: str) -> Call:
    import jax
    import jax.numpy as jnp

    inputs, upstream, _ = (jnp.asarray(array, dtype) for array in data_of(shape))
    layer.build(inputs.shape)
    weights, function = weights_of(layer), jax.jit(gradient_function(layer))
    return lambda: jax.block_until_ready(function(weights, inputs, upstream))


def torch_call(name: str, shape: Shape, dtype: str, device: str) -> Call:
    import torch

    inputs, upstream, _ = data_of(shape)
    kind = getattr(torch, dtype)
    layer = getattr(torch.nn, TORCH_NAMES[name])(*shape[2:], batch_first=True, device=device, dtype=kind)
    x = torch.tensor(inputs, device=device, dtype=kind).requires_grad_()
    above = torch.tensor(upstream, device=device, dtype=kind)

    def call() -> None:
        layer.zero_grad()
        x.grad = None
        layer(x)[0].backward(above)
        if device == "cuda":
            torch.cuda.synchronize()

    return call


def calls_of(name: str, shape: Shape, dtype: str, device: str) -> Iterator[tuple[str, Callable[[], Call]]]:
    """For each contender what makes its call."""
    import keras

    import chatbot.layers

    def of(library: Any, **options: Any) -> Callable[[], Call]:
        return lambda: jax_call(make_layer(library, name, shape[3], dtype=dtype, **options), shape, dtype)

    yield "ours", of(chatbot.layers)
    yield "keras", of(keras.layers)
    if name == "lstm" and device == "cuda":  # the one layer that Keras runs on cuDNN here
        yield "keras without cuDNN", of(keras.layers, use_cudnn=False)
    yield "torch", functools.partial(torch_call, name, shape, dtype, device)


def measure(name: str, shape: Shape, dtype: str, device: str) -> dict[str, float]:
    """Median seconds of each contender; one that does not run here is left out, with a notice."""
    calls: dict[str, Call] = {}
    for contender, make in calls_of(name, shape, dtype, device):
        try:
            call = make()
            for _ in range(_WARM_UP):
                call()
            calls[contender] = call
        except Exception as error:  # a peer that fails must not cost the figures of the others
            if contender == "ours":
                raise
            print(f"{contender}, {name} {shape} {dtype}: {type(error).__name__}: {error}"[:300], file=sys.stderr)
    times: dict[str, list[float]] = {contender: [] for contender in calls}
    for _ in range(_TURNS):
        for contender, call in calls.items():
            began = time.perf_counter()
            call()
            times[contender].append(time.perf_counter() - began)
    return {contender: statistics.median(values) for contender, values in times.items()}


def table_row(name: str, shape: Shape, dtype: str, seconds: dict[str, float]) -> str:
    times = [f"{seconds[contender] * 1e3:.3g}" if contender in seconds else "–" for contender in CONTENDERS]
    ratios = [
        f"{seconds[peer] / seconds['ours']:.2f}" if peer in seconds else "–" for peer in CONTENDERS if peer != "ours"
    ]
    return f"| {' | '.join([name, str(shape), dtype, *times, *ratios])} |"


def header(device: str) -> str:
    import jax
    import keras

    try:
        import torch

        peer = f"torch {torch.__version__} (cuDNN {torch.backends.cudnn.version()})"
    except ImportError:
        peer = "no torch"
    date = datetime.datetime.now(datetime.UTC).date()
    columns = ["layer", "(batch, steps, in, units)", "type", *(f"{name}, ms" for name in CONTENDERS)]
    columns += [f"{name} / ours" for name in CONTENDERS if name != "ours"]
    return (
        f"{date}; {jax.devices()[0].device_kind} ({device}); Keras {keras.version()} on JAX {jax.__version__}, {peer}; "
        f"forward + backward, median of {_TURNS}; float32 multiplies in TF32 where the device has it\n\n"
        f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"
    )


def prepare(cpu: bool) -> None:
    """Settings that count only before the libraries are loaded, and the same precision for all."""
    os.environ["KERAS_BACKEND"] = "jax"
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # PyTorch needs room beside it
    if cpu:
        os.environ.update({"JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "-1"})
    import jax

    if not cpu and jax.default_backend() != "gpu":
        found = ", ".join(device.device_kind for device in jax.devices())
        sys.exit(
            f"error: no NVIDIA GPU that JAX can use (JAX {jax.__version__} found: {found})\n"
            "expected: a GPU, its driver, and jax[cuda12]\n"
            "to try: pip install 'jax[cuda12]', or --cpu to see whether this script works"
        )
    jax.config.update("jax_default_matmul_precision", "tensorfloat32")  # what cuDNN does for PyTorch by default


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cpu", action="store_true", help="tiny shapes on the CPU, to try the script")
    cpu = parser.parse_args().cpu
    prepare(cpu)
    device = "cpu" if cpu else "cuda"
    deviations = {name: deviation(name) for name in KERAS_NAMES}
    found = ", ".join(f"{name} {value:.1e}" for name, value in deviations.items())
    print(f"largest difference from keras.layers, relative, float32: {found} (at most {_TOLERANCE:.0e})")
    if not max(deviations.values()) <= _TOLERANCE:  # so that a NaN does not pass
        sys.exit("error: our layers do not compute what keras.layers does; nothing was timed")
    print(header(device), flush=True)
    for dtype in DTYPES:
        for name in KERAS_NAMES:
            for shape in _TINY if cpu else SHAPES:
                print(table_row(name, shape, dtype, measure(name, shape, dtype, device)), flush=True)


if __name__ == "__main__":
    main()

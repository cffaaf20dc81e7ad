"""The loop over time and the custom gradient, in the form that the Keras backend at hand needs.

``keras.ops.scan`` cannot be the loop on TensorFlow: its outputs must have the structure and shapes of its carry.  So
there are two forms behind the same four functions, and everything above them is written once, in ``keras.ops``:

    scan(step, carry, sequences, length, reverse)  -> (carry after the last step, what was recorded at every step)
    stacked(recorded)                              -> one tensor [time, …] of it
    columns(recorded, length)                      -> one tensor [features, time × batch] of what was [features, batch]
    with_gradient(forward, backward, arguments)    -> outputs whose gradient is ``backward``
"""

from __future__ import annotations

import keras

from chatbot.errors import LayerError

if keras.backend.backend() == "tensorflow":
    from chatbot.layers.scan.tensorflow import columns, scan, stacked, with_gradient
elif keras.backend.backend() == "jax":
    from chatbot.layers.scan.jax import columns, scan, stacked, with_gradient
else:
    raise LayerError(
        f"Keras on the backend {keras.backend.backend()!r}",
        expected="tensorflow or jax",
        remedy="set the environment variable KERAS_BACKEND to one of them",
    )

__all__ = ["columns", "scan", "stacked", "with_gradient"]

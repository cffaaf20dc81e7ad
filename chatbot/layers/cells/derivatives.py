"""The derivatives of the gates' functions, from what the functions gave, times the gradient that comes from above.

One operation each where the backend has it: written in parts, the factor that needs no gradient would be made steps
ahead by TensorFlow's loop, and held.
"""

from __future__ import annotations

import keras

from chatbot.layers.cells.base import Tensor

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    def through_tanh(y: Tensor, gradient: Tensor) -> Tensor:
        """∂loss/∂x for y = tanh x: gradient ∘ (1 - y²)."""
        return tf.raw_ops.TanhGrad(y=y, dy=gradient)

    def through_sigmoid(y: Tensor, gradient: Tensor) -> Tensor:
        """∂loss/∂x for y = σ(x): gradient ∘ y ∘ (1 - y)."""
        return tf.raw_ops.SigmoidGrad(y=y, dy=gradient)

else:

    def through_tanh(y: Tensor, gradient: Tensor) -> Tensor:
        """∂loss/∂x for y = tanh x: gradient ∘ (1 - y²)."""
        return gradient * (1.0 - y * y)

    def through_sigmoid(y: Tensor, gradient: Tensor) -> Tensor:
        """∂loss/∂x for y = σ(x): gradient ∘ y ∘ (1 - y)."""
        return gradient * y * (1.0 - y)

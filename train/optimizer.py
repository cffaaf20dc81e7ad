"""The optimizer: AdamW with clipping by global norm that says what the norm was."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from chatbot.layers.cells.base import Tensor
from train.config import TrainingConfig


class ClippedAdamW(keras.optimizers.AdamW):
    """AdamW (Loshchilov & Hutter 2019); gradients are scaled down to a global norm (Pascanu et al. 2013).

    Gradients whose norm is no finite number are left out, so that the weights stay what they were.

    Args:
        clip_norm: The global norm.
        *args: As for ``keras.optimizers.AdamW``.
        **kwargs: The same by name.
    """

    def __init__(self, *args: Any, clip_norm: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clip_norm = clip_norm

    def build(self, variables: list[Any]) -> None:
        """Make the optimizer's variables."""
        if not self.built:
            self.gradient_norm = self.add_variable((), dtype="float32", name="gradient_norm")
        super().build(variables)

    def apply(self, grads: list[Tensor], trainable_variables: list[Any] | None = None) -> None:
        """One step; ``gradient_norm`` is the global norm before clipping."""
        if not self.built:
            assert trainable_variables is not None
            self.build(trainable_variables)
        grads = [ops.convert_to_tensor(grad) for grad in grads]  # an embedding's may come as some of its rows
        norm = ops.sqrt(sum(ops.sum(ops.square(ops.cast(grad, "float32"))) for grad in grads))
        self.gradient_norm.assign(norm)
        finite = ops.isfinite(norm)
        scale = self.clip_norm / ops.maximum(norm, self.clip_norm)
        grads = [ops.where(finite, grad * ops.cast(scale, grad.dtype), ops.zeros_like(grad)) for grad in grads]
        super().apply(grads, trainable_variables)

    def _backend_update_step(self, grads: list[Tensor], trainable_variables: list[Any], learning_rate: Tensor) -> None:
        """Each device changes its own copy: gradients are summed over devices before they come here.

        Keras would sum them now, after their norm is taken, and in a way that cannot stand in a condition
        (``accumulate``).
        """
        for grad, variable in zip(grads, trainable_variables, strict=True):
            self.update_step(grad, variable, learning_rate)

    def _apply_weight_decay(self, variables: list[Any]) -> None:
        if self.weight_decay:
            for variable in variables:
                if self._use_weight_decay(variable):
                    rate = ops.cast(self.learning_rate, variable.dtype)
                    self.assign_sub(variable, variable * self.weight_decay * rate)

    def _backend_increment_gradient_accumulators(self, grads: list[Tensor], acc_grads: list[Any]) -> None:
        for grad, accumulator in zip(grads, acc_grads, strict=True):
            self.assign_add(accumulator, grad)

    def finalize_variable_values(self, var_list: list[Any]) -> None:
        """Leave the weights as they are: Keras would put their averages in their place whenever a ``fit`` ends."""


def make_optimizer(settings: TrainingConfig, steps: int) -> ClippedAdamW:
    """The optimizer of a training of so many steps: a linear warm-up, then half a cosine down to 1 %."""
    warmup = min(settings.warmup_steps, steps // 2)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup else settings.learning_rate,
        decay_steps=max(1, steps - warmup),
        alpha=0.01,
        warmup_target=settings.learning_rate if warmup else None,
        warmup_steps=warmup,
    )
    averaged = settings.average > 0
    optimizer = ClippedAdamW(
        schedule,
        beta_2=0.99,
        weight_decay=settings.weight_decay,
        clip_norm=settings.clip_norm,
        use_ema=averaged,
        ema_momentum=settings.average if averaged else 0.99,
        gradient_accumulation_steps=settings.accumulate if settings.accumulate > 1 else None,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


def steps_of(batches: float, settings: TrainingConfig) -> int:
    """Steps of the optimizer's schedule in so many batches."""
    return max(1, math.ceil(batches / settings.accumulate))

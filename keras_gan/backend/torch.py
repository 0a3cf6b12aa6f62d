"""Gradients and the training step on torch."""

from collections.abc import Callable, Iterator

import keras
import numpy as np
import torch


def value_and_grad(function: Callable, variables: list, state: list) -> tuple:
    """Calls `function() -> (loss, aux)` and differentiates the loss.

    Args:
        function: Takes no argument; reads and assigns Keras variables.
        variables: What to differentiate by.
        state: Every other variable that `function` reads or assigns; JAX needs it, torch not.

    Returns:
        `((loss, aux), gradients)`, one gradient a variable, in their order.
    """
    with torch.enable_grad():
        loss, aux = function()
        values = [variable.value for variable in variables]
        gradients = torch.autograd.grad(loss, values, allow_unused=True)
    return (loss, tuple(value.detach() for value in aux)), list(gradients)


def gradient(function: Callable, values: list) -> list:
    """Gradients of the scalar `function(values)` by each tensor of `values`, differentiable again."""
    with torch.enable_grad():
        values = [value if value.requires_grad else value.detach().requires_grad_() for value in values]
        scalar = function(values)
        return list(torch.autograd.grad(scalar, values, create_graph=True, materialize_grads=True))


def block_stream(blocks: Iterator[np.ndarray], sample_shape: tuple[int, ...]) -> Iterator[tuple]:
    """Blocks of shape `(steps, rows, *sample_shape)` as Keras reads them: torch shares NumPy's memory."""
    return ((block,) for block in blocks)


class StepTrainer:
    """Turns `training_step` and `evaluation_step` into what Keras calls on torch."""

    @torch.no_grad()
    def train_step(self, data: tuple) -> dict:
        """Runs one training step, or one a row of a block."""
        real, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        if self.is_block(real):
            for rows in real:
                self.training_step(rows)
        else:
            self.training_step(real, labels)
        return self.get_metrics_result()

    @torch.no_grad()
    def test_step(self, data: tuple) -> dict:
        """Evaluates one batch of real data."""
        self.evaluation_step(*keras.utils.unpack_x_y_sample_weight(data)[:2])
        return self.get_metrics_result()

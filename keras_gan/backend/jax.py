"""Gradients and the training step on JAX: the same stateful code, run inside `keras.StatelessScope`."""

from collections.abc import Callable, Iterator

import jax
import keras
import numpy as np


def value_and_grad(function: Callable, variables: list, state: list) -> tuple:
    """Calls `function() -> (loss, aux)` and differentiates the loss.

    Args:
        function: Takes no argument; reads and assigns Keras variables.
        variables: What to differentiate by.
        state: Every other variable that `function` reads or assigns.

    Returns:
        `((loss, aux), gradients)`, one gradient a variable, in their order.
    """
    state_before = [v.value for v in state]

    def pure(values: list) -> tuple:
        mapping = [*zip(variables, values, strict=True), *zip(state, state_before, strict=True)]
        with keras.StatelessScope(mapping, collect_losses=True) as scope:
            loss, aux = function()
        return loss, (aux, [scope.get_current_value(v) for v in state])

    (loss, (aux, state_after)), gradients = jax.value_and_grad(pure, has_aux=True)(
        [v.value for v in variables]
    )
    for variable, before, after in zip(state, state_before, state_after, strict=True):
        if after is not before:
            variable.assign(after)
    return (loss, aux), gradients


def gradient(function: Callable, values: list) -> list:
    """Gradients of the scalar `function(values)` by each tensor of `values`, differentiable again."""
    return jax.grad(function)(values)


def block_stream(blocks: Iterator[np.ndarray], sample_shape: tuple[int, ...]) -> Iterator[tuple]:
    """Blocks of shape `(steps, rows, *sample_shape)` as Keras reads them: JAX reads NumPy arrays."""
    return ((block,) for block in blocks)


class StepTrainer:
    """Turns `training_step` and `evaluation_step` into what Keras calls on JAX."""

    def train_step(self, state: tuple, data: tuple) -> tuple:
        """Runs one training step, or one a row of a block in a single `lax.scan`."""
        real, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        variables = [
            self.trainable_variables,
            self.non_trainable_variables,
            self.optimizer.variables,
            self.metrics_variables,
        ]
        step = _pure(self.training_step, variables)
        if not self.is_block(real):
            state = step(state, real, labels)
        elif self.run_eagerly:
            for rows in real:
                state = step(state, rows)
        else:
            state, _ = jax.lax.scan(lambda state, rows: (step(state, rows), None), state, real)
        return self._results(state[-1]), state

    def test_step(self, state: tuple, data: tuple) -> tuple:
        """Evaluates one batch of real data."""
        batch = keras.utils.unpack_x_y_sample_weight(data)[:2]
        variables = [self.trainable_variables, self.non_trainable_variables, self.metrics_variables]
        state = _pure(self.evaluation_step, variables)(state, *batch)
        return self._results(state[-1]), state

    def _results(self, metric_values: list) -> dict:
        with keras.StatelessScope(list(zip(self.metrics_variables, metric_values, strict=True))):
            return self.get_metrics_result()


def _pure(step: Callable, variables: list[list]) -> Callable:
    """Makes `step(*batch)`, which assigns variables, a function of their values."""

    def pure(values: tuple, *batch: jax.Array) -> tuple:
        pairs = [
            pair
            for group, group_values in zip(variables, values, strict=True)
            for pair in zip(group, group_values, strict=True)
        ]
        with keras.StatelessScope(pairs) as scope:
            step(*batch)
        return tuple([scope.get_current_value(v) for v in group] for group in variables)

    return pure

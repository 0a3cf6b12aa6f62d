"""Gradients and the training step on TensorFlow."""

from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf


def value_and_grad(function: Callable, variables: list, state: list) -> tuple:
    """Calls `function() -> (loss, aux)` and differentiates the loss.

    Args:
        function: Takes no argument; reads and assigns Keras variables.
        variables: What to differentiate by.
        state: Every other variable that `function` reads or assigns; JAX needs it, TensorFlow not.

    Returns:
        `((loss, aux), gradients)`, one gradient a variable, in their order.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        for variable in variables:
            tape.watch(variable.value)
        loss, aux = function()
    return (loss, aux), tape.gradient(loss, [variable.value for variable in variables])


def gradient(function: Callable, values: list) -> list:
    """Gradients of the scalar `function(values)` by each tensor of `values`, differentiable again."""
    with tf.GradientTape() as tape:
        tape.watch(values)
        scalar = function(values)
    return tape.gradient(scalar, values, unconnected_gradients="zero")


def block_stream(blocks: Iterator[np.ndarray], sample_shape: tuple[int, ...]) -> tf.data.Dataset:
    """Wraps blocks of shape `(steps, rows, *sample_shape)`, float32, as a `tf.data.Dataset`."""
    spec = tf.TensorSpec((None, None, *sample_shape), tf.float32)
    return tf.data.Dataset.from_generator(lambda: blocks, output_signature=spec).prefetch(2)


class StepTrainer:
    """Turns `training_step` and `evaluation_step` into what Keras calls on TensorFlow."""

    def train_step(self, data: tuple) -> dict:
        """Runs one training step, or one a row of a block in a single graph loop."""
        real, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        if self.is_block(real):
            steps = tf.shape(real)[0]
            tf.while_loop(lambda i: i < steps, lambda i: self._step_of_block(real, i), [0])
        else:
            self.training_step(real, labels)
        return self.get_metrics_result()

    def _step_of_block(self, block: tf.Tensor, i: tf.Tensor) -> list[tf.Tensor]:
        self.training_step(block[i])
        return [i + 1]

    def test_step(self, data: tuple) -> dict:
        """Evaluates one batch of real data."""
        self.evaluation_step(*keras.utils.unpack_x_y_sample_weight(data)[:2])
        return self.get_metrics_result()

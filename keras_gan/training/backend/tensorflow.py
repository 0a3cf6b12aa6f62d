"""Gradients and the training step on TensorFlow."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_gan.training.backend import _keras
from keras_gan.training.backend.devices import Loop, OneDevice


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
        num_replicas = tf.distribute.get_strategy().num_replicas_in_sync
        share = loss / num_replicas if num_replicas > 1 else loss  # optimizers add up what replicas find
    return (loss, aux), tape.gradient(share, [variable.value for variable in variables])


def apply(optimizer: keras.optimizers.Optimizer, gradients: list, variables: list) -> None:
    """Moves variables by their gradients."""
    optimizer.apply(gradients, variables)


def gradient(function: Callable, values: list) -> list:
    """Gradients of the scalar `function(values)` by each tensor of `values`, differentiable again."""
    with tf.GradientTape() as tape:
        tape.watch(values)
        scalar = function(values)
    return tape.gradient(scalar, values, unconnected_gradients="zero")


def random_uniform(shape: tuple, seed: keras.random.SeedGenerator) -> tf.Tensor:
    """Multiples of 2⁻²³ in [0, 1), float32, made of random bits.

    Only the bits are the same with and without XLA, so that a step which is repeated uncompiled sees the
    same numbers; TensorFlow makes other floats of them. The algorithm is named because the default one is ten
    times slower under XLA on a CPU.
    """
    state = tf.cast(seed.next(), tf.int32)
    bits = tf.random.stateless_uniform(shape, state, None, None, tf.uint32, alg="philox")
    return tf.cast(tf.bitwise.right_shift(bits, tf.constant(9, tf.uint32)), tf.float32) * 2.0**-23


def random_normal(shape: tuple, seed: keras.random.SeedGenerator) -> tf.Tensor:
    """Standard normal numbers, float32: the quantiles of uniform ones."""
    between = 2.0 * random_uniform(shape, seed) + (2.0**-23 - 1.0)  # neither -1 nor 1
    return math.sqrt(2.0) * tf.math.erfinv(between)


def resident(array: np.ndarray) -> tf.Tensor:
    """An array where training reads it."""
    return keras.ops.convert_to_tensor(array)


def loops_are_slow_for_convolutions() -> bool:
    """Whether convolutions inside a compiled loop are slower than outside."""
    return False


def accelerator() -> str | None:
    """The name of the first GPU; None where the processor does the work."""
    gpus = tf.config.list_physical_devices("GPU")
    return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU") if gpus else None


class Devices(OneDevice):
    """The replicas of a `tf.distribute` strategy, in whose scope the model was made; one without."""

    def __init__(self, model: keras.Model) -> None:
        super().__init__(model)
        _keras.is_built(model)

    @property
    def num_replicas(self) -> int:
        """Replicas of the strategy."""
        return self.model.distribute_strategy.num_replicas_in_sync

    @property
    def writes_files(self) -> bool:
        """Whether this process is the chief."""
        return self.model.distribute_strategy.extended.should_checkpoint

    @property
    def inside_scope(self) -> bool:
        """Whether the call stands inside of a strategy's scope, where models are made."""
        return tf.distribute.has_strategy()

    def shard(self, rows: tf.Tensor) -> tf.Tensor:
        """Of the rows of a whole minibatch, those of this replica."""
        if self.num_replicas == 1:
            return rows
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        return tf.reshape(rows, (self.num_replicas, -1, *rows.shape[1:]))[replica]

    def total(self, values: list) -> list:
        """The sum of each value over the replicas."""
        if self.num_replicas == 1:
            return values
        values = [tf.convert_to_tensor(value) for value in values if value is not None]
        return tf.distribute.get_replica_context().all_reduce("sum", values)

    def run(self, step: Callable, rows: tuple) -> None:
        """Runs `step(*rows)` on all replicas; each is given all rows and takes its own."""
        if self.num_replicas == 1:
            step(*rows)
        else:
            self.model.distribute_strategy.run(step, args=rows)

    def count(self) -> Any:
        """What Keras counts while the feed brings the blocks.

        Not a Python generator: `tf.data.Dataset.from_generator` sets glibc's M_MMAP_THRESHOLD to 128 KiB for
        the whole process. From then on each larger buffer is mapped anew, and XLA trains at half its speed.
        Not tuned by itself: the thread that does it sleeps up to a minute, and at its end `fit` waits for it.
        """
        options = tf.data.Options()
        options.autotune.enabled = False
        endless = tf.data.Dataset.from_tensors((np.zeros(1, "int8"),)).repeat().with_options(options)
        if not _keras.has_strategy(self.model):
            return endless
        return self.model.distribute_strategy.distribute_datasets_from_function(lambda context: endless)

    @contextmanager
    def one(self) -> Iterator[None]:
        """What Keras runs in here runs once and on whole batches, with the first replica's weights."""
        with _keras.without_strategy(self.model):
            yield


def resolved_jit(model: keras.Model, jit_compile: bool | str, has_convolutions: bool) -> bool | str:
    """What `jit_compile="auto"` means: as in Keras on a GPU; on a CPU XLA pays without convolutions."""
    if jit_compile != "auto" or _keras.has_strategy(model) or tf.config.list_physical_devices("GPU"):
        return jit_compile
    return not has_convolutions and _keras.supports_jit(model)


def make_train_function(model: keras.Model, loop: Loop) -> Callable:
    """Makes the function that runs a block of training steps, each shape compiled once."""

    def run(data: tuple, indices: tf.Tensor, steps: tf.Tensor) -> tuple:
        before = [tf.identity(variable.value) for variable in loop.state]

        def body(i: tf.Tensor) -> list[tf.Tensor]:
            loop.step(*(tf.gather(part, indices[i]) for part in data))
            return [i + 1]

        tf.while_loop(lambda i: i < steps, body, [0])
        floats = [v.value for v in loop.state if v.value.dtype.is_floating]
        finite = tf.reduce_all([tf.reduce_all(tf.math.is_finite(value)) for value in floats])
        return model.get_metrics_result(), finite, before

    run_compiled = _compiled(model, run)

    def train_function(iterator: Iterator) -> dict:
        logs: dict = {}
        for block in loop.next_runs(next(iterator)):
            data = tuple(tf.convert_to_tensor(part) for part in block.data)
            logs, finite, before = run_compiled(data, tf.constant(block.indices), tf.constant(block.steps))
            if not finite:
                loop.find_nonfinite(block, before)
        return logs

    return train_function


def make_test_function(model: keras.Model, loop: Loop) -> Callable:
    """Makes the function that evaluates a batch, each shape compiled once."""

    def run(data: tuple, indices: tf.Tensor) -> dict:
        loop.evaluate(*(tf.gather(part, indices) for part in data))
        return model.get_metrics_result()

    run_compiled = _compiled(model, run)

    def test_function(iterator: Iterator) -> dict:
        batch = loop.next_evaluation(next(iterator))
        return run_compiled(tuple(map(tf.convert_to_tensor, batch.data)), tf.constant(batch.indices[0]))

    return test_function


def _compiled(model: keras.Model, run: Callable) -> Callable:
    """`run` compiled as `compile` was told, once for each shape of its arguments."""
    function, compiled = tf.function(run, autograph=False, jit_compile=model.jit_compile), {}

    def call(*arguments: Any) -> Any:
        if model.run_eagerly:
            return run(*arguments)
        key = tuple(part.shape for part in tf.nest.flatten(arguments))
        if key not in compiled:
            compiled[key] = function.get_concrete_function(*arguments)
        return compiled[key](*arguments)

    return call

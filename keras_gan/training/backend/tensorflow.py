"""Gradients and the training step on TensorFlow."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.trainers.trainer import model_supports_jit

from keras_gan.training.backend._one_device import OneDevice


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


class StepTrainer(OneDevice):
    """Turns `training_step(*rows)` and `evaluation_step(*rows)` into what Keras calls on TensorFlow."""

    train_function: Callable | None
    has_convolutions: bool

    @property
    def num_replicas(self) -> int:
        """Replicas of the `tf.distribute` strategy in whose scope the model was made."""
        return self.distribute_strategy.num_replicas_in_sync

    @property
    def writes_files(self) -> bool:
        """Whether this process is the chief."""
        return self.distribute_strategy.extended.should_checkpoint

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

    def run_step(self, *rows: tf.Tensor) -> None:
        """Runs `training_step` on all replicas; each is given all rows and takes its own."""
        if self.num_replicas == 1:
            self.training_step(*rows)
        else:
            self.distribute_strategy.run(self.training_step, args=rows)

    def count(self) -> Any:
        """What Keras counts while the feed brings the blocks.

        Not a Python generator: `tf.data.Dataset.from_generator` sets glibc's M_MMAP_THRESHOLD to 128 KiB for
        the whole process. From then on each larger buffer is mapped anew, and XLA trains at half its speed.
        Not tuned by itself: the thread that does it sleeps up to a minute, and at its end `fit` waits for it.
        """
        options = tf.data.Options()
        options.autotune.enabled = False
        endless = tf.data.Dataset.from_tensors((np.zeros(1, "int8"),)).repeat().with_options(options)
        if self._distribute_strategy is None:
            return endless
        return self.distribute_strategy.distribute_datasets_from_function(lambda context: endless)

    def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
        """Does nothing: a GAN is built. Keras would average the first batch over the workers, and fail."""

    @contextmanager
    def on_one_device(self) -> Iterator[None]:
        """What Keras runs in here runs once and on whole batches, with the first replica's weights."""
        strategy = self.__dict__["_distribute_strategy"]
        self._distribute_strategy = None
        try:
            yield
        finally:
            self._distribute_strategy = strategy

    def _resolve_auto_jit_compile(self) -> bool:
        """What `jit_compile="auto"` means: as in Keras on a GPU; on a CPU XLA pays without convolutions."""
        if self._distribute_strategy or tf.config.list_physical_devices("GPU"):
            return super()._resolve_auto_jit_compile()  # type: ignore[misc]  # of keras.Model
        return not self.has_convolutions and model_supports_jit(self)

    def make_train_function(self, force: bool = False) -> None:
        """Makes the function that runs a block of training steps, each shape compiled once."""
        if self.train_function is not None and not force:
            return
        function, compiled = tf.function(self._run, autograph=False, jit_compile=self.jit_compile), {}

        def run(*arguments: Any) -> tuple:
            if self.run_eagerly:
                return self._run(*arguments)
            key = tuple(part.shape for part in tf.nest.flatten(arguments))
            if key not in compiled:
                compiled[key] = function.get_concrete_function(*arguments)
            return compiled[key](*arguments)

        def train_function(iterator: Iterator) -> dict:
            logs: dict = {}
            for block in self.runs(next(iterator)):
                data = tuple(tf.convert_to_tensor(part) for part in block.data)
                logs, finite, before = run(data, tf.constant(block.indices), tf.constant(block.steps))
                if not finite:
                    self.find_nonfinite(block, before)
            return logs

        self.train_function = train_function

    def _run(self, data: tuple, indices: tf.Tensor, steps: tf.Tensor) -> tuple:
        before = [tf.identity(variable.value) for variable in self.state]

        def body(i: tf.Tensor) -> list[tf.Tensor]:
            self.run_step(*(tf.gather(part, indices[i]) for part in data))
            return [i + 1]

        tf.while_loop(lambda i: i < steps, body, [0])
        floats = [v.value for v in self.state if v.value.dtype.is_floating]
        finite = tf.reduce_all([tf.reduce_all(tf.math.is_finite(value)) for value in floats])
        return self.get_metrics_result(), finite, before

    def test_step(self, data: tuple) -> dict:
        """Evaluates one batch of real data."""
        self.evaluation_step(*keras.utils.unpack_x_y_sample_weight(data)[:2])
        return self.get_metrics_result()

"""What the rivals that use Keras share: networks built from layer records, optimizers, timing under `fit`."""

from time import perf_counter
from typing import Any

import keras
import numpy as np
from keras import layers

from benchmarks.contestants import Contestant, Measurement
from benchmarks.shapes import (
    Activation,
    BatchNorm,
    Conv,
    ConvTranspose,
    Dense,
    Dropout,
    Layer,
    Network,
    Reshape,
    Shape,
)
from benchmarks.tasks import Task


def build(network: Network, shape: Shape, name: str) -> keras.Sequential:
    """The network in Keras, for input rows of this shape."""
    return keras.Sequential([keras.Input(shape), *map(_layer, network)], name=name)


def build_both(task: Task) -> tuple[keras.Sequential, keras.Sequential]:
    """Generator and discriminator of a task."""
    return (
        build(task.generator, (task.latent_dim,), "generator"),
        build(task.discriminator, task.sample_shape, "discriminator"),
    )


def _layer(layer: Layer) -> keras.layers.Layer:
    match layer:
        case Dense(units):
            return layers.Dense(units)
        case ConvTranspose(channels, kernel, stride):
            return layers.Conv2DTranspose(channels, kernel, stride, padding="same")
        case Conv(channels, kernel, stride):
            return layers.Conv2D(channels, kernel, stride, padding="same")
        case BatchNorm():
            return layers.BatchNormalization()
        case Dropout(rate):
            return layers.Dropout(rate)
        case Reshape(shape):
            return layers.Reshape(shape)
        case Activation("leaky_relu"):
            return layers.LeakyReLU(negative_slope=0.2)
        case Activation(name):
            return layers.Activation(name)
    raise TypeError(layer)


def adam(task: Task) -> keras.optimizers.Adam:
    """A new optimizer with the task's settings."""
    return keras.optimizers.Adam(task.learning_rate, beta_1=task.beta_1, beta_2=task.beta_2)


def count_parameters(*networks: keras.Model) -> tuple[int, ...]:
    """Number of trained weights of each network."""
    return tuple(sum(int(np.prod(w.shape)) for w in network.trainable_weights) for network in networks)


class _StopWatch(keras.callbacks.Callback):
    """Ends `fit` when the time is over; starts at the first batch, when everything is set up.

    It looks at the clock before a batch and not after one: a callback that reads results after each batch
    would make JAX wait for them.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.start: float | None = None
        self.batches = 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Starts the watch, or stops training after this batch."""
        self.batches += 1
        now = perf_counter()
        if self.start is None:
            self.start = now
        elif now - self.start >= self.seconds:
            self.model.stop_training = True


class Fit(Contestant):
    """A Keras model that trains under plain `fit` on an array.

    Args:
        model: Compiled; its weights and its optimizers are Keras's.
        rows: All data.
        batch_size: For `fit`.
        optimizers: The generator's and the discriminator's.
        updates_per_step: The discriminator's updates in one step.
    """

    def __init__(
        self,
        model: keras.Model,
        rows: np.ndarray,
        *,
        batch_size: int,
        optimizers: tuple[keras.optimizers.Optimizer, keras.optimizers.Optimizer],
        num_parameters: tuple[int, ...],
    ) -> None:
        self.model = model
        self.rows = rows
        self.batch_size = batch_size
        self.optimizers = optimizers
        self.num_parameters = num_parameters

    def first_epoch(self) -> None:
        """`fit` for one epoch."""
        self._fit(epochs=1)

    def run(self, seconds: float) -> Measurement:
        """`fit`, stopped by the watch; the time ends when all weights are there."""
        watch, before = _StopWatch(seconds), self.updates()[0]
        self._fit(epochs=1_000_000, callbacks=[watch])
        steps = self.updates()[0] - before  # reading a weight waits for it
        elapsed = perf_counter() - watch.start
        self.steps_per_block = round(steps / watch.batches)
        return Measurement(steps, elapsed)

    def updates(self) -> tuple[int, int]:
        """The optimizers' own counters."""
        generator, discriminator = (int(optimizer.iterations.value) for optimizer in self.optimizers)
        return generator, discriminator

    def _fit(self, **options: Any) -> None:
        self.model.fit(self.rows, batch_size=self.batch_size, verbose=0, **options)

"""A `keras.Model` with its own `train_step` on JAX, in the form of Keras's guide to that."""

from collections.abc import Callable
from typing import Any

import jax
import keras
import numpy as np
from keras import ops

from benchmarks.keras_contestants import Fit, adam, build_both, count_parameters
from benchmarks.tasks import Task


class _Both:
    """Two optimizers where Keras carries the variables of one."""

    built = True

    def __init__(self, *optimizers: keras.optimizers.Optimizer) -> None:
        self.variables = [variable for optimizer in optimizers for variable in optimizer.variables]


class Trainer(keras.Model):
    """Two networks, called and updated statelessly."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task = task
        self.generator, self.discriminator = build_both(task)
        self.draws = keras.random.SeedGenerator(3)
        self.g_loss, self.d_loss = keras.metrics.Mean("g_loss"), keras.metrics.Mean("d_loss")
        self.built = True

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """Reset by Keras at each epoch."""
        return [self.g_loss, self.d_loss]

    def compile(self, *, optimizers: tuple[keras.optimizers.Optimizer, keras.optimizers.Optimizer]) -> None:
        """Takes the generator's optimizer and the discriminator's."""
        super().compile(optimizer=None)
        self.optimizers = optimizers
        for optimizer, network in zip(optimizers, (self.generator, self.discriminator), strict=True):
            optimizer.build(network.trainable_variables)
        self.optimizer = _Both(*optimizers)

    def train_step(self, state: tuple, data: jax.Array) -> tuple:
        """Both updates on `values`, the current value of every variable."""
        variables = [
            self.trainable_variables,
            self.non_trainable_variables,
            self.optimizer.variables,
            self.metrics_variables,
        ]
        values = {
            id(variable): value
            for group, group_values in zip(variables, state, strict=True)
            for variable, value in zip(group, group_values, strict=True)
        }
        d_loss = self._move(values, 1, lambda d: self._discriminator_loss(values, d, data))
        g_loss = self._move(values, 0, lambda g: self._generator_loss(values, g))
        for metric, loss in ((self.g_loss, g_loss), (self.d_loss, d_loss)):
            _store(values, metric.variables, metric.stateless_update_state(_read(values, metric), loss))
        logs = {m.name: m.stateless_result(_read(values, m)) for m in self.metrics}
        return logs, tuple([values[id(variable)] for variable in group] for group in variables)

    def _move(self, values: dict, player: int, loss_of: Callable) -> jax.Array:
        """One update of a player; `loss_of(weights)` returns its loss and the networks' other state."""
        network, optimizer = (self.generator, self.discriminator)[player], self.optimizers[player]
        weights = [values[id(v)] for v in network.trainable_variables]
        (loss, others), gradients = jax.value_and_grad(loss_of, has_aux=True)(weights)
        weights, slots = optimizer.stateless_apply(_read(values, optimizer), gradients, weights)
        _store(values, network.trainable_variables, weights)
        _store(values, optimizer.variables, slots)
        values.update(others)
        return loss

    def _discriminator_loss(self, values: dict, weights: list, real: jax.Array) -> tuple:
        others: dict = {}
        fake = self._call(values, others, self.generator, self._draw(values))
        real_logits = self._call(values, others, self.discriminator, real, weights)
        fake_logits = self._call(values, others, self.discriminator, fake, weights)
        return _cross_entropy(1.0, real_logits) + _cross_entropy(0.0, fake_logits), others

    def _generator_loss(self, values: dict, weights: list) -> tuple:
        others: dict = {}
        fake = self._call(values, others, self.generator, self._draw(values), weights)
        return _cross_entropy(1.0, self._call(values, others, self.discriminator, fake)), others

    def _call(self, values: dict, others: dict, network: keras.Model, x: Any, weights: Any = None) -> Any:
        """The network's output; its moving statistics and seeds go to `others`."""
        weights = [values[id(v)] for v in network.trainable_variables] if weights is None else weights
        state = [others.get(id(v), values[id(v)]) for v in network.non_trainable_variables]
        output, state = network.stateless_call(weights, state, x, training=True)
        _store(others, network.non_trainable_variables, state)
        return output

    def _draw(self, values: dict) -> jax.Array:
        seed = self.draws.state
        with keras.StatelessScope([(seed, values[id(seed)])]) as scope:
            z = keras.random.normal((self.task.batch_size, self.task.latent_dim), seed=self.draws)
        values[id(seed)] = scope.get_current_value(seed)
        return z


def _cross_entropy(label: float, logits: jax.Array) -> jax.Array:
    return ops.mean(ops.binary_crossentropy(ops.full_like(logits, label), logits, from_logits=True))


def _read(values: dict, holder: Any) -> list:
    return [values[id(variable)] for variable in holder.variables]


def _store(values: dict, variables: list, new: list) -> None:
    values.update({id(variable): value for variable, value in zip(variables, new, strict=True)})


def prepare(task: Task, rows: np.ndarray) -> Fit:
    """Builds and compiles the model."""
    trainer = Trainer(task)
    trainer.compile(optimizers=(adam(task), adam(task)))
    counts = count_parameters(trainer.generator, trainer.discriminator)
    return Fit(
        trainer, rows, batch_size=task.batch_size, optimizers=trainer.optimizers, num_parameters=counts
    )

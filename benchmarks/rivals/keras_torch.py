"""A `keras.Model` with its own `train_step` on torch, in the form of Keras's guide to that."""

from typing import Any

import keras
import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from benchmarks.keras_contestants import Fit, adam, build_both, count_parameters
from benchmarks.tasks import Task


class Trainer(keras.Model):
    """Two networks, `backward` and two Keras optimizers."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task = task
        self.generator, self.discriminator = build_both(task)
        self.g_loss, self.d_loss = keras.metrics.Mean("g_loss"), keras.metrics.Mean("d_loss")
        self.built = True
        self.optimizers = (adam(task), adam(task))
        for optimizer, network in zip(self.optimizers, (self.generator, self.discriminator), strict=True):
            optimizer.build(network.trainable_variables)

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """Reset by Keras at each epoch."""
        return [self.g_loss, self.d_loss]

    def train_step(self, data: Any) -> dict[str, Any]:
        """Both updates, and the means of the losses."""
        real = data[0] if isinstance(data, tuple | list) else data
        with torch.no_grad():
            fake = self.generator(self._draw(), training=True)
        real_logits = self.discriminator(real, training=True)
        fake_logits = self.discriminator(fake, training=True)
        d_loss = _cross_entropy(1.0, real_logits) + _cross_entropy(0.0, fake_logits)
        self._move(d_loss, self.discriminator, self.optimizers[1])
        g_loss = _cross_entropy(
            1.0, self.discriminator(self.generator(self._draw(), training=True), training=True)
        )
        self._move(g_loss, self.generator, self.optimizers[0])
        self.g_loss.update_state(g_loss.detach())
        self.d_loss.update_state(d_loss.detach())
        return {"g_loss": self.g_loss.result(), "d_loss": self.d_loss.result()}

    def _move(self, loss: torch.Tensor, network: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
        self.zero_grad()
        weights = network.trainable_weights
        loss.backward(inputs=[weight.value for weight in weights])
        with torch.no_grad():
            optimizer.apply([weight.value.grad for weight in weights], weights)

    def _draw(self) -> torch.Tensor:
        return torch.randn(self.task.batch_size, self.task.latent_dim)


def _cross_entropy(label: float, logits: torch.Tensor) -> torch.Tensor:
    return binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def prepare(task: Task, rows: np.ndarray) -> Fit:
    """Builds and compiles the model."""
    trainer = Trainer(task)
    trainer.compile()
    counts = count_parameters(trainer.generator, trainer.discriminator)
    return Fit(
        trainer, rows, batch_size=task.batch_size, optimizers=trainer.optimizers, num_parameters=counts
    )

"""One step of a GAN in TensorFlow with a gradient tape, as in TensorFlow's tutorials."""

from typing import Any

import keras
import tensorflow as tf

from benchmarks.keras_contestants import adam, build_both, count_parameters
from benchmarks.tasks import Task


class Game:
    """Networks, optimizers and the two updates; `step` takes the rows of one step."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.generator, self.discriminator = build_both(task)
        self.num_parameters = count_parameters(self.generator, self.discriminator)
        self.generator_optimizer, self.discriminator_optimizer = adam(task), adam(task)
        self.generator_optimizer.build(self.generator.trainable_variables)
        self.discriminator_optimizer.build(self.discriminator.trainable_variables)

    def step(self, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Every update of one step; returns the last losses, generator's first."""
        size = self.task.batch_size
        for i in range(self.task.discriminator_steps):
            d_loss = self._move_discriminator(rows[i * size : (i + 1) * size])
        return self._move_generator(), d_loss

    def updates(self) -> tuple[int, int]:
        """The optimizers' own counters."""
        optimizers = self.generator_optimizer, self.discriminator_optimizer
        generator, discriminator = (int(optimizer.iterations.value) for optimizer in optimizers)
        return generator, discriminator

    def _move_discriminator(self, real: tf.Tensor) -> tf.Tensor:
        fake = self.generator(self._draw(), training=True)
        with tf.GradientTape() as tape:
            real_logits = self.discriminator(real, training=True)
            fake_logits = self.discriminator(fake, training=True)
            loss = self._discriminator_loss(real_logits, fake_logits)
            if self.task.gradient_penalty:
                loss += self.task.gradient_penalty * self._gradient_penalty(real, fake)
        _apply(self.discriminator_optimizer, tape, loss, self.discriminator)
        return loss

    def _move_generator(self) -> tf.Tensor:
        with tf.GradientTape() as tape:
            fake_logits = self.discriminator(self.generator(self._draw(), training=True), training=True)
            penalised = self.task.gradient_penalty
            loss = -tf.reduce_mean(fake_logits) if penalised else _cross_entropy(1.0, fake_logits)
        _apply(self.generator_optimizer, tape, loss, self.generator)
        return loss

    def _discriminator_loss(self, real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
        if self.task.gradient_penalty:
            return tf.reduce_mean(fake_logits) - tf.reduce_mean(real_logits)
        return _cross_entropy(1.0, real_logits) + _cross_entropy(0.0, fake_logits)

    def _gradient_penalty(self, real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
        """Gulrajani et al. 2017, algorithm 1, line 7."""
        mix = tf.random.uniform((self.task.batch_size, *[1] * (len(real.shape) - 1)))
        between = mix * real + (1.0 - mix) * fake
        with tf.GradientTape() as tape:
            tape.watch(between)
            logits = self.discriminator(between, training=True)
        slopes = tf.reshape(tape.gradient(logits, between), (self.task.batch_size, -1))
        return tf.reduce_mean((tf.norm(slopes, axis=1) - 1.0) ** 2)

    def _draw(self) -> tf.Tensor:
        return tf.random.normal((self.task.batch_size, self.task.latent_dim))


def _cross_entropy(label: float, logits: tf.Tensor) -> tf.Tensor:
    labels = tf.fill(tf.shape(logits), label)
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, logits))


def _apply(optimizer: Any, tape: tf.GradientTape, loss: tf.Tensor, network: keras.Model) -> None:
    variables = network.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))

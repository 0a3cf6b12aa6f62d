"""A `keras.Model` with its own `train_step`, as the examples of keras.io write it, on TensorFlow."""

import keras
import numpy as np
import tensorflow as tf

from benchmarks.keras_contestants import Fit
from benchmarks.rivals.tensorflow_game import Game
from benchmarks.tasks import Task


class Trainer(keras.Model):
    """A GAN in the form of keras.io's "DCGAN to generate face images"."""

    def __init__(self, game: Game) -> None:
        super().__init__()
        self.game = game
        self.generator, self.discriminator = game.generator, game.discriminator
        self.g_loss, self.d_loss = keras.metrics.Mean("g_loss"), keras.metrics.Mean("d_loss")

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """Reset by Keras at each epoch."""
        return [self.g_loss, self.d_loss]

    def train_step(self, rows: tf.Tensor) -> dict[str, tf.Tensor]:
        """Both updates, and the means of the losses."""
        g_loss, d_loss = self.game.step(rows)
        self.g_loss.update_state(g_loss)
        self.d_loss.update_state(d_loss)
        return {"g_loss": self.g_loss.result(), "d_loss": self.d_loss.result()}


def prepare(task: Task, rows: np.ndarray, *, fused: bool = False) -> Fit:
    """Builds the model; `fused` adds the two settings of `compile` that make plain Keras fastest."""
    game = Game(task)
    trainer = Trainer(game)
    options: dict = {"jit_compile": True, "steps_per_execution": task.block} if fused else {}
    trainer.compile(**options)
    return Fit(
        trainer,
        rows,
        batch_size=task.rows_per_step,
        optimizers=(game.generator_optimizer, game.discriminator_optimizer),
        num_parameters=game.num_parameters,
    )

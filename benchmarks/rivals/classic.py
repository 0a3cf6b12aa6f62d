"""The loop of a decade of Keras tutorials: `train_on_batch` on the discriminator and on a combined model.

The form is that of Chollet's "Deep Learning with Python" (first edition, section 8.5): real and generated
rows in one batch, then the combined model with a frozen discriminator. Keras 3 needs the flag set around
each phase.
"""

import keras
import numpy as np

from benchmarks.contestants import Loop
from benchmarks.keras_contestants import adam, build, build_both, count_parameters
from benchmarks.shapes import Activation
from benchmarks.tasks import Task


class Classic(Loop):
    """A discriminator with a sigmoid and binary cross-entropy, and the combined model."""

    def __init__(self, task: Task, rows: np.ndarray, *, predict: bool) -> None:
        super().__init__(task)
        self.rows = rows
        self.predict = predict
        self.generator, _ = build_both(task)
        with_sigmoid = (*task.discriminator, Activation("sigmoid"))
        self.discriminator = build(with_sigmoid, task.sample_shape, "discriminator")
        self.num_parameters = count_parameters(self.generator, self.discriminator)
        self.discriminator.compile(adam(task), "binary_crossentropy")
        z = keras.Input((task.latent_dim,))
        self.combined = keras.Model(z, self.discriminator(self.generator(z)))
        self.discriminator.trainable = False
        self.combined.compile(adam(task), "binary_crossentropy")

    def advance(self, steps: int) -> None:
        """The published loop."""
        size = self.task.batch_size
        ones, zeros = np.ones((size, 1)), np.zeros((size, 1))
        for _ in range(steps):
            real = self.rows[np.random.randint(0, len(self.rows), size)]  # noqa: NPY002
            fake = self._generate(self._draw())
            self.discriminator.trainable = True
            self.discriminator.train_on_batch(np.concatenate([real, fake]), np.concatenate([ones, zeros]))
            self.discriminator.trainable = False
            self.combined.train_on_batch(self._draw(), ones)

    def updates(self) -> tuple[int, int]:
        """The optimizers' own counters."""
        generator, discriminator = self.combined.optimizer, self.discriminator.optimizer
        return int(generator.iterations.value), int(discriminator.iterations.value)

    def _draw(self) -> np.ndarray:
        return np.random.normal(size=(self.task.batch_size, self.task.latent_dim))  # noqa: NPY002

    def _generate(self, z: np.ndarray) -> np.ndarray:
        return self.generator.predict(z, verbose=0) if self.predict else self.generator(z).numpy()


def prepare(task: Task, rows: np.ndarray, *, predict: bool = False) -> Classic:
    """Builds the three models; `predict` as published, otherwise the generator is called."""
    return Classic(task, rows, predict=predict)

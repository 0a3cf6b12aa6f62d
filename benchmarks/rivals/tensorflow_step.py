"""A `tf.function` for each batch of a `tf.data` pipeline: the form of TensorFlow's DCGAN tutorial."""

import numpy as np
import tensorflow as tf

from benchmarks.contestants import Loop
from benchmarks.rivals.tensorflow_game import Game
from benchmarks.tasks import Task


class StepByStep(Loop):
    """The tutorial's loop: take a batch, call the function."""

    def __init__(self, task: Task, rows: np.ndarray, *, xla: bool) -> None:
        super().__init__(task)
        self.game = Game(task)
        self.num_parameters = self.game.num_parameters
        data = tf.data.Dataset.from_tensor_slices(rows).shuffle(len(rows))
        self.batches = iter(data.batch(task.rows_per_step, drop_remainder=True).repeat().prefetch(2))
        self.step = tf.function(self.game.step, jit_compile=xla)

    def advance(self, steps: int) -> None:
        """TensorFlow waits for each function on a CPU; reading the loss does on any device."""
        for _ in range(steps):
            losses = self.step(next(self.batches))
        losses[0].numpy()

    def updates(self) -> tuple[int, int]:
        """The optimizers' own counters."""
        return self.game.updates()


def prepare(task: Task, rows: np.ndarray, *, xla: bool = False) -> StepByStep:
    """Builds the game; `xla` compiles the step with `jit_compile=True`."""
    return StepByStep(task, rows, xla=xla)

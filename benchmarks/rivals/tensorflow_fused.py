"""The fastest TensorFlow by hand: data on the device, a block of steps in one XLA-compiled function."""

import numpy as np
import tensorflow as tf

from benchmarks.contestants import Loop, Order
from benchmarks.rivals.tensorflow_game import Game
from benchmarks.tasks import Task


class Fused(Loop):
    """Hands row numbers to a function that gathers rows and loops over steps."""

    def __init__(self, task: Task, rows: np.ndarray) -> None:
        super().__init__(task)
        self.game = Game(task)
        self.num_parameters = self.game.num_parameters
        self.steps_per_block = task.block
        self.order = Order(task)
        self.rows = tf.constant(rows)

    def advance(self, steps: int) -> None:
        """One call; reading the loss waits for it."""
        self._block(self.rows, tf.constant(self.order.draw(steps)))[0].numpy()

    def updates(self) -> tuple[int, int]:
        """The optimizers' own counters."""
        return self.game.updates()

    @tf.function(jit_compile=True)
    def _block(self, rows: tf.Tensor, order: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        losses = (0.0, 0.0)
        for i in tf.range(order.shape[0]):
            losses = self.game.step(tf.gather(rows, order[i]))
        return losses


def prepare(task: Task, rows: np.ndarray) -> Fused:
    """Builds the game and puts the data on the device."""
    return Fused(task, rows)

"""The fastest JAX by hand: a block of steps in one `lax.scan`, data on the device."""

import jax
import numpy as np

from benchmarks.rivals.jax_game import make_step
from benchmarks.rivals.jax_step import StepByStep
from benchmarks.tasks import Task


class Scan(StepByStep):
    """Hands a block of row numbers to one compiled loop."""

    def __init__(self, task: Task, rows: np.ndarray) -> None:
        super().__init__(task, rows)
        self.steps_per_block = task.block
        step = make_step(task)

        def block(state: dict, rows: jax.Array, order: jax.Array) -> dict:
            return jax.lax.scan(lambda state, mine: (step(state, rows[mine]), None), state, order)[0]

        self.block = jax.jit(block, donate_argnums=0)

    def advance(self, steps: int) -> None:
        """One call, waited for."""
        self.state = jax.block_until_ready(self.block(self.state, self.rows, self.order.draw(steps)))


def prepare(task: Task, rows: np.ndarray) -> Scan:
    """Draws the weights and puts the data on the device."""
    return Scan(task, rows)

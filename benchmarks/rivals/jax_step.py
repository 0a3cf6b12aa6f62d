"""JAX by hand, one jitted step a batch: data on the device, rows gathered there."""

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.contestants import Loop, Order
from benchmarks.rivals.jax_game import count, first_state, make_step
from benchmarks.tasks import Task


class StepByStep(Loop):
    """Calls the jitted step with the row numbers of each batch."""

    def __init__(self, task: Task, rows: np.ndarray) -> None:
        super().__init__(task)
        self.state = first_state(task)
        self.num_parameters = count(self.state["g"]), count(self.state["d"])
        self.rows = jnp.asarray(rows)
        self.order = Order(task)
        step = make_step(task)
        self.step = jax.jit(lambda state, rows, order: step(state, rows[order]), donate_argnums=0)

    def advance(self, steps: int) -> None:
        """Steps run ahead of Python; the last is waited for."""
        for order in self.order.draw(steps):
            self.state = self.step(self.state, self.rows, order)
        jax.block_until_ready(self.state)

    def updates(self) -> tuple[int, int]:
        """Adam's own counters."""
        return int(self.state["g_adam"]["count"]), int(self.state["d_adam"]["count"])


def prepare(task: Task, rows: np.ndarray) -> StepByStep:
    """Draws the weights and puts the data on the device."""
    return StepByStep(task, rows)

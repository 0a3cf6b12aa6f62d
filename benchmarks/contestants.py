"""What a rival is to the worker: something that trains for a while and counts its steps."""

from abc import ABC, abstractmethod
from time import perf_counter
from typing import NamedTuple

import numpy as np

from benchmarks.tasks import Task


class Measurement(NamedTuple):
    """Steps taken and the seconds they took, all work finished."""

    steps: int
    seconds: float


class Contestant(ABC):
    """A GAN that is built and ready to train.

    Attributes:
        num_parameters: Trained weights of the generator and of the discriminator.
        steps_per_block: K, the steps that one call of compiled code carries.
    """

    num_parameters: tuple[int, int]
    steps_per_block: int = 1

    @abstractmethod
    def first_epoch(self) -> None:
        """Trains for one pass over the data and compiles on the way."""

    @abstractmethod
    def run(self, seconds: float) -> Measurement:
        """Goes on training for about so long, at least one block."""

    @abstractmethod
    def updates(self) -> tuple[int, int]:
        """Updates so far that the generator's and the discriminator's optimizer have counted."""


class Loop(Contestant):
    """A contestant with a loop of its own: `advance` is all it has to say.

    Args:
        task: What to train.
    """

    def __init__(self, task: Task) -> None:
        self.task = task

    @abstractmethod
    def advance(self, steps: int) -> None:
        """Takes so many steps and waits until they are done."""

    def first_epoch(self) -> None:
        """One pass in blocks."""
        for _ in range(self.task.steps_per_epoch // self.task.block):
            self.advance(self.task.block)

    def run(self, seconds: float) -> Measurement:
        """Takes blocks and looks at the clock after each."""
        start, steps, elapsed = perf_counter(), 0, 0.0
        while not steps or elapsed < seconds:
            self.advance(self.task.block)
            steps += self.task.block
            elapsed = perf_counter() - start
        return Measurement(steps, elapsed)


class Order:
    """Row numbers in a new random order each epoch, handed out by the step.

    Args:
        task: Says how many rows there are and how many a step takes.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._rng = np.random.default_rng(1)
        self._steps = np.empty((0, task.rows_per_step), "int32")

    def draw(self, steps: int) -> np.ndarray:
        """Row numbers of the next steps, int32 `(steps, rows_per_step)`; `steps` divides an epoch."""
        if not len(self._steps):
            order = self._rng.permutation(self._task.num_rows).astype("int32")
            self._steps = order.reshape(-1, self._task.rows_per_step)
        taken, self._steps = self._steps[:steps], self._steps[steps:]
        return taken

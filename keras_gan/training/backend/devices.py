"""What training asks about devices, answered for a single one; and what a train function runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, Protocol

import keras
import numpy as np


class OneDevice:
    """The base of every backend's `Devices`; those that know several answer otherwise.

    Args:
        model: The model that trains.
    """

    def __init__(self, model: keras.Model) -> None:
        self.model = model

    @property
    def num_replicas(self) -> int:
        """Copies of a training step, each on rows of its own; 1 where one program spans all devices."""
        return 1

    @property
    def writes_files(self) -> bool:
        """Whether this process writes the checkpoints."""
        return True

    @property
    def inside_scope(self) -> bool:
        """Whether the call stands where models are made and not trained."""
        return False

    @property
    def not_followed(self) -> str | None:
        """What spreads other models over devices here, and not this training step."""
        distribution = keras.distribution.distribution()
        return None if distribution is None else type(distribution).__name__

    def shard(self, rows: Any) -> Any:
        """Of the rows of a whole minibatch, those that are worked on here."""
        return rows

    def total(self, values: list) -> list:
        """The sum of each value over the replicas."""
        return values

    def run(self, step: Callable, rows: tuple) -> None:
        """Runs `step(*rows)` on all replicas."""
        step(*rows)

    def count(self) -> Any:
        """What Keras counts while the feed brings the blocks."""
        return endless(1)

    @contextmanager
    def one(self) -> Iterator[None]:
        """What Keras runs in here runs once and on whole batches."""
        yield


class Loop(Protocol):
    """What a train function runs: `keras_gan.training.loop.Loop` as the backends see it."""

    @property
    def state(self) -> list[keras.Variable]:
        """Every variable that training changes."""

    def next_runs(self, batch: tuple) -> list:
        """The runs of the next block: training steps of one shape each."""

    def step(self, *rows: Any) -> None:
        """One training step on all replicas."""

    @property
    def shows_state(self) -> bool:
        """Whether somebody looks at the variables between two blocks."""

    def next_evaluation(self, batch: tuple) -> Any:
        """The rows of the next batch of `evaluate`, in a run of one step."""

    def evaluate(self, *rows: Any) -> None:
        """Updates the logged means on the rows of one batch."""

    def find_nonfinite(self, run: Any, before: list) -> NoReturn:
        """Names what is not finite in a run that began with these values of `state`."""


def endless(num: int) -> Iterator[tuple]:
    """An endless stream of `num` rows."""
    while True:
        yield (np.zeros(num, "int8"),)

"""What a training step asks about devices, answered for a single one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


class OneDevice:
    """The base of every `StepTrainer`; those that know several devices answer otherwise."""

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

    def shard(self, rows: Any) -> Any:
        """Of the rows of a whole minibatch, those that are worked on here."""
        return rows

    def total(self, values: list) -> list:
        """The sum of each value over the replicas."""
        return values

    def run_step(self, *rows: Any) -> None:
        """Runs `training_step` on all replicas."""
        self.training_step(*rows)

    def count(self) -> Any:
        """What Keras counts while the feed brings the blocks."""
        return endless(1)

    @contextmanager
    def on_one_device(self) -> Iterator[None]:
        """What Keras runs in here runs once and on whole batches."""
        yield


def endless(num: int) -> Iterator[tuple]:
    """An endless stream of `num` rows."""
    while True:
        yield (np.zeros(num, "int8"),)

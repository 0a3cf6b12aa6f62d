"""How real samples reach the training loop: shuffled from a seed, in blocks of training steps.

A block is what one call of the train function runs: up to `steps_per_block` training steps in a compiled
loop. It comes as data and row numbers, so that data which fit on the device are sent there once.
"""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from keras_gan._checks import Shown, bad_value
from keras_gan.training.backend import _keras, resident
from keras_gan.training.check_data import Expected, Given, RangeWatch

_MANY_STEPS = 100_000  # in an epoch of a stream of unknown length
LARGEST_RESIDENT = 2**31  # bytes; larger arrays stay with the host and go to the device block by block


@dataclass(frozen=True)
class Run:
    """Training steps of one shape: step i trains on the rows `indices[i]` of every array in `data`.

    Attributes:
        data: Real samples `(n, *sample_shape)`, float32, and with classes their labels `(n,)`, int32.
        indices: int32 `(most_steps, rows)`; from `steps` on filled up with zeros, so that one shape is
            compiled.
        steps: Number of training steps.
    """

    data: tuple
    indices: np.ndarray
    steps: int


def feed_of(given: Given, expected: Expected, seed: int, steps_per_block: int) -> "Feed":
    """Cuts what `fit` was given into blocks of training steps."""
    if given.stream is not None:
        return StreamFeed(
            given.stream,
            given.check,
            seen=expected.watch_range(),
            steps_per_block=steps_per_block,
            steps_per_epoch=given.steps_per_epoch,
        )
    return ArrayFeed(
        given.arrays,
        given.rows_per_step,
        multiple=given.multiple,
        least=given.least,
        steps_per_block=steps_per_block,
        seed=seed if given.shuffle else None,
    )


class Feed(ABC):
    """Blocks for one `fit`, epoch after epoch.

    Attributes:
        blocks_per_epoch: Number of blocks in an epoch; `None` where only the stream knows its end.
    """

    blocks_per_epoch: int | None

    def __init__(self) -> None:
        self._blocks: Iterator[list[Run]] | None = None

    @abstractmethod
    def go_on_after(self, steps_taken: int) -> None:
        """Makes the next epoch the one that follows that many training steps."""

    @abstractmethod
    def epoch(self) -> Iterator[list[Run]]:
        """Yields the blocks of the next epoch: lists of runs."""

    def next_block(self) -> list[Run]:
        """Returns the next block; the one after the last of an epoch is the first of the next.

        Raises:
            StopIteration: Once at the end of each epoch, where `blocks_per_epoch` is None.
        """
        if self._blocks is None:
            self._blocks = self.epoch()
        block = next(self._blocks, None)
        if block is not None:
            return block
        self._blocks = None
        if self.blocks_per_epoch is None:
            raise StopIteration
        return self.next_block()


class ArrayFeed(Feed):
    """Arrays in memory, every row once an epoch, in an order that seed and epoch alone decide.

    The rows that remain at the end of an epoch become a last, smaller step; up to `multiple - 1` of them are
    left out, so that its minibatches are equal, and so are fewer than `least`.

    Args:
        data: Real samples `(n, *sample_shape)`, float32, and with classes their labels `(n,)`, int32.
        rows_per_step: Rows that one training step consumes, a multiple of `multiple`.
        multiple: What the rows of any step must be divisible by.
        least: Rows that a step must have.
        steps_per_block: The largest number of steps in a block.
        seed: Of the order; `None` keeps the arrays' own order.
    """

    def __init__(
        self,
        data: tuple[np.ndarray, ...],
        rows_per_step: int,
        *,
        multiple: int = 1,
        least: int = 1,
        steps_per_block: int = 1,
        seed: int | None = None,
    ) -> None:
        super().__init__()
        self.num_rows = len(data[0])
        if rows_per_step > self.num_rows:
            raise bad_value(
                "One training step consumes `batch_size * discriminator_steps` rows of the data",
                Shown(f"{rows_per_step} rows wanted, {self.num_rows} at hand"),
                "Pass a smaller `batch_size`",
            )
        self.rows_per_step = rows_per_step
        self.seed = seed
        self.steps, rest = divmod(self.num_rows, rows_per_step)
        whole = rest - rest % multiple
        self.rest = whole if whole >= least else 0
        self.steps_per_epoch = self.steps + bool(self.rest)
        self.blocks_per_epoch = -(-self.steps_per_epoch // steps_per_block)
        self._per_block = -(-self.steps_per_epoch // self.blocks_per_epoch)
        self._resident = sum(part.nbytes for part in data) <= LARGEST_RESIDENT
        self._data = tuple(resident(part) for part in data) if self._resident else data
        self._next_epoch = 0

    def epoch(self) -> Iterator[list[Run]]:
        """Yields the blocks of the next epoch."""
        order = self.order(self._next_epoch)
        self._next_epoch += 1
        full = self.steps * self.rows_per_step
        steps = order[:full].reshape(self.steps, self.rows_per_step)
        for start in range(0, self.steps_per_epoch, self._per_block):
            block = (
                [self._run(steps[start : start + self._per_block], self._per_block)]
                if start < self.steps
                else []
            )
            if self.rest and start + self._per_block >= self.steps_per_epoch:
                block.append(self._run(order[None, full : full + self.rest], 1))
            yield block

    def go_on_after(self, steps_taken: int) -> None:
        """Makes the next epoch the one that follows that many training steps."""
        self._next_epoch = steps_taken // self.steps_per_epoch

    def order(self, epoch: int) -> np.ndarray:
        """The order of the rows in one epoch, int32 `(n,)`: a function of the seed and the epoch."""
        if self.seed is None:
            return np.arange(self.num_rows, dtype="int32")
        return np.random.default_rng([self.seed, epoch]).permutation(self.num_rows).astype("int32")

    def _run(self, indices: np.ndarray, most_steps: int) -> Run:
        if self._resident:
            return Run(self._data, _filled(indices, most_steps), len(indices))
        return _run_of_rows([part[indices] for part in self._data], most_steps)


class StreamFeed(Feed):
    """A stream, each of whose batches holds the rows of one training step; equal ones run together.

    Args:
        stream: A `tf.data.Dataset`, `PyDataset`, torch `DataLoader` or generator, as `keras.Model.fit` takes.
        check: Called with the arrays of each batch; returns them, or raises.
        seen: Warns where all values that it has seen look like another range's.
        steps_per_block: The largest number of steps in a block.
        steps_per_epoch: For streams without an end.
    """

    def __init__(
        self,
        stream: Any,
        check: Callable[[tuple], tuple],
        *,
        seen: RangeWatch,
        steps_per_block: int = 1,
        steps_per_epoch: int | None = None,
    ) -> None:
        super().__init__()
        self._seen = seen
        once = isinstance(stream, Iterator)  # a Python generator, which cannot be read again
        adapter = _keras.no_adapter() if once else _keras.adapter_of(stream)
        self._adapter, self._source = adapter, (lambda: stream) if once else adapter.get_numpy_iterator
        self._check = check
        self._per_block = steps_per_block
        self._steps_per_epoch = steps_per_epoch
        self._batches = self._forever()
        steps = steps_per_epoch or (None if once else adapter.num_batches)
        self.blocks_per_epoch = steps and -(-steps // steps_per_block)

    def epoch(self) -> Iterator[list[Run]]:
        """Yields the blocks of the next epoch."""
        batches = islice(self._batches, self._steps_per_epoch) if self._steps_per_epoch else self._pass()
        blocks = 0
        while chunk := [self._checked(batch) for batch in islice(batches, self._per_block)]:
            blocks += 1
            if blocks == self.blocks_per_epoch:  # nobody asks for what comes after the last
                self._seen.end()
            yield self._runs(chunk)
        self._seen.end()

    def _checked(self, batch: tuple) -> tuple:
        arrays = self._check(batch)
        self._seen.look(arrays[0])
        return arrays

    def go_on_after(self, steps_taken: int) -> None:
        """Does nothing: a stream has its own order."""

    def _forever(self) -> Iterator[tuple]:
        while True:
            yield from self._pass()

    def _pass(self) -> Iterator[tuple]:
        """Goes through the stream once."""
        self._adapter.on_epoch_begin()
        batch = None
        for i, batch in enumerate(self._source()):
            if i == _MANY_STEPS and self.blocks_per_epoch is None:
                warnings.warn(
                    f"A stream comes to its end, or `steps_per_epoch` says where an epoch ends. Received: "
                    f"{_MANY_STEPS} batches in one epoch, and no length. If it never ends, stop, and pass "
                    "`steps_per_epoch` (for `validation_data`, `validation_steps`).",
                    stacklevel=2,
                )
            yield tuple(batch) if isinstance(batch, tuple | list) else (batch,)  # a list: torch's loader
        if batch is None:
            raise bad_value(
                "A stream brings at least one batch an epoch",
                Shown("none (it is empty, or a Python generator that has ended)"),
                "Pass a `PyDataset` or `tf.data.Dataset`, which can be read again, or `steps_per_epoch`",
            )
        self._adapter.on_epoch_end()

    def _runs(self, chunk: list[tuple]) -> list[Run]:
        """Joins neighbours of one size."""
        runs: list[Run] = []
        start = 0
        for stop in range(1, len(chunk) + 1):
            if stop == len(chunk) or len(chunk[stop][0]) != len(chunk[start][0]):
                steps = [np.stack(parts) for parts in zip(*chunk[start:stop], strict=True)]
                runs.append(_run_of_rows(steps, self._per_block if start == 0 else 1))
                start = stop
        return runs


def single_run(data: tuple) -> Run:
    """One training step on all rows of `data`."""
    return Run(data, np.arange(len(data[0]), dtype="int32")[None], 1)


def _run_of_rows(steps: list[np.ndarray], most_steps: int) -> Run:
    """Steps whose rows travel with them: arrays of shape `(steps, rows, ...)`."""
    num, rows = steps[0].shape[:2]
    most_steps = max(num, most_steps)
    data = tuple(_filled(part, most_steps).reshape(most_steps * rows, *part.shape[2:]) for part in steps)
    return Run(data, np.arange(most_steps * rows, dtype="int32").reshape(most_steps, rows), num)


def _filled(steps: np.ndarray, most_steps: int) -> np.ndarray:
    """Appends zeros up to `most_steps`."""
    missing = most_steps - len(steps)
    return np.concatenate([steps, np.zeros((missing, *steps.shape[1:]), steps.dtype)]) if missing else steps

"""The loop around the training step: what runs next, and the search for what is not finite."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import keras
import numpy as np
from keras import ops

from keras_gan._checks import Shown, bad_value
from keras_gan.training.backend import loops_are_slow_for_convolutions
from keras_gan.training.check_data import Expected, Given
from keras_gan.training.feed import Feed, Run, single_run
from keras_gan.training.step import Players


class Loop:
    """What the train function of a backend runs, block after block.

    Args:
        players: Who plays.
        expected: What a batch of `train_on_batch` has to be like.
        training_step: From the rows of a step (and their labels) to updates of both players.
        evaluation_step: From the rows of a batch (and their labels) to the logged means.
        counter: Counts the training steps since the optimizers were new.
        state: Returns every variable that training changes.
        check: Raises where the model is no longer what was compiled.
    """

    def __init__(
        self,
        players: Players,
        expected: Expected,
        *,
        training_step: Callable[..., None],
        evaluation_step: Callable[..., None],
        counter: keras.Variable,
        state: Callable[[], list[keras.Variable]],
        check: Callable[[], None],
    ) -> None:
        self.players = players
        self.expected = expected
        self._feed: Feed | None = None  # set while `fit` runs, like the next two
        self.validation: Given | None = None
        self.shows_state = False
        self._evaluation_feed: Feed | None = None  # set while `evaluate` runs
        self._training_step, self._evaluation_step = training_step, evaluation_step
        self._counter, self._state, self._check = counter, state, check

    @property
    def state(self) -> list[keras.Variable]:
        """Every variable that training changes."""
        return self._state()

    @contextmanager
    def feeding(self, feed: Feed, validation: Given | None, *, shows_state: bool) -> Iterator[None]:
        """Takes the blocks from `feed`, whose end of an epoch is no reason for Keras to warn.

        What each validation looks at stands in `validation`.
        With `shows_state` the variables can be read and set after each block, on JAX too.
        """
        self._feed, self.validation, self.shows_state = feed, validation, shows_state
        try:
            with _quiet_end():
                yield
        finally:
            self._feed = self.validation = None

    @contextmanager
    def evaluating(self, feed: Feed) -> Iterator[None]:
        """Takes the batches of `evaluate` from `feed`."""
        self._evaluation_feed = feed
        try:
            with _quiet_end():
                yield
        finally:
            self._evaluation_feed = None

    def step(self, *rows: Any) -> None:
        """One training step on all replicas."""
        self.players.devices.run(self._counted_step, rows)

    def _counted_step(self, *rows: Any) -> None:
        self._training_step(*rows)
        self._counter.assign_add(1)

    def evaluate(self, *rows: Any) -> None:
        """Updates the logged means on the rows of one batch."""
        self._evaluation_step(*rows)

    def next_runs(self, batch: tuple) -> list[Run]:
        """The next block of `fit`, whose stream only counts; or the one step of `train_on_batch`."""
        if self._feed is not None:
            return self._feed.next_block()
        self._check()
        return [single_run(self.expected.step(_present(batch)))]

    def next_evaluation(self, batch: tuple) -> Run:
        """The next batch of `evaluate`, whose stream only counts; or the one of `test_on_batch`."""
        if self._evaluation_feed is not None:
            return self._evaluation_feed.next_block()[0]
        return single_run(self.expected.batch(_present(batch)))

    def find_nonfinite(self, run: Run, before: list) -> NoReturn:
        """Repeats a run step by step from `before` and names the first thing that is not finite.

        The variables are left as they were before the step in which it happened.

        Raises:
            FloatingPointError: Always.
        """
        self._set_state(before)
        first = int(ops.convert_to_numpy(self._counter.value)) + 1
        indices, data = ops.convert_to_tensor(run.indices), [ops.convert_to_tensor(part) for part in run.data]
        for i in range(run.steps):
            good = [ops.copy(variable.value) for variable in self.state]
            found: list[str] = []
            with self._inspecting(found):
                self.step(*(ops.take(part, indices[i], axis=0) for part in data))
            found += self._bad_weights()
            if found:
                self._set_state(good)
                raise _error(f"{found[0]} is not finite in training step {first + i}", first + i - 1)
        self._set_state(before)
        last = first + run.steps - 1
        raise _error(f"something is not finite in the training steps {first} to {last}", first - 1)

    @contextmanager
    def _inspecting(self, found: list[str]) -> Iterator[None]:
        def inspector(player: str, loss: Any, gradients: list) -> None:
            found.extend(self._bad_weights())  # of the player that has just moved
            loss, *gradients = self.players.devices.total([loss, *gradients])
            found.extend(f"the loss of the {player}" for _ in range(not _finite([loss])))
            if not self._scales_loss(player):  # such an optimizer skips the update, which is no fault
                found.extend(f"a gradient of the {player}" for _ in range(not _finite(gradients)))

        self.players.inspector = inspector
        try:
            yield
        finally:
            self.players.inspector = None

    def _scales_loss(self, player: str) -> bool:
        optimizer = getattr(self.players, f"{player}_optimizer")
        return isinstance(optimizer, keras.optimizers.LossScaleOptimizer)

    def _bad_weights(self) -> list[str]:
        networks = {"discriminator": self.players.discriminator, "generator": self.players.generator}
        return [
            f"the weight {weight.path} of the {player}"
            for player, network in networks.items()
            for weight in network.weights
            if not _finite([weight.value])
        ]

    def _set_state(self, values: list) -> None:
        for variable, value in zip(self.state, values, strict=True):
            variable.assign(value)


def planned_steps_per_block(has_convolutions: bool) -> int:
    """How many training steps run in one compiled loop where the user names no number.

    The smaller a step, the more it gains from a long loop. A step with convolutions takes long by itself, so
    8 are enough, and a reader sees progress. On a CPU, JAX runs a convolution several times slower inside a
    loop (a 64×64 DCGAN: over 20 s a step against 5 s), so there it is 1.
    """
    if not has_convolutions:
        return 64
    return 1 if loops_are_slow_for_convolutions() else 8


@contextmanager
def _quiet_end() -> Iterator[None]:
    """The end of a feed is no reason for Keras to warn."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Your input ran out of data")
        yield


def _present(batch: tuple) -> tuple:
    """Of `(samples, labels, sample_weight)`, as Keras hands on a single batch, those that are there."""
    rows, labels, weights = (*batch, None, None)[:3]
    if weights is not None:
        return rows, labels, weights
    return (rows,) if labels is None else (rows, labels)


def _finite(values: list) -> bool:
    return all(np.isfinite(ops.convert_to_numpy(value)).all() for value in values if value is not None)


def _error(received: str, good: int) -> FloatingPointError:
    error = bad_value(
        "Both players stay finite while they train",
        Shown(received),
        f"The weights are those after step {good}; lower the learning rates, or change the loss or penalty",
    )
    return FloatingPointError(*error.args)

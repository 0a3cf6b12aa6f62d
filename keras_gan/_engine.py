"""What the train functions share: which steps to run, and the search for what is not finite."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import keras
import numpy as np
from keras import ops

from keras_gan._checks import check_count, check_flag
from keras_gan._ends import output_activation
from keras_gan._errors import Shown, bad_value
from keras_gan._inputs import checked_rows, checked_source, is_array, warn_of_half_range
from keras_gan.feed import ArrayFeed, Feed, Run, StreamFeed, single_run


class Engine:
    """Runs blocks of training steps; `GAN` supplies what is named here."""

    feed: Feed | None = None  # set while `fit` runs
    inspector: Callable[[str, Any, list], None] | None = None
    variables: list
    metrics_variables: list
    generator: keras.Model
    discriminator: keras.Model
    optimizer: Any
    generator_optimizer: keras.optimizers.Optimizer
    discriminator_steps: int
    generator_steps: int
    steps_per_block: int
    sample_shape: tuple[int, ...]
    seed: int
    training_step: Callable

    @property
    def state(self) -> list[keras.Variable]:
        """Every variable that training changes: weights, both optimizers, random states, metrics."""
        every = [*self.variables, *self.optimizer.variables, *self.metrics_variables]
        return list({id(variable): variable for variable in every}.values())

    @property
    def steps_taken(self) -> int:
        """Training steps since the optimizers were new."""
        return int(self.generator_optimizer.iterations.value) // self.generator_steps

    def runs(self, batch: tuple) -> list[Run]:
        """The next block of `fit`, whose stream only counts; or the one step of `train_on_batch`."""
        return self.feed.next_block() if self.feed else [single_run(tuple(x for x in batch if x is not None))]

    def make_feed(self, x: Any, batch_size: int | None, shuffle: bool, steps_per_epoch: int | None) -> Feed:
        """Checks what `fit` trains on and cuts it into blocks of training steps."""
        x = checked_source("x", x, self.generator, batch_size, steps_per_epoch)
        if not is_array(x):
            activation = output_activation(self.generator)
            return StreamFeed(
                x,
                lambda batch: (checked_rows(batch[0], self.sample_shape, activation),),
                steps_per_block=self.steps_per_block,
                steps_per_epoch=steps_per_epoch,
            )
        warn_of_half_range(x, self.generator)
        batch_size = check_count("batch_size", 32 if batch_size is None else batch_size)
        return ArrayFeed(
            (x,),
            batch_size * self.discriminator_steps,
            multiple=self.discriminator_steps,
            steps_per_block=self.steps_per_block,
            seed=self.seed if check_flag("shuffle", shuffle) else None,
        )

    def find_nonfinite(self, run: Run, before: list) -> NoReturn:
        """Repeats a run step by step from `before` and names the first thing that is not finite.

        The variables are left as they were before the step in which it happened.

        Raises:
            FloatingPointError: Always.
        """
        self._set_state(before)
        first = self.steps_taken + 1
        indices, data = ops.convert_to_tensor(run.indices), [ops.convert_to_tensor(part) for part in run.data]
        for i in range(run.steps):
            good = [ops.copy(variable.value) for variable in self.state]
            found: list[str] = []
            with self._inspecting(found):
                self.training_step(*(ops.take(part, indices[i], axis=0) for part in data))
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
            found.extend(f"the loss of the {player}" for _ in range(not _finite([loss])))
            found.extend(f"a gradient of the {player}" for _ in range(not _finite(gradients)))

        self.inspector = inspector
        try:
            yield
        finally:
            self.inspector = None

    def _bad_weights(self) -> list[str]:
        return [
            f"the weight {weight.path} of the {player}"
            for player in ("discriminator", "generator")
            for weight in getattr(self, player).weights
            if not _finite([weight.value])
        ]

    def _set_state(self, values: list) -> None:
        for variable, value in zip(self.state, values, strict=True):
            variable.assign(value)


def _finite(values: list) -> bool:
    return all(np.isfinite(ops.convert_to_numpy(value)).all() for value in values if value is not None)


def _error(received: str, good: int) -> FloatingPointError:
    error = bad_value(
        "Both players stay finite while they train",
        Shown(received),
        f"The weights are those after step {good}; lower the learning rates, or change the loss or penalty",
    )
    return FloatingPointError(*error.args)


def count() -> Iterator[tuple]:
    """What Keras counts while the feed brings the blocks."""
    while True:
        yield (np.zeros(1, "int8"),)

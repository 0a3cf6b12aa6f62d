"""What the train functions share: which steps to run, and the search for what is not finite."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import keras
import numpy as np
from keras import ops
from keras.src.layers.convolutional.base_conv import BaseConv
from keras.src.layers.convolutional.base_conv_transpose import BaseConvTranspose

from keras_gan._checks import Shown, bad_value, check_flag
from keras_gan.training.backend import loops_are_slow_for_convolutions
from keras_gan.training.check_data import checked_rows, checked_source, is_array, warn_of_half_range
from keras_gan.training.check_options import check_packs
from keras_gan.training.feed import ArrayFeed, Feed, Run, StreamFeed, single_run
from keras_gan.training.game import Game
from keras_gan.training.network_ends import output_activation
from keras_gan.training.sampling import check_no_labels_beside, checked_labels


class Engine(Game):
    """Runs blocks of training steps; the train function itself depends on the backend."""

    feed: Feed | None = None  # set while `fit` runs
    steps_per_block: int
    optimizer: Any
    variables: list
    metrics_variables: list
    run_step: Callable  # `training_step` on all replicas
    total: Callable[[list], list]  # of values over the replicas

    @property
    def state(self) -> list[keras.Variable]:
        """Every variable that training changes: weights, both optimizers, random states, metrics."""
        every = [*self.variables, *self.optimizer.variables, *self.metrics_variables]
        return list({id(variable): variable for variable in every}.values())

    @property
    def has_convolutions(self) -> bool:
        """Whether a network has convolutions, on which the best way to compile depends."""
        layers = [*self.generator._flatten_layers(), *self.discriminator._flatten_layers()]
        return any(isinstance(layer, BaseConv | BaseConvTranspose) for layer in layers)

    @property
    def steps_taken(self) -> int:
        """Training steps since the optimizers were new."""
        return int(ops.convert_to_numpy(self.generator_optimizer.iterations)) // self.generator_steps

    @contextmanager
    def feeding(self, feed: Feed) -> Iterator[None]:
        """Lets the train function read from `feed`, whose end of an epoch is no reason for Keras to warn."""
        self.feed = feed
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="Your input ran out of data")
                yield
        finally:
            self.feed = None

    def runs(self, batch: tuple) -> list[Run]:
        """The next block of `fit`, whose stream only counts; or the one step of `train_on_batch`."""
        return self.feed.next_block() if self.feed else [single_run(tuple(x for x in batch if x is not None))]

    def make_feed(self, x: Any, y: Any, batch_size: Any, shuffle: Any, steps_per_epoch: Any) -> Feed:
        """Checks what `fit` trains on and cuts it into blocks of training steps."""
        x = checked_source("x", x, self.generator, batch_size, steps_per_epoch)
        if not is_array(x):
            check_no_labels_beside(y)
            return StreamFeed(
                x,
                self._checked_stream_batch,
                steps_per_block=self.steps_per_block,
                steps_per_epoch=steps_per_epoch,
            )
        warn_of_half_range(x, self.generator)
        labels = checked_labels(y, len(x), self.num_classes)
        batch_size = check_packs(32 if batch_size is None else batch_size, self.packing, self.num_replicas)
        return ArrayFeed(
            (x,) if labels is None else (x, labels),
            batch_size * self.discriminator_steps,
            multiple=self.rows_multiple,
            steps_per_block=self.steps_per_block,
            seed=self.seed if check_flag("shuffle", shuffle) else None,
        )

    def _checked_stream_batch(self, batch: tuple) -> tuple:
        """Checks the rows of one training step that a stream brings, and their labels."""
        rows = checked_rows(batch[0], self.sample_shape, output_activation(self.generator))
        if len(rows) % self.rows_multiple:
            raise bad_value(
                "Each batch of a stream holds `discriminator_steps` minibatches of whole packs",
                Shown(f"{len(rows)} rows, which {self.rows_multiple} does not divide"),
                "Choose the size of its batches so, and let the stream drop a short last one",
            )
        labels = checked_labels(batch[1] if len(batch) > 1 else None, len(rows), self.num_classes)
        return (rows,) if labels is None else (rows, labels)

    def checked_validation(self, data: Any) -> Any:
        """Checks `validation_data`: samples, or `(samples, labels)` with classes."""
        if data is None or self.num_classes is None or not isinstance(data, tuple) or len(data) != 2:
            return data if data is None else checked_source("validation_data", data, self.generator)
        x = checked_source("validation_data", data[0], self.generator)
        return x, checked_labels(data[1], len(x), self.num_classes)

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
                self.run_step(*(ops.take(part, indices[i], axis=0) for part in data))
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
            loss, *gradients = self.total([loss, *gradients])
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


def planned_steps_per_block(gan: Engine) -> int:
    """How many training steps run in one compiled loop where the user names no number.

    The smaller a step, the more it gains from a long loop. A step with convolutions takes long by itself, so
    8 are enough, and a reader sees progress. On a CPU, JAX runs a convolution several times slower inside a
    loop (a 64×64 DCGAN: over 20 s a step against 5 s), so there it is 1.
    """
    if not gan.has_convolutions:
        return 64
    return 1 if loops_are_slow_for_convolutions() else 8


def _finite(values: list) -> bool:
    return all(np.isfinite(ops.convert_to_numpy(value)).all() for value in values if value is not None)


def _error(received: str, good: int) -> FloatingPointError:
    error = bad_value(
        "Both players stay finite while they train",
        Shown(received),
        f"The weights are those after step {good}; lower the learning rates, or change the loss or penalty",
    )
    return FloatingPointError(*error.args)

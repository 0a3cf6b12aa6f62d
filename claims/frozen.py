"""Runs in which the generator stands still, and what would reach it from a discriminator that learns.

A learning rate of 0 holds the generator. Between the steps of the discriminator we measure the gradient that
the generator would get, by its weights, from the saturating and from the non-saturating loss. It is taken at
fakes as the generator's step reads them: with noise on them where there is instance noise.
"""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

import keras_gan as kg
from keras_gan.training.backend import value_and_grad
from keras_gan.training.step import reader

BATCH_SIZE = 64
STEPS_PER_EPOCH = 50
LEAKY = "leaky_relu_0.2"
NUM_MEASURED = 1_024

Draw = Callable[[int, np.random.Generator], np.ndarray]


class Gradients(keras.callbacks.Callback):
    """Measures the discriminator's accuracy and the gradient norms, before training and after each epoch."""

    def __init__(self, real: np.ndarray, losses: dict[str, kg.Loss]) -> None:
        super().__init__()
        self.real, self.losses = real, losses
        self.rows: list[dict[str, float]] = []

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Measures the fresh discriminator."""
        self.rows.append(self.measure())

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Measures again."""
        self.rows.append(self.measure())

    def measure(self) -> dict[str, float]:
        """Accuracy on fresh samples, and the norm of each loss's gradient by all generator weights."""
        gan = self.model
        z = gan.draw_z(NUM_MEASURED, seed=0)
        real_logits = keras.ops.convert_to_numpy(gan.discriminator(self.real))
        fake_logits = keras.ops.convert_to_numpy(gan.discriminator(gan.generator(z)))
        accuracy = float(((real_logits > 0).mean() + (fake_logits <= 0).mean()) / 2)
        norms = {
            name: gradient_norm(gan, z, loss, read_by(gan, len(z))) for name, loss in self.losses.items()
        }
        return {"accuracy": accuracy, **norms}


def read_by(gan: kg.GAN, num: int) -> Callable:
    """What turns `num` samples into what the discriminator reads in the generator's next step."""
    return reader(gan._loop.players, num)


def gradient_norm(gan: kg.GAN, z: np.ndarray, loss: kg.Loss, read: Callable) -> float:
    """Euclidean norm of the gradient of a generator's loss by all its weights.

    `read` turns fakes into what the discriminator reads; the generator's step has `read_by(gan, len(z))`.
    """
    weights = gan.generator.trainable_variables

    def function() -> tuple[Any, None]:
        return loss.generator_loss(gan.discriminator(read(gan.generator(z)))), None

    others = [
        v
        for v in (*gan.generator.variables, *gan.discriminator.variables)
        if all(v is not w for w in weights)
    ]
    _, gradients = value_and_grad(function, weights, others)
    return float(np.sqrt(sum(np.square(keras.ops.convert_to_numpy(part)).sum() for part in gradients)))


def manifold(seed: int) -> Draw:
    """Real samples on a surface of 4 dimensions in 64: tanh(zA), A normal."""
    matrix = np.random.default_rng(seed).standard_normal((4, 64))
    return lambda num, rng: np.tanh(rng.standard_normal((num, 4)) @ matrix).astype("float32")


def ring(seed: int) -> Draw:
    """Real samples of a ring of 8 narrow modes."""
    modes = kg.ring(num_train=1, num_test=1).modes
    return lambda num, rng: (
        (
            modes[rng.integers(8, size=num)] + 0.01 * rng.standard_normal((num, 2))  # type: ignore[index]
        ).astype("float32")
    )


def batches(draw: Draw, seed: int, size: int) -> Iterator[np.ndarray]:
    """Fresh real samples without end."""
    rng = np.random.default_rng([seed, 1])
    while True:
        yield draw(size, rng)


def frozen_run(
    seed: int,
    draw: Draw,
    *,
    rate: float = 2e-4,
    num_steps: int = 4_000,
    warm_up: int = 0,
    **options: Any,
) -> list[dict[str, float]]:
    """Trains a fresh discriminator against a generator that stays as it is; a row an epoch, 0 first."""
    real = draw(NUM_MEASURED, np.random.default_rng([seed, 2]))
    shape = real.shape[1:]
    common: Any = {"activation": LEAKY, "initializer": "he_normal"}
    generator = kg.mlp_generator(16, shape, seed=4 * seed, **common)
    if warm_up:
        first = kg.GAN(generator, kg.mlp_discriminator(shape, seed=4 * seed + 1, **common), seed=4 * seed)
        _fit(first, draw, seed, 2e-4, 2e-4, warm_up, [])
    losses: dict[str, kg.Loss] = {"saturating": kg.Minimax(), "non-saturating": kg.NonSaturating()}
    if options.get("loss") == "wasserstein":
        losses = {"wasserstein": kg.Wasserstein(unconstrained=True)}
    discriminator = kg.mlp_discriminator(shape, seed=4 * seed + 2, **common)
    gan = kg.GAN(generator, discriminator, seed=4 * seed + 3, **options)
    gradients = Gradients(real, losses)
    _fit(gan, draw, seed + 1, 0.0, rate, num_steps, [gradients])
    return gradients.rows


def _fit(
    gan: kg.GAN,
    draw: Draw,
    seed: int,
    generator_rate: float,
    rate: float,
    num_steps: int,
    callbacks: list[Any],
) -> None:
    generator_optimizer: keras.optimizers.Optimizer = keras.optimizers.Adam(generator_rate, beta_1=0.5)
    gan.compile(
        generator_optimizer=generator_optimizer if generator_rate else keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.Adam(rate, beta_1=0.5),
    )
    gan.fit(
        batches(draw, seed, BATCH_SIZE),
        steps_per_epoch=STEPS_PER_EPOCH,
        epochs=num_steps // STEPS_PER_EPOCH,
        verbose=0,
        callbacks=callbacks,
    )


def at(rows: list[dict[str, float]], step: int) -> dict[str, float]:
    """The row of a step."""
    return rows[step // STEPS_PER_EPOCH]

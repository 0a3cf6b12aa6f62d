"""One small GAN on one of three small data sets, and how much of the data its samples cover.

Compiling takes longer than such a run. So a GAN that was compiled is kept, and starts anew from another seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import keras
import numpy as np

import keras_gan as kg

STEPS, BATCH_SIZE = 1_500, 64
LATENT_DIM, WIDTH, RATE, BETA_1 = 16, 64, 1e-3, 0.5
NUM_POINTS = 1_000
GRID_SIDE, GRID_SPACING = 3, 1.0
KERNEL_DIM = 3


@dataclass(frozen=True)
class Setup:
    """How the small GAN is built and trained; the defaults are the plain one, all others change one thing."""

    loss: kg.Loss = field(default_factory=kg.NonSaturating)
    penalty: kg.Penalty | None = None
    instance_noise: kg.InstanceNoise | None = None
    latent: str = "normal"
    discriminator_steps: int = 1
    discriminator_sgd: float = 0.0  # rate of SGD in the place of Adam
    depth: int = 2
    activation: str = "leaky_relu_0.2"
    batch_normalization: bool = False
    spectral_normalization: bool = False
    num_kernels: int = 0  # of minibatch discrimination
    dropout: float = 0.0  # in the generator, in training and in sampling
    zero_to_one: bool = False  # images in [0, 1] and a sigmoid, in the place of [-1, 1] and a tanh


class Kept:
    """Compiled GANs, and the runs that have ended, in this process."""

    compiled: ClassVar[dict[Any, kg.GAN]] = {}
    ended: ClassVar[dict[Any, float]] = {}


def coverage(setup: Setup, name: str, seed: int) -> float:
    """Trains on a data set; returns the share of test samples that have a generated one near.

    Near means within the distance to the fifth other test sample. A run that leaves the finite numbers
    covers nothing.
    """
    key = (setup, name, seed)
    if key not in Kept.ended:
        Kept.ended[key] = _coverage(setup, name, seed)
    return Kept.ended[key]


def _coverage(setup: Setup, name: str, seed: int) -> float:
    train, test = data_set(name, seed, BATCH_SIZE * STEPS * setup.discriminator_steps)
    gan = started(setup, train.shape[1:], seed)
    try:
        gan.fit((train + 1) / 2 if setup.zero_to_one else train, batch_size=BATCH_SIZE, verbose=0)
    except FloatingPointError:
        return 0.0
    z = gan.draw_z(len(test), seed=seed)
    fake = keras.ops.convert_to_numpy(gan.generator(z, training=setup.dropout > 0))
    fake = 2 * fake - 1 if setup.zero_to_one else fake
    return kg.metrics.neighbour_scores(test.reshape(len(test), -1), fake.reshape(len(test), -1)).coverage


def data_set(name: str, seed: int, num: int) -> tuple[np.ndarray, np.ndarray]:
    """Real samples for training, `num` of them, and others to compare with."""
    if name == "digits":
        digits = kg.load_images("digits")
        rows = np.random.default_rng(seed).integers(len(digits.train), size=num)
        return digits.train[rows], digits.test
    common = {"num_train": num, "num_test": NUM_POINTS, "seed": seed}
    data = kg.ring(**common) if name == "ring" else kg.grid(GRID_SIDE, spacing=GRID_SPACING, **common)
    return data.train, data.test


def started(setup: Setup, shape: tuple[int, ...], seed: int) -> kg.GAN:
    """A compiled GAN at the start of the run that `seed` gives: the same as a new one, bit for bit."""
    key = (setup, shape)
    if key not in Kept.compiled:
        Kept.compiled[key] = compiled(setup, shape)
    gan = Kept.compiled[key]
    gan.restart(*networks(setup, shape, seed), seed=3 * seed + 2)
    return gan


def compiled(setup: Setup, shape: tuple[int, ...], seed: int = 0) -> kg.GAN:
    """A new GAN with its optimizers."""
    gan = kg.GAN(
        *networks(setup, shape, seed),
        loss=setup.loss,
        penalty=setup.penalty,
        instance_noise=setup.instance_noise,
        latent=setup.latent,
        discriminator_steps=setup.discriminator_steps,
        seed=3 * seed + 2,
    )
    adam = [keras.optimizers.Adam(RATE, beta_1=BETA_1) for _ in range(2)]
    sgd = keras.optimizers.SGD(setup.discriminator_sgd) if setup.discriminator_sgd else None
    gan.compile(generator_optimizer=adam[0], discriminator_optimizer=sgd or adam[1])
    return gan


def networks(setup: Setup, shape: tuple[int, ...], seed: int) -> tuple[keras.Model, keras.Model]:
    """The two players, with weights from the seed."""
    common: Any = {
        "widths": (WIDTH,) * setup.depth,
        "activation": setup.activation,
        "batch_normalization": setup.batch_normalization,
    }
    generator = kg.mlp_generator(
        LATENT_DIM,
        shape,
        output_activation="sigmoid" if setup.zero_to_one else None,
        dropout=setup.dropout,
        seed=3 * seed,
        **common,
    )
    discriminator = kg.mlp_discriminator(
        shape, spectral_normalization=setup.spectral_normalization, seed=3 * seed + 1, **common
    )
    if setup.num_kernels:
        start = keras.initializers.GlorotUniform(seed=3 * seed + 1)
        x = discriminator.layers[-2].output
        x = kg.MinibatchDiscrimination(setup.num_kernels, KERNEL_DIM, kernel_initializer=start)(x)
        logit = keras.layers.Dense(1, kernel_initializer=start)(x)
        discriminator = keras.Model(discriminator.inputs, logit)
    return generator, discriminator


def ceiling(name: str, seeds: Sequence[int]) -> float:
    """Mean coverage of as many fresh real samples: the best that a generator can be expected to reach."""
    shares = []
    for seed in seeds:
        train, test = data_set(name, seed, len(data_set(name, seed, 1)[1]))
        shares.append(
            kg.metrics.neighbour_scores(test.reshape(len(test), -1), train.reshape(len(test), -1)).coverage
        )
    return float(np.mean(shares))

"""Dense and convolutional networks on the same digits at four sizes, with equal steps."""

import math
from collections.abc import Callable
from typing import Any, ClassVar

import keras
import numpy as np

import keras_gan as kg
from claims.record import Results, Verdict, in_seeds, judged

BLOCKS = {8: 2, 16: 2, 28: 2, 64: 4}  # doublings of the convolutional generator, by the side of the image
KINDS = ("convolutional", "dense, as many weights", "dense, as many multiplications")
CHANNELS, LATENT_DIM, WIDEST = 64, 32, 4_000
STEPS, BATCH_SIZE, RATE, BETA_1 = 400, 32, 3e-4, 0.5
NUM_TEST = 1_000
FINE, NOT_FINE = 0.75, 0.5  # of what the convolutional networks cover


class Kept:
    """Compiled GANs, and the images of each size, in this process."""

    gans: ClassVar[dict[Any, kg.GAN]] = {}
    images: ClassVar[dict[int, tuple[np.ndarray, np.ndarray]]] = {}


def sizes(seed: int) -> dict[str, Any]:
    """Coverage and roughness of each kind of network at each size."""
    found: dict[str, Any] = {}
    for side in BLOCKS:
        for kind in KINDS:
            found[f"{side}, {kind}"], found[f"{side}, {kind}, roughness"] = scores(side, kind, seed)
    return found


def scores(side: int, kind: str, seed: int) -> tuple[float, float]:
    """Share of unseen digits with a sample near, and the roughness of the samples over that of digits."""
    train, test = images(side)
    players = networks(side, kind, seed)
    if (side, kind) not in Kept.gans:
        Kept.gans[side, kind] = compiled(*players)
    gan = Kept.gans[side, kind]
    gan.restart(*players, seed=3 * seed + 2)
    gan.fit(train, batch_size=BATCH_SIZE, verbose=0)
    fake = gan.sample(len(test), seed=seed)
    near = kg.metrics.neighbour_scores(test.reshape(len(test), -1), fake.reshape(len(fake), -1))
    return near.coverage, roughness(fake) / roughness(test)


def roughness(pictures: np.ndarray) -> float:
    """Mean squared difference of neighbouring pixels."""
    return float(np.mean([np.square(np.diff(pictures, axis=axis)).mean() for axis in (1, 2)]))


def images(side: int) -> tuple[np.ndarray, np.ndarray]:
    """MNIST scaled to that side: as many images as the steps take, and 1,000 unseen ones."""
    if side not in Kept.images:
        mnist = kg.load_images("mnist")
        parts = mnist.train[: STEPS * BATCH_SIZE], mnist.test[:NUM_TEST]
        Kept.images[side] = tuple(resized(part, side) for part in parts)  # type: ignore[assignment]
    return Kept.images[side]


def resized(pictures: np.ndarray, side: int) -> np.ndarray:
    """The pictures at another size, by a bilinear filter that averages when it shrinks."""
    scaled = keras.ops.image.resize(pictures, (side, side), antialias=True, data_format="channels_last")
    return np.clip(keras.ops.convert_to_numpy(scaled), -1, 1)


def networks(side: int, kind: str, seed: int) -> tuple[keras.Model, keras.Model]:
    """The two players, with weights from the seed."""
    width, blocks = CHANNELS // 2 ** (BLOCKS[side] - 1), BLOCKS[side]
    shape, seeds = (side, side, 1), (3 * seed, 3 * seed + 1)
    pair = (
        kg.conv_generator(LATENT_DIM, shape, width=width, num_blocks=blocks, seed=seeds[0]),
        kg.conv_discriminator(shape, width=width, num_blocks=blocks, batch_normalization=True, seed=seeds[1]),
    )
    if kind == KINDS[0]:
        return pair
    count = weights if kind == KINDS[1] else multiplications
    hidden = [
        widest(cost, count(player)) for cost, player in zip(dense_costs(side * side, kind), pair, strict=True)
    ]
    return (
        kg.mlp_generator(LATENT_DIM, shape, widths=(hidden[0],) * 2, batch_normalization=True, seed=seeds[0]),
        kg.mlp_discriminator(shape, widths=(hidden[1],) * 2, seed=seeds[1]),
    )


def dense_costs(pixels: int, kind: str) -> tuple[Callable[[int], int], Callable[[int], int]]:
    """Weights or multiplications of a dense generator and discriminator with two hidden layers."""
    if kind == KINDS[1]:
        return (
            lambda width: LATENT_DIM * width + width**2 + 4 * width + (width + 1) * pixels,
            lambda width: (pixels + 1) * width + (width + 1) * width + width + 1,
        )
    return (
        lambda width: LATENT_DIM * width + width**2 + width * pixels,
        lambda width: pixels * width + width**2 + width,
    )


def widest(cost: Callable[[int], int], limit: int) -> int:
    """The largest width whose cost stays within the limit."""
    return max(width for width in range(1, WIDEST) if cost(width) <= limit)


def weights(model: keras.Model) -> int:
    """The number of weights that are trained."""
    return sum(math.prod(each.shape) for each in model.trainable_weights)


def multiplications(model: keras.Model) -> int:
    """Multiplications for one sample, those with padding counted, those of normalisation left out."""
    total = 0
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            transposed = isinstance(layer, keras.layers.Conv2DTranspose)
            places = (layer.input if transposed else layer.output).shape[1:-1]
            total += math.prod(layer.kernel.shape) * math.prod(places)
    return total


def compiled(generator: keras.Model, discriminator: keras.Model) -> kg.GAN:
    """A GAN with its optimizers."""
    gan = kg.GAN(generator, discriminator)
    adam = [keras.optimizers.Adam(RATE, beta_1=BETA_1) for _ in range(2)]
    gan.compile(generator_optimizer=adam[0], discriminator_optimizer=adam[1])
    return gan


def fine_for_small_only(results: Results) -> Verdict:
    """S3."""
    needed = len(results)

    def reached(share: float, side: int) -> list[bool]:
        return [row[f"{side}, {KINDS[1]}"] >= share * row[f"{side}, {KINDS[0]}"] for row in results]

    large = [not flag for flag in reached(NOT_FINE, max(BLOCKS))]
    return judged(
        in_seeds(f"8 pixels: at least {FINE:.0%} of the coverage", needed, reached(FINE, min(BLOCKS))),
        in_seeds(f"64 pixels: less than {NOT_FINE:.0%}", needed, large),
    )

"""Toy distributions whose modes and density are known: what a GAN can be measured against."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.datasets import make_moons

from keras_gan._checks import (
    Shown,
    bad_value,
    check_array,
    check_count,
    check_fits,
    check_positive,
    check_seed,
)
from keras_gan.data.dataset import Dataset


def ring(
    num_modes: int = 8,
    *,
    radius: float = 1.0,
    std: float = 0.05,
    weights: ArrayLike | None = None,
    num_train: int = 40_000,
    num_test: int = 2_500,
    seed: int = 0,
) -> Dataset:
    """Draws equal Gaussians whose centres lie evenly on a circle: the classic test of mode collapse.

    The centres are `num_modes` *different* points. A well-known copy of this set uses
    `linspace(0, 2 * pi, 8)`, which repeats the first point and has seven modes.

    Args:
        num_modes: Number of Gaussians.
        radius: Radius of the circle; the first centre is `(radius, 0)`.
        std: Standard deviation of each Gaussian. PacGAN uses 0.01, which a small network cannot
            hit within a minute of training; 0.05 keeps the modes 15 standard deviations apart.
        weights: Probability of each mode, `(num_modes,)`, scaled to sum 1; None for equal ones.
        num_train: Number of training points. PacGAN draws 100,000.
        num_test: Number of test points; 2,500 is the size published scores use.
        seed: Seed of both draws. The training points don't depend on `num_test`.

    Raises:
        ValueError: A count, size or weight is out of range.

    Example:
        >>> ring(num_modes=8).modes.shape
        (8, 2)

    Reference:
        Lin et al. 2018, "PacGAN: The power of two samples in generative adversarial networks", section 4.1.
    """
    check_fits("Modes", (check_count("num_modes", num_modes), 2), "Take fewer", itemsize=8)
    check_positive("radius", radius)
    angles = 2 * np.pi * np.arange(num_modes) / num_modes
    modes = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return _mixture("ring", modes, std, weights, (num_train, num_test), seed)


def grid(
    side: int = 5,
    *,
    spacing: float = 2.0,
    std: float = 0.05,
    weights: ArrayLike | None = None,
    num_train: int = 40_000,
    num_test: int = 2_500,
    seed: int = 0,
) -> Dataset:
    """Draws equal Gaussians on a square grid around the origin; 25 of them by default.

    Args:
        side: Number of Gaussians along each side; mode `side * i + j` has the i-th x, the j-th y.
        spacing: Distance of neighbouring centres.
        std: Standard deviation of each Gaussian; the default is PacGAN's.
        weights: Probability of each mode, `(side * side,)`, scaled to sum 1; None for equal ones.
        num_train: Number of training points. PacGAN draws 100,000.
        num_test: Number of test points.
        seed: Seed of both draws.

    Raises:
        ValueError: A count, size or weight is out of range.

    Example:
        >>> float(grid().modes.max())
        4.0

    Reference:
        Lin et al. 2018, "PacGAN: The power of two samples in generative adversarial networks", section 4.1.
    """
    check_fits("Modes", (check_count("side", side), side, 2), "Take fewer", itemsize=8)
    check_positive("spacing", spacing)
    ticks = spacing * (np.arange(side) - (side - 1) / 2)
    modes = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 2)
    return _mixture("grid", modes, std, weights, (num_train, num_test), seed)


def moons(*, std: float = 0.05, num_train: int = 10_000, num_test: int = 2_500, seed: int = 0) -> Dataset:
    """Draws two interleaved half circles, labelled 0 and 1: two modes that are no Gaussians.

    Args:
        std: Standard deviation of the Gaussian noise around the curves.
        num_train: Number of training points.
        num_test: Number of test points.
        seed: Seed of both draws.

    Raises:
        ValueError: A count or size is out of range.

    Example:
        >>> moons().sample_shape
        (2,)
    """
    check_positive("std", std, or_zero=True)
    parts: list[Any] = []
    for num, rng in zip((num_train, num_test), _streams(num_train, num_test, seed), strict=True):
        points, labels = make_moons(num, noise=std, random_state=int(rng.integers(2**31)))
        parts.append((points.astype(np.float32), labels.astype(np.int64)))
    (train, train_labels), (test, test_labels) = parts
    return Dataset(train, test, train_labels, test_labels, name="moons")


def _mixture(
    name: str,
    modes: NDArray[np.float64],
    std: float,
    weights: ArrayLike | None,
    counts: tuple[int, int],
    seed: int,
) -> Dataset:
    check_positive("std", std)
    shares = _shares(weights, len(modes))
    parts: list[Any] = []
    for num, rng in zip(counts, _streams(*counts, seed), strict=True):
        labels = rng.choice(len(modes), num, p=shares)
        points = modes[labels] + std * rng.standard_normal((num, modes.shape[1]))
        parts.append((points.astype(np.float32), labels.astype(np.int64)))
    (train, train_labels), (test, test_labels) = parts
    return Dataset(train, test, train_labels, test_labels, name, modes, float(std), shares)


def _shares(weights: ArrayLike | None, num_modes: int) -> NDArray[np.float64]:
    shares = np.ones(num_modes) if weights is None else check_array("weights", weights)
    if shares.shape != (num_modes,) or not np.all(np.isfinite(shares) & (shares > 0)):
        raise bad_value(
            f"`weights` holds {num_modes} positive numbers, one a mode",
            weights,
            "Pass None for equal weights",
        )
    return shares / shares.sum()


def _streams(num_train: int, num_test: int, seed: int) -> list[np.random.Generator]:
    num = check_count("num_train", num_train) + check_count("num_test", num_test)
    check_fits("Points", (num, 2), "Draw fewer", itemsize=8)
    check_seed(seed)
    return np.random.default_rng(seed).spawn(2)


NUM_CHANNELS = 3


def stacked_digits(
    digits: Dataset, *, num_train: int = 20_000, num_test: int = 10_000, seed: int = 0
) -> Dataset:
    """Stacks three random digits into one colour image: 1,000 modes, which a classifier can count.

    The triples are drawn with replacement, training images from training digits and test images from
    test digits. Published scores train on 128,000 triples and count the modes of 26,000 samples.

    Args:
        digits: Grey images with labels, such as `load_images("mnist")`.
        num_train: Number of training images.
        num_test: Number of test images.
        seed: Seed of both draws. The training images don't depend on `num_test`.

    Returns:
        Images `(n, height, width, 3)` whose label is 100 a + 10 b + c for ten classes of digits: a is the
        first channel's class. In general it is a number in base `num_classes`.

    Raises:
        ValueError: `digits` has no labels or more than one channel, or a count is out of range.

    Example:
        >>> from keras_gan.data import load_images
        >>> stacked_digits(load_images("digits"), num_train=100, num_test=50)
        Dataset('stacked digits', train=(100, 8, 8, 3), test=(50, 8, 8, 3))

    Reference:
        Metz et al. 2017, "Unrolled generative adversarial networks", section 3.3.1, arXiv:1611.02163;
        Lin et al. 2018, "PacGAN: The power of two samples in generative adversarial networks", section 4.2.
    """
    num = check_count("num_train", num_train) + check_count("num_test", num_test)
    check_fits("Images", (num, *digits.sample_shape[:2], NUM_CHANNELS), "Draw fewer")
    labels = digits.train_labels, digits.test_labels
    if labels[0] is None or labels[1] is None or digits.train.ndim != 4 or digits.train.shape[3] != 1:
        todo = "Pass `load_images('mnist')` or `load_images('digits')`"
        raise bad_value("`digits` holds grey images with labels", Shown(repr(digits)), todo)
    num_classes = 1 + int(max(labels[0].max(), labels[1].max()))
    train_rng, test_rng = np.random.default_rng(check_seed(seed)).spawn(2)
    train, train_labels = _stack(digits.train, labels[0], num_classes, num_train, train_rng)
    test, test_labels = _stack(digits.test, labels[1], num_classes, num_test, test_rng)
    return Dataset(train, test, train_labels, test_labels, name=f"stacked {digits.name}")


def stacked_label(channels: NDArray[np.int64], num_classes: int) -> NDArray[np.int64]:
    """Returns one label for the labels of the channels, `(n, 3)`: a number whose digits they are."""
    return channels @ num_classes ** np.arange(channels.shape[1])[::-1]


def _stack(
    images: NDArray[np.float32],
    labels: NDArray[np.int64],
    num_classes: int,
    num: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    chosen = rng.integers(len(images), size=(num, NUM_CHANNELS))
    stacked = np.stack([images[channel, :, :, 0] for channel in chosen.T], axis=-1)
    return stacked, stacked_label(labels[chosen], num_classes)

"""What to imitate: toy distributions with known modes and density, and image sets in [-1, 1]."""

from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.datasets import make_moons

from keras_gan import _images
from keras_gan._checks import check_array, check_count, check_number, check_positive, check_seed
from keras_gan._dataset import Dataset
from keras_gan._errors import bad_value


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
    check_count("num_modes", num_modes)
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
    check_count("side", side)
    check_positive("spacing", spacing)
    ticks = spacing * (np.arange(side) - (side - 1) / 2)
    modes = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 2)
    return _mixture("grid", modes, std, weights, (num_train, num_test), seed)


def line(
    offset: float = 0.0,
    *,
    length: float = 2.0,
    std: float = 0.0,
    num_train: int = 10_000,
    num_test: int = 2_500,
    seed: int = 0,
) -> Dataset:
    """Draws points of a vertical segment: data on a curve, where densities do not exist.

    Two such segments with different `offset` share no point, so their Jensen-Shannon divergence
    is log 2 however near they are, while their Wasserstein distance is the difference of offsets.

    Args:
        offset: The x of the segment.
        length: Length of the segment; y is uniform in [-length / 2, length / 2].
        std: Standard deviation of Gaussian noise added to x and y; 0 for the bare segment.
        num_train: Number of training points.
        num_test: Number of test points.
        seed: Seed of both draws.

    Raises:
        ValueError: A count or size is out of range.

    Example:
        >>> line(1.0).train[:, 0].tolist()[:2]
        [1.0, 1.0]

    Reference:
        Arjovsky et al. 2017, "Wasserstein GAN", example 1.
    """
    check_number("offset", offset)
    check_positive("length", length)
    check_positive("std", std, or_zero=True)

    def draw(num: int, rng: np.random.Generator) -> NDArray[np.float32]:
        points = np.stack([np.full(num, offset), rng.uniform(-length / 2, length / 2, num)], axis=1)
        return (points + std * rng.standard_normal((num, 2))).astype(np.float32)

    train_rng, test_rng = _streams(num_train, num_test, seed)
    return Dataset(draw(num_train, train_rng), draw(num_test, test_rng), name="line")


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


def load_images(
    name: str | PathLike[str],
    *,
    size: int | tuple[int, int] | None = None,
    value_range: tuple[float, float] | None = None,
    seed: int = 0,
) -> Dataset:
    """Loads images as float32 in [-1, 1], channels last, split into training and test images.

    Args:
        name: `"digits"` (8 × 8, needs no network), `"mnist"`, `"fashion_mnist"` or `"cifar10"`,
            from `$KERAS_GAN_DATA/<name>.npz` where that file exists, else through Keras, which
            downloads once; or a path. An `.npz` file holds `x_train` and, if you like, `y_train`,
            `x_test`, `y_test`. A folder holds pictures; sub-folders, if any, name the classes.
        size: `(height, width)`, or one number for squares, to which images are scaled.
        value_range: The lowest and highest possible pixel value of an `.npz` file. It is (0, 255)
            for uint8; other types must say it, since it is never guessed from the pixels.
        seed: Seed of the split, a tenth (digits: a fifth) of each class, where no test set is given.

    Raises:
        ValueError: An argument, or the content of a file, is not as described above.
        OSError: A file can't be read, or can't be downloaded (`ConnectionError`).

    Example:
        >>> load_images("digits")
        Dataset('digits', train=(1438, 8, 8, 1), test=(359, 8, 8, 1))
    """
    check_seed(seed)
    arrays = _images.load(name, size, value_range, seed)
    return Dataset(
        arrays.train,
        arrays.test,
        arrays.train_labels,
        arrays.test_labels,
        arrays.name,
        label_names=arrays.label_names,
    )


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
    check_count("num_train", num_train)
    check_count("num_test", num_test)
    check_seed(seed)
    return np.random.default_rng(seed).spawn(2)

"""What nearest neighbours tell: quality and variety apart, and whether training items were memorised."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist
from sklearn.metrics import pairwise_distances_argmin

from keras_gan._checks import Shown, bad_value, check_array, check_count, check_number
from keras_gan.metrics.distances import check_features, check_pair

BLOCK = 1 << 24  # distances at a time: 128 MiB
PRECISION_NEIGHBOURS, COVERAGE_NEIGHBOURS = 3, 5  # as in the papers


@dataclass(frozen=True)
class NeighbourScores:
    """Four shares from the balls that reach from each sample to one of its nearest neighbours.

    Attributes:
        precision: Share of the fakes inside some real sample's ball: quality.
        recall: Share of the real samples inside some fake's ball: variety.
        density: Real balls that a fake lies in, divided by their expected number: quality, and outliers
            among the real samples count little. About 1 for equal distributions, and may be above.
        coverage: Share of the real samples whose ball holds a fake: variety.
    """

    precision: float
    recall: float
    density: float
    coverage: float

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.3f} | recall {self.recall:.3f} | "
            f"density {self.density:.3f} | coverage {self.coverage:.3f}"
        )


def neighbour_scores(
    real_features: ArrayLike, fake_features: ArrayLike, *, num_neighbours: int | None = None
) -> NeighbourScores:
    """Returns precision, recall, density and coverage: quality and variety as numbers of their own.

    The best values are not 1. Two sets from one distribution have a precision and a recall well below
    1 in many dimensions, and a coverage of about 1 - 2^-k. So read them beside those of real samples.

    Args:
        real_features: `(n, d)`, more rows than neighbours, such as `Classifier.features(images)`.
        fake_features: `(m, d)`; take m = n, since all four depend on both numbers.
        num_neighbours: k, whose distance is the radius of a sample's ball; None for the papers'
            3 (precision and recall) and 5 (density and coverage).

    Returns:
        Precision, recall and coverage in [0, 1], and density from 0 up.

    Raises:
        ValueError: A set is not `(n, d)`, not finite or too small, or the sets have other features.

    Example:
        >>> line = np.arange(10.0)[:, None]
        >>> print(neighbour_scores(line, line[:5] + 0.1, num_neighbours=1))
        precision 1.000 | recall 0.600 | density 2.000 | coverage 0.600

    Reference:
        Kynkäänniemi et al. 2019, "Improved precision and recall metric for assessing generative
        models", equations 1 and 2, arXiv:1904.06991; Naeem et al. 2020, "Reliable fidelity and diversity
        metrics for generative models", equations 3 and 4, arXiv:2002.09797.
    """
    narrow, wide = PRECISION_NEIGHBOURS, COVERAGE_NEIGHBOURS
    if num_neighbours is not None:
        narrow = wide = check_count("num_neighbours", num_neighbours)
    real, fake = check_pair(real_features, fake_features, least=max(narrow, wide) + 1)
    (narrow_radii, wide_radii), (fake_radii,) = _radii(real, narrow, wide), _radii(fake, narrow)
    is_precise = np.zeros(len(fake), bool)
    recalled = covered = num_inside = 0
    for rows, distances in _distances(real, fake):
        is_precise |= (distances <= narrow_radii[rows, None]).any(axis=0)
        recalled += int((distances <= fake_radii).any(axis=1).sum())
        is_inside = distances <= wide_radii[rows, None]
        covered += int(is_inside.any(axis=1).sum())
        num_inside += int(is_inside.sum())
    return NeighbourScores(
        precision=float(is_precise.mean()),
        recall=recalled / len(real),
        density=num_inside / (wide * len(fake)),
        coverage=covered / len(real),
    )


@dataclass(frozen=True, eq=False, repr=False)
class Memorisation:
    """How near generated samples lie to training items, beside held-out real ones.

    Attributes:
        indices: int64 `(n,)`, the training item nearest to each sample.
        distances: float64 `(n,)`, the Euclidean distance to it.
        threshold: Distance within which `expected` of the held-out real items lie.
        share: Share of the samples within the threshold: near `expected` for fresh samples of the
            true distribution, 1 for copies, below `expected` for samples far from all data.
        expected: The quantile that set the threshold.
    """

    indices: NDArray[np.int64]
    distances: NDArray[np.float64]
    threshold: float
    share: float
    expected: float

    def __str__(self) -> str:
        return (
            f"{self.share:.1%} of {len(self.distances)} samples are nearer to a training item than "
            f"{self.threshold:.3g}; of held-out real items {self.expected:.1%} are"
        )

    __repr__ = __str__


def memorisation(
    samples: ArrayLike, train: ArrayLike, held_out: ArrayLike, *, quantile: float = 0.05
) -> Memorisation:
    """Finds the training item nearest to each sample, and says how many samples lie suspiciously near.

    Distances alone prove nothing: real digits resemble one another as well. So the distances of real
    items that the generator never saw set the scale.

    Args:
        samples: `(n, ...)`: images, points or features.
        train: `(m, ...)`, what the generator was trained on.
        held_out: `(h, ...)`, real items of the same kind that are not in `train`.
        quantile: Share in [0, 1] of `held_out` that lies within the threshold.

    Raises:
        ValueError: A set is empty, not finite or of another shape, or `quantile` is out of range.

    Example:
        >>> train, held_out = np.zeros((5, 2)), np.ones((9, 2))
        >>> memorisation([[0.0, 0.1], [3.0, 4.0]], train, held_out)
        50.0% of 2 samples are nearer to a training item than 1.41; of held-out real items 5.0% are

    Reference:
        Goodfellow et al. 2014, "Generative adversarial nets", figure 2, shows the nearest training items.
    """
    check_number("quantile", quantile, 0, 1)
    rows = {
        name: _rows(name, value)
        for name, value in (("samples", samples), ("train", train), ("held_out", held_out))
    }
    shapes = {np.shape(value)[1:] for value in (samples, train, held_out)}
    if len(shapes) > 1:
        received = Shown(" and ".join(map(str, sorted(shapes, key=str))))
        raise bad_value(
            "`samples`, `train` and `held_out` have one shape but for n", received, "Reshape them"
        )
    indices, distances = _nearest(rows["samples"], rows["train"])
    threshold = float(np.quantile(_nearest(rows["held_out"], rows["train"])[1], quantile))
    share = float((distances <= threshold).mean())
    return Memorisation(indices, distances, threshold, share, float(quantile))


def _rows(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """Returns each item as a row of features."""
    array = check_array(name, value)
    return check_features(name, array.reshape(len(array), -1) if array.ndim > 1 and len(array) else array)


def _nearest(
    points: NDArray[np.float64], others: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Returns the index of the nearest of `others` to each point, and its distance."""
    indices = pairwise_distances_argmin(points, others).astype(np.int64)
    # Found by matrix products, whose rounding would leave a copy at a small distance: hence the difference.
    return indices, np.linalg.norm(points - others[indices], axis=1)


def _distances(
    points: NDArray[np.float64], others: NDArray[np.float64]
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Yields some rows at a time and their distances to all `others`."""
    step = max(1, BLOCK // len(others))
    for start in range(0, len(points), step):
        rows = slice(start, start + step)
        yield rows, cdist(points[rows], others)


def _radii(points: NDArray[np.float64], *neighbours: int) -> list[NDArray[np.float64]]:
    """Returns for each k the distance from each point to its k-th nearest other point."""
    # Position 0 is the point itself, at distance 0.
    parts = [
        np.partition(distances, neighbours)[:, neighbours] for _, distances in _distances(points, points)
    ]
    return list(np.concatenate(parts).T)

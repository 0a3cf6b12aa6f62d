"""Scores against known modes: which of them samples reach, how near they lie, in what proportions.

A value means little without the value of a perfect sampler beside it: `mode_report` prints both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree
from scipy.stats import chi2

from keras_gan._checks import Shown, bad_value, check_array, check_count, check_number, check_positive
from keras_gan.data.dataset import Dataset
from keras_gan.metrics.classes import class_kl, kl_floor

NUM_STD = 3.0
LARGEST = 1e100  # the squares of larger numbers are infinite


def modes_captured(
    samples: ArrayLike,
    modes: ArrayLike,
    std: float,
    *,
    min_share: float = 0.0,
    num_std: float = NUM_STD,
) -> int:
    """Counts the modes that have a high-quality sample: one within `num_std` standard deviations.

    One sample is enough by default, which is how VEEGAN and PacGAN count. A generator that hits a
    mode once in 2,500 draws then counts like one that covers it, so read the count beside
    `kl_to_weights`, or ask for more with `min_share`.

    Args:
        samples: `(n, dim)`.
        modes: Centres of the modes, `(m, dim)`, all different.
        std: Standard deviation of each mode in each direction.
        min_share: Least share in [0, 1] of all samples that must lie within reach of a mode.
        num_std: Radius of a mode in standard deviations.

    Returns:
        The number of captured modes, 0 to m. A perfect sampler misses mode k with probability
        (1 - weight[k] * ceiling) ** n: never, in practice, for 8 modes and 2,500 samples.

    Raises:
        ValueError: A sample is not finite, the shapes differ, modes repeat or a number is out of range.

    Example:
        >>> modes_captured([[0.0, 0.1], [5.0, 5.0]], modes=[[0, 0], [5, 9]], std=0.1)
        1

    Reference:
        Srivastava et al. 2017, "VEEGAN", section 5; Lin et al. 2018, "PacGAN", section 4.
    """
    check_number("min_share", min_share, 0, 1)
    nearest, is_near, num_modes = _assigned(samples, modes, std, num_std)
    hits = np.bincount(nearest[is_near], minlength=num_modes)
    return int(np.count_nonzero(hits >= max(1.0, min_share * len(nearest))))


def high_quality_share(
    samples: ArrayLike, modes: ArrayLike, std: float, *, num_std: float = NUM_STD
) -> float:
    """Returns the share of samples within `num_std` standard deviations of their nearest mode.

    The best value is not 1. Of true samples in two dimensions 1 - exp(-4.5) = 98.889 % lie within
    three standard deviations (`high_quality_ceiling`); a higher share means modes that are too narrow.

    Args:
        samples: `(n, dim)`.
        modes: Centres of the modes, `(m, dim)`, all different.
        std: Standard deviation of each mode in each direction.
        num_std: Radius of a mode in standard deviations.

    Returns:
        A share in [0, 1]. Its standard error is sqrt(share * (1 - share) / n), 0.2 % at the ceiling
        for 2,500 samples.

    Raises:
        ValueError: A sample is not finite, the shapes differ, modes repeat or a number is out of range.

    Example:
        >>> high_quality_share([[0.0, 0.1], [5.0, 5.0]], modes=[[0, 0]], std=0.1)
        0.5

    Reference:
        Srivastava et al. 2017, "VEEGAN", section 5; Lin et al. 2018, "PacGAN", section 4.
    """
    return float(_assigned(samples, modes, std, num_std)[1].mean())


def high_quality_ceiling(dim: int = 2, *, num_std: float = NUM_STD) -> float:
    """Returns the high-quality share of the true distribution, where its modes lie far apart.

    Args:
        dim: Dimension of the samples.
        num_std: Radius of a mode in standard deviations.

    Returns:
        P(chi-squared with `dim` degrees of freedom <= `num_std` squared). In hundreds of dimensions
        it is 0: there the score means nothing.

    Raises:
        ValueError: A number is out of range.

    Example:
        >>> round(high_quality_ceiling(2), 5)
        0.98889
    """
    check_count("dim", dim)
    check_positive("num_std", num_std)
    return float(chi2.cdf(num_std**2, dim))


def kl_to_weights(samples: ArrayLike, modes: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Returns KL(histogram of the samples || weights): how far the proportions of the modes are off.

    Every sample counts for its nearest mode, however far it lies. Papers call it the reverse KL,
    because the generated distribution stands first.

    Args:
        samples: `(n, dim)`.
        modes: Centres of the modes, `(m, dim)`, all different.
        weights: True probability of each mode, `(m,)`, all positive, sum 1; None for 1 / m each.

    Returns:
        Nats, from 0 up to log m for equal weights (all samples in one mode). A perfect sampler has
        about (m - 1) / (2 n), not 0: see `kl_floor`.

    Raises:
        ValueError: A sample is not finite, shapes differ, modes repeat or the weights are none.

    Example:
        >>> round(kl_to_weights([[0.0, 0.0]], modes=[[0, 0], [1, 1]]), 4)
        0.6931

    Reference:
        Lin et al. 2018, "PacGAN: The power of two samples in generative adversarial networks", section 4.
    """
    nearest, _, num_modes = _assigned(samples, modes, 1.0, NUM_STD)
    return class_kl(nearest, num_modes, weights=weights)


@dataclass(frozen=True)
class ModeReport:
    """The three scores of samples from a Gaussian mixture, with the best values they can have.

    Attributes:
        modes: Captured modes; at best `num_modes`.
        num_modes: Modes there are.
        high_quality: Share within three standard deviations of a mode; at best `high_quality_ceiling`.
        high_quality_ceiling: What true samples reach.
        kl: KL of the mode proportions in nats; at best about `kl_floor`.
        kl_floor: What as many true samples reach on average.
        kl_collapsed: The KL of samples that all lie in the rarest mode.
    """

    modes: int
    num_modes: int
    high_quality: float
    high_quality_ceiling: float
    kl: float
    kl_floor: float
    kl_collapsed: float

    def __str__(self) -> str:
        return (
            f"modes {self.modes} of {self.num_modes} | "
            f"high quality {self.high_quality:.1%} (true samples {self.high_quality_ceiling:.1%}) | "
            f"KL {self.kl:.4f} nats (true samples {self.kl_floor:.4f}, one mode {self.kl_collapsed:.2f})"
        )


def mode_report(samples: ArrayLike, dataset: Dataset, *, min_share: float = 0.0) -> ModeReport:
    """Scores samples against the modes of a `ring`, a `grid` or another Gaussian mixture.

    Args:
        samples: `(n, dim)`; published scores use 2,500.
        dataset: Supplies the modes, their standard deviation and their weights.
        min_share: As in `modes_captured`.

    Raises:
        ValueError: `dataset` has no modes, or `samples` is not as `modes_captured` wants it.

    Example:
        >>> from keras_gan.data import ring
        >>> mode_report(ring().test, ring()).modes
        8
    """
    modes, std, weights = (getattr(dataset, name, None) for name in ("modes", "std", "weights"))
    if modes is None or std is None or weights is None:
        todo = "Use `ring` or `grid`, or measure images by `sample_report`"
        raise bad_value("`dataset` is a Gaussian mixture", dataset, todo)
    return ModeReport(
        modes=modes_captured(samples, modes, std, min_share=min_share),
        num_modes=len(modes),
        high_quality=high_quality_share(samples, modes, std),
        high_quality_ceiling=high_quality_ceiling(modes.shape[1]),
        kl=kl_to_weights(samples, modes, weights),
        kl_floor=kl_floor(len(modes), len(np.asarray(samples))),
        kl_collapsed=float(-np.log(weights.min())),
    )


def _assigned(
    samples: ArrayLike, modes: ArrayLike, std: float, num_std: float
) -> tuple[NDArray[np.intp], NDArray[np.bool_], int]:
    """Returns the nearest mode of each sample, if it lies within reach, and the number of modes."""
    check_positive("std", std)
    check_positive("num_std", num_std)
    points, centres = check_array("samples", samples), check_array("modes", modes)
    if centres.ndim != 2 or len(np.unique(centres.round(6), axis=0)) != len(centres):
        todo = "Pass each centre once; `linspace(0, 2 * pi, 8)` repeats the first"
        raise bad_value("`modes` has shape (m, dim), and no row twice", Shown(f"shape {centres.shape}"), todo)
    if points.ndim != 2 or len(points) == 0 or points.shape[1] != centres.shape[1]:
        received = Shown(f"shape {points.shape}")
        raise bad_value(f"`samples` has shape (n, {centres.shape[1]})", received, "Pass one sample a row")
    broken = int((~(np.abs(points) < LARGEST)).any(axis=1).sum())
    if broken:
        received = Shown(f"NaN or infinity in {broken} of {len(points)}, or a number beyond {LARGEST:g}")
        raise bad_value("All samples are finite", received, "Look for the step at which training diverged")
    distances, nearest = KDTree(centres).query(points)
    return nearest, distances <= num_std * std, len(centres)

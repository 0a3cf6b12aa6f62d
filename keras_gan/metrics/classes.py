"""Scores from the classes that samples fall into: how many, in what proportions, how surely.

The classes may be modes of a mixture, digits as a classifier reads them, or the 1,000 triples of
stacked digits. A classifier that errs finds classes that are not there: see `expected_classes`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import rel_entr
from scipy.stats import binom

from keras_gan._checks import Shown, bad_value, check_array, check_count, check_fits, check_number


def class_kl(labels: ArrayLike, num_classes: int, *, weights: ArrayLike | None = None) -> float:
    """Returns KL(histogram of the labels || weights): how far the proportions of the classes are off.

    Args:
        labels: Integers `(n,)` in `range(num_classes)`.
        num_classes: m, the number of classes.
        weights: True probability of each class, `(m,)`, all positive, sum 1; None for 1 / m each.

    Returns:
        Nats, from 0 up to log m for equal weights (all samples in one class). A perfect sampler has
        about (m - 1) / (2 n), not 0: see `kl_floor`.

    Raises:
        ValueError: A label is out of range, or the weights are none.

    Example:
        >>> round(class_kl([0, 0, 1, 1], 4), 4)
        0.6931
    """
    counts = _counts(labels, num_classes)
    return float(rel_entr(counts / counts.sum(), _shares(weights, num_classes)).sum())


def kl_floor(num_modes: int, num_samples: int) -> float:
    """Returns the expected `kl_to_weights` or `class_kl` of a perfect sampler: (m - 1) / (2 n), in nats.

    It is the first term of an expansion in 1 / n (2 n KL tends to a chi-squared variable with m - 1
    degrees of freedom), good where every mode expects five samples or more.

    Args:
        num_modes: m, the number of modes.
        num_samples: n, the number of samples.

    Raises:
        ValueError: A count is not a positive integer.

    Example:
        >>> kl_floor(8, 2_500)
        0.0014
    """
    check_count("num_modes", num_modes)
    check_count("num_samples", num_samples)
    return (num_modes - 1) / (2 * num_samples)


@dataclass(frozen=True)
class ClassReport:
    """How many classes samples fall into and in what proportions, with the best and the worst values.

    Attributes:
        classes: Classes with `min_hits` samples or more; at best `num_classes`.
        num_classes: Classes there are.
        min_hits: Samples that a class needs in order to count.
        kl: KL of the proportions in nats; at best about `kl_floor`.
        kl_floor: What as many true samples reach on average.
        kl_collapsed: The KL of samples that all lie in the rarest class.
    """

    classes: int
    num_classes: int
    min_hits: int
    kl: float
    kl_floor: float
    kl_collapsed: float

    def __str__(self) -> str:
        hits = "a hit" if self.min_hits == 1 else f"{self.min_hits} hits"
        return (
            f"{self.classes} of {self.num_classes} classes have {hits} or more | "
            f"KL {self.kl:.4f} nats (true samples {self.kl_floor:.4f}, one class {self.kl_collapsed:.2f})"
        )


def class_report(
    labels: ArrayLike, num_classes: int, *, weights: ArrayLike | None = None, min_hits: int = 1
) -> ClassReport:
    """Counts the classes that samples reach, such as the 1,000 modes of stacked digits.

    Published counts take one hit for a mode, so every slip of the classifier can add one. Ask for
    more with `min_hits`, a quarter of the expected hits n / (4 m), say, and see `expected_classes`.

    Args:
        labels: Integers `(n,)` in `range(num_classes)`, as a classifier gives them.
        num_classes: m, the number of classes. Published scores on 1,000 modes use 26,000 samples.
        weights: True probability of each class, `(m,)`, all positive, sum 1; None for 1 / m each.
        min_hits: Samples that a class needs in order to count.

    Raises:
        ValueError: A label or count is out of range, or the weights are none.

    Example:
        >>> print(class_report([0, 0, 1, 2], 4, min_hits=2))
        1 of 4 classes have 2 hits or more | KL 0.3466 nats (true samples 0.3750, one class 1.39)

    Reference:
        Lin et al. 2018, "PacGAN: The power of two samples in generative adversarial networks", section 4.2.
    """
    check_count("min_hits", min_hits)
    counts = _counts(labels, num_classes)
    return ClassReport(
        classes=int(np.count_nonzero(counts >= min_hits)),
        num_classes=num_classes,
        min_hits=min_hits,
        kl=class_kl(labels, num_classes, weights=weights),
        kl_floor=kl_floor(num_classes, int(counts.sum())),
        kl_collapsed=float(-np.log(_shares(weights, num_classes).min())),
    )


def expected_classes(
    weights: ArrayLike, num_samples: int, *, error: float = 0.0, num_channels: int = 1, min_hits: int = 1
) -> float:
    """Returns how many classes a classifier with a given error finds, on average, in perfect draws.

    With weights that are 0 but for a few classes it is the count that a collapsed generator gets from
    the classifier's slips alone.

    Args:
        weights: Probability of each class in the samples, `(m,)`, sum 1; zeros are allowed.
        num_samples: n, the number of samples.
        error: Share in [0, 1] of wrong answers a channel, spread evenly over the other classes.
        num_channels: Channels that are classified apart: 3 for stacked digits, whose class is
            100 a + 10 b + c.
        min_hits: Samples that a class needs in order to count.

    Returns:
        The sum of P(Binomial(n, q_k) >= min_hits) over the classes, where q is `weights` after the slips.

    Raises:
        ValueError: A number is out of range, the weights are none, or m is no power of `num_channels`.

    Example:
        >>> one_mode = np.eye(1_000)[0]
        >>> round(expected_classes(one_mode, 26_000, error=0.01, num_channels=3))
        36
        >>> round(expected_classes(one_mode, 26_000, error=0.01, num_channels=3, min_hits=7))
        28
    """
    check_count("num_samples", num_samples)
    check_count("min_hits", min_hits)
    check_number("error", error, 0, 1)
    check_count("num_channels", num_channels)
    true = check_array("weights", weights)
    true = _shares(true, true.size, or_zero=True)
    side = round(true.size ** (1 / num_channels))
    if side**num_channels != true.size or (side == 1 and error):
        received = Shown(f"{true.size} weights and num_channels={num_channels}")
        todo = "Pass 1,000 weights for three channels of ten digits, say"
        raise bad_value("Each channel has the same classes, two or more", received, todo)
    cells = true.reshape((side,) * num_channels)
    for axis in range(num_channels if error else 0):
        others = cells.sum(axis=axis, keepdims=True) - cells
        cells = (1 - error) * cells + error / (side - 1) * others
    return float(binom.sf(min_hits - 1, num_samples, cells.clip(0, 1)).sum())


def classifier_score(probabilities: ArrayLike) -> float:
    """Returns exp(mean KL(p(y|x) || p(y))): sure answers, many classes.

    With an Inception network it is the Inception score. It can't see what happens inside a class: one
    perfect picture for each class gets the best score there is.

    Args:
        probabilities: `(n, num_classes)`, each row of sum 1, such as `Classifier.probabilities(images)`.

    Returns:
        A number from 1 (every answer alike) to the number of classes.

    Raises:
        ValueError: `probabilities` is not as described.

    Example:
        >>> round(classifier_score(np.eye(10)), 6)
        10.0

    Reference:
        Salimans et al. 2016, "Improved techniques for training GANs", section 4, arXiv:1606.03498.
        Differs from the paper: one value for all samples, not the mean over ten parts.
    """
    given = check_array("probabilities", probabilities)
    is_valid = given.ndim == 2 and given.size and (given >= 0).all()
    if not is_valid or not np.allclose(given.sum(axis=1), 1, atol=1e-4):
        received = Shown(f"shape {given.shape}, or rows of another sum")
        todo = "Pass the share of each class, such as `classifier.probabilities(images)` gives"
        raise bad_value("`probabilities` has shape (n, num_classes), rows of sum 1", received, todo)
    return float(np.exp(rel_entr(given, given.mean(axis=0)).sum(axis=1).mean()))


def _counts(labels: ArrayLike, num_classes: int) -> NDArray[np.intp]:
    """Returns how many samples each class has."""
    check_fits("Counts", (check_count("num_classes", num_classes),), "Take fewer classes", itemsize=8)
    array = check_array("labels", labels, dtype=None)
    is_valid = array.ndim == 1 and array.size and array.dtype.kind in "iu"
    if not is_valid or array.min() < 0 or array.max() >= num_classes:
        expected = f"`labels` holds integers from 0 to {num_classes - 1}, one a sample"
        received = Shown(f"shape {array.shape}, dtype {array.dtype}, {_range(array)}")
        todo = "Pass the number of each sample's class, such as `classifier.labels(images)` gives"
        raise bad_value(expected, received, todo)
    return np.bincount(array, minlength=num_classes)


def _range(array: NDArray[np.generic]) -> str:
    return f"from {array.min()} to {array.max()}" if array.size else "empty"


def _shares(weights: ArrayLike | None, num_classes: int, *, or_zero: bool = False) -> NDArray[np.float64]:
    """Returns probabilities of sum 1, `(num_classes,)`."""
    shares = np.full(num_classes, 1 / num_classes) if weights is None else check_array("weights", weights)
    is_in_range = ((shares >= 0) if or_zero else (shares > 0)).all()
    if shares.shape != (num_classes,) or not is_in_range or abs(shares.sum() - 1) > 1e-6:
        kind = "numbers from 0 up" if or_zero else "positive numbers"
        raise bad_value(f"`weights` are {num_classes} {kind} of sum 1", weights, "Divide them by their sum")
    return shares

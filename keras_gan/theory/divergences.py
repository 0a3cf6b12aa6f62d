"""How different two distributions are, exactly: sums over masses. `keras_gan.theory` hands them on.

A distribution is an array of masses: numbers from 0 up with sum 1. Probabilities are masses as they are; a
density on a grid becomes masses when it is multiplied by the width of a cell.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, rel_entr

from keras_gan._checks import Shown, bad_value, check_array, check_count

MOST_PACKS = 10_000_000  # an array of 80 MB


def optimal_logits(p: ArrayLike, q: ArrayLike) -> NDArray[np.float64]:
    """Returns the logits of the best discriminator between two distributions: log p - log q.

    Args:
        p: Masses of the real distribution, any shape.
        q: Masses of the generated one, the same shape.

    Returns:
        As many logits. Infinite where only one of the two has mass, 0 where neither has.

    Raises:
        ValueError: The masses are none, or the shapes differ.

    Example:
        >>> optimal_logits([0.5, 0.5], [0.25, 0.75]).round(4)
        array([ 0.6931, -0.4055])

    Reference:
        Goodfellow et al. 2014, proposition 1, arXiv:1406.2661.
    """
    p, q = _masses(p, q)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((p == 0) & (q == 0), 0.0, np.log(p) - np.log(q))


def optimal_discriminator(p: ArrayLike, q: ArrayLike) -> NDArray[np.float64]:
    """Returns the best discriminator between two distributions: p / (p + q), the probability of "real".

    It rounds to 1 where it is sure. For a loss, take `optimal_logits`: the log of 1 - D, computed from
    rounded numbers, is minus infinity.

    Args:
        p: Masses of the real distribution, any shape.
        q: Masses of the generated one, the same shape.

    Returns:
        As many numbers in [0, 1]; 1/2 where neither has mass.

    Raises:
        ValueError: The masses are none, or the shapes differ.

    Example:
        >>> optimal_discriminator([0.5, 0.5, 0.0], [0.5, 0.25, 0.25]).round(4)
        array([0.5   , 0.6667, 0.    ])

    Reference:
        Goodfellow et al. 2014, proposition 1, arXiv:1406.2661.
    """
    return expit(optimal_logits(p, q))


def value_of_game(logits: ArrayLike, p: ArrayLike, q: ArrayLike) -> float:
    """Returns E_p log D + E_q log(1 - D), which the discriminator maximises, from its logits.

    Its greatest value is 2 JSD(p, q) - log 4, at `optimal_logits`. It is minus the loss of the
    discriminator.

    Args:
        logits: The discriminator's logit at each place, the shape of `p`; infinite ones are allowed.
        p: Masses of the real distribution, any shape.
        q: Masses of the generated one, the same shape.

    Returns:
        Nats, at most 0. Minus infinity where the discriminator is infinitely sure and wrong.

    Raises:
        ValueError: The masses are none, or the shapes differ.

    Example:
        >>> round(value_of_game([0.0, 0.0], [0.5, 0.5], [0.5, 0.5]), 5)
        -1.38629

    Reference:
        Goodfellow et al. 2014, equation 1, arXiv:1406.2661.
    """
    p, q = _masses(p, q)
    logits = check_array("logits", logits)
    if logits.shape != p.shape or np.isnan(logits).any():
        received = Shown(f"shape {logits.shape} for masses of shape {p.shape}, {np.isnan(logits).sum()} NaN")
        raise bad_value("`logits` holds one number a mass", received, "Pass `optimal_logits(p, q)`, say")
    real = -np.logaddexp(0, -logits[p > 0]) @ p[p > 0]
    return float(real - np.logaddexp(0, logits[q > 0]) @ q[q > 0])


def kl_divergence(p: ArrayLike, q: ArrayLike) -> float:
    """Returns KL(p || q), the sum of p log(p / q), in nats: 0 for equal ones, at most infinity.

    Args:
        p: Masses, any shape.
        q: Masses, the same shape. Where `q` is 0 and `p` is not, the result is infinity.

    Raises:
        ValueError: The masses are none, or the shapes differ.

    Example:
        >>> kl_divergence([0.5, 0.5], [1.0, 0.0])
        inf
    """
    return float(rel_entr(*_masses(p, q)).sum())


def js_divergence(p: ArrayLike, q: ArrayLike) -> float:
    """Returns the Jensen-Shannon divergence in nats: 0 for equal ones, log 2 where they never overlap.

    It is the mean of KL(p || m) and KL(q || m), where m is the mean of p and q.

    Args:
        p: Masses, any shape.
        q: Masses, the same shape.

    Raises:
        ValueError: The masses are none, or the shapes differ.

    Example:
        >>> round(js_divergence([1.0, 0.0], [0.0, 1.0]), 6)
        0.693147

    Reference:
        Goodfellow et al. 2014, theorem 1, arXiv:1406.2661.
    """
    p, q = _masses(p, q)
    middle = (p + q) / 2
    return float((rel_entr(p, middle) + rel_entr(q, middle)).sum() / 2)


def total_variation(p: ArrayLike, q: ArrayLike) -> float:
    """Returns the total variation: half the sum of |p - q|, from 0 to 1.

    A classifier that sees one sample, real or fake with equal chance, is right with probability
    (1 + TV) / 2 at best.

    Args:
        p: Masses, any shape.
        q: Masses, the same shape.

    Raises:
        ValueError: The masses are none, or the shapes differ.

    Example:
        >>> total_variation([0.5, 0.5], [0.25, 0.75])
        0.25
    """
    p, q = _masses(p, q)
    return float(np.abs(p - q).sum() / 2)


def packed_total_variation(p: ArrayLike, q: ArrayLike, packing: int) -> float:
    """Returns the total variation between packs of samples, which a packed discriminator sees.

    Args:
        p: Masses of the real distribution, `(n,)`.
        q: Masses of the generated one, `(n,)`.
        packing: How many independent samples a pack holds. Exact, over all n ** packing packs.

    Raises:
        ValueError: The masses are none, the shapes differ, or there are more than ten million packs.

    Example:
        Both generators are as far from the uniform distribution; a pack sees which one lost a part.

        >>> uniform = [0.2, 0.3, 0.5]  # the masses of [0, 0.2], [0.2, 0.5] and [0.5, 1]
        >>> collapsed, uneven = [0.0, 0.375, 0.625], [0.12, 0.18, 0.7]
        >>> [round(packed_total_variation(uniform, q, 2), 2) for q in (collapsed, uneven)]
        [0.36, 0.24]

    Reference:
        Lin et al. 2018, "PacGAN: The power of two samples in generative adversarial networks".
    """
    p, q = _masses(p, q)
    if p.size ** check_count("packing", packing) > MOST_PACKS:
        received = Shown(f"{p.size} masses and packing={packing}")
        raise bad_value(f"There are at most {MOST_PACKS} packs", received, "Join masses, or pack fewer")
    real, fake = (_packs(masses.ravel(), packing) for masses in (p, q))
    return float(np.abs(real - fake).sum() / 2)


def wasserstein_distance(points: ArrayLike, p: ArrayLike, q: ArrayLike) -> float:
    """Returns the Wasserstein-1 distance on a line: how far mass must travel, in units of `points`.

    Args:
        points: Where the masses lie, `(n,)`, increasing.
        p: Masses, `(n,)`.
        q: Masses, `(n,)`.

    Raises:
        ValueError: The masses are none, the shapes differ, or the points do not increase.

    Example:
        >>> wasserstein_distance([0.0, 1.0, 3.0], [1, 0, 0], [0, 0, 1])
        3.0

    Reference:
        Arjovsky, Chintala and Bottou 2017, equation 1, arXiv:1701.07875.
    """
    p, q = _masses(p, q)
    points = check_array("points", points)
    if points.ndim != 1 or points.shape != p.shape or not (np.diff(points) > 0).all():
        received = Shown(f"points of shape {points.shape} for masses of shape {p.shape}")
        raise bad_value("`points` increase, one a mass", received, "Sort them, and the masses with them")
    return float(np.abs(np.cumsum(p - q)[:-1]) @ np.diff(points))


def _packs(masses: NDArray[np.float64], packing: int) -> NDArray[np.float64]:
    """The masses of all packs of independent samples."""
    packs: NDArray[np.float64] = np.ones(1)
    for _ in range(packing):
        packs = (packs[:, None] * masses).ravel()
    return packs


def _masses(p: ArrayLike, q: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns both as arrays, or raises `ValueError` unless they are masses of one shape."""
    p, q = check_array("p", p), check_array("q", q)
    for name, masses in (("p", p), ("q", q)):
        if not (masses >= 0).all() or not abs(masses.sum() - 1) < 1e-6:
            received = Shown(f"sum {masses.sum():g}, least {masses.min(initial=np.inf):g}")
            todo = "Multiply a density by the width of its cells; divide counts by their sum"
            raise bad_value(f"`{name}` holds masses from 0 up, of sum 1", received, todo)
    if p.shape != q.shape:
        raise bad_value(
            "`p` and `q` have one shape", Shown(f"shapes {p.shape} and {q.shape}"), "Use one grid for both"
        )
    return p, q

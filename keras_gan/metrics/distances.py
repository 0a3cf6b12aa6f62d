"""How far two sets of features lie apart: the Fréchet distance and the kernel distance.

Both compare distributions, not pairs of samples, and have no upper end. Only values with the same
features and the same number of samples may be compared.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keras_gan._checks import Shown, bad_value, check_array

BLOCK = 1_024  # rows at a time, so that 50,000 samples need no matrix of 50,000 x 50,000


def frechet_distance(real_features: ArrayLike, fake_features: ArrayLike) -> float:
    """Returns the squared Fréchet distance of two Gaussians that have the means and covariances of the sets.

    With the features of an Inception network it is known as FID. It sees what a mean and a covariance
    see: blur, missing classes and collapse raise it; two sets with equal moments are equal to it.

    Args:
        real_features: `(n, d)`, two rows or more, such as `Classifier.features(images)`.
        fake_features: `(m, d)`.

    Returns:
        |mu1 - mu2|² + Tr(C1 + C2 - 2 (C1 C2)^½), from 0 up, in squared units of the features. It is
        biased: two samples of one distribution are above 0, by (2 d + d (d + 1) / 2) / n for N(0, I)
        and n far above d. So read it beside the value of as many real samples.

    Raises:
        ValueError: A set is not `(n, d)`, not finite or of one row, or the sets have other features.

    Example:
        >>> square = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        >>> round(frechet_distance(square, square + 2), 6)
        8.0

    Reference:
        Heusel et al. 2017, "GANs trained by a two time-scale update rule converge to a local Nash
        equilibrium", section 4, arXiv:1706.08500; Dowson and Landau 1982, equation 4.
    """
    real, fake = check_pair(real_features, fake_features, least=2)
    shift = real.mean(axis=0) - fake.mean(axis=0)
    real_root, fake_root = _covariance_root(real), _covariance_root(fake)
    # With C = R'R the trace of (C1 C2)^½ is the sum of the singular values of R1 R2'. No square root of a
    # nearly singular matrix is taken, so equal sets give 1e-12 and not 1e-6.
    cross = np.linalg.svd(real_root @ fake_root.T, compute_uv=False).sum()
    distance = shift @ shift + (real_root**2).sum() + (fake_root**2).sum() - 2 * cross
    return max(float(distance), 0.0)  # it is no negative number; rounding can be


def kernel_distance(real_features: ArrayLike, fake_features: ArrayLike) -> float:
    """Returns the squared maximum mean discrepancy of two sets, with a polynomial kernel.

    With the features of an Inception network it is known as KID. Unlike the Fréchet distance it has no
    bias: for equal distributions its mean is 0 at every n, so about half of such values are negative.

    Args:
        real_features: `(n, d)`, two rows or more, such as `Classifier.features(images)`.
        fake_features: `(m, d)`.

    Returns:
        The mean of k(x, x') + the mean of k(y, y') - 2 the mean of k(x, y) over pairs of different
        samples, with k(x, y) = (x'y / d + 1)³. It sees the first three moments of the features.

    Raises:
        ValueError: A set is not `(n, d)`, not finite or of one row, or the sets have other features.

    Example:
        >>> kernel_distance([[0.0], [1.0]], [[0.0], [2.0]])
        -13.0

    Reference:
        Bińkowski et al. 2018, "Demystifying MMD GANs", section 4, arXiv:1801.01401.
        Differs from the paper: one estimate from all samples, not the mean over subsets.
    """
    real, fake = check_pair(real_features, fake_features, least=2)
    pairs = [len(x) * (len(x) - 1) for x in (real, fake)]
    within = [(_kernel_sum(x, x) - _own_kernels(x)) / n for x, n in zip((real, fake), pairs, strict=True)]
    return float(sum(within) - 2 * _kernel_sum(real, fake) / (len(real) * len(fake)))


def _covariance_root(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns R with R'R = the covariance, `(min(n, d), d)`."""
    centred = (features - features.mean(axis=0)) / np.sqrt(len(features) - 1)
    return np.asarray(np.linalg.qr(centred, mode="r"))


def _kernel_sum(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Returns the sum of the kernel over all pairs."""
    blocks = (first[start : start + BLOCK] for start in range(0, len(first), BLOCK))
    return float(sum(_kernel(block @ second.T, first.shape[1]).sum() for block in blocks))


def _own_kernels(features: NDArray[np.float64]) -> float:
    """Returns the sum of the kernel of each sample with itself."""
    return float(_kernel((features**2).sum(axis=1), features.shape[1]).sum())


def _kernel(products: NDArray[np.float64], dim: int) -> NDArray[np.float64]:
    return (products / dim + 1) ** 3


LARGEST = 1e30  # sixth powers of such numbers are still finite


def check_pair(
    real_features: ArrayLike, fake_features: ArrayLike, *, least: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns both sets as float64 `(n, d)` with the same d, or raises `ValueError`.

    Args:
        real_features: `(n, d)`.
        fake_features: `(m, d)`.
        least: Fewest rows that a set may have.
    """
    real = check_features("real_features", real_features, least=least)
    fake = check_features("fake_features", fake_features, least=least)
    if real.shape[1] != fake.shape[1]:
        received = Shown(f"{real.shape[1]} and {fake.shape[1]} features")
        raise bad_value(
            "Both sets have the same features", received, "Take both from one classifier, or both from none"
        )
    return real, fake


def check_features(name: str, features: ArrayLike, *, least: int = 1) -> NDArray[np.float64]:
    """Returns one set as float64 `(n, d)`, finite, with `least` rows or more, or raises `ValueError`."""
    array = check_array(name, features)
    if array.ndim != 2 or len(array) < least or not array.shape[1]:
        todo = "Pass one sample a row, of images `classifier.features(images)`"
        if array.ndim == 1:
            todo = "Pass one sample a row, `x[:, None]` where each is one number"
        elif array.ndim == 2:
            todo = "Pass more samples"
        rows = f"at least {least} rows" if least > 1 else "at least one row"
        raise bad_value(f"`{name}` has shape (n, d), {rows}", Shown(f"shape {array.shape}"), todo)
    broken = int((~(np.abs(array) < LARGEST)).any(axis=1).sum())
    if broken:
        received = Shown(f"NaN or infinity in {broken} of {len(array)}, or a number beyond {LARGEST:g}")
        raise bad_value(
            f"All of `{name}` is finite", received, "Leave these rows out, and look where they come from"
        )
    return array

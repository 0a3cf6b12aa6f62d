"""The record that every data set comes in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp

from keras_gan._checks import Shown, bad_value, check_array


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Training and test samples with what is known about their distribution.

    Attributes:
        train: float32 `(n, ...)`. Points, or images in [-1, 1] as `(n, height, width, channels)`.
        test: float32, the same shape but for `n`; never used for training.
        train_labels: int64 `(n,)`, the mode, moon or class of each sample; None where there is none.
        test_labels: int64, the same for `test`.
        name: What was loaded or drawn.
        modes: float64 `(m, dim)`, the centres of a Gaussian mixture; None for other data.
        std: Standard deviation of each mode in each direction; None for other data.
        weights: float64 `(m,)`, the probability of each mode, sum 1; None for other data.
        label_names: Names of the classes; the label is the position. Empty without classes.

    Example:
        >>> from keras_gan.data import ring
        >>> ring()
        Dataset('ring', train=(40000, 2), test=(2500, 2), modes=8)
    """

    train: NDArray[np.float32]
    test: NDArray[np.float32]
    train_labels: NDArray[np.int64] | None = None
    test_labels: NDArray[np.int64] | None = None
    name: str = "data"
    modes: NDArray[np.float64] | None = None
    std: float | None = None
    weights: NDArray[np.float64] | None = None
    label_names: tuple[str, ...] = ()

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample, such as `(2,)` or `(28, 28, 1)`."""
        return self.train.shape[1:]

    def __repr__(self) -> str:
        modes = "" if self.modes is None else f", modes={len(self.modes)}"
        return f"Dataset({self.name!r}, train={self.train.shape}, test={self.test.shape}{modes})"

    def log_density(self, x: ArrayLike) -> NDArray[np.float64]:
        """Returns the natural logarithm of the true density of a Gaussian mixture.

        Args:
            x: Points, `(n, dim)`.

        Returns:
            float64 `(n,)`, log(sum_k weights[k] N(x; modes[k], std² I)).

        Raises:
            ValueError: The data is no Gaussian mixture, or `x` has another shape.

        Example:
            >>> from keras_gan.data import ring
            >>> round(float(ring(num_modes=1, std=1.0).log_density([[1.0, 0.0]])[0]), 4)
            -1.8379
        """
        if self.modes is None or self.std is None or self.weights is None:
            raise bad_value(
                "`log_density` needs a Gaussian mixture", Shown(repr(self)), "Use `ring` or `grid`"
            )
        points = check_array("x", x)
        dim = self.modes.shape[1]
        if points.ndim != 2 or points.shape[1] != dim:
            raise bad_value(
                f"`x` has shape (n, {dim})", Shown(f"shape {points.shape}"), "Pass one point a row"
            )
        squares = ((points[:, None, :] - self.modes) ** 2).sum(axis=-1)
        normalizer = dim / 2 * np.log(2 * np.pi * self.std**2)
        density: NDArray[np.float64] = logsumexp(-squares / (2 * self.std**2), axis=1, b=self.weights)
        return density - normalizer

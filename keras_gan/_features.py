"""The check of two sets of features that every distance between them starts with."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keras_gan._checks import check_array
from keras_gan._errors import Shown, bad_value

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
        todo = "Pass one sample a row; images become rows by `classifier.features(images)`"
        rows = f"at least {least} rows" if least > 1 else "at least one row"
        raise bad_value(f"`{name}` has shape (n, d), {rows}", Shown(f"shape {array.shape}"), todo)
    broken = int((~(np.abs(array) < LARGEST)).any(axis=1).sum())
    if broken:
        received = Shown(f"NaN or infinity in {broken} of {len(array)}, or a number beyond {LARGEST:g}")
        raise bad_value(
            f"All of `{name}` is finite", received, "Look for the step at which training diverged"
        )
    return array

"""Checks of numbers that many functions take."""

import numpy as np

from keras_gan._errors import bad_value


def check_count(name: str, value: int) -> None:
    """Raises `ValueError` unless `value` is an integer from 1 up."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise bad_value(f"`{name}` is a positive integer", value, f"Pass `{name}=8`, say")


def check_seed(seed: int) -> None:
    """Raises `ValueError` unless `seed` is an integer from 0 up."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise bad_value("`seed` is an integer from 0 up", seed, "Pass `seed=0`")


def check_positive(name: str, value: float, *, or_zero: bool = False) -> None:
    """Raises `ValueError` unless `value` is finite and above 0, or 0 where `or_zero` allows it."""
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not is_number or not np.isfinite(value) or value < 0 or (value == 0 and not or_zero):
        kind = "number from 0 up" if or_zero else "positive number"
        raise bad_value(f"`{name}` is a {kind}", value, f"Pass `{name}=0.05`, say")

"""Checks of numbers that many functions take."""

from collections.abc import Iterable, Sequence

import numpy as np

from keras_gan._errors import Shown, bad_value, unknown_option


def check_count(name: str, value: int) -> int:
    """Returns `value`, or raises `ValueError` unless it is an integer from 1 up."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise bad_value(f"`{name}` is a positive integer", value, f"Pass `{name}=8`, say")
    return int(value)


def check_widths(widths: Sequence[int]) -> list[int]:
    """Returns the widths of the hidden layers, or raises `ValueError` unless they are positive integers."""
    if not isinstance(widths, list | tuple):
        raise bad_value("`widths` has one number a hidden layer", widths, "Pass for example `(128, 128)`")
    return [check_count("widths", width) for width in widths]


def check_seed(seed: int) -> int:
    """Returns `seed`, or raises `ValueError` unless it is an integer in [0, 2**31)."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**31:
        raise bad_value("`seed` is an integer from 0 to 2**31 - 1", seed, "Pass `seed=0`")
    return int(seed)


def check_choice(name: str, value: str, options: Iterable[str]) -> str:
    """Returns `value`, or raises `ValueError` unless it is one of `options`."""
    if value not in options:
        raise unknown_option(name, value, options)
    return value


def check_positive(name: str, value: float, *, or_zero: bool = False) -> None:
    """Raises `ValueError` unless `value` is finite and above 0, or 0 where `or_zero` allows it."""
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not is_number or not np.isfinite(value) or value < 0 or (value == 0 and not or_zero):
        kind = "number from 0 up" if or_zero else "positive number"
        raise bad_value(f"`{name}` is a {kind}", value, f"Pass `{name}=0.05`, say")


def check_shape(name: str, shape: Sequence[int]) -> tuple[int, ...]:
    """Returns `shape` as a tuple, or raises `ValueError` unless it is positive integers."""
    if isinstance(shape, int) or not len(shape):
        raise bad_value(f"`{name}` is the shape of one sample, a tuple", shape, "Pass for example `(2,)`")
    return tuple(check_count(name, size) for size in shape)


def check_image_shape(name: str, shape: Sequence[int]) -> tuple[int, int, int]:
    """Returns `(height, width, channels)`, or raises `ValueError` for anything else."""
    if isinstance(shape, int) or len(shape) != 3:
        raise bad_value(
            f"`{name}` is (height, width, channels)", Shown(shape), "Pass for example `(28, 28, 1)`"
        )
    height, width, channels = (check_count(name, size) for size in shape)
    return height, width, channels

"""Checks of numbers, arrays and paths that many functions take."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keras_gan._errors import Shown, bad_value, unknown_option


def check_count(name: str, value: int, *, or_zero: bool = False) -> int:
    """Returns `value`, or raises `ValueError` unless it is an integer from 1 up, or 0 where `or_zero`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < (0 if or_zero else 1):
        kind = "an integer from 0 up" if or_zero else "a positive integer"
        raise bad_value(f"`{name}` is {kind}", value, f"Pass `{name}=8`, say")
    return int(value)


def check_flag(name: str, value: bool) -> bool:
    """Returns `value`, or raises `ValueError` unless it is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise bad_value(f"`{name}` is True or False", value, f"Pass `{name}=True`, or leave it out")
    return bool(value)


def check_number(name: str, value: float, low: float = -np.inf, high: float = np.inf) -> float:
    """Returns `value`, or raises `ValueError` unless it is a finite number in [low, high]."""
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not is_number or not np.isfinite(value) or not low <= value <= high:
        where = "" if low == -np.inf else f" in [{low:g}, {high:g}]"
        raise bad_value(f"`{name}` is a finite number{where}", value, f"Pass `{name}=0.5`, say")
    return float(value)


def check_array(name: str, value: ArrayLike, *, dtype: Any = np.float64) -> NDArray[Any]:
    """Returns `value` as `dtype`, None for its own; raises `ValueError` unless it is an array of numbers."""
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf" and not array.dtype.name.startswith("bfloat"):
            raise TypeError
        return array.astype(array.dtype if dtype is None else dtype, copy=False)
    except (TypeError, ValueError, RuntimeError):
        raise bad_value(
            f"`{name}` is an array of numbers", value, "Pass rows of one length, with real numbers alone"
        ) from None


def check_folder(name: str, folder: Path, *, exists: bool = False) -> None:
    """Raises `OSError` unless files can be written into `folder`, which may still have to be made."""
    nearest = (
        folder if exists else next(path for path in (folder, *folder.absolute().parents) if path.exists())
    )
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        reason = "not writable" if nearest.is_dir() else "no folder" if nearest.exists() else "not there"
        raise OSError(
            str(
                bad_value(
                    f"`{name}` lies in a folder that can be written to",
                    Shown(f"{nearest}, which is {reason}"),
                    "Choose another path, or create the folder",
                )
            )
        )


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
    if not isinstance(value, str) or value not in options:
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
    if not hasattr(shape, "__len__") or isinstance(shape, str) or not len(shape):
        raise bad_value(f"`{name}` is the shape of one sample, a tuple", shape, "Pass for example `(2,)`")
    return tuple(check_count(name, size) for size in shape)


def check_image_shape(name: str, shape: Sequence[int]) -> tuple[int, int, int]:
    """Returns `(height, width, channels)`, or raises `ValueError` for anything else."""
    if not hasattr(shape, "__len__") or isinstance(shape, str) or len(shape) != 3:
        raise bad_value(f"`{name}` is (height, width, channels)", shape, "Pass for example `(28, 28, 1)`")
    height, width, channels = (check_count(name, size) for size in shape)
    return height, width, channels

"""Lays images side by side; shared by the still and the moving pictures."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keras_gan._checks import check_array, check_count
from keras_gan._errors import Shown, bad_value

TOLERANCE = 1e-3


def image_grid(images: ArrayLike, columns: int | None = None) -> NDArray[np.float32]:
    """Lays images side by side, in their order and row by row, with a gap of one white pixel.

    Args:
        images: Floats in [-1, 1], `(n, height, width)` or `(n, height, width, channels)` with one
            or three channels.
        columns: Images in a row; None for a square. Empty places of the last row are white.

    Returns:
        float32 in [-1, 1], `(height, width)` for grey and `(height, width, 3)` for colour images.

    Raises:
        ValueError: The images have another shape or values.

    Example:
        >>> image_grid(np.zeros((6, 8, 8, 1)), columns=3).shape
        (17, 26)
    """
    pixels = checked_images(images)
    num, height, width, channels = pixels.shape
    if columns is None:
        columns = int(np.ceil(np.sqrt(num)))
    check_count("columns", columns)
    rows = -(-num // columns)
    cells = np.ones((rows * columns, height + 1, width + 1, channels), np.float32)
    cells[:num, :-1, :-1] = pixels
    cells = cells.reshape(rows, columns, height + 1, width + 1, channels).swapaxes(1, 2)
    grid = cells.reshape(rows * (height + 1), columns * (width + 1), channels)[:-1, :-1]
    return grid[..., 0] if channels == 1 else grid


def checked_images(images: ArrayLike) -> NDArray[np.float32]:
    """Returns images as float32 `(n, height, width, channels)` in [-1, 1], or raises `ValueError`."""
    array = check_array("images", images, dtype=None)
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or array.shape[-1] not in (1, 3) or 0 in array.shape:
        todo = "Reshape flat images, and pass several: `images[:16]`"
        expected = "Images have shape (n, height, width) or (n, height, width, channels), 1 or 3 channels"
        raise bad_value(expected, Shown(f"shape {np.shape(images)}"), todo)
    if array.dtype.kind != "f":
        todo = "Scale 0..255 by `images / 127.5 - 1`"
        raise bad_value("Images are floats in [-1, 1]", Shown(f"dtype {array.dtype}"), todo)
    lowest, highest = float(array.min()), float(array.max())
    if not (lowest >= -1 - TOLERANCE and highest <= 1 + TOLERANCE):  # NaN, too, fails here
        todo = "Rescale them, or say what is lost with `np.clip(images, -1, 1)`"
        received = Shown(f"values from {lowest:g} to {highest:g}")
        raise bad_value("Images are floats in [-1, 1]", received, todo)
    return np.clip(array.astype(np.float32), -1, 1)


def finite(name: str, values: NDArray[Any]) -> NDArray[Any]:
    """Returns `values`, or raises `ValueError` where one is NaN or infinite."""
    broken = int((~np.isfinite(values)).sum())
    if broken:
        received = Shown(f"{broken} of {values.size} that are not")
        raise bad_value(
            f"`{name}` holds finite numbers", received, "Look for the step where training diverged"
        )
    return values

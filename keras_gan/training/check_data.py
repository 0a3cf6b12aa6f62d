"""Real samples at the door of `GAN`: arrays and streams told apart, rows checked before they train."""

import warnings
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from keras_gan._checks import Shown, bad_value
from keras_gan.training.network_ends import output_activation

RANGES = {
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
}
_ROUNDING = 1e-6


def is_array(x: Any) -> bool:
    """Whether `x` is samples in memory (NumPy, TensorFlow, JAX, torch) rather than a stream."""
    return hasattr(x, "__array__") and hasattr(x, "shape")


def is_stream(x: Any) -> bool:
    """Whether `x` is a `PyDataset`, a generator, or a data set or loader of TensorFlow, torch or Grain."""
    makers = {kind.__module__.split(".")[0] for kind in type(x).__mro__} & {"tensorflow", "torch", "grain"}
    return bool(makers) or isinstance(x, keras.utils.PyDataset | Iterator)


def checked_source(
    name: str, x: Any, generator: keras.Model, batch_size: Any = None, steps_per_epoch: Any = None
) -> Any:
    """Returns an array as `checked_rows` does, a stream as it is.

    Raises:
        ValueError: For bad rows; for what is neither (a list, a tuple, a `Dataset`, a sparse matrix); and for
            an option that belongs to the other kind.
    """
    if is_array(x):
        if steps_per_epoch is not None:
            raise bad_value(
                "An epoch over an array is one pass over its rows",
                Shown(f"steps_per_epoch={steps_per_epoch}"),
                "Leave `steps_per_epoch` out, or pass fewer rows",
            )
        return checked_rows(x, generator.output_shape[1:], output_activation(generator))
    if not is_stream(x):
        is_dataset = hasattr(x, "train") and hasattr(x, "test")
        raise bad_value(
            f"`{name}` is an array of samples, or a stream: tf.data, `PyDataset`, `DataLoader` or generator",
            Shown(f"a {type(x).__name__}"),
            "Pass its array, `data.train`" if is_dataset else "Pass a float32 array of the samples alone",
        )
    if batch_size is not None:
        raise bad_value(
            "A stream brings its own batches", Shown(f"batch_size={batch_size}"), "Leave `batch_size` out"
        )
    return x


def checked_rows(x: Any, sample_shape: tuple[int, ...], activation: str | None = None) -> np.ndarray:
    """Returns real samples as float32 `(n, *sample_shape)`, or says what is wrong with them.

    For a whole array before training, and for each batch of a stream.

    Args:
        x: Array of any library.
        sample_shape: What the generator makes.
        activation: That of the generator's last layer: with a tanh or a sigmoid, samples out of its reach
            are refused.

    Raises:
        ValueError: For another shape, no rows, no floats, values that are not finite or out of range.
    """
    try:
        rows = np.asarray(x)
    except (TypeError, ValueError, RuntimeError) as error:
        raise bad_value(
            "Real samples can be read as a NumPy array",
            Shown(f"a {type(x).__name__} that can't"),
            "Convert it first; for a torch tensor `x.detach().cpu().numpy()`",
        ) from error
    if rows.shape[1:] != tuple(sample_shape) or not len(rows):
        raise bad_value(
            f"Real samples have the shape that the generator makes, (n, {', '.join(map(str, sample_shape))})",
            Shown(f"shape {rows.shape}"),
            _way_to(tuple(sample_shape), rows.shape),
        )
    if not rows.dtype.name.startswith(("float", "bfloat")):
        raise bad_value(
            "Real samples are floating point, images in [-1, 1]",
            Shown(f"dtype {rows.dtype}"),
            "Scale them first: `kg.load_images` does, or `x / 127.5 - 1`",
        )
    with np.errstate(over="ignore"):  # beyond float32 is infinity, refused below
        rows = rows.astype("float32", copy=False)
    _check_values(rows, activation)
    return rows


def _way_to(wanted: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """What to do with an array whose rows have another shape."""
    if 0 in shape:
        return "Pass at least one sample"
    if len(wanted) == 3 and shape[1:] == (wanted[2], *wanted[:2]):
        return "Move the channels to the end: `np.moveaxis(x, 1, -1)`"
    if len(shape) > 1 and np.prod(shape[1:]) == np.prod(wanted):
        return f"Reshape the data: `x.reshape(-1, {', '.join(map(str, wanted))})`"
    if shape == wanted:
        return "Pass several samples, or `x[None]` for this one"
    return "Reshape the data, or build the networks for it"


def _check_values(rows: np.ndarray, activation: str | None) -> None:
    with np.errstate(invalid="ignore"):
        lowest, highest = float(rows.min()), float(rows.max())  # NaN and infinity show in one of the two
    if not np.isfinite([lowest, highest]).all():
        bad = int(np.flatnonzero(~np.isfinite(rows).reshape(len(rows), -1).all(axis=1))[0])
        raise bad_value(
            "Real samples are finite in float32",
            Shown(f"NaN or infinity, first in row {bad}"),
            "Remove or repair such rows",
        )
    low, high = RANGES.get(activation or "", (-np.inf, np.inf))
    if lowest < low - _ROUNDING or highest > high + _ROUNDING:
        raise bad_value(
            f"A generator that ends in {activation} makes samples in [{low:g}, {high:g}], like the data",
            Shown(f"values from {lowest:g} to {highest:g}"),
            f"Scale the data to [{low:g}, {high:g}], or end the generator in another activation",
        )


def warn_of_half_range(rows: np.ndarray, generator: keras.Model) -> None:
    """Warns of samples without a negative value where the generator makes them: they look like [0, 1]."""
    activation = output_activation(generator)
    low, _ = RANGES.get(activation or "", (0.0, 1.0))
    if low < 0 <= (lowest := float(rows.min())):
        warnings.warn(
            f"A generator that ends in {activation} makes samples in [-1, 1], so the real ones have negative "
            f"values too. Received: values from {lowest:g} to {float(rows.max()):g}. "
            "If they are images in [0, 1], pass `2 * x - 1`.",
            stacklevel=3,
        )

"""Weights kept in Keras's folder, in files that every backend reads: whole, or made again."""

import os
import tempfile
import warnings
import zlib
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from keras_gan._errors import Shown, bad_value
from keras_gan._keras_cache import keras_folder


def read(name: str, shapes: list[tuple[int, ...]]) -> list[NDArray[np.float32]] | None:
    """Returns the kept weights; None where there are none, and with a warning where the file is broken."""
    path = _folder() / name
    weights: list[NDArray[np.float32]] = []
    try:
        # A zip file, whose check sums are tested. Given a path, `np.load` would leave a broken one open.
        with path.open("rb") as content, np.load(content, allow_pickle=False) as file:
            weights = [file[f"weight_{number}"] for number in range(len(shapes))]
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error):
        pass
    if [weight.shape for weight in weights] == shapes and all(
        np.isfinite(weight).all() for weight in weights
    ):
        return weights
    expected = "A file of kept weights is as it was written"
    todo = "It is trained again now, and written anew"
    warnings.warn(str(bad_value(expected, Shown(f"{path}, which is damaged"), todo)), stacklevel=3)
    return None


def write(name: str, weights: list[NDArray[np.float32]]) -> None:
    """Writes beside the file, then renames: no other process ever sees half a file.

    Where the folder can't be written to there is a warning, and no file.
    """
    arrays = {f"weight_{number}": weight for number, weight in enumerate(weights)}
    folder, part = _folder(), None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=folder, prefix=f".{name}-", suffix=".part")
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # numpy's stub takes `**` for `allow_pickle`
        Path(part).replace(folder / name)
    except OSError as error:
        expected = f"Trained weights are kept in {folder}"
        todo = "Set the environment variable KERAS_HOME to a writable folder, or they are trained each time"
        warnings.warn(str(bad_value(expected, Shown(error.strerror or str(error)), todo)), stacklevel=3)
    finally:
        if part is not None:
            Path(part).unlink(missing_ok=True)


def _folder() -> Path:
    return keras_folder() / "keras_gan"

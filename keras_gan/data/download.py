"""Loads `keras.datasets`, and loses no cached file when a download fails.

Keras checks the hash of a cached file on every call. Where it differs, Keras overwrites the file,
and deletes it when the download fails; so such a file is set aside first and put back afterwards.
"""

import gzip
import hashlib
import os
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan._checks import Shown, bad_value

# The files of each set under Keras's `datasets` folder, with the sha256 that Keras (3.15) asks for, if any.
CIFAR10_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
FILES: dict[str, dict[str, str | None]] = {
    "mnist": {"mnist.npz": "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"},
    "fashion_mnist": {
        "fashion-mnist/train-labels-idx1-ubyte.gz": None,
        "fashion-mnist/train-images-idx3-ubyte.gz": None,
        "fashion-mnist/t10k-labels-idx1-ubyte.gz": None,
        "fashion-mnist/t10k-images-idx3-ubyte.gz": None,
    },
    "cifar10": {"cifar-10-batches-py-target_archive": CIFAR10_SHA256},
}
STALLED_AFTER_S = 30.0


def load(name: str) -> Any:
    """Returns `((x_train, y_train), (x_test, y_test))` of one of the sets in `FILES`, channels last.

    Raises:
        ConnectionError: A file isn't there and can't be downloaded.
        OSError: A file is broken, or Keras's folder is not writable.
    """
    import keras

    folder = _cache_folder()
    broken = [path for path, sha256 in _cached(name, folder) if not _is_sound(path, sha256)]
    try:
        with _set_aside([path for path in broken if path.suffix != ".gz"]), _no_endless_wait():
            parts = getattr(keras.datasets, name).load_data()
    except Exception as error:  # a failed download is a bare `Exception`
        raise _unavailable(name, folder, broken, error) from error
    if name == "cifar10" and keras.config.image_data_format() == "channels_first":
        parts = tuple((np.moveaxis(images, 1, -1), labels) for images, labels in parts)
    return parts


def keras_folder() -> Path:
    """Returns the folder that Keras keeps its files in: `KERAS_HOME` as it was when Keras was imported."""
    from keras.src.backend.config import keras_home  # the only way to know it

    return Path(keras_home()).expanduser()


def _cached(name: str, folder: Path) -> list[tuple[Path, str | None]]:
    paths = ((folder / file, sha256) for file, sha256 in FILES[name].items())
    return [(path, sha256) for path, sha256 in paths if path.is_file()]


def _cache_folder() -> Path:
    """Returns the folder that Keras will use, which must be writable: else Keras silently takes another."""
    home = keras_folder()
    try:
        home.mkdir(parents=True, exist_ok=True)
        writable = os.access(home, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        expected = "Keras keeps data sets in a folder that it can write to"
        todo = (
            "Set the environment variable KERAS_HOME to a writable folder before Python starts, "
            "or use `load_images('digits')`, which needs no files"
        )
        raise PermissionError(str(bad_value(expected, Shown(f"{home}, which is not writable"), todo)))
    return home / "datasets"


def _is_sound(path: Path, sha256: str | None) -> bool:
    """Says if Keras will accept a cached file: by its hash, or by unpacking where Keras has no hash."""
    try:
        with path.open("rb") if sha256 else gzip.open(path, "rb") as file:
            digest = hashlib.sha256()
            while block := file.read(1 << 20):
                digest.update(block)
    except (OSError, EOFError, zlib.error):
        return False
    return sha256 is None or digest.hexdigest() == sha256


@contextmanager
def _set_aside(paths: list[Path]) -> Iterator[None]:
    """Renames files to `<name>.kept`; where nothing came in their place, renames them back."""
    moved = {path: _free_name(path) for path in paths}
    for path, kept in moved.items():
        path.rename(kept)
    try:
        yield
    finally:
        for path, kept in moved.items():
            if not path.exists():
                kept.rename(path)


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.kept{number or ''}") for number in range(1_000_000))
    return next(name for name in names if not name.exists())


@contextmanager
def _no_endless_wait() -> Iterator[None]:
    """Gives up a download that stalls; Keras itself would wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(STALLED_AFTER_S)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _unavailable(name: str, folder: Path, broken: list[Path], error: Exception) -> OSError:
    expected = f"`load_images({name!r})` reads what Keras keeps in {folder}, or downloads it"
    received = str(error).rstrip(".") or type(error).__name__
    if broken:
        received += f"; {', '.join(path.name for path in broken)} there is broken, and was left as it is"
    todo = (
        f"Connect to the network{' and delete the broken file' if broken else ''}, "
        f"put the arrays as {name}.npz into a folder named by KERAS_GAN_DATA, "
        "or use `load_images('digits')`, which needs no network"
    )
    kind = OSError if broken else ConnectionError
    return kind(str(bad_value(expected, Shown(received), todo)))

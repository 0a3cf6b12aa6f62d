"""Loads `keras.datasets`, and loses no cached file when a download fails.

Keras writes a download over the cached file whose hash differs, and deletes it when the download fails.
So each file is downloaded beside its place, by Keras too, and Keras reads what is whole.
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

from keras_gan._checks import Shown, bad_value, writing

# The files of each set under Keras's `datasets` folder, with the address and the sha256, if any, that
# Keras 3.15 has.
_GOOGLE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_TORONTO = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
_CIFAR10_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
_MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
_FASHION = ("train-labels-idx1", "train-images-idx3", "t10k-labels-idx1", "t10k-images-idx3")
FILES: dict[str, dict[str, tuple[str, str | None]]] = {
    "mnist": {"mnist.npz": (f"{_GOOGLE}mnist.npz", _MNIST_SHA256)},
    "fashion_mnist": {
        f"fashion-mnist/{part}-ubyte.gz": (f"{_GOOGLE}{part}-ubyte.gz", None) for part in _FASHION
    },
    "cifar10": {"cifar-10-batches-py-target_archive": (_TORONTO, _CIFAR10_SHA256)},
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
    files = [(folder / file, url, sha256) for file, (url, sha256) in FILES[name].items()]
    try:
        for path, url, sha256 in files:
            if not _is_sound(path, sha256):
                _fetch(path, url, sha256)
        parts = getattr(keras.datasets, name).load_data()
    except Exception as error:  # a failed download is a bare `Exception`
        broken = [path for path, _, sha256 in files if path.exists() and not _is_sound(path, sha256)]
        raise _unavailable(name, folder, broken, error) from error
    if name == "cifar10" and keras.config.image_data_format() == "channels_first":
        parts = tuple((np.moveaxis(images, 1, -1), labels) for images, labels in parts)
    return parts


def keras_folder() -> Path:
    """Returns the folder that Keras keeps its files in: `KERAS_HOME` as it was when Keras was imported."""
    from keras.src.backend.config import keras_home  # the only way to know it

    return Path(keras_home()).expanduser()


def _cache_folder() -> Path:
    """Returns the folder that Keras will use, which must be writable: else Keras silently takes another."""
    home = keras_folder()
    try:
        (home / "datasets").mkdir(parents=True, exist_ok=True)
        writable = os.access(home, os.W_OK) and os.access(home / "datasets", os.W_OK)
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
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, EOFError, zlib.error):
        return False
    return sha256 is None or digest == sha256


def _fetch(path: Path, url: str, sha256: str | None) -> None:
    """Downloads a file, which takes its place only when it is whole."""
    import keras

    path.parent.mkdir(exist_ok=True)
    with _no_endless_wait(), writing(path) as part:
        keras.utils.get_file(part.name, url, file_hash=sha256, cache_dir=path.parent, cache_subdir="")


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

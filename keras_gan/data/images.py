"""Finds images by name or path and brings them to float32 in [-1, 1], channels last."""

import os
import zipfile
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits

from keras_gan._checks import (
    Shown,
    bad_value,
    check_array,
    check_count,
    check_flag,
    check_path,
    check_seed,
    shorten,
    unknown_option,
)
from keras_gan.data import download
from keras_gan.data.dataset import Dataset
from keras_gan.data.folder import empty_images, is_picture, read_folder, reason_of, resized

DIGITS = tuple("0123456789")
CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
OBJECTS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
LABEL_NAMES = {"digits": DIGITS, "mnist": DIGITS, "fashion_mnist": CLOTHES, "cifar10": OBJECTS}
UINT8_RANGE = (0.0, 255.0)
ARRAYS = ("x_train", "y_train", "x_test", "y_test")
ARCHIVES = (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zip")
SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")  # to write
TABLES = (".csv", ".json", ".parquet", ".tsv", ".txt", ".xls", ".xlsx")


class Raw(NamedTuple):
    """Pixels and labels in the order of `ARRAYS`; `test` is None where a split has still to be made."""

    train: NDArray[Any]
    train_labels: NDArray[Any] | None
    test: NDArray[Any] | None = None
    test_labels: NDArray[Any] | None = None


def load_images(
    name: str | PathLike[str],
    *,
    size: int | tuple[int, int] | None = None,
    crop_to_aspect_ratio: bool = True,
    value_range: tuple[float, float] | None = None,
    skip_broken: bool = False,
    seed: int = 0,
) -> Dataset:
    """Loads images as float32 in [-1, 1], channels last, split into training and test images.

    Args:
        name: `"digits"` (8 × 8, needs no network), `"mnist"`, `"fashion_mnist"` or `"cifar10"`,
            from `$KERAS_GAN_DATA/<name>.npz` where that file exists, else through Keras, which
            downloads once; or a path. An `.npz` file holds `x_train` and, if you like, `y_train`,
            `x_test`, `y_test`. A folder holds pictures, or sub-folders of pictures, however deep: each
            is a class, named by its path from the folder. A warning counts files that are no pictures.
        size: `(height, width)`, or one number for squares, to which images are scaled.
        crop_to_aspect_ratio: Where an image has other proportions than `size`, take the largest part
            around its middle that has the same; False squeezes the whole image.
        value_range: The lowest and highest possible pixel value of an `.npz` file. It is (0, 255)
            for uint8; other types must say it, since it is never guessed from the pixels.
        skip_broken: Leave out pictures of a folder that can't be read, with a warning that names them.
        seed: Seed of the split, a tenth (digits: a fifth) of each class, where no test set is given.

    Raises:
        ValueError: An argument, or the content of a file, is not as described above.
        OSError: A file can't be read, or can't be downloaded (`ConnectionError`).

    Example:
        >>> load_images("digits")
        Dataset('digits', train=(1438, 8, 8, 1), test=(359, 8, 8, 1))
    """
    check_seed(seed)
    if not isinstance(name, str | PathLike):
        raise bad_value("`name` is a string or a path", name, "Pass `'digits'`, or the path of your images")
    crop = check_flag("crop_to_aspect_ratio", crop_to_aspect_ratio)
    check_flag("skip_broken", skip_broken)
    shape, path = _checked_size(size), check_path("name", name)
    own_file = Path(os.environ.get("KERAS_GAN_DATA") or "", f"{name}.npz").expanduser()
    test_share, label_names = 0.1, LABEL_NAMES.get(str(name), ())
    if value_range is not None and (name in LABEL_NAMES or path.is_dir()):
        todo = "Leave it out: the values of known sets and of pictures are known"
        raise bad_value("`value_range` is for your own .npz file", value_range, todo)
    if name == "digits":
        digits, labels = load_digits(return_X_y=True)
        raw, value_range, test_share = Raw(digits.reshape(-1, 8, 8), labels), (0, 16), 0.2
    elif name in LABEL_NAMES and os.environ.get("KERAS_GAN_DATA") and own_file.is_file():
        raw = _read_npz(own_file)
    elif name in LABEL_NAMES:
        (train, train_labels), (test, test_labels) = download.load(str(name))
        raw = Raw(train, train_labels, test, test_labels)
    else:
        path = _existing(name, path)
        if path.is_dir():
            pixels, picture_labels, label_names = read_folder(path, shape, crop=crop, skip_broken=skip_broken)
            raw, value_range = Raw(pixels, picture_labels), UINT8_RANGE
        else:
            raw = _read_npz(path)
        name = path.stem
    arrays = _finished(raw, shape, crop, value_range, test_share, seed)
    return Dataset(*arrays, str(name), label_names=label_names)


def _finished(
    raw: Raw,
    shape: tuple[int, int] | None,
    crop: bool,
    value_range: tuple[float, float] | None,
    test_share: float,
    seed: int,
) -> tuple[Any, Any, Any, Any]:
    train = _scaled(_channels_last("x_train", raw.train), value_range, shape, crop)
    train_labels = _checked_labels("y_train", raw.train_labels, len(train))
    if raw.test is not None:
        test = _scaled(_channels_last("x_test", raw.test), value_range, shape, crop)
        if test.shape[1:] != train.shape[1:]:
            raise bad_value(
                "`x_train` and `x_test` hold images of one shape",
                Shown(f"{train.shape[1:]} and {test.shape[1:]}"),
                "Pass `size=` to scale both",
            )
        return train, test, train_labels, _checked_labels("y_test", raw.test_labels, len(test))
    is_test = _split(train_labels, len(train), test_share, seed)
    labels = (None, None) if train_labels is None else (train_labels[~is_test], train_labels[is_test])
    return *_parted(train, is_test), *labels


def _split(labels: NDArray[np.int64] | None, num: int, share: float, seed: int) -> NDArray[np.bool_]:
    """Marks `share` of each class, at least one image of all, as test images."""
    if num < 2:
        raise bad_value("A training and a test set need two images or more", num, "Add images")
    rng = np.random.default_rng(seed)
    classes = np.zeros(num, np.int64) if labels is None else labels
    is_test = np.zeros(num, np.bool_)
    for label in np.unique(classes):
        members = rng.permutation(np.flatnonzero(classes == label))
        is_test[members[: round(share * len(members))]] = True
    if not is_test.any():
        is_test[rng.integers(num)] = True
    return is_test


def _parted(
    images: NDArray[np.float32], is_test: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Parts images in place: training images move up, and only the test images are copied."""
    test = images[is_test]
    for new, old in enumerate(np.flatnonzero(~is_test)):
        images[new] = images[old]
    return images[: len(images) - len(test)], test


def _channels_last(key: str, images: NDArray[Any]) -> NDArray[Any]:
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or images.shape[-1] not in (1, 2, 3, 4) or 0 in images.shape:
        todo = "Move the channels of channels-first images to the end"
        if images.ndim < 3:
            todo = "Reshape flat images; rows of a table need no loading, give them to `fit` as float32"
        raise bad_value(
            f"`{key}` has shape (n, height, width) or (n, height, width, channels), 1 to 4 channels",
            Shown(f"shape {images.shape}"),
            todo,
        )
    return images


def _scaled(
    images: NDArray[Any],
    value_range: tuple[float, float] | None,
    shape: tuple[int, int] | None,
    crop: bool,
) -> NDArray[np.float32]:
    """Maps `value_range` to [-1, 1], float32 in place, then scales the images to `shape`."""
    low, high = _checked_range(images, value_range)
    scaled = images.astype(np.float32, copy=False)
    scaled -= low
    scaled *= 2 / (high - low)
    scaled -= 1
    np.clip(scaled, -1, 1, out=scaled)  # rounding only: `_checked_range` has seen the pixels
    return scaled if shape is None or shape == scaled.shape[1:3] else _resized(scaled, shape, crop)


def _checked_range(images: NDArray[Any], value_range: tuple[float, float] | None) -> tuple[float, float]:
    todo = "Pass `value_range=(0, 1)`, or whatever its lowest and highest possible values are"
    if value_range is None and images.dtype == np.uint8:
        return UINT8_RANGE
    if images.dtype.kind not in "uifb":
        raise bad_value("Pixels are numbers", Shown(f"dtype {images.dtype}"), "Store them as uint8, 0 to 255")
    if value_range is None:
        raise bad_value(
            "Pixels are uint8, or `value_range` says what black and white are",
            Shown(f"dtype {images.dtype} and no `value_range`"),
            todo,
        )
    ends = check_array("value_range", value_range)
    if ends.shape != (2,) or not np.isfinite(ends).all() or ends[0] >= ends[1]:
        raise bad_value("`value_range` is a lower and a higher number", value_range, todo)
    low, high = map(float, ends)
    lowest, highest = float(images.min()), float(images.max())
    if not (low <= lowest and highest <= high):  # NaN, too, fails here
        received = Shown(f"values from {lowest:g} to {highest:g}")
        raise bad_value(f"Pixels lie in [{low:g}, {high:g}]", received, todo)
    return low, high


def _resized(images: NDArray[np.float32], shape: tuple[int, int], crop: bool) -> NDArray[np.float32]:
    """Scales every channel of every image."""
    scaled = empty_images((len(images), *shape, images.shape[-1]))
    for image, target in zip(images, scaled, strict=True):
        for channel in range(images.shape[-1]):
            plane = Image.fromarray(np.ascontiguousarray(image[..., channel]))
            target[..., channel] = np.asarray(resized(plane, shape, crop=crop))
    return np.clip(scaled, -1, 1, out=scaled)


def read_arrays(path: Path, names: Iterable[str]) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """Reads those of `names` that an .npz file holds, after a look at the check sum of every byte.

    NumPy alone reads as many bytes as the head of an array says: a damaged head that asks for fewer
    gives other numbers, and the check sum at the end is never reached. And a damaged list of contents
    may lack entries, whose number stands at the end of a zip file.

    Returns:
        The arrays, and the names of all that the file holds.

    Raises:
        Exception: Whatever the reading of a file that is damaged, or none of NumPy's, meets.
    """
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
        if (damaged := file.zip.testzip()) is not None:
            raise zipfile.BadZipFile(f"the check sum of {damaged} is wrong")
        stream.seek(-12 - len(file.zip.comment), os.SEEK_END)
        if int.from_bytes(stream.read(2), "little") != len(set(file.zip.namelist())) % 2**16:
            raise zipfile.BadZipFile("its list of contents is damaged")
        return {name: file[name] for name in names if name in file}, sorted(file)


def _read_npz(path: Path) -> Raw:
    expected = "An .npz file holds `x_train` and, if you like, `y_train`, `x_test`, `y_test`"
    try:
        arrays, found = read_arrays(path, ARRAYS)
    except Exception as error:  # a damaged file raises from anywhere in NumPy and the standard library
        received = Shown(f"{path}, which can't be read ({reason_of(error)})")
        raise OSError(str(bad_value(expected, received, _way_in(path)))) from error
    if "x_train" not in arrays:
        received = Shown(f"{path} with {shorten(str(found))}")
        raise bad_value(expected, received, _way_in(path, "Rename the array of images to `x_train`"))
    return Raw(arrays["x_train"], *map(arrays.get, ARRAYS[1:]))


def _way_in(path: Path, todo: str = "") -> str:
    """Returns what to do with a file that is no such .npz, by its suffix, or else `todo`."""
    if is_picture(path):
        return "Pass the folder of your pictures"
    if path.suffix.lower() in ARCHIVES:
        return "Unpack it, and pass the folder with the pictures"
    if path.suffix.lower() in TABLES:
        return "A table needs no loading as images; give `fit` its rows as a float32 array"
    return todo or "Write the file again with `numpy.savez_compressed`, without object arrays"


def _checked_labels(key: str, labels: NDArray[Any] | None, num: int) -> NDArray[np.int64] | None:
    if labels is None:
        return None
    flat = labels.reshape(-1)  # CIFAR-10 has (n, 1)
    if len(flat) != num or flat.dtype.kind not in "ui":
        raise bad_value(
            f"`{key}` holds one integer an image, {num} in all",
            Shown(f"shape {labels.shape}, dtype {labels.dtype}"),
            "Store class numbers from 0 up",
        )
    return flat.astype(np.int64)


def _checked_size(size: int | tuple[int, int] | None) -> tuple[int, int] | None:
    if size is None:
        return None
    shape = size if isinstance(size, tuple | list) else (size, size)
    if len(shape) != 2:
        raise bad_value("`size` is one number or (height, width)", size, "Pass `size=32`, say")
    for value in shape:
        check_count("size", value)
    return int(shape[0]), int(shape[1])


def _existing(name: str | PathLike[str], path: Path) -> Path:
    """Returns the path, or says that `name` is neither a known set nor a path."""
    if path.exists():
        return path
    if isinstance(name, str) and not path.suffix and path.name == name:
        raise unknown_option("name", name, [*LABEL_NAMES, "path/to/arrays.npz", "path/to/folder/of/pictures"])
    todo = f"Check the path, relative to {Path.cwd()}"
    raise FileNotFoundError(
        str(
            bad_value(
                "`name` is the path of an .npz file or of a folder of pictures",
                Shown(f"{path}, which doesn't exist"),
                todo,
            )
        )
    )

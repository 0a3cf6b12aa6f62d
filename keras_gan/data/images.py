"""Finds images by name or path and brings them to float32 in [-1, 1], channels last."""

import os
import zipfile
import zlib
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from sklearn.datasets import load_digits

from keras_gan._checks import Shown, bad_value, check_array, check_count, check_seed, unknown_option
from keras_gan.data import download
from keras_gan.data.dataset import Dataset

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


class Raw(NamedTuple):
    """Pixels and labels as stored; `test` is None where a split has still to be made."""

    train: NDArray[Any]
    train_labels: NDArray[Any] | None
    test: NDArray[Any] | None = None
    test_labels: NDArray[Any] | None = None


def load_images(
    name: str | PathLike[str],
    *,
    size: int | tuple[int, int] | None = None,
    value_range: tuple[float, float] | None = None,
    seed: int = 0,
) -> Dataset:
    """Loads images as float32 in [-1, 1], channels last, split into training and test images.

    Args:
        name: `"digits"` (8 × 8, needs no network), `"mnist"`, `"fashion_mnist"` or `"cifar10"`,
            from `$KERAS_GAN_DATA/<name>.npz` where that file exists, else through Keras, which
            downloads once; or a path. An `.npz` file holds `x_train` and, if you like, `y_train`,
            `x_test`, `y_test`. A folder holds pictures; sub-folders, if any, name the classes.
        size: `(height, width)`, or one number for squares, to which images are scaled.
        value_range: The lowest and highest possible pixel value of an `.npz` file. It is (0, 255)
            for uint8; other types must say it, since it is never guessed from the pixels.
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
    shape = _checked_size(size)
    own_file = Path(os.environ.get("KERAS_GAN_DATA") or "", f"{name}.npz").expanduser()
    test_share, label_names = 0.1, LABEL_NAMES.get(str(name), ())
    if value_range is not None and (name in LABEL_NAMES or Path(name).is_dir()):
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
        path = _existing(name)
        if path.is_dir():
            pixels, picture_labels, label_names = read_folder(path, shape)
            raw = Raw(pixels, picture_labels)
        else:
            raw = _read_npz(path)
        name = path.stem
    arrays = _finished(raw, shape, value_range, test_share, seed)
    return Dataset(*arrays, str(name), label_names=label_names)


def _finished(
    raw: Raw,
    shape: tuple[int, int] | None,
    value_range: tuple[float, float] | None,
    test_share: float,
    seed: int,
) -> tuple[Any, Any, Any, Any]:
    train = _scaled(_channels_last("x_train", raw.train), value_range, shape)
    train_labels = _checked_labels("y_train", raw.train_labels, len(train))
    if raw.test is not None:
        test = _scaled(_channels_last("x_test", raw.test), value_range, shape)
        if test.shape[1:] != train.shape[1:]:
            raise bad_value(
                "`x_train` and `x_test` hold images of one shape",
                Shown(f"{train.shape[1:]} and {test.shape[1:]}"),
                "Pass `size=` to scale both",
            )
        return train, test, train_labels, _checked_labels("y_test", raw.test_labels, len(test))
    is_test = _split(train_labels, len(train), test_share, seed)
    labels = (None, None) if train_labels is None else (train_labels[~is_test], train_labels[is_test])
    return train[~is_test], train[is_test], *labels


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


def _channels_last(key: str, images: NDArray[Any]) -> NDArray[Any]:
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or images.shape[-1] not in (1, 2, 3, 4) or 0 in images.shape:
        raise bad_value(
            f"`{key}` has shape (n, height, width) or (n, height, width, channels), 1 to 4 channels",
            Shown(f"shape {images.shape}"),
            "Reshape flat images, and move the channels of channels-first images to the end",
        )
    return images


def _scaled(
    images: NDArray[Any], value_range: tuple[float, float] | None, shape: tuple[int, int] | None
) -> NDArray[np.float32]:
    """Maps `value_range` to [-1, 1], then scales the images to `shape`."""
    low, high = _checked_range(images, value_range)
    scaled = images.astype(np.float32)
    scaled -= low
    scaled *= 2 / (high - low)
    scaled -= 1
    np.clip(scaled, -1, 1, out=scaled)  # rounding only: `_checked_range` has seen the pixels
    return scaled if shape is None or shape == scaled.shape[1:3] else _resized(scaled, shape)


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


def _resized(images: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Scales every channel of every image; Pillow's bilinear filter also averages when shrinking."""
    resized = np.empty((len(images), *shape, images.shape[-1]), np.float32)
    for image, target in zip(images, resized, strict=True):
        for channel in range(images.shape[-1]):
            plane = Image.fromarray(np.ascontiguousarray(image[..., channel]))
            target[..., channel] = np.asarray(plane.resize(shape[::-1], Image.Resampling.BILINEAR))
    return np.clip(resized, -1, 1, out=resized)


def _read_npz(path: Path) -> Raw:
    expected = "An .npz file holds `x_train` and, if you like, `y_train`, `x_test`, `y_test`"
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {key: file[key] for key in ("x_train", "y_train", "x_test", "y_test") if key in file}
            found = sorted(file)
    except (
        OSError,
        EOFError,
        ValueError,
        AttributeError,
        TypeError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        todo = "Write the file again with `numpy.savez_compressed`, without object arrays"
        raise OSError(
            str(bad_value(expected, Shown(f"{path}, which can't be read ({error})"), todo))
        ) from error
    if "x_train" not in arrays:
        raise bad_value(expected, Shown(f"{path} with {found}"), "Rename the array of images to `x_train`")
    return Raw(arrays["x_train"], arrays.get("y_train"), arrays.get("x_test"), arrays.get("y_test"))


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


def _existing(name: str | PathLike[str]) -> Path:
    """Returns `name` as a path, or says that it is neither a known set nor a path."""
    path = Path(name).expanduser()
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


SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
GREY_MODES = ("1", "L", "LA")
COLOUR_MODES = ("RGB", "RGBA", "P", "PA", "CMYK", "YCbCr", "HSV", "LAB")


def read_folder(
    folder: Path, size: tuple[int, int] | None
) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None, tuple[str, ...]]:
    """Reads all pictures of a folder, in the order of their names.

    Grey pictures give one channel, unless one picture of the folder has colours. Transparent parts
    become white, a camera's rotation mark is obeyed, and of a moving picture the first frame is taken.

    Args:
        folder: Holds the pictures, or one sub-folder a class. Other files are left alone.
        size: `(height, width)` to which every picture is scaled, or None if all have one size.

    Returns:
        Pixels, uint8 `(n, height, width, channels)`; labels, int64 `(n,)`, and the names of the
        sub-folders, in alphabetical order, or None and `()` without sub-folders.

    Raises:
        OSError: A picture can't be read.
        ValueError: No picture is there, or the sizes differ.
    """
    paths, labels, names = _listed(folder)
    pictures = [_read(path, size) for path in paths]
    if not all(picture.mode == "L" for picture in pictures):
        pictures = [picture.convert("RGB") for picture in pictures]
    first = pictures[0].size
    for path, picture in zip(paths, pictures, strict=True):
        if picture.size != first:
            received = Shown(
                f"{paths[0].name} with {first[0]} x {first[1]} pixels and "
                f"{path} with {picture.size[0]} x {picture.size[1]}"
            )
            raise bad_value("All pictures have one size", received, "Pass `size=64`, say, to scale them")
    pixels = np.stack([np.asarray(picture) for picture in pictures])
    return pixels.reshape(*pixels.shape[:3], -1), labels, names


def _listed(folder: Path) -> tuple[list[Path], NDArray[np.int64] | None, tuple[str, ...]]:
    loose = _pictures_of(folder)
    classes = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    groups = {path.name: _pictures_of(path) for path in classes}
    groups = {name: paths for name, paths in groups.items() if paths}
    if bool(loose) == bool(groups):
        found = f"{len(loose)} pictures and {len(groups)} sub-folders with pictures in {folder}"
        todo = f"Use one of the two ways, with files that end in {', '.join(SUFFIXES)}"
        raise bad_value("A folder holds pictures, or sub-folders of pictures", Shown(found), todo)
    if loose:
        return loose, None, ()
    labels = np.repeat(np.arange(len(groups)), [len(paths) for paths in groups.values()])
    return [path for paths in groups.values() for path in paths], labels.astype(np.int64), tuple(groups)


def _pictures_of(folder: Path) -> list[Path]:
    files = (path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    return sorted(path for path in files if not path.name.startswith("."))


def _read(path: Path, size: tuple[int, int] | None) -> Image.Image:
    """Reads one picture as mode L or RGB, scaled to `size`."""
    try:
        with Image.open(path) as file:
            picture = _flat(ImageOps.exif_transpose(file))
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        received = Shown(f"{path}, which can't be read ({error})")
        todo = "Repair the file or take it out of the folder"
        raise OSError(str(bad_value("Every picture of the folder can be read", received, todo))) from error
    return picture if size is None else picture.resize(size[::-1], Image.Resampling.BILINEAR)


def _flat(picture: Image.Image) -> Image.Image:
    """Lays a picture on white and brings it to mode L or RGB, 8 bits a channel."""
    if picture.mode not in GREY_MODES + COLOUR_MODES:
        raise ValueError(f"mode {picture.mode!r}; pictures have 8 bits a channel")
    grey = picture.mode in GREY_MODES
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("L" if grey else "RGB")

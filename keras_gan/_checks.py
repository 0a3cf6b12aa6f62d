"""Checks of numbers, arrays, paths and files that many functions take; and how a file is written whole."""

import errno
import math
import os
import random
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

BACKENDS = ("tensorflow", "jax", "torch")
_MOST_UNPACKED, _MOST_EXPANSION = 2**28, 20  # bytes; times its own size


class Shown(str):
    """A description such as a shape, which `bad_value` prints without quotes."""


def bad_value(expected: str, received: object, todo: str) -> ValueError:
    """Returns the `ValueError` for a bad argument; the caller raises it.

    Args:
        expected: First sentence without its full stop, e.g. "`num_modes` is a positive integer".
        received: What came instead, shown by `repr` in one line; a `Shown` string is printed as it is.
        todo: Last sentence without its full stop, e.g. "Pass `num_modes=8`".

    Example:
        >>> bad_value("`num_modes` is positive", -3, "Pass `num_modes=8`")
        ValueError('`num_modes` is positive. Received: -3. Pass `num_modes=8`.')
    """
    return ValueError(f"{expected}. Received: {_shown(received)}. {todo}.")


def _shown(received: object) -> str:
    """Returns `received` by `repr` in one line, or its type where that fails: huge integers, deep lists."""
    if isinstance(received, Shown):
        return received
    try:
        return shorten(" ".join(repr(received).split()))
    except Exception:  # whatever the `repr` of a stranger's object raises
        return f"a {type(received).__name__} that can't be shown"


def shorten(text: str, width: int = 80) -> str:
    """Cuts `text` to `width` characters, the last three of them dots."""
    return text if len(text) <= width else text[: width - 3] + "..."


def unknown_option(what: str, received: object, options: Iterable[str]) -> ValueError:
    """Returns the `ValueError` for a name that is none of `options`, with the nearest one.

    Example:
        >>> unknown_option("loss", "hinje", ["hinge", "minimax"])
        ValueError("`loss` is one of 'hinge', 'minimax'. Received: 'hinje'. Did you mean 'hinge'?")
    """
    names = sorted(options)
    near = nearest(received, names)
    todo = f"Did you mean {near!r}?" if near else "Choose one of these."
    return ValueError(
        f"`{what}` is one of {', '.join(map(repr, names))}. Received: {_shown(received)}. {todo}"
    )


def nearest(received: object, options: Iterable[str]) -> str | None:
    """Returns the option that `received` resembles, if any."""
    return next(iter(get_close_matches(_shown(received).strip("'"), list(options), n=1)), None)


def check_backend() -> None:
    """Imports Keras, or says in plain words which backend is not there.

    Raises:
        ImportError: When Keras computes with a backend that is not installed, or with none that there is.
    """
    try:
        import keras  # noqa: F401
    except (ModuleNotFoundError, ValueError) as error:
        named = getattr(error, "name", os.environ.get("KERAS_BACKEND")) or ""
        missing = named.split(".")[0]
        if isinstance(error, ModuleNotFoundError) and missing not in BACKENDS:
            raise
        found = [name for name in BACKENDS if find_spec(name)]
        install = f"Install one: `pip install {missing if missing in BACKENDS else BACKENDS[0]}`"
        message = bad_value(
            "Keras computes with the backend that the environment variable KERAS_BACKEND names, by default "
            "'tensorflow'",
            Shown(f"{missing!r}, which is not there"),
            f"Set KERAS_BACKEND={found[0]} before Python starts" if found else install,
        )
        raise ImportError(str(message), name=missing) from None


def check_count(name: str, value: int, *, or_zero: bool = False, most: int = 2**63 - 1) -> int:
    """Returns `value`, or raises `ValueError` unless it is an integer from 1 (`or_zero`: 0) to `most`."""
    is_integer = isinstance(value, int | np.integer) and not isinstance(value, bool)
    too_large = is_integer and value > most
    if not is_integer or too_large or value < (0 if or_zero else 1):
        kind = "an integer from 0 up" if or_zero else "a positive integer"
        kind += f", at most {most:,}" if too_large else ""
        raise bad_value(f"`{name}` is {kind}", value, f"Pass `{name}=8`, say")
    return int(value)


def new_seed() -> int:
    """Draws a seed as Keras does for one that is not given: it follows `keras.utils.set_random_seed`."""
    return random.randrange(2**31)


def check_flag(name: str, value: bool) -> bool:
    """Returns `value`, or raises `ValueError` unless it is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise bad_value(f"`{name}` is True or False", value, f"Pass `{name}=True`, or leave it out")
    return bool(value)


def is_auto(value: object) -> bool:
    """Whether `value` is "auto"; an array, which compares element by element, is not."""
    return isinstance(value, str) and value == "auto"


def check_number(name: str, value: float, low: float = -np.inf, high: float = np.inf) -> float:
    """Returns `value`, or raises `ValueError` unless it is a finite number in [low, high]."""
    if not _is_finite(value) or not low <= value <= high:
        where = "" if low == -np.inf else f" in [{low:g}, {high:g}]"
        raise bad_value(f"`{name}` is a finite number{where}", value, f"Pass `{name}=0.5`, say")
    return float(value)


def _is_finite(value: object) -> bool:
    """Says if `value` is a number that float64 can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond float64
        return False


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


def check_fits(what: str, shape: Sequence[int], todo: str, *, itemsize: int = 4) -> None:
    """Raises `ValueError` for an array that is larger than the memory of this machine.

    Args:
        what: The array, such as "The images".
        shape: Its shape.
        todo: Last sentence without its full stop.
        itemsize: Bytes of a number.
    """
    wanted = math.prod(map(int, shape)) * itemsize
    if wanted > _memory():
        received = Shown(f"shape {tuple(map(int, shape))}, which takes {wanted / 1e9:,.0f} GB")
        raise bad_value(f"{what} fit into the {_memory() / 1e9:,.0f} GB of memory here", received, todo)


def _memory() -> int:
    """Returns the bytes of this machine's memory, or, where the system does not say, what one can address."""
    with suppress(AttributeError, OSError, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return sys.maxsize


def check_path(name: str, value: str | os.PathLike[str]) -> Path:
    """Returns `value` as a path, its `~` expanded, or raises `ValueError` where nothing can be called so."""
    try:
        if not os.fspath(value):
            raise ValueError("no letter")
        path = Path(value).expanduser()
        if max(map(len, map(os.fsencode, path.parts)), default=0) > 255:  # also where no folder is there yet
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            path.lstat()
    except (TypeError, ValueError, RuntimeError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise bad_value(
            f"`{name}` is the name of a file or folder",
            Shown(f"{shorten(repr(value))} ({reason})"),
            "Choose another name",
        ) from None
    return path


def check_archive(path: Path) -> None:
    """Raises `ValueError` unless `path` is a whole `.keras` file that unpacks to a sane size.

    The arrays in it count, too: HDF5 may say that they are larger than what it holds.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            most = max(_MOST_UNPACKED, _MOST_EXPANSION * path.stat().st_size)
            unpacked = sum(part.file_size for part in archive.infolist())
            if unpacked <= most and "model.weights.h5" in archive.namelist():
                with archive.open("model.weights.h5") as weights:
                    unpacked = max(unpacked, _size_of_arrays(weights))
            damaged = archive.testzip() if unpacked <= most else None
    except Exception as error:  # foreign bytes may break the reading of a zip in any way
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # the disk's fault
        raise _bad_archive(path, str(error) or type(error).__name__) from error
    if unpacked > most:
        raise _bad_archive(path, f"which unpacks to {unpacked:,} bytes")
    if damaged:
        raise _bad_archive(path, f"in which {damaged} is damaged")


def _size_of_arrays(file: Any) -> int:
    import h5py

    sizes: list[int] = []
    with h5py.File(file, "r") as content:
        content.visititems(lambda _, item: sizes.append(getattr(item, "nbytes", 0)))
    return sum(sizes)


def _bad_archive(path: Path, reason: str) -> ValueError:
    return bad_value(
        f"A saved model is a whole `.keras` file, which unpacks to at most {_MOST_EXPANSION} times its size",
        Shown(f"'{path}', {shorten(' '.join(reason.split()))}"),
        "Load files that you trust, and make this one again",
    )


def check_target(name: str, path: str | os.PathLike[str]) -> Path:
    """Returns `path` as `check_path` does, or raises `OSError` unless a file can be written there."""
    found = check_path(name, path)
    if found.is_dir():
        expected, todo = f"`{name}` is a file, new or to be replaced", "Choose the name of a file in it"
        raise OSError(str(bad_value(expected, Shown(f"{found}, which is a folder"), todo)))
    check_folder(name, found.parent, exists=True)
    return found


def check_new(name: str, path: str | os.PathLike[str]) -> Path:
    """Returns `path` as `check_target` does, or raises `ValueError` where something is there already."""
    found = check_path(name, path)
    if found.exists() or found.is_symlink():
        raise bad_value(
            f"`{name}` is new, so that no file of yours is lost",
            Shown(f"'{found}', which is there"),
            "Choose another name, or remove it first",
        )
    return check_target(name, found)


def check_folder(name: str, folder: Path, *, exists: bool = False) -> None:
    """Raises `OSError` unless files can be written into `folder`, which may still have to be made."""
    check_path(name, folder)
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


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Yields a name beside `path` to write to, which takes its place at the end.

    Whatever comes in between, a kill or a power failure, `path` is the old file or the new one, whole.
    What an error leaves half written is removed. The name ends as `path` does, and no other writer has it.

    Example:
        >>> with writing(Path("notes.txt")) as part:
        ...     _ = part.write_text("all of it")
        >>> Path("notes.txt").read_text()
        'all of it'
    """
    part = path.with_name(f".part-{os.urandom(4).hex()}-{path.name[-60:]}")  # at most 255 bytes
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    if hasattr(os, "O_DIRECTORY"):  # so that the new name survives a power failure too; not on Windows
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


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
    if not _is_finite(value) or value < 0 or (value == 0 and not or_zero):
        kind = "number from 0 up" if or_zero else "positive number"
        raise bad_value(f"`{name}` is a {kind}", value, f"Pass `{name}=0.05`, say")


def check_shape(name: str, shape: Sequence[int]) -> tuple[int, ...]:
    """Returns `shape` as a tuple, or raises `ValueError` unless it is positive integers."""
    if not hasattr(shape, "__len__") or isinstance(shape, str) or not len(shape):
        example = f"({shape},)" if isinstance(shape, int) and not isinstance(shape, bool) else "(2,)"
        raise bad_value(
            f"`{name}` is the shape of one sample, a tuple", shape, f"Pass for example `{example}`"
        )
    return tuple(check_count(name, size) for size in shape)


def check_image_shape(name: str, shape: Sequence[int]) -> tuple[int, int, int]:
    """Returns `(height, width, channels)`, or raises `ValueError` for anything else."""
    if not hasattr(shape, "__len__") or isinstance(shape, str) or len(shape) != 3:
        num_axes = len(shape) if isinstance(shape, list | tuple) else 0
        todo = f"Pass `{(*shape, 1)}` for grey images" if num_axes == 2 else "Pass for example `(28, 28, 1)`"
        todo += "; fully connected networks take data that are no images" if num_axes == 1 else ""
        raise bad_value(f"`{name}` is (height, width, channels)", shape, todo)
    height, width, channels = (check_count(name, size) for size in shape)
    return height, width, channels


class Record:
    """The two methods by which Keras saves a frozen dataclass; each record registers itself."""

    def get_config(self) -> dict[str, Any]:
        """The record's fields, as Keras's saving wants them."""
        return asdict(self)  # type: ignore[call-overload]  # a dataclass in every subclass

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Builds the record from `get_config()`."""
        return cls(**config)

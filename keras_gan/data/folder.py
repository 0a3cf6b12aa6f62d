"""Reads a folder of pictures into one float32 array, picture by picture."""

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from keras_gan._checks import Shown, bad_value, check_fits

# What Pillow knows by name and leaves to other programs, and PostScript, which is a program itself.
NOT_READ = {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"}
SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N")
GREY_MODES = ("1", "L", "LA")
COLOUR_MODES = ("RGB", "RGBA", "P", "PA", "CMYK", "YCbCr", "HSV", "LAB")


def read_folder(
    folder: Path, size: tuple[int, int] | None, *, crop: bool = True, skip_broken: bool = False
) -> tuple[NDArray[np.float32], NDArray[np.int64] | None, tuple[str, ...]]:
    """Reads all pictures of a folder, in the order of their names.

    Grey pictures give one channel, unless one picture of the folder has colours. Transparent parts
    become white, a camera's rotation mark is obeyed, and of a moving picture the first frame is taken.
    Grey pictures of 16 bits keep all of them; Pillow reads colours with 8 bits each.

    Args:
        folder: Holds the pictures, or sub-folders with pictures, however deep. Of other files that are
            not hidden a warning is given.
        size: `(height, width)` to which every picture is scaled, or None if all have one size.
        crop: As `crop_to_aspect_ratio` of `load_images`.
        skip_broken: Give a warning, not an error, for pictures that can't be read.

    Returns:
        Pixels, float32 `(n, height, width, channels)` from 0 to 255; labels, int64 `(n,)`, and the names
        of the sub-folders, in alphabetical order, or None and `()` without sub-folders.

    Raises:
        OSError: The folder, or pictures in it, can't be read.
        ValueError: No picture is there, the sizes differ, or the pictures don't fit into memory.
    """
    groups, others = _listed(folder)
    paths = [path for paths in groups.values() for path in paths]
    if others:
        kinds = ", ".join(f"{num} {suffix}" for suffix, num in others.most_common())
        received = Shown(f"{others.total()} files left out beside {len(paths)} pictures: {kinds}")
        todo = "Convert pictures among them to .png or .jpg, or move them away"
        _warn("All files in a folder of pictures have the suffix of a picture", received, todo)
    pixels, kept, broken = _read_all(folder, paths, size, crop)
    if broken:
        received = Shown(f"{len(broken)} of {len(paths)} that can't be: {', '.join(broken)}")
        expected = "Every picture of the folder can be read"
        if not skip_broken or not kept:
            todo = "Repair them, take them out of the folder, or pass `skip_broken=True` (`--skip-broken`)"
            raise OSError(str(bad_value(expected, received, todo)))
        _warn(expected, received, "They are left out; repair them to have them")
    if tuple(groups) == (folder,):
        return pixels, None, ()
    labels = np.repeat(np.arange(len(groups)), [len(paths) for paths in groups.values()])
    return (
        pixels,
        labels[kept].astype(np.int64),
        tuple(path.relative_to(folder).as_posix() for path in groups),
    )


def _warn(expected: str, received: Shown, todo: str) -> None:
    """Warns at the line that called `load_images`."""
    warnings.warn(str(bad_value(expected, received, todo)), stacklevel=4)


def _listed(folder: Path) -> tuple[dict[Path, list[Path]], Counter[str]]:
    """Returns the folders with pictures and these, and the suffixes of all other files."""
    groups: dict[Path, list[Path]] = {}
    others: Counter[str] = Counter()
    try:
        for inner, files in _walk(folder):
            if pictures := [path for path in files if is_picture(path)]:
                groups[inner] = pictures
            others.update(path.suffix.lower() or "without suffix" for path in files if not is_picture(path))
    except OSError as error:
        received = Shown(f"{error.filename}, which can't be ({error.strerror})")
        todo = "Change its permissions, or take it out"
        raise OSError(str(bad_value("Each folder of pictures can be read", received, todo))) from error
    outer = next((above for path in groups for above in path.parents if above in groups), None)
    if outer or not groups:
        at = outer or folder
        num_inner = sum(at in path.parents for path in groups)
        found = f"{len(groups.get(at, ()))} pictures and {num_inner} sub-folders with pictures in {at}"
        found += f", and {others.total()} other files" if others else ""
        todo = "Use one of the two ways, with files that Pillow reads, such as .png and .jpg"
        raise bad_value("A folder holds pictures, or sub-folders of pictures", Shown(found), todo)
    return groups, others


def _walk(folder: Path, above: tuple[Path, ...] = ()) -> Iterator[tuple[Path, list[Path]]]:
    """Yields a folder and its files, then its sub-folders likewise, by name, without what is hidden."""
    entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    yield folder, [path for path in entries if path.is_file()]
    above = (*above, folder.resolve())
    for path in entries:
        if path.is_dir() and path.resolve() not in above:  # a link may lead back up
            yield from _walk(path, above)


@cache
def _formats() -> tuple[str, ...]:
    """Returns Pillow's names of the formats that it reads itself."""
    Image.init()
    return tuple(sorted(set(Image.OPEN) - NOT_READ))


def is_picture(path: Path) -> bool:
    """Says if the suffix is one of a format that Pillow reads."""
    return Image.registered_extensions().get(path.suffix.lower()) in _formats()


def _read_all(
    folder: Path, paths: list[Path], size: tuple[int, int] | None, crop: bool
) -> tuple[NDArray[np.float32], list[int], list[str]]:
    """Returns the pixels, the positions of what could be read, and what could not, with the reasons."""
    channels = 3 if any(_has_colours(path) for path in paths) else 1
    pixels = None if size is None else empty_images((len(paths), *size, channels))
    kept: list[int] = []
    broken: list[str] = []
    for position, path in enumerate(paths):
        try:
            picture = _read(path, size, crop)
        except Exception as error:  # decoders of sixty suffixes raise whatever a damaged file leads to
            reason = "no picture" if isinstance(error, UnidentifiedImageError) else reason_of(error)
            broken.append(f"{path.relative_to(folder)} ({reason})")
            continue
        if pixels is None:
            pixels = empty_images((len(paths), *picture.shape[:2], channels))
        if picture.shape[:2] != pixels.shape[1:3]:
            (height, width), (other_height, other_width) = pixels.shape[1:3], picture.shape[:2]
            received = Shown(
                f"{paths[kept[0]].name} with {width} x {height} pixels and "
                f"{path} with {other_width} x {other_height}"
            )
            raise bad_value("All pictures have one size", received, "Pass `size=64`, say, to scale them")
        pixels[len(kept)] = picture
        kept.append(position)
    return (empty_images((0, 1, 1, channels)) if pixels is None else pixels[: len(kept)]), kept, broken


def empty_images(shape: tuple[int, int, int, int]) -> NDArray[np.float32]:
    """Returns an array to fill with images, or raises `ValueError` where there is no memory for it."""
    check_fits("Images", shape, "Pass a smaller `size`, or read them as a stream, batch by batch")
    return np.empty(shape, np.float32)


def reason_of(error: Exception) -> str:
    """Returns what an error says, in one line without a full stop."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__


def _has_colours(path: Path) -> bool:
    """Says if a picture has colours, by the head of the file alone; False where it can't be read."""
    with suppress(Exception), Image.open(path, formats=_formats()) as file:
        return file.mode in COLOUR_MODES
    return False


def _read(path: Path, size: tuple[int, int] | None, crop: bool) -> NDArray[Any]:
    """Reads one picture, `(height, width, 1 or 3)` from 0 to 255, scaled to `size`."""
    with Image.open(path, formats=_formats()) as file:
        is_deep = file.mode in SIXTEEN_BITS or (file.mode == "I" and file.format in ("PNG", "PPM"))
        picture = ImageOps.exif_transpose(file)
    picture = Image.fromarray(np.asarray(picture, np.float32) / 257) if is_deep else _flat(picture)
    array = np.asarray(picture if size is None else resized(picture, size, crop=crop))
    return array.reshape(*array.shape[:2], -1)


def _flat(picture: Image.Image) -> Image.Image:
    """Lays a picture on white and brings it to mode L or RGB, 8 bits a channel."""
    if picture.mode not in GREY_MODES + COLOUR_MODES:
        raise ValueError(f"mode {picture.mode!r}, which does not say what white is")
    grey = picture.mode in GREY_MODES
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("L" if grey else "RGB")


def resized(picture: Image.Image, size: tuple[int, int], *, crop: bool) -> Image.Image:
    """Scales a picture to `(height, width)`; Pillow's bilinear filter also averages when shrinking."""
    if crop:
        return ImageOps.fit(picture, size[::-1], Image.Resampling.BILINEAR)
    return picture.resize(size[::-1], Image.Resampling.BILINEAR)

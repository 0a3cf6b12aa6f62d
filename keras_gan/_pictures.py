"""Reads a folder of pictures into one array."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from keras_gan._errors import Shown, bad_value

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

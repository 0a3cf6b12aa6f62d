"""Moving pictures that the reader can pause: H.264 through PyAV, else animated WebP through Pillow."""

import base64
import html
import io
import tempfile
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from keras_gan._checks import Shown, bad_value, check_array, check_count, check_fits, check_target, writing
from keras_gan.plots.pictures import checked_images

SIDE = 448  # pixels that the longer side of small frames is blown up to
LONGEST, MOST_FPS = 16_382, 1_000  # WebP's longest side, made even; it counts in milliseconds
WEBP_NOTE = "Animated WebP, which can't be paused. `pip install av` makes films with controls."
# Without it, x264's fast arithmetic gives other bytes in about one run of a hundred, and on other processors.
SAME_BYTES = {"x264-params": "cpu-independent=1"}
MIMES = {".mp4": "video/mp4", ".webp": "image/webp"}


@dataclass(frozen=True, repr=False)
class Movie:
    """An encoded film; the last line of a notebook cell shows it, with controls.

    Attributes:
        data: The bytes of the file.
        suffix: `".mp4"`, or `".webp"` where PyAV is not installed.
        num_frames: Number of pictures.
        size: Width and height in pixels.
        fps: Pictures a second.
        alt: What is seen, for readers who can't see it.
    """

    data: bytes
    suffix: str
    num_frames: int
    size: tuple[int, int]
    fps: int
    alt: str

    def __repr__(self) -> str:
        width, height = self.size
        kind = f"{self.num_frames} frames, {width} x {height}, {self.fps} fps, {len(self.data) / 1024:.0f} KB"
        return f"Movie({self.suffix}, {kind})" + (f" # {WEBP_NOTE}" if self.suffix == ".webp" else "")

    def _repr_html_(self) -> str:
        source = f"data:{MIMES[self.suffix]};base64,{base64.b64encode(self.data).decode()}"
        alt, (width, height) = html.escape(self.alt), self.size
        if self.suffix == ".webp":
            return (
                f'<figure><img src="{source}" alt="{alt}" width="{width}" height="{height}">'
                f"<figcaption>{WEBP_NOTE}</figcaption></figure>"
            )
        return (
            f'<video controls loop muted playsinline preload="metadata" aria-label="{alt}" '
            f'width="{width}" height="{height}" src="{source}"></video>'
        )

    def save(self, path: str | PathLike[str]) -> Path:
        """Writes the film to a file whose name ends in `suffix`, and returns its path.

        Raises:
            ValueError: The name ends differently, or no file can be called so.
            OSError: The folder is not there or not writable, or the path is that of a folder.
        """
        path = check_target("path", path)
        if path.suffix != self.suffix:
            todo = f"Choose a name that ends in {self.suffix}"
            if path.suffix == ".mp4":
                todo = "Install PyAV with `pip install av`, or choose a name that ends in .webp"
            raise bad_value(f"This movie is a {self.suffix} file", Shown(f"path {path}"), todo)
        with writing(path) as part:
            part.write_bytes(self.data)
        return path


def movie(
    frames: ArrayLike,
    path: str | PathLike[str] | None = None,
    *,
    fps: int = 10,
    scale: int | None = None,
    alt: str = "",
) -> Movie:
    """Makes a film from frames; the same frames give the same bytes.

    Args:
        frames: uint8 in 0..255 `(t, height, width, 3)`, or floats in [-1, 1] `(t, height, width)`
            or `(t, height, width, channels)`, such as a stack of `image_grid` results.
        path: File to write as well, or None. A name that ends in `.webp` asks for that format.
        fps: Frames a second, at most 1,000.
        scale: Whole number by which each pixel is blown up; None for about 448 pixels a side.
        alt: What is seen, with its numbers, for readers who can't see it.

    Returns:
        A `Movie`: H.264 in MP4 where PyAV is installed, else animated WebP, which says so.

    Raises:
        ValueError: The frames have another shape or values, a side would be longer than 16,382 pixels, or
            `path` ends in something else.
        OSError: `path` can't be written to.

    Example:
        >>> movie(np.zeros((3, 17, 17)), scale=4).num_frames
        3
    """
    check_count("fps", fps, most=MOST_FPS)
    if path is not None:
        path = check_target("path", path)
    pictures = _pictures(frames)
    side = max(pictures.shape[1:3])
    if side > LONGEST:
        received = Shown(f"{side:,}")
        raise bad_value(f"`frames` have at most {LONGEST:,} pixels a side", received, "Scale them down")
    scale = check_count("scale", max(1, SIDE // side) if scale is None else scale, most=LONGEST // side)
    num_bytes = (len(pictures), *(scale * length for length in pictures.shape[1:3]), 3)
    check_fits("Frames", num_bytes, "Take a smaller `scale`, or fewer", itemsize=1)
    pictures = _even(pictures.repeat(scale, axis=1).repeat(scale, axis=2))
    wants_webp = path is not None and path.suffix == ".webp"
    encoded = None if wants_webp else _h264(pictures, fps)
    data, suffix = (_webp(pictures, fps), ".webp") if encoded is None else (encoded, ".mp4")
    height, width = pictures.shape[1:3]
    film = Movie(data, suffix, len(pictures), (width, height), fps, alt)
    if path is not None:
        film.save(path)
    return film


def _pictures(frames: ArrayLike) -> NDArray[np.uint8]:
    """Brings frames to uint8 `(t, height, width, 3)`."""
    array = check_array("frames", frames, dtype=None)
    if array.dtype.kind == "f":
        array = np.round((checked_images(array) + 1) * 127.5).astype(np.uint8)
        array = np.broadcast_to(array, (*array.shape[:3], 3))
    if array.dtype != np.uint8 or array.ndim != 4 or array.shape[-1] != 3 or 0 in array.shape:
        expected = "`frames` are uint8 (t, height, width, 3), or floats in [-1, 1]"
        received = Shown(f"dtype {array.dtype}, shape {array.shape}")
        raise bad_value(expected, received, "Stack frames of one shape with `numpy.stack`")
    return array


def _even(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Repeats the last row and column where their number is odd, which H.264 can't store."""
    height, width = pictures.shape[1:3]
    return np.pad(pictures, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), mode="edge")


def _h264(pictures: NDArray[np.uint8], fps: int) -> bytes | None:
    """Returns an MP4 file, or None without PyAV. One thread, so that the bytes are always the same."""
    try:
        import av
    except ImportError:
        return None
    height, width = pictures.shape[1:3]
    with tempfile.TemporaryDirectory() as folder:  # moving the index to the front needs a real file
        target = Path(folder, "movie.mp4")
        options = {"movflags": "+faststart", "fflags": "+bitexact"}
        with av.open(str(target), "w", options=options) as file:
            settings = {"crf": "23", "preset": "medium", "threads": "1", "flags": "+bitexact", **SAME_BYTES}
            stream: Any = file.add_stream("libx264", rate=fps, options=settings)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for picture in pictures:
                file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            file.mux(stream.encode())
        return target.read_bytes()


def _webp(pictures: NDArray[np.uint8], fps: int) -> bytes:
    first, *rest = [Image.fromarray(picture) for picture in pictures]
    stream = io.BytesIO()
    first.save(
        stream, "WEBP", save_all=True, append_images=rest, duration=round(1000 / fps), loop=0, lossless=True
    )
    return stream.getvalue()

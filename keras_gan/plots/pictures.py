"""One style and a few pictures: takes arrays and `Axes`, never a model, never calls `show()`.

Colours have fixed meanings, and a second sign beside colour says the same: real circles and solid
lines, fake crosses and dashed lines. Every function draws into `ax`, or into a new figure, and
returns the `Axes`, so that title, limits and labels can still be changed.
"""

from collections.abc import Callable, Mapping
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from numpy.typing import ArrayLike, NDArray

from keras_gan._checks import Shown, bad_value, check_array, check_count, check_fits, check_number
from keras_gan.plots.style import COLOURS, legend_below, new_or_given, styled

MANY_POINTS = 1_000
SIDE = 448  # pixels of the longer side of a tiled picture, about
SURFACE = LinearSegmentedColormap.from_list(
    "surface", matplotlib.colormaps["PRGn"](np.linspace(0.2, 0.8, 257))
)


@styled
def plot_samples(
    real: ArrayLike | None = None,
    fake: ArrayLike | None = None,
    *,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draws points of the plane: real ones as green circles, fake ones as purple crosses.

    Args:
        real: `(n, 2)`, or None.
        fake: `(n, 2)`, or None. All points given are drawn.
        ax: Where to draw; None for a new figure.
        title: What the picture shows, as a finding.

    Raises:
        ValueError: An array has another shape or holds values that are not finite.

    Example:
        >>> plot_samples(real=[[0, 0], [1, 1]], fake=[[0, 1]]).get_aspect()
        1.0
    """
    ax = new_or_given(ax, title, (4.6, 4.6))
    looks: list[tuple[str, ArrayLike | None, dict[str, Any]]] = [
        ("real", real, {"marker": "o", "facecolors": "none", "edgecolors": COLOURS["real"]}),
        ("fake", fake, {"marker": "x", "c": COLOURS["fake"]}),
    ]
    for name, samples, look in looks:
        if samples is not None:
            points = _points(name, samples)
            many = len(points) > MANY_POINTS
            look |= {"s": 8 if many else 22, "rasterized": many, "linewidths": 0.8, "label": name}
            ax.scatter(points[:, 0], points[:, 1], **look)
    ax.set_aspect("equal")
    ax.set(xlabel="x₁", ylabel="x₂")
    if real is not None or fake is not None:
        legend_below(ax)
    return ax


@styled
def plot_images(
    images: ArrayLike, *, columns: int | None = None, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draws all given images as one tiled picture, in their order, row by row.

    Pass the first images of a sample, `images[:64]`; picking the best ones shows nothing.

    Args:
        images: Floats in [-1, 1], `(n, height, width)` or `(n, height, width, channels)`.
        columns: Images in a row; None for a square.
        ax: Where to draw; None for a new figure.
        title: What the picture shows, as a finding.

    Raises:
        ValueError: The images have another shape or values.

    Example:
        >>> plot_images(np.zeros((16, 8, 8))).images[0].get_array().shape
        (35, 35)
    """
    grid = image_grid(images, columns)
    return _draw_grid(new_or_given(_pixel_axes(grid) if ax is None else ax, title), grid)


@styled
def plot_image_rows(
    rows: Mapping[str, ArrayLike], *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draws labelled rows of images in one picture, such as samples after several epochs.

    Args:
        rows: Label of a row to its images, all of one shape: floats in [-1, 1],
            `(n, height, width)` or `(n, height, width, channels)`. Use the same `z` in all rows.
        ax: Where to draw; None for a new figure.
        title: What the picture shows, as a finding.

    Raises:
        ValueError: There is no row, the shapes differ or values are out of range.

    Example:
        >>> ax = plot_image_rows({"epoch 5": np.zeros((6, 8, 8)), "epoch 10": np.zeros((6, 8, 8))})
        >>> [label.get_text() for label in ax.get_yticklabels()]
        ['epoch 5', 'epoch 10']
    """
    if not isinstance(rows, Mapping):
        todo = "Pass for example `{'epoch 5': images[:5]}`"
        raise bad_value("`rows` maps labels to images", Shown(f"a {type(rows).__name__}"), todo)
    arrays = [check_array(f"rows[{label!r}]", row, dtype=None) for label, row in rows.items()]
    shapes = [array.shape for array in arrays]
    if len(set(shapes)) != 1:
        todo = "Pass as many images in each row, such as `{'epoch 5': images[:5]}`"
        raise bad_value("All rows hold images of one shape", Shown(f"shapes {shapes}"), todo)
    grid = image_grid(np.concatenate(arrays), columns=max(1, len(arrays[0])))
    height, width = grid.shape[:2]
    inches = min(5.6 / width, 7.0 / height)
    ax = _draw_grid(new_or_given(ax, title, (inches * width + 1, inches * height + 0.35)), grid)
    centres = (np.arange(len(arrays)) + 0.5) * (height + 1) / len(arrays) - 1
    ax.set_yticks(centres, labels=list(rows))
    return ax


@styled
def plot_surface(
    score: Callable[[NDArray[np.float32]], ArrayLike],
    limits: tuple[float, float, float, float],
    *,
    center: float = 0.5,
    label: str = "D(x), probability of real",
    num_ticks: int = 101,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Colours the plane by what a discriminator says of each point: green real, purple fake.

    Args:
        score: Takes float32 points `(n, 2)`, returns `n` numbers.
        limits: The rectangle `(x_low, x_high, y_low, y_high)`.
        center: The undecided value, drawn white. Around 0.5 the colours span [0, 1], the same in
            every picture; around another value (0 for a critic) they span the largest distance.
        label: What the values are.
        num_ticks: Points along each side; `score` gets `num_ticks ** 2` of them at once.
        ax: Where to draw; None for a new figure. Draw the samples into it afterwards.
        title: What the picture shows, as a finding.

    Raises:
        ValueError: The limits are none, or `score` returns something else.

    Example:
        >>> plot_surface(lambda points: points[:, 0] > 0, (-1, 1, -1, 1)).get_xlabel()
        'x₁'
    """
    ends = check_array("limits", limits)
    if ends.shape != (4,) or not np.isfinite(ends).all() or ends[0] >= ends[1] or ends[2] >= ends[3]:
        raise bad_value("`limits` are (x_low, x_high, y_low, y_high)", limits, "Pass `(-2, 2, -2, 2)`, say")
    x_low, x_high, y_low, y_high = ends
    check_fits("Points", (check_count("num_ticks", num_ticks), num_ticks, 2), "Take fewer", itemsize=8)
    check_number("center", center)
    x, y = np.linspace(x_low, x_high, num_ticks), np.linspace(y_low, y_high, num_ticks)
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(np.float32)
    values = finite("score", check_array("score", score(points)))
    if values.size != len(points):
        received = Shown(f"shape {values.shape} for {len(points)} points")
        raise bad_value("`score` returns one number a point", received, "Return shape (n,)")
    ax = new_or_given(ax, title, (5.4, 4.6))
    reach = 0.5 if center == 0.5 else max(float(np.abs(values - center).max()), 1e-12)
    norm = TwoSlopeNorm(center, center - reach, center + reach)
    mesh = ax.pcolormesh(
        x,
        y,
        values.reshape(num_ticks, num_ticks),
        cmap=SURFACE,
        norm=norm,
        shading="gouraud",
        rasterized=True,
    )
    ax.figure.colorbar(mesh, ax=ax, label=label, shrink=0.85)
    ax.set(xlabel="x₁", ylabel="x₂", xlim=(x_low, x_high), ylim=(y_low, y_high), aspect="equal")
    return ax


def _pixel_axes(grid: NDArray[np.float32]) -> Axes:
    """Returns the axes of a new figure in which each pixel of `grid` is a whole number of pixels."""
    height, width = grid.shape[:2]
    zoom, dpi, title_height = max(1, round(SIDE / max(height, width))), 100, 30
    total = height * zoom + title_height
    figure = plt.figure(figsize=(width * zoom / dpi, total / dpi), dpi=dpi, layout="none")
    return figure.add_axes((0, 0, 1, height * zoom / total))


def _draw_grid(ax: Axes, grid: NDArray[np.float32]) -> Axes:
    shades = (np.atleast_3d(grid) + 1) / 2
    ax.imshow(shades[..., 0] if shades.shape[-1] == 1 else shades, cmap="gray", vmin=0, vmax=1)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return ax


def _points(name: str, samples: ArrayLike) -> NDArray[np.float64]:
    points = check_array(name, samples)
    if points.ndim != 2 or points.shape[1] != 2:
        todo = "Pass points of the plane, one a row; draw images with `plot_images`"
        raise bad_value(f"`{name}` has shape (n, 2)", Shown(f"shape {points.shape}"), todo)
    return finite(name, points)


TOLERANCE = 1e-3


def image_grid(images: ArrayLike, columns: int | None = None) -> NDArray[np.float32]:
    """Lays images side by side, in their order and row by row, with a gap of one white pixel.

    Args:
        images: Floats in [-1, 1], `(n, height, width)` or `(n, height, width, channels)` with one
            or three channels.
        columns: Images in a row; None for a square. Empty places of the last row are white.

    Returns:
        float32 in [-1, 1], `(height, width)` for grey and `(height, width, 3)` for colour images.

    Raises:
        ValueError: The images have another shape or values.

    Example:
        >>> image_grid(np.zeros((6, 8, 8, 1)), columns=3).shape
        (17, 26)
    """
    pixels = checked_images(images)
    num, height, width, channels = pixels.shape
    if columns is None:
        columns = int(np.ceil(np.sqrt(num)))
    rows = -(-num // check_count("columns", columns))
    check_fits("Places", (rows, columns, height + 1, width + 1, channels), "Take fewer columns")
    cells = np.ones((rows * columns, height + 1, width + 1, channels), np.float32)
    cells[:num, :-1, :-1] = pixels
    cells = cells.reshape(rows, columns, height + 1, width + 1, channels).swapaxes(1, 2)
    grid = cells.reshape(rows * (height + 1), columns * (width + 1), channels)[:-1, :-1]
    return grid[..., 0] if channels == 1 else grid


def checked_images(images: ArrayLike) -> NDArray[np.float32]:
    """Returns images as float32 `(n, height, width, channels)` in [-1, 1], or raises `ValueError`."""
    array = check_array("images", images, dtype=None)
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or array.shape[-1] not in (1, 3) or 0 in array.shape:
        todo = "Reshape flat images, and pass several: `images[:16]`; draw points by `plot_samples`"
        expected = "Images have shape (n, height, width) or (n, height, width, channels), 1 or 3 channels"
        raise bad_value(expected, Shown(f"shape {np.shape(images)}"), todo)
    if array.dtype.kind != "f":
        todo = "Scale 0..255 by `images / 127.5 - 1`"
        raise bad_value("Images are floats in [-1, 1]", Shown(f"dtype {array.dtype}"), todo)
    lowest, highest = float(array.min()), float(array.max())
    if not (lowest >= -1 - TOLERANCE and highest <= 1 + TOLERANCE):  # NaN, too, fails here
        todo = "Rescale them, or say what is lost with `np.clip(images, -1, 1)`"
        received = Shown(f"values from {lowest:g} to {highest:g}")
        raise bad_value("Images are floats in [-1, 1]", received, todo)
    return np.clip(array.astype(np.float32), -1, 1)


def finite(name: str, values: NDArray[Any]) -> NDArray[Any]:
    """Returns `values`, or raises `ValueError` where one is NaN or infinite."""
    broken = int((~np.isfinite(values)).sum())
    if broken:
        received = Shown(f"{broken} of {values.size} that are not")
        raise bad_value(
            f"`{name}` holds finite numbers", received, "Leave them out, and look where they come from"
        )
    return values

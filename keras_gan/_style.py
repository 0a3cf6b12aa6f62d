"""The colours with their meanings, and the one style of all pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

REAL = "#1b9e77"
FAKE = "#762a83"
DISCRIMINATOR = "#222222"
PENALTY = "#d95f02"
NEUTRAL = "#8c8c8c"
INK = "#222222"
STYLE: Any = {
    "figure.figsize": (5.6, 3.6),
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "savefig.facecolor": "white",
    "savefig.dpi": 200,
    "svg.hashsalt": "keras-gan",
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "image.interpolation": "none",
    "lines.linewidth": 1.8,
}


@contextmanager
def _style_context() -> Iterator[None]:
    # In Jupyter the first figure starts the backend and switches interactive drawing on. Inside the
    # context that would be undone at its end, and later figures would not appear.
    plt.draw_if_interactive()
    with matplotlib.rc_context(STYLE):
        yield


styled = _style_context()


def use_style() -> None:
    """Makes `STYLE` the style of all later figures of this Python session.

    The functions here use it for their own figures anyway; call this for figures of your own.

    Example:
        >>> use_style()
    """
    matplotlib.rcParams.update(STYLE)


def new_or_given(ax: Axes | None, title: str | None, figsize: tuple[float, float] | None = None) -> Axes:
    """Returns `ax`, or the axes of a new figure, with the title."""
    if ax is None:
        ax = plt.subplots(figsize=figsize)[1]
    if title is not None:
        ax.set_title(title)
    return ax


def legend_below(ax: Axes) -> None:
    """Puts the legend under the label of the x axis, where it hides nothing."""
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), borderaxespad=3.2, ncols=2)

"""The one style of all pictures, which stands in `keras_gan.mplstyle`, and what its colours mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

STYLE = Path(__file__).with_name("keras_gan.mplstyle")
_RC = matplotlib.rc_params_from_file(STYLE, use_default_template=False)
COLOURS: dict[str, str] = dict(
    zip(
        ("real", "fake", "discriminator", "penalty", "neutral"),
        _RC["axes.prop_cycle"].by_key()["color"],
        strict=True,
    )
)


@contextmanager
def _style_context() -> Iterator[None]:
    # In Jupyter the first figure starts the backend and switches interactive drawing on. Inside the
    # context that would be undone at its end, and later figures would not appear.
    plt.draw_if_interactive()
    with matplotlib.rc_context(_RC):
        yield


styled = _style_context()


def use_style() -> None:
    """Makes the course's style, `keras_gan.mplstyle`, that of all later figures of this Python session.

    The functions here use it for their own figures anyway; call this for figures of your own.

    Example:
        >>> use_style()
    """
    matplotlib.rcParams.update(_RC)


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

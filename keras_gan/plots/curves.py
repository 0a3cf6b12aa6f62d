"""Pictures of a training run: losses, scores, seeds. `keras_gan.plots` hands them on."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from keras_gan._checks import Shown, bad_value, check_array, unknown_option
from keras_gan.plots.style import COLOURS, legend_below, new_or_given, styled

Curve = Sequence[float] | NDArray[Any]


@styled
def plot_losses(
    history: Mapping[str, Curve],
    *,
    equilibrium: Mapping[str, float] | None = None,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draws the two losses of a training run against the epoch.

    Args:
        history: `g_loss` and `d_loss`, one value an epoch, like `History.history` of Keras; other
            keys are left alone. NaN leaves a gap.
        equilibrium: Theoretical values, such as `{"d_loss": 2 * log(2), "g_loss": log(2)}`, drawn
            as thin horizontal lines in the colour of their player.
        ax: Where to draw; None for a new figure.
        title: What the picture shows, as a finding.

    Raises:
        ValueError: A key is missing, or the curves have no or different lengths.

    Example:
        >>> plot_losses({"g_loss": [0.7, 0.9], "d_loss": [1.4, 1.2]}).get_xlabel()
        'epoch'
    """
    looks: dict[str, dict[str, Any]] = {
        "d_loss": {"color": COLOURS["discriminator"], "linestyle": "-", "label": "discriminator"},
        "g_loss": {"color": COLOURS["fake"], "linestyle": "--", "label": "generator"},
    }
    ax = _draw_curves(new_or_given(ax, title), history, looks)
    for key, value in (equilibrium or {}).items():
        if key not in looks:
            raise unknown_option("key of equilibrium", key, looks)
        name = looks[key]["label"]
        style = {**looks[key], "linewidth": 0.9, "alpha": 0.7, "label": f"{name} at equilibrium"}
        ax.axhline(value, **style)
    ax.set_ylabel("loss, nats")
    legend_below(ax)
    return ax


@styled
def plot_seeds(
    x: ArrayLike,
    curves: ArrayLike,
    *,
    color: str = COLOURS["discriminator"],
    linestyle: str = "-",
    label: str | None = None,
    theory: float | None = None,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draws one curve a seed as a thin line, and their median as a thick one.

    Args:
        x: Steps or epochs, `(n,)`.
        curves: `(seeds, n)`. NaN leaves a gap; the median is that of the other seeds.
        color: Colour of all lines; take one of this module's.
        linestyle: `"--"` for generators.
        label: What the curves are, for the legend.
        theory: The theoretical value, drawn as a horizontal grey line.
        ax: Where to draw; None for a new figure. Call again with it for a second group.
        title: What the picture shows, as a finding.

    Raises:
        ValueError: The shapes don't fit.

    Example:
        >>> len(plot_seeds([1, 2, 3], np.ones((5, 3))).lines)
        6
    """
    steps, values = check_array("x", x), check_array("curves", curves)
    if values.ndim != 2 or len(values) == 0 or steps.shape != values.shape[1:]:
        received = Shown(f"shapes {steps.shape} and {values.shape}")
        raise bad_value("`x` has shape (n,) and `curves` (seeds, n)", received, "Stack one curve a row")
    ax = new_or_given(ax, title)
    ax.plot(steps, values.T, color=color, linestyle=linestyle, linewidth=0.7, alpha=0.5)
    gone = np.isnan(values).all(axis=0)
    median = np.full(len(steps), np.nan)
    median[~gone] = np.nanmedian(values[:, ~gone], axis=0)
    name = f"{label or 'median'}, {len(values)} seeds"
    ax.plot(steps, median, color=color, linestyle=linestyle, linewidth=2.6, label=name)
    if theory is not None:
        ax.axhline(theory, color=COLOURS["neutral"], linewidth=1.2, linestyle=":", label="theory")
    legend_below(ax)
    return ax


def _draw_curves(ax: Axes, history: Mapping[str, Curve], looks: Mapping[str, Mapping[str, Any]]) -> Axes:
    keys = list(history) if isinstance(history, Mapping) else None
    if keys is None or not set(looks) <= set(keys):
        received = Shown(f"a {type(history).__name__}" if keys is None else f"{keys}")
        todo = "Pass `history.history` of the training run"
        raise bad_value(f"`history` has the keys {', '.join(looks)}", received, todo)
    curves = {key: check_array(key, history[key]) for key in looks}
    shapes = {curve.shape for curve in curves.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1 or (0,) in shapes:
        raise bad_value(
            "`history` holds one number an epoch", Shown(f"shapes {shapes}"), "Pass lists of one length"
        )
    for key, look in looks.items():
        epochs = np.arange(1, len(curves[key]) + 1)
        ax.plot(epochs, curves[key], marker="." if len(epochs) < 3 else None, **look)
    ax.set_xlabel("epoch")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax

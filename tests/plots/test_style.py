"""One style: colours told apart, ink that the site swaps, axes given or new, nothing left behind."""

from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

from keras_gan import plots
from keras_gan.plots.style import STYLE

PACKAGE = Path(plots.__file__).parent
DARK_PAGE = "#1e2029"  # the slate scheme's hsla(232, 15%, 14%)
DARK_TWINS = {"#222222": "#e6e6e6", "#762a83": "#c2a5cf"}  # swapped in when the site is built
COLORS = list(plots.COLOURS.values())[:4]
HISTORY = {"g_loss": [0.7, 0.9, 0.8], "d_loss": [1.4, 1.2, 1.3]}


def luminance(color):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("color", [*COLORS, plots.COLOURS["neutral"]])
def test_colors_stand_out_on_both_pages(color):
    assert contrast(color, "#ffffff") >= 3
    assert contrast(DARK_TWINS.get(color, color), DARK_PAGE) >= 3


def lab(color, sight):
    """CIE L*a*b* (D65) of a colour as seen with normal, deuteranope or protanope sight (Machado 2009)."""
    matrices = {
        "normal": np.eye(3),
        "deuteranope": [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.01182, 0.04294, 0.968881],
        ],
        "protanope": [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
    }
    linear = np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)])
    seen = np.clip(np.asarray(matrices[sight]) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(np.maximum(np.asarray(to_xyz) @ seen / [0.9505, 1, 1.089], 1e-9))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", ["normal", "deuteranope", "protanope"])
@pytest.mark.parametrize("page", ["light", "dark"])
def test_the_four_meanings_look_different(sight, page):
    colors = COLORS if page == "light" else [DARK_TWINS.get(color, color) for color in COLORS]
    pairs = [(a, b) for a in colors for b in colors if a < b]
    distances = {pair: np.linalg.norm(lab(pair[0], sight) - lab(pair[1], sight)) for pair in pairs}
    assert round(min(distances.values())) >= (38 if page == "light" else 20), distances


def test_text_axes_and_ticks_are_the_ink_that_the_site_swaps():
    ax = plots.plot_losses(HISTORY, title="finding")
    texts = [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.get_legend().get_texts()]
    colors = {to_hex(text.get_color()) for text in texts} | {
        to_hex(s.get_edgecolor()) for s in ax.spines.values()
    }
    assert colors == {"#222222"}


def test_no_style_is_transparent_and_none_leaks():
    assert not any("transparent" in key for key in STYLE.read_text(encoding="utf-8").split())
    before = dict(matplotlib.rcParams)
    plots.plot_losses(HISTORY)
    assert dict(matplotlib.rcParams) == before
    with matplotlib.rc_context():
        plots.use_style()
        assert matplotlib.rcParams["text.color"] == "#222222"


def test_all_draw_into_given_axes():
    axes = plt.subplots(2, 4)[1].ravel()
    images = np.zeros((4, 3, 3))
    drawn = [
        plots.plot_samples(np.zeros((2, 2)), ax=axes[0]),
        plots.plot_images(images, ax=axes[1]),
        plots.plot_image_rows({"a": images}, ax=axes[2]),
        plots.plot_losses(HISTORY, ax=axes[3]),
        plots.plot_surface(lambda points: points[:, 0], (0, 1, 0, 1), ax=axes[4]),
        plots.plot_seeds([1, 2], [[1, 2], [3, 4]], ax=axes[5]),
    ]
    assert all(ax is given for ax, given in zip(drawn, axes, strict=False))
    assert len(plt.get_fignums()) == 1

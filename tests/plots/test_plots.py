import builtins
import re
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

from keras_gan import plots
from keras_gan.plots.movie import WEBP_NOTE
from keras_gan.plots.style import STYLE

PACKAGE = Path(plots.__file__).parent
DARK_PAGE = "#1e2029"  # the slate scheme's hsla(232, 15%, 14%)
DARK_TWINS = {"#222222": "#e6e6e6", "#762a83": "#c2a5cf"}  # swapped in when the site is built
COLORS = list(plots.COLOURS.values())[:4]
HISTORY = {
    "g_loss": [0.7, 0.9, 0.8],
    "d_loss": [1.4, 1.2, 1.3],
    "d_real": [0.9, 0.8, 0.7],
    "d_fake": [0.1, 0.2, 0.3],
}


@pytest.fixture(autouse=True)
def close_figures():
    matplotlib.use("agg")
    yield
    plt.close("all")


# Colours


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


# Pictures


def draw(ax):
    ax.figure.canvas.draw()
    return np.asarray(ax.figure.canvas.buffer_rgba())


def test_samples_have_two_signs_each():
    ax = plots.plot_samples(real=np.zeros((5, 2)), fake=np.ones((3, 2)))
    real, fake = ax.collections
    assert (len(real.get_offsets()), len(fake.get_offsets())) == (5, 3)
    assert to_hex(real.get_edgecolor()[0]) == plots.COLOURS["real"]
    assert len(real.get_facecolor()) == 0
    assert to_hex(fake.get_edgecolor()[0]) == plots.COLOURS["fake"]
    assert len(real.get_paths()[0]) != len(fake.get_paths()[0])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["real", "fake"]
    assert ax.get_aspect() == 1


def test_many_samples_are_drawn_as_pixels():
    few = plots.plot_samples(fake=np.zeros((1_000, 2))).collections[0]
    many = plots.plot_samples(fake=np.zeros((1_001, 2))).collections[0]
    assert (bool(few.get_rasterized()), bool(many.get_rasterized())) == (False, True)


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


def test_image_grid_keeps_order_and_gap():
    grid = plots.image_grid(np.arange(5).reshape(5, 1, 1) / 10, columns=3)
    expected = [[0.0, 1, 0.1, 1, 0.2], [1, 1, 1, 1, 1], [0.3, 1, 0.4, 1, 1]]
    np.testing.assert_allclose(grid, expected, atol=1e-7)
    assert plots.image_grid(np.zeros((9, 4, 5, 3))).shape == (14, 17, 3)


def test_images_are_drawn_pixel_by_pixel():
    pixels = np.random.default_rng(0).integers(0, 256, (4, 8, 8))
    ax = plots.plot_images(pixels / 127.5 - 1, columns=2, title="first four")
    picture = draw(ax)
    zoom = round(448 / 17)
    assert picture.shape == (17 * zoom + 30, 17 * zoom, 4)
    shown = picture[30 + zoom // 2 :: zoom, zoom // 2 :: zoom, 0]
    np.testing.assert_allclose(shown[:8, :8], pixels[0], atol=1)
    np.testing.assert_allclose(shown[9:, 9:], pixels[3], atol=1)
    assert ax.images[0].get_interpolation() == "none"


def test_dim_images_are_not_brightened():
    assert draw(plots.plot_images(np.full((1, 4, 4), -0.5)))[-1, 0, 0] == 64


def test_rows_are_labelled_at_their_middle():
    ax = plots.plot_image_rows({"epoch 5": np.zeros((3, 8, 8, 3)), "epoch 10": np.zeros((3, 8, 8, 3))})
    assert ax.images[0].get_array().shape == (17, 26, 3)
    np.testing.assert_allclose(ax.get_yticks(), [3.5, 12.5])


def test_losses_with_equilibrium():
    ax = plots.plot_losses(HISTORY, equilibrium={"d_loss": 1.386, "g_loss": 0.693})
    loss_d, loss_g, line_d, line_g = ax.lines
    assert (loss_d.get_color(), loss_d.get_linestyle()) == (plots.COLOURS["discriminator"], "-")
    assert (loss_g.get_color(), loss_g.get_linestyle()) == (plots.COLOURS["fake"], "--")
    assert (line_d.get_ydata()[0], line_g.get_ydata()[0]) == (1.386, 0.693)
    np.testing.assert_array_equal(loss_d.get_xdata(), [1, 2, 3])


def test_a_run_that_broke_off_is_drawn():
    draw(plots.plot_losses({"g_loss": [0.7, np.nan], "d_loss": [1.4, np.nan]}))
    draw(plots.plot_losses({"g_loss": [0.7], "d_loss": [1.4]}))


def test_seeds_and_their_median():
    curves = np.array([[1.0, 5, np.nan], [2, 6, np.nan], [9, np.nan, np.nan]])
    ax = plots.plot_seeds([0, 10, 20], curves, label="plain", theory=0.5)
    *thin, median, theory = ax.lines
    assert len(thin) == 3
    assert max(line.get_linewidth() for line in thin) < median.get_linewidth()
    np.testing.assert_array_equal(median.get_ydata(), [2, 5.5, np.nan])
    assert (median.get_label(), theory.get_ydata()[0]) == ("plain, 3 seeds", 0.5)


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_surface_is_white_where_undecided(shape):
    ax = plots.plot_surface(lambda points: points[:, 0].reshape(shape), (0, 1, 0, 2), num_ticks=11)
    mesh = ax.collections[0]
    assert (mesh.norm.vmin, mesh.norm.vcenter, mesh.norm.vmax) == (0, 0.5, 1)
    np.testing.assert_allclose(mesh.cmap(mesh.norm(0.5))[:3], 0.97, atol=0.01)
    low, high = mesh.cmap(0.0), mesh.cmap(1.0)
    assert low[1] < low[0]  # purple
    assert high[1] > high[0]  # green
    np.testing.assert_allclose(mesh.get_array().reshape(11, 11)[0], np.linspace(0, 1, 11), atol=1e-6)


def test_surface_of_a_critic_spans_its_values():
    ax = plots.plot_surface(
        lambda points: 7 * points[:, 1], (-1, 1, -1, 2), center=0.0, label="critic output"
    )
    norm = ax.collections[0].norm
    assert (norm.vmin, norm.vmax) == (-14, 14)
    draw(plots.plot_surface(lambda points: 0 * points[:, 1], (-1, 1, -1, 2), center=0.0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.plot_samples(np.zeros((5, 3))), "`real` has shape (n, 2). Received: shape (5, 3). "),
        (lambda: plots.plot_samples(fake=[[0, np.nan]]), "`fake` holds finite numbers. Received: 1 of 2"),
        (lambda: plots.plot_images(np.zeros((4, 784))), "Reshape flat images"),
        (lambda: plots.plot_images(np.zeros((4, 3, 3, 2))), "1 or 3 channels. Received: shape (4, 3, 3, 2)"),
        (lambda: plots.plot_images(np.zeros((0, 3, 3))), "Received: shape (0, 3, 3)"),
        (lambda: plots.plot_images(np.zeros((4, 3, 3), np.uint8)), "by `images / 127.5 - 1`"),
        (lambda: plots.plot_images(np.full((4, 3, 3), 2.0)), "Received: values from 2 to 2. Rescale"),
        (lambda: plots.plot_images(np.full((4, 3, 3), np.nan)), "Received: values from nan to nan"),
        (lambda: plots.plot_images(np.zeros((4, 3, 3)), columns=0), "`columns` is a positive integer"),
        (lambda: plots.plot_image_rows({}), "All rows hold images of one shape. Received: shapes []"),
        (
            lambda: plots.plot_image_rows({"a": np.zeros((2, 3, 3)), "b": np.zeros((3, 3, 3))}),
            "shapes [(2, 3, 3), (3",
        ),
        (
            lambda: plots.plot_losses({"loss": [1]}),
            "`history` has the keys d_loss, g_loss. Received: ['loss']",
        ),
        (lambda: plots.plot_losses({"d_loss": [], "g_loss": []}), "`history` holds one number an epoch"),
        (lambda: plots.plot_losses({"d_loss": [1, 2], "g_loss": [1]}), "`history` holds one number an epoch"),
        (lambda: plots.plot_losses(HISTORY, equilibrium={"loss": 1}), "`key of equilibrium` is one of"),
        (lambda: plots.plot_surface(np.sum, (0, 1, 1, 0)), "`limits` are (x_low"),
        (lambda: plots.plot_surface(np.sum, (0, 1, 0, 1)), "`score` returns one number a point"),
        (lambda: plots.plot_seeds([1, 2], [1, 2]), "`curves` (seeds, n). Received: shapes (2,) and (2,)"),
        (lambda: plots.movie(np.zeros((2, 4, 4), np.uint8)), "Received: dtype uint8, shape (2, 4, 4)"),
        (lambda: plots.movie(np.zeros((2, 4, 4)), fps=0), "`fps` is a positive integer"),
        (
            lambda: plots.movie(np.zeros((2, 4, 4)), "film.gif"),
            "file. Received: path film.gif. Choose a name",
        ),
    ],
)
def test_bad_arguments_get_three_sentences(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


# Movies


@pytest.fixture
def frames():
    digits = np.random.default_rng(0).uniform(-1, 1, (6, 4, 8, 8))
    return np.stack([plots.image_grid(row) for row in digits])


@pytest.fixture
def without_av(monkeypatch):
    real_import = builtins.__import__

    def no_av(name, *args):
        if name == "av":
            raise ImportError(name)
        return real_import(name, *args)

    monkeypatch.setattr(builtins, "__import__", no_av)


def test_mp4_is_the_same_every_time_and_shows_the_frames(frames, tmp_path):
    av = pytest.importorskip("av")
    film = plots.movie(frames, tmp_path / "film.mp4", scale=9, alt='8 < 9 "digits"')
    assert film.data == plots.movie(frames, scale=9).data == (tmp_path / "film.mp4").read_bytes()
    assert (film.num_frames, film.size, film.suffix) == (6, (154, 154), ".mp4")  # 153 is odd
    with av.open(str(tmp_path / "film.mp4")) as file:
        shown = [frame.to_ndarray(format="gray") for frame in file.decode(video=0)]
    middle = shown[0][4:153:9, 4:153:9].astype(float)
    assert len(shown) == 6
    assert np.abs(middle - (frames[0] + 1) * 127.5).mean() < 8
    page = film._repr_html_()
    assert page.startswith("<video controls loop muted playsinline")
    assert 'aria-label="8 &lt; 9 &quot;digits&quot;"' in page


def test_webp_without_av_says_so(frames, tmp_path, without_av):
    film = plots.movie(frames)
    assert (film.suffix, film.data[8:12]) == (".webp", b"WEBP")
    assert film.data == plots.movie(frames).data
    assert WEBP_NOTE in film._repr_html_()
    assert WEBP_NOTE in repr(film)
    with pytest.raises(ValueError, match=re.escape("pip install 'keras-gan[movie]'")):
        plots.movie(frames, tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()


def test_webp_can_be_asked_for_and_is_lossless(tmp_path):
    from PIL import Image

    colors = np.random.default_rng(0).integers(0, 256, (3, 5, 4, 3), dtype=np.uint8)
    path = plots.movie(colors, tmp_path / "film.webp", scale=2, fps=5).save(tmp_path / "again.webp")
    with Image.open(path) as film:
        assert (film.n_frames, film.size, film.info["loop"]) == (3, (8, 10), 0)
        film.seek(1)
        np.testing.assert_array_equal(np.asarray(film.convert("RGB"))[::2, ::2], colors[1])


def test_small_frames_are_blown_up_and_large_ones_left():
    assert plots.movie(np.zeros((2, 17, 17))).size == (442, 442)
    assert plots.movie(np.zeros((2, 500, 300))).size == (300, 500)

"""Samples, images and the surface of a discriminator, drawn as they are."""

import re

import numpy as np
import pytest
from matplotlib.colors import to_hex

from keras_gan import plots


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


def test_image_grid_keeps_order_and_gap():
    grid = plots.image_grid(np.arange(5).reshape(5, 1, 1) / 10, columns=3)
    expected = [[0.0, 1, 0.1, 1, 0.2], [1, 1, 1, 1, 1], [0.3, 1, 0.4, 1, 1]]
    np.testing.assert_allclose(grid, expected, atol=1e-7)
    assert plots.image_grid(np.zeros((9, 4, 5, 3))).shape == (14, 17, 3)


def test_images_are_drawn_pixel_by_pixel(draw):
    pixels = np.random.default_rng(0).integers(0, 256, (4, 8, 8))
    ax = plots.plot_images(pixels / 127.5 - 1, columns=2, title="first four")
    picture = draw(ax)
    zoom = round(448 / 17)
    assert picture.shape == (17 * zoom + 30, 17 * zoom, 4)
    shown = picture[30 + zoom // 2 :: zoom, zoom // 2 :: zoom, 0]
    np.testing.assert_allclose(shown[:8, :8], pixels[0], atol=1)
    np.testing.assert_allclose(shown[9:, 9:], pixels[3], atol=1)
    assert ax.images[0].get_interpolation() == "none"


def test_dim_images_are_not_brightened(draw):
    assert draw(plots.plot_images(np.full((1, 4, 4), -0.5)))[-1, 0, 0] == 64


def test_rows_are_labelled_at_their_middle():
    ax = plots.plot_image_rows({"epoch 5": np.zeros((3, 8, 8, 3)), "epoch 10": np.zeros((3, 8, 8, 3))})
    assert ax.images[0].get_array().shape == (17, 26, 3)
    np.testing.assert_allclose(ax.get_yticks(), [3.5, 12.5])


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


def test_surface_of_a_critic_spans_its_values(draw):
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
        (lambda: plots.plot_surface(np.sum, (0, 1, 1, 0)), "`limits` are (x_low"),
        (lambda: plots.plot_surface(np.sum, (0, 1, 0, 1)), "`score` returns one number a point"),
    ],
)
def test_bad_arguments_get_three_sentences(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()

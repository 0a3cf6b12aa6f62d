"""Toy distributions: known modes, known density, and stacked digits."""

import numpy as np
import pytest

from keras_gan import data
from keras_gan.data import stacked_digits

DIGITS = data.load_images("digits")


@pytest.mark.parametrize("num_modes", [1, 2, 7, 8, 25])
def test_ring_has_as_many_different_modes_as_asked(num_modes):
    modes = data.ring(num_modes, num_train=10, num_test=10).modes
    assert len(np.unique(np.round(modes, 6), axis=0)) == num_modes
    np.testing.assert_allclose(np.hypot(*modes.T), 1)


def test_ring_is_an_octagon():
    modes = data.ring(radius=2.0, num_train=10, num_test=10).modes
    sides = np.linalg.norm(modes - np.roll(modes, 1, axis=0), axis=1)
    np.testing.assert_allclose(sides, 4 * np.sin(np.pi / 8))


def test_grid_is_pacgans():
    modes = data.grid(num_train=10, num_test=10).modes
    assert {tuple(mode) for mode in modes} == {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}


@pytest.mark.parametrize("make", [data.ring, data.grid, data.moons])
def test_toys_share_types_sizes_and_seeds(make):
    toy = make(num_train=300, num_test=200, seed=3)
    assert (toy.train.shape, toy.test.shape, toy.sample_shape) == ((300, 2), (200, 2), (2,))
    assert toy.train.dtype == toy.test.dtype == np.float32
    again = make(num_train=300, num_test=100, seed=3)
    np.testing.assert_array_equal(toy.train, again.train)
    assert not np.array_equal(toy.train, make(num_train=300, num_test=200, seed=4).train)
    assert not np.array_equal(toy.train[:200], toy.test)


def test_labels_of_a_mixture_are_its_modes():
    ring = data.ring(std=0.01)
    assert ring.train_labels.dtype == np.int64
    assert np.abs(ring.train - ring.modes[ring.train_labels]).max() < 0.06
    np.testing.assert_allclose((ring.train - ring.modes[ring.train_labels]).std(), 0.01, rtol=0.02)


def test_weights_are_scaled_and_obeyed():
    ring = data.ring(4, weights=[5, 1, 1, 1])
    np.testing.assert_allclose(ring.weights, [0.625, 0.125, 0.125, 0.125])
    np.testing.assert_allclose(np.bincount(ring.train_labels) / 40_000, ring.weights, atol=0.01)


def test_density_integrates_to_one_and_falls_by_the_closed_form():
    ring = data.ring(std=0.1, weights=np.arange(1, 9))
    ticks = np.linspace(-2, 2, 201)
    points = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    assert np.exp(ring.log_density(points)).sum() * 0.02**2 == pytest.approx(1, abs=1e-6)
    one = data.ring(1, std=0.5)
    here, there = one.log_density([[1.0, 0.0], [1.5, 0.0]])
    assert here == pytest.approx(-np.log(2 * np.pi * 0.25))
    assert here - there == pytest.approx(0.5)


def test_density_far_away_is_finite():
    assert np.isfinite(data.ring().log_density([[1e4, 0.0]])).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: data.ring(0), "`num_modes` is a positive integer. Received: 0. "),
        (lambda: data.ring(8.0), "`num_modes` is a positive integer. Received: 8.0. "),
        (lambda: data.ring(std=0), "`std` is a positive number. Received: 0. "),
        (lambda: data.ring(std=float("nan")), "`std` is a positive number. Received: nan. "),
        (lambda: data.ring(radius="1"), "`radius` is a positive number. Received: '1'. "),
        (lambda: data.ring(weights=[1, 1]), "`weights` holds 8 positive numbers"),
        (lambda: data.ring(num_train=0), "`num_train` is a positive integer"),
        (lambda: data.ring(seed=-1), "`seed` is an integer from 0"),
        (lambda: data.moons(std=-1), "`std` is a number from 0 up"),
        (lambda: data.moons().log_density([[0, 0]]), "`log_density` needs a Gaussian mixture"),
        (lambda: data.ring().log_density([0, 0]), r"`x` has shape \(n, 2\). Received: shape \(2,\)."),
        (lambda: data.load_images("minst"), "Did you mean 'mnist'?"),
        (lambda: data.load_images("pictures"), "'path/to/folder/of/pictures'. Received: 'pictures'. "),
        (lambda: data.load_images(7), "`name` is a string or a path. Received: 7. "),
        (lambda: data.load_images("digits", size=(8, 8, 1)), "`size` is one number or"),
        (lambda: data.load_images("digits", size=0), "`size` is a positive integer"),
        (lambda: data.load_images("digits", value_range=(0, 16)), "`value_range` is for your own .npz"),
    ],
)
def test_bad_arguments_get_three_sentences(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# Stacked digits


def test_each_channel_is_a_digit_of_the_label():
    stacked = stacked_digits(DIGITS, num_train=300, num_test=200)
    assert (stacked.train.shape, stacked.test.shape) == ((300, 8, 8, 3), (200, 8, 8, 3))
    assert stacked.train.dtype == np.float32
    assert stacked.train_labels.dtype == np.int64
    known = {image.tobytes(): label for image, label in zip(DIGITS.train, DIGITS.train_labels, strict=True)}
    for image, label in zip(stacked.train, stacked.train_labels, strict=True):
        digits = [known[np.ascontiguousarray(image[..., channel]).tobytes()] for channel in range(3)]
        assert label == 100 * digits[0] + 10 * digits[1] + digits[2]


def test_test_images_come_from_test_digits():
    known = {image.tobytes() for image in DIGITS.test}
    stacked = stacked_digits(DIGITS, num_train=1, num_test=50)
    assert all(np.ascontiguousarray(image[..., 1]).tobytes() in known for image in stacked.test)


def test_all_thousand_modes_are_there():
    stacked = stacked_digits(DIGITS, num_train=26_000, num_test=1)
    assert len(np.unique(stacked.train_labels)) == 1_000


def test_same_seed_same_images():
    first, again = (stacked_digits(DIGITS, num_train=20, num_test=num, seed=3) for num in (5, 9))
    np.testing.assert_array_equal(first.train, again.train)
    assert not np.array_equal(first.train, stacked_digits(DIGITS, num_train=20, num_test=5, seed=4).train)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stacked_digits(data.ring()), "`digits` holds grey images with labels. Received: Dataset"),
        (lambda: stacked_digits(data.moons()), "`digits` holds grey images with labels"),
        (lambda: stacked_digits(stacked_digits(DIGITS, num_train=9, num_test=9)), "grey images"),
        (lambda: stacked_digits(DIGITS, num_train=0), "`num_train` is a positive integer"),
        (lambda: stacked_digits(DIGITS, seed=-1), "`seed` is an integer from 0"),
    ],
)
def test_bad_digits_get_three_sentences(call, message):
    with pytest.raises(ValueError, match=message):
        call()

import numpy as np
import pytest

from keras_gan import data
from keras_gan.data.toy import stacked_digits

DIGITS = data.load_images("digits")


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
def test_bad_arguments_get_three_sentences(call, message):
    with pytest.raises(ValueError, match=message):
        call()

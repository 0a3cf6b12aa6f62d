"""Images with a thousand known modes: three digits as the three colours of one picture."""

import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import check_count, check_seed
from keras_gan._dataset import Dataset
from keras_gan._errors import Shown, bad_value

NUM_CHANNELS = 3


def stacked_digits(
    digits: Dataset, *, num_train: int = 20_000, num_test: int = 10_000, seed: int = 0
) -> Dataset:
    """Stacks three random digits into one colour image: 1,000 modes, which a classifier can count.

    The triples are drawn with replacement, training images from training digits and test images from
    test digits. Published scores train on 128,000 triples and count the modes of 26,000 samples.

    Args:
        digits: Grey images with labels, such as `load_images("mnist")`.
        num_train: Number of training images.
        num_test: Number of test images.
        seed: Seed of both draws. The training images don't depend on `num_test`.

    Returns:
        Images `(n, height, width, 3)` whose label is 100 a + 10 b + c for ten classes of digits: a is the
        first channel's class. In general it is a number in base `num_classes`.

    Raises:
        ValueError: `digits` has no labels or more than one channel, or a count is out of range.

    Example:
        >>> from keras_gan.data import load_images
        >>> stacked_digits(load_images("digits"), num_train=100, num_test=50)
        Dataset('stacked digits', train=(100, 8, 8, 3), test=(50, 8, 8, 3))

    Reference:
        Metz et al. 2017, "Unrolled generative adversarial networks", section 3.3.1, arXiv:1611.02163;
        Lin et al. 2018, "PacGAN: The power of two samples in generative adversarial networks", section 4.2.
    """
    check_count("num_train", num_train)
    check_count("num_test", num_test)
    labels = digits.train_labels, digits.test_labels
    if labels[0] is None or labels[1] is None or digits.train.ndim != 4 or digits.train.shape[3] != 1:
        todo = "Pass `load_images('mnist')` or `load_images('digits')`"
        raise bad_value("`digits` holds grey images with labels", Shown(repr(digits)), todo)
    num_classes = 1 + int(max(labels[0].max(), labels[1].max()))
    train_rng, test_rng = np.random.default_rng(check_seed(seed)).spawn(2)
    train, train_labels = _stack(digits.train, labels[0], num_classes, num_train, train_rng)
    test, test_labels = _stack(digits.test, labels[1], num_classes, num_test, test_rng)
    return Dataset(train, test, train_labels, test_labels, name=f"stacked {digits.name}")


def stacked_label(channels: NDArray[np.int64], num_classes: int) -> NDArray[np.int64]:
    """Returns one label for the labels of the channels, `(n, 3)`: a number whose digits they are."""
    return channels @ num_classes ** np.arange(channels.shape[1])[::-1]


def _stack(
    images: NDArray[np.float32],
    labels: NDArray[np.int64],
    num_classes: int,
    num: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    chosen = rng.integers(len(images), size=(num, NUM_CHANNELS))
    stacked = np.stack([images[channel, :, :, 0] for channel in chosen.T], axis=-1)
    return stacked, stacked_label(labels[chosen], num_classes)

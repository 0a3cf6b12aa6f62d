"""The small CNN whose features and answers measure image samples.

It is trained once on the data at hand, and kept. An Inception network knows photographs, not digits
of 28 x 28 pixels; and it is a download of 90 MB.
"""

import math
import warnings
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keras_gan._checks import Shown, bad_value, check_array, check_seed, writing
from keras_gan.data.dataset import Dataset
from keras_gan.data.download import keras_folder
from keras_gan.data.images import read_arrays
from keras_gan.data.toy import stacked_label

if TYPE_CHECKING:
    import keras

# The recipe, which is part of the name of a kept file: other numbers, other file.
VERSION = 1
WIDTHS, FEATURE_SIZE, DROPOUT = (32, 48), 64, 0.25
SMALL = 8  # sides up to this are halved once only, larger ones twice
MAX_STEPS, MAX_EPOCHS, BATCH_SIZE, LEARNING_RATE = 2_000, 50, 128, 2e-3
PREDICT_BATCH = 500


class Classifier:
    """Labels images, and turns them into the features by which samples are measured.

    Built by `load_classifier`. A value measured with one classifier can't be compared with a value
    measured with another: say beside it which data, which accuracy and how many features.

    Args:
        model: From images to features and logits.
        accuracy: Share of the test images that it labels rightly.
        num_test: Number of test images.

    Attributes:
        accuracy: Share in [0, 1] of the test images that it labels rightly.
        num_test: Number of test images it was tested on.
    """

    def __init__(self, model: "keras.Model", accuracy: float = float("nan"), num_test: int = 0) -> None:
        self.model = model
        self.accuracy = accuracy
        self.num_test = num_test

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the images it reads."""
        return self.model.input_shape[1:]

    @property
    def feature_size(self) -> int:
        """Number of features of an image."""
        return self.model.output_shape[0][-1]

    @property
    def num_classes(self) -> int:
        """Number of classes it tells apart."""
        return self.model.output_shape[1][-1]

    def features(self, images: ArrayLike) -> NDArray[np.float32]:
        """Returns the last hidden layer, from 0 up: float32 `(n, feature_size)`.

        Args:
            images: `(n, height, width, channels)` in [-1, 1].

        Raises:
            ValueError: `images` has another shape, or a pixel beyond [-1, 1].
        """
        return self._outputs(images)[0]

    def probabilities(self, images: ArrayLike) -> NDArray[np.float64]:
        """Returns the probability of each class, float64 `(n, num_classes)`; arguments as for `features`."""
        logits = self._outputs(images)[1].astype(np.float64)
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)

    def labels(self, images: ArrayLike) -> NDArray[np.int64]:
        """Returns the likeliest class of each image, int64 `(n,)`; arguments as for `features`."""
        return self._outputs(images)[1].argmax(axis=1).astype(np.int64)

    def stacked_labels(self, images: ArrayLike) -> NDArray[np.int64]:
        """Returns the labels of `stacked_digits`, 0 to 999: each channel is read by itself.

        Args:
            images: `(n, height, width, 3)` in [-1, 1], for a classifier of grey images.

        Raises:
            ValueError: `images` has another shape, or a pixel beyond [-1, 1].
        """
        array = check_array("images", images, dtype=np.float32)
        if array.ndim != 4:
            raise self._bad_images(array, "n, height, width, 3")
        channels = [self.labels(array[..., [channel]]) for channel in range(array.shape[3])]
        return stacked_label(np.stack(channels, axis=1), self.num_classes)

    def _outputs(self, images: ArrayLike) -> list[NDArray[np.float32]]:
        array = check_array("images", images, dtype=np.float32)
        if array.ndim != 4 or array.shape[1:] != self.image_shape or not len(array):
            raise self._bad_images(array, ", ".join(map(str, ("n", *self.image_shape))))
        if not (np.abs(array) <= 1 + 1e-4).all():
            received = Shown(f"pixels from {array.min():.3g} to {array.max():.3g}")
            raise bad_value("`images` lie in [-1, 1]", received, "Scale them as the training images were")
        outputs = self.model.predict(array, batch_size=PREDICT_BATCH, verbose=0)
        return [np.asarray(output) for output in outputs]

    def _bad_images(self, array: NDArray[Any], shape: str) -> ValueError:
        received, todo = Shown(f"shape {array.shape}"), "Load the classifier for the data of these images"
        return bad_value(f"`images` has shape ({shape})", received, todo)


def load_classifier(data: Dataset, *, seed: int = 0) -> Classifier:
    """Returns a classifier of the data's classes: trained at the first call, kept for later ones.

    The file lies in `keras_gan` in Keras's folder (`KERAS_HOME`, by default `~/.keras`), under a hash of
    the training data, the recipe and the seed. Every backend reads the same file.

    Args:
        data: Images with labels, such as `load_images("digits")`. The test part measures the accuracy.
        seed: Seed of the first weights and of the order of the images.

    Raises:
        ValueError: `data` holds no images, or no labels.

    Example:
        >>> from keras_gan.data import load_images
        >>> classifier = load_classifier(load_images("digits"))
        >>> classifier.accuracy > 0.96, classifier.feature_size
        (True, 64)
    """
    check_seed(seed)
    train, train_labels, test, test_labels = _images_and_labels(data)
    num_classes = 1 + int(max(train_labels.max(), test_labels.max()))
    model = _network(data.sample_shape, num_classes, seed)
    file = f"classifier-{_key(train, train_labels, num_classes, seed)}.npz"
    weights = _read_weights(file, [weight.shape for weight in model.weights])
    if weights is None:
        _train(model, train, train_labels, seed)
        _write_weights(file, model.get_weights())
    else:
        model.set_weights(weights)
    accuracy = (Classifier(model).labels(test) == test_labels).mean()
    return Classifier(model, float(accuracy), len(test))


def _images_and_labels(data: Dataset) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    if data.train_labels is None or data.test_labels is None or data.train.ndim != 4:
        todo = "Pass `load_images('digits')`, or images of your own with `y_train`"
        raise bad_value("`data` holds images and their labels", Shown(repr(data)), todo)
    return data.train, data.train_labels, data.test, data.test_labels


def _key(images: NDArray[Any], labels: NDArray[Any], num_classes: int, seed: int) -> str:
    """Returns what the weights depend on, as 16 hexadecimal digits."""
    recipe = (VERSION, WIDTHS, SMALL, FEATURE_SIZE, DROPOUT, MAX_STEPS, MAX_EPOCHS, BATCH_SIZE, LEARNING_RATE)
    digest = sha256(repr((recipe, num_classes, seed, images.shape)).encode())
    digest.update(images.tobytes())
    digest.update(labels.tobytes())
    return digest.hexdigest()[:16]


def _network(shape: tuple[int, ...], num_classes: int, seed: int) -> "keras.Model":
    """Returns a CNN from images to features and logits: two convolutions and two dense layers."""
    import keras
    from keras import layers

    x = image = layers.Input(shape, name="image")
    for number, width in enumerate(WIDTHS):
        # Strides, not pooling: the gradient of a maximum takes JAX three times as long on a processor.
        x = layers.Conv2D(
            width,
            3,
            strides=2 if number or max(shape[:2]) > SMALL else 1,
            padding="same",
            activation="relu",
            kernel_initializer=keras.initializers.HeNormal(seed=seed + number),
            data_format="channels_last",
        )(x)
    x = layers.Dropout(DROPOUT, seed=seed)(layers.Flatten()(x))
    features = layers.Dense(
        FEATURE_SIZE,
        activation="relu",
        kernel_initializer=keras.initializers.HeNormal(seed=seed + 2),
        name="features",
    )(x)
    x = layers.Dropout(DROPOUT, seed=seed + 1)(features)
    logits = layers.Dense(
        num_classes, kernel_initializer=keras.initializers.GlorotUniform(seed=seed + 3), name="logits"
    )(x)
    return keras.Model(image, [features, logits], name="classifier")


def _train(model: "keras.Model", images: NDArray[Any], labels: NDArray[Any], seed: int) -> None:
    import keras

    num_steps = min(MAX_STEPS, MAX_EPOCHS * math.ceil(len(images) / BATCH_SIZE))
    player = keras.Model(model.input, model.output[1])
    player.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, num_steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    # Not `fit`, which hands a generator to `from_generator`: see `Devices.count` on TensorFlow.
    for batch in islice(_batches(images, labels, seed), num_steps):
        player.train_on_batch(*batch)


def _batches(
    images: NDArray[Any], labels: NDArray[Any], seed: int
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Yields batches for ever: all images in a new order, again and again."""
    rng = np.random.default_rng(seed)
    waiting = rng.permutation(len(images))
    while True:
        while len(waiting) < BATCH_SIZE:
            waiting = np.concatenate([waiting, rng.permutation(len(images))])
        chosen, waiting = waiting[:BATCH_SIZE], waiting[BATCH_SIZE:]
        yield images[chosen], labels[chosen]


def _read_weights(name: str, shapes: list[tuple[int, ...]]) -> list[NDArray[np.float32]] | None:
    """Returns the kept weights; None where there are none, and with a warning where the file is broken."""
    path = _folder() / name
    weights: list[NDArray[np.float32]] = []
    try:
        names = [f"weight_{number}" for number in range(len(shapes))]
        weights = list(read_arrays(path, names)[0].values())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except Exception:  # a damaged file raises from anywhere; `weights` stays empty
        pass
    if [weight.shape for weight in weights] == shapes and all(
        np.isfinite(weight).all() for weight in weights
    ):
        return weights
    expected = "A file of kept weights is as it was written"
    todo = "It is trained again now, and written anew"
    warnings.warn(str(bad_value(expected, Shown(f"{path}, which is damaged"), todo)), stacklevel=3)
    return None


def _write_weights(name: str, weights: list[NDArray[np.float32]]) -> None:
    """Keeps the weights; where the folder can't be written to there is a warning, and no file."""
    arrays = {f"weight_{number}": weight for number, weight in enumerate(weights)}
    folder = _folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with writing(folder / name) as part:
            np.savez(part, **arrays)  # type: ignore[arg-type]  # numpy's stub takes `**` for `allow_pickle`
    except OSError as error:
        expected = f"Trained weights are kept in {folder}"
        todo = "Set the environment variable KERAS_HOME to a writable folder, or they are trained each time"
        warnings.warn(str(bad_value(expected, Shown(error.strerror or str(error)), todo)), stacklevel=3)


def _folder() -> Path:
    return keras_folder() / "keras_gan"

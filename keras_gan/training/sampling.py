"""Drawing `z` and samples from a `GAN`."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan._checks import Shown, bad_value, check_count, check_seed
from keras_gan.training.check_networks import count_classes, with_labels

_ROWS_AT_ONCE = 1000


class Sampling:
    """What a `GAN` can do without training; `GAN` supplies the attributes named here."""

    generator: keras.Model
    averaged_generator: keras.Model | None
    latent: str

    @property
    def latent_dim(self) -> int:
        """Length of `z`."""
        return self.generator.inputs[0].shape[-1]

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample."""
        return self.generator.output_shape[1:]

    @property
    def num_classes(self) -> int | None:
        """Number of classes of a class-conditional GAN, otherwise `None`."""
        return count_classes(self.generator)

    def call(self, z: Any, training: bool = False) -> Any:
        """Generates one sample a row of `z`, shape `(batch, latent_dim)`, or of `[z, labels]`."""
        return self.generator(z, training=training)

    def draw_z(self, num: int, *, seed: int | None = None) -> np.ndarray:
        """Draws `z` with NumPy, float32 `(num, latent_dim)`: the same on every backend."""
        rng = np.random.default_rng(seed if seed is None else check_seed(seed))
        shape = (check_count("num", num), self.latent_dim)
        z = rng.standard_normal(shape) if self.latent == "normal" else rng.uniform(-1.0, 1.0, shape)
        return z.astype("float32")

    def sample(
        self, num: int, labels: Any = None, *, seed: int | None = None, averaged: bool = False
    ) -> np.ndarray:
        """Generates `num` samples, float32 `(num, *sample_shape)`; equal seeds give equal `z`.

        Args:
            num: How many.
            labels: Their classes, integers `(num,)`. A class-conditional GAN takes 0, 1, …,
                `num_classes` - 1, 0, 1, … by default.
            seed: Of `z`.
            averaged: Use `averaged_generator` instead of `generator`.

        Raises:
            ValueError: For labels without classes or beyond them, and where no average is kept.
        """
        z = self.draw_z(num, seed=seed)
        if labels is None and self.num_classes:
            labels = np.arange(num) % self.num_classes
        labels = checked_labels(labels, num, self.num_classes)
        generator = self._averaged() if averaged else self.generator
        if hasattr(self, "jax_state_sync"):  # in the middle of an epoch, JAX holds the weights elsewhere
            self.jax_state_sync()
        parts = [slice(i, i + _ROWS_AT_ONCE) for i in range(0, num, _ROWS_AT_ONCE)]
        samples = [
            generator(with_labels(z[part], None if labels is None else labels[part]), training=False)
            for part in parts
        ]
        return np.concatenate([ops.convert_to_numpy(x) for x in samples]).astype("float32", copy=False)

    def _averaged(self) -> keras.Model:
        if self.averaged_generator is None:
            raise bad_value(
                "An averaged generator is there once `GAN` was asked to keep one",
                Shown("averaged=True, average=None"),
                "Pass `average=0.999` to `GAN`, or leave out `averaged`",
            )
        return self.averaged_generator


def checked_labels(labels: Any, num: int, num_classes: int | None) -> np.ndarray | None:
    """Returns class labels as int32 `(num,)`, or says what is wrong with them.

    Raises:
        ValueError: For labels without class-conditional networks or the reverse, another shape, numbers
            that are not integers, and classes that do not exist.
    """
    check_labels_wanted(labels, num_classes)
    if labels is None or num_classes is None:
        return None
    array = np.asarray(labels)
    whole = np.issubdtype(array.dtype, np.integer)
    if array.shape != (num,) or not whole or array.min() < 0 or array.max() >= num_classes:
        span = f", values {array.min()} to {array.max()}" if whole and array.size else ""
        raise bad_value(
            f"Labels are {num} integers from 0 to {num_classes - 1}, one a row",
            Shown(f"shape {array.shape}, dtype {array.dtype}{span}"),
            "Number the classes from 0, and pass a flat array",
        )
    return array.astype("int32")


def check_labels_wanted(labels: Any, num_classes: int | None) -> None:
    """Raises `ValueError` for labels without class-conditional networks, and for the reverse."""
    if (labels is None) != (num_classes is None):
        raise bad_value(
            "Labels come with class-conditional networks, and these need labels",
            Shown("no labels" if labels is None else "labels for networks that read none"),
            "Pass `(samples, labels)` and build both networks with `num_classes`, or do neither",
        )


def check_no_labels_beside(y: Any) -> None:
    """Raises `ValueError` for labels beside a stream, which brings its own."""
    if y is not None:
        raise bad_value(
            "A stream brings its labels in its batches",
            Shown("`y` beside a stream"),
            "Let each batch be `(samples, labels)`",
        )

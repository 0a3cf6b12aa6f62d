"""Builders of generators and discriminators: each returns a plain `keras.Model`.

Generators map `z`, shape `(batch, latent_dim)`, to samples; discriminators map samples to logits,
shape `(batch, 1)`. `seed` reaches every initialiser and every Dropout, so equal seeds give equal
networks, bit for bit, whatever else the program draws. With `num_classes`, a network has a second
input `label`, int32 `(batch,)` in `range(num_classes)`: call it with `[z, label]` or `[sample, label]`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan._checks import (
    Shown,
    bad_value,
    check_choice,
    check_count,
    check_fits,
    check_flag,
    check_image_shape,
    check_seed,
    check_shape,
    check_widths,
    nearest,
)
from keras_gan.networks.layers import (
    MinibatchDiscrimination,
    MinibatchStandardDeviation,
    SpectralNormalization,
)


def mlp_generator(
    latent_dim: int,
    output_shape: Sequence[int],
    *,
    widths: Sequence[int] = (128, 128),
    activation: str = "relu",
    output_activation: str | None = None,
    batch_normalization: bool = False,
    dropout: float = 0.0,
    initializer: Any = "glorot_uniform",
    num_classes: int | None = None,
    seed: int | None = None,
    name: str = "generator",
) -> keras.Model:
    """A fully connected generator: [dense, (batch norm), activation, (dropout)] times `len(widths)`.

    Args:
        latent_dim: Length of `z`.
        output_shape: Shape of one sample: `(2,)`, `(784,)`, `(28, 28, 1)`.
        widths: Units of the hidden layers; `()` leaves one linear map.
        activation: Of the hidden layers: a Keras name, or `"leaky_relu_0.2"` for that slope.
        output_activation: `None` means tanh for images `(height, width, channels)` and linear for vectors.
        batch_normalization: Normalise each hidden layer before its activation.
        dropout: Rate in [0, 1) after each hidden activation.
        initializer: Kernel initialiser, a Keras name or object; its own seed is replaced by `seed`.
        num_classes: Makes it class-conditional: one-hot labels are joined to `z`.
        seed: Makes the initial weights and the dropout masks repeatable.

    Returns:
        A model from float32 `(batch, latent_dim)`, or that and labels int32 `(batch,)`, to float32
        `(batch, *output_shape)`.

    Raises:
        ValueError: For sizes below 1, a rate outside [0, 1), an unknown activation or a single class.

    Example:
        >>> mlp_generator(64, (2,), seed=1).output_shape
        (None, 2)

    Reference:
        Labels: Mirza and Osindero 2014, section 3.2, arXiv:1411.1784. Differs from the paper: the label
        joins `z` itself, not a hidden layer.
    """
    shape = check_shape("output_shape", output_shape)
    hidden = Hidden(activation, batch_normalization, dropout, initializer, seed)
    check_kernels(check_count("latent_dim", latent_dim), *check_widths(widths), math.prod(shape))
    z = layers.Input((latent_dim,), name="z")
    inputs, x = with_label(z, z, num_classes)
    for width in widths:
        x = hidden(layers.Dense, x, width)
    x = hidden.linear(layers.Dense, math.prod(shape))(x)
    x = layers.Reshape(shape)(x) if len(shape) > 1 else x
    if output_activation is None:
        output_activation = "tanh" if len(shape) == 3 else "linear"
    return keras.Model(inputs, activation_layer("output_activation", output_activation)()(x), name=name)


def mlp_discriminator(
    input_shape: Sequence[int],
    *,
    widths: Sequence[int] = (128, 128),
    activation: str = "leaky_relu_0.2",
    batch_normalization: bool = False,
    dropout: float = 0.0,
    initializer: Any = "glorot_uniform",
    spectral_normalization: bool = False,
    minibatch_features: str | None = None,
    num_classes: int | None = None,
    seed: int | None = None,
    name: str = "discriminator",
) -> keras.Model:
    """A fully connected discriminator that ends in one logit.

    Args:
        input_shape: Shape of one sample, as for `mlp_generator`.
        widths, activation, batch_normalization, dropout, initializer, seed: As for `mlp_generator`.
        spectral_normalization: Wrap every linear layer, the last one too, in `SpectralNormalization`.
        minibatch_features: `"standard_deviation"` or `"discrimination"`: the layer of that name before the
            last linear one, which lets the discriminator see how alike the samples of a batch are.
        num_classes: Makes it class-conditional: one-hot labels are joined to the flattened sample.

    Returns:
        A model from float32 `(batch, *input_shape)`, or that and labels int32 `(batch,)`, to logits,
        float32 `(batch, 1)`.

    Raises:
        ValueError: As for `mlp_generator`, and for unknown minibatch features.

    Example:
        >>> mlp_discriminator((28, 28, 1), widths=(128,)).count_params()
        100609
    """
    shape = check_shape("input_shape", input_shape)
    hidden = Hidden(activation, batch_normalization, dropout, initializer, seed, spectral_normalization)
    check_kernels(math.prod(shape), *check_widths(widths))
    sample = layers.Input(shape, name="sample")
    flat = layers.Flatten()(sample) if len(shape) > 1 else sample
    inputs, x = with_label(sample, flat, num_classes)
    for width in widths:
        x = hidden(layers.Dense, x, width)
    return keras.Model(inputs, hidden.logit(x, minibatch_features), name=name)


def conv_generator(
    latent_dim: int,
    output_shape: Sequence[int],
    *,
    width: int = 32,
    num_blocks: int | None = None,
    kernel_size: int = 4,
    activation: str = "relu",
    output_activation: str = "tanh",
    batch_normalization: bool = True,
    dropout: float = 0.0,
    initializer: Any = "glorot_uniform",
    num_classes: int | None = None,
    seed: int | None = None,
    name: str = "generator",
) -> keras.Model:
    """A convolutional generator: dense to a small map, then transposed convolutions that double it.

    Args:
        latent_dim: Length of `z`.
        output_shape: `(height, width, channels)`. Sides that `2**num_blocks` does not divide are made a
            little larger, and cropped to the middle: 218 × 178 from 7 × 6 by way of 224 × 192.
        width: Channels of the last hidden map; each map before it has twice as many, at most 8 times.
        num_blocks: Number of doublings. `None`: as many as leave 4 to 8 pixels of the shorter side (28 → 7,
            64 → 4).
        kernel_size: Of the transposed convolutions. A multiple of the stride 2 avoids checkerboards
            (Odena, Dumoulin and Olah 2016).
        activation, output_activation, batch_normalization, dropout, initializer, num_classes, seed: As for
            `mlp_generator`.

    Returns:
        A model from float32 `(batch, latent_dim)`, or that and labels int32 `(batch,)`, to float32
        `(batch, height, width, channels)`.

    Raises:
        ValueError: For sides too short for so many doublings, or a network larger than memory.

    Reference:
        Radford, Metz and Chintala 2016, section 3, arXiv:1511.06434.
    """
    shape = check_image_shape("output_shape", output_shape)
    num_blocks = check_blocks(shape, num_blocks)
    hidden = Hidden(activation, batch_normalization, dropout, initializer, seed)
    kernel_size = check_count("kernel_size", kernel_size)
    channels = [check_count("width", width) * min(2**i, 8) for i in range(num_blocks)][::-1]
    small = (*(-(-side // 2**num_blocks) for side in shape[:2]), channels[0])
    check_kernels(check_count("latent_dim", latent_dim), math.prod(small))
    check_kernels(kernel_size**2 * channels[0], channels[0])
    z = layers.Input((latent_dim,), name="z")
    inputs, x = with_label(z, z, num_classes)
    x = hidden(layers.Dense, x, math.prod(small), reshape=small)
    for count in channels[1:]:
        x = hidden(layers.Conv2DTranspose, x, count, kernel_size=kernel_size, strides=2, padding="same")
    x = hidden.linear(layers.Conv2DTranspose, shape[2], kernel_size=kernel_size, strides=2, padding="same")(x)
    x = cropped(x, shape)
    return keras.Model(inputs, activation_layer("output_activation", output_activation)()(x), name=name)


def conv_discriminator(
    input_shape: Sequence[int],
    *,
    width: int = 32,
    num_blocks: int | None = None,
    kernel_size: int = 4,
    activation: str = "leaky_relu_0.2",
    batch_normalization: bool = False,
    dropout: float = 0.0,
    initializer: Any = "glorot_uniform",
    spectral_normalization: bool = False,
    minibatch_features: str | None = None,
    num_classes: int | None = None,
    seed: int | None = None,
    name: str = "discriminator",
) -> keras.Model:
    """A convolutional discriminator: strided convolutions that halve the map, then one logit.

    Args:
        input_shape: `(height, width, channels)`. A map of an odd side is halved to the larger half.
        width: Channels of the first map; each map after it has twice as many, at most 8 times.
        num_blocks, kernel_size, activation, batch_normalization, dropout, initializer, seed: As for
            `conv_generator`. The first map has no batch normalisation, as in the paper.
        spectral_normalization: As for `mlp_discriminator`.
        minibatch_features: As for `mlp_discriminator`; the standard deviation is taken on the last map, the
            discrimination after flattening it.
        num_classes: Makes it class-conditional: each class has a plane `(height, width)`, learned, joined to
            the image as one more channel.

    Returns:
        A model from float32 `(batch, height, width, channels)`, or that and labels int32 `(batch,)`, to
        logits, float32 `(batch, 1)`.

    Raises:
        ValueError: As for `conv_generator`, and for unknown minibatch features.

    Reference:
        Radford, Metz and Chintala 2016, section 3, arXiv:1511.06434. Labels as a plane: Denton, Chintala,
        Szlam and Fergus 2015, arXiv:1506.05751.
    """
    shape = check_image_shape("input_shape", input_shape)
    num_blocks = check_blocks(shape, num_blocks)
    hidden = Hidden(activation, batch_normalization, dropout, initializer, seed, spectral_normalization)
    kernel_size = check_count("kernel_size", kernel_size)
    sample = layers.Input(shape, name="sample")
    inputs, x = with_plane(sample, num_classes, hidden.seeds)
    widest = check_count("width", width) * min(2 ** (num_blocks - 1), 8)
    check_kernels(kernel_size**2 * widest, widest)
    for i in range(num_blocks):
        count = width * min(2**i, 8)
        options = {"kernel_size": kernel_size, "strides": 2, "padding": "same"}
        x = hidden(layers.Conv2D, x, count, normalize=i > 0, **options)
    return keras.Model(inputs, hidden.logit(x, minibatch_features), name=name)


_SMALLEST_SIDE = 4
_MINIBATCH_FEATURES = ("standard_deviation", "discrimination")


class Hidden:
    """Applies one hidden layer: linear map, (batch norm), activation, (dropout), all seeded."""

    def __init__(
        self,
        activation: str,
        batch_normalization: bool,
        dropout: float,
        initializer: Any,
        seed: int | None,
        spectral_normalization: bool = False,
    ) -> None:
        is_number = isinstance(dropout, int | float | np.number) and not isinstance(dropout, bool)
        if not is_number or not 0.0 <= dropout < 1.0:
            raise bad_value("`dropout` is a rate in [0, 1)", dropout, "Pass 0.3 to drop 30 % of the units")
        self.activation = activation_layer("activation", activation)
        self.batch_normalization = check_flag("batch_normalization", batch_normalization)
        self.dropout = float(dropout)
        self.initializer = _initializer(initializer)
        self.spectral_normalization = check_flag("spectral_normalization", spectral_normalization)
        self.seeds = _seeds(seed)

    def __call__(
        self, layer: Callable, x: Any, units: int, reshape: Any = None, normalize: bool = True, **options: Any
    ) -> Any:
        """The output of one hidden layer on `x`."""
        normalize = self.batch_normalization and normalize
        x = self.linear(layer, units, use_bias=not normalize, **options)(x)
        x = layers.Reshape(reshape)(x) if reshape else x
        x = layers.BatchNormalization()(x) if normalize else x
        x = self.activation()(x)
        return layers.Dropout(self.dropout, seed=next(self.seeds))(x) if self.dropout else x

    def linear(self, layer: Callable, units: int, **options: Any) -> Any:
        """A linear layer, with spectral normalisation or without, whose initialiser has the next seed."""
        linear = layer(units, kernel_initializer=self._next_initializer(), **options)
        return SpectralNormalization(linear) if self.spectral_normalization else linear

    def logit(self, x: Any, minibatch_features: str | None) -> Any:
        """The end of a discriminator: (minibatch features), flattened, one linear unit."""
        if minibatch_features is not None:
            check_choice("minibatch_features", minibatch_features, _MINIBATCH_FEATURES)
        if minibatch_features == "standard_deviation":
            x = MinibatchStandardDeviation()(x)
        x = layers.Flatten()(x) if len(x.shape) > 2 else x
        if minibatch_features == "discrimination":
            x = MinibatchDiscrimination(kernel_initializer=self._next_initializer())(x)
        return self.linear(layers.Dense, 1)(x)

    def _next_initializer(self) -> Any:
        config = self.initializer.get_config()
        if "seed" in config:
            config["seed"] = next(self.seeds)
        return type(self.initializer).from_config(config)


def with_label(first: Any, x: Any, num_classes: int | None) -> tuple[Any, Any]:
    """Joins a one-hot label to the vectors `x`: returns the inputs of the model and what goes on.

    Mirza and Osindero 2014, section 3.2, arXiv:1411.1784.
    """
    if num_classes is None:
        return first, x
    label = _label(num_classes)
    return [first, label], layers.Concatenate()([x, ops.one_hot(label, num_classes)])


def with_plane(sample: Any, num_classes: int | None, seeds: Iterator[int | None]) -> tuple[Any, Any]:
    """Joins a learned plane per label to the channels of an image; returns as `with_label`.

    Denton, Chintala, Szlam and Fergus 2015, arXiv:1506.05751.
    """
    if num_classes is None:
        return sample, sample
    label, (height, width) = _label(num_classes), sample.shape[1:3]
    check_kernels(num_classes, height * width)
    # The planes start in the range of the images, [-1, 1].
    initializer = keras.initializers.RandomUniform(-1.0, 1.0, seed=next(seeds))
    plane = layers.Embedding(num_classes, height * width, embeddings_initializer=initializer)(label)
    return [sample, label], layers.Concatenate()([sample, layers.Reshape((height, width, 1))(plane)])


def _label(num_classes: int) -> Any:
    """The second input of a class-conditional network."""
    if check_count("num_classes", num_classes, most=2**20) < 2:
        raise bad_value("`num_classes` is an integer from 2 up", num_classes, "Leave it out without classes")
    return layers.Input((), dtype="int32", name="label")


def _seeds(seed: int | None) -> Iterator[int | None]:
    """Endless independent seeds from one, or endless `None`."""
    rng = None if seed is None else np.random.default_rng(check_seed(seed))
    while True:
        yield None if rng is None else int(rng.integers(2**31))


def _initializer(identifier: Any) -> Any:
    """The initialiser object for a Keras name or object."""
    try:
        initializer = keras.initializers.get(identifier)
    except (TypeError, ValueError):
        initializer = None
    if not isinstance(initializer, keras.initializers.Initializer):
        near = nearest(identifier, _names_in(keras.initializers))
        raise bad_value(
            "`initializer` is a Keras initializer or its name",
            identifier,
            f'Pass "{near or "glorot_uniform"}", say',
        )
    return initializer


def activation_layer(argument: str, name: str) -> Callable[[], Any]:
    """Maps "leaky_relu_0.2" to LeakyReLU with slope 0.2, other names to Keras's activation."""
    try:
        if not isinstance(name, str):
            raise ValueError
        if name.startswith("leaky_relu_"):
            slope = float(name.removeprefix("leaky_relu_"))
            if not 0 <= slope < math.inf:
                raise ValueError
            return lambda: layers.LeakyReLU(negative_slope=slope)
        function = keras.activations.get(name)
    except ValueError:
        near = nearest(name, _names_in(keras.activations))
        raise bad_value(
            f"`{argument}` is the name of a Keras activation, or `leaky_relu_` and a slope from 0 up",
            name,
            f'Pass for example "{near or "relu"}" or "leaky_relu_0.2"',
        ) from None
    return lambda: layers.Activation(function)


def _names_in(module: Any) -> list[str]:
    """Public names of functions and snake-cased aliases in a module of Keras."""
    return [name for name in vars(module) if name.islower() and not name.startswith("_")]


def check_blocks(shape: tuple[int, int, int], num_blocks: int | None) -> int:
    """Checks the number of halvings, or finds the largest that leaves the shorter side at least 4 pixels."""
    shorter = min(shape[:2])
    if num_blocks is None and shorter < 2 * _SMALLEST_SIDE:
        near = " x ".join(str(math.ceil(side * 2 * _SMALLEST_SIDE / shorter)) for side in shape[:2])
        raise bad_value(
            f"A convolutional network halves images of at least {2 * _SMALLEST_SIDE} pixels a side",
            Shown(f"{shape[0]} x {shape[1]} pixels"),
            f"Scale them, say to {near}, or use the fully connected builders",
        )
    if num_blocks is None:
        return (shorter // _SMALLEST_SIDE).bit_length() - 1
    most = shorter.bit_length() - 1
    if check_count("num_blocks", num_blocks) > most:
        raise bad_value(
            "Each block of a convolutional network halves its image, down to one pixel",
            Shown(f"{shape[0]} x {shape[1]} pixels, num_blocks={num_blocks}"),
            f"Pass {most} at most, or larger images" if most else "Pass larger images",
        )
    return num_blocks


def check_kernels(*sizes: int) -> None:
    """Raises `ValueError` where a kernel between two neighbouring sizes would not fit into memory."""
    for size, next_size in pairwise(sizes):
        check_fits("The weights of a layer", (size, next_size), "Build a smaller network")


def cropped(x: Any, shape: tuple[int, int, int]) -> Any:
    """The middle of the images `x`, of that shape; `x` itself where it has it."""
    spare = [large - side for large, side in zip(x.shape[1:3], shape[:2], strict=True)]
    return layers.Cropping2D([(n // 2, n - n // 2) for n in spare])(x) if any(spare) else x

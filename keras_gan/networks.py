"""Builders of generators and discriminators: each returns a plain `keras.Model`.

Generators map `z`, shape `(batch, latent_dim)`, to samples; discriminators map samples to logits,
shape `(batch, 1)`. `seed` reaches every initialiser and every Dropout, so equal seeds give equal
networks, bit for bit, whatever else the program draws.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers

from keras_gan._checks import check_count, check_image_shape, check_seed, check_shape, check_widths
from keras_gan._errors import Shown, bad_value

_SMALLEST_SIDE = 4


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
        seed: Makes the initial weights and the dropout masks repeatable.

    Returns:
        A model from float32 `(batch, latent_dim)` to float32 `(batch, *output_shape)`.

    Raises:
        ValueError: For sizes below 1, a rate outside [0, 1) or an unknown activation.

    Example:
        >>> mlp_generator(64, (2,), seed=1).output_shape
        (None, 2)
    """
    shape = check_shape("output_shape", output_shape)
    hidden = _Hidden(activation, batch_normalization, dropout, initializer, seed)
    z = x = layers.Input((check_count("latent_dim", latent_dim),), name="z")
    for width in check_widths(widths):
        x = hidden(layers.Dense, x, width)
    x = hidden.linear(layers.Dense, math.prod(shape))(x)
    x = layers.Reshape(shape)(x) if len(shape) > 1 else x
    output_activation = output_activation or ("tanh" if len(shape) == 3 else "linear")
    return keras.Model(z, _activation("output_activation", output_activation)()(x), name=name)


def mlp_discriminator(
    input_shape: Sequence[int],
    *,
    widths: Sequence[int] = (128, 128),
    activation: str = "leaky_relu_0.2",
    batch_normalization: bool = False,
    dropout: float = 0.0,
    initializer: Any = "glorot_uniform",
    seed: int | None = None,
    name: str = "discriminator",
) -> keras.Model:
    """A fully connected discriminator that ends in one logit.

    Args:
        input_shape: Shape of one sample, as for `mlp_generator`.
        widths, activation, batch_normalization, dropout, initializer, seed: As for `mlp_generator`.

    Returns:
        A model from float32 `(batch, *input_shape)` to logits, float32 `(batch, 1)`.

    Example:
        >>> mlp_discriminator((28, 28, 1), widths=(128,)).count_params()
        100609
    """
    shape = check_shape("input_shape", input_shape)
    hidden = _Hidden(activation, batch_normalization, dropout, initializer, seed)
    sample = x = layers.Input(shape, name="sample")
    x = layers.Flatten()(x) if len(shape) > 1 else x
    for width in check_widths(widths):
        x = hidden(layers.Dense, x, width)
    return keras.Model(sample, hidden.linear(layers.Dense, 1)(x), name=name)


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
    seed: int | None = None,
    name: str = "generator",
) -> keras.Model:
    """A convolutional generator: dense to a small map, then transposed convolutions that double it.

    Args:
        latent_dim: Length of `z`.
        output_shape: `(height, width, channels)`; both sides divisible by `2**num_blocks`.
        width: Channels of the last hidden map; each map before it has twice as many, at most 8 times.
        num_blocks: Number of doublings. `None`: as many as leave a side of at least 4 (28 → 7, 64 → 4).
        kernel_size: Of the transposed convolutions. A multiple of the stride 2 avoids checkerboards
            (Odena, Dumoulin and Olah 2016).
        activation, output_activation, batch_normalization, dropout, initializer, seed: As for
            `mlp_generator`.

    Returns:
        A model from float32 `(batch, latent_dim)` to float32 `(batch, height, width, channels)`.

    Raises:
        ValueError: For a shape that cannot be reached by doublings.

    Reference:
        Radford, Metz and Chintala 2016, section 3, arXiv:1511.06434.
    """
    shape = check_image_shape("output_shape", output_shape)
    num_blocks = _num_blocks(shape, num_blocks)
    hidden = _Hidden(activation, batch_normalization, dropout, initializer, seed)
    channels = [check_count("width", width) * min(2**i, 8) for i in range(num_blocks)][::-1]
    small = (shape[0] // 2**num_blocks, shape[1] // 2**num_blocks, channels[0])
    z = layers.Input((check_count("latent_dim", latent_dim),), name="z")
    x = hidden(layers.Dense, z, math.prod(small), reshape=small)
    for count in channels[1:]:
        x = hidden(layers.Conv2DTranspose, x, count, kernel_size=kernel_size, strides=2, padding="same")
    last = hidden.linear(layers.Conv2DTranspose, shape[2], kernel_size=kernel_size, strides=2, padding="same")
    return keras.Model(z, _activation("output_activation", output_activation)()(last(x)), name=name)


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
    seed: int | None = None,
    name: str = "discriminator",
) -> keras.Model:
    """A convolutional discriminator: strided convolutions that halve the map, then one logit.

    Args:
        input_shape: `(height, width, channels)`; both sides divisible by `2**num_blocks`.
        width: Channels of the first map; each map after it has twice as many, at most 8 times.
        num_blocks, kernel_size, activation, batch_normalization, dropout, initializer, seed: As for
            `conv_generator`. The first map is never normalised, as in the paper.

    Returns:
        A model from float32 `(batch, height, width, channels)` to logits, float32 `(batch, 1)`.

    Reference:
        Radford, Metz and Chintala 2016, section 3, arXiv:1511.06434.
    """
    shape = check_image_shape("input_shape", input_shape)
    num_blocks = _num_blocks(shape, num_blocks)
    hidden = _Hidden(activation, batch_normalization, dropout, initializer, seed)
    sample = x = layers.Input(shape, name="sample")
    for i in range(num_blocks):
        count = check_count("width", width) * min(2**i, 8)
        options = {"kernel_size": kernel_size, "strides": 2, "padding": "same"}
        x = hidden(layers.Conv2D, x, count, normalize=i > 0, **options)
    return keras.Model(sample, hidden.linear(layers.Dense, 1)(layers.Flatten()(x)), name=name)


class _Hidden:
    """Applies one hidden layer: linear map, (batch norm), activation, (dropout), all seeded."""

    def __init__(
        self, activation: str, batch_normalization: bool, dropout: float, initializer: Any, seed: Any
    ) -> None:
        if not isinstance(dropout, int | float) or not 0.0 <= dropout < 1.0:
            raise bad_value("`dropout` is a rate in [0, 1)", dropout, "Pass 0.3 to drop 30 % of the units")
        self.activation = _activation("activation", activation)
        self.batch_normalization = batch_normalization
        self.dropout = dropout
        self.initializer = initializer
        self.seeds = _seeds(seed)

    def __call__(
        self, layer: Callable, x: Any, units: int, reshape: Any = None, normalize: bool = True, **options: Any
    ) -> Any:
        normalize = self.batch_normalization and normalize
        x = self.linear(layer, units, use_bias=not normalize, **options)(x)
        x = layers.Reshape(reshape)(x) if reshape else x
        x = layers.BatchNormalization()(x) if normalize else x
        x = self.activation()(x)
        return layers.Dropout(self.dropout, seed=next(self.seeds))(x) if self.dropout else x

    def linear(self, layer: Callable, units: int, **options: Any) -> Any:
        """A linear layer whose initialiser has the next seed."""
        initializer = keras.initializers.get(self.initializer)
        config = initializer.get_config()
        if "seed" in config:
            config["seed"] = next(self.seeds)
        return layer(units, kernel_initializer=type(initializer).from_config(config), **options)


def _seeds(seed: int | None) -> Iterator[int | None]:
    """Endless independent seeds from one, or endless `None`."""
    rng = None if seed is None else np.random.default_rng(check_seed(seed))
    while True:
        yield None if rng is None else int(rng.integers(2**31))


def _activation(argument: str, name: str) -> Callable[[], Any]:
    """Maps "leaky_relu_0.2" to LeakyReLU with slope 0.2, other names to Keras's activation."""
    try:
        if name.startswith("leaky_relu_"):
            slope = float(name.removeprefix("leaky_relu_"))
            return lambda: layers.LeakyReLU(negative_slope=slope)
        function = keras.activations.get(name)
    except (AttributeError, ValueError):
        raise bad_value(
            f"`{argument}` is the name of a Keras activation, or `leaky_relu_` and a slope",
            name,
            'Pass for example "relu" or "leaky_relu_0.2"',
        ) from None
    return lambda: layers.Activation(function)


def _num_blocks(shape: tuple[int, int, int], num_blocks: int | None) -> int:
    """Checks the number of doublings, or finds the largest that leaves sides of at least 4."""
    sides = shape[:2]
    fitting = [n for n in range(1, 12) if all(side % 2**n == 0 for side in sides)]
    if num_blocks is None:
        num_blocks = max((n for n in fitting if min(sides) // 2**n >= _SMALLEST_SIDE), default=0)
    if num_blocks not in fitting:
        raise bad_value(
            "A convolutional network halves its image once per block, so both sides are divisible by "
            f"2**num_blocks and the smallest map has sides of at least {_SMALLEST_SIDE}",
            Shown(f"sides {sides[0]} and {sides[1]}, num_blocks={num_blocks}"),
            "Resize the images, for example to 28×28 or 32×32, or use the fully connected builders",
        )
    return num_blocks

"""Parts that the builders of networks share: seeded hidden layers, the logit, labels, sizes."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan._checks import check_choice, check_count, check_flag, check_seed
from keras_gan._errors import Shown, bad_value, nearest
from keras_gan.layers import MinibatchDiscrimination, MinibatchStandardDeviation, SpectralNormalization

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
    # The planes start in the range of the images, [-1, 1].
    initializer = keras.initializers.RandomUniform(-1.0, 1.0, seed=next(seeds))
    plane = layers.Embedding(num_classes, height * width, embeddings_initializer=initializer)(label)
    return [sample, label], layers.Concatenate()([sample, layers.Reshape((height, width, 1))(plane)])


def _label(num_classes: int) -> Any:
    """The second input of a class-conditional network."""
    if check_count("num_classes", num_classes) < 2:
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
    """Checks the number of doublings, or finds the largest that leaves sides of at least 4."""
    sides = shape[:2]
    fitting = [n for n in range(1, 12) if all(side % 2**n == 0 for side in sides)]
    if num_blocks is None:
        num_blocks = max((n for n in fitting if min(sides) // 2**n >= _SMALLEST_SIDE), default=0)
    if num_blocks not in fitting or isinstance(num_blocks, bool | float):
        raise bad_value(
            "A convolutional network halves its image once per block, so both sides are divisible by "
            f"2**num_blocks and the smallest map has sides of at least {_SMALLEST_SIDE}",
            Shown(f"sides {sides[0]} and {sides[1]}, num_blocks={num_blocks}"),
            "Resize the images, for example to 28×28 or 32×32, or use the fully connected builders",
        )
    return num_blocks

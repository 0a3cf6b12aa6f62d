"""The record of a recipe, and the parts of networks that the builders do not make."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from keras_gan._checks import Shown, bad_value, check_count, check_image_shape, check_seed
from keras_gan.networks.builders import Hidden
from keras_gan.training.gan import GAN
from keras_gan.training.losses import Loss, NonSaturating
from keras_gan.training.penalties import Penalty

Shape = tuple[int, int, int]
Network = Callable[[Shape, int], keras.Model]
Optimizer = Callable[[], keras.optimizers.Optimizer]

# A file without Keras, which the command line reads too before it knows that a command needs Keras.
_TITLES: dict[str, str] = json.loads(Path(__file__).with_name("titles.json").read_text(encoding="utf-8"))
# Side, channels, and number of training images.
_IMAGES = {"mnist": (28, 1, 60_000), "fashion_mnist": (28, 1, 60_000), "cifar10": (32, 3, 50_000)}
TORCH_START = keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")  # PyTorch's own: ±1/√fan_in
TORCH_NORMALIZATION = {"momentum": 0.9, "epsilon": 1e-5}  # PyTorch's own, whose 0.1 is Keras's 0.9


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The exact set-up of a published GAN: networks, game, optimizers, data and length of training.

    Attributes:
        name: By which `get_recipe` finds it.
        source: Project, file or paper, and year.
        differs: What differs from the source, in sentences.
        data: What `load_images` calls the images that it is trained on by default.
        size: Side to which images are scaled, in pixels; None leaves them as they are.
        multiple: What divides both sides of an image.
        value_range: The range of pixels that its networks know; see `scaled`.
        batch_size: Real images (and fakes) in one discriminator update.
        epochs: Passes over the data; None where the source counts steps.
        steps: Training steps; None where the source counts epochs.
        loss: The game.
        latent: `z` is standard `"normal"` or `"uniform"` on [-1, 1).
        penalty: On the discriminator; None for most.
        options: What else `GAN` is told.
        generator, discriminator: Functions from the shape of an image and a seed to a network.
        generator_optimizer, discriminator_optimizer: Functions that make an optimizer.

    Example:
        >>> recipe = kg.get_recipe("vanilla_tensorflow")
        >>> gan = recipe.build((28, 28, 1), seed=1)
        >>> gan.generator.count_params(), gan.discriminator.count_params()
        (114064, 100609)
    """

    name: str
    source: str
    differs: str
    batch_size: int
    generator: Network = field(repr=False)
    discriminator: Network = field(repr=False)
    generator_optimizer: Optimizer = field(repr=False)
    discriminator_optimizer: Optimizer = field(repr=False)
    data: str = "mnist"
    size: int | None = None
    multiple: int = 1
    value_range: tuple[float, float] = (-1.0, 1.0)
    epochs: int | None = None
    steps: int | None = None
    loss: Loss = field(default_factory=NonSaturating)
    latent: str = "normal"
    penalty: Penalty | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it is, in a few words from `titles.json`; a recipe that is not there has its name."""
        return _TITLES.get(self.name, self.name)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Shape of its images by default: those of `data`, scaled to `size`."""
        side, channels, _ = _IMAGES[self.data]
        return (self.size or side, self.size or side, channels)

    @property
    def updates(self) -> int:
        """Training steps of the source, in each of which the generator moves once."""
        return self.steps or self.updates_for(_IMAGES[self.data][2])

    def build(self, image_shape: Sequence[int], seed: int = 0) -> GAN:
        """Builds the networks for images of a shape, and returns a compiled `GAN`.

        Args:
            image_shape: `(height, width, channels)`.
            seed: Of the initial weights, the dropout masks, the data order and `z`.

        Raises:
            ValueError: For another shape, or sides that `multiple` does not divide.
        """
        shape = check_image_shape("image_shape", image_shape)
        if any(side % self.multiple for side in shape[:2]):
            near = tuple(self.multiple * max(1, round(side / self.multiple)) for side in shape[:2])
            raise bad_value(
                f"The networks of {self.name!r} halve images, so {self.multiple} divides both sides",
                Shown(f"images of {shape[0]} x {shape[1]} pixels"),
                f"Scale them: `kg.load_images(name, size={near})`, or the size of its source, {self.size}",
            )
        seeds = [int(seed) for seed in np.random.default_rng(check_seed(seed)).integers(2**31, size=3)]
        gan = GAN(
            self.generator(shape, seeds[0]),
            self.discriminator(shape, seeds[1]),
            loss=self.loss,
            latent=self.latent,
            penalty=self.penalty,
            seed=seeds[2],
            **self.options,
        )
        gan.compile(
            generator_optimizer=self.generator_optimizer(),
            discriminator_optimizer=self.discriminator_optimizer(),
        )
        return gan

    def scaled(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Maps images from [-1, 1] to `value_range`, float32 of the same shape."""
        low, high = self.value_range
        return (low + (images + 1.0) * ((high - low) / 2)).astype("float32")

    def epochs_for(self, num_images: int, batch_size: int | None = None) -> int:
        """Epochs over so many images: `epochs`, or as many as hold `steps` training steps.

        Example:
            >>> kg.get_recipe("keras_gan_mlp").epochs_for(60_000)  # 30,000 steps of 32 images
            16
        """
        if self.epochs is not None:
            return self.epochs
        return -(-int(self.steps or 0) // self.updates_for(num_images, batch_size, epochs=1))

    def updates_for(self, num_images: int, batch_size: int | None = None, epochs: int | None = None) -> int:
        """Training steps in so many epochs over so many images.

        Example:
            >>> kg.get_recipe("vanilla_assignment").updates_for(500)  # where its source has 18,000
            150
        """
        rows = (batch_size or self.batch_size) * self.options.get("discriminator_steps", 1)
        an_epoch = -(-check_count("num_images", num_images) // rows)
        return an_epoch * (epochs or self.epochs_for(num_images, batch_size))


class Parts:
    """Layers of one network, each with a seed of its own that comes from one.

    Args:
        seed: Of all of them.
        initializer: Of every kernel; its own seed is replaced.
    """

    def __init__(self, seed: int, initializer: Any = "glorot_uniform") -> None:
        hidden = Hidden("linear", False, 0.0, initializer, seed)
        self._linear, self._seeds = hidden.linear, hidden.seeds

    def dense(self, units: int, **options: Any) -> Any:
        """A dense layer."""
        return self._linear(layers.Dense, units, **options)

    def conv(self, filters: int, size: int | tuple[int, int], strides: int = 2, **options: Any) -> Any:
        """A convolution that divides the sides by `strides`."""
        return self._linear(
            layers.Conv2D, filters, kernel_size=size, strides=strides, **{"padding": "same", **options}
        )

    def deconv(self, filters: int, size: int | tuple[int, int], strides: int = 2, **options: Any) -> Any:
        """A transposed convolution that multiplies the sides by `strides`."""
        options = {"padding": "same", **options}
        return self._linear(layers.Conv2DTranspose, filters, kernel_size=size, strides=strides, **options)

    def dropout(self, rate: float) -> Any:
        """A layer that drops this share of its inputs in training."""
        return layers.Dropout(rate, seed=next(self._seeds))

    def next_seed(self) -> int | None:
        """A seed for any other random thing."""
        return next(self._seeds)


def chain(name: str, shape: tuple[int, ...], *parts: Any) -> keras.Model:
    """A network that applies these layers in their order to inputs of that shape."""
    inputs = x = keras.Input(shape, name="z" if len(shape) == 1 else "sample")
    for part in parts:
        x = part(x)
    return keras.Model(inputs, x, name=name)


def leaky(slope: float) -> Any:
    """A leaky ReLU of that slope below zero."""
    return layers.LeakyReLU(negative_slope=slope)


def adam(rate: float, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7) -> Optimizer:
    """What makes Adam with these numbers; `epsilon` is Keras's, where TensorFlow 1 and PyTorch have 1e-8."""
    return lambda: keras.optimizers.Adam(rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)


def same(optimizer: Optimizer) -> dict[str, Any]:
    """One optimizer a player, made alike."""
    return {"generator_optimizer": optimizer, "discriminator_optimizer": optimizer}

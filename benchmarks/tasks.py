"""The tasks: what every rival trains, in one table."""

from dataclasses import dataclass

import numpy as np

from benchmarks.shapes import (
    Activation,
    BatchNorm,
    Conv,
    ConvTranspose,
    Dense,
    Dropout,
    Network,
    Reshape,
    Shape,
    count_parameters,
    forward_flop,
)


@dataclass(frozen=True, kw_only=True)
class Task:
    """One GAN to train; all rivals do the same updates on minibatches of the same size.

    Attributes:
        title: One line for the page.
        latent_dim, sample_shape: Shapes of one `z` and of one sample.
        generator, discriminator: The networks; the discriminator ends in a logit.
        batch_size: Real rows in one discriminator update.
        num_rows: Size of the data, whole steps.
        block: Steps between two looks at the clock; a fused loop compiles as many.
        seconds: Default length of one measurement.
        learning_rate, beta_1, beta_2: Of Adam, both players.
        discriminator_steps: Discriminator updates in one step.
        gradient_penalty: Weight of WGAN-GP's penalty; zero means the non-saturating game from logits.
    """

    title: str
    latent_dim: int
    sample_shape: Shape
    generator: Network
    discriminator: Network
    batch_size: int
    num_rows: int
    block: int
    seconds: float
    learning_rate: float = 2e-4
    beta_1: float = 0.5
    beta_2: float = 0.999
    discriminator_steps: int = 1
    gradient_penalty: float = 0.0

    @property
    def rows_per_step(self) -> int:
        """Real rows that one step consumes."""
        return self.batch_size * self.discriminator_steps

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one pass over the data."""
        return self.num_rows // self.rows_per_step

    @property
    def num_parameters(self) -> tuple[int, int]:
        """Trained weights of the generator and of the discriminator."""
        generator = count_parameters(self.generator, (self.latent_dim,))
        return generator, count_parameters(self.discriminator, self.sample_shape)

    def data(self) -> np.ndarray:
        """Noise in the range of the generator's output, float32 `(num_rows, *sample_shape)`."""
        rows = np.random.default_rng(0).random((self.num_rows, *self.sample_shape), dtype=np.float32)
        return rows if self.generator[-1] == Activation("sigmoid") else 2.0 * rows - 1.0

    def flop(self) -> int:
        """Operations that one step needs: matrix products and convolutions only.

        With G and D for a forward pass of a batch, and g, d for the first layer alone, whose input needs no
        gradient: a discriminator update costs G + 2D forward, 2D for the weights, 2(D - d) between layers; a
        gradient penalty D forward, D back to the input, and both again for its own gradient; the generator's
        update G + D forward, D through the discriminator, G for the weights, G - g between layers.
        """
        (g_all, g_first), (d_all, d_first) = self._forward()
        update = g_all + 6 * d_all - 2 * d_first + (4 * d_all if self.gradient_penalty else 0)
        return self.discriminator_steps * update + 3 * g_all - g_first + 2 * d_all

    def usual_flop(self) -> int:
        """The same by the usual rule, a gradient costs two forward passes: more than is needed."""
        (g_all, _), (d_all, _) = self._forward()
        update = g_all + 6 * d_all + (6 * d_all if self.gradient_penalty else 0)
        return self.discriminator_steps * update + 3 * g_all + 2 * d_all

    def _forward(self) -> list[tuple[int, int]]:
        """Operations of one batch through each network: all layers, first layer."""
        pairs = [(self.generator, (self.latent_dim,)), (self.discriminator, self.sample_shape)]
        per_row = [forward_flop(network, shape) for network, shape in pairs]
        return [(self.batch_size * everything, self.batch_size * first) for everything, first in per_row]


_LEAKY = Activation("leaky_relu")


def _mlp(widths: tuple[int, ...], activation: Activation, units: int, dropout: float = 0.0) -> Network:
    """[dense, activation, (dropout)] for each width, then a dense layer."""
    after = (activation, Dropout(dropout)) if dropout else (activation,)
    return (*(layer for width in widths for layer in (Dense(width), *after)), Dense(units))


def _blocks(kind: type[Conv], channels: tuple[int, ...], activation: Activation) -> Network:
    """[4x4 convolution of stride 2, batch normalization, activation] for each number of channels."""
    return tuple(layer for count in channels for layer in (kind(count, 4, 2), BatchNorm(), activation))


_RING = {
    "latent_dim": 64,
    "sample_shape": (2,),
    "generator": _mlp((128, 128), _LEAKY, 2),
    "discriminator": _mlp((128, 128), _LEAKY, 1),
    "batch_size": 128,
}

TASKS = {
    "ring": Task(
        title="points in the plane, two hidden layers of 128 in each network",
        **_RING,
        num_rows=38_400,
        block=50,
        seconds=0.7,
        learning_rate=1e-3,
    ),
    "s0": Task(
        title="28×28 images as vectors, one hidden layer of 128 in each network",
        latent_dim=100,
        sample_shape=(784,),
        generator=(*_mlp((128,), Activation("relu"), 784), Activation("sigmoid")),
        discriminator=_mlp((128,), Activation("relu"), 1),
        batch_size=100,
        num_rows=60_000,
        block=50,
        seconds=1.5,
        learning_rate=1e-3,
        beta_1=0.9,
    ),
    "s2": Task(
        title="28×28 images as vectors, three hidden layers of 256 to 1024, dropout in the discriminator",
        latent_dim=100,
        sample_shape=(784,),
        generator=(*_mlp((256, 512, 1024), _LEAKY, 784), Activation("tanh")),
        discriminator=_mlp((1024, 512, 256), _LEAKY, 1, dropout=0.3),
        batch_size=64,
        num_rows=12_800,
        block=20,
        seconds=1.5,
    ),
    "dcgan28": Task(
        title="28×28×1 images, the networks of TensorFlow's DCGAN tutorial at half their width",
        latent_dim=100,
        sample_shape=(28, 28, 1),
        generator=(
            *(Dense(7 * 7 * 128), BatchNorm(), _LEAKY, Reshape((7, 7, 128))),
            *(ConvTranspose(64, 5, 1), BatchNorm(), _LEAKY),
            *(ConvTranspose(32, 5, 2), BatchNorm(), _LEAKY),
            *(ConvTranspose(1, 5, 2), Activation("tanh")),
        ),
        discriminator=(
            *(Conv(32, 5, 2), _LEAKY, Dropout(0.3)),
            *(Conv(64, 5, 2), _LEAKY, Dropout(0.3)),
            *(Reshape((-1,)), Dense(1)),
        ),
        batch_size=64,
        num_rows=512,
        block=4,
        seconds=1.5,
    ),
    "dcgan64": Task(
        title="64×64×3 images, the networks of PyTorch's DCGAN example at half their width",
        latent_dim=100,
        sample_shape=(64, 64, 3),
        generator=(
            *(Dense(4 * 4 * 256), Reshape((4, 4, 256)), BatchNorm(), Activation("relu")),
            *_blocks(ConvTranspose, (128, 64, 32), Activation("relu")),
            *(ConvTranspose(3, 4, 2), Activation("tanh")),
        ),
        discriminator=(
            *(Conv(32, 4, 2), _LEAKY),
            *_blocks(Conv, (64, 128, 256), _LEAKY),
            *(Reshape((-1,)), Dense(1)),
        ),
        batch_size=64,
        num_rows=128,
        block=1,
        seconds=1.5,
    ),
    "wgan_gp": Task(
        title="the ring's networks as WGAN-GP: five critic updates a step, gradient penalty 10",
        **_RING,
        num_rows=64_000,
        block=50,
        seconds=0.7,
        learning_rate=1e-4,
        beta_2=0.9,
        discriminator_steps=5,
        gradient_penalty=10.0,
    ),
    "variants": Task(
        title="the ring again: what the package's own options cost",
        **_RING,
        num_rows=38_400,
        block=50,
        seconds=0.6,
        learning_rate=1e-3,
    ),
}

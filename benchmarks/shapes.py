"""Networks as lists of layer records, from which each framework builds its own: sizes, weights, work."""

import math
from dataclasses import dataclass

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layer:
    """A layer without weights that keeps the shape; the others say what differs. Images are `(h, w, c)`."""

    def output(self, shape: Shape) -> Shape:
        """Shape of one output row for one input row."""
        return shape

    def parameters(self, shape: Shape) -> int:
        """Number of trained weights."""
        return 0

    def products(self, shape: Shape) -> int:
        """Multiply-adds of one forward row; borders count in full, activations not at all."""
        return 0


@dataclass(frozen=True)
class Dense(Layer):
    """A linear map with bias."""

    units: int

    def output(self, shape: Shape) -> Shape:
        """`(units,)`."""
        return (self.units,)

    def parameters(self, shape: Shape) -> int:
        """Kernel and bias."""
        return (shape[0] + 1) * self.units

    def products(self, shape: Shape) -> int:
        """The kernel's size."""
        return shape[0] * self.units


@dataclass(frozen=True)
class Conv(Layer):
    """A convolution with bias, "same" padding."""

    channels: int
    kernel: int
    stride: int

    def output(self, shape: Shape) -> Shape:
        """Sides divided by the stride."""
        return (-(-shape[0] // self.stride), -(-shape[1] // self.stride), self.channels)

    def parameters(self, shape: Shape) -> int:
        """Kernel and bias."""
        return (self.kernel**2 * shape[2] + 1) * self.channels

    def products(self, shape: Shape) -> int:
        """The kernel's size at each output position."""
        height, width, _ = self.output(shape)
        return height * width * self.kernel**2 * shape[2] * self.channels


@dataclass(frozen=True)
class ConvTranspose(Conv):
    """A transposed convolution with bias, "same" padding."""

    def output(self, shape: Shape) -> Shape:
        """Sides multiplied by the stride."""
        return (shape[0] * self.stride, shape[1] * self.stride, self.channels)

    def products(self, shape: Shape) -> int:
        """The kernel's size at each input position."""
        return math.prod(shape) * self.kernel**2 * self.channels


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Batch normalization over all but the last axis."""

    def parameters(self, shape: Shape) -> int:
        """Scale and offset of each channel."""
        return 2 * shape[-1]


@dataclass(frozen=True)
class Activation(Layer):
    """`"relu"`, `"leaky_relu"` (slope 0.2), `"tanh"` or `"sigmoid"`."""

    name: str


@dataclass(frozen=True)
class Dropout(Layer):
    """Dropout at a rate."""

    rate: float


@dataclass(frozen=True)
class Reshape(Layer):
    """Another shape of the same row, channels last; `(-1,)` flattens."""

    shape: Shape

    def output(self, shape: Shape) -> Shape:
        """The target."""
        return (math.prod(shape),) if self.shape == (-1,) else self.shape


Network = tuple[Layer, ...]


def count_parameters(network: Network, shape: Shape) -> int:
    """Number of trained weights of a network whose input row has this shape."""
    return sum(layer.parameters(inner) for layer, inner in _walk(network, shape))


def forward_flop(network: Network, shape: Shape) -> tuple[int, int]:
    """Operations (two a multiply-add) of one forward row: of all layers, and of the first with weights."""
    flop = [2 * layer.products(inner) for layer, inner in _walk(network, shape)]
    return sum(flop), next(count for count in flop if count)


def _walk(network: Network, shape: Shape) -> list[tuple[Layer, Shape]]:
    """Each layer with the shape of its input row."""
    walk = []
    for layer in network:
        walk.append((layer, shape))
        shape = layer.output(shape)
    return walk

"""Networks in PyTorch: `nn.Sequential` from layer records, images with channels first."""

from torch import nn

from benchmarks.shapes import (
    Activation,
    BatchNorm,
    Conv,
    ConvTranspose,
    Dense,
    Dropout,
    Layer,
    Network,
    Reshape,
    Shape,
)

_ACTIVATIONS = {
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}


def build(network: Network, shape: Shape) -> nn.Sequential:
    """The network in PyTorch, for input rows of this shape (channels last, as in the record)."""
    modules = []
    for layer in network:
        modules.append(_module(layer, shape))
        shape = layer.output(shape)
    return nn.Sequential(*modules)


def _module(layer: Layer, shape: Shape) -> nn.Module:
    match layer:
        case Dense(units):
            return nn.Linear(shape[0], units)
        case ConvTranspose(channels, kernel, stride):
            padding = (kernel - 1) // 2
            extra = stride + 2 * padding - kernel  # so that the side grows by the stride exactly
            return nn.ConvTranspose2d(shape[2], channels, kernel, stride, padding, extra)
        case Conv(channels, kernel, stride):
            return nn.Conv2d(shape[2], channels, kernel, stride, (kernel - 1) // 2)
        case BatchNorm():
            return nn.BatchNorm2d(shape[2]) if len(shape) == 3 else nn.BatchNorm1d(shape[0])
        case Dropout(rate):
            return nn.Dropout(rate)
        case Reshape((-1,)):
            return nn.Flatten()
        case Reshape((height, width, channels)):
            return nn.Unflatten(1, (channels, height, width))
        case Activation(name):
            return _ACTIVATIONS[name]()
    raise TypeError(layer)

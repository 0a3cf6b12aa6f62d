"""Networks in plain JAX: parameters are a list with one dictionary a layer."""

import jax
import jax.numpy as jnp

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
    "relu": jax.nn.relu,
    "leaky_relu": lambda x: jax.nn.leaky_relu(x, 0.2),
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
}
_LAYOUT = ("NHWC", "HWIO", "NHWC")


def init(network: Network, shape: Shape, key: jax.Array) -> list[dict[str, jax.Array]]:
    """Draws the weights (Glorot), for input rows of this shape."""
    parameters = []
    for layer in network:
        key, mine = jax.random.split(key)
        parameters.append(_init_layer(layer, shape, mine))
        shape = layer.output(shape)
    return parameters


def _init_layer(layer: Layer, shape: Shape, key: jax.Array) -> dict[str, jax.Array]:
    glorot = jax.nn.initializers.glorot_uniform()
    match layer:
        case Dense(units):
            return {"kernel": glorot(key, (shape[0], units)), "bias": jnp.zeros(units)}
        case Conv(channels, kernel, _):
            size = (kernel, kernel, shape[2], channels)
            return {"kernel": glorot(key, size), "bias": jnp.zeros(channels)}
        case BatchNorm():
            return {"scale": jnp.ones(shape[-1]), "offset": jnp.zeros(shape[-1])}
    return {}


def init_moving(network: Network, shape: Shape) -> list[tuple[jax.Array, jax.Array]]:
    """Moving mean and variance of each batch normalization."""
    moving = []
    for layer in network:
        if isinstance(layer, BatchNorm):
            moving.append((jnp.zeros(shape[-1]), jnp.ones(shape[-1])))
        shape = layer.output(shape)
    return moving


def apply(network: Network, parameters: list, x: jax.Array, key: jax.Array) -> tuple[jax.Array, list]:
    """The output in training, and mean and variance of each batch normalization."""
    statistics: list = []
    for layer, weights in zip(network, parameters, strict=True):
        match layer:
            case BatchNorm():
                mean, variance = jnp.mean(x, range(x.ndim - 1)), jnp.var(x, range(x.ndim - 1))
                statistics.append((mean, variance))
                x = (x - mean) * (jax.lax.rsqrt(variance + 1e-3) * weights["scale"]) + weights["offset"]
            case Dropout(rate):
                key, mine = jax.random.split(key)
                x = jnp.where(jax.random.bernoulli(mine, 1.0 - rate, x.shape), x / (1.0 - rate), 0.0)
            case _:
                x = _apply_layer(layer, weights, x)
    return x, statistics


def _apply_layer(layer: Layer, weights: dict, x: jax.Array) -> jax.Array:
    match layer:
        case Dense():
            return x @ weights["kernel"] + weights["bias"]
        case ConvTranspose(_, _, stride):
            strides = (stride, stride)
            y = jax.lax.conv_transpose(x, weights["kernel"], strides, "SAME", dimension_numbers=_LAYOUT)
            return y + weights["bias"]
        case Conv(_, _, stride):
            strides = (stride, stride)
            y = jax.lax.conv_general_dilated(x, weights["kernel"], strides, "SAME", dimension_numbers=_LAYOUT)
            return y + weights["bias"]
        case Reshape(shape):
            return x.reshape(len(x), *shape)
        case Activation(name):
            return _ACTIVATIONS[name](x)
    raise TypeError(layer)
